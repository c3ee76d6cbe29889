//! Every dataset by week, its last good backup, and what needs a hand, for whoever looks on for ten seconds in the morning. It may not
//! know how it is shown.

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::drill::due;
use super::office::{Office, day};
use super::report_disks::DiskReport;
use super::stale;
use crate::config::model::Plan;
use crate::schedule::slot::SlotOutcome;
use crate::store::custody_rows::DrillOutcome;
use crate::store::error::StoreError;
use crate::store::rows::{Copy, Dataset, Run, RunState, Slot};

/// How many weeks are shown, this one among them.
pub const WEEKS: i64 = 8;
/// Runs that are listed.
const RUNS: u32 = 15;
/// Slots of a plan that are looked at: several a day for all weeks.
const SLOTS: u32 = 200;

/// What became of a dataset in a week, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// It was not kept before the next slot began.
    Missed,
    /// It is due and not kept yet.
    Open,
    /// It is being made.
    Running,
    /// It was kept after its time.
    Late,
    /// It was not kept, and that had been said beforehand.
    Excused,
    /// It was kept in time.
    Done,
}

/// A dataset of a plan.
#[derive(Debug, Clone)]
pub struct DatasetWeeks {
    /// `SERVER/DATASET`.
    pub name: String,
    /// What became of it in each week of [`Overview::weeks`]; `None` where nothing was due.
    pub cells: Vec<Option<Cell>>,
    /// Its last good backup.
    pub last: Option<Dataset>,
    /// The number of the run that kept it.
    pub last_run: Option<i64>,
    /// The good copies of it.
    pub copies: Vec<Copy>,
    /// When it was last restored for a test with success.
    pub drilled: Option<DateTime<Utc>>,
}

/// A plan.
#[derive(Debug, Clone)]
pub struct PlanWeeks {
    /// Its name.
    pub name: String,
    /// When it is due next.
    pub next: Option<DateTime<Utc>>,
    /// Its datasets.
    pub datasets: Vec<DatasetWeeks>,
}

/// What needs a hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The last slot of a plan was missed.
    Missed {
        /// The plan.
        plan: String,
        /// When the slot began.
        due: DateTime<Utc>,
        /// Why.
        reason: Option<String>,
    },
    /// A slot was tried and is not done yet.
    Retried {
        /// The plan.
        plan: String,
        /// When the slot began.
        due: DateTime<Utc>,
        /// When the next attempt may be made.
        next: DateTime<Utc>,
        /// Why.
        reason: String,
    },
    /// None of the disks of a plan is here.
    NoDisk {
        /// The plan.
        plan: String,
        /// Its disks.
        disks: Vec<String>,
    },
    /// A disk that is away is owed copies.
    Owed {
        /// The disk.
        disk: String,
        /// How many.
        copies: i64,
        /// Where it is kept.
        custody: Option<String>,
    },
    /// Another disk is in the place of one, or it fails, or takes no writes.
    BadDisk {
        /// The disk.
        disk: String,
        /// [`DiskReport::state`].
        state: String,
        /// How that was seen.
        why: Option<String>,
    },
    /// A copy is damaged.
    Damaged {
        /// `SERVER/DATASET/STAMP`.
        archive: String,
        /// The disk.
        disk: String,
    },
    /// The last good backup of a dataset is too old, by so many days; there is none without days.
    Stale {
        /// `SERVER/DATASET`.
        dataset: String,
        /// Its age.
        days: Option<i64>,
    },
    /// It has not been shown for too long that a dataset can be restored, or it could not be.
    Undrilled {
        /// `SERVER/DATASET`.
        dataset: String,
        /// Whether a drill failed.
        failed: bool,
    },
}

/// Everything at a glance.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The Mondays of the weeks, the oldest first.
    pub weeks: Vec<NaiveDate>,
    /// What needs a hand, the worst first.
    pub needs: Vec<Need>,
    /// The plans.
    pub plans: Vec<PlanWeeks>,
    /// The newest runs.
    pub runs: Vec<Run>,
}

/// What became of a dataset in a slot. `late` is when being late begins, `kept` when a backup of it that counts for the slot was kept.
fn cell(outcome: Option<SlotOutcome>, late: DateTime<Utc>, kept: Option<DateTime<Utc>>, runs: bool) -> Cell {
    match (kept, outcome) {
        (Some(kept), _) if kept > late => Cell::Late,
        (Some(_), _) | (None, Some(SlotOutcome::Done)) => Cell::Done,
        (None, Some(SlotOutcome::Late)) => Cell::Late,
        (None, Some(SlotOutcome::Missed)) => Cell::Missed,
        (None, Some(SlotOutcome::Excused)) => Cell::Excused,
        (None, None) if runs => Cell::Running,
        (None, None) => Cell::Open,
    }
}

fn monday(day: NaiveDate) -> NaiveDate {
    day - TimeDelta::days(i64::from(day.weekday().num_days_from_monday()))
}

/// The Mondays of the weeks that are shown, the oldest first.
fn mondays(office: Office<'_>) -> Vec<NaiveDate> {
    let this = monday(day(office.config, office.now()));
    (0..WEEKS).rev().map(|back| this - TimeDelta::weeks(back)).collect()
}

/// Everything at a glance. `disks` are those of the configuration.
///
/// # Errors
/// What the store says.
pub async fn overview(office: Office<'_>, disks: &[DiskReport]) -> Result<Overview, StoreError> {
    let weeks = mondays(office);
    let (plans, mut needs) = Box::pin(of_plans(office, &weeks)).await?;
    needs.extend(others(office, disks).await?);
    let runs = office.store.runs(RUNS, None).await?;
    Ok(Overview { weeks, needs, plans, runs })
}

/// Every dataset by week alone, with the Mondays.
///
/// # Errors
/// What the store says.
pub async fn weeks(office: Office<'_>) -> Result<(Vec<NaiveDate>, Vec<PlanWeeks>), StoreError> {
    let weeks = mondays(office);
    let (plans, _needs) = Box::pin(of_plans(office, &weeks)).await?;
    Ok((weeks, plans))
}

/// The plans, and what their newest slots need.
async fn of_plans(office: Office<'_>, weeks: &[NaiveDate]) -> Result<(Vec<PlanWeeks>, Vec<Need>), StoreError> {
    let good = office.store.last_good().await?;
    let open = office.store.open_runs().await?;
    let (mut plans, mut needs) = (Vec::new(), Vec::new());
    for plan in &office.config.plans {
        let slots = office.store.slots(Some(&plan.name), SLOTS).await?;
        needs.extend(of_slots(&slots));
        plans.push(plan_weeks(office, plan, &slots, weeks, &good, &open).await?);
    }
    Ok((plans, needs))
}

async fn plan_weeks(
    office: Office<'_>,
    plan: &Plan,
    slots: &[Slot],
    weeks: &[NaiveDate],
    good: &[Dataset],
    open: &[Run],
) -> Result<PlanWeeks, StoreError> {
    let named = |(server, dataset): &(String, String)| (format!("{server}/{dataset}"), vec![None; weeks.len()]);
    let mut rows: Vec<(String, Vec<Option<Cell>>)> = plan.datasets.iter().map(named).collect();
    for slot in slots {
        let week = monday(day(office.config, slot.due));
        let Some(at) = weeks.iter().position(|known| *known == week) else { continue };
        let kept = office.store.kept_for(&slot.plan, slot.due).await?;
        let late = slot.due + TimeDelta::hours(i64::from(plan.on_time_hours));
        let is_made = |run: &Run| {
            run.state == RunState::Running && run.plan.as_ref() == Some(&slot.plan) && run.due == Some(slot.due)
        };
        let runs = open.iter().any(is_made);
        for ((server, dataset), (_, cells)) in plan.datasets.iter().zip(&mut rows) {
            let row = kept.iter().find(|row| row.server == *server && row.dataset == *dataset);
            let became = cell(slot.outcome, late, row.and_then(|row| row.ended), runs);
            if let Some(place) = cells.get_mut(at) {
                *place = Some(place.map_or(became, |before| before.min(became)));
            }
        }
    }
    let mut datasets = Vec::new();
    for ((server, dataset), (name, cells)) in plan.datasets.iter().zip(rows) {
        let last = good.iter().find(|row| row.server == *server && row.dataset == *dataset).cloned();
        let copies = match last.as_ref().and_then(|row| row.archive.as_ref()) {
            Some(archive) => office.store.copies_of(archive).await?,
            None => Vec::new(),
        };
        let copies = copies.into_iter().filter(|copy| copy.damage.is_none()).collect();
        let last_run = match &last {
            Some(last) => office.store.run_by_id(last.run).await?.map(|run| run.number),
            None => None,
        };
        let drill = office.store.last_drill(server, dataset, DrillOutcome::Passed).await?;
        datasets.push(DatasetWeeks { name, cells, last, last_run, copies, drilled: drill.map(|drill| drill.ended) });
    }
    let next = plan.when.next_after(office.now()).map(|next| next.to_utc());
    Ok(PlanWeeks { name: plan.name.clone(), next, datasets })
}

/// What the newest slots of a plan need, which come newest first.
fn of_slots(slots: &[Slot]) -> Vec<Need> {
    let settled = slots.iter().find(|slot| slot.outcome.is_some());
    let missed = settled.filter(|slot| slot.outcome == Some(SlotOutcome::Missed));
    let missed =
        missed.map(|slot| Need::Missed { plan: slot.plan.clone(), due: slot.due, reason: slot.reason.clone() });
    let open = slots.iter().filter(|slot| slot.outcome.is_none());
    let retried = open.filter_map(|slot| {
        let (plan, reason) = (slot.plan.clone(), slot.reason.clone()?);
        Some(Need::Retried { plan, due: slot.due, next: slot.next_attempt, reason })
    });
    missed.into_iter().chain(retried).collect()
}

async fn others(office: Office<'_>, disks: &[DiskReport]) -> Result<Vec<Need>, StoreError> {
    let mut needs = Vec::new();
    let is = |disk: &DiskReport, states: &[&str]| states.contains(&disk.state.as_str());
    let is_here = |name: &String| disks.iter().any(|disk| disk.disk == *name && is(disk, &["here", "remote"]));
    for plan in office.config.plans.iter().filter(|plan| !plan.every_disk().any(is_here)) {
        needs.push(Need::NoDisk { plan: plan.name.clone(), disks: plan.every_disk().cloned().collect() });
    }
    for disk in disks.iter().filter(|disk| is(disk, &["other", "failing", "read_only"])) {
        let (disk, state, why) = (disk.disk.clone(), disk.state.clone(), disk.why.clone());
        needs.push(Need::BadDisk { disk, state, why });
    }
    for copy in office.store.damaged_copies().await? {
        needs.push(Need::Damaged { archive: copy.archive, disk: copy.disk });
    }
    for disk in disks.iter().filter(|disk| is(disk, &["away"])) {
        if let Some(copies) = disk.owed.filter(|copies| *copies > 0) {
            needs.push(Need::Owed { disk: disk.disk.clone(), copies, custody: disk.custody.clone() });
        }
    }
    for stale in stale::find(office).await? {
        let days = stale.last.as_ref().and_then(|last| last.started).map(|kept| (office.now() - kept).num_days());
        needs.push(Need::Stale { dataset: stale.dataset, days });
    }
    for lack in due::lacks(office).await? {
        let failed = lack.last.as_ref().is_some_and(|drill| drill.outcome == DrillOutcome::Failed);
        needs.push(Need::Undrilled { dataset: lack.dataset, failed });
    }
    Ok(needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_judged_by_its_own_backup_and_else_by_its_slot() {
        let late = DateTime::UNIX_EPOCH;
        let (before, after) = (late - TimeDelta::hours(1), late + TimeDelta::hours(1));
        // One dataset of a plan was missed; the other one was kept all the same.
        assert_eq!(cell(Some(SlotOutcome::Missed), late, Some(before), false), Cell::Done);
        assert_eq!(cell(Some(SlotOutcome::Missed), late, None, false), Cell::Missed);
        assert_eq!(cell(Some(SlotOutcome::Late), late, Some(before), false), Cell::Done);
        assert_eq!(cell(Some(SlotOutcome::Late), late, Some(after), false), Cell::Late);
        assert_eq!(cell(Some(SlotOutcome::Excused), late, None, false), Cell::Excused);
        assert_eq!(cell(None, late, None, true), Cell::Running);
        assert_eq!(cell(None, late, None, false), Cell::Open);
        assert!(Cell::Missed < Cell::Open && Cell::Late < Cell::Done);
    }

    #[test]
    fn weeks_begin_on_mondays() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        assert_eq!(monday(day(23)), day(23));
        assert_eq!(monday(day(29)), day(23));
        assert_eq!(monday(day(22)), day(16));
    }
}
