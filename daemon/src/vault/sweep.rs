//! Unfinished business: each run claims on each disk what it is about to write, and a sweep removes what a dead run
//! claimed and no manifest names. It never touches anything that no claim names.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::VaultError;
use super::layout::{self, Stem, UNFINISHED};
use super::manifest::{MANIFEST_BYTES_MAX, Manifest};
use super::store::{Store, operation_io};

/// After how long a claim on an object store, where nothing can be locked, is taken for dead.
const DEAD_AFTER_SECONDS: i64 = 7 * 24 * 3600;

const CLAIM: &str = "claim.json";

/// A run's claim on a disk: while it is held, no sweep touches what it names.
#[derive(Debug)]
pub struct Claim {
    run: Uuid,
    /// The lock on the claim's own file; the kernel lets go of it when this process dies, however it dies.
    _lock: Option<File>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claimed {
    run: Uuid,
    manifest: String,
    keys: Vec<String>,
}

impl Claim {
    /// Claims what a run is about to write: the archives of a backup with this stem.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn new(store: &Store, run: Uuid, stem: &Stem, archives: &[String]) -> Result<Self, VaultError> {
        let mut keys = archives.to_vec();
        keys.push(stem.sha256());
        let claimed = Claimed { run, manifest: stem.manifest(), keys };
        let key = key(run);
        let json =
            serde_json::to_vec(&claimed).map_err(|error| operation_io(store.disk(), "write", &key, error.into()))?;
        store.write_small(&key, json)?;
        let lock = match path(store, &key) {
            Some(path) => {
                let failed = |error| operation_io(store.disk(), "lock", &key, error);
                let file = File::open(path).map_err(failed)?;
                file.lock().map_err(failed)?;
                Some(file)
            }
            None => None,
        };
        Ok(Self { run, _lock: lock })
    }

    /// Lets go after everything has its place.
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn release(&self, store: &Store) -> Result<(), VaultError> {
        remove_folder(store, self.run)
    }
}

fn key(run: Uuid) -> String {
    format!("{}{CLAIM}", layout::unfinished(run))
}

fn path(store: &Store, key: &str) -> Option<PathBuf> {
    store.folder.as_ref().map(|folder| folder.join(key))
}

fn remove_folder(store: &Store, run: Uuid) -> Result<(), VaultError> {
    let folder = layout::unfinished(run);
    // The claim goes last: whatever is left must stay claimed.
    let mut objects = store.list(&folder)?;
    objects.sort_by_key(|object| object.key.ends_with(CLAIM));
    for object in objects {
        store.remove(&object.key)?;
    }
    if store.is_local() { store.remove(&folder) } else { Ok(()) }
}

/// Removes what dead runs left on a disk, and returns the keys that were removed. `now` is in seconds since 1970.
///
/// # Errors
/// [`VaultError`].
pub fn sweep(store: &Store, now: i64) -> Result<Vec<String>, VaultError> {
    let mut removed = Vec::new();
    for claim in store.list(UNFINISHED)?.iter().filter(|object| layout::file_name(&object.key) == CLAIM) {
        if !is_dead(store, &claim.key, claim.changed, now)? {
            continue;
        }
        let json = store.read_small(&claim.key, MANIFEST_BYTES_MAX)?.unwrap_or_default();
        // A claim that was cut while it was written claims nothing yet.
        if let Ok(claimed) = serde_json::from_slice::<Claimed>(&json) {
            removed.extend(remove_claimed(store, &claimed)?);
        }
        if let Some(run) = claim.key.split('/').nth(1).and_then(|run| run.parse().ok()) {
            removed.extend(store.list(&layout::unfinished(run))?.into_iter().map(|object| object.key));
            remove_folder(store, run)?;
        }
    }
    removed.retain(|key| layout::file_name(key) != CLAIM);
    Ok(removed)
}

fn is_dead(store: &Store, key: &str, changed: Option<i64>, now: i64) -> Result<bool, VaultError> {
    let Some(path) = path(store, key) else {
        return Ok(changed.is_some_and(|changed| now - changed > DEAD_AFTER_SECONDS));
    };
    let file = File::open(path).map_err(|error| operation_io(store.disk(), "read", key, error))?;
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(operation_io(store.disk(), "lock", key, error)),
    }
}

fn remove_claimed(store: &Store, claimed: &Claimed) -> Result<Vec<String>, VaultError> {
    let manifest = store.read_small(&claimed.manifest, MANIFEST_BYTES_MAX)?;
    let unfinished = claimed.keys.iter().chain([&claimed.manifest]).map(|key| format!("{key}.unfinished"));
    let mut doomed: Vec<String> = unfinished.collect();
    // With a manifest the backup exists, whoever's it is, and only leftovers of the writing may go.
    if manifest.as_deref().is_none_or(|json| Manifest::from_json(json).is_err()) && manifest.is_none() {
        doomed.extend(claimed.keys.iter().cloned());
    }
    let mut removed = Vec::new();
    for key in doomed.into_iter().filter(|key| key.starts_with(layout::ARCHIVES) && !key.contains("..")) {
        if store.stat(&key)?.is_some() {
            store.remove(&key)?;
            removed.push(key);
        }
    }
    Ok(removed)
}
