//! Several backups verified at once: one after the other on each physical disk, the disks side by side, and all of them
//! together on the cores that there are.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tokio_util::sync::CancellationToken;

use super::archives::Found;
use super::fault::Verdict;
use super::verify::{Reading, verify};
use crate::crypt::Identity;
use crate::vault::admit::Admitted;
use crate::vault::store::Place;

/// Verifies these backups, with `identity` those that are encrypted, and calls `done` with the place of each in the list and its verdict as soon as it has one.
/// `tell` hears of the bytes of dump that have been read. What was not read when `cancel` came has no verdict.
pub fn verify_all(
    found: &[Found],
    identity: Option<&Identity>,
    threads: usize,
    cancel: &CancellationToken,
    tell: &(dyn Fn(u64) + Sync),
    done: &(dyn Fn(usize, &Verdict) + Sync),
) -> Vec<Option<Verdict>> {
    let mut disks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, found) in found.iter().enumerate() {
        disks.entry(spindle(&found.disk)).or_default().push(index);
    }
    let verdicts = Mutex::new(vec![None; found.len()]);
    let busy = AtomicUsize::new(disks.len());
    let (verdicts, busy, span) = (&verdicts, &busy, &tracing::Span::current());
    thread::scope(|scope| {
        for indices in disks.values() {
            scope.spawn(move || {
                let _in_span = span.enter();
                for &index in indices {
                    let Some(it) = found.get(index).filter(|_| !cancel.is_cancelled()) else { break };
                    // Each takes its share; as disks are done, those that are left have more.
                    let share = threads.div_ceil(busy.load(Ordering::Relaxed).max(1)).max(1);
                    let verdict = verify(it, Reading { identity, threads: share, cancel, tell });
                    if let Some(verdict) = &verdict {
                        done(index, verdict);
                    }
                    if let Some(place) = verdicts.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
                        *place = verdict;
                    }
                }
                busy.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
    std::mem::take(&mut *verdicts.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The piece of hardware that a disk lies on: two partitions of one disk must not be read at once.
fn spindle(disk: &Admitted) -> String {
    let by_device = |path: &Path| {
        let device = path.metadata().ok()?.dev();
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        let node = std::fs::canonicalize(PathBuf::from(format!("/sys/dev/block/{major}:{minor}"))).ok()?;
        let whole = if node.join("partition").exists() { node.parent()?.to_owned() } else { node };
        Some(whole.display().to_string())
    };
    match &disk.place {
        Place::Folder { path, .. } => by_device(path).unwrap_or_else(|| path.display().to_string()),
        other => other.shown(),
    }
}
