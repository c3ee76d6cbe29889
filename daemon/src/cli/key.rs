//! `resguardo key`: makes the keys of encrypted backups, says whose they are, and makes the recovery sheet. It is also where
//! the commands that read backups get their private key from.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use chrono::{Local, SecondsFormat};

use super::args_crypt::{KeyGenerate, KeyShow, KeyVerb};
use super::exit::{Failure, code};
use super::{key_sheet, load, print};
use crate::config::model::Config;
use crate::crypt::{Identity, Recipient};
use crate::jobs::error::{JobError, chain};
use crate::jobs::unlock;

pub(super) fn run(config: &Path, verb: &KeyVerb) -> Result<u8, Failure> {
    match verb {
        KeyVerb::Generate(asked) => generate(config, asked),
        KeyVerb::Sheet(asked) => key_sheet::make(config, &asked.identity, &asked.to, asked.with_secret),
        KeyVerb::Show(asked) => show(&load(config)?, asked),
    }
}

/// The private key for reading backups: the one that the operator names, or else the one that the configuration does. One
/// of the configuration that cannot be had is said, and then done without: most backups need none.
///
/// # Errors
/// What is wrong with the file that the operator named.
pub(super) fn identity(config: Option<&Config>, file: Option<&Path>) -> Result<Option<Identity>, Failure> {
    if let Some(file) = file {
        return named(file).map(Some);
    }
    match config.map(unlock::configured) {
        Some(Ok(identity)) => Ok(identity),
        Some(Err(error)) => {
            print::note(&format!("resguardo: the configured private key is left out: {}", chain(&error)));
            Ok(None)
        }
        None => Ok(None),
    }
}

/// The private keys in a file that the operator named; what is wrong with it is wrong with the command line.
///
/// # Errors
/// What is wrong with it.
pub(super) fn named(file: &Path) -> Result<Identity, Failure> {
    unlock::from_file(file).map_err(|error| Failure::new(code::USAGE, chain(&error)))
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the clock for the key's file")]
fn generate(config: &Path, asked: &KeyGenerate) -> Result<u8, Failure> {
    // What would be written over is asked first: a key without its sheet is half of what was wanted.
    if let Some(path) = std::iter::once(&asked.to).chain(&asked.sheet).find(|path| path.exists()) {
        return Err(JobError::Exists { path: path.clone() }.into());
    }
    let identity = Identity::generate();
    let made = Local::now().to_rfc3339_opts(SecondsFormat::Secs, false);
    write_new(&asked.to, identity.to_file_text(&made).as_bytes())?;
    let public: Vec<String> = identity.recipients().iter().map(ToString::to_string).collect();
    let public = public.join("\n    - ");
    let file = asked.to.display();
    print::out(&format!(
        "The private key is in {file}. Put it into the safe, on paper and on a stick, and take it off this machine:\n\
         backups are made without it, and without it nobody reads them.\n\
         Public key: {public}\n\
         In the configuration, beside the recipients that are there already:\n\
         encryption:\n  recipients:\n    - {public}\n"
    ))?;
    match &asked.sheet {
        Some(sheet) => key_sheet::make(config, &asked.to, sheet, asked.with_secret),
        None => Ok(code::DONE),
    }
}

/// Writes a file that only its owner reads, and that was not there before.
///
/// # Errors
/// [`JobError::Exists`] or [`JobError::Write`].
pub(super) fn write_new(path: &Path, content: &[u8]) -> Result<(), JobError> {
    let failed = |act| move |source: io::Error| JobError::Write { act, path: path.to_owned(), source };
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match open {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(JobError::Exists { path: path.to_owned() });
        }
        open => open.map_err(failed("create"))?,
    };
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed("write"))?;
    let folder = std::path::absolute(path).ok().and_then(|path| path.parent().map(Path::to_owned));
    let synced = folder.map_or(Ok(()), |folder| std::fs::File::open(folder).and_then(|folder| folder.sync_all()));
    synced.map_err(failed("sync the folder of"))
}

fn show(config: &Config, asked: &KeyShow) -> Result<u8, Failure> {
    let recipients = &config.encryption.recipients;
    let identity = match &asked.identity {
        Some(file) => Some(named(file)?),
        None => unlock::configured(config)?,
    };
    let own: Vec<Recipient> = identity.as_ref().map(Identity::recipients).unwrap_or_default();
    let fits = identity.as_ref().map(|_| own.iter().any(|own| recipients.contains(own)));
    if asked.json {
        let text = |list: &[Recipient]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let shown = serde_json::json!({ "recipients": text(recipients), "identity": text(&own), "fits": fits });
        print::json(&shown)?;
    } else {
        print::out(&shown(recipients, &own, fits))?;
    }
    Ok(if fits == Some(false) { code::ATTENTION } else { code::DONE })
}

fn shown(recipients: &[Recipient], own: &[Recipient], fits: Option<bool>) -> String {
    let mut text = match recipients.len() {
        0 => "Backups are not encrypted: whoever holds a disk reads it.\n".to_owned(),
        _ => "Backups are encrypted to:\n".to_owned(),
    };
    for recipient in recipients {
        let has = if own.contains(recipient) { " (its private key is here)" } else { "" };
        text.push_str(&format!("  {recipient}{has}\n"));
    }
    text.push_str(match fits {
        None => "No private key is configured: nothing that is encrypted is read again on this machine.\n",
        Some(true) => "The private key fits: this machine can read what it keeps.\n",
        Some(false) => "The private key fits none of these; it reads only backups that name its public key:\n",
    });
    if fits == Some(false) {
        own.iter().for_each(|own| text.push_str(&format!("  {own}\n")));
    }
    text
}
