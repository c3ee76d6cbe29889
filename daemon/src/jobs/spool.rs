//! The spool: a folder on this machine in which dumps wait for a disk when none of a plan's disks is here. It is a disk of
//! its own kind, with a marker that is made by itself, on which no backup belongs and which settles no slot: a backup
//! counts once it is on a disk, and is then removed from here.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::backup::{Kept, Looked, Outcome};
use super::debts;
use super::error::{JobError, chain};
use super::office::Office;
use super::select::Item;
use super::stage::Failed;
use crate::config::model::Config;
use crate::config::rules::Spool;
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Copy, Dataset, RunState};
use crate::vault::admit::{Admitted, admit};
use crate::vault::catalogue;
use crate::vault::error::VaultError;
use crate::vault::layout::Stem;
use crate::vault::marker::{self, FORMAT, Marker};
use crate::vault::store::{Place, Store};
use crate::vault::sweep;
use crate::vault::transfer::{self, Failure};
use tokio_util::sync::CancellationToken;

/// Its label, in its marker and in the index.
pub const LABEL: &str = "spool";
/// The most copies that are looked at; the spool is small.
const MOST: u32 = 10_000;

/// The spool, made if it is not there yet, and swept of what dead runs left.
///
/// # Errors
/// What the folder says.
pub fn open(spool: &Spool, now: DateTime<Utc>) -> Result<Admitted, JobError> {
    let place = Place::Folder { path: spool.path.clone(), mount_point: false };
    let failed = |source| JobError::State { act: "make the spool's folder", path: spool.path.clone(), source };
    std::fs::create_dir_all(&spool.path).map_err(failed)?;
    if marker::read(&Store::open(LABEL, &place)?)?.is_none() {
        let (label, prepared, prepared_by) = (LABEL.to_owned(), now.to_rfc3339(), "resguardo".to_owned());
        marker::prepare(
            &place,
            &Marker { format: FORMAT, id: Uuid::now_v7(), label, custody: None, prepared, prepared_by },
        )?;
    }
    let admitted = admit(LABEL, &place, None)?;
    sweep::sweep(&Store::open(LABEL, &place)?, now.timestamp())?;
    Ok(admitted)
}

/// The spool of the configuration for reading, where there is one.
pub(super) fn source(config: &Config) -> Option<Admitted> {
    let spool = config.spool.as_ref()?;
    admit(LABEL, &Place::Folder { path: spool.path.clone(), mount_point: false }, None).ok()
}

/// Whether a dump that is a fifth larger than the dataset's last one still has room in the spool. One whose size nobody
/// knows yet is not begun.
///
/// # Errors
/// What the store says.
pub(super) async fn has_room(office: Office<'_>, spool: &Spool, row: &Dataset) -> Result<bool, StoreError> {
    let history = office.store.history(&row.server, &row.dataset, 1).await?;
    let last = history.first().and_then(|row| u64::try_from(row.archive_bytes?).ok());
    let used = office.store.copies(Some(LABEL), None, MOST).await?;
    let used = used.iter().filter_map(|copy| u64::try_from(copy.archive_bytes).ok()).fold(0, u64::saturating_add);
    Ok(last.is_some_and(|last| used.saturating_add(last).saturating_add(last / 5) <= spool.bytes_max))
}

/// The backup of this id, brought from the spool to the disks of an item that are here; `None` where the spool does not
/// hold it whole, so that it must be made anew.
pub fn deliver(
    config: &Config,
    id: Uuid,
    item: &Item,
    looked: &Looked,
    stamp: &dyn Fn() -> String,
    cancel: &CancellationToken,
) -> Option<Outcome> {
    let spool = source(config)?;
    let store = Store::open(LABEL, &spool.place).ok()?;
    let entries = catalogue::list(&store, Some(&item.name())).ok()?;
    let entry = entries.iter().find(|entry| entry.exists() && entry.manifest.as_ref().is_ok_and(|it| it.run == id))?;
    let (archive, manifest) = (entry.name().to_owned(), entry.manifest.as_ref().ok()?);
    let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    let (started, received) = (moment(&manifest.started)?, moment(&manifest.ended)?);
    let mut failed = Failed::new();
    let mut copies = Vec::new();
    for name in &item.disks {
        match looked.get(name) {
            Some(Ok(disk)) => match transfer::copy(&spool, disk, &archive, stamp, cancel) {
                Ok(copied) => copies.push(copied.manifest),
                Err(Failure::Target(error)) => drop(failed.insert(name.clone(), error)),
                Err(Failure::Cancelled) => {
                    let kept = Err(JobError::Cancelled { dataset: item.name() });
                    return Some(Outcome { item: item.clone(), kept, failed });
                }
                Err(Failure::Source(error)) => {
                    tracing::error!(archive, error = chain(&error), "what waited in the spool cannot be read");
                    return None;
                }
            },
            Some(Err(error)) => {
                let why = chain(error);
                failed.insert(name.clone(), VaultError::NotReady { disk: name.clone(), why });
            }
            None => {}
        }
    }
    let disks: Vec<String> = copies.iter().map(|manifest| manifest.disk.label.clone()).collect();
    let kept = match copies.first().cloned() {
        Some(manifest) => Ok(Kept { archive, manifest, disks, copies, started, received }),
        None => {
            let why = failed.values().map(|error| chain(error)).collect::<Vec<_>>().join("; ");
            Err(JobError::NoDisk { dataset: item.name(), why })
        }
    };
    Some(Outcome { item: item.clone(), kept, failed })
}

/// What is to be done about the spool.
#[derive(Debug, Default)]
pub(super) struct Business {
    /// Copies that a real disk holds as well.
    pub(super) held: Vec<Copy>,
    /// Backups whose run is over and that no disk has: each is owed to the disks it belongs on.
    pub(super) left: Vec<(Dataset, Copy)>,
}

impl Business {
    pub(super) fn is_none(&self) -> bool {
        self.held.is_empty() && self.left.is_empty()
    }
}

/// Looks through the spool by the index.
///
/// # Errors
/// What the store says.
pub(super) async fn business(office: Office<'_>) -> Result<Business, StoreError> {
    let mut business = Business::default();
    if office.config.spool.is_none() {
        return Ok(business);
    }
    let waits = |state| matches!(state, RunState::Queued | RunState::Running);
    for copy in office.store.copies(Some(LABEL), None, MOST).await? {
        let others = office.store.copies_of(&copy.archive).await?;
        if others.iter().any(|other| other.disk != LABEL && other.damage.is_none()) {
            business.held.push(copy);
        } else if let Some(row) = office.store.dataset(copy.backup).await?.filter(|row| !waits(row.state)) {
            let mut owed = false;
            for disk in &row.disks {
                owed |= office.store.debt(disk, &copy.archive).await?.is_some();
            }
            if !owed {
                business.left.push((row, copy));
            }
        }
    }
    Ok(business)
}

/// Removes what disks hold by now, and has what nobody waits for any more owed to its disks. Returns whether anything has
/// changed.
///
/// # Errors
/// What the store says. What cannot be removed stays for the next time.
pub(super) fn tidy(office: Office<'_>, runtime: &tokio::runtime::Handle) -> Result<bool, StoreError> {
    let business = runtime.block_on(business(office))?;
    let mut change = Change::default();
    for (row, copy) in business.left {
        let failed_on = row.disks.iter().map(|disk| (disk.clone(), "it waits in the spool".to_owned())).collect();
        let kept_on = vec![LABEL.to_owned()];
        let row = Dataset { archive: Some(copy.archive.clone()), kept_on, failed_on, ..row };
        change.debts.extend(debts::arising(office, &row, None));
    }
    if let Some(spool) = source(office.config) {
        for copy in business.held.into_iter().filter(|copy| copy.disk_id == spool.marker.id) {
            match remove(&spool, &copy.archive) {
                Ok(()) => {
                    tracing::info!(archive = copy.archive, "a disk holds it; it was removed from the spool");
                    change.removed_copies.push((copy.disk_id, copy.archive));
                }
                Err(error) => tracing::warn!(archive = copy.archive, error = chain(&error), "it stays in the spool"),
            }
        }
    }
    let moved = !(change.debts.is_empty() && change.removed_copies.is_empty());
    runtime.block_on(office.store.apply(change))?;
    Ok(moved)
}

/// Removes a backup from the spool: its manifest first, so that nothing half is ever a backup.
fn remove(spool: &Admitted, archive: &str) -> Result<(), VaultError> {
    let store = Store::open(LABEL, &spool.place)?;
    let stem = Stem::of_archive(archive);
    store.remove(&stem.manifest())?;
    store.sync_folders(&stem.manifest())?;
    for object in store.list(&stem.folder())?.into_iter().filter(|object| stem.names(&object.key)) {
        store.remove(&object.key)?;
    }
    Ok(())
}
