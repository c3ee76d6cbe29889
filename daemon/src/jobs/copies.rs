//! Where the copies of a backup are, which of them are good, and what is recorded of a reading.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::fault::{FaultKind, Verdict};
use super::office::Office;
use super::report::Listing;
use super::report_checks::{CheckReport, CopyReport};
use super::{standing, tell};
use crate::notify::text_proofs;
use crate::store::change::Change;
use crate::store::custody_rows::{Check, CheckOutcome, DiskEvent, DiskEventKind};
use crate::store::error::StoreError;
use crate::store::rows::Copy;

/// A reading that is to be recorded.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    /// The disk's id.
    pub disk_id: Uuid,
    /// The disk's name.
    pub disk: &'a str,
    /// `SERVER/DATASET/STAMP`.
    pub archive: &'a str,
    /// When it began.
    pub started: DateTime<Utc>,
    /// Who asked for it.
    pub by: &'a str,
    /// What it has shown.
    pub verdict: &'a Verdict,
    /// From which disk it was mended just before, if it was.
    pub mended_from: Option<&'a str>,
}

/// Records a reading with what it means for the copy, in one transaction. People are told of damage that was not known.
///
/// # Errors
/// What the store says; nothing is recorded then.
pub async fn record(office: Office<'_>, read: Read<'_>) -> Result<(), StoreError> {
    let now = office.now();
    let Read { disk_id, disk, archive, verdict, .. } = read;
    let mut change = Change::default();
    let copies = office.store.copies_of(archive).await?;
    let known = copies.iter().find(|copy| copy.disk_id == disk_id);
    let what = verdict.summary();
    change.checks.push(Check {
        id: Uuid::now_v7(),
        started: read.started,
        ended: now,
        disk_id,
        disk: disk.to_owned(),
        archive: archive.to_owned(),
        asked_by: read.by.to_owned(),
        outcome: verdict.outcome,
        bytes: i64::try_from(verdict.bytes).unwrap_or(i64::MAX),
        what: what.clone(),
    });
    if verdict.outcome == CheckOutcome::Good {
        // One that was restored to its disk is known by the copies on the others.
        let copy = known.or(copies.first()).cloned();
        let verified = Some(now);
        change.copies.extend(copy.map(|copy| Copy { disk_id, disk: disk.to_owned(), verified, damage: None, ..copy }));
    } else if verdict.is_bad() {
        if let Some(copy) = known {
            change.copies.push(Copy { damage: Some(damage(verdict)), ..copy.clone() });
        }
        if known.is_none_or(|copy| copy.damage.is_none()) {
            change.notices.push(damage_notice(office, read, &copies));
        }
    }
    let event = |kind, text| DiskEvent {
        number: 0,
        disk_id,
        disk: disk.to_owned(),
        at: now,
        kind,
        bytes: Some(i64::try_from(verdict.bytes).unwrap_or(i64::MAX)),
        ms: None,
        text: Some(text),
    };
    if let Some(from) = read.mended_from {
        change.disk_events.push(event(DiskEventKind::Repaired, format!("{archive} from {from}")));
    }
    let gave_nothing = |kind: FaultKind| matches!(kind, FaultKind::Medium | FaultKind::Disk);
    if verdict.faults.iter().any(|fault| gave_nothing(fault.kind)) {
        change.disk_events.push(event(DiskEventKind::Failed, format!("{archive}: {}", what.unwrap_or_default())));
    }
    office.store.apply(change).await.map(drop)
}

/// Why a copy is not good: `missing`, or what is wrong in words.
fn damage(verdict: &Verdict) -> String {
    match verdict.outcome {
        CheckOutcome::Missing => CheckOutcome::Missing.word().to_owned(),
        outcome => verdict.summary().unwrap_or_else(|| outcome.word().to_owned()),
    }
}

fn damage_notice(office: Office<'_>, read: Read<'_>, copies: &[Copy]) -> (crate::store::rows::Notice, Vec<String>) {
    let good: Vec<text_proofs::Elsewhere> = copies
        .iter()
        .filter(|copy| copy.disk_id != read.disk_id && copy.damage.is_none())
        .map(|copy| text_proofs::Elsewhere {
            disk: copy.disk.clone(),
            custody: office.config.disk(&copy.disk).and_then(|disk| disk.custody.clone()),
            verified: copy.verified.map(|verified| office.local(verified)),
        })
        .collect();
    let faults: Vec<String> = read.verdict.faults.iter().map(ToString::to_string).collect();
    let missing = read.verdict.outcome == CheckOutcome::Missing;
    let said = text_proofs::copy_damaged(read.archive, read.disk, missing, &faults, &good);
    let data = serde_json::json!({
        "archive": read.archive, "disk": read.disk, "outcome": read.verdict.outcome.word(), "faults": read.verdict.faults,
        "good": good.iter().map(|good| good.disk.as_str()).collect::<Vec<_>>(),
    });
    tell::said(office, said, data)
}

/// The newest readings, of one backup or of all.
///
/// # Errors
/// What the store says.
pub async fn checks(office: Office<'_>, archive: Option<&str>, limit: u32) -> Result<Listing<CheckReport>, StoreError> {
    let rows = office.store.checks(archive, limit.saturating_add(1)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let report = |check: &Check| CheckReport {
        archive: check.archive.clone(),
        disk: check.disk.clone(),
        disk_id: check.disk_id.to_string(),
        started: office.stamp(check.started),
        ended: office.stamp(check.ended),
        asked_by: check.asked_by.clone(),
        outcome: check.outcome.word().to_owned(),
        bytes: check.bytes,
        what: check.what.clone(),
    };
    Ok(Listing { more: rows.len() > limit, items: rows.iter().take(limit).map(report).collect() })
}

/// All copies of a backup, and where their disks are.
///
/// # Errors
/// What the store says.
pub async fn of_archive(office: Office<'_>, archive: &str) -> Result<Vec<CopyReport>, StoreError> {
    reports(office, office.store.copies_of(archive).await?).await
}

/// The copies on a disk that are not good any more.
///
/// # Errors
/// What the store says.
pub async fn damaged_on(office: Office<'_>, disk: &str) -> Result<Vec<CopyReport>, StoreError> {
    let mut copies = office.store.damaged_copies().await?;
    copies.retain(|copy| copy.disk == disk);
    reports(office, copies).await
}

async fn reports(office: Office<'_>, copies: Vec<Copy>) -> Result<Vec<CopyReport>, StoreError> {
    let disks = office.config.disks.clone();
    // A disk that hangs holds up nobody but who asks.
    let here = tokio::task::spawn_blocking(move || standing::look_at_disks(&disks)).await.unwrap_or_default();
    let report = |copy: Copy| CopyReport {
        here: here.iter().find(|disk| disk.disk == copy.disk).and_then(|disk| disk.present),
        custody: office.config.disk(&copy.disk).and_then(|disk| disk.custody.clone()),
        verified: copy.verified.map(|verified| office.stamp(verified)),
        archive: copy.archive,
        disk: copy.disk,
        damage: copy.damage,
    };
    Ok(copies.into_iter().map(report).collect())
}
