//! Restore drills: which datasets were not restored for a test in time, or could not be.

use super::{Found, HERE};
use crate::findings::{Code, Verdict};
use crate::jobs::drill;
use crate::jobs::office::Office;
use crate::store::custody_rows::DrillOutcome;
use crate::store::error::StoreError;

/// The datasets that lack a drill.
pub(super) async fn examine(office: Office<'_>) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let lacks = drill::lacks(office).await?;
    found.figure("drills lacking".to_owned(), i64::try_from(lacks.len()).unwrap_or(i64::MAX), "", None);
    if lacks.is_empty() && office.config.drills.when.is_some() {
        found.well(HERE, "drills", "everything that was kept was restored for a test in time");
    }
    for lack in lacks {
        let remedy = format!("resguardo drill {}", lack.dataset);
        let failed = lack.last.as_ref().filter(|drill| drill.outcome == DrillOutcome::Failed);
        let verdict = match (failed, lack.passed) {
            (Some(drill), _) => {
                let why = drill.error.as_deref().unwrap_or("it did not say why");
                let said = format!("it could NOT be restored for a test at {}: {why}", office.stamp(drill.ended));
                Verdict::critical(Code::DrillFailed, said, remedy)
            }
            (None, Some(passed)) => {
                let said = format!("it was last restored for a test at {}", office.stamp(passed));
                Verdict::warning(Code::DrillOverdue, said, remedy)
            }
            (None, None) => Verdict::warning(Code::DrillOverdue, "it was never restored for a test", remedy),
        };
        found.add(HERE, &lack.dataset, verdict);
    }
    Ok(found)
}
