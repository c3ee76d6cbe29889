//! One run at a time: a lock in the state folder, which the kernel releases however the process ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;

use super::error::JobError;

/// The right to run, as long as it is held.
#[derive(Debug)]
pub struct RunLock(#[expect(dead_code, reason = "it is held, and released by being dropped")] File);

/// Takes the right to run.
///
/// # Errors
/// [`JobError::Busy`], or [`JobError::State`].
pub fn take(state: &Path) -> Result<RunLock, JobError> {
    let failed = |act, path: &Path| {
        let path = path.to_owned();
        move |source| JobError::State { act, path, source }
    };
    fs::create_dir_all(state).map_err(failed("make the folder", state))?;
    let path = state.join("run.lock");
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = open.map_err(failed("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(RunLock(file)),
        Err(TryLockError::WouldBlock) => Err(JobError::Busy { path }),
        Err(TryLockError::Error(source)) => Err(failed("lock", &path)(source)),
    }
}

/// Takes the right to run where anybody ever ran; `None` where nobody did.
///
/// # Errors
/// As [`take`].
pub fn take_if_there(state: &Path) -> Result<Option<RunLock>, JobError> {
    if state.join("run.lock").is_file() { take(state).map(Some) } else { Ok(None) }
}
