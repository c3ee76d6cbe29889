//! Looking after the slots: which begin, which have been kept, which are over, and which want a run now. It may run at
//! any time and as often as anybody likes: what it does depends on nothing but the store and the clock.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::entry::{self, About};
use super::hours;
use super::office::{Office, day, items};
use super::record;
use super::tell::{self, News};
use super::tell_custody::Custody;
use crate::config::model::Plan;
use crate::register::entry::{Draft, Outcome};
use crate::schedule::slot::{self, Known, OpenSlot, SlotOutcome};
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Dataset, Delivery, DeliveryState, Excuse, Run, RunState, Slot, Trigger};

/// The key under which the latest moment is remembered at which the service looked.
const LAST_SEEN: &str = "last_seen";
/// The key under which it is remembered since when the clock has stood behind slots that are settled; empty if it does not.
const BEHIND_SINCE: &str = "behind_since";
/// How long the clock must have stood behind before slots are taken back. A machine whose battery is dead starts in the
/// past, and is told the time by the network soon after: what it had settled was right.
const BEHIND: TimeDelta = TimeDelta::hours(6);
/// How often that is written.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(10);

/// What the note of an entry begins with that ends a slot for a dataset of which nothing was kept. A database that is
/// rebuilt from the register knows such an entry by it.
pub(super) const OVER: &str = "el turno terminó sin respaldo";

/// What is to be done now.
#[derive(Debug, Default)]
pub struct Agenda {
    /// Runs that are queued, the first to be made first; and a run that waits for a disk, when it is time to look again.
    pub runs: Vec<Run>,
    /// When there will be something to do again.
    pub next: Option<DateTime<Utc>>,
    /// Whether the register has grown.
    pub entered: bool,
    /// Whether a run is open that should be under way; where none is, it was cut off.
    pub under_way: bool,
}

/// Looks after every plan. `running` is the plan and slot that a run is being made for.
///
/// # Errors
/// What the store says; nothing is then half done.
pub async fn look(office: Office<'_>, running: Option<(&str, DateTime<Utc>)>) -> Result<Agenda, StoreError> {
    let now = office.now();
    let mut agenda = Agenda::default();
    agenda.entered |= put_back(office, running).await?;
    for plan in &office.config.plans {
        look_after(office, plan, running, &mut agenda).await?;
    }
    for slot in office.store.open_slots().await? {
        let removed = office.config.plan(&slot.plan).is_none();
        if removed && !running.is_some_and(|(plan, due)| plan == slot.plan && due == slot.due) {
            let reason = "el plan ya no está en la configuración".to_owned();
            let slot = Slot { outcome: Some(SlotOutcome::Excused), settled: Some(now), reason: Some(reason), ..slot };
            let notices = vec![tell::notice(office, News::Settled { slot: &slot, kept: &[] })];
            office.store.apply(Change { slots: vec![slot], notices, ..Change::default() }).await?;
        }
    }
    let (queued, under_way): (Vec<Run>, Vec<Run>) =
        office.store.open_runs().await?.into_iter().partition(|run| run.state == RunState::Queued);
    agenda.under_way = !under_way.is_empty();
    agenda.runs.splice(0..0, queued);
    remember(office, now).await?;
    Ok(agenda)
}

async fn remember(office: Office<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
    match moment(office, LAST_SEEN).await? {
        Some(seen) if (now - seen).abs() < SEEN_EVERY => Ok(()),
        _ => {
            let meta = vec![(LAST_SEEN.to_owned(), now.timestamp().to_string())];
            office.store.apply(Change { meta, ..Change::default() }).await.map(drop)
        }
    }
}

/// A moment that is remembered under a key.
async fn moment(office: Office<'_>, key: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let seen = office.store.meta(key).await?;
    Ok(seen.and_then(|seen| DateTime::from_timestamp(seen.parse().ok()?, 0)))
}

fn latest(slots: &[Slot]) -> Option<DateTime<Utc>> {
    slots.iter().map(|slot| slot.due).max()
}

/// A clock that was ahead has begun slots that are still to come. People are told at once; once it is sure that the clock
/// is right now, the slots are taken back, so that each is kept when its time has really come; the register says so.
async fn put_back(office: Office<'_>, running: Option<(&str, DateTime<Utc>)>) -> Result<bool, StoreError> {
    let now = office.now();
    let mut slots = office.store.slots_after(slot::believable(now)).await?;
    slots.retain(|slot| running != Some((slot.plan.as_str(), slot.due)));
    let mut change = Change::default();
    let since = moment(office, BEHIND_SINCE).await?;
    match since.filter(|since| *since <= now) {
        _ if slots.is_empty() => {
            if since.is_some() {
                change.meta.push((BEHIND_SINCE.to_owned(), String::new()));
                office.store.apply(change).await?;
            }
            return Ok(false);
        }
        Some(since) if now - since >= BEHIND => change.meta.push((BEHIND_SINCE.to_owned(), String::new())),
        Some(_) => return Ok(false),
        None => {
            let from = moment(office, LAST_SEEN).await?.unwrap_or(now).max(latest(&slots).unwrap_or(now));
            tracing::warn!(slots = slots.len(), %from, "the clock was put back behind slots that have begun");
            change.notices.push(tell::notice(office, News::ClockPutBack { from, to: now }));
            change.meta.push((BEHIND_SINCE.to_owned(), now.timestamp().to_string()));
            office.store.apply(change).await?;
            return Ok(false);
        }
    }
    for slot in &slots {
        change.reopened.push((slot.plan.clone(), slot.due));
        if slot.outcome.is_some() || !office.store.kept_for(&slot.plan, slot.due).await?.is_empty() {
            change.drafts.extend(void(office, slot));
        }
    }
    // What waited by the clock that was wrong is tried now.
    let pending = office.store.deliveries(Some(DeliveryState::Pending), 10_000).await?;
    change.deliveries = pending.into_iter().map(|delivery| Delivery { next_attempt: now, ..delivery }).collect();
    tracing::warn!(slots = slots.len(), "the clock had been ahead; slots that are still to come were taken back");
    let entered = !change.drafts.is_empty();
    office.store.apply(change).await?;
    Ok(entered)
}

fn void(office: Office<'_>, slot: &Slot) -> Vec<Draft> {
    let Some(plan) = office.config.plan(&slot.plan) else { return Vec::new() };
    let note =
        "el reloj de este equipo estaba adelantado: el resultado de este turno no vale y se decidirá a su tiempo";
    let draft = |(server, dataset): &(String, String)| {
        let slot = Some((slot.plan.clone(), slot.due));
        let about = About { server, dataset, slot, outcome: Outcome::Void, attempts: 0, notes: vec![note.to_owned()] };
        entry::without(office, about)
    };
    plan.datasets.iter().map(draft).collect()
}

/// One plan: in one transaction what has become certain, then what is to be done.
async fn look_after(
    office: Office<'_>,
    plan: &Plan,
    running: Option<(&str, DateTime<Utc>)>,
    agenda: &mut Agenda,
) -> Result<(), StoreError> {
    let now = office.now();
    let running = running.filter(|(name, _)| *name == plan.name).map(|(_, due)| due);
    let first_seen = office.store.plan_seen(&plan.name, now).await?;
    let latest = office.store.last_slot(&plan.name).await?.map(|slot| slot.due);
    let mut open = office.store.open_slots().await?;
    open.retain(|slot| slot.plan == plan.name);

    // What has been kept whole is settled, whoever asked for it.
    let mut change = Change::default();
    let mut left = Vec::new();
    for slot in open {
        match kept(office, plan, &slot).await? {
            Some(kept) if running != Some(slot.due) => {
                give_up_runs(office, &slot, RunState::Cancelled, &mut change).await?;
                settle_kept(office, plan, slot, &kept, &mut change);
            }
            _ => left.push(slot),
        }
    }
    let known: Vec<OpenSlot> =
        left.iter().map(|slot| OpenSlot { due: slot.due, next_attempt: slot.next_attempt }).collect();
    let decision = slot::decide(Known { when: &plan.when, first_seen, latest, open: &known, running }, now);
    for due in decision.opened {
        tracing::info!(plan = plan.name, due = office.stamp(due), "a slot begins");
        left.push(new_slot(plan, due));
        change.slots.push(new_slot(plan, due));
    }
    for due in decision.expired {
        if let Some(slot) = left.iter().find(|slot| slot.due == due) {
            expire(office, plan, slot.clone(), &mut change).await?;
        }
    }
    agenda.entered |= !change.drafts.is_empty();
    if !change.slots.is_empty() {
        office.store.apply(change).await?;
    }
    if let Some(due) = decision.run {
        match hours::closed(plan, office.config.time_zone, now) {
            None => agenda.runs.extend(run_for(office, plan, due).await?),
            Some(opens) => {
                wait_for_window(office, plan, left.iter().find(|slot| slot.due == due), opens).await?;
                agenda.next = agenda.next.into_iter().chain([opens]).min();
            }
        }
    }
    agenda.next = agenda.next.into_iter().chain(decision.next).min();
    Ok(())
}

/// A slot whose plan has its window closed waits until it opens.
async fn wait_for_window(
    office: Office<'_>,
    plan: &Plan,
    slot: Option<&Slot>,
    opens: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(slot) = slot.filter(|slot| slot.next_attempt != opens) else { return Ok(()) };
    tracing::info!(plan = plan.name, opens = office.stamp(opens), "the slot waits until the plan's window opens");
    let reason = Some(hours::why_closed(&office.stamp(opens)));
    let slot = Slot { next_attempt: opens, reason, ..slot.clone() };
    office.store.apply(Change { slots: vec![slot], ..Change::default() }).await.map(drop)
}

fn new_slot(plan: &Plan, due: DateTime<Utc>) -> Slot {
    let plan = plan.name.clone();
    Slot { plan, due, outcome: None, attempts: 0, next_attempt: due, settled: None, reason: None }
}

/// The outcome of a slot whose last dataset was kept at this moment.
pub(super) fn verdict(plan: &Plan, slot: &Slot, kept: Option<DateTime<Utc>>) -> SlotOutcome {
    let on_time = TimeDelta::hours(i64::from(plan.on_time_hours));
    slot::verdict(&plan.when, slot.due, on_time, kept.unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// Whether a dataset was kept for a slot.
pub(super) async fn is_kept(office: Office<'_>, slot: &Slot, row: &Dataset) -> Result<bool, StoreError> {
    let kept = office.store.kept_for(&slot.plan, slot.due).await?;
    Ok(kept.iter().any(|kept| (&kept.server, &kept.dataset) == (&row.server, &row.dataset)))
}

/// The newest backup of each dataset that was kept for a slot, if that is all of them.
async fn kept(office: Office<'_>, plan: &Plan, slot: &Slot) -> Result<Option<Vec<Dataset>>, StoreError> {
    let rows = office.store.kept_for(&plan.name, slot.due).await?;
    let newest = |(server, dataset): &(String, String)| {
        let same = rows.iter().filter(|row| row.server == *server && row.dataset == *dataset);
        same.max_by_key(|row| row.started).cloned()
    };
    Ok(plan.datasets.iter().map(newest).collect())
}

fn settle_kept(office: Office<'_>, plan: &Plan, slot: Slot, kept: &[Dataset], change: &mut Change) {
    let last = kept.iter().filter_map(|row| row.ended).max();
    let outcome = Some(verdict(plan, &slot, last));
    let slot = Slot { outcome, settled: Some(office.now()), reason: None, ..slot };
    tracing::info!(plan = plan.name, outcome = outcome.map(SlotOutcome::word), "a slot has its outcome");
    change.notices.push(tell::notice(office, News::Settled { slot: &slot, kept }));
    change.slots.push(slot);
}

/// A slot that is over: missed, or excused where a person said so beforehand. Each dataset that was not kept for it has
/// an entry that says so.
async fn expire(office: Office<'_>, plan: &Plan, slot: Slot, change: &mut Change) -> Result<(), StoreError> {
    let now = office.now();
    let excuse = excuse(office, &slot).await?;
    let rows = office.store.kept_for(&plan.name, slot.due).await?;
    let reason = match (&excuse, &slot.reason) {
        (Some(excuse), _) => format!("{} ({})", excuse.reason, excuse.by),
        (None, Some(reason)) => reason.clone(),
        (None, None) => "el equipo de respaldos estuvo apagado o detenido todo el turno".to_owned(),
    };
    let word = match (&excuse, slot.attempts) {
        (Some(_), _) => Outcome::Excused,
        (None, 0) => Outcome::Missed,
        (None, _) => Outcome::Failed,
    };
    for (server, dataset) in &plan.datasets {
        if !rows.iter().any(|row| row.server == *server && row.dataset == *dataset) {
            let (of, attempts) = (Some((plan.name.clone(), slot.due)), slot.attempts);
            let notes = vec![format!("{OVER}: {reason}")];
            change
                .drafts
                .push(entry::without(office, About { server, dataset, slot: of, outcome: word, attempts, notes }));
        }
    }
    let outcome = if excuse.is_some() { SlotOutcome::Excused } else { SlotOutcome::Missed };
    tracing::warn!(plan = plan.name, due = office.stamp(slot.due), outcome = outcome.word(), reason, "a slot is over");
    let slot = Slot { outcome: Some(outcome), settled: Some(now), reason: Some(reason), ..slot };
    let runs = office.store.runs_of_slot(&slot.plan, slot.due).await?;
    let waited = excuse.is_none() && runs.iter().any(|run| run.state == RunState::Waiting);
    let news = if waited {
        News::Custody(Custody::NoDisk { slot: &slot, plan })
    } else {
        News::Settled { slot: &slot, kept: &rows }
    };
    change.notices.push(tell::notice(office, news));
    give_up_runs(office, &slot, RunState::Failed, change).await?;
    change.slots.retain(|other| (&other.plan, other.due) != (&slot.plan, slot.due));
    change.slots.push(slot);
    Ok(())
}

/// What was to be run for a slot that has its outcome never will be.
async fn give_up_runs(office: Office<'_>, slot: &Slot, state: RunState, change: &mut Change) -> Result<(), StoreError> {
    for run in office.store.runs_of_slot(&slot.plan, slot.due).await? {
        if matches!(run.state, RunState::Queued | RunState::Waiting) {
            let error = run.error.clone().or_else(|| Some("its slot has its outcome without it".to_owned()));
            let rows = office.store.datasets(run.id).await?.into_iter().filter(|row| row.state == RunState::Queued);
            change.datasets.extend(rows.map(|row| Dataset { state, ..row }));
            change.runs.push(Run { state, ended: Some(office.now()), error, ..run });
        }
    }
    Ok(())
}

/// What a person said of a slot beforehand: before it was over.
async fn excuse(office: Office<'_>, slot: &Slot) -> Result<Option<Excuse>, StoreError> {
    let covers = |excuse: &Excuse| {
        excuse.plan.as_ref().is_none_or(|plan| *plan == slot.plan) && (excuse.from..=excuse.until).contains(&slot.due)
    };
    Ok(office.store.excuses().await?.into_iter().find(covers))
}

/// The run that is to be made for a slot: the one that waits for a disk, or a new one of all that was not kept yet. None
/// where one is queued already.
async fn run_for(office: Office<'_>, plan: &Plan, due: DateTime<Utc>) -> Result<Option<Run>, StoreError> {
    for run in office.store.runs_of_slot(&plan.name, due).await? {
        match run.state {
            RunState::Waiting => return Ok(Some(run)),
            RunState::Queued | RunState::Running => return Ok(None),
            _ => {}
        }
    }
    let kept = office.store.kept_for(&plan.name, due).await?;
    let lacks = |item: &super::select::Item| {
        !kept.iter().any(|row| row.server == item.server && row.dataset == item.dataset && record::is_kept(row.state))
    };
    let items = items(plan, day(office.config, due)).into_iter().filter(lacks).collect();
    let run = new_run(office, Some(plan.name.clone()), Some(due), Trigger::Schedule, "resguardo");
    // It is queued now, and found by whoever looks for queued runs.
    queue(office, run, items).await.map(|_| None)
}

/// A run that is to be queued.
pub fn new_run(
    office: Office<'_>,
    plan: Option<String>,
    due: Option<DateTime<Utc>>,
    trigger: Trigger,
    asked_by: &str,
) -> Run {
    Run {
        id: Uuid::now_v7(),
        number: 0,
        plan,
        due,
        trigger,
        asked_by: asked_by.to_owned(),
        state: RunState::Queued,
        queued: office.now(),
        started: None,
        ended: None,
        error: None,
    }
}

/// Queues a run of these items. Returns it with its number.
///
/// # Errors
/// What the store says.
pub async fn queue(office: Office<'_>, mut run: Run, items: Vec<super::select::Item>) -> Result<Run, StoreError> {
    let row = |(place, item): (i64, super::select::Item)| Dataset {
        id: Uuid::now_v7(),
        run: run.id,
        place,
        server: item.server,
        dataset: item.dataset,
        disks: item.disks,
        state: RunState::Queued,
        started: None,
        ended: None,
        receive_ms: None,
        plain_bytes: None,
        archive_bytes: None,
        archive: None,
        kept_on: Vec::new(),
        failed_on: Vec::new(),
        files: Vec::new(),
        warnings: Vec::new(),
        error: None,
        error_kind: None,
    };
    let datasets = (0..).zip(items).map(row).collect();
    let change = Change { runs: vec![run.clone()], datasets, ..Change::default() };
    let applied = office.store.apply(change).await?;
    run.number = applied.run_numbers.first().copied().unwrap_or_default();
    // It may be queued while another one is made, to which this does not belong.
    tracing::info!(parent: None, run = run.number, plan = run.plan, asked_by = run.asked_by, "a run is queued");
    Ok(run)
}
