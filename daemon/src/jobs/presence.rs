//! Which disks are here, and what follows from one that came: the slots that wait for it are to be looked after, and what
//! it is owed is to be copied. It may not know how it is noticed that something was mounted.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::disk_seen::{first, happened, hardware_of};
use super::disks;
use super::office::Office;
use super::tell::{self, News};
use super::tell_custody::Custody;
use crate::config::model::{Config, Place};
use crate::store::change::Change;
use crate::store::custody_rows::{DiskEventKind, DiskRow};
use crate::store::error::StoreError;
use crate::store::rows::RunState;
use crate::vault::admit::{admit, room};
use crate::vault::writer::Pending;

/// How long a disk may take to show that it is here: one that sleeps must spin up first.
const LOOK: Duration = Duration::from_secs(20);
/// How often it is written down that a disk is still here.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(10);

/// A disk of the configuration that is here and takes writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its name.
    pub name: String,
    /// The id in its marker.
    pub id: Uuid,
    /// Its folder.
    pub path: PathBuf,
    /// Bytes that are free on it, and bytes that it can hold.
    pub room: Option<(u64, u64)>,
    /// The hardware's serial number and model, where the system gives them.
    pub hardware: (Option<String>, Option<String>),
}

/// What has changed since the last look.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Disks that came.
    pub came: Vec<String>,
    /// Disks that went.
    pub went: Vec<String>,
}

/// Looks at every disk of the configuration that is a folder, each on a thread of its own. An object store is not asked:
/// it neither comes nor goes. It must not be called from an async task.
pub fn look(config: &Config) -> Vec<Seen> {
    let start = |disk: &crate::config::model::Disk| {
        let Place::Folder { path, .. } = &disk.place else { return None };
        let (name, place, id, path) = (disk.name.clone(), disks::place(disk).ok()?, disk.id, path.clone());
        Some(Pending::start(&disk.name, move || {
            let admitted = admit(&name, &place, id)?;
            let room = room(&admitted.name, &admitted.place)?;
            let hardware = hardware_of(&path);
            Ok(Seen { name: admitted.name, id: admitted.marker.id, path, room, hardware })
        }))
    };
    let looking: Vec<Pending<Seen>> = config.disks.iter().filter_map(start).collect();
    looking.into_iter().filter_map(|looking| looking.wait(LOOK).ok()).collect()
}

/// Writes down which disks are here, and what came and went since it was last written down. Slots whose run waits for a
/// disk that came may be tried at once, and so may all debts: the disk may be owed a copy, or hold one that is.
///
/// # Errors
/// What the store says; nothing is then half done.
pub async fn record(office: Office<'_>, seen: &[Seen]) -> Result<Changes, StoreError> {
    let now = office.now();
    let rows = office.store.disks().await?;
    let mut change = Change::default();
    let mut changes = Changes::default();
    for disk in seen {
        let known = rows.iter().find(|row| row.id == disk.id);
        let came = !was_here(office, disk.id).await?;
        if came {
            tracing::info!(disk = disk.name, place = %disk.path.display(), "a disk is here");
            change.disk_events.push(happened(disk.id, &disk.name, DiskEventKind::Came, now));
            changes.came.push(disk.name.clone());
        }
        if came || known.is_none_or(|row| now - row.last_seen >= SEEN_EVERY || now < row.last_seen) {
            change.disks.push(row(disk, known, now));
        }
    }
    for gone in rows.iter().filter(|row| !seen.iter().any(|disk| disk.id == row.id)) {
        if office.config.disk(&gone.name).is_some() && was_here(office, gone.id).await? {
            tracing::info!(disk = gone.name, "a disk is gone");
            change.disk_events.push(happened(gone.id, &gone.name, DiskEventKind::Went, now));
            changes.went.push(gone.name.clone());
        }
    }
    if !changes.came.is_empty() {
        change.slots_due = waiting(office, &changes.came).await?;
        change.debts_due = Some(now);
        for disk in &changes.came {
            let copies = office.store.open_debts(Some(disk)).await?.len();
            if copies > 0 {
                change.notices.push(tell::notice(office, News::Custody(Custody::Came { disk, copies })));
            }
        }
    }
    if !(change.disks.is_empty() && change.disk_events.is_empty()) {
        office.store.apply(change).await?;
    }
    Ok(changes)
}

/// Whether a disk was here by what was last written down.
async fn was_here(office: Office<'_>, id: Uuid) -> Result<bool, StoreError> {
    let last = async |kind| {
        let events = office.store.disk_events(id, Some(kind), 1).await?;
        Ok::<_, StoreError>(events.first().map(|event| event.number))
    };
    Ok(last(DiskEventKind::Came).await? > last(DiskEventKind::Went).await?)
}

fn row(disk: &Seen, known: Option<&DiskRow>, now: DateTime<Utc>) -> DiskRow {
    let bytes = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let known = known.cloned().unwrap_or_else(|| first(disk.id, &disk.name, now));
    let (serial, model) = disk.hardware.clone();
    DiskRow {
        name: disk.name.clone(),
        last_seen: now,
        serial: serial.or(known.serial.clone()),
        model: model.or(known.model.clone()),
        place: Some(disk.path.display().to_string()),
        free_bytes: disk.room.map(|(free, _)| bytes(free)),
        total_bytes: disk.room.map(|(_, total)| bytes(total)),
        ..known
    }
}

/// The open slots whose run waits for one of these disks, to be tried now.
async fn waiting(
    office: Office<'_>,
    came: &[String],
) -> Result<Vec<(String, DateTime<Utc>, DateTime<Utc>)>, StoreError> {
    let now = office.now();
    let mut slots = Vec::new();
    for slot in office.store.open_slots().await? {
        let plan = office.config.plan(&slot.plan);
        if !plan.is_some_and(|plan| plan.every_disk().any(|disk| came.contains(disk))) {
            continue;
        }
        let runs = office.store.runs_of_slot(&slot.plan, slot.due).await?;
        if slot.next_attempt > now && runs.iter().any(|run| run.state == RunState::Waiting) {
            slots.push((slot.plan, slot.due, now));
        }
    }
    Ok(slots)
}

/// The same for disks that came while a run looked for one, or while a copy to one failed: what was then written down does
/// not know of it.
///
/// # Errors
/// What the store says.
pub async fn wake(office: Office<'_>, here: &BTreeSet<String>) -> Result<(), StoreError> {
    let here: Vec<String> = here.iter().cloned().collect();
    let (slots_due, debts_due) = (waiting(office, &here).await?, Some(office.now()));
    office.store.apply(Change { slots_due, debts_due, ..Change::default() }).await.map(drop)
}
