//! `resguardo key sheet`: the recovery sheet, from the configuration and a file with a private key.

use std::path::Path;

use chrono::Local;
use resguardo_shared::digest::Digest;

use super::exit::{Failure, code};
use super::{key, print};
use crate::config::{self, model::Config};
use crate::jobs::error::JobError;
use crate::sheet::{Place, Sheet, pdf};

/// Makes the sheet. Without a configuration it has blanks for the disks: keys are made before there is one.
///
/// # Errors
/// What is wrong with the key's file, or that the sheet exists.
#[expect(clippy::disallowed_methods, reason = "the command line reads the clock for the date on the sheet")]
pub(super) fn make(config: &Path, identity: &Path, to: &Path, with_secret: bool) -> Result<u8, Failure> {
    let keys = key::named(identity)?;
    let (_, sha256) = std::fs::File::open(identity).and_then(Digest::of_reader).map_err(|source| JobError::Write {
        act: "read",
        path: identity.to_owned(),
        source,
    })?;
    let config = match config::load(config) {
        Ok(config) => Some(config),
        Err(_) => {
            print::note(&format!(
                "resguardo: {} is no configuration yet: the sheet has blanks for the disks; make it again by `resguardo \
                 key sheet` when there is one",
                config.display()
            ));
            None
        }
    };
    let secrets = keys.expose();
    let sheet = Sheet {
        date: &Local::now().format("%d/%m/%Y").to_string(),
        places: &config.as_ref().map(places).unwrap_or_default(),
        recipients: &config.as_ref().map(recipients).unwrap_or_default(),
        own: &keys.recipients().iter().map(ToString::to_string).collect::<Vec<_>>(),
        file: identity.file_name().and_then(|name| name.to_str()).unwrap_or("llave.txt"),
        sha256,
        secret: with_secret.then_some(secrets.as_slice()),
    };
    key::write_new(to, &pdf(&sheet))?;
    let warning = if with_secret { " WHOEVER HAS THE PAPER READS EVERY BACKUP." } else { "" };
    print::out(&format!("The recovery sheet is {}: print it, and put it into the safe.{warning}\n", to.display()))?;
    Ok(code::DONE)
}

fn places(config: &Config) -> Vec<Place> {
    let place = |disk: &config::model::Disk| Place { disk: disk.name.clone(), custody: disk.custody.clone() };
    config.disks.iter().map(place).collect()
}

fn recipients(config: &Config) -> Vec<String> {
    config.encryption.recipients.iter().map(ToString::to_string).collect()
}
