//! What disks are owed: how a debt arises when a backup is kept, and why one is forgiven. It may not know how one is paid.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::office::Office;
use crate::store::change::Change;
use crate::store::custody_rows::{Debt, DebtOutcome};
use crate::store::error::StoreError;
use crate::store::rows::Dataset;

/// The debts that arise from a backup that was kept: each disk that it belongs on and that does not have it is owed a copy,
/// to be stored in the transaction that records the backup. `plan` is the plan of its run.
pub(super) fn arising(office: Office<'_>, row: &Dataset, plan: Option<&String>) -> Vec<Debt> {
    let (Some(archive), false) = (&row.archive, row.kept_on.is_empty()) else { return Vec::new() };
    let now = office.now();
    let lacks = row.failed_on.iter().filter(|(disk, _)| office.config.disk(disk).is_some());
    lacks
        .map(|(disk, why)| Debt {
            disk: disk.clone(),
            archive: archive.clone(),
            server: row.server.clone(),
            dataset: row.dataset.clone(),
            backup: row.id,
            plan: plan.cloned(),
            since: now,
            attempts: 0,
            next_attempt: now,
            error: Some(why.clone()),
            settled: None,
            outcome: None,
            note: None,
        })
        .collect()
}

/// The debt, forgiven: the copy is not wanted any more, for a reason that people can read. To be stored.
pub fn forgive(debt: Debt, reason: &str, now: DateTime<Utc>) -> Debt {
    let (outcome, note) = (Some(DebtOutcome::Forgiven), Some(reason.to_owned()));
    Debt { settled: Some(now), outcome, note, error: None, ..debt }
}

/// Forgives what can never be paid or is not wanted any more: the archive is on no disk, the disk or the plan is gone from
/// the configuration, the plan has another disk now, or the disk was retired. Returns how many were forgiven.
///
/// # Errors
/// What the store says.
pub async fn tidy(office: Office<'_>) -> Result<usize, StoreError> {
    let open = office.store.open_debts(None).await?;
    if open.is_empty() {
        return Ok(0);
    }
    let rows = office.store.disks().await?;
    // A name lives on in a new disk.
    let in_use = |name: &str| rows.iter().any(|row| row.name == name && row.retired.is_none());
    let retired: BTreeSet<&str> =
        rows.iter().filter(|row| row.retired.is_some() && !in_use(&row.name)).map(|row| row.name.as_str()).collect();
    let lost = office.store.debts_of_lost_archives().await?;
    let lost: BTreeSet<(&str, &str)> = lost.iter().map(|debt| (debt.disk.as_str(), debt.archive.as_str())).collect();
    let why = |debt: &Debt| {
        let plan = debt.plan.as_ref().map(|name| office.config.plan(name));
        if office.config.disk(&debt.disk).is_none() {
            Some("the disk is not in the configuration any more")
        } else if retired.contains(debt.disk.as_str()) {
            Some("the disk was retired")
        } else if matches!(plan, Some(None)) {
            Some("the plan is not in the configuration any more")
        } else if plan.flatten().is_some_and(|plan| !plan.every_disk().any(|disk| *disk == debt.disk)) {
            Some("the plan does not use the disk any more")
        } else if lost.contains(&(debt.disk.as_str(), debt.archive.as_str())) {
            Some("the archive is on no disk any more")
        } else {
            None
        }
    };
    let now = office.now();
    let forgiven: Vec<Debt> = open
        .iter()
        .filter_map(|debt| why(debt).map(|reason| (debt, reason)))
        .map(|(debt, reason)| {
            tracing::warn!(disk = debt.disk, archive = debt.archive, reason, "a copy is owed no more");
            forgive(debt.clone(), reason, now)
        })
        .collect();
    let number = forgiven.len();
    if number > 0 {
        office.store.apply(Change { debts: forgiven, ..Change::default() }).await?;
    }
    Ok(number)
}
