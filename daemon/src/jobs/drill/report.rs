//! A drill as operators and programs are told of it.

use serde::{Deserialize, Serialize};

use crate::jobs::office::Office;
use crate::jobs::report::Listing;
use crate::store::custody_rows::Drill;
use crate::store::error::StoreError;

/// A drill. Moments are RFC 3339 in the configured time zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DrillReport {
    /// Its id.
    pub id: String,
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// `SERVER/DATASET/STAMP`; `SERVER/DATASET` where there was no backup to drill.
    pub archive: String,
    /// The disk it was read from.
    pub disk: String,
    /// Who asked for it.
    pub asked_by: String,
    /// `passed`, `failed` or `not_run`.
    pub outcome: String,
    /// When it began.
    pub started: String,
    /// When it ended.
    pub ended: String,
    /// How long the restore itself took, in milliseconds.
    pub restore_ms: Option<i64>,
    /// What was looked at, and what was found.
    pub findings: Vec<(String, String)>,
    /// Why it failed or did not run.
    pub error: Option<String>,
}

/// A drill for a report.
pub fn report(office: Office<'_>, drill: &Drill) -> DrillReport {
    DrillReport {
        id: drill.id.to_string(),
        dataset: format!("{}/{}", drill.server, drill.dataset),
        archive: drill.archive.clone(),
        disk: drill.disk.clone(),
        asked_by: drill.asked_by.clone(),
        outcome: drill.outcome.word().to_owned(),
        started: office.stamp(drill.started),
        ended: office.stamp(drill.ended),
        restore_ms: drill.restore_ms,
        findings: drill.findings.clone(),
        error: drill.error.clone(),
    }
}

/// The newest drills.
///
/// # Errors
/// What the store says.
pub async fn list(
    office: Office<'_>,
    dataset: Option<(&str, &str)>,
    limit: u32,
) -> Result<Listing<DrillReport>, StoreError> {
    let rows = office.store.drills(dataset, limit.saturating_add(1)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let items = rows.iter().take(limit).map(|drill| report(office, drill)).collect();
    Ok(Listing { items, more: rows.len() > limit })
}
