//! What backups a disk holds, by its manifests alone.

use super::error::VaultError;
use super::layout::{ARCHIVES, MANIFEST_SUFFIX, Stem};
use super::manifest::{MANIFEST_BYTES_MAX, Manifest};
use super::store::{Object, Store};

/// A manifest on a disk, and whether its archives are there.
#[derive(Debug)]
pub struct Entry {
    /// The manifest's key.
    pub key: String,
    /// What it says, or why it cannot be said.
    pub manifest: Result<Manifest, VaultError>,
    /// Archives that it names and that are missing or of another size.
    pub missing: Vec<String>,
}

impl Entry {
    /// The folder in which the archives lie, with a slash at its end.
    pub fn folder(&self) -> String {
        Stem::of_manifest(&self.key).map_or_else(String::new, |stem| stem.folder())
    }

    /// Whether this is a backup: its manifest reads and its archives are there.
    pub fn exists(&self) -> bool {
        self.manifest.is_ok() && self.missing.is_empty()
    }

    /// How an operator names it: `SERVER/DATASET/STAMP`.
    pub fn name(&self) -> &str {
        let name = self.key.strip_prefix(ARCHIVES).unwrap_or(&self.key);
        name.strip_suffix(MANIFEST_SUFFIX).unwrap_or(name)
    }
}

/// All backups of a disk, or of one dataset (`SERVER/DATASET`), the oldest of each dataset first.
///
/// # Errors
/// [`VaultError::Operation`]; a manifest that does not read is part of the result.
pub fn list(store: &Store, dataset: Option<&str>) -> Result<Vec<Entry>, VaultError> {
    let objects = objects(store, dataset)?;
    Ok(objects.iter().filter(|object| is_manifest(object)).map(|object| entry(store, object, &objects)).collect())
}

/// The backup of this name (`SERVER/DATASET/STAMP`), if its manifest is there.
///
/// # Errors
/// [`VaultError::Operation`]; a manifest that does not read is part of the result.
pub fn find(store: &Store, name: &str) -> Result<Option<Entry>, VaultError> {
    let Some((dataset, stamp)) = name.rsplit_once('/') else { return Ok(None) };
    let objects = objects(store, Some(dataset))?;
    let key = format!("{ARCHIVES}{dataset}/{stamp}{MANIFEST_SUFFIX}");
    Ok(objects.iter().find(|object| object.key == key).map(|object| entry(store, object, &objects)))
}

/// What lies in the folder of all backups, or in that of one dataset, in order of keys.
fn objects(store: &Store, dataset: Option<&str>) -> Result<Vec<Object>, VaultError> {
    let folder = dataset.map_or_else(|| ARCHIVES.to_owned(), |dataset| format!("{ARCHIVES}{dataset}/"));
    store.list(&folder)
}

fn is_manifest(object: &Object) -> bool {
    object.key.ends_with(MANIFEST_SUFFIX)
}

/// Reads a manifest, or says why it cannot be read.
fn manifest(store: &Store, key: &str) -> Result<Manifest, VaultError> {
    let json = store.read_small(key, MANIFEST_BYTES_MAX)?.unwrap_or_default();
    let bad = |source| VaultError::Manifest { disk: store.disk().to_owned(), key: key.to_owned(), source };
    Manifest::from_json(&json).map_err(bad)
}

fn entry(store: &Store, object: &Object, objects: &[Object]) -> Entry {
    let manifest = manifest(store, &object.key);
    let mut entry = Entry { key: object.key.clone(), manifest, missing: Vec::new() };
    if let Ok(manifest) = &entry.manifest {
        let folder = entry.folder();
        let is_there = |name: &str, bytes: u64| {
            let key = format!("{folder}{name}");
            objects.binary_search_by(|object| object.key.as_str().cmp(&key)).is_ok_and(|at| objects[at].bytes == bytes)
        };
        let missing = manifest.files.iter().filter(|file| !is_there(&file.name, file.archive_bytes));
        entry.missing = missing.map(|file| file.name.clone()).collect();
    }
    entry
}

/// The newest backup of a dataset on this disk, by its manifest: what the next one is expected to be like.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn last(store: &Store, dataset: &str) -> Result<Option<Manifest>, VaultError> {
    let objects = objects(store, Some(dataset))?;
    // The newest first, so that years of backups cost one reading.
    Ok(objects.iter().rev().filter(|object| is_manifest(object)).find_map(|object| manifest(store, &object.key).ok()))
}
