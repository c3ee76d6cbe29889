//! A backup from one disk to another: every file of it is digested while it is read at its source and again as it lies on
//! its target, and nothing on the target is called a backup before both are what the manifest says. Archives are copied as
//! they are, so that an encrypted one needs no key.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use resguardo_shared::digest::{Digest, Hasher};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::admit::{Admitted, has_room};
use super::commit::{self, Candidate, patience};
use super::error::VaultError;
use super::hold;
use super::layout::{self, Stem, file_name};
use super::manifest::{MANIFEST_BYTES_MAX, Manifest};
use super::read_back::{self, How};
use super::store::{Store, operation_io};
use super::sweep::{self, Claim};
use super::writer::{self, Pending};
use crate::pipeline::queue::{self, Offer};

/// What is read at once; between two such steps a copy can be ended.
const STEP_BYTES: usize = 1024 * 1024;
/// Bytes that may wait for the target.
const WAITING_BYTES: usize = 8 * STEP_BYTES;
/// How often it is looked whether a copy is to end.
const LOOK: Duration = Duration::from_millis(200);
/// How long a copy that is to end may take to do so.
const ENDING: Duration = Duration::from_secs(30);

/// Why a backup was not copied.
#[derive(Debug)]
pub enum Failure {
    /// The source is absent, unreadable, or not what its manifest says.
    Source(VaultError),
    /// The target is absent, full, or damages what it is given.
    Target(VaultError),
    /// It was ended before it was done.
    Cancelled,
}

/// A backup that has come to a disk.
#[derive(Debug)]
pub struct Copied {
    /// The manifest, as on the target.
    pub manifest: Manifest,
    /// Bytes that were written; none where all of it was there already.
    pub bytes: u64,
    /// How long reading and writing took.
    pub took: Duration,
}

/// How far a copy is, and whether it is to end.
#[derive(Debug, Clone)]
struct Watch {
    cancel: CancellationToken,
    bytes: Arc<AtomicU64>,
}

impl Watch {
    fn step(&self, bytes: usize) -> Result<(), Failure> {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        if self.cancel.is_cancelled() { Err(Failure::Cancelled) } else { Ok(()) }
    }
}

/// What lies on the target under unfinished names, and was read back from there.
struct Staged {
    candidate: Candidate,
    stem: Stem,
    names: Vec<(String, String)>,
    manifest: Manifest,
    how: How,
    bytes: u64,
    took: Duration,
}

/// What came of staging.
enum Stage {
    /// It is to be published.
    Ready(Box<Staged>),
    /// The target held it already, whole.
    There(Box<Manifest>),
}

/// Copies a backup (`SERVER/DATASET/STAMP`) to another disk. `stamp` says when it was read back; `cancel` ends it between
/// two steps.
///
/// # Errors
/// [`Failure`]; the backup then does not exist on the target, and what is left of it there is removed now or by a sweep.
pub fn copy(
    from: &Admitted,
    to: &Admitted,
    archive: &str,
    stamp: &dyn Fn() -> String,
    cancel: &CancellationToken,
) -> Result<Copied, Failure> {
    let claim = claim_of(to, archive);
    let copied = staged(from, to, archive, claim, cancel).and_then(|stage| match stage {
        Stage::There(manifest) => Ok(Copied { manifest: *manifest, bytes: 0, took: Duration::ZERO }),
        Stage::Ready(staged) => publish(*staged, &stamp(), cancel),
    });
    if copied.is_err() {
        let disk = to.clone();
        let removing = move || sweep::abandon(&Store::open(&disk.name, &disk.place)?, claim);
        if let Err(error) = Pending::start(&to.name, removing).wait(ENDING) {
            tracing::warn!(disk = to.name, archive, error = error.to_string(), "unfinished files stay for the sweep");
        }
    }
    copied
}

/// Under which id the names of a copy are claimed. In an object store, where no lock tells that a claim is dead, the id is
/// always the same for the same copy, so that the next attempt finds what the last one left.
pub(super) fn claim_of(to: &Admitted, archive: &str) -> Uuid {
    if to.place.can_rename() {
        return Uuid::now_v7();
    }
    let digest = Digest::of(format!("{}/{archive}", to.marker.id).as_bytes()).to_string();
    Uuid::parse_str(&digest.chars().take(32).collect::<String>()).unwrap_or_else(|_| Uuid::now_v7())
}

/// Stages on a thread of its own, which is no longer waited for once neither disk gets on.
fn staged(
    from: &Admitted,
    to: &Admitted,
    archive: &str,
    claim: Uuid,
    cancel: &CancellationToken,
) -> Result<Stage, Failure> {
    let watch = Watch { cancel: cancel.child_token(), bytes: Arc::default() };
    let (done, result) = sync_channel(1);
    let (work, source, target, name) = (watch.clone(), from.clone(), to.clone(), archive.to_owned());
    let span = tracing::Span::current();
    let _detached = thread::spawn(move || {
        let _in_span = span.entered();
        // Whoever no longer waits needs no answer.
        let _unwanted = done.send(stage(&source, &target, &name, claim, &work));
    });
    let (mut bytes, mut moved, mut ended) = (0, Instant::now(), None);
    loop {
        match result.recv_timeout(LOOK) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = watch.bytes.load(Ordering::Relaxed);
        if now != bytes {
            (bytes, moved) = (now, Instant::now());
        }
        if moved.elapsed() > patience(0) {
            break;
        }
        if cancel.is_cancelled() && ended.get_or_insert_with(Instant::now).elapsed() > ENDING {
            break;
        }
    }
    // Should it ever wake, it must not go on.
    watch.cancel.cancel();
    if ended.is_some() {
        Err(Failure::Cancelled)
    } else {
        Err(Failure::Target(VaultError::Hung { disk: to.name.clone() }))
    }
}

fn stage(from: &Admitted, to: &Admitted, archive: &str, claim: Uuid, watch: &Watch) -> Result<Stage, Failure> {
    let source = Store::open(&from.name, &from.place).map_err(Failure::Source)?;
    let target = Store::open(&to.name, &to.place).map_err(Failure::Target)?;
    let stem = Stem::of_archive(archive);
    let manifest = manifest(&source, &stem).map_err(Failure::Source)?;
    let _held = hold::share(&source, &stem.manifest()).map_err(Failure::Source)?;
    let listed = manifest.listed();
    let is_there = target.stat(&stem.manifest()).map_err(Failure::Target)?.is_some();
    if is_there {
        return there(&target, &stem, &manifest, &listed, watch);
    }
    has_room(to, manifest.archive_bytes()).map_err(Failure::Target)?;
    if !to.place.can_rename() {
        sweep::abandon(&target, claim).map_err(Failure::Target)?;
    }
    let key = |name: &str| format!("{}{name}", stem.folder());
    let keys: Vec<String> = listed.iter().map(|(name, _)| key(name)).collect();
    let candidate = Claim::new(&target, claim, &stem, &keys).map_err(Failure::Target)?;
    let candidate = Candidate { disk: to.clone(), claim: candidate };
    let began = Instant::now();
    let (mut names, mut bytes) = (Vec::new(), 0);
    for (name, digest) in &listed {
        let unfinished = if to.place.can_rename() { layout::unfinished(claim) + file_name(name) } else { key(name) };
        bytes += copy_file(&source, to, &key(name), &unfinished, *digest, watch)?;
        names.push((unfinished, key(name)));
    }
    let took = began.elapsed();
    let mut how = How::Remote;
    for ((unfinished, _), (_, digest)) in names.iter().zip(&listed) {
        how = read_again(&target, unfinished, *digest, watch)?;
    }
    Ok(Stage::Ready(Box::new(Staged { candidate, stem, names, manifest, how, bytes, took })))
}

fn manifest(source: &Store, stem: &Stem) -> Result<Manifest, VaultError> {
    let key = stem.manifest();
    let missing = || altered(source, &key, "it is missing");
    let json = source.read_small(&key, MANIFEST_BYTES_MAX)?.ok_or_else(missing)?;
    let bad =
        |source_error| VaultError::Manifest { disk: source.disk().to_owned(), key: key.clone(), source: source_error };
    Manifest::from_json(&json).map_err(bad)
}

/// What the target holds of this name already: the same backup, whole, or something else that is left as it is.
fn there(
    target: &Store,
    stem: &Stem,
    wanted: &Manifest,
    listed: &[(String, Digest)],
    watch: &Watch,
) -> Result<Stage, Failure> {
    let there = manifest(target, stem).map_err(Failure::Target)?;
    if there.run != wanted.run || there.listed() != listed {
        return Err(Failure::Target(VaultError::Exists { disk: target.disk().to_owned(), key: stem.manifest() }));
    }
    for (name, digest) in listed {
        read_again(target, &format!("{}{name}", stem.folder()), *digest, watch)?;
    }
    Ok(Stage::There(Box::new(there)))
}

/// Copies one file; what is read must be what the manifest says. Returns its bytes.
fn copy_file(
    source: &Store,
    to: &Admitted,
    key: &str,
    unfinished: &str,
    digest: Digest,
    watch: &Watch,
) -> Result<u64, Failure> {
    if source.stat(key).map_err(Failure::Source)?.is_none() {
        return Err(Failure::Source(altered(source, key, "it is missing")));
    }
    let mut reader = read_back::open_as_it_lies(source, key).map_err(Failure::Source)?;
    let (sender, receiver) = queue::queue(WAITING_BYTES);
    let writing = writer::start(to, unfinished.to_owned(), receiver);
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; STEP_BYTES];
    let mut bytes = 0_u64;
    loop {
        let read = fill(&mut reader, &mut buffer);
        let read = read.map_err(|error| Failure::Source(operation_io(source.disk(), "read", key, error)))?;
        let Some(step) = buffer.get(..read).filter(|step| !step.is_empty()) else { break };
        hasher.update(step);
        bytes += read as u64;
        if !offer(&sender, &Bytes::copy_from_slice(step), watch)? {
            // It has gone, and says why.
            drop(sender);
            let gone = writing.wait(ENDING).err();
            return Err(Failure::Target(gone.unwrap_or_else(|| VaultError::Hung { disk: to.name.clone() })));
        }
    }
    // Dropped without a finish, the sender tells the target that what it has is worth nothing.
    if hasher.finish() != digest {
        return Err(Failure::Source(altered(source, key, "its digest is not the one in the manifest")));
    }
    sender.finish();
    writing.wait(patience(bytes)).map_err(Failure::Target)
}

/// Offers bytes until they are taken; `false` where nobody takes any more.
fn offer(sender: &queue::Sender, bytes: &Bytes, watch: &Watch) -> Result<bool, Failure> {
    loop {
        watch.step(0)?;
        match sender.offer(bytes) {
            Offer::Taken => return watch.step(bytes.len()).map(|()| true),
            Offer::Full => sender.wait(LOOK),
            Offer::Gone => return Ok(false),
        }
    }
}

/// Reads a file of the target from the medium, past the page cache, and compares it.
fn read_again(target: &Store, key: &str, digest: Digest, watch: &Watch) -> Result<How, Failure> {
    let failed = |error| Failure::Target(operation_io(target.disk(), "read back", key, error));
    let mut reader = read_back::open_as_it_lies(target, key).map_err(Failure::Target)?;
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; STEP_BYTES];
    loop {
        let read = fill(&mut reader, &mut buffer).map_err(failed)?;
        let Some(step) = buffer.get(..read).filter(|step| !step.is_empty()) else { break };
        hasher.update(step);
        watch.step(read)?;
    }
    if hasher.finish() == digest {
        return Ok(reader.how);
    }
    let (disk, key, what) = (target.disk().to_owned(), key.to_owned(), "the digest of the copy".to_owned());
    Err(Failure::Target(VaultError::ReadBackDiffers { disk, key, what }))
}

/// Fills a buffer as far as there is something to read.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Names, checksums, and the manifest last, as for any backup.
fn publish(staged: Staged, at: &str, cancel: &CancellationToken) -> Result<Copied, Failure> {
    if cancel.is_cancelled() {
        return Err(Failure::Cancelled);
    }
    let Staged { candidate, stem, names, manifest, how, bytes, took } = staged;
    let manifest = commit::for_disk(&manifest, &candidate.disk, at, how, false);
    let (disk, published) = (candidate.disk.name.clone(), manifest.clone());
    let publishing = Pending::start(&disk, move || commit::publish_names(&candidate, &names, &stem, &manifest));
    publishing.wait(patience(0)).map_err(Failure::Target)?;
    Ok(Copied { manifest: published, bytes, took })
}

fn altered(store: &Store, key: &str, what: &str) -> VaultError {
    VaultError::Altered { disk: store.disk().to_owned(), key: key.to_owned(), what: what.to_owned() }
}
