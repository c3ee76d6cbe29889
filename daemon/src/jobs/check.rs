//! Reading again what lies on the disks that are here, a part at each opportunity, so that damage is found while another
//! copy is still good. Object stores are not read: that costs money, and `resguardo verify NAME` does it on demand.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::archives::Found;
use super::check_pick::{Candidate, Rules, pick};
use super::copies::{self, Read};
use super::error::chain;
use super::fault::{Fault, Verdict};
use super::office::Office;
use super::verify::{self, Reading, verify};
use super::{disks, standing, unlock};
use crate::config::model::Place;
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::Copy;
use crate::vault::admit::Admitted;
use crate::vault::catalogue;
use crate::vault::store::Store;

/// Copies on one disk that are looked at.
const COPIES_MAX: u32 = 100_000;
/// What a disk is believed to give until it was read once, in bytes a second: a slow disk over USB 2.
const RATE: u64 = 25 * 1024 * 1024;
/// Readings from which a disk's rate is taken.
const READINGS: u32 = 200;
/// Who asks for what the schedule wants.
const SCHEDULE: &str = "resguardo";

/// What is to be read now.
#[derive(Debug)]
pub struct Due {
    /// The disk.
    pub disk: Admitted,
    /// The opportunity.
    pub since: DateTime<Utc>,
    /// When it is over.
    pub until: DateTime<Utc>,
    /// The copies, in the order in which they are read.
    pub copies: Vec<Copy>,
}

/// What was done of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Copies that were read.
    pub read: usize,
    /// Of these, the ones that are not good.
    pub bad: usize,
    /// Whether it was ended before it was done, and goes on later.
    pub ended: bool,
}

/// An opportunity as it is remembered: when it was due, when it is over, and whether all was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Opportunity {
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    done: bool,
}

impl Opportunity {
    fn key(disk: Uuid) -> String {
        format!("verification {disk}")
    }

    fn text(&self) -> String {
        format!("{} {} {}", self.since.timestamp(), self.until.timestamp(), u8::from(self.done))
    }

    fn of_text(text: &str) -> Option<Self> {
        let numbers: Vec<i64> = text.split(' ').filter_map(|number| number.parse().ok()).collect();
        let &[since, until, done] = numbers.as_slice() else { return None };
        let moment = |seconds| DateTime::from_timestamp(seconds, 0);
        Some(Self { since: moment(since)?, until: moment(until)?, done: done != 0 })
    }
}

/// What is to be read next. Each disk has its own opportunities: one that was away when the others were read is read when it
/// comes. It looks at the disks, and must not be called from an async task.
///
/// # Errors
/// What the store says.
pub fn due(office: Office<'_>, runtime: &Handle) -> Result<Option<Due>, StoreError> {
    let now = office.now();
    let Some(when) = &office.config.verification.when else { return Ok(None) };
    let Some(since) = when.last_until(now).map(|since| since.to_utc()) else { return Ok(None) };
    let next = when.next_after(since).map_or(TimeDelta::days(1), |next| next.to_utc() - since);
    let local: Vec<_> =
        office.config.disks.iter().filter(|disk| matches!(disk.place, Place::Folder { .. })).cloned().collect();
    for seen in standing::look_at_disks(&local).into_iter().filter(|seen| seen.present == Some(true)) {
        // It may have gone in this very moment.
        let Ok(disk) = disks::by_name(office.config, &seen.disk) else { continue };
        if let Some(due) = runtime.block_on(due_on(office, disk, since, next, now))? {
            return Ok(Some(due));
        }
    }
    Ok(None)
}

async fn due_on(
    office: Office<'_>,
    disk: Admitted,
    since: DateTime<Utc>,
    every: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Option<Due>, StoreError> {
    let id = disk.marker.id;
    let rules = &office.config.verification;
    let known = office.store.meta(&Opportunity::key(id)).await?;
    let known = known.and_then(|text| Opportunity::of_text(&text)).filter(|known| known.since == since);
    let until = known.map_or(now + TimeDelta::minutes(i64::from(rules.minutes)), |known| known.until);
    if until <= now || known.is_some_and(|known| known.done) {
        return Ok(None);
    }
    let mut copies = office.store.copies_on(id, COPIES_MAX).await?;
    // What is known to be damaged was told, and waits for its repair.
    copies.retain(|copy| copy.damage.is_none());
    let candidate =
        |copy: &Copy| Candidate { verified: copy.verified, bytes: u64::try_from(copy.archive_bytes).unwrap_or(0) };
    let candidates: Vec<Candidate> = copies.iter().map(candidate).collect();
    let seconds = u64::try_from((until - now).num_seconds()).unwrap_or(0);
    let bytes_max = rate(office, id).await?.saturating_mul(seconds);
    let picked = pick(&candidates, now, Rules { weeks: rules.weeks, every, bytes_max });
    let copies: Vec<Copy> = picked.into_iter().filter_map(|index| copies.get(index).cloned()).collect();
    Ok((!copies.is_empty()).then_some(Due { disk, since, until, copies }))
}

/// What a disk has lately given, in bytes a second.
async fn rate(office: Office<'_>, disk: Uuid) -> Result<u64, StoreError> {
    let checks = office.store.checks(None, READINGS).await?;
    let (mut bytes, mut seconds) = (0_u64, 0_u64);
    for check in checks.iter().filter(|check| check.disk_id == disk && check.bytes > 0) {
        bytes = bytes.saturating_add(u64::try_from(check.bytes).unwrap_or(0));
        seconds += u64::try_from((check.ended - check.started).num_seconds()).unwrap_or(0);
    }
    Ok(if seconds < 10 { RATE } else { bytes / seconds })
}

/// Reads what is due, and records each reading as soon as it is done. It ends within a frame when `cancel` comes, and is then
/// due again. It must not be called from an async task.
///
/// # Errors
/// What the store says; what was recorded stays.
pub fn run(
    office: Office<'_>,
    runtime: &Handle,
    cancel: &CancellationToken,
    threads: usize,
    due: Due,
) -> Result<Done, StoreError> {
    let Due { disk, since, until, copies } = due;
    let id = disk.marker.id;
    let remember = |done| {
        let meta = vec![(Opportunity::key(id), Opportunity { since, until, done }.text())];
        runtime.block_on(office.store.apply(Change { meta, ..Change::default() })).map(drop)
    };
    remember(false)?;
    tracing::info!(disk = disk.name, copies = copies.len(), "what lies on the disk is read again");
    let identity = unlock::configured(office.config).unwrap_or_else(|error| {
        tracing::warn!(error = chain(&error), "without its key, of what is encrypted the archives alone are read");
        None
    });
    let mut done = Done::default();
    for copy in &copies {
        if office.now() >= until {
            break;
        }
        let started = office.now();
        let reading = Reading { identity: identity.as_ref(), threads, cancel, tell: &|_| {} };
        let Some(verdict) = read_copy(&disk, &copy.archive, reading) else {
            done.ended = true;
            return Ok(done);
        };
        let read = Read {
            disk_id: id,
            disk: &disk.name,
            archive: &copy.archive,
            started,
            by: SCHEDULE,
            verdict: &verdict,
            mended_from: None,
        };
        runtime.block_on(copies::record(office, read))?;
        done.read += 1;
        if !verdict.is_good() {
            done.bad += 1;
            tracing::error!(disk = disk.name, archive = copy.archive, what = verdict.summary(), "a copy is not good");
        }
        if !verdict.is_good() && !verdict.is_bad() {
            // The disk is gone or dying: the rest is read when it is here again.
            break;
        }
    }
    remember(true)?;
    tracing::info!(disk = disk.name, read = done.read, bad = done.bad, "the disk was read");
    Ok(done)
}

/// Verifies one copy by its name; `None` where it was ended.
pub(super) fn read_copy(disk: &Admitted, archive: &str, reading: Reading<'_>) -> Option<Verdict> {
    if reading.cancel.is_cancelled() {
        return None;
    }
    let entry = Store::open(&disk.name, &disk.place).and_then(|store| catalogue::find(&store, archive));
    match entry {
        Ok(Some(entry)) => verify(&Found { disk: disk.clone(), entry }, reading),
        // An empty mount point has nothing either, and says nothing about the disk.
        Ok(None) if is_still_there(disk) => Some(verify::gone(archive)),
        Ok(None) => Some(Verdict::of(vec![Fault::of_disk(archive, "the disk is not there any more".to_owned())], 0, 0)),
        Err(error) => Some(Verdict::of(vec![Fault::of_disk(archive, chain(&error))], 0, 0)),
    }
}

fn is_still_there(disk: &Admitted) -> bool {
    let marker = Store::open(&disk.name, &disk.place).and_then(|store| crate::vault::marker::read(&store));
    marker.ok().flatten().is_some_and(|marker| marker.id == disk.marker.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opportunity_is_remembered() {
        let moment = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let it = Opportunity { since: moment(7), until: moment(9), done: true };
        assert_eq!(Opportunity::of_text(&it.text()), Some(it));
        assert_eq!(Opportunity::of_text("7"), None);
    }
}
