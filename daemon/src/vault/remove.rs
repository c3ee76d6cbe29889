//! Removing a backup: first it is claimed, then its manifest goes, so that it exists no more, then the rest. Whatever dies
//! between leaves something that nothing takes for a backup, and that the sweep removes.

use uuid::Uuid;

use super::error::VaultError;
use super::hold;
use super::layout::Stem;
use super::manifest::{MANIFEST_BYTES_MAX, Manifest};
use super::store::Store;
use super::sweep::Claim;

/// What became of a backup that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It was gone already.
    Absent,
    /// Somebody reads it.
    Held,
    /// Under its name lies another backup than the one that was meant.
    Other,
}

/// Removes a backup from a disk: the one with this manifest key and this id, and no other.
///
/// # Errors
/// [`VaultError`]; the backup is then still whole, or exists no more and the next sweep removes the rest.
pub fn remove(store: &Store, manifest: &str, backup: Uuid) -> Result<Removal, VaultError> {
    let Some(stem) = Stem::of_manifest(manifest) else { return Ok(Removal::Other) };
    let Some(json) = store.read_small(manifest, MANIFEST_BYTES_MAX)? else { return Ok(Removal::Absent) };
    // A manifest that does not read proves nothing, and whoever could still save something needs all that is there.
    if !Manifest::from_json(&json).is_ok_and(|read| read.run == backup) {
        return Ok(Removal::Other);
    }
    let Some(_alone) = hold::alone(store, manifest)? else { return Ok(Removal::Held) };
    let objects = store.list(&stem.folder())?;
    let keys = objects.into_iter().map(|object| object.key);
    let rest: Vec<String> = keys.filter(|key| key != manifest && stem.names(key)).collect();
    let claim = Claim::of(store, Uuid::now_v7(), &stem, rest.clone())?;
    store.remove(manifest)?;
    store.sync_folders(manifest)?;
    for key in &rest {
        store.remove(key)?;
    }
    store.sync_folders(manifest)?;
    claim.release(store)?;
    Ok(Removal::Removed)
}
