//! Does a backup still hold what its manifest says? Read past the page cache, every digest compared, every frame
//! decompressed, and the dump asked again whether it is complete. All that is wrong is found, and not the first alone. Of an
//! encrypted one without its key, the digest of the archive is all that can be compared; it proves that the bytes are those
//! that were once looked at.

use tokio_util::sync::CancellationToken;

use super::archives::Found;
use super::error::{JobError, chain};
use super::fault::{Fault, FaultKind, Verdict};
use super::unlock::explained;
use crate::crypt::Identity;
use crate::pipeline::inflate::Damage;
use crate::proof::Expect;
use crate::store::custody_rows::CheckOutcome;
use crate::vault::error::VaultError;
use crate::vault::examine::{self, Examined, examine};
use crate::vault::hold;
use crate::vault::layout::is_encrypted;
use crate::vault::manifest::{File, Manifest};
use crate::vault::read_back::{self, Inspected};
use crate::vault::store::Store;

/// The most bytes that a checksum file may have.
const SUMS_BYTES_MAX: u64 = 1 << 20;
/// What is said of a file whose bytes are others than those that were written.
const OTHER_DIGEST: &str = "its digest is not the one in the manifest";

/// With what a backup is read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The private key, for what is encrypted.
    pub identity: Option<&'a Identity>,
    /// Threads that decompress.
    pub threads: usize,
    /// Ends it between two frames.
    pub cancel: &'a CancellationToken,
    /// Hears of the bytes of dump that have been read.
    pub tell: &'a (dyn Fn(u64) + Sync),
}

/// Verifies one backup on one disk, and says all that is wrong with it; `None` where it was ended before it was done.
pub fn verify(found: &Found, reading: Reading<'_>) -> Option<Verdict> {
    let store = match Store::open(&found.disk.name, &found.disk.place) {
        Ok(store) => store,
        Err(error) => return Some(Verdict::of(vec![Fault::of_disk(found.entry.name(), chain(&error))], 0, 0)),
    };
    let manifest = match &found.entry.manifest {
        Ok(manifest) => manifest,
        Err(_) if matches!(store.stat(&found.entry.key), Ok(None)) => return Some(gone(found.entry.name())),
        Err(error) => return Some(unread_manifest(found, error)),
    };
    // While it is read, nobody removes it; a copy that is not there any more says so below.
    let _held = hold::share(&store, &found.entry.key);
    let (mut faults, mut bytes, mut damaged_frames, mut unseen) = (Vec::new(), 0, 0, false);
    for file in &manifest.files {
        if reading.cancel.is_cancelled() {
            return None;
        }
        if is_encrypted(&file.name) && reading.identity.is_none() {
            match archive_alone(&store, found, file, reading) {
                Ok(fault) => faults.extend(fault),
                Err(error) => faults.push(Fault::of_disk(&file.name, chain(&error))),
            }
            (bytes, unseen) = (bytes + file.archive_bytes, true);
            continue;
        }
        match one_file(&store, found, manifest, file, reading) {
            Ok(None) => faults.push(Fault::whole(FaultKind::Missing, &file.name, "it is missing")),
            Ok(Some(examined)) => {
                bytes += examined.inflated.archive_bytes;
                damaged_frames += examined.inflated.damaged_frames;
                judge_all(file, &examined, &mut faults);
            }
            Err(error) if examine::is_end(&error) => return None,
            Err(error) => faults.push(unread(found, file, error)),
        }
    }
    faults.extend(sums(&store, found, manifest));
    faults.extend(list_of_members(&store, found, manifest));
    let verdict = Verdict::of(faults, bytes, damaged_frames);
    let only = unseen && verdict.outcome == CheckOutcome::Good;
    Some(if only { Verdict { outcome: CheckOutcome::ArchiveOnly, ..verdict } } else { verdict })
}

/// A manifest that does not read is damage, unless the disk does not give it.
fn unread_manifest(found: &Found, error: &VaultError) -> Verdict {
    let name = crate::vault::layout::file_name(&found.entry.key);
    let fault = match error {
        VaultError::Manifest { source, .. } => {
            Fault::whole(FaultKind::Manifest, name, format!("the manifest does not read: {}", chain(source)))
        }
        error => Fault::of_disk(name, chain(error)),
    };
    Verdict::of(vec![fault], 0, 0)
}

fn one_file(
    store: &Store,
    found: &Found,
    manifest: &Manifest,
    file: &File,
    reading: Reading<'_>,
) -> Result<Option<Examined>, VaultError> {
    let key = format!("{}{}", found.entry.folder(), file.name);
    if store.stat(&key)?.is_none() {
        return Ok(None);
    }
    let expect = Expect::of(&manifest.dump, file.part);
    let give = |plain: &[u8]| {
        (reading.tell)(plain.len() as u64);
        if reading.cancel.is_cancelled() { Err(std::io::Error::other("it was ended")) } else { Ok(()) }
    };
    if !is_encrypted(&file.name) {
        return examine(store, &key, file, &expect, reading.threads, give).map(Some);
    }
    let inspected = read_back::inspect(store, &key, reading.identity, &expect, reading.threads, give)?;
    let Inspected { inflated, evidence, how } = inspected;
    Ok(Some(Examined { inflated, evidence, how, table: None, holes: Vec::new() }))
}

/// Compares an encrypted archive as it lies on the disk.
fn archive_alone(store: &Store, found: &Found, file: &File, reading: Reading<'_>) -> Result<Option<Fault>, VaultError> {
    let key = format!("{}{}", found.entry.folder(), file.name);
    if store.stat(&key)?.is_none() {
        return Ok(Some(Fault::whole(FaultKind::Missing, &file.name, "it is missing")));
    }
    let (bytes, digest, _) = read_back::digest(store, &key)?;
    (reading.tell)(file.plain_bytes);
    let right = (bytes, digest) == (file.archive_bytes, file.archive_sha256);
    Ok((!right).then(|| Fault::whole(FaultKind::ArchiveDigest, &file.name, OTHER_DIGEST)))
}

/// A file that could not be read to its end: what was encrypted and does not decrypt is damaged, unless the key is another's.
fn unread(found: &Found, file: &File, error: VaultError) -> Fault {
    let damaged = error.is_damage();
    match explained(found, error) {
        error @ (JobError::WrongKey { .. } | JobError::Locked { .. }) => {
            Fault::whole(FaultKind::Key, &file.name, chain(&error))
        }
        error if damaged => Fault::whole(FaultKind::Frame, &file.name, chain(&error)),
        error => Fault::of_disk(&file.name, chain(&error)),
    }
}

/// All that is wrong with an archive.
fn judge_all(file: &File, examined: &Examined, faults: &mut Vec<Fault>) {
    let inflated = &examined.inflated;
    let before = faults.len();
    let whole = |kind, what: String| Fault::whole(kind, &file.name, what);
    if inflated.archive_bytes != file.archive_bytes {
        let what = format!("it has {} bytes and not {}", inflated.archive_bytes, file.archive_bytes);
        faults.push(whole(FaultKind::Size, what));
    }
    for hole in &examined.holes {
        let what = format!("the disk does not give bytes {} to {} of the archive: {}", hole.start, hole.end, hole.what);
        faults.push(Fault { archive: Some((hole.start, hole.end)), ..whole(FaultKind::Medium, what) });
    }
    faults.extend(inflated.damage.iter().map(|damage| of_frame(file, examined, damage)));
    if inflated.frames < file.frames && before < faults.len() {
        faults.push(missing_frames(file, examined));
    }
    if let Some(tail) = &examined.table {
        let what =
            format!("the seek table is damaged in bytes {} to {} of the archive: {}", tail.start, tail.end, tail.what);
        let kind = if examined.is_hole(tail.start, tail.end) { FaultKind::Medium } else { FaultKind::SeekTable };
        faults.push(Fault { archive: Some((tail.start, tail.end)), ..whole(kind, what) });
    }
    // What is damaged has other digests; only what looks whole is told by them.
    if before < faults.len() {
        return;
    }
    if inflated.archive_sha256 != file.archive_sha256 {
        faults.push(whole(FaultKind::ArchiveDigest, OTHER_DIGEST.to_owned()));
    }
    if (inflated.plain_bytes, inflated.plain_sha256) != (file.plain_bytes, file.plain_sha256) {
        let what = "the digest of its dump is not the one in the manifest".to_owned();
        faults.push(whole(FaultKind::DumpDigest, what));
    }
    if inflated.frames != file.frames {
        let what = "it has another number of frames than its manifest says".to_owned();
        faults.push(whole(FaultKind::Manifest, what));
    }
    if let Err(error) = &examined.evidence
        && before == faults.len()
    {
        faults.push(whole(FaultKind::Incomplete, chain(error)));
    }
}

fn of_frame(file: &File, examined: &Examined, damage: &Damage) -> Fault {
    let kind = match damage {
        Damage { in_table: true, .. } => FaultKind::SeekTable,
        Damage { archive_start, archive_end, .. } if examined.is_hole(*archive_start, *archive_end) => {
            FaultKind::Medium
        }
        _ => FaultKind::Frame,
    };
    Fault {
        kind,
        file: file.name.clone(),
        frame: Some(damage.frame),
        archive: Some((damage.archive_start, damage.archive_end)),
        dump: Some((damage.plain_start, damage.plain_end)),
        what: damage.to_string(),
    }
}

/// An archive that was cut lacks all that comes after.
fn missing_frames(file: &File, examined: &Examined) -> Fault {
    let inflated = &examined.inflated;
    // All frames but the last have the same content.
    let each = file.plain_bytes.checked_div(file.frames).unwrap_or(0).max(1).next_power_of_two();
    let start = inflated.frames.saturating_mul(each).min(file.plain_bytes);
    let what = format!(
        "frames {} to {} are missing (bytes {start} to {} of the dump)",
        inflated.frames,
        file.frames.saturating_sub(1),
        file.plain_bytes
    );
    let whole = Fault::whole(FaultKind::FramesMissing, &file.name, what);
    Fault { frame: Some(inflated.frames), dump: Some((start, file.plain_bytes)), ..whole }
}

/// Compares the checksum file with the manifest.
fn sums(store: &Store, found: &Found, manifest: &Manifest) -> Option<Fault> {
    let name = format!("{}.sha256", stamp(found));
    match store.read_small(&format!("{}{name}", found.entry.folder()), SUMS_BYTES_MAX) {
        Ok(Some(text)) if text == manifest.sha256_file().as_bytes() => None,
        Ok(Some(_)) => Some(Fault::whole(FaultKind::ChecksumFile, &name, "it is not what the manifest says")),
        Ok(None) => Some(Fault::whole(FaultKind::ChecksumFile, &name, "it is missing")),
        Err(error) => Some(Fault::of_disk(&name, chain(&error))),
    }
}

/// The manifest of a backup that is there to be read.
///
/// # Errors
/// [`VaultError::Manifest`].
pub fn readable(found: &Found) -> Result<&Manifest, JobError> {
    found.entry.manifest.as_ref().map_err(|error| {
        let why = chain(error);
        VaultError::Altered { disk: found.disk.name.clone(), key: found.entry.key.clone(), what: why }.into()
    })
}

/// Compares what an archive holds with what its manifest says.
///
/// # Errors
/// [`VaultError::Damaged`], [`VaultError::Altered`] or [`VaultError::Incomplete`].
pub(super) fn judge(file: &File, inspected: Inspected, disk: &str, key: &str) -> Result<(), VaultError> {
    let (disk, key) = (disk.to_owned(), key.to_owned());
    let inflated = inspected.inflated;
    if let Some(first) = inflated.damage.first().cloned() {
        return Err(VaultError::Damaged { disk, key, count: inflated.damaged_frames, first });
    }
    let seen = (inflated.archive_bytes, inflated.archive_sha256, inflated.plain_bytes, inflated.plain_sha256);
    let what = if seen.1 != file.archive_sha256 || seen.0 != file.archive_bytes {
        OTHER_DIGEST
    } else if seen.3 != file.plain_sha256 || seen.2 != file.plain_bytes {
        "the digest of its dump is not the one in the manifest"
    } else if inflated.frames != file.frames {
        "it has another number of frames than its manifest says"
    } else {
        return inspected.evidence.map(drop).map_err(|source| VaultError::Incomplete { key, source });
    };
    Err(VaultError::Altered { disk, key, what: what.to_owned() })
}

fn stamp(found: &Found) -> &str {
    found.entry.name().rsplit_once('/').map_or(found.entry.name(), |(_, stamp)| stamp)
}

/// A copy whose manifest is not on its disk any more.
pub fn gone(archive: &str) -> Verdict {
    let what = "its manifest is not on the disk any more, and without it there is no backup";
    Verdict {
        outcome: CheckOutcome::Missing,
        ..Verdict::of(vec![Fault::whole(FaultKind::Missing, archive, what)], 0, 0)
    }
}

/// Compares the list of a tree's members with the manifest.
fn list_of_members(store: &Store, found: &Found, manifest: &Manifest) -> Option<Fault> {
    let named = manifest.members.as_ref()?;
    let key = format!("{}{}", found.entry.folder(), named.name);
    let fault = |what| Some(Fault::whole(FaultKind::Members, &named.name, what));
    match store.stat(&key) {
        Ok(None) => return fault("the list of members is missing"),
        Ok(Some(_)) => {}
        Err(error) => return Some(Fault::of_disk(&named.name, chain(&error))),
    }
    match read_back::digest(store, &key) {
        Ok((bytes, digest, _)) if (bytes, digest) == (named.bytes, named.sha256) => None,
        Ok(_) => fault("the list of members is not the one that the manifest names"),
        Err(error) => Some(Fault::of_disk(&named.name, chain(&error))),
    }
}
