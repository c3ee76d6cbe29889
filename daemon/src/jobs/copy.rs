//! Paying debts: a backup that a disk is owed is copied to it from a disk that holds a good copy, and what became of it is
//! recorded in one transaction with its entry in the register. It may not know who noticed that the disk is here.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::debts::forgive;
use super::disk_seen::happened;
use super::disks;
use super::entry;
use super::error::chain;
use super::office::Office;
use super::preflight::admit_one;
use super::spool;
use super::tell::{self, News};
use super::tell_custody::Custody;
use crate::config::model::Place;
use crate::schedule::slot;
use crate::store::change::Change;
use crate::store::custody_rows::{Debt, DebtOutcome, DiskEvent, DiskEventKind};
use crate::store::error::StoreError;
use crate::store::rows::Copy;
use crate::vault::admit::Admitted;
use crate::vault::error::VaultError;
use crate::vault::transfer::{self, Copied, Failure};

/// After so long no further copy is begun before others have had their turn, and the register was handed out.
const TURN: Duration = Duration::from_secs(30);

/// What a turn of paying has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paid {
    /// Copies that were made, or found made.
    pub copies: usize,
}

/// What became of one debt.
enum Step {
    Paid,
    /// It stays; the next one may go better.
    Stays,
    /// The target is of no use now, or the chore is to end.
    End,
}

/// Pays the debts of a disk whose time has come, the oldest first, for as long as a turn lasts.
///
/// # Errors
/// What the store says; what was copied and not recorded is found on the disk by the next turn.
pub fn pay(office: Office<'_>, runtime: &Handle, disk: &str, cancel: &CancellationToken) -> Result<Paid, StoreError> {
    let mut paid = Paid::default();
    let due: Vec<Debt> = runtime.block_on(due(office, disk))?;
    let Ok(configured) = disks::named(office.config, disk) else { return Ok(paid) };
    if due.is_empty() {
        return Ok(paid);
    }
    let target = match admit_one(configured, office.now()) {
        Ok(target) => target,
        Err(error) => {
            tracing::warn!(disk, error = chain(&error), "the copies that the disk is owed cannot be made");
            let due = due.into_iter().map(|debt| later(debt, chain(&error), office.now())).collect();
            runtime.block_on(office.store.apply(Change { debts: due, ..Change::default() }))?;
            return Ok(paid);
        }
    };
    let began = Instant::now();
    for (at, debt) in due.iter().enumerate() {
        if cancel.is_cancelled() || (at > 0 && began.elapsed() > TURN) {
            break;
        }
        match one(office, runtime, &target, debt.clone(), cancel)? {
            Step::Paid => paid.copies += 1,
            Step::Stays => {}
            Step::End => {
                // What comes after it would fare no better now.
                let rest = due.iter().skip(at + 1);
                let next_attempt = slot::after_failure(1, office.now());
                let debts = rest.map(|debt| Debt { next_attempt, ..debt.clone() }).collect();
                if !cancel.is_cancelled() {
                    runtime.block_on(office.store.apply(Change { debts, ..Change::default() }))?;
                }
                break;
            }
        }
    }
    Ok(paid)
}

/// The debts of a disk that may be tried now.
async fn due(office: Office<'_>, disk: &str) -> Result<Vec<Debt>, StoreError> {
    let now = office.now();
    Ok(office.store.open_debts(Some(disk)).await?.into_iter().filter(|debt| debt.next_attempt <= now).collect())
}

fn later(debt: Debt, error: String, now: DateTime<Utc>) -> Debt {
    let attempts = debt.attempts + 1;
    Debt { attempts, next_attempt: slot::after_failure(attempts, now), error: Some(error), ..debt }
}

/// Pays one debt from the first source that is good.
fn one(
    office: Office<'_>,
    runtime: &Handle,
    target: &Admitted,
    debt: Debt,
    cancel: &CancellationToken,
) -> Result<Step, StoreError> {
    let copies = runtime.block_on(office.store.copies_of(&debt.archive))?;
    if copies.is_empty() {
        let debts = vec![forgive(debt, "the archive is on no disk any more", office.now())];
        runtime.block_on(office.store.apply(Change { debts, ..Change::default() }))?;
        return Ok(Step::Stays);
    }
    let mut why = Vec::new();
    for (copy, source) in sources(office, target, &copies) {
        tracing::info!(archive = debt.archive, from = source.name, to = target.name, "a copy that is owed is made");
        let (began, stamp) = (office.now(), || office.stamp(office.now()));
        match transfer::copy(&source, target, &debt.archive, &stamp, cancel) {
            Ok(copied) => {
                runtime.block_on(record(office, target, &copy, debt, copied, began))?;
                return Ok(Step::Paid);
            }
            Err(Failure::Cancelled) => return Ok(Step::End),
            Err(Failure::Target(error)) => return runtime.block_on(target_failed(office, target, debt, &error)),
            Err(Failure::Source(error)) => {
                why.push(chain(&error));
                // Looked for here, since no disk may be opened in an async task.
                let is_here = holder(office, &copy).is_some();
                runtime.block_on(source_failed(office, &copy, &source, &error, is_here))?;
            }
        }
    }
    let all_damaged = runtime.block_on(office.store.copies_of(&debt.archive))?;
    let all_damaged = all_damaged.iter().filter(|copy| copy.disk != target.name).all(|copy| copy.damage.is_some());
    let what = match why.as_slice() {
        _ if all_damaged => "no copy of it is good any more".to_owned(),
        [] => {
            let on: Vec<&str> =
                copies.iter().filter(|copy| copy.damage.is_none()).map(|copy| copy.disk.as_str()).collect();
            format!("it can be copied once a disk is here that holds it: {}", on.join(" or "))
        }
        why => why.join("; "),
    };
    let first = debt.error.as_ref() != Some(&what);
    let mut change = Change::default();
    if all_damaged && first {
        let (disk, archive) = (target.name.as_str(), debt.archive.as_str());
        let news = News::Custody(Custody::NoGoodCopy { disk, archive });
        change.notices.push(tell::notice(office, news));
    }
    let next = later(debt.clone(), what, office.now());
    // That no source is here is no attempt: one is made as soon as a disk comes.
    let attempts = if why.is_empty() { debt.attempts } else { next.attempts };
    change.debts.push(Debt { attempts, ..next });
    runtime.block_on(office.store.apply(change))?;
    Ok(Step::Stays)
}

/// The good copies on disks that are here, those first that cost no network, and of these the one that was read last.
fn sources(office: Office<'_>, target: &Admitted, copies: &[Copy]) -> Vec<(Copy, Admitted)> {
    let mut good: Vec<&Copy> = copies.iter().filter(|copy| copy.damage.is_none() && copy.disk != target.name).collect();
    let is_remote =
        |copy: &Copy| office.config.disk(&copy.disk).is_some_and(|disk| matches!(disk.place, Place::S3 { .. }));
    good.sort_by_key(|copy| (is_remote(copy), std::cmp::Reverse(copy.verified)));
    good.into_iter().filter_map(|copy| Some((copy.clone(), holder(office, copy)?))).collect()
}

/// The disk that a copy lies on, or the spool, if it is here.
fn holder(office: Office<'_>, copy: &Copy) -> Option<Admitted> {
    let disk = match copy.disk.as_str() {
        spool::LABEL => spool::source(office.config),
        name => disks::by_name(office.config, name).ok(),
    };
    disk.filter(|disk| disk.marker.id == copy.disk_id)
}

/// The copy, the debt that is paid by it, and its entry in the register.
async fn record(
    office: Office<'_>,
    target: &Admitted,
    source: &Copy,
    debt: Debt,
    copied: Copied,
    began: DateTime<Utc>,
) -> Result<(), StoreError> {
    let now = office.now();
    let mut change = Change::default();
    change.drafts.push(entry::copied(office, debt.plan.clone(), &copied.manifest, &source.disk, (began, now)));
    let (disk_id, disk) = (target.marker.id, target.name.clone());
    change.copies.push(Copy { disk_id, disk, verified: Some(now), damage: None, ..source.clone() });
    // Its archives were read whole, and every digest was right.
    if copied.bytes > 0 {
        change.copies.push(Copy { verified: Some(now), ..source.clone() });
        let bytes = i64::try_from(copied.bytes).ok();
        let ms = i64::try_from(copied.took.as_millis()).ok();
        let event = |disk_id, disk: &str, kind| DiskEvent {
            bytes,
            ms,
            text: Some(debt.archive.clone()),
            ..happened(disk_id, disk, kind, now)
        };
        change.disk_events.push(event(target.marker.id, &target.name, DiskEventKind::Wrote));
        change.disk_events.push(event(source.disk_id, &source.disk, DiskEventKind::Read));
    }
    let left = office.store.open_debts(Some(&debt.disk)).await?;
    if left.iter().all(|other| other.archive == debt.archive) {
        change.notices.push(tell::notice(office, News::Custody(Custody::AllCopied { disk: &target.name })));
    }
    let (settled, outcome) = (Some(now), Some(DebtOutcome::Paid));
    let note = Some(format!("copied from {}", source.disk));
    change.debts.push(Debt { settled, outcome, note, error: None, ..debt });
    office.store.apply(change).await.map(drop)
}

/// The disk that is owed the copy took it not, or not as it was given. Whether it is only gone is seen by what watches
/// the disks.
async fn target_failed(
    office: Office<'_>,
    target: &Admitted,
    debt: Debt,
    error: &VaultError,
) -> Result<Step, StoreError> {
    let (now, why) = (office.now(), chain(error));
    tracing::warn!(disk = target.name, archive = debt.archive, error = why, "a copy that is owed was not made");
    let mut change = Change::default();
    change.disk_events.push(DiskEvent {
        text: Some(why.clone()),
        ..happened(target.marker.id, &target.name, DiskEventKind::Failed, now)
    });
    let before = office.store.open_debts(Some(&debt.disk)).await?;
    if before.iter().all(|debt| debt.attempts == 0) {
        let news = Custody::NotCopied { disk: &target.name, archive: &debt.archive, why: &why };
        change.notices.push(tell::notice(office, News::Custody(news)));
    }
    change.debts.push(later(debt, why, now));
    office.store.apply(change).await?;
    // One that is too large leaves room for the smaller ones after it.
    Ok(if matches!(error, VaultError::NoRoom { .. } | VaultError::Exists { .. }) { Step::Stays } else { Step::End })
}

/// A source that cannot be read, or is not what its manifest says. Only a disk that is still here can be called damaged.
async fn source_failed(
    office: Office<'_>,
    copy: &Copy,
    source: &Admitted,
    error: &VaultError,
    is_here: bool,
) -> Result<(), StoreError> {
    let (now, why) = (office.now(), chain(error));
    tracing::error!(disk = source.name, archive = copy.archive, error = why, "a copy cannot be read");
    let mut change = Change::default();
    change.disk_events.push(DiskEvent {
        text: Some(why.clone()),
        ..happened(source.marker.id, &source.name, DiskEventKind::Failed, now)
    });
    if error.is_damage() && is_here {
        change.copies.push(Copy { damage: Some(why.clone()), ..copy.clone() });
        let news = Custody::Damaged { disk: &source.name, archive: &copy.archive, why: &why };
        change.notices.push(tell::notice(office, News::Custody(news)));
    }
    office.store.apply(change).await.map(drop)
}
