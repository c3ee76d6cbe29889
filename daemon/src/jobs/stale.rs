//! What has grown old, odd or slow without anything having failed: the last good backup of a dataset, its likeness to those
//! before it, the last reading of a disk, and a backup that is under way too long.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::odd;
use super::office::Office;
use super::report::DiskStatus;
use super::tell;
use crate::config::model::Plan;
use crate::notify::text_proofs;
use crate::plausible;
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Copy, Dataset, Excuse, Run, RunState};
use crate::units;

/// Slots that are looked through for one that is not excused: ten years of days.
const SLOTS_MAX: usize = 3660;
/// Damaged copies that are named one by one.
const NAMED_MAX: usize = 10;
/// Copies of a disk among which the one is looked for that was read longest ago.
const COPIES: u32 = 50;

/// A dataset of a plan whose last good backup is too old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The plan.
    pub plan: String,
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// Its last good backup.
    pub last: Option<Dataset>,
    /// Since when it has been too old.
    pub since: DateTime<Utc>,
}

/// A backup that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Under<'a> {
    /// The run's number.
    pub run: i64,
    /// `SERVER/DATASET`.
    pub dataset: &'a str,
    /// When it began.
    pub began: DateTime<Utc>,
}

/// When a backup of a plan that began at `kept` grows too old: after so many days as configured, or a day after the next slot
/// should have been kept at the latest. Slots that are excused are passed over. `None` for a plan that is never due again.
pub fn too_old(plan: &Plan, kept: DateTime<Utc>, excuses: &[Excuse]) -> Option<DateTime<Utc>> {
    let of_plan = |excuse: &&Excuse| excuse.plan.as_ref().is_none_or(|name| *name == plan.name);
    let is_excused =
        |due: DateTime<Utc>| excuses.iter().filter(of_plan).any(|excuse| (excuse.from..=excuse.until).contains(&due));
    let mut due = kept;
    for _ in 0..SLOTS_MAX {
        due = plan.when.next_after(due)?.to_utc();
        if !is_excused(due) {
            break;
        }
    }
    let by_schedule = due + TimeDelta::hours(i64::from(plan.on_time_hours)) + TimeDelta::days(1);
    let Some(days) = plan.stale_days else { return Some(by_schedule) };
    let by_days = kept + TimeDelta::days(i64::from(days));
    // Who excused the slots in between has said that it may be older.
    let first = plan.when.next_after(kept)?.to_utc();
    Some(if is_excused(first) { by_days.max(by_schedule) } else { by_days })
}

/// Whether a newer backup of a plan should be there by now than one that began at `kept`: the slot after it was due, and the
/// time for it is over.
pub fn is_outdated(plan: &Plan, kept: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let next = plan.when.next_after(kept);
    next.is_some_and(|due| due.to_utc() + TimeDelta::hours(i64::from(plan.on_time_hours)) < now)
}

/// The datasets whose last good backup is too old.
///
/// # Errors
/// What the store says.
pub async fn find(office: Office<'_>) -> Result<Vec<Stale>, StoreError> {
    let now = office.now();
    let good = office.store.last_good().await?;
    let excuses = office.store.excuses().await?;
    let mut stale = Vec::new();
    for plan in &office.config.plans {
        let seen = office.store.plan_seen(&plan.name, now).await?;
        for (server, dataset) in &plan.datasets {
            let last = good.iter().find(|row| row.server == *server && row.dataset == *dataset);
            let kept = last.and_then(|row| row.started).unwrap_or(seen);
            if let Some(since) = too_old(plan, kept, &excuses).filter(|since| *since < now) {
                let dataset = format!("{server}/{dataset}");
                stale.push(Stale { plan: plan.name.clone(), dataset, last: last.cloned(), since });
            }
        }
    }
    Ok(stale)
}

/// How long a backup that is under way has taken and what is usual, if it takes much longer.
async fn slow(office: Office<'_>, under: Under<'_>) -> Result<Option<(Duration, Duration)>, StoreError> {
    let Some((server, dataset)) = under.dataset.split_once('/') else { return Ok(None) };
    let takes = (office.now() - under.began).to_std().unwrap_or_default();
    let usual = odd::usual(office, server, dataset).await?;
    Ok(usual.filter(|usual| plausible::is_slow(*usual, takes, odd::bounds(office))).map(|usual| (takes, usual)))
}

/// Tells people what has grown too old, once for each last backup, and what takes too long, once a run. It may run as often
/// as anybody likes.
///
/// # Errors
/// What the store says.
pub async fn tell(office: Office<'_>, under: Option<Under<'_>>) -> Result<(), StoreError> {
    let mut change = Change::default();
    // A machine that was off for weeks is just catching up, and need not be told of what is over in a minute.
    let catching_up = |run: &Run| matches!(run.state, RunState::Queued | RunState::Running);
    let catches_up = office.store.open_runs().await?.iter().any(catching_up);
    let stale = if catches_up { Vec::new() } else { find(office).await? };
    for stale in stale {
        let key = format!("stale {}", stale.dataset);
        let last = stale.last.as_ref().and_then(|last| last.archive.clone()).unwrap_or_else(|| "-".to_owned());
        if office.store.meta(&key).await?.as_ref() == Some(&last) || change.meta.iter().any(|(known, _)| *known == key)
        {
            continue;
        }
        let kept = stale.last.as_ref().and_then(|last| last.started);
        let age = kept.and_then(|kept| (office.now() - kept).to_std().ok());
        let said = text_proofs::dataset_stale(&stale.dataset, &stale.plan, kept.map(|kept| office.local(kept)), age);
        let data = serde_json::json!({
            "dataset": stale.dataset, "plan": stale.plan, "archive": stale.last.as_ref().and_then(|last| last.archive.clone()),
            "since": office.stamp(stale.since),
        });
        tracing::warn!(dataset = stale.dataset, last, "the last good backup is too old");
        change.notices.push(tell::said(office, said, data));
        change.meta.push((key, last));
    }
    if let Some(under) = under
        && let Some((takes, usual)) = slow(office, under).await?
    {
        let key = format!("slow {}", under.dataset);
        if office.store.meta(&key).await? != Some(under.run.to_string()) {
            let said = text_proofs::run_slow(under.dataset, under.run, takes, usual);
            let data = serde_json::json!({
                "dataset": under.dataset, "run": under.run, "seconds": takes.as_secs(), "usual_seconds": usual.as_secs(),
            });
            change.notices.push(tell::said(office, said, data));
            change.meta.push((key, under.run.to_string()));
        }
    }
    if change.meta.is_empty() { Ok(()) } else { office.store.apply(change).await.map(drop) }
}

/// What of all this needs a hand, one sentence each, for `status`.
///
/// # Errors
/// What the store says.
pub async fn attention(
    office: Office<'_>,
    under: Option<Under<'_>>,
    disks: &[DiskStatus],
) -> Result<Vec<String>, StoreError> {
    let mut sentences = damage(office).await?;
    for stale in find(office).await? {
        let age = stale.last.as_ref().and_then(|last| last.started).map(|kept| (office.now() - kept).num_days());
        sentences.push(match age {
            Some(days) => format!("{}: its last good backup is {days} days old", stale.dataset),
            None => format!("{}: it has no good backup yet", stale.dataset),
        });
    }
    for row in office.store.last_good().await?.iter().filter(|row| odd::is_odd(row)) {
        let name = format!("{}/{}", row.server, row.dataset);
        if office.config.dataset(&row.server, &row.dataset).is_some() {
            let what = row.warnings.iter().filter_map(|warning| warning.strip_prefix("odd: "));
            let what = what.collect::<Vec<_>>().join(", ");
            sentences.push(format!("{name}: {what}; look at it, and if it is right say `resguardo accept {name}`"));
        }
    }
    if let Some(under) = under
        && let Some((takes, usual)) = slow(office, under).await?
    {
        let (takes, usual) = (units::duration(takes), units::duration(usual));
        sentences
            .push(format!("run {}: {} has taken {takes} so far, and usually takes {usual}", under.run, under.dataset));
    }
    sentences.extend(unread(office, disks).await?);
    Ok(sentences)
}

async fn damage(office: Office<'_>) -> Result<Vec<String>, StoreError> {
    let copies = office.store.damaged_copies().await?;
    let sentence = |copy: &Copy| {
        let (disk, archive) = (&copy.disk, &copy.archive);
        let what = copy.damage.as_deref().unwrap_or_default();
        format!("disk {disk}: the copy of {archive} is not good ({what}): `resguardo disk repair {disk} {archive}`")
    };
    let mut sentences: Vec<String> = copies.iter().take(NAMED_MAX).map(sentence).collect();
    if copies.len() > NAMED_MAX {
        sentences.push(format!("{} more copies are not good; `resguardo checks` lists them", copies.len() - NAMED_MAX));
    }
    Ok(sentences)
}

/// Disks whose copies were not read again in time, or that were not here for as long.
async fn unread(office: Office<'_>, disks: &[DiskStatus]) -> Result<Vec<String>, StoreError> {
    if office.config.verification.when.is_none() {
        return Ok(Vec::new());
    }
    let weeks = office.config.verification.weeks;
    let oldest = office.now() - TimeDelta::weeks(i64::from(weeks));
    let known = office.store.disks().await?;
    let mut sentences = Vec::new();
    for disk in disks {
        if disk.present == Some(true)
            && let Some(copy) = office.store.copies(Some(&disk.disk), None, 1).await?.first()
        {
            let copies = office.store.copies_on(copy.disk_id, COPIES).await?;
            let read = |copy: &Copy| copy.verified.unwrap_or(copy.started);
            if let Some(copy) = copies.iter().filter(|copy| copy.damage.is_none()).min_by_key(|copy| read(copy))
                && read(copy) < oldest
            {
                let since = office.stamp(read(copy));
                let (disk, archive) = (&disk.disk, &copy.archive);
                sentences.push(format!(
                    "disk {disk}: {archive} was last read on {since}, more than {weeks} weeks ago: leave the disk here \
                     overnight, or `resguardo verify {disk}`"
                ));
            }
        }
        let row = known.iter().find(|row| row.name == disk.disk && row.retired.is_none());
        if let Some(row) = row.filter(|row| disk.present == Some(false) && row.last_seen < oldest) {
            let since = office.stamp(row.last_seen);
            sentences.push(format!(
                "disk {}: it was last here on {since}, more than {weeks} weeks ago: connect it, so that what it holds is read",
                disk.disk
            ));
        }
    }
    Ok(sentences)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::When;

    fn plan(when: &str, stale_days: Option<u32>) -> Plan {
        Plan {
            name: "semanal".to_owned(),
            datasets: Vec::new(),
            when: When::parse(when, chrono_tz::Tz::America__Guatemala).unwrap(),
            disks: Vec::new(),
            rotation: Vec::new(),
            on_time_hours: 24,
            stale_days,
            window: None,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn excuse(from: &str, until: &str) -> Excuse {
        let (plan, reason, by) = (None, "feriado".to_owned(), "ana".to_owned());
        Excuse { number: 1, plan, from: at(from), until: at(until), reason, by, at: at(from) }
    }

    #[test]
    fn a_weekly_backup_is_too_old_two_days_after_the_next_was_due() {
        // A Sunday.
        let kept = at("2026-11-22T02:10:00-06:00");
        assert_eq!(too_old(&plan("0 2 * * SUN", None), kept, &[]), Some(at("2026-12-01T02:00:00-06:00")));
        assert_eq!(too_old(&plan("0 2 * * SUN", Some(9)), kept, &[]), Some(at("2026-12-01T02:10:00-06:00")));
    }

    #[test]
    fn what_was_excused_may_be_older() {
        let kept = at("2026-12-20T02:10:00-06:00");
        let excuses = [excuse("2026-12-24T00:00:00-06:00", "2027-01-04T00:00:00-06:00")];
        let limit = Some(at("2027-01-12T02:00:00-06:00"));
        assert_eq!(too_old(&plan("0 2 * * SUN", None), kept, &excuses), limit);
        assert_eq!(too_old(&plan("0 2 * * SUN", Some(9)), kept, &excuses), limit);
    }

    #[test]
    fn the_last_time_it_was_due_is_found_however_long_ago() {
        let when = |text: &str| When::parse(text, chrono_tz::Tz::America__Guatemala).unwrap();
        let now = at("2026-11-23T09:00:00-06:00");
        let last = |text: &str| when(text).last_until(now).map(|last| last.to_rfc3339());
        assert_eq!(last("0 9 * * *").as_deref(), Some("2026-11-23T09:00:00-06:00"));
        assert_eq!(last("* * * * *").as_deref(), Some("2026-11-23T09:00:00-06:00"));
        assert_eq!(last("0 2 * * SUN").as_deref(), Some("2026-11-22T02:00:00-06:00"));
        assert_eq!(last("0 2 1 12 *").as_deref(), Some("2025-12-01T02:00:00-06:00"));
    }
}
