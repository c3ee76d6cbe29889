//! Replacing files of a backup that is on a disk already: written anew beside it, read back from the medium, and only then
//! given the name of the damaged one. It may not know why they are replaced.

use std::fs::{self, File};
use std::io::{self, Read, Write};

use resguardo_shared::digest::Hasher;
use rustix::fs::{Advice, fadvise};

use super::error::VaultError;
use super::examine::examine;
use super::layout::is_encrypted;
use super::manifest;
use super::read_back::{self, open_as_it_lies};
use super::store::{Store, operation_io};
use crate::proof::Expect;

/// The bytes that are copied at once.
const COPY_BYTES: usize = 4 * 1024 * 1024;
/// How much is written before the kernel is told to start putting it on the medium.
const WRITE_BACK_BYTES: u64 = 32 * 1024 * 1024;

/// Copies an archive from one disk to another under an unfinished key, past the page cache on both sides, and compares it
/// with its manifest on the way. `tell` hears of bytes, and ends it by an error.
///
/// # Errors
/// [`VaultError::Altered`] with the disk it was read from, where it is not what the manifest says; [`VaultError::Full`] or
/// [`VaultError::Operation`].
pub fn copy(
    from: (&Store, &str),
    to: (&Store, &str),
    file: &manifest::File,
    tell: &dyn Fn(u64) -> io::Result<()>,
) -> Result<(), VaultError> {
    let ((source, key), (target, unfinished)) = (from, to);
    let writing = |error| operation_io(target.disk(), "write", unfinished, error);
    let Some(folder) = &target.folder else {
        return Err(writing(io::Error::other("only a local disk can be mended")));
    };
    let path = folder.join(unfinished);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(writing)?;
    }
    let mut out = File::create_new(&path).map_err(writing)?;
    let mut archive = open_as_it_lies(source, key)?;
    let (mut hasher, mut bytes, mut started) = (Hasher::default(), 0, 0);
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let read = match archive.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(|error| operation_io(source.disk(), "read", key, error))?,
        };
        let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
        hasher.update(part);
        out.write_all(part).map_err(writing)?;
        bytes += part.len() as u64;
        tell(part.len() as u64).map_err(writing)?;
        if bytes - started >= WRITE_BACK_BYTES {
            // Advice that is not taken costs time at the sync, and nothing else.
            let _advice = fadvise(&out, started, std::num::NonZeroU64::new(bytes - started), Advice::DontNeed);
            started = bytes;
        }
    }
    out.sync_all().map_err(writing)?;
    target.sync_folders(unfinished)?;
    if (bytes, hasher.finish()) == (file.archive_bytes, file.archive_sha256) {
        return Ok(());
    }
    let what = "its digest is not the one in its manifest".to_owned();
    Err(VaultError::Altered { disk: source.disk().to_owned(), key: key.to_owned(), what })
}

/// Reads what was copied back from its medium, decompresses it, and compares it with its manifest.
///
/// # Errors
/// [`VaultError::ReadBackDiffers`] where the disk does not hold what was written.
pub fn prove(
    target: &Store,
    unfinished: &str,
    file: &manifest::File,
    expect: &Expect,
    threads: usize,
) -> Result<(), VaultError> {
    let differs =
        |what: String| VaultError::ReadBackDiffers { disk: target.disk().to_owned(), key: file.name.clone(), what };
    if is_encrypted(&file.name) {
        // Equal bytes are equal backups, whoever can read them.
        let (bytes, digest, _) = read_back::digest(target, unfinished)?;
        let right = (bytes, digest) == (file.archive_bytes, file.archive_sha256);
        return if right { Ok(()) } else { Err(differs("its digest".to_owned())) };
    }
    let examined = examine(target, unfinished, file, expect, threads, |_| Ok(()))?;
    let seen = &examined.inflated;
    if let Some(hole) = examined.holes.first() {
        return Err(differs(format!("bytes {} to {} cannot be read back: {}", hole.start, hole.end, hole.what)));
    }
    if let Some(damage) = seen.damage.first() {
        return Err(differs(damage.to_string()));
    }
    let right = (file.archive_bytes, file.archive_sha256, file.plain_bytes, file.plain_sha256);
    if (seen.archive_bytes, seen.archive_sha256, seen.plain_bytes, seen.plain_sha256) != right {
        return Err(differs("its digest".to_owned()));
    }
    Ok(())
}
