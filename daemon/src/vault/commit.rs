//! How a backup comes to exist: everything written, read back from the medium and compared, given its name, and last
//! of all its manifest.

use std::time::Duration;

use resguardo_shared::dump::Part;
use resguardo_shared::wire::End;

use super::admit::{self, Admitted};
use super::error::VaultError;
use super::layout::{self, Stem, file_name};
use super::manifest::{DiskName, File, MANIFEST_BYTES_MAX, Manifest, Members, ReadBack};
use super::members::{self, Lister, Slot};
use super::read_back::{self, How, Inspected};
use super::store::Store;
use super::sweep::Claim;
use super::writer::Pending;
use crate::crypt::{Identity, Recipient};
use crate::pipeline::receive::Received;
use crate::proof::{Evidence, Expect};

/// The slowest reading that is still waited for: a dying disk that retries every sector.
const SLOWEST_BYTES_PER_SECOND: u64 = 1024 * 1024;
/// What any step of a commit may take besides.
const STEP_PATIENCE: Duration = Duration::from_secs(1800);

/// An archive that lies on its disks under an unfinished name.
#[derive(Debug, Clone)]
pub struct Staged {
    /// Which part of the dataset.
    pub part: Part,
    /// Where it lies until it is published, on a disk that can rename.
    pub key: String,
    /// Where it shall lie.
    pub final_key: String,
    /// What was sent to the disk.
    pub received: Received,
    /// How the dump ended.
    pub end: End,
    /// What the dump must show.
    pub expect: Expect,
    /// Where its reading back puts the list of its members.
    pub members: Slot,
    /// To whom that list is encrypted, as the archive is; none for one that anybody can read.
    pub recipients: Vec<Recipient>,
}

/// A disk on which all archives of a backup are staged.
pub struct Candidate {
    /// The disk.
    pub disk: Admitted,
    /// What marks its unfinished files as ours.
    pub claim: Claim,
}

impl Staged {
    /// Where it lies on this disk until it is published: in an object store, which cannot rename, at its place already.
    pub fn key_on(&self, disk: &Admitted) -> &str {
        if disk.place.can_rename() { &self.key } else { &self.final_key }
    }
}

/// How long a step that reads so many bytes may take.
pub fn patience(bytes: u64) -> Duration {
    STEP_PATIENCE + Duration::from_secs(bytes / SLOWEST_BYTES_PER_SECOND)
}

/// Reads every archive back, on all disks at once, and decompresses it from the first disk that gives it, with the key of
/// this run where it is encrypted. The digest of
/// an archive proves on the others what its decompression proved on the first.
/// Returns the evidence for each archive, and for each disk how it was read or why it failed.
///
/// # Errors
/// [`VaultError::Incomplete`] or [`VaultError::NotTheDump`] where the dump is worthless on every disk.
#[expect(clippy::type_complexity, reason = "the pair is taken apart by the only caller, just below its call")]
pub fn read_back(
    disks: &[Admitted],
    staged: &[Staged],
    identity: Option<&Identity>,
    threads: usize,
) -> Result<(Option<Vec<Evidence>>, Vec<Result<(How, bool), VaultError>>), VaultError> {
    let longest = patience(staged.iter().map(|staged| staged.received.archive_bytes).sum());
    let digests: Vec<Pending<How>> = disks.iter().skip(1).map(|disk| start_digest(disk, staged)).collect();
    let mut evidence = None;
    let mut results = Vec::new();
    for (index, disk) in disks.iter().enumerate() {
        if evidence.is_some() {
            break;
        }
        let result = start_inspect(disk, staged, identity, threads).wait(longest);
        match result {
            Ok((how, shown)) => {
                evidence = Some(shown);
                results.push(Ok((how, true)));
            }
            Err(error) if error.is_dump() => return Err(error),
            Err(error) => results.push(Err(error)),
        }
        debug_assert_eq!(results.len(), index + 1, "each disk has one result");
    }
    // The disks that came after the one that was decompressed answer by digest alone.
    for digest in digests.into_iter().skip(results.len().saturating_sub(1)) {
        results.push(digest.wait(longest).map(|how| (how, false)));
    }
    Ok((evidence, results))
}

fn start_digest(disk: &Admitted, staged: &[Staged]) -> Pending<How> {
    let (disk, staged) = (disk.clone(), staged.to_vec());
    Pending::start(&disk.name.clone(), move || {
        let store = Store::open(&disk.name, &disk.place)?;
        let mut how = How::Remote;
        for it in &staged {
            let (bytes, digest, read) = read_back::digest(&store, it.key_on(&disk))?;
            compare(&store, it, bytes, digest)?;
            how = read;
        }
        Ok(how)
    })
}

fn start_inspect(
    disk: &Admitted,
    staged: &[Staged],
    identity: Option<&Identity>,
    threads: usize,
) -> Pending<(How, Vec<Evidence>)> {
    let (disk, staged, identity) = (disk.clone(), staged.to_vec(), identity.cloned());
    Pending::start(&disk.name.clone(), move || {
        let store = Store::open(&disk.name, &disk.place)?;
        let mut how = How::Remote;
        let mut shown = Vec::new();
        for it in &staged {
            // A cut archive has lost its seek table, and its length says more than that.
            let bytes = store.stat(it.key_on(&disk))?.map_or(0, |object| object.bytes);
            compare(&store, it, bytes, it.received.archive_sha256)?;
            let recipients = it.recipients.as_slice();
            let mut lister = Lister::new(it.expect == Expect::Tar, recipients);
            let inspected =
                read_back::inspect(&store, it.key_on(&disk), identity.as_ref(), &it.expect, threads, |plain| {
                    lister.feed(plain);
                    Ok(())
                });
            let inspected = inspected.map_err(|error| unreadable(it, error))?;
            how = inspected.how;
            shown.push(judge(&store, it, inspected)?);
            if let Some(list) = lister.finish() {
                // Where a disk before this one gave it too, it is the same.
                let _same = it.members.set(list);
            }
        }
        Ok((how, shown))
    })
}

/// What this run encrypted it can decrypt, unless the disk gives back something else.
fn unreadable(staged: &Staged, error: VaultError) -> VaultError {
    match error {
        VaultError::Decrypt { disk, source, .. } => {
            VaultError::ReadBackDiffers { disk, key: staged.final_key.clone(), what: source.to_string() }
        }
        error => error,
    }
}

fn judge(store: &Store, staged: &Staged, inspected: Inspected) -> Result<Evidence, VaultError> {
    let Inspected { inflated, evidence, .. } = inspected;
    compare(store, staged, inflated.archive_bytes, inflated.archive_sha256)?;
    let key = staged.final_key.clone();
    // The disk gave what it was sent: from here on it is not to blame, and no other disk would do better.
    if let Some(first) = inflated.damage.first() {
        return Err(VaultError::NotTheDump { key, what: first.to_string() });
    }
    let totals = &staged.end.totals;
    if (inflated.plain_bytes, inflated.plain_sha256) != (totals.plain_bytes, totals.plain_sha256) {
        let what = format!("{} bytes of {}, or their digest", inflated.plain_bytes, totals.plain_bytes);
        return Err(VaultError::NotTheDump { key, what });
    }
    evidence.map_err(|source| VaultError::Incomplete { key, source })
}

fn compare(
    store: &Store,
    staged: &Staged,
    bytes: u64,
    digest: resguardo_shared::digest::Digest,
) -> Result<(), VaultError> {
    let what = if bytes != staged.received.archive_bytes {
        format!("{bytes} bytes and not {}", staged.received.archive_bytes)
    } else if digest != staged.received.archive_sha256 {
        "the digest of the archive".to_owned()
    } else {
        return Ok(());
    };
    Err(VaultError::ReadBackDiffers { disk: store.disk().to_owned(), key: staged.final_key.clone(), what })
}

/// Gives the archives their names, writes the list of members and the checksum file, and last of all the manifest.
///
/// # Errors
/// [`VaultError`]; the backup then does not exist on this disk.
pub fn publish(candidate: &Candidate, staged: &[Staged], stem: &Stem, manifest: &Manifest) -> Result<(), VaultError> {
    let names: Vec<(String, String)> = staged.iter().map(|it| (it.key.clone(), it.final_key.clone())).collect();
    let list = staged.iter().find_map(|it| it.members.get()).zip(manifest.members.as_ref());
    if let Some((list, named)) = list {
        let store = Store::open(&candidate.disk.name, &candidate.disk.place)?;
        members::write(&store, &format!("{}{}", stem.folder(), named.name), list)?;
    }
    publish_names(candidate, &names, stem, manifest)
}

/// The same for files that lie under the first of each pair of keys and shall lie under the second.
///
/// # Errors
/// [`VaultError`]; the backup then does not exist on this disk.
pub fn publish_names(
    candidate: &Candidate,
    names: &[(String, String)],
    stem: &Stem,
    manifest: &Manifest,
) -> Result<(), VaultError> {
    let store = Store::open(&candidate.disk.name, &candidate.disk.place)?;
    admit::still_here(&store, &candidate.disk)?;
    for (key, final_key) in names.iter().filter(|_| candidate.disk.place.can_rename()) {
        store.rename(key, final_key)?;
    }
    store.write_small(&stem.sha256(), manifest.sha256_file().into_bytes())?;
    let bad = |source: serde_json::Error| VaultError::Manifest {
        disk: candidate.disk.name.clone(),
        key: stem.manifest(),
        source: source.into(),
    };
    let json = manifest.to_json().map_err(bad)?;
    if let Err(error) = write_manifest(&store, &stem.manifest(), json) {
        // A backup that counts as failed must not be listed either.
        let _may_be_gone = store.remove(&stem.manifest());
        return Err(error);
    }
    // The backup exists; what is left of its making is the sweep's.
    let _swept_later = candidate.claim.release(&store);
    Ok(())
}

fn write_manifest(store: &Store, key: &str, json: Vec<u8>) -> Result<(), VaultError> {
    store.write_small(key, json.clone())?;
    if store.read_small(key, MANIFEST_BYTES_MAX)?.as_deref() == Some(json.as_slice()) {
        return Ok(());
    }
    let what = "the manifest".to_owned();
    Err(VaultError::ReadBackDiffers { disk: store.disk().to_owned(), key: key.to_owned(), what })
}

/// The files of a manifest.
pub fn files(staged: &[Staged], evidence: &[Evidence]) -> Vec<File> {
    let file = |(it, evidence): (&Staged, &Evidence)| File {
        part: it.part,
        name: file_name(&it.final_key).to_owned(),
        archive_bytes: it.received.archive_bytes,
        archive_sha256: it.received.archive_sha256,
        frames: it.end.totals.frames,
        plain_bytes: it.end.totals.plain_bytes,
        plain_sha256: it.end.totals.plain_sha256,
        exit: it.end.exit.clone(),
        counts: it.end.counts,
        evidence: evidence.clone(),
    };
    staged.iter().zip(evidence).map(file).collect()
}

/// The list of members of a manifest, if reading back made one.
pub fn members(staged: &[Staged], stem: &Stem) -> Option<Members> {
    let list = staged.iter().find_map(|it| it.members.get())?;
    let sealed = staged.iter().any(|it| !it.recipients.is_empty());
    let key = if sealed { layout::encrypted(&stem.members()) } else { stem.members() };
    let name = file_name(&key).to_owned();
    Some(Members { name, bytes: list.bytes, sha256: list.sha256, count: list.count })
}

/// The same manifest for another disk.
pub fn for_disk(manifest: &Manifest, disk: &Admitted, at: &str, how: How, decompressed: bool) -> Manifest {
    let read_back = ReadBack { at: at.to_owned(), how: how.word().to_owned(), decompressed };
    let disk = DiskName { id: disk.marker.id, label: disk.marker.label.clone() };
    Manifest { disk, read_back, ..manifest.clone() }
}
