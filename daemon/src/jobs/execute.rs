//! One run from its first row to its last: each dataset is backed up, and what became of it is recorded with its entry
//! in the register, in one transaction. It may not know how a slot ends; [`super::slots`] looks after each run.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::backup::{Looked, Outcome};
use super::entry::{self, About};
use super::error::chain;
use super::hours;
use super::odd;
use super::office::Office;
use super::select::Item;
use super::set_aside::{SetAside, set_aside};
use super::tell::{self, News};
use super::tell_custody::Custody;
use super::turns::{self, StandIn};
use super::{debts, record};
use crate::config::model::Plan;
use crate::register::entry::Outcome as Entered;
use crate::schedule::slot;
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Dataset, Run, RunState, Slot};
use crate::vault::error::VaultError;

/// What the note of an entry begins with that names a disk on which the backup is not, and why. A database that is rebuilt
/// from the register reads it again.
pub(super) const NOT_ON: &str = "no quedó en ";

/// What the register says of a dump that was brought from the spool.
const FROM_SPOOL: &str = "el volcado esperó en este equipo hasta que hubo un disco; cuenta desde que está en él";

/// How a run is ended before it is done.
#[derive(Debug, Default)]
pub struct Ending {
    /// Ends it.
    pub token: CancellationToken,
    why: OnceLock<RunState>,
}

impl Ending {
    /// Ends the run because an operator said so.
    pub fn cancel(&self) {
        let _already_ended = self.why.set(RunState::Cancelled);
        self.token.cancel();
    }

    /// Ends the run because the program ends.
    pub fn interrupt(&self) {
        let _already_ended = self.why.set(RunState::Interrupted);
        self.token.cancel();
    }

    /// What the run ends as, once it was ended.
    fn state(&self) -> Option<RunState> {
        self.token.is_cancelled().then(|| self.why.get().copied().unwrap_or(RunState::Interrupted))
    }
}

/// What does the work.
#[derive(Clone, Copy)]
pub struct Hands<'a> {
    /// Looks at the disks of all items.
    pub admit: &'a dyn Fn(&[Item]) -> Looked,
    /// Backs up one item under an id.
    pub keep: &'a dyn Fn(Uuid, Item, &Looked) -> Outcome,
}

/// Executes a run that is queued, or waits for a disk. Returns how it stands afterwards. The caller holds the run lock,
/// and must not be an async task.
///
/// # Errors
/// What the store says; the run is then left open, and is found interrupted at the next start.
pub fn execute(
    office: Office<'_>,
    runtime: &Handle,
    mut run: Run,
    ending: &Ending,
    hands: Hands<'_>,
) -> Result<Run, StoreError> {
    // It may have been cancelled since it was read.
    if let Some(stored) = runtime.block_on(office.store.run_by_id(run.id))? {
        if !matches!(stored.state, RunState::Queued | RunState::Waiting) {
            return Ok(stored);
        }
        run = stored;
    }
    let slot = match (&run.plan, run.due) {
        (Some(plan), Some(due)) => runtime.block_on(office.store.slot(plan, due))?,
        _ => None,
    };
    // It may have been queued in the last minute of its window.
    let opens = run.plan.as_deref().and_then(|plan| office.config.plan(plan));
    let opens = opens.and_then(|plan| hours::closed(plan, office.config.time_zone, office.now()));
    if let (Some(slot), Some(opens)) = (&slot, opens) {
        return runtime.block_on(wait_for_window(office, run, slot.clone(), opens));
    }
    let datasets = runtime.block_on(office.store.datasets(run.id))?;
    let open: Vec<Dataset> = datasets.into_iter().filter(|dataset| dataset.state == RunState::Queued).collect();
    let items: Vec<Item> = open.iter().map(|dataset| item(&run, dataset)).collect();
    let looked = (hands.admit)(&items.iter().map(|item| turns::candidates(office.config, item)).collect::<Vec<_>>());
    if let Some(slot) = slot.clone().filter(|_| !looked.values().any(Result::is_ok)) {
        let mut aside = set_aside(office, runtime, &run, open, ending, hands)?;
        if let Some(state) = ending.state() {
            aside.rows.iter_mut().for_each(|row| (row.state, row.ended) = (state, Some(office.now())));
            return runtime.block_on(finish(office, run, Some(slot), aside.rows, ending));
        }
        return runtime.block_on(wait_for_disk(office, run, slot, &looked, &aside));
    }
    let notices = stand_ins(office, &items, &looked, slot.as_ref());
    let now = office.now();
    (run.state, run.started, run.error) = (RunState::Running, Some(now), None);
    let slot = slot.map(|slot| {
        let attempts = slot.attempts + 1;
        Slot { attempts, next_attempt: slot::after_failure(attempts, now), ..slot }
    });
    let slots = slot.iter().cloned().collect();
    let change = Change { runs: vec![run.clone()], slots, notices, ..Change::default() };
    runtime.block_on(office.store.apply(change))?;
    let mut done = Vec::new();
    for (row, item) in open.into_iter().zip(items) {
        let row = match ending.state() {
            Some(state) => Dataset { state, ended: Some(office.now()), ..row },
            None => one(office, runtime, &run, slot.as_ref(), row, item, &looked, ending, hands)?,
        };
        done.push(row);
    }
    runtime.block_on(finish(office, run, slot, done, ending))
}

fn item(run: &Run, dataset: &Dataset) -> Item {
    let (server, name, disks) = (dataset.server.clone(), dataset.dataset.clone(), dataset.disks.clone());
    Item { plan: run.plan.clone(), server, dataset: name, disks }
}

/// Says which disks take the place of others in this run: in the log, and on a slot's first attempt to people.
fn stand_ins(
    office: Office<'_>,
    items: &[Item],
    looked: &Looked,
    slot: Option<&Slot>,
) -> Vec<(crate::store::rows::Notice, Vec<String>)> {
    let mut known: Vec<StandIn> = Vec::new();
    for stand_in in items.iter().flat_map(|item| turns::choose(office.config, item, looked).1) {
        if !known.contains(&stand_in) {
            tracing::warn!(due = stand_in.due, by = stand_in.by, "another disk takes the place of the one that is due");
            known.push(stand_in);
        }
    }
    let told = slot.filter(|slot| slot.attempts == 0);
    let notice = |slot: &Slot, stand_in| {
        let custody = Custody::StandIn { stand_in, due: slot.due };
        tell::notice(office, News::Custody(custody))
    };
    told.map(|slot| known.iter().map(|stand_in| notice(slot, stand_in)).collect()).unwrap_or_default()
}

/// Its plan's window is closed: nothing was tried.
async fn wait_for_window(
    office: Office<'_>,
    mut run: Run,
    slot: Slot,
    opens: DateTime<Utc>,
) -> Result<Run, StoreError> {
    let why = hours::why_closed(&office.stamp(opens));
    tracing::info!(why, "the run waits");
    // Its own error is kept for what a person must see to, such as a disk.
    run.state = RunState::Waiting;
    let slots = vec![Slot { next_attempt: opens, reason: Some(why), ..slot }];
    let change = Change { runs: vec![run.clone()], slots, ..Change::default() };
    office.store.apply(change).await?;
    Ok(run)
}

/// None of its disks is here: nothing was tried, and people are told which disk to connect.
async fn wait_for_disk(
    office: Office<'_>,
    mut run: Run,
    slot: Slot,
    looked: &Looked,
    aside: &SetAside,
) -> Result<Run, StoreError> {
    let now = office.now();
    let why: Vec<String> = looked.values().filter_map(|disk| disk.as_ref().err().map(|error| chain(error))).collect();
    let why = aside.said().into_iter().chain(why).collect::<Vec<_>>().join("; ");
    let first = run.error.is_none();
    (run.state, run.error) = (RunState::Waiting, Some(why.clone()));
    let mut change = Change { runs: vec![run.clone()], ..Change::default() };
    if first {
        tracing::warn!(why, "no disk is here; the run waits for one");
        change.notices.push(tell::notice(office, News::DiskWanted { plan: &slot.plan, looked, due: slot.due }));
    }
    if !aside.fresh.is_empty() {
        let custody = Custody::Spooled { plan: &slot.plan, datasets: &aside.fresh };
        change.notices.push(tell::notice(office, News::Custody(custody)));
    }
    // A server that is broken is not asked every five minutes.
    let next_attempt = if aside.failed > 0 { slot::after_failure(1, now) } else { slot::after_no_disk(now) };
    change.slots.push(Slot { next_attempt, reason: Some(why), ..slot });
    office.store.apply(change).await?;
    Ok(run)
}

/// Backs up one dataset and records what became of it.
#[expect(clippy::too_many_arguments, reason = "they are the whole of a run, once")]
fn one(
    office: Office<'_>,
    runtime: &Handle,
    run: &Run,
    slot: Option<&Slot>,
    mut row: Dataset,
    item: Item,
    looked: &Looked,
    ending: &Ending,
    hands: Hands<'_>,
) -> Result<Dataset, StoreError> {
    // What waited in the spool was dumped before this run found a disk.
    let waited = row.archive.is_some();
    (row.state, row.started) = (RunState::Running, Some(office.now()));
    runtime.block_on(office.store.apply(Change { datasets: vec![row.clone()], ..Change::default() }))?;
    let (chosen, stand_ins) = turns::choose(office.config, &item, looked);
    let mut outcome = (hands.keep)(row.id, chosen, looked);
    for StandIn { due, by, .. } in stand_ins {
        let why = format!("disk {due}: it is not here; {by} took its place");
        outcome.failed.insert(due.clone(), VaultError::NotReady { disk: due, why });
    }
    runtime.block_on(async {
        let ended = ending.state().filter(|_| outcome.kept.is_err());
        let mut row = record::row(row, &outcome, ended, office.now());
        let mut change = Change { copies: record::copies(&outcome), ..Change::default() };
        let odd = match &outcome.kept {
            Ok(kept) => odd::mark(office, &mut row, kept, &mut change).await?,
            Err(_) => Vec::new(),
        };
        change.datasets.push(row.clone());
        change.debts = debts::arising(office, &row, run.plan.as_ref());
        change.disk_events = record::events(&outcome, looked, office.now());
        let slots = settles(office, run, slot, &row).await?;
        let also = if waited { vec![FROM_SPOOL.to_owned()] } else { Vec::new() };
        enter(office, &slots, &row, &outcome, &[also, odd].concat(), &mut change).await?;
        office.store.apply(change).await?;
        Ok(row)
    })
}

/// The slots that a dataset of this run counts for: that of its run, or for an operator's run every open one that lacks
/// the dataset, if it lies on a disk of that plan.
async fn settles(office: Office<'_>, run: &Run, slot: Option<&Slot>, row: &Dataset) -> Result<Vec<Slot>, StoreError> {
    if let Some(slot) = slot {
        return Ok(vec![slot.clone()]);
    }
    let mut slots = Vec::new();
    for slot in office.store.open_slots().await? {
        let wants = |plan: &&Plan| {
            plan.datasets.iter().any(|(server, dataset)| (server, dataset) == (&row.server, &row.dataset))
                && (row.kept_on.is_empty()
                    || row.kept_on.iter().any(|disk| plan.every_disk().any(|of_plan| of_plan == disk)))
        };
        let wanted = run.started.is_some_and(|started| started >= slot.due);
        let wanted = wanted && office.config.plan(&slot.plan).as_ref().is_some_and(wants);
        if wanted && !super::slots::is_kept(office, &slot, row).await? {
            slots.push(slot);
        }
    }
    Ok(slots)
}

/// What is entered in the register, and for which slots it counts: every backup that was kept, the first failure of each
/// dataset in a slot, and every failure outside one. Further attempts of a slot are told by the entry that ends it.
async fn enter(
    office: Office<'_>,
    slots: &[Slot],
    row: &Dataset,
    outcome: &Outcome,
    also: &[String],
    change: &mut Change,
) -> Result<(), StoreError> {
    let about = |slot: Option<&Slot>, outcome, notes| About {
        server: &row.server,
        dataset: &row.dataset,
        slot: slot.map(|slot| (slot.plan.clone(), slot.due)),
        outcome,
        attempts: slot.map_or(1, |slot| slot.attempts.max(1)),
        notes,
    };
    match &outcome.kept {
        Ok(kept) => {
            let failed = outcome.failed.iter().map(|(disk, why)| format!("{NOT_ON}{disk}: {}", chain(why)));
            let notes: Vec<String> = failed.chain(also.iter().cloned()).collect();
            let notes = || notes.clone();
            for slot in slots {
                let word = verdict(office, slot, row.ended);
                change.drafts.push(entry::with(office, about(Some(slot), word, notes()), kept));
                change.slot_backups.push((slot.plan.clone(), slot.due, row.id));
            }
            if slots.is_empty() {
                change.drafts.push(entry::with(office, about(None, Entered::Extraordinary, notes()), kept));
            }
        }
        Err(_) if row.state != RunState::Failed => {}
        Err(error) => {
            let slot = slots.first();
            if let Some(slot) = slot {
                let before = office.store.slot_datasets(&slot.plan, slot.due).await?;
                let same = |other: &&Dataset| (&other.server, &other.dataset) == (&row.server, &row.dataset);
                if before.iter().filter(same).any(|other| other.state == RunState::Failed && other.id != row.id) {
                    return Ok(());
                }
            }
            let again = if slot.is_some() { "; se intentará de nuevo" } else { "" };
            let notes = vec![format!("no se pudo respaldar: {}{again}", chain(error))];
            change.drafts.push(entry::without(office, about(slot, Entered::Failed, notes)));
        }
    }
    Ok(())
}

/// Whether a dataset was kept in time.
fn verdict(office: Office<'_>, slot: &Slot, kept: Option<DateTime<Utc>>) -> Entered {
    let outcome = office.config.plan(&slot.plan).map(|plan| super::slots::verdict(plan, slot, kept));
    match outcome {
        Some(slot::SlotOutcome::Late) => Entered::DoneLate,
        _ => Entered::Done,
    }
}

/// Closes the run, and says when its slot is to be tried again.
async fn finish(
    office: Office<'_>,
    mut run: Run,
    slot: Option<Slot>,
    done: Vec<Dataset>,
    ending: &Ending,
) -> Result<Run, StoreError> {
    let now = office.now();
    let kept = done.iter().filter(|row| record::is_kept(row.state)).count();
    // Each error begins with its dataset.
    let reasons: Vec<&str> = done.iter().filter_map(|row| row.error.as_deref()).collect();
    run.ended = Some(now);
    run.error = (!reasons.is_empty()).then(|| reasons.join("; "));
    run.state = match ending.state() {
        Some(state) if kept < done.len() => state,
        _ if kept == 0 => RunState::Failed,
        _ if done.iter().all(|row| row.state == RunState::Kept) => RunState::Kept,
        _ => RunState::Partly,
    };
    let mut change = Change { runs: vec![run.clone()], datasets: done.clone(), ..Change::default() };
    if let Some(mut slot) = slot.filter(|_| kept < done.len()) {
        // What the end of the program interrupted goes on as soon as it is there again.
        slot.next_attempt =
            if run.state == RunState::Interrupted { now } else { slot::after_failure(slot.attempts, now) };
        slot.reason = run.error.clone().or_else(|| Some(format!("the run was {}", run.state.word())));
        if slot.attempts == 1 && run.state != RunState::Interrupted {
            change.notices.push(tell::notice(office, News::Failed { slot: &slot, done: &done }));
        }
        change.slots.push(slot);
    }
    tracing::info!(state = run.state.word(), kept, of = done.len(), "the run has ended");
    office.store.apply(change).await?;
    Ok(run)
}
