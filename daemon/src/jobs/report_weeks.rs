//! Every dataset by week, as operators and programs are told of it.

use serde::{Deserialize, Serialize};

use super::office::Office;
use super::overview::{Cell, weeks};
use crate::store::error::StoreError;

/// Every dataset by week.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeeksReport {
    /// The Mondays of the weeks, `2026-11-23`, the oldest first.
    pub weeks: Vec<String>,
    /// The datasets of all plans.
    pub datasets: Vec<DatasetWeeksReport>,
}

/// A dataset of a plan. Moments are RFC 3339 in the configured time zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DatasetWeeksReport {
    /// The plan.
    pub plan: String,
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// What became of it in each week; nothing where nothing was due.
    pub cells: Vec<Option<Cell>>,
    /// The disks with a good copy of its last good backup.
    pub disks: Vec<String>,
    /// When one of these was last read whole.
    pub verified: Option<String>,
    /// When it was last restored for a test with success.
    pub drilled: Option<String>,
}

/// Every dataset by week.
///
/// # Errors
/// What the store says.
pub async fn report(office: Office<'_>) -> Result<WeeksReport, StoreError> {
    let (weeks, plans) = weeks(office).await?;
    let mut datasets = Vec::new();
    for plan in plans {
        for dataset in plan.datasets {
            let verified = dataset.copies.iter().filter_map(|copy| copy.verified).max();
            datasets.push(DatasetWeeksReport {
                plan: plan.name.clone(),
                dataset: dataset.name,
                cells: dataset.cells,
                disks: dataset.copies.into_iter().map(|copy| copy.disk).collect(),
                verified: verified.map(|at| office.stamp(at)),
                drilled: dataset.drilled.map(|at| office.stamp(at)),
            });
        }
    }
    Ok(WeeksReport { weeks: weeks.iter().map(ToString::to_string).collect(), datasets })
}
