//! The chore that is under way at this moment, and how it is ended when a run is to be made.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::jobs::chores::Chore;

/// How long nothing is taken up after a chore that could not be done, so that it does not come round and round.
const REST: Duration = Duration::from_secs(60);

/// The chore that is under way, or is given to the thread that works.
#[derive(Debug, Default)]
pub(super) struct Doing {
    state: Mutex<Option<(Chore, CancellationToken)>>,
    rests_until: Mutex<Option<Instant>>,
}

/// Ends the chore when it is dropped, also by a panic.
#[derive(Debug)]
pub(super) struct Done<'a>(pub(super) &'a Doing);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}

impl Doing {
    fn lock(&self) -> MutexGuard<'_, Option<(Chore, CancellationToken)>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has nothing be taken up for some time.
    pub(super) fn rest(&self) {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
    }

    /// For how long nothing is to be taken up.
    pub(super) fn rests_for(&self) -> Option<Duration> {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.map(|until| until.saturating_duration_since(Instant::now())).filter(|rest| !rest.is_zero())
    }

    /// Begins a chore that `cancel` ends, if none is under way.
    pub(super) fn begin(&self, chore: &Chore, cancel: &CancellationToken) -> bool {
        let mut doing = self.lock();
        let free = doing.is_none();
        if free {
            *doing = Some((chore.clone(), cancel.clone()));
        }
        free
    }

    /// Forgets a chore that could not be given away.
    pub(super) fn forget(&self) {
        *self.lock() = None;
    }

    /// Whether one is under way.
    pub(super) fn is_busy(&self) -> bool {
        self.lock().is_some()
    }

    /// Has the chore end at its next step.
    pub(super) fn make_room(&self) {
        if let Some((_, cancel)) = &*self.lock() {
            cancel.cancel();
        }
    }

    /// What is being done.
    pub(super) fn said(&self) -> Option<String> {
        self.lock().as_ref().map(|(chore, _)| chore.said())
    }
}
