//! The audit log, read and verified. It may not know who writes into it.

use super::by::By;
use super::error::PeopleError;
use crate::desk::access::Action;
use crate::jobs::office::Office;
use crate::people::chain::{self, Break};
use crate::store::people_rows::{AuditFilter, AuditLine};

/// The most lines of a page.
pub const PAGE_MAX: u32 = 1000;
/// How many lines are read at once.
const STEP: u32 = 1000;

/// What verifying the audit log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many lines are there.
    pub lines: i64,
    /// The hash of the last one, to be written down elsewhere.
    pub head: String,
    /// What is wrong, the first thing.
    pub broken: Option<Break>,
}

/// Lines of the audit log, the newest first.
///
/// # Errors
/// [`PeopleError::NotAllowed`], [`PeopleError::Store`].
pub async fn lines(
    office: Office<'_>,
    by: By<'_>,
    filter: &AuditFilter,
    limit: u32,
) -> Result<Vec<AuditLine>, PeopleError> {
    by.may(Action::SeeAudit)?;
    Ok(office.store.audit(filter, limit.min(PAGE_MAX)).await?)
}

/// Reads the whole audit log and follows its chain.
///
/// # Errors
/// [`PeopleError::NotAllowed`], [`PeopleError::Store`]; what is wrong with the log is no error.
pub async fn verify(office: Office<'_>, by: By<'_>) -> Result<Verified, PeopleError> {
    by.may(Action::SeeAudit)?;
    // Lines that come while this reads are behind this number.
    let given = office.store.audit_given().await?;
    let (mut last, mut head) = (0, chain::FIRST.to_owned());
    loop {
        let lines = office.store.audit_after(last, STEP).await?;
        for line in &lines {
            if let Err(broken) = chain::follows((last, &head), &line.line(), &line.hash) {
                return Ok(Verified { lines: last, head, broken: Some(broken) });
            }
            last = line.n;
            head.clone_from(&line.hash);
        }
        if lines.is_empty() {
            break;
        }
    }
    let broken = (last < given).then_some(Break::Cut { found: last, given });
    Ok(Verified { lines: last, head, broken })
}
