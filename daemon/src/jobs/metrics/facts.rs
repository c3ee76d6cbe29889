//! Everything that the figures are made of: a fixed number of questions, whatever there is. It may not know what figures there are.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::register_check::{self, Checked};
use super::source::{Running, Source};
use crate::jobs::disk_trend::GROWTH_WEEKS;
use crate::jobs::office::{Office, day};
use crate::store::custody_rows::DiskRow;
use crate::store::disk_sums::{DiskCount, WeekBytes};
use crate::store::error::StoreError;
use crate::store::metrics::{Attempt, CopySum, DebtSum, LastDrill, OpenTickets, PlanSeen, SlotCount, Unsent};
use crate::store::rows::{Dataset, Excuse, Slot};

/// How far back the last attempts are looked for: a month, and a few days for a plan that is due once in one.
const ATTEMPTS: TimeDelta = TimeDelta::days(40);
/// How far back what was given up is counted.
const GIVEN_UP: TimeDelta = TimeDelta::days(30);

/// All of it, as of one moment.
pub(super) struct Facts {
    pub(super) now: DateTime<Utc>,
    pub(super) today: NaiveDate,
    pub(super) since: DateTime<Utc>,
    pub(super) memory_bytes: Option<i64>,
    pub(super) schema: i64,
    pub(super) good: Vec<Dataset>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) slots: Vec<SlotCount>,
    pub(super) open: Vec<Slot>,
    pub(super) seen: Vec<PlanSeen>,
    pub(super) excuses: Vec<Excuse>,
    pub(super) copies: Vec<CopySum>,
    pub(super) debts: Vec<DebtSum>,
    pub(super) drills: Vec<LastDrill>,
    pub(super) disks: Vec<DiskRow>,
    pub(super) failures: Vec<DiskCount>,
    pub(super) weeks: Vec<WeekBytes>,
    pub(super) entries: i64,
    pub(super) checked: Option<Checked>,
    pub(super) unsent: Vec<Unsent>,
    pub(super) tickets: OpenTickets,
    pub(super) present: BTreeSet<String>,
    pub(super) running: Option<Running>,
}

/// Asks for all of it.
pub(super) async fn gather(office: Office<'_>, source: &Source) -> Result<Facts, StoreError> {
    let (store, now) = (office.store, office.now());
    let today = day(office.config, now);
    Ok(Facts {
        now,
        today,
        since: source.since,
        memory_bytes: resident_bytes(),
        schema: store.schema_version().await?,
        good: store.last_good().await?,
        attempts: store.last_attempts(now - ATTEMPTS).await?,
        slots: store.slot_counts().await?,
        open: store.open_slots().await?,
        seen: store.plans_first_seen().await?,
        excuses: store.excuses().await?,
        copies: store.copy_sums().await?,
        debts: store.debt_sums().await?,
        drills: store.last_drills().await?,
        disks: store.disks().await?,
        failures: store.failure_counts().await?,
        weeks: store.weekly_bytes(now - TimeDelta::days(7 * (GROWTH_WEEKS + 1))).await?,
        entries: store.last_line().await?.map_or(0, |line| line.sequence),
        checked: register_check::last(office).await?,
        unsent: store.unsent(now - GIVEN_UP).await?,
        tickets: store.open_tickets(today).await?,
        present: (source.present)(),
        running: (source.running)(),
    })
}

/// How much of this process is in RAM, where the system tells it: the second number of `statm`, in pages.
fn resident_bytes() -> Option<i64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = statm.split(' ').nth(1)?.parse().ok()?;
    pages.checked_mul(i64::try_from(rustix::param::page_size()).ok()?)
}
