//! Mends a damaged or missing copy on one disk from a good one on another. The damaged files stay as they are until their
//! successors were written whole, read back from the medium, and found good.

use uuid::Uuid;

use super::archives::Found;
use super::error::{JobError, chain};
use super::fault::Verdict;
use super::verify::{self, Reading};
use crate::proof::Expect;
use crate::vault::admit::{Admitted, has_room};
use crate::vault::catalogue;
use crate::vault::error::VaultError;
use crate::vault::layout::{self, MANIFEST_SUFFIX, Stem};
use crate::vault::manifest::{DiskName, File, MANIFEST_BYTES_MAX, Manifest, ReadBack};
use crate::vault::mend;
use crate::vault::read_back::{self, How};
use crate::vault::store::Store;
use crate::vault::sweep::Claim;

/// What is to be mended.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The disk whose copy is damaged.
    pub target: &'a Admitted,
    /// `SERVER/DATASET/STAMP`.
    pub archive: &'a str,
    /// Disks that may hold a good copy, in the order in which they are tried.
    pub sources: &'a [Admitted],
    /// Now, RFC 3339, for a manifest that is written anew.
    pub at: &'a str,
    /// With what is read.
    pub reading: Reading<'a>,
}

/// What became of it.
#[derive(Debug)]
pub struct Mended {
    /// What was wrong.
    pub before: Verdict,
    /// The disk from which it was mended; `None` where nothing was wrong.
    pub from: Option<String>,
    /// The files that were written anew.
    pub files: Vec<String>,
    /// Bytes of archive that were written.
    pub bytes: u64,
}

/// Mends a copy; does nothing to one that is good.
///
/// # Errors
/// [`JobError::NotMended`] where no source is good, or the disk's refusal: [`VaultError::ReadBackDiffers`] of a disk that
/// does not hold what it is given. The damaged copy is then as it was.
pub fn repair(order: Order<'_>) -> Result<Mended, JobError> {
    let target = Store::open(&order.target.name, &order.target.place)?;
    let refused =
        |why: String| JobError::NotMended { archive: order.archive.to_owned(), disk: order.target.name.clone(), why };
    if !target.is_local() {
        return Err(refused("only disks are mended; copy it to the object store again".to_owned()));
    }
    let entry = catalogue::find(&target, order.archive)?;
    let own = entry.as_ref().and_then(|entry| entry.manifest.as_ref().ok()).cloned();
    let before = match entry {
        None => verify::gone(order.archive),
        Some(entry) => verify::verify(&Found { disk: order.target.clone(), entry }, order.reading)
            .ok_or_else(|| refused("it was ended".to_owned()))?,
    };
    if before.is_good() {
        return Ok(Mended { before, from: None, files: Vec::new(), bytes: 0 });
    }
    if !before.is_bad() {
        return Err(refused(before.summary().unwrap_or_default()));
    }
    let mut why = Vec::new();
    for source in order.sources.iter().filter(|source| source.marker.id != order.target.marker.id) {
        match good_manifest(source, order.archive, own.as_ref()) {
            Err(reason) => why.push(format!("{}: {reason}", source.name)),
            Ok((store, manifest)) => match mend_from(order, (&store, &manifest), &target, own.as_ref()) {
                Ok((files, bytes)) => return Ok(Mended { before, from: Some(source.name.clone()), files, bytes }),
                // The source is to blame; another may be better.
                Err(JobError::Disk(error)) if is_of(&error, &source.name) => {
                    why.push(format!("{}: its own copy is not good: {}", source.name, chain(&error)));
                }
                Err(error) => return Err(error),
            },
        }
    }
    if why.is_empty() {
        why.push("connect another disk that has it; `resguardo archives` says which do".to_owned());
    }
    Err(refused(format!("no good copy is here: {}", why.join("; "))))
}

/// Whether it is this disk that failed.
fn is_of(error: &VaultError, source: &str) -> bool {
    matches!(error, VaultError::Altered { disk, .. } | VaultError::Operation { disk, .. } if disk == source)
}

/// The manifest of the same backup on another disk, or why it cannot be mended from there.
fn good_manifest(source: &Admitted, archive: &str, own: Option<&Manifest>) -> Result<(Store, Manifest), String> {
    let store = Store::open(&source.name, &source.place).map_err(|error| chain(&error))?;
    let entry = catalogue::find(&store, archive).map_err(|error| chain(&error))?;
    let entry = entry.ok_or_else(|| "it has no copy of it".to_owned())?;
    if !entry.missing.is_empty() {
        return Err(format!("missing or cut: {}", entry.missing.join(", ")));
    }
    let manifest = entry.manifest.map_err(|error| chain(&error))?;
    match own {
        Some(own) if own.run != manifest.run => Err("what has this name there is another backup".to_owned()),
        _ => Ok((store, manifest)),
    }
}

/// Writes anew what is damaged, and gives it its name once it was proved. Returns the names and the bytes.
fn mend_from(
    order: Order<'_>,
    (source, manifest): (&Store, &Manifest),
    target: &Store,
    own: Option<&Manifest>,
) -> Result<(Vec<String>, u64), JobError> {
    let stem = Stem::of_manifest(&format!("{}{}{MANIFEST_SUFFIX}", layout::ARCHIVES, order.archive));
    let stem = stem.ok_or_else(|| JobError::NotMended {
        archive: order.archive.to_owned(),
        disk: order.target.name.clone(),
        why: "that is no name of a backup".to_owned(),
    })?;
    let list = list_of_members(manifest);
    let bad: Vec<&File> = manifest.files.iter().chain(&list).filter(|file| !is_whole(target, &stem, file)).collect();
    let bytes = bad.iter().map(|file| file.archive_bytes).sum();
    has_room(order.target, bytes)?;
    let run = Uuid::now_v7();
    let claim = Claim::unfinished(target, run)?;
    let written = bad.iter().try_for_each(|file| write_anew(order, (source, manifest), target, &stem, run, file));
    let named = written.and_then(|()| publish(order, manifest, target, &stem, run, &bad, own));
    // What is left of it is the sweep's, if it cannot be removed now.
    let _swept_later = claim.release(target);
    let mut files: Vec<String> = bad.iter().map(|file| file.name.clone()).collect();
    files.extend(named?);
    Ok((files, bytes))
}

/// The list of a tree's members as a file like the archives; all that is asked of it are its name, bytes and digest.
fn list_of_members(manifest: &Manifest) -> Option<File> {
    let (named, like) = manifest.members.as_ref().zip(manifest.files.first())?;
    let (name, archive_bytes, archive_sha256) = (named.name.clone(), named.bytes, named.sha256);
    Some(File { name, archive_bytes, archive_sha256, ..like.clone() })
}

/// Whether the archive on the damaged disk is the one that the good disk's manifest describes.
fn is_whole(target: &Store, stem: &Stem, file: &File) -> bool {
    let key = format!("{}{}", stem.folder(), file.name);
    read_back::digest(target, &key)
        .is_ok_and(|(bytes, digest, _)| (bytes, digest) == (file.archive_bytes, file.archive_sha256))
}

fn write_anew(
    order: Order<'_>,
    (source, manifest): (&Store, &Manifest),
    target: &Store,
    stem: &Stem,
    run: Uuid,
    file: &File,
) -> Result<(), JobError> {
    let unfinished = format!("{}{}", layout::unfinished(run), file.name);
    let key = format!("{}{}", stem.folder(), file.name);
    let tell = |bytes| {
        (order.reading.tell)(bytes);
        if order.reading.cancel.is_cancelled() { Err(std::io::Error::other("it was ended")) } else { Ok(()) }
    };
    mend::copy((source, &key), (target, &unfinished), file, &tell)?;
    if !manifest.files.iter().any(|archive| archive.name == file.name) {
        let (bytes, digest, _) = read_back::digest(target, &unfinished)?;
        if (bytes, digest) != (file.archive_bytes, file.archive_sha256) {
            let (disk, what) = (target.disk().to_owned(), "the list of members".to_owned());
            return Err(VaultError::ReadBackDiffers { disk, key: file.name.clone(), what }.into());
        }
        return Ok(());
    }
    let expect = Expect::of(&manifest.dump, file.part);
    mend::prove(target, &unfinished, file, &expect, order.reading.threads)?;
    Ok(())
}

/// Gives the new archives the names of the damaged ones, then writes the checksum file, and the manifest last. Returns the
/// names of these two, if they were written.
fn publish(
    order: Order<'_>,
    manifest: &Manifest,
    target: &Store,
    stem: &Stem,
    run: Uuid,
    bad: &[&File],
    own: Option<&Manifest>,
) -> Result<Vec<String>, JobError> {
    for file in bad {
        let unfinished = format!("{}{}", layout::unfinished(run), file.name);
        target.rename(&unfinished, &format!("{}{}", stem.folder(), file.name))?;
    }
    let mut written = Vec::new();
    let sums = manifest.sha256_file().into_bytes();
    if target.read_small(&stem.sha256(), MANIFEST_BYTES_MAX).ok().flatten().as_ref() != Some(&sums) {
        target.write_small(&stem.sha256(), sums)?;
        written.push(layout::file_name(&stem.sha256()).to_owned());
    }
    let marker = &order.target.marker;
    let ours = Manifest {
        disk: DiskName { id: marker.id, label: marker.label.clone() },
        read_back: ReadBack { at: order.at.to_owned(), how: How::Direct.word().to_owned(), decompressed: true },
        ..manifest.clone()
    };
    let is_right = |own: &Manifest| Manifest { read_back: own.read_back.clone(), ..ours.clone() } == *own;
    if !own.is_some_and(is_right) {
        let key = stem.manifest();
        let bad = |source: serde_json::Error| VaultError::Manifest {
            disk: target.disk().to_owned(),
            key: key.clone(),
            source: source.into(),
        };
        target.write_small(&key, ours.to_json().map_err(bad)?)?;
        written.push(layout::file_name(&key).to_owned());
    }
    Ok(written)
}
