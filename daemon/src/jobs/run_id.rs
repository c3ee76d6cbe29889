//! Which run a line of the log belongs to: whatever is logged while one is made stands in a span that has its id. It may not know
//! who writes them.
//!
//! Threads and tasks that a run starts enter the span of whoever starts them (`tracing::Span::current`), or their lines would
//! belong to nobody.

use std::path::{Path, PathBuf};

use tracing::Span;
use uuid::Uuid;

/// The name of the span.
pub const SPAN: &str = "job";
/// The folder of the logs of runs, in that of logs.
pub const LOGS: &str = "runs";

/// The span of a run: `job{run=7}`.
pub fn of_run(number: i64) -> Span {
    tracing::info_span!(parent: None, "job", run = number)
}

/// The span of other work, of which no list has a number, under an id of its own: `job{run=verify-1f3a9c52}`.
pub fn of_work(kind: &str) -> Span {
    let mut id = Uuid::new_v4().simple().to_string();
    // Enough to tell it from whatever else stands in a year's logs.
    id.truncate(8);
    tracing::info_span!(parent: None, "job", run = %format_args!("{kind}-{id}"))
}

/// The log of a run, below the folder of logs.
pub fn log_path(logs: &Path, run: i64) -> PathBuf {
    logs.join(LOGS).join(format!("run-{run}.log"))
}
