//! How everything stands: from the store to the reports that operators read. It may not know who asks.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::disks;
use super::error::chain;
use super::office::Office;
use super::report::{
    ArchiveReport, DatasetReport, DatasetStatus, DiskFailure, DiskStatus, Listing, NotificationStatus, OpenSlot,
    PlanStatus, RegisterStatus, RunReport, Running, SlotReport, Status,
};
use crate::config::model::{Disk, Place, Plan};
use crate::schedule::slot::SlotOutcome;
use crate::store::error::StoreError;
use crate::store::rows::{Copy, Dataset, Run, RunState, Slot, Trigger};
use crate::vault::admit::{admit, free_bytes};
use crate::vault::writer::Pending;

/// How long a disk may take to show that it is here, before it is said not to answer.
const LOOK: Duration = Duration::from_millis(500);

/// For how long a notice that could not be delivered needs a hand.
const RECENT: TimeDelta = TimeDelta::days(30);

/// How everything stands.
///
/// # Errors
/// What the store says.
pub async fn status(
    office: Office<'_>,
    daemon: super::report::Daemon,
    running: Option<Running>,
    chore: Option<String>,
    running_slot: Option<(String, DateTime<Utc>)>,
    mut disks: Vec<DiskStatus>,
) -> Result<Status, StoreError> {
    let now = office.now();
    let under = running.as_ref().and_then(Began::of);
    let good = office.store.last_good().await?;
    let open = office.store.open_slots().await?;
    let mut plans = Vec::new();
    for plan in &office.config.plans {
        let slots = office.store.slots(Some(&plan.name), 2).await?;
        let slot = open.iter().rev().find(|slot| slot.plan == plan.name);
        let last = slots.iter().find(|slot| slot.outcome.is_some());
        let mut status = plan_status(office, plan, slot, last, running_slot.as_ref(), &good);
        for dataset in &mut status.datasets {
            dataset.disks = holders(office, dataset).await?;
        }
        plans.push(status);
    }
    for owed in office.store.owed().await? {
        if let Some(disk) = disks.iter_mut().find(|disk| disk.disk == owed.disk) {
            (disk.owed, disk.owed_since) = (owed.copies, Some(office.stamp(owed.since)));
        }
    }
    let register = register(office).await?;
    let (pending, _) = office.store.delivery_counts().await?;
    let abandoned = office.store.abandoned_since(now - RECENT).await?;
    let mut attention = attention(office, &plans, &disks, abandoned);
    attention.extend(owed(office, &disks).await?);
    attention.extend(super::hand_out::alarms(office).await?);
    attention.extend(super::disk_retire::attention(office, &disks).await?);
    attention.extend(super::stale::attention(office, under.as_ref().map(Began::under), &disks).await?);
    attention.extend(super::drill::attention(office).await?);
    Ok(Status {
        daemon,
        now: office.stamp(now),
        well: attention.is_empty(),
        attention,
        running,
        chore,
        plans,
        disks,
        register,
        notifications: NotificationStatus { pending, abandoned },
    })
}

/// The disks that are owed copies and are not here, or take none.
async fn owed(office: Office<'_>, disks: &[DiskStatus]) -> Result<Vec<String>, StoreError> {
    let mut sentences = Vec::new();
    for disk in disks.iter().filter(|disk| disk.owed > 0) {
        let copies = crate::units::count(u64::try_from(disk.owed).unwrap_or(0), "copy").replace("copys", "copies");
        let since = disk.owed_since.as_deref().unwrap_or("?");
        let kept_in = office.config.disk(&disk.disk).and_then(|disk| disk.custody.clone());
        let kept_in = kept_in.map(|custody| format!(" (kept in: {custody})")).unwrap_or_default();
        let debts = office.store.open_debts(Some(&disk.disk)).await?;
        let tried = debts.iter().find(|debt| debt.attempts > 0).and_then(|debt| debt.error.clone());
        match tried {
            _ if disk.present == Some(false) => {
                sentences.push(format!("disk {} is owed {copies} since {since}: connect it{kept_in}", disk.disk));
            }
            Some(error) => sentences.push(format!("disk {} is owed {copies} since {since}: {error}", disk.disk)),
            // It is here, and they are being made.
            None => {}
        }
    }
    Ok(sentences)
}

/// The dataset that is being backed up.
struct Began {
    run: i64,
    dataset: String,
    began: DateTime<Utc>,
}

impl Began {
    fn of(running: &Running) -> Option<Self> {
        let began = DateTime::parse_from_rfc3339(running.began.as_deref()?).ok()?.to_utc();
        Some(Self { run: running.run, dataset: running.dataset.clone()?, began })
    }

    fn under(&self) -> super::stale::Under<'_> {
        super::stale::Under { run: self.run, dataset: &self.dataset, began: self.began }
    }
}

async fn register(office: Office<'_>) -> Result<RegisterStatus, StoreError> {
    let last = office.store.last_line().await?;
    Ok(RegisterStatus {
        entries: last.as_ref().map_or(0, |line| line.sequence),
        last: last.as_ref().map(|line| crate::register::entry::name(line.year, line.number)),
        hash: last.map(|line| line.hash),
    })
}

fn plan_status(
    office: Office<'_>,
    plan: &Plan,
    slot: Option<&Slot>,
    last: Option<&Slot>,
    running: Option<&(String, DateTime<Utc>)>,
    good: &[Dataset],
) -> PlanStatus {
    let now = office.now();
    let on_time = TimeDelta::hours(i64::from(plan.on_time_hours));
    let behind = slot
        .is_some_and(|slot| crate::schedule::slot::verdict(&plan.when, slot.due, on_time, now) == SlotOutcome::Late);
    let datasets = plan.datasets.iter().map(|(server, dataset)| {
        let row = good.iter().find(|row| row.server == *server && row.dataset == *dataset);
        dataset_status(office, format!("{server}/{dataset}"), row)
    });
    PlanStatus {
        plan: plan.name.clone(),
        when: plan.when.text.clone(),
        next: plan.when.next_after(now).map(|next| office.stamp(next.to_utc())),
        slot: slot.map(|slot| {
            let runs = running.is_some_and(|(plan, due)| *plan == slot.plan && *due == slot.due);
            OpenSlot {
                due: office.stamp(slot.due),
                state: if runs { "running" } else { "open" }.to_owned(),
                attempts: slot.attempts,
                next_attempt: office.stamp(slot.next_attempt),
                reason: slot.reason.clone(),
            }
        }),
        last: last.map(|slot| slot_report(office, slot)),
        overdue: behind || last.is_some_and(|slot| slot.outcome == Some(SlotOutcome::Missed)),
        datasets: datasets.collect(),
    }
}

fn dataset_status(office: Office<'_>, dataset: String, row: Option<&Dataset>) -> DatasetStatus {
    let kept = row.and_then(|row| row.ended);
    DatasetStatus {
        dataset,
        archive: row.and_then(|row| row.archive.clone()),
        kept: kept.map(|kept| office.stamp(kept)),
        age_seconds: kept.map(|kept| (office.now() - kept).num_seconds()),
        plain_bytes: row.and_then(|row| row.plain_bytes),
        disks: row.map(|row| row.kept_on.clone()).unwrap_or_default(),
    }
}

/// The disks that hold the last backup of a dataset by now, some of which may have been given it later; those that it was
/// kept on where the index does not know it.
async fn holders(office: Office<'_>, dataset: &DatasetStatus) -> Result<Vec<String>, StoreError> {
    let Some(archive) = &dataset.archive else { return Ok(dataset.disks.clone()) };
    let copies = office.store.copies_of(archive).await?;
    if copies.is_empty() {
        return Ok(dataset.disks.clone());
    }
    Ok(copies.into_iter().filter(|copy| copy.damage.is_none()).map(|copy| copy.disk).collect())
}

/// What needs a hand, the worst first.
fn attention(office: Office<'_>, plans: &[PlanStatus], disks: &[DiskStatus], abandoned: i64) -> Vec<String> {
    let mut sentences = Vec::new();
    for plan in plans {
        let missed = plan.last.as_ref().filter(|last| last.outcome.as_deref() == Some(SlotOutcome::Missed.word()));
        if let Some(last) = missed {
            let reason = last.reason.as_deref().unwrap_or("nothing was kept");
            sentences.push(format!("plan {}: the slot of {} was missed: {reason}", plan.plan, last.due));
        }
        if let Some(slot) = plan.slot.as_ref().filter(|slot| slot.reason.is_some()) {
            let reason = slot.reason.as_deref().unwrap_or_default();
            sentences.push(format!(
                "plan {}: not kept yet for {}, tried {}, again at {}: {reason}",
                plan.plan,
                slot.due,
                crate::units::count(u64::try_from(slot.attempts).unwrap_or(0), "time"),
                slot.next_attempt
            ));
        } else if plan.overdue && missed.is_none() {
            sentences.push(format!("plan {}: the slot of {} is overdue", plan.plan, due(plan)));
        }
    }
    let any_here = |plan: &Plan| {
        plan.every_disk().any(|name| disks.iter().any(|disk| disk.disk == *name && disk.present != Some(false)))
    };
    for plan in office.config.plans.iter().filter(|plan| !any_here(plan)) {
        let names: Vec<String> = plan.every_disk().cloned().collect();
        sentences.push(format!("plan {}: none of its disks is here: connect {}", plan.name, names.join(" or ")));
    }
    if abandoned > 0 {
        let notices = crate::units::count(u64::try_from(abandoned).unwrap_or(0), "notice");
        sentences.push(format!("{notices} could not be delivered for a week; see the log and `notifications`"));
    }
    sentences
}

fn due(plan: &PlanStatus) -> &str {
    plan.slot.as_ref().map_or("?", |slot| slot.due.as_str())
}

/// Looks at every disk, each on a thread of its own, and waits only as long as healthy disks take. It must not be called
/// from an async task.
pub fn look_at_disks(disks: &[Disk]) -> Vec<DiskStatus> {
    let looking: Vec<_> = disks.iter().map(|disk| (disk, look_at(disk))).collect();
    let seen = |(disk, looking): (&Disk, Option<Pending<Option<u64>>>)| {
        let (present, free_bytes, why) = match looking.map(|looking| looking.wait(LOOK)) {
            None => (None, None, None),
            Some(Ok(free)) => (Some(true), free, None),
            Some(Err(error)) => (Some(false), None, Some(chain(&error))),
        };
        DiskStatus { disk: disk.name.clone(), present, free_bytes, why, owed: 0, owed_since: None }
    };
    looking.into_iter().map(seen).collect()
}

/// An object store is not asked: that would cost seconds where there is no network.
fn look_at(disk: &Disk) -> Option<Pending<Option<u64>>> {
    let Place::Folder { .. } = disk.place else { return None };
    let (name, place, id) = (disk.name.clone(), disks::place(disk).ok()?, disk.id);
    Some(Pending::start(&disk.name, move || {
        let admitted = admit(&name, &place, id)?;
        free_bytes(&admitted.name, &admitted.place)
    }))
}

/// A slot for a report.
pub fn slot_report(office: Office<'_>, slot: &Slot) -> SlotReport {
    SlotReport {
        plan: slot.plan.clone(),
        due: office.stamp(slot.due),
        outcome: slot.outcome.map(|outcome| outcome.word().to_owned()),
        attempts: slot.attempts,
        settled: slot.settled.map(|settled| office.stamp(settled)),
        reason: slot.reason.clone(),
    }
}

/// The newest slots.
///
/// # Errors
/// What the store says.
pub async fn slots(office: Office<'_>, plan: Option<&str>, limit: u32) -> Result<Listing<SlotReport>, StoreError> {
    let rows = office.store.slots(plan, one_more(limit)).await?;
    Ok(listing(rows, limit, |slot| slot_report(office, slot)))
}

/// The newest runs with their datasets.
///
/// # Errors
/// What the store says.
pub async fn runs(office: Office<'_>, limit: u32) -> Result<Listing<RunReport>, StoreError> {
    let rows = office.store.runs(one_more(limit), None).await?;
    let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    let mut items = Vec::new();
    for run in rows.iter().take(usize::try_from(limit).unwrap_or(usize::MAX)) {
        items.push(run_report(office, run).await?);
    }
    Ok(Listing { items, more })
}

/// A run with its datasets.
///
/// # Errors
/// What the store says.
pub async fn run_report(office: Office<'_>, run: &Run) -> Result<RunReport, StoreError> {
    let datasets = office.store.datasets(run.id).await?;
    let stamp = |moment: Option<DateTime<Utc>>| moment.map(|moment| office.stamp(moment));
    Ok(RunReport {
        run: run.number,
        id: run.id.to_string(),
        plan: run.plan.clone(),
        due: stamp(run.due),
        trigger: match run.trigger {
            Trigger::Schedule => "schedule",
            Trigger::Operator => "operator",
        }
        .to_owned(),
        asked_by: run.asked_by.clone(),
        state: run.state.word().to_owned(),
        queued: office.stamp(run.queued),
        started: stamp(run.started),
        ended: stamp(run.ended),
        error: run.error.clone(),
        datasets: datasets.iter().map(dataset_report).collect(),
    })
}

fn dataset_report(row: &Dataset) -> DatasetReport {
    let failed = |(disk, why): &(String, String)| DiskFailure { disk: disk.clone(), why: why.clone() };
    DatasetReport {
        dataset: format!("{}/{}", row.server, row.dataset),
        state: row.state.word().to_owned(),
        archive: row.archive.clone(),
        plain_bytes: row.plain_bytes,
        archive_bytes: row.archive_bytes,
        took_ms: row.started.zip(row.ended).map(|(started, ended)| (ended - started).num_milliseconds()),
        disks: row.kept_on.clone(),
        failed: row.failed_on.iter().map(failed).collect(),
        files: row.files.clone(),
        warnings: row.warnings.clone(),
        error: row.error.clone(),
        error_kind: row.error_kind.clone(),
    }
}

/// The newest backups by the index.
///
/// # Errors
/// What the store says.
pub async fn archives(
    office: Office<'_>,
    disk: Option<&str>,
    dataset: Option<(&str, &str)>,
    limit: u32,
) -> Result<Listing<ArchiveReport>, StoreError> {
    let rows = office.store.copies(disk, dataset, one_more(limit)).await?;
    let report = |copy: &Copy| ArchiveReport {
        archive: copy.archive.clone(),
        disk: copy.disk.clone(),
        kind: copy.kind.clone(),
        started: office.stamp(copy.started),
        plain_bytes: copy.plain_bytes,
        archive_bytes: copy.archive_bytes,
        files: copy.files.clone(),
    };
    Ok(listing(rows, limit, report))
}

/// Whether a run in this state is over.
pub fn is_over(state: RunState) -> bool {
    !matches!(state, RunState::Queued | RunState::Running | RunState::Waiting)
}

/// One more than is shown says whether there is more.
fn one_more(limit: u32) -> u32 {
    limit.saturating_add(1)
}

fn listing<R, T>(rows: Vec<R>, limit: u32, report: impl Fn(&R) -> T) -> Listing<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Listing { more: rows.len() > limit, items: rows.iter().take(limit).map(report).collect() }
}
