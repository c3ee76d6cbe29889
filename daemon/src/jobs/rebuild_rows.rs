//! From what disks hold and the register says to the rows of a database that was lost. Pure, but that it reads no more
//! than it is given: what is known already is left as it is.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::execute::NOT_ON;
use super::slots::OVER;
use crate::config::model::{Config, Plan};
use crate::register::entry::{Entry, Outcome};
use crate::schedule::slot::SlotOutcome;
use crate::store::change::Change;
use crate::store::rows::{Copy, Dataset, Run, RunState, Slot, Trigger};
use crate::vault::manifest::Manifest;

/// The datasets of a run get their ids in one instant, and the ids tell it.
const ONE_INSTANT: TimeDelta = TimeDelta::milliseconds(100);

/// What the database knows already.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The ids of backups.
    pub(super) backups: HashSet<Uuid>,
    /// Plans and beginnings of slots.
    pub(super) slots: HashSet<(String, DateTime<Utc>)>,
}

/// A backup with the disks that hold it.
#[derive(Debug, Clone)]
pub(super) struct Backup {
    manifest: Manifest,
    first: Copy,
    disks: Vec<String>,
    read: Option<DateTime<Utc>>,
}

/// Adds what one disk holds.
pub(super) fn add(backups: &mut BTreeMap<Uuid, Backup>, manifest: &Manifest, copy: Copy) {
    let disk = copy.disk.clone();
    let read = copy.verified;
    let backup = backups.entry(copy.backup).or_insert_with(|| Backup {
        manifest: manifest.clone(),
        first: copy,
        disks: Vec::new(),
        read: None,
    });
    backup.disks.push(disk);
    backup.read = backup.read.max(read);
}

/// The runs, datasets and slots that the database lacks. `entries` is the register in its order.
pub(super) fn rows(
    config: &Config,
    known: &Known,
    backups: BTreeMap<Uuid, Backup>,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Change {
    let mut change = Change::default();
    let told = Told::new(entries);
    let mut new: Vec<Backup> = backups.into_values().filter(|b| !known.backups.contains(&b.first.backup)).collect();
    new.sort_by_key(|backup| (asked(backup), backup.first.backup));
    for group in new.chunk_by(|a, b| a.manifest.plan == b.manifest.plan && asked(b) - asked(a) <= ONE_INSTANT) {
        run(group, &told, &mut change);
    }
    slots(config, known, &told, now, &mut change);
    change
}

/// When a backup was asked for: its id tells it.
fn asked(backup: &Backup) -> DateTime<Utc> {
    let told = backup.first.backup.get_timestamp().map(|stamp| stamp.to_unix());
    let told = told.and_then(|(seconds, nanos)| DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos));
    told.unwrap_or(backup.first.started)
}

/// The entries of the register that still count, by what they are about.
struct Told<'a> {
    /// By server, dataset and the name of the main archive.
    of_archives: HashMap<String, Vec<&'a Entry>>,
    /// By plan and beginning of the slot.
    of_slots: BTreeMap<(&'a str, DateTime<Utc>), Vec<&'a Entry>>,
}

impl<'a> Told<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        let mut told = Self { of_archives: HashMap::new(), of_slots: BTreeMap::new() };
        for entry in entries.iter().filter(|entry| entry.draft.corrects.is_none()) {
            if let Some(slot) = slot_of(entry) {
                let entries = told.of_slots.entry(slot).or_default();
                // A slot that was void is decided again: what was said of it before does not count.
                if entry.draft.outcome == Outcome::Void {
                    entries.clear();
                } else {
                    entries.push(entry);
                }
            }
            if let Some(file) = entry.draft.files.last() {
                let origin = &entry.draft.origin;
                let of = archive_key(&origin.server, &origin.name, &file.name);
                told.of_archives.entry(of).or_default().push(entry);
            }
        }
        told.of_slots.retain(|_, entries| !entries.is_empty());
        told
    }

    fn of(&self, backup: &Backup) -> &[&'a Entry] {
        let Some(file) = backup.first.files.last() else { return &[] };
        let of = archive_key(&backup.first.server, &backup.first.dataset, file);
        self.of_archives.get(&of).map_or(&[], Vec::as_slice)
    }
}

fn archive_key(server: &str, dataset: &str, file: &str) -> String {
    format!("{server}/{dataset}/{file}")
}

fn slot_of(entry: &Entry) -> Option<(&str, DateTime<Utc>)> {
    Some((entry.draft.plan.as_deref()?, entry.draft.due?.to_utc()))
}

fn is_kept(entry: &Entry) -> bool {
    matches!(entry.draft.outcome, Outcome::Done | Outcome::DoneLate)
}

/// One run of backups that were asked for together. It bears the id of the first of them, so that another rebuilding finds
/// it again.
fn run(group: &[Backup], told: &Told<'_>, change: &mut Change) {
    let Some(first) = group.first() else { return };
    let id = first.first.backup;
    let plan = first.manifest.plan.clone();
    let mut due = None;
    let mut datasets = Vec::new();
    for (place, backup) in (0..).zip(group) {
        let entries = told.of(backup);
        let row = dataset(id, place, backup, entries);
        for entry in entries.iter().filter(|entry| is_kept(entry)) {
            let Some((slot_plan, slot_due)) = slot_of(entry) else { continue };
            let counts = told.of_slots.get(&(slot_plan, slot_due)).is_some_and(|of| of.iter().any(|e| e == entry));
            if counts {
                change.slot_backups.push((slot_plan.to_owned(), slot_due, row.id));
            }
            if plan.as_deref() == Some(slot_plan) {
                due = Some(slot_due);
            }
        }
        datasets.push(row);
    }
    let failed = |entry: &&&Entry| entry.draft.outcome == Outcome::Failed;
    let of_slot = plan.as_deref().zip(due).and_then(|slot| told.of_slots.get(&slot));
    let all = datasets.iter().all(|row| row.state == RunState::Kept)
        && of_slot.is_none_or(|entries| !entries.iter().any(|entry| failed(&entry)));
    let by_schedule = due.is_some();
    change.runs.push(Run {
        id,
        number: 0,
        plan,
        due,
        trigger: if by_schedule { Trigger::Schedule } else { Trigger::Operator },
        asked_by: "resguardo".to_owned(),
        state: if all { RunState::Kept } else { RunState::Partly },
        queued: asked(first),
        started: datasets.iter().filter_map(|row| row.started).min(),
        ended: datasets.iter().filter_map(|row| row.ended).max(),
        error: None,
    });
    change.datasets.extend(datasets);
}

fn dataset(run: Uuid, place: i64, backup: &Backup, entries: &[&Entry]) -> Dataset {
    let (manifest, copy) = (&backup.manifest, &backup.first);
    let received = DateTime::parse_from_rfc3339(&manifest.ended).ok().map(|at| at.to_utc());
    let entered = entries.first().map(|entry| entry.draft.at.to_utc());
    // The register also names disks that are not here today.
    let media = entries.iter().flat_map(|entry| entry.draft.media.iter().map(|medium| medium.label.clone()));
    let mut kept_on: Vec<String> = Vec::new();
    for disk in media.chain(backup.disks.iter().cloned()) {
        if !kept_on.contains(&disk) {
            kept_on.push(disk);
        }
    }
    let notes = entries.first().map(|entry| entry.draft.notes.as_slice()).unwrap_or_default();
    let failed_on: Vec<(String, String)> = notes
        .iter()
        .filter_map(|note| note.strip_prefix(NOT_ON)?.split_once(": "))
        .filter(|(disk, _)| !kept_on.iter().any(|kept| kept == disk))
        .map(|(disk, why)| (disk.to_owned(), why.to_owned()))
        .collect();
    Dataset {
        id: copy.backup,
        run,
        place,
        server: copy.server.clone(),
        dataset: copy.dataset.clone(),
        disks: kept_on.iter().chain(failed_on.iter().map(|(disk, _)| disk)).cloned().collect(),
        state: if failed_on.is_empty() { RunState::Kept } else { RunState::Partly },
        started: Some(copy.started),
        ended: entered.max(backup.read).or(received),
        receive_ms: received.map(|received| (received - copy.started).num_milliseconds()),
        plain_bytes: Some(copy.plain_bytes),
        archive_bytes: Some(copy.archive_bytes),
        archive: Some(copy.archive.clone()),
        kept_on,
        failed_on,
        files: manifest.files.iter().map(|file| (file.name.clone(), file.evidence.shows.clone())).collect(),
        warnings: manifest.warnings.clone(),
        error: None,
        error_kind: None,
    }
}

/// The slots that the register tells of. The latest one of a plan stays open where something of it may still be kept.
fn slots(config: &Config, known: &Known, told: &Told<'_>, now: DateTime<Utc>, change: &mut Change) {
    let mut latest: HashMap<&str, DateTime<Utc>> = HashMap::new();
    for (plan, due) in told.of_slots.keys() {
        latest.insert(plan, *due);
    }
    for ((plan, due), entries) in &told.of_slots {
        if known.slots.contains(&((*plan).to_owned(), *due)) {
            continue;
        }
        let is_latest = latest.get(plan) == Some(due);
        let unfinished = config.plan(plan).filter(|_| is_latest).is_some_and(|plan| lacks_some(plan, entries));
        change.slots.push(slot(plan, *due, entries, unfinished, now));
    }
}

/// Whether a dataset of a plan has no entry that settles it.
fn lacks_some(plan: &Plan, entries: &[&Entry]) -> bool {
    let settled = |server: &str, name: &str| {
        let of = |entry: &&&Entry| entry.draft.origin.server == server && entry.draft.origin.name == name;
        entries.iter().filter(of).any(|entry| is_kept(entry) || is_final(entry))
    };
    !plan.datasets.iter().all(|(server, name)| settled(server, name))
}

/// Whether an entry says that a slot has ended without a dataset; one of a first failure does not.
fn is_final(entry: &Entry) -> bool {
    match entry.draft.outcome {
        Outcome::Missed | Outcome::Excused => true,
        Outcome::Failed => entry.draft.notes.iter().any(|note| note.starts_with(OVER)),
        _ => false,
    }
}

fn slot(plan: &str, due: DateTime<Utc>, entries: &[&Entry], unfinished: bool, now: DateTime<Utc>) -> Slot {
    let any = |outcome| entries.iter().any(|entry| entry.draft.outcome == outcome);
    let ended = entries.iter().find(|entry| is_final(entry));
    let outcome = if ended.is_some() {
        if any(Outcome::Excused) { SlotOutcome::Excused } else { SlotOutcome::Missed }
    } else if any(Outcome::DoneLate) {
        SlotOutcome::Late
    } else if any(Outcome::Done) {
        SlotOutcome::Done
    } else {
        SlotOutcome::Missed
    };
    let outcome = (!unfinished).then_some(outcome);
    let reason = ended.and_then(|entry| {
        let said = |note: &String| note.strip_prefix(OVER)?.strip_prefix(": ").map(str::to_owned);
        entry.draft.notes.iter().find_map(said)
    });
    let attempts = entries.iter().filter(|entry| entry.draft.outcome != Outcome::Missed);
    let entered = entries.iter().map(|entry| entry.draft.at.to_utc()).max();
    Slot {
        plan: plan.to_owned(),
        due,
        outcome,
        attempts: attempts.map(|entry| i64::from(entry.draft.attempts)).max().unwrap_or_default(),
        next_attempt: if unfinished { now } else { due },
        settled: outcome.and(entered),
        reason,
    }
}

#[cfg(test)]
#[path = "rebuild_tests.rs"]
mod tests;
