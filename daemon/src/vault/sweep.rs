//! Unfinished business: each run claims on each disk what it is about to write, and a sweep removes what a dead run
//! claimed and no manifest names. It never touches anything that no claim names.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::VaultError;
use super::layout::{self, Stem, UNFINISHED};
use super::manifest::MANIFEST_BYTES_MAX;
use super::store::{Object, Store, operation_io};

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
    /// [`VaultError::Exists`] where there is such a backup already, or another [`VaultError`].
    pub fn new(store: &Store, run: Uuid, stem: &Stem, archives: &[String]) -> Result<Self, VaultError> {
        for taken in archives.iter().chain([&stem.manifest()]) {
            if store.stat(taken)?.is_some() {
                return Err(VaultError::Exists { disk: store.disk().to_owned(), key: taken.clone() });
            }
        }
        let mut keys = archives.to_vec();
        keys.push(stem.sha256());
        Self::of(store, run, stem, keys)
    }

    /// Claims these of a backup, whatever lies under them: for what is about to be removed, so that once the manifest is gone
    /// a sweep goes on with the rest.
    ///
    /// # Errors
    /// [`VaultError`].
    pub(super) fn of(store: &Store, run: Uuid, stem: &Stem, keys: Vec<String>) -> Result<Self, VaultError> {
        Self::hold(store, &Claimed { run, manifest: stem.manifest(), keys })
    }

    /// Claims nothing but the folder of what is not finished, for work on a backup that is there already.
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn unfinished(store: &Store, run: Uuid) -> Result<Self, VaultError> {
        Self::hold(store, &Claimed { run, manifest: String::new(), keys: Vec::new() })
    }

    fn hold(store: &Store, claimed: &Claimed) -> Result<Self, VaultError> {
        let run = claimed.run;
        let key = key(run);
        let failed = |error| operation_io(store.disk(), "claim", &key, error);
        let json = serde_json::to_vec(claimed).map_err(|error| failed(error.into()))?;
        let lock = match path(store, &key) {
            Some(path) => {
                let lock = write_locked(&path, &json).map_err(failed)?;
                store.sync_folders(&key)?;
                Some(lock)
            }
            None => {
                store.write_small(&key, json)?;
                None
            }
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

/// Writes a claim that is locked before it has its name: a sweep never sees it without its lock.
fn write_locked(path: &Path, json: &[u8]) -> io::Result<File> {
    let mut nameless = path.as_os_str().to_owned();
    nameless.push(layout::UNFINISHED_SUFFIX);
    let mut file = loop {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = match File::create_new(&nameless) {
            // A sweep that came just before took the folder for one that a dead run left.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            created => created?,
        };
        file.lock()?;
        // A sweep that came just before the lock took it for a dead one's and removed it.
        if file.metadata()?.nlink() > 0 {
            break file;
        }
    };
    file.write_all(json)?;
    file.sync_all()?;
    std::fs::rename(&nameless, path)?;
    Ok(file)
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
    if store.is_local() {
        // An empty folder is in nobody's way, and one that is not empty is not ours alone.
        let _may_stay = store.remove(&folder);
    }
    Ok(())
}

/// Removes what dead runs left on a disk, and returns the keys that were removed. `now` is in seconds since 1970.
///
/// # Errors
/// [`VaultError`].
pub fn sweep(store: &Store, now: i64) -> Result<Vec<String>, VaultError> {
    let mut removed = Vec::new();
    for object in store.list(UNFINISHED)? {
        let Some(run) = run_of(&object.key) else { continue };
        if let Some(_held) = dead(store, &object, now)? {
            removed.extend(remove_run(store, run, &object.key)?);
        }
    }
    remove_empty(store);
    Ok(removed)
}

/// Removes the folders of runs that died after their claim and before its folder was gone. One that is not empty stays:
/// the system removes no such folder.
fn remove_empty(store: &Store) {
    let Some(folders) = path(store, UNFINISHED).and_then(|folder| std::fs::read_dir(folder).ok()) else { return };
    let is_run = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.parse::<Uuid>().is_ok());
    for folder in folders.flatten().filter(|folder| is_run(&folder.file_name())) {
        let _in_use = std::fs::remove_dir(folder.path());
    }
}

/// Removes what a run of this process left on a disk where it has failed. Its claim must have been dropped.
///
/// # Errors
/// [`VaultError`]; a later sweep then removes the rest.
pub fn abandon(store: &Store, run: Uuid) -> Result<Vec<String>, VaultError> {
    remove_run(store, run, &key(run))
}

fn remove_run(store: &Store, run: Uuid, claim: &str) -> Result<Vec<String>, VaultError> {
    let json = store.read_small(claim, MANIFEST_BYTES_MAX)?.unwrap_or_default();
    let mut removed = Vec::new();
    // A claim that was cut while it was written claims nothing yet.
    if let Ok(claimed) = serde_json::from_slice::<Claimed>(&json) {
        removed.extend(remove_claimed(store, &claimed)?);
    }
    removed.extend(store.list(&layout::unfinished(run))?.into_iter().map(|object| object.key));
    remove_folder(store, run)?;
    removed.retain(|key| run_of(key).is_none());
    Ok(removed)
}

/// The run whose claim this is, written whole or not.
fn run_of(key: &str) -> Option<Uuid> {
    let (run, name) = key.strip_prefix(UNFINISHED)?.split_once('/')?;
    let is_claim = name.strip_suffix(layout::UNFINISHED_SUFFIX).unwrap_or(name) == CLAIM;
    if is_claim { run.parse().ok() } else { None }
}

/// A claim that nobody holds. On a local disk we hold it as long as we remove what it names, so that whoever was just
/// about to lock it finds out that it is gone.
struct Dead(#[expect(dead_code, reason = "it is held, and released by being dropped")] Option<File>);

fn dead(store: &Store, claim: &Object, now: i64) -> Result<Option<Dead>, VaultError> {
    let Some(path) = path(store, &claim.key) else {
        let old = claim.changed.is_some_and(|changed| now - changed > DEAD_AFTER_SECONDS);
        return Ok(old.then_some(Dead(None)));
    };
    let file = match File::open(path) {
        Ok(file) => file,
        // Its run has just let go of it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(operation_io(store.disk(), "read", &claim.key, error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(Dead(Some(file)))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(operation_io(store.disk(), "lock", &claim.key, error)),
    }
}

fn remove_claimed(store: &Store, claimed: &Claimed) -> Result<Vec<String>, VaultError> {
    let Some(stem) = Stem::of_manifest(&claimed.manifest) else { return Ok(Vec::new()) };
    let written_to = claimed.keys.iter().chain([&claimed.manifest]);
    let mut doomed: Vec<String> = written_to.map(|key| format!("{key}{}", layout::UNFINISHED_SUFFIX)).collect();
    // With a manifest the backup exists, whoever's it is, and only leftovers of the writing may go.
    if store.stat(&claimed.manifest)?.is_none() {
        doomed.extend(claimed.keys.iter().cloned());
    }
    let mut removed = Vec::new();
    // A claim that was damaged must not reach beyond its own backup.
    for key in doomed.into_iter().filter(|key| key.starts_with(layout::ARCHIVES) && stem.names(key)) {
        if store.stat(&key)?.is_some() {
            store.remove(&key)?;
            removed.push(key);
        }
    }
    Ok(removed)
}
