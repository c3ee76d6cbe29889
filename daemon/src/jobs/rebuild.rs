//! A database that was lost comes back from the disks that are here: copies from their manifests, the register from its
//! files, and runs and slots from both. What is known already stays as it is, so it may be run at any time; only copies
//! that are on a disk no more are forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::runtime::Handle;

use super::disk_adopt::{COPIES_MAX, unknown};
use super::disk_scan::{Scan, scan};
use super::error::{JobError, chain};
use super::office::Office;
use super::rebuild_rows::{self, Known};
use super::report::DiskFailure;
use super::report_disks::RebuildReport;
use super::{disk_seen, disks, hand_out, slots};
use crate::config::model::{self, Disk};
use crate::register::entry::Entry;
use crate::register::key::Key;
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Copy, Line};
use crate::vault::admit::{Admitted, admit};
use crate::vault::error::VaultError;
use crate::vault::writer::Pending;

/// How long a disk may take to show that it is here.
const LOOK: Duration = Duration::from_secs(120);
/// The most slots that are looked at.
const SLOTS_MAX: u32 = 1_000_000;

/// Takes into the database what the disks that are here hold and it does not know. It must not be called from an async
/// task, and not while a run is under way.
///
/// # Errors
/// What the store says; what was taken until then stays. A disk that does not read is left out, and named.
pub fn rebuild(office: Office<'_>, runtime: &Handle, key: &Key) -> Result<RebuildReport, StoreError> {
    let mut report = RebuildReport::default();
    let mut scans = Vec::new();
    for disk in &office.config.disks {
        match here(disk).and_then(|admitted| Ok(scan(&admitted)?)) {
            Ok(scan) => scans.push(scan),
            Err(error) => report.absent.push(DiskFailure { disk: disk.name.clone(), why: chain(&error) }),
        }
    }
    report.entries = register(office, runtime, key, &scans)?;
    let mut change = Change::default();
    let mut backups = BTreeMap::new();
    let rows = runtime.block_on(office.store.disks())?;
    for scan in &scans {
        report.disks.push(scan.disk.name.clone());
        copies(office, runtime, scan, &mut change, &mut report)?;
        scan.backups().for_each(|(manifest, copy)| rebuild_rows::add(&mut backups, manifest, copy));
        let known = rows.iter().find(|row| row.id == scan.disk.marker.id);
        if known.is_none() {
            change.disks.push(disk_seen::row(known, &scan.disk, office.now()));
        }
    }
    let known = known(office, runtime)?;
    let entries = entries(office, runtime)?;
    let rows = rebuild_rows::rows(office.config, &known, backups, &entries, office.now());
    (report.runs, report.datasets, report.slots) = (rows.runs.len(), rows.datasets.len(), rows.slots.len());
    let change = Change { copies: change.copies, removed_copies: change.removed_copies, disks: change.disks, ..rows };
    runtime.block_on(office.store.apply(change))?;
    runtime.block_on(slots::look(office, None))?;
    tracing::warn!(
        copies = report.copies,
        removed = report.removed,
        runs = report.runs,
        slots = report.slots,
        entries = report.entries,
        "the database was rebuilt from the disks"
    );
    Ok(report)
}

/// A disk that can be read; one that takes no writes is as good.
fn here(disk: &Disk) -> Result<Admitted, JobError> {
    let (name, place, id) = (disk.name.clone(), disks::place(disk)?, disk.id);
    let admitted = Pending::start(&disk.name, move || admit(&name, &place, id)).wait(LOOK);
    match (admitted, &disk.place) {
        (Err(VaultError::ReadOnly { .. }), model::Place::Folder { path, .. }) => disks::by_path(path),
        (admitted, _) => Ok(admitted?),
    }
}

/// Takes the register over from the disks, and returns how many entries: those that our own key has signed, or, where
/// this machine has none at all and its key is a new one, the longest chain that is whole.
fn register(office: Office<'_>, runtime: &Handle, key: &Key, scans: &[Scan]) -> Result<usize, StoreError> {
    let length = || -> Result<i64, StoreError> {
        Ok(runtime.block_on(office.store.last_line())?.map_or(0, |line| line.sequence))
    };
    let before = length()?;
    hand_out::take_over(office, runtime, key)?;
    if length()? == 0 {
        let whole = scans.iter().filter(|scan| scan.verified().is_whole());
        let longest: Option<Vec<Line>> = whole.map(Scan::lines).max_by_key(Vec::len);
        if let Some(imported) = longest.filter(|lines| !lines.is_empty()) {
            tracing::warn!(
                entries = imported.len(),
                "the register was taken over from a disk; another key had signed it"
            );
            runtime.block_on(office.store.apply(Change { imported, ..Change::default() }))?;
        }
    }
    Ok(usize::try_from(length()? - before).unwrap_or_default())
}

/// What the index lacks of a disk, and what it has too much.
fn copies(
    office: Office<'_>,
    runtime: &Handle,
    scan: &Scan,
    change: &mut Change,
    report: &mut RebuildReport,
) -> Result<(), StoreError> {
    let id = scan.disk.marker.id;
    let new = unknown(office, runtime, scan)?;
    report.copies += new.len();
    change.copies.extend(new);
    let there: BTreeSet<&str> = scan.entries.iter().map(crate::vault::catalogue::Entry::name).collect();
    let damaged = scan.damaged();
    for copy in runtime.block_on(office.store.copies_on(id, COPIES_MAX))? {
        if !there.contains(copy.archive.as_str()) {
            report.removed += 1;
            change.removed_copies.push((id, copy.archive));
        } else if let Some(why) = damaged.get(copy.archive.as_str()).filter(|_| copy.damage.is_none()) {
            report.damaged += 1;
            change.copies.push(Copy { damage: Some(why.clone()), ..copy });
        }
    }
    Ok(())
}

fn known(office: Office<'_>, runtime: &Handle) -> Result<Known, StoreError> {
    let backups = runtime.block_on(office.store.dataset_ids())?.into_iter().map(|id| id.0).collect();
    let slots = runtime.block_on(office.store.slots(None, SLOTS_MAX))?;
    Ok(Known { backups, slots: slots.into_iter().map(|slot| (slot.plan, slot.due)).collect() })
}

/// The whole register in its order. A line that does not read was verified by its hash and says nothing about slots.
fn entries(office: Office<'_>, runtime: &Handle) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::new();
    for year in runtime.block_on(office.store.years_after(0))? {
        let lines = runtime.block_on(office.store.year_lines(i32::try_from(year).unwrap_or_default()))?;
        entries.extend(lines.iter().filter_map(|line| Entry::parse(&line.text).ok()));
    }
    entries.sort_by_key(|entry| entry.sequence);
    Ok(entries)
}
