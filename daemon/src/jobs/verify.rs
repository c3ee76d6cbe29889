//! Does a backup still hold what its manifest says? Read past the page cache, every digest compared, every frame
//! decompressed, and the dump asked again whether it is complete.

use super::archives::Found;
use super::error::JobError;
use crate::proof::Expect;
use crate::vault::error::VaultError;
use crate::vault::manifest::{File, Manifest};
use crate::vault::read_back::{self, Inspected};
use crate::vault::store::Store;

/// Verifies one backup on one disk. `tell` hears of the bytes of dump that have been read.
///
/// # Errors
/// The first damage that is found, with the archive, the frame and the byte range.
pub fn verify(found: &Found, threads: usize, tell: &(dyn Fn(u64) + Sync)) -> Result<(), JobError> {
    let store = Store::open(&found.disk.name, &found.disk.place)?;
    let manifest = readable(found)?;
    let key = |name: &str| format!("{}{name}", found.entry.folder());
    let differs = |name: &str, what: &str| VaultError::Altered {
        disk: found.disk.name.clone(),
        key: key(name),
        what: what.to_owned(),
    };
    for file in &manifest.files {
        if found.entry.missing.contains(&file.name) {
            return Err(differs(&file.name, "it is missing, or has another size than its manifest says").into());
        }
        let expect = Expect::of(&manifest.dump, file.part);
        let inspected = read_back::inspect(&store, &key(&file.name), &expect, threads, |plain| {
            tell(plain.len() as u64);
            Ok(())
        })?;
        judge(file, inspected, &found.disk.name, &key(&file.name))?;
    }
    let sums = key(&format!("{}.sha256", stamp(found)));
    if store.read_small(&sums, 1 << 20)?.as_deref() != Some(manifest.sha256_file().as_bytes()) {
        return Err(differs(crate::vault::layout::file_name(&sums), "it is not what the manifest says").into());
    }
    Ok(())
}

/// The manifest of a backup that is there to be read.
///
/// # Errors
/// [`VaultError::Manifest`].
pub fn readable(found: &Found) -> Result<&Manifest, JobError> {
    found.entry.manifest.as_ref().map_err(|error| {
        let why = super::error::chain(error);
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
        "its digest is not the one in the manifest"
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
