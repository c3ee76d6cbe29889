//! What is done with the records in the process of a command, for when no service is running: under the same lock.

use chrono::{DateTime, Utc};
use tokio::runtime::{Handle, Runtime};

use super::error::ServiceError;
use super::keeper::Keeper;
use super::run_log::RunLog;
use crate::config::model::Config;
use crate::jobs::office::Office;
use crate::register::key::Key;

/// Opens the records, has `work` done with them, and hands the register out to the disks if it has grown. It must not be
/// called from an async task.
///
/// # Errors
/// [`ServiceError`] where the records cannot be opened, such as while a service holds them.
pub fn with_records<T>(
    config: Config,
    logs: RunLog,
    runtime: &Runtime,
    clock: fn() -> DateTime<Utc>,
    work: impl FnOnce(Office<'_>, &Handle, &Key) -> T,
) -> Result<T, ServiceError> {
    let keeper = Keeper::open(config, logs, runtime.handle().clone(), clock)?;
    let done = work(keeper.office(), &keeper.runtime, &keeper.key);
    keeper.hand_out();
    Ok(done)
}
