//! Writing one archive to one disk, on a thread of the disk's own, under a name that nothing takes for a backup.

use std::fs::File;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use opendal::Writer;
use rustix::fs::{Advice, fadvise};

use super::admit::Admitted;
use super::error::VaultError;
use super::store::{Store, operation};
use crate::pipeline::queue::{self, Piece};

/// How much is written before the kernel is told to start putting it on the medium, so that the last sync is short.
const WRITE_BACK_BYTES: u64 = 32 * 1024 * 1024;

/// The bytes of each part of an archive on an object store, all equal since some stores insist. A store takes ten
/// thousand parts: 312 GiB.
const PART_BYTES: usize = 32 * 1024 * 1024;

/// Work that goes on on a disk's own thread.
pub struct Pending<T> {
    disk: String,
    result: Receiver<Result<T, VaultError>>,
}

impl<T: Send + 'static> Pending<T> {
    /// Starts work on a thread of its own. The thread is not joined: one that hangs in a dying disk's system call can
    /// never be, and [`Pending::wait`] says so instead of hanging as well.
    pub fn start(disk: &str, work: impl FnOnce() -> Result<T, VaultError> + Send + 'static) -> Self {
        let (done, result) = sync_channel(1);
        // What it logs belongs to the run that started it.
        let span = tracing::Span::current();
        let _detached = thread::spawn(move || {
            // Whoever no longer waits needs no answer.
            let _unwanted = done.send(span.in_scope(work));
        });
        Self { disk: disk.to_owned(), result }
    }

    /// Waits for the result, at most this long.
    ///
    /// # Errors
    /// What the work says, or [`VaultError::Hung`].
    pub fn wait(self, longest: Duration) -> Result<T, VaultError> {
        match self.result.recv_timeout(longest) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(VaultError::Hung { disk: self.disk })
            }
        }
    }
}

/// Writes everything that comes from a queue under `key`, and syncs it. Returns the bytes written.
pub fn start(disk: &Admitted, key: String, from: queue::Receiver) -> Pending<u64> {
    let (name, place) = (disk.name.clone(), disk.place.clone());
    Pending::start(&disk.name, move || {
        let store = Store::open(&name, &place)?;
        let written = write(&store, &key, &from);
        // Whoever sends must hear at once that nobody takes any more.
        drop(from);
        if written.is_err() {
            // The sweep removes what this cannot.
            let _swept_later = store.remove(&key);
        }
        written
    })
}

fn write(store: &Store, key: &str, from: &queue::Receiver) -> Result<u64, VaultError> {
    let writer = store.operator.writer_with(key);
    let writer = if store.is_local() { writer } else { writer.chunk(PART_BYTES) };
    let writer = store.runtime.block_on(async { writer.await });
    let mut writer = writer.map_err(|error| operation(store.disk(), "create", key, error))?;
    let written = take_all(store, &mut writer, key, from);
    if written.is_err() && !store.is_local() {
        // An object store must be told to forget the parts that it has; a local file is removed by its name.
        let _left_to_its_own_expiry = store.runtime.block_on(writer.abort());
    }
    written
}

fn take_all(store: &Store, writer: &mut Writer, key: &str, from: &queue::Receiver) -> Result<u64, VaultError> {
    let failed = |act| move |error| operation(store.disk(), act, key, error);
    let mut written = 0;
    let mut started = 0;
    loop {
        match from.take() {
            Piece::Bytes(bytes) => {
                written += bytes.len() as u64;
                store.runtime.block_on(writer.write(bytes)).map_err(failed("write"))?;
                if written - started >= WRITE_BACK_BYTES {
                    start_write_back(store, key, started, written - started);
                    started = written;
                }
            }
            Piece::Finished => break,
            Piece::GivenUp => return Err(VaultError::GivenUp { disk: store.disk().to_owned(), key: key.to_owned() }),
        }
    }
    let stored = store.runtime.block_on(writer.close()).map_err(failed("sync"))?.content_length();
    store.sync_folders(key)?;
    if stored != written {
        return Err(VaultError::Short { disk: store.disk().to_owned(), key: key.to_owned(), stored, written });
    }
    Ok(written)
}

/// "Not needed" makes the kernel write dirty pages now, and drop clean ones: the pages of a backup would only push out
/// what this machine works with.
fn start_write_back(store: &Store, key: &str, offset: u64, length: u64) {
    if let Some(file) = store.folder.as_ref().and_then(|folder| File::open(folder.join(key)).ok()) {
        // Advice that is not taken costs time at the sync, and nothing else.
        let _advice = fadvise(&file, offset, std::num::NonZeroU64::new(length), Advice::DontNeed);
    }
}
