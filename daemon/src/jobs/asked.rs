//! What somebody asks for once of a backup that is kept: reading all of its copies again, or restoring it into a folder of this
//! machine. Both block, and take no turn from runs: they only read disks. It may not know where it was asked.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::copies::{self, Read};
use super::error::{JobError, chain};
use super::office::Office;
use super::restore::{self, Reading};
use super::{archives, check, disks, unlock, verify};
use crate::config::model::Config;
use crate::store::error::StoreError;

/// What reading the copies of a backup found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadAgain {
    /// The disks whose copy is good.
    pub good: Vec<String>,
    /// The disks whose copy is not, and what is wrong with it.
    pub bad: Vec<(String, String)>,
    /// The disks that are not here.
    pub away: Vec<String>,
    /// Whether it was ended before all were read.
    pub ended: bool,
}

/// Reads the copies of a backup again that are here, and records each reading. It must not be called from an async task.
///
/// # Errors
/// What the store says; what was recorded stays.
pub fn read_again(
    office: Office<'_>,
    runtime: &Handle,
    cancel: &CancellationToken,
    archive: &str,
    by: &str,
) -> Result<ReadAgain, StoreError> {
    let threads = resguardo_agent::framer::threads(office.config.limits.threads);
    let identity = unlock::configured(office.config).unwrap_or_else(|error| {
        tracing::warn!(error = chain(&error), "without its key, of what is encrypted the archives alone are read");
        None
    });
    let mut found = ReadAgain::default();
    for copy in runtime.block_on(office.store.copies_of(archive))? {
        let disk = disks::by_name(office.config, &copy.disk).ok().filter(|disk| disk.marker.id == copy.disk_id);
        let Some(disk) = disk else {
            found.away.push(copy.disk);
            continue;
        };
        let started = office.now();
        let reading = verify::Reading { identity: identity.as_ref(), threads, cancel, tell: &|_| {} };
        let Some(verdict) = check::read_copy(&disk, archive, reading) else {
            found.ended = true;
            break;
        };
        let read = Read {
            disk_id: copy.disk_id,
            disk: &disk.name,
            archive,
            started,
            by,
            verdict: &verdict,
            mended_from: None,
        };
        runtime.block_on(copies::record(office, read))?;
        if verdict.is_good() {
            found.good.push(copy.disk);
        } else {
            found.bad.push((copy.disk, verdict.summary().unwrap_or_default()));
        }
    }
    Ok(found)
}

/// Restores a backup into a folder of its own below `folder`, whose owner alone may read it; returns the folder. A copy that turns
/// out to be damaged gives way to the next.
///
/// # Errors
/// [`JobError`], also where it lies there already.
pub fn restore_below(
    config: &Config,
    folder: &Path,
    archive: &str,
    cancel: &CancellationToken,
) -> Result<PathBuf, JobError> {
    let mut copies = archives::find(Some(config), archive, &[])?;
    restore::best_first(&mut copies);
    let identity = unlock::configured(config)?;
    let own = folder.join(archive.replace('/', "-"));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&own);
    made.map_err(|source| JobError::Write { act: "make the folder", path: own.clone(), source })?;
    let threads = resguardo_agent::framer::threads(config.limits.threads);
    let reading = Reading { identity: identity.as_ref(), threads, tell: &|_| {}, cancel };
    let mut last = JobError::NoArchive { name: archive.to_owned(), searched: "the disks that are here".to_owned() };
    for found in &copies {
        match restore::to_folder(found, &own, None, reading) {
            Ok(_) => return Ok(own),
            Err(JobError::Disk(error)) if error.is_damage() => {
                tracing::error!(disk = found.disk.name, archive, error = chain(&error), "a copy is damaged");
                last = JobError::Disk(error);
            }
            Err(error) => {
                last = error;
                break;
            }
        }
    }
    // Only one that is empty goes.
    let _stays = std::fs::remove_dir(&own);
    Err(last)
}
