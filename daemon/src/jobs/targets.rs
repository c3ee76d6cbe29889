//! From a server of the configuration to a login that can be used: its secrets read, its jump hosts resolved.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use resguardo_shared::dump::Dump;
use zeroize::Zeroizing;

use super::drill::postgres_server;
use super::error::JobError;
use crate::config::model::{Config, HostKeys, Mode, SecretSource, Server};
use crate::config::{records, secret};
use crate::source::{Bounds, Here, Line, Way};
use crate::store::login;
use crate::transport::{self, Target};

/// Where programs are looked for if our own environment does not say.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The login on a server.
///
/// # Errors
/// [`JobError::Secret`], and [`JobError::Local`] for this machine itself.
pub fn target(config: &Config, server: &Server) -> Result<Target, JobError> {
    let local = || JobError::Local { server: server.name.clone(), what: "nothing leads there over SSH" };
    let login = server.login.as_ref().ok_or_else(local)?;
    let read = |source, what| read(server, source, what);
    // The configuration has been checked: a jump host exists, and no chain of them comes back to itself.
    let jump = login.jump.as_deref().and_then(|name| config.server(name));
    Ok(Target {
        name: server.name.clone(),
        host: login.host.clone(),
        port: login.port,
        user: login.user.clone(),
        key_pem: read(&login.key, "the private key")?,
        passphrase: login.passphrase.as_ref().map(|source| read(source, "the passphrase")).transpose()?,
        host_keys: match &login.host_keys {
            HostKeys::Pinned(keys) => transport::HostKeys::Pinned(keys.clone()),
            HostKeys::KnownHosts(path) => transport::HostKeys::KnownHosts { path: path.clone() },
        },
        jump: jump.map(|jump| target(config, jump)).transpose()?.map(Box::new),
        connect: Duration::from_secs(login.connect_seconds),
        keepalive: Duration::from_secs(login.keepalive_seconds),
        idle: idle(server),
    })
}

fn read(server: &Server, source: &SecretSource, what: &str) -> Result<Zeroizing<String>, JobError> {
    let secret = secret::read(source, what);
    let secret = secret.map_err(|source| JobError::Secret { server: server.name.clone(), source })?;
    Ok(Zeroizing::new(secret.expose().to_owned()))
}

fn idle(server: &Server) -> Option<Duration> {
    (server.idle_seconds > 0).then(|| Duration::from_secs(server.idle_seconds))
}

/// The line to a server, which is connected to unless it is this machine itself. `dataset` is whose dump is wanted, for
/// errors.
///
/// # Errors
/// [`JobError::Secret`] and [`JobError::Server`].
pub async fn line(config: &Config, server: &Server, dataset: &str) -> Result<Arc<Line>, JobError> {
    let bounds =
        Bounds { outage: Duration::from_secs(server.outage_seconds), bytes_per_second: server.bytes_per_second };
    let way = match (&server.login, server.mode) {
        (None, _) | (_, Mode::Local) => return Ok(Line::here(here(config, server)?, bounds)),
        (Some(login), Mode::Agent) => Way::Bring { binary: agent_binary(config), folder: login.agent_folder.clone() },
        (_, Mode::Installed) => Way::Installed,
        (_, Mode::Plain) => Way::Plain,
    };
    let line = Line::connect(target(config, server)?, way, bounds).await;
    line.map_err(|source| JobError::Server { dataset: dataset.to_owned(), source })
}

/// How dumps are taken on this machine. For our own database the programs of PostgreSQL find in their environment what
/// they need to be let in, and nobody else does.
pub(super) fn here(config: &Config, server: &Server) -> Result<Here, JobError> {
    let mut environment = Vec::new();
    if server.name == records::SERVER {
        let login = login::of(&config.database.url);
        let protection = login.into_iter().flat_map(|login| login.environment);
        environment.extend(protection.map(|(name, value)| (name.to_owned(), Zeroizing::new(value))));
        if let Some(source) = &config.database.password {
            environment.push(("PGPASSWORD".to_owned(), read(server, source, "the password of the database")?));
        }
    }
    Ok(Here { server: server.name.clone(), idle: idle(server), path: programs(config), environment })
}

/// Where programs are looked for on this machine: PostgreSQL's own before what stands for them in `/usr/bin` on Debian,
/// a script in Perl, which the hardened unit does not let run.
fn programs(config: &Config) -> OsString {
    let postgres = config.drills.postgres.clone().into_iter().chain(postgres_server::folder_with("pg_dump"));
    let path = std::env::var_os("PATH").unwrap_or_else(|| PATH.into());
    let folders = postgres.chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap_or(path)
}

/// The programs of PostgreSQL that dumps on this machine would need and that are not here.
pub fn missing(config: &Config) -> Vec<&'static str> {
    let is_asked_for = |server: &Server| {
        server.login.is_none() && server.datasets.iter().any(|dataset| matches!(dataset.dump, Dump::Postgres(_)))
    };
    if !config.servers.iter().any(is_asked_for) {
        return Vec::new();
    }
    let path = programs(config);
    let is_here = |tool: &str| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
    ["pg_dump", "psql"].into_iter().filter(|tool| !is_here(tool)).collect()
}

/// The agent's binary: the one that the configuration names, the one beside this program, or this program itself,
/// which is the agent when it is called by the agent's name.
pub fn agent_binary(config: &Config) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let beside = own.parent().map(|folder: &Path| folder.join("resguardo-agent"));
    config.paths.agent.clone().or_else(|| beside.filter(|path| path.is_file())).unwrap_or(own)
}
