//! The whole chain of the register, verified once a day and remembered: whoever measures every minute must not read ten years of it each
//! time. It may not know who asks how it went.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::jobs::hand_out;
use crate::jobs::office::Office;
use crate::register::key::Key;
use crate::register::problem::Weight;
use crate::register::seal::file_name;
use crate::register::verify::Verifier;
use crate::store::change::Change;
use crate::store::error::StoreError;

/// Under this key the store keeps when it was verified last, and what came of it.
const KEY: &str = "register_check";
/// Lines that are read from the store at once.
const BATCH: u32 = 1000;
/// How often it is verified.
const EVERY: TimeDelta = TimeDelta::days(1);

/// What the last verification said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// When it was, in seconds since 1970.
    pub at: i64,
    /// How many entries there were.
    pub entries: u64,
    /// Whether the chain was unbroken and its head signed by this machine.
    pub whole: bool,
    /// The first of what was wrong.
    pub problem: Option<String>,
}

/// What the last verification said; none before the first one.
///
/// # Errors
/// What the store says.
pub async fn last(office: Office<'_>) -> Result<Option<Checked>, StoreError> {
    // What does not read was written by another version: it is verified anew.
    Ok(office.store.meta(KEY).await?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Verifies the chain, unless that was done within a day. Returns when it is due again.
///
/// # Errors
/// What the store says; nothing is then remembered.
pub async fn check(office: Office<'_>, key: &Key) -> Result<DateTime<Utc>, StoreError> {
    let now = office.now();
    let last = last(office).await?.and_then(|checked| DateTime::from_timestamp(checked.at, 0));
    // One that is still to come was made by a clock that has been put back since.
    if let Some(due) = last.filter(|last| *last <= now).map(|last| last + EVERY).filter(|due| *due > now) {
        return Ok(due);
    }
    let checked = verified(office, key).await?;
    match &checked.problem {
        Some(problem) => tracing::error!(
            problem,
            "the chain of the register is broken; run `resguardo register verify`, keep a copy of the database and find out why"
        ),
        None => tracing::info!(entries = checked.entries, "the chain of the register was verified"),
    }
    let meta = vec![(KEY.to_owned(), serde_json::json!(checked).to_string())];
    office.store.apply(Change { meta, ..Change::default() }).await?;
    Ok(now + EVERY)
}

/// Verifies the whole chain now, and remembers nothing.
pub(in crate::jobs) async fn verified(office: Office<'_>, key: &Key) -> Result<Checked, StoreError> {
    let at = office.now().timestamp();
    // Before the lines: one that is entered meanwhile is verified with the next head.
    let Some(head) = hand_out::head(office, key).await? else {
        return Ok(Checked { at, entries: 0, whole: true, problem: None });
    };
    let mut verifier = Verifier::default();
    let mut after = 0;
    while after < head.sequence {
        let batch = office.store.lines(after, BATCH).await?;
        let Some(end) = batch.last() else { break };
        after = end.sequence;
        for line in batch.into_iter().filter(|line| line.sequence <= head.sequence) {
            let number = u64::try_from(line.number).unwrap_or_default();
            verifier.feed(&file_name(line.year), number, line.text.as_bytes());
        }
    }
    let report = verifier.finish(Some(&head), Some(&key.public()));
    let wrong = report.problems.iter().find(|problem| problem.weight != Weight::Note);
    let problem = wrong.map(ToString::to_string);
    Ok(Checked { at, entries: report.entries, whole: report.is_whole(), problem })
}
