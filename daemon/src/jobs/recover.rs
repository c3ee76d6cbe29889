//! After the program ended in the middle of something: runs that were left open are closed, what a disk proves to have
//! been kept is recorded, and what was not is taken up again. Run once, before anything else.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::runtime::Handle;

use super::backup::{Kept, Looked, Outcome};
use super::entry::{self, About};
use super::execute::Hands;
use super::office::Office;
use super::select::Item;
use super::slots::{new_run, queue};
use super::stage::Failed;
use super::tell::{self, News};
use super::{debts, record, spool, turns};
use crate::register::entry::Outcome as Entered;
use crate::schedule::slot;
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Dataset, Run, RunState, Slot, Trigger};
use crate::vault::catalogue;
use crate::vault::error::VaultError;
use crate::vault::manifest::Manifest;
use crate::vault::store::Store as DiskStore;

/// An operator's run that is older is not taken up again: whoever asked has long looked elsewhere.
const FRESH: TimeDelta = TimeDelta::hours(24);
/// After so many attempts an interruption counts as a failure, so that a run that ends the program does not do so for
/// ever.
const PATIENT_ATTEMPTS: i64 = 3;

/// Closes what was left open. Returns whether the register has grown.
///
/// # Errors
/// What the store says; it may be called again.
pub fn recover(office: Office<'_>, runtime: &Handle, hands: Hands<'_>) -> Result<bool, StoreError> {
    let mut entered = false;
    for run in runtime.block_on(office.store.open_runs())? {
        if run.state == RunState::Running {
            entered |= close(office, runtime, run, hands)?;
        }
    }
    Ok(entered)
}

fn close(office: Office<'_>, runtime: &Handle, mut run: Run, hands: Hands<'_>) -> Result<bool, StoreError> {
    let now = office.now();
    let rows = runtime.block_on(office.store.datasets(run.id))?;
    let item = |row: &Dataset| Item {
        plan: run.plan.clone(),
        server: row.server.clone(),
        dataset: row.dataset.clone(),
        disks: row.disks.clone(),
    };
    let cut: Vec<Item> = rows.iter().filter(|row| row.state == RunState::Running).map(item).collect();
    let looked = (hands.admit)(&cut.iter().map(|item| turns::candidates(office.config, item)).collect::<Vec<_>>());
    let mut change = Change::default();
    let mut left = Vec::new();
    let slot = match (&run.plan, run.due) {
        (Some(plan), Some(due)) => runtime.block_on(office.store.slot(plan, due))?,
        _ => None,
    };
    for row in rows.into_iter().filter(|row| matches!(row.state, RunState::Running | RunState::Queued)) {
        let of = item(&row);
        match found(&row, &looked) {
            Some(kept) => {
                let failed = lacking(&row, &kept);
                let outcome = Outcome { item: of, kept: Ok(kept), failed };
                let row = record::row(row, &outcome, None, now);
                change.copies.extend(record::copies(&outcome));
                change.debts.extend(debts::arising(office, &row, run.plan.as_ref()));
                change.drafts.extend(draft(office, slot.as_ref(), &row, &outcome));
                change.slot_backups.extend(slot.iter().map(|slot| (slot.plan.clone(), slot.due, row.id)));
                change.datasets.push(row);
            }
            None => {
                // A dump that has come to lie in the spool whole waits there for its disks.
                let spooled = spool::source(office.config).map(|spool| (spool.name.clone(), Ok(spool)));
                if let Some(kept) = found(&row, &spooled.into_iter().collect()) {
                    let outcome = Outcome { item: of.clone(), kept: Ok(kept), failed: Failed::new() };
                    change.copies.extend(record::copies(&outcome));
                }
                let error = Some("the program ended before this was kept".to_owned());
                change.datasets.push(Dataset { state: RunState::Interrupted, ended: Some(now), error, ..row });
                left.push(of);
            }
        }
    }
    tracing::warn!(run = run.number, left = left.len(), "a run was left open by the end of the program");
    (run.state, run.ended) = (RunState::Interrupted, Some(now));
    run.error = Some("the program ended before the run did".to_owned());
    let name = run.plan.clone().unwrap_or_else(|| left.iter().map(Item::name).collect::<Vec<_>>().join(", "));
    if !left.is_empty() {
        change.notices.push(tell::notice(office, News::Interrupted { plan: &name }));
    }
    if let Some(slot) = slot.filter(|slot| slot.outcome.is_none()) {
        let next_attempt = if slot.attempts < PATIENT_ATTEMPTS { now } else { slot::after_failure(slot.attempts, now) };
        change.slots.push(Slot { next_attempt, reason: run.error.clone(), ..slot });
    }
    change.runs.push(run.clone());
    let entered = !change.drafts.is_empty();
    runtime.block_on(office.store.apply(change))?;
    if run.trigger == Trigger::Operator && !left.is_empty() && now - run.queued < FRESH {
        let again = new_run(office, run.plan, run.due, run.trigger, &run.asked_by);
        let again = Run { queued: run.queued, ..again };
        runtime.block_on(queue(office, again, left))?;
    }
    Ok(entered)
}

/// The backup of this id, where its manifest has come to lie on a disk: then it exists, though nobody wrote it down. It is
/// looked for on every disk that was looked at, since one may have taken the place of another.
fn found(row: &Dataset, looked: &Looked) -> Option<Kept> {
    if row.state != RunState::Running {
        return None;
    }
    let name = format!("{}/{}", row.server, row.dataset);
    let mut copies: Vec<(String, Manifest)> = Vec::new();
    let mut archive = None;
    for disk in looked.values().filter_map(|disk| disk.as_ref().ok()) {
        let listed = DiskStore::open(&disk.name, &disk.place).and_then(|store| catalogue::list(&store, Some(&name)));
        let entries = listed.unwrap_or_else(|error| {
            tracing::warn!(
                disk = disk.name,
                error = super::error::chain(&error),
                "cannot look for an interrupted backup"
            );
            Vec::new()
        });
        for entry in entries.into_iter().filter(catalogue::Entry::exists) {
            let entry_name = entry.name().to_owned();
            if let Some(manifest) = entry.manifest.ok().filter(|manifest| manifest.run == row.id) {
                archive = Some(entry_name);
                copies.push((disk.name.clone(), manifest));
            }
        }
    }
    let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    let manifest = copies.first().map(|(_, manifest)| manifest.clone())?;
    let started: DateTime<Utc> = moment(&manifest.started).or(row.started)?;
    let received = moment(&manifest.ended).unwrap_or(started);
    let (disks, copies) = copies.into_iter().unzip();
    Some(Kept { archive: archive?, manifest, disks, copies, started, received })
}

/// The disks that do not hold what others do.
fn lacking(row: &Dataset, kept: &Kept) -> Failed {
    let lacks = row.disks.iter().filter(|disk| !kept.disks.contains(disk));
    lacks
        .map(|disk| {
            let why = "the program ended before this disk had it".to_owned();
            (disk.clone(), VaultError::NotReady { disk: disk.clone(), why })
        })
        .collect()
}

fn draft(
    office: Office<'_>,
    slot: Option<&Slot>,
    row: &Dataset,
    outcome: &Outcome,
) -> Option<crate::register::entry::Draft> {
    let kept = outcome.kept.as_ref().ok()?;
    let late = |slot: &Slot| {
        let plan = office.config.plan(&slot.plan);
        // It was kept before the program ended, whenever that was noticed.
        let verdict = plan.map(|plan| super::slots::verdict(plan, slot, Some(kept.received)));
        if verdict == Some(slot::SlotOutcome::Late) { Entered::DoneLate } else { Entered::Done }
    };
    let about = About {
        server: &row.server,
        dataset: &row.dataset,
        slot: slot.map(|slot| (slot.plan.clone(), slot.due)),
        outcome: slot.map_or(Entered::Extraordinary, late),
        attempts: slot.map_or(1, |slot| slot.attempts.max(1)),
        notes: vec!["asentado después de que el programa terminara a mitad del respaldo".to_owned()],
    };
    Some(entry::with(office, about, kept))
}
