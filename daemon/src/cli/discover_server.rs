//! The server that `resguardo discover` asks: one of the configuration, or a new one whose host key somebody compares first; and how the
//! configuration's file is written.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::time::Duration;

use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::args_discover::Discover;
use super::discover::question;
use super::exit::{Failure, code};
use super::print;
use crate::config::add::NewServer;
use crate::config::model::{Config, SecretSource, Server};
use crate::config::secret;
use crate::jobs::error::chain;
use crate::jobs::targets;
use crate::transport::{self, HostKeys, Target, TransportError, Window};

/// How a server is reached.
pub(super) struct Way {
    /// Its name in the configuration.
    pub(super) name: String,
    /// The login there.
    pub(super) target: Target,
    /// The server, if the configuration has it.
    pub(super) known: Option<Server>,
    /// What is to be added, if it has not.
    pub(super) new: Option<NewServer>,
}

/// Finds out how to reach it.
pub(super) fn way(runtime: &Runtime, config: &Config, asked: &Discover) -> Result<Way, Failure> {
    match config.server(&asked.host) {
        Some(server) => {
            let target = targets::target(config, server)?;
            Ok(Way { name: server.name.clone(), target, known: Some(server.clone()), new: None })
        }
        None => new_way(runtime, config, asked),
    }
}

fn new_way(runtime: &Runtime, config: &Config, asked: &Discover) -> Result<Way, Failure> {
    let lacks = |what: &str| {
        let host = &asked.host;
        Failure::new(code::USAGE, format!("{host} is not in the configuration; for a new server say {what} as well"))
    };
    let user = asked.user.clone().ok_or_else(|| lacks("`--user LOGIN`"))?;
    let key = asked.key.clone().ok_or_else(|| lacks("`--key FILE`, its private key,"))?;
    let key = fs::canonicalize(&key).map_err(|error| {
        Failure::new(code::CONFIG, format!("the private key {} cannot be read: {error}", key.display()))
    })?;
    let name = asked.name.clone().unwrap_or_else(|| asked.host.clone());
    if config.server(&name).is_some() {
        return Err(Failure::new(
            code::EXISTS,
            format!("there is a server {name} already; give this one a `--name` of its own"),
        ));
    }
    let read = secret::read(&SecretSource::File(key.clone()), "the private key");
    let secret = read.map_err(|error| Failure::new(code::CONFIG, chain(&error)))?;
    let key_pem = Zeroizing::new(secret.expose().to_owned());
    let jump = match &asked.jump {
        None => None,
        Some(jump) => {
            let unknown =
                || Failure::new(code::UNKNOWN, format!("there is no server {jump} in the configuration to go through"));
            Some(Box::new(targets::target(config, config.server(jump).ok_or_else(unknown)?)?))
        }
    };
    let mut target = Target {
        name: name.clone(),
        host: asked.host.clone(),
        port: asked.port,
        user: user.clone(),
        key_pem,
        passphrase: None,
        host_keys: HostKeys::Pinned(Vec::new()),
        jump,
        connect: Duration::from_secs(20),
        keepalive: Duration::from_secs(15),
        idle: None,
    };
    let host_key = compared(runtime, &target, asked)?;
    target.host_keys = HostKeys::Pinned(vec![host_key.clone()]);
    let new = NewServer {
        name: name.clone(),
        host: asked.host.clone(),
        port: asked.port,
        user,
        key: key.display().to_string(),
        host_key,
        jump: asked.jump.clone(),
        mode: asked.mode.clone(),
    };
    Ok(Way { name, target, known: None, new: Some(new) })
}

/// The host key that the server offers, once somebody has compared it. Nothing is sent before.
fn compared(runtime: &Runtime, target: &Target, asked: &Discover) -> Result<String, Failure> {
    let offered = match runtime.block_on(transport::connect(target, Window::Lan)) {
        Err(TransportError::HostUnknown(offered)) => offered,
        Err(error) => return Err(Failure::new(code::SERVER, chain(&error))),
        Ok(_) => return Err(Failure::new(code::FAILED, "a host key was believed that nobody had compared")),
    };
    let (shown, file) = (&offered.fingerprint, offered.key_file);
    let refused = |what: String| Err(Failure::new(code::SERVER, what));
    if let Some(expected) = &asked.fingerprint {
        if expected.trim() == shown {
            return Ok(offered.line);
        }
        return refused(format!(
            "{} offers the host key {shown} and not {expected}, so nothing was sent: whoever answers there may not be the server",
            target.host
        ));
    }
    if asked.non_interactive || asked.json {
        return refused(format!(
            "{} offers the host key {shown}; run `ssh-keygen -lf {file}` on the server's own console, and if both are equal say \
             `--fingerprint {shown}`",
            target.host
        ));
    }
    print::note(&format!(
        "{} port {} offers the host key\n\n    {} {shown}\n\nDo not ask the network whether that is right: run `ssh-keygen -lf {file}` on the \
         server's own console and compare.",
        target.host, target.port, offered.algorithm
    ));
    let answer = question("Are both equal? (yes, or anything else to stop) ")?;
    if answer == "yes" {
        Ok(offered.line)
    } else {
        refused("the host key was not confirmed, and nothing was sent".to_owned())
    }
}

/// Writes the configuration: whole or not at all, with the owner and the rights of the one before.
pub(super) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let what = format!("{} cannot be written, and is as it was", file.display());
        Failure::unexpected(&what, &error)
    };
    // A link stays one: what it leads to is changed.
    let path = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    beside.write_all(text.as_bytes()).map_err(failed)?;
    match fs::metadata(&path) {
        Ok(before) => {
            chown(beside.path(), Some(before.uid()), Some(before.gid())).map_err(failed)?;
            beside.as_file().set_permissions(before.permissions()).map_err(failed)?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    beside.as_file().sync_all().map_err(failed)?;
    beside.persist(&path).map_err(|error| failed(error.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}
