//! Restore drills: a backup is restored for real, into a throwaway server of its kind or a folder, and asked whether it is
//! what was kept. A backup is worth what its restore is worth. It may not know who asked or who looks on.
//!
//! Everything of a drill lies in one folder that goes with it; every process of it ends with us.

mod choose;
mod counts;
pub mod due;
pub mod folder;
mod mysql;
mod mysql_server;
mod postgres;
pub mod postgres_server;
pub mod process;
mod record;
pub mod report;
mod sqlite;
mod tree;
mod trial;
mod version;

use resguardo_agent::framer;
use resguardo_shared::dump::Dump;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use due::{attention, due, lacks, pick, remind};
pub use trial::Halt;

use self::folder::Folder;
use self::trial::{Restored, Trial};
use super::archives::Found;
use super::error::chain;
use super::office::Office;
use super::unlock;
use crate::store::change::Change;
use crate::store::custody_rows::{Drill, DrillOutcome};
use crate::store::error::StoreError;

/// Who asks where nobody does: the schedule.
pub const SCHEDULE: &str = "resguardo";
/// What a database takes beside its dump: a server's own files, logs and indexes.
const SERVER_BYTES: u64 = 768 << 20;
/// What a file or a tree takes beside its dump.
const FILES_BYTES: u64 = 64 << 20;

/// Restores the newest good backup of a dataset for a test, and records how that ended: a row, an entry in the register
/// and, where it failed, a notice, all in one transaction. `disk` is the only disk to read from, if not any that is here;
/// `tell` hears in English how it goes. It blocks, and must not be called from an async task.
///
/// # Errors
/// What the store says. A drill that fails or cannot be tried is a result.
pub fn run(
    office: Office<'_>,
    runtime: &Handle,
    (server, dataset): (&str, &str),
    disk: Option<&str>,
    asked_by: &str,
    cancel: &CancellationToken,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Drill, StoreError> {
    let started = office.now();
    if asked_by == SCHEDULE {
        // Taken before it begins: a drill that ends the whole program must not begin with it again.
        let meta = vec![(due::OPPORTUNITY.to_owned(), started.to_rfc3339())];
        runtime.block_on(office.store.apply(Change { meta, ..Change::default() }))?;
    }
    let chosen = choose::choose(office, runtime, (server, dataset), disk)?;
    let result = match &chosen {
        Ok(found) => {
            tell(&format!("{} from disk {}", found.entry.name(), found.disk.name));
            restore(office, found, cancel, tell)
        }
        Err(halt) => Err(halt.clone()),
    };
    let (archive, from) = match &chosen {
        Ok(found) => (found.entry.name().to_owned(), found.disk.name.clone()),
        Err(_) => (format!("{server}/{dataset}"), disk.unwrap_or_default().to_owned()),
    };
    let mut drill = Drill {
        id: Uuid::now_v7(),
        started,
        ended: office.now().max(started),
        server: server.to_owned(),
        dataset: dataset.to_owned(),
        archive,
        disk: from,
        asked_by: asked_by.to_owned(),
        outcome: DrillOutcome::Passed,
        restore_ms: None,
        findings: Vec::new(),
        error: None,
    };
    match result {
        Ok(Restored { restore_ms, findings }) => (drill.restore_ms, drill.findings) = (Some(restore_ms), findings),
        Err(Halt::Failed(why)) => (drill.outcome, drill.error) = (DrillOutcome::Failed, Some(why)),
        Err(Halt::NotRun(why)) => (drill.outcome, drill.error) = (DrillOutcome::NotRun, Some(why)),
    }
    tracing::info!(
        archive = drill.archive,
        disk = drill.disk,
        outcome = drill.outcome.word(),
        why = drill.error,
        "a drill"
    );
    let manifest = chosen.as_ref().ok().and_then(|found| found.entry.manifest.as_ref().ok());
    record::record(office, runtime, &drill, manifest)?;
    Ok(drill)
}

/// Restores a copy into a folder of its own, which is gone when this returns.
fn restore(
    office: Office<'_>,
    found: &Found,
    cancel: &CancellationToken,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Restored, Halt> {
    let manifest = super::verify::readable(found).map_err(|error| Halt::Failed(chain(&error)))?;
    if matches!(manifest.dump, Dump::Command(_)) {
        let why = "it is the output of a command of your own, and only you know how to load it (no hay manera de restaurar \
                   una orden propia): `resguardo verify` proves that the dump is whole";
        return Err(Halt::NotRun(why.to_owned()));
    }
    let is_encrypted = manifest.files.iter().any(|file| file.name.ends_with(".age"));
    if is_encrypted && office.config.encryption.identity.is_none() {
        let why = "it is encrypted, and no private key is here: name one as `encryption.identity`, or restore it by hand \
                   with the key from its safe";
        return Err(Halt::NotRun(why.to_owned()));
    }
    let plain = manifest.plain_bytes();
    let bytes = match manifest.dump {
        Dump::Postgres(_) | Dump::Mysql(_) => plain.saturating_mul(2).saturating_add(SERVER_BYTES),
        Dump::Sqlite(_) | Dump::Files(_) | Dump::Command(_) => {
            plain.saturating_add(plain / 10).saturating_add(FILES_BYTES)
        }
    };
    let rules = &office.config.drills;
    let folder = Folder::make(&rules.folder, bytes).map_err(Halt::NotRun)?;
    let threads = framer::threads(office.config.limits.threads);
    let identity = if is_encrypted {
        unlock::configured(office.config).map_err(|error| Halt::NotRun(chain(&error)))?
    } else {
        None
    };
    let identity = identity.as_ref();
    let trial = Trial { found, manifest, identity, rules, folder: &folder, threads, cancel, tell };
    match &manifest.dump {
        Dump::Postgres(postgres) => postgres::restore(&trial, postgres),
        Dump::Mysql(mysql) => mysql::restore(&trial, mysql),
        Dump::Sqlite(_) => sqlite::restore(&trial),
        Dump::Files(_) => tree::restore(&trial),
        Dump::Command(_) => Err(Halt::NotRun("there is no way to restore it".to_owned())),
    }
}
