//! What is measured and stands in no database: it lives in the memory of the service. It may not know the service.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;

use crate::jobs::progress::Step;

/// What is being backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The number of the run.
    pub run: i64,
    /// Its plan, where it is of one.
    pub plan: Option<String>,
    /// The step of the dataset.
    pub step: Option<Step>,
    /// The disks with the bytes of archive that each took, of the part that is under way.
    pub taken: Vec<(String, u64)>,
    /// What comes after the last byte, by the last times, in milliseconds.
    pub tail_ms: Option<u64>,
    /// `SERVER/DATASET`, once one has begun.
    pub dataset: Option<String>,
    /// Bytes of dump so far.
    pub plain_bytes: u64,
    /// Bytes of archive so far.
    pub archive_bytes: u64,
    /// Bytes of dump by the last time.
    pub expected_bytes: Option<u64>,
    /// When the dataset began.
    pub began: Option<DateTime<Utc>>,
}

/// Where it is asked.
pub struct Source {
    /// When the service started.
    pub since: DateTime<Utc>,
    /// The names of the disks that are here by the last look: nobody who only measures wakes one.
    pub present: Box<dyn Fn() -> BTreeSet<String> + Send + Sync>,
    /// The run that is under way.
    pub running: Box<dyn Fn() -> Option<Running> + Send + Sync>,
    pub(super) turn: Mutex<()>,
}

impl Source {
    /// A source that asks these.
    pub fn new(
        since: DateTime<Utc>,
        present: impl Fn() -> BTreeSet<String> + Send + Sync + 'static,
        running: impl Fn() -> Option<Running> + Send + Sync + 'static,
    ) -> Self {
        Self { since, present: Box::new(present), running: Box::new(running), turn: Mutex::default() }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Source").field("since", &self.since).finish_non_exhaustive()
    }
}
