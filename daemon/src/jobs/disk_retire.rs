//! A disk that is taken out of service for good: nothing is written to it any more, what it was owed is forgiven, and its
//! copies still count for restores.

use super::disk_seen::event;
use super::error::JobError;
use super::office::Office;
use super::preflight::Looked;
use super::report::DiskStatus;
use super::report_disks::RetireReport;
use crate::store::change::Change;
use crate::store::custody_rows::{Debt, DebtOutcome, DiskEventKind, DiskRow};
use crate::store::disk_sums::OnlyHere;
use crate::store::error::StoreError;
use crate::vault::error::VaultError;

/// Why a disk was not taken out of service.
#[derive(Debug, thiserror::Error)]
pub enum RetireError {
    /// Nobody knows it.
    #[error(transparent)]
    Unknown(JobError),
    /// It is out of service already.
    #[error("disk {disk} is out of service already, since {since}: {why}")]
    Already {
        /// Its name.
        disk: String,
        /// Since when.
        since: String,
        /// Why.
        why: String,
    },
    /// It holds what nothing else does, and nobody said that this is known.
    #[error(
        "disk {disk} holds the last good copy of:\n  {}\nKeep it in its place of custody: its copies still count for \
         restores. If that is what you want, say it again with --yes", only_here.join("\n  ")
    )]
    LastCopies {
        /// Its name.
        disk: String,
        /// What, a sentence a dataset.
        only_here: Vec<String>,
    },
    /// The records cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a disk out of service. `sure` says that it is known if it holds the last good copy of something.
///
/// # Errors
/// [`RetireError`]; nothing is changed then.
pub async fn retire(office: Office<'_>, name: &str, reason: &str, sure: bool) -> Result<RetireReport, RetireError> {
    let now = office.now();
    let row = known(office, name).await?;
    if let Some(since) = row.retired {
        let (since, why) = (office.stamp(since), row.retired_why.unwrap_or_default());
        return Err(RetireError::Already { disk: name.to_owned(), since, why });
    }
    let only_here = sentences(office, &office.store.only_here(row.id).await?);
    if !sure && !only_here.is_empty() {
        return Err(RetireError::LastCopies { disk: name.to_owned(), only_here });
    }
    let row = DiskRow { retired: Some(now), retired_why: Some(reason.to_owned()), ..row };
    let forgive = |debt: Debt| Debt {
        settled: Some(now),
        outcome: Some(DebtOutcome::Forgiven),
        note: Some(format!("the disk was taken out of service: {reason}")),
        ..debt
    };
    let debts: Vec<Debt> = office.store.open_debts(Some(name)).await?.into_iter().map(forgive).collect();
    let forgiven = i64::try_from(debts.len()).unwrap_or(i64::MAX);
    let disk_events = vec![event(&row, DiskEventKind::Retired, now, Some(reason.to_owned()))];
    let id = row.id;
    office.store.apply(Change { disks: vec![row], disk_events, debts, ..Change::default() }).await?;
    tracing::warn!(disk = name, reason, forgiven, "a disk was taken out of service");
    let counts = office.store.copy_counts().await?;
    Ok(RetireReport {
        disk: name.to_owned(),
        id: id.to_string(),
        retired: office.stamp(now),
        copies: counts.iter().find(|count| count.disk_id == id).map_or(0, |count| count.count),
        forgiven,
        only_here,
        plans: plans(office, name),
    })
}

fn plans(office: Office<'_>, disk: &str) -> Vec<String> {
    let names = |plan: &&crate::config::model::Plan| plan.disks.iter().chain(&plan.rotation).any(|name| name == disk);
    office.config.plans.iter().filter(names).map(|plan| plan.name.clone()).collect()
}

/// The row of the disk of this name that was here last; made of what else is known of it, if need be.
async fn known(office: Office<'_>, name: &str) -> Result<DiskRow, RetireError> {
    let rows = office.store.disks().await?;
    // Of several of one name the one in service is meant.
    let named = rows.iter().filter(|row| row.name == name);
    if let Some(row) = named.max_by_key(|row| (row.retired.is_none(), row.last_seen)) {
        return Ok(row.clone());
    }
    let heads = office.store.disk_heads().await?;
    let head = heads.iter().filter(|head| head.disk == name).max_by_key(|head| head.given);
    let copy = office.store.copies(Some(name), None, 1).await?.into_iter().next();
    let configured = office.config.disk(name);
    let id = head.map(|head| head.disk_id).or(copy.as_ref().map(|copy| copy.disk_id));
    let Some(id) = id.or_else(|| configured.and_then(|disk| disk.id)) else {
        let known = rows.iter().map(|row| row.name.clone());
        let known: Vec<String> = known.chain(office.config.disks.iter().map(|disk| disk.name.clone())).collect();
        let what = if configured.is_some() { "disk that was ever here," } else { "disk" };
        return Err(RetireError::Unknown(JobError::Unknown { what, name: name.to_owned(), known: known.join(", ") }));
    };
    let seen = head.map(|head| head.given).or(copy.map(|copy| copy.started)).unwrap_or_else(|| office.now());
    Ok(DiskRow {
        id,
        name: name.to_owned(),
        first_seen: seen,
        last_seen: seen,
        place: None,
        serial: None,
        model: None,
        total_bytes: None,
        free_bytes: None,
        health: None,
        retired: None,
        retired_why: None,
    })
}

fn sentences(office: Office<'_>, only_here: &[OnlyHere]) -> Vec<String> {
    let one = |only: &OnlyHere| {
        let backups = crate::units::count(only.copies.unsigned_abs(), "backup");
        let newest = office.stamp(only.newest);
        format!("{}/{}: {backups}, the newest of {newest}", only.server, only.dataset)
    };
    only_here.iter().map(one).collect()
}

/// Turns away the disks that are out of service, though they are here and a plan still names them, and those that are
/// just being ejected.
pub fn turn_away(looked: &mut Looked, rows: &[DiskRow], ejecting: &[String]) {
    for (name, disk) in looked.iter_mut() {
        let Ok(admitted) = disk else { continue };
        let retired = rows.iter().find(|row| row.id == admitted.marker.id && row.retired.is_some());
        let why = if let Some(row) = retired {
            let reason = row.retired_why.as_deref().unwrap_or("no reason was given");
            format!(
                "disk {name} was taken out of service ({reason}); take it out of the plans in the configuration, and put \
                 another in its place"
            )
        } else if ejecting.contains(name) {
            format!("disk {name} is being ejected; plug it in again if it is to be written to")
        } else {
            continue;
        };
        *disk = Err(VaultError::NotReady { disk: name.clone(), why }.into());
    }
}

/// What needs a hand about disks that are out of service: those that are plugged in, and those that a plan still names.
///
/// # Errors
/// What the store says.
pub async fn attention(office: Office<'_>, disks: &[DiskStatus]) -> Result<Vec<String>, StoreError> {
    let rows = office.store.disks().await?;
    let in_service = |name: &str| rows.iter().any(|row| row.name == name && row.retired.is_none());
    let mut sentences = Vec::new();
    for row in rows.iter().filter(|row| row.retired.is_some() && !in_service(&row.name)) {
        let here = disks.iter().any(|disk| disk.disk == row.name && disk.present == Some(true));
        let plans = plans(office, &row.name);
        if here {
            sentences.push(format!("disk {}: it was taken out of service and is plugged in; unplug it", row.name));
        }
        if !plans.is_empty() {
            let plans = plans.join(", ");
            sentences.push(format!(
                "disk {}: it was taken out of service, and the configuration still names it for {plans}; put another there",
                row.name
            ));
        }
    }
    Ok(sentences)
}
