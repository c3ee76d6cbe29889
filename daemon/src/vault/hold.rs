//! Who reads a backup holds it, and what is held is not removed. The hold is a lock of the kernel's on the manifest, which
//! needs no writing: it works on a disk that is mounted read-only, between programs that know nothing of each other, and
//! ends with its process, however that ends. An object store knows no locks; there a reader finds its object gone, and
//! takes another copy.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;

use super::error::VaultError;
use super::store::{Store, operation_io};

/// A hold on a backup, until it is dropped.
#[derive(Debug)]
#[must_use = "a hold that is dropped at once holds nothing"]
pub struct Hold(#[expect(dead_code, reason = "it is held, and released by being dropped")] Option<File>);

/// Holds a backup for reading, by the key of its manifest. Several may; a removal that is under way is waited for.
///
/// # Errors
/// [`VaultError::Operation`], also where the backup has just been removed.
pub fn share(store: &Store, manifest: &str) -> Result<Hold, VaultError> {
    let Some(folder) = &store.folder else { return Ok(Hold(None)) };
    let failed = |error| operation_io(store.disk(), "hold", manifest, error);
    let file = File::open(folder.join(manifest)).map_err(failed)?;
    match file.lock_shared() {
        // A file system without locks cannot keep anybody from removing; reading goes on all the same.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
        locked => locked.map_err(failed)?,
    }
    if file.metadata().map_err(failed)?.nlink() == 0 {
        return Err(failed(io::ErrorKind::NotFound.into()));
    }
    Ok(Hold(Some(file)))
}

/// Holds a backup alone, to remove it; `None` where somebody reads it.
///
/// # Errors
/// [`VaultError::Operation`].
pub(super) fn alone(store: &Store, manifest: &str) -> Result<Option<Hold>, VaultError> {
    let Some(folder) = &store.folder else { return Ok(Some(Hold(None))) };
    let failed = |error| operation_io(store.disk(), "hold", manifest, error);
    let file = File::open(folder.join(manifest)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Hold(Some(file)))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
