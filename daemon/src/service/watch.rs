//! Disks that come and go while the service runs: it hears of each mount from the kernel, looks which disks are here, and
//! wakes whoever waits for one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::daemon::{Service, Work};
use crate::jobs::error::chain;
use crate::jobs::presence;
use crate::medium::mounts;

/// How often the disks are looked at without a reason: some come without a mount of their own, such as a network share
/// that answers again.
const LOOK_EVERY: Duration = Duration::from_secs(600);
/// How soon they are looked at again when that could not be written down.
const RETRY: Duration = Duration::from_secs(10);

/// The disks that are here by the last look.
#[derive(Debug, Default)]
pub(super) struct Present {
    state: Mutex<(BTreeSet<String>, u64)>,
    /// Woken by each mount and unmount.
    mounts: Arc<Notify>,
}

impl Present {
    /// The names of the disks that are here.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// A number that grows whenever a disk comes.
    pub(super) fn arrivals(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    fn set(&self, names: BTreeSet<String>, came: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = names;
        state.1 += came as u64;
    }
}

/// Looks at the disks at once, and after each mount or unmount, until the service ends.
pub(super) async fn disks(service: Arc<Service>) {
    let mounts = Arc::clone(&service.present.mounts);
    if let Err(error) = mounts::watch(move || mounts.notify_one()) {
        let every = LOOK_EVERY.as_secs();
        tracing::warn!(error = error.to_string(), every, "cannot hear of disks that come and go; they are looked for");
    }
    loop {
        let pause = look(&service).await;
        tokio::select! {
            () = service.present.mounts.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = service.stopping.cancelled() => return,
        }
    }
}

async fn look(service: &Arc<Service>) -> Duration {
    let of = Arc::clone(service);
    let looking = tokio::task::spawn_blocking(move || presence::look(&of.keeper.config));
    let Ok(seen) = looking.await else { return RETRY };
    let before = service.present.names();
    let changes = match presence::record(service.keeper.office(), &seen).await {
        Ok(changes) => changes,
        Err(error) => {
            tracing::error!(error = chain(&error), "which disks are here cannot be written down; it is tried again");
            return RETRY;
        }
    };
    let names: BTreeSet<String> = seen.into_iter().map(|disk| disk.name).collect();
    let came = names.difference(&before).count();
    service.present.set(names, came);
    if !changes.came.is_empty() {
        // A queue that is full holds the same already.
        let _full = service.work.try_send(Work::HandOut);
        service.news.notify_waiters();
    }
    if came > 0 {
        service.wake.notify_one();
    }
    LOOK_EVERY
}
