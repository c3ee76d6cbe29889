//! May we write to this disk? Asked before each run, since the disk at a path is not always the disk that belongs there.

use std::path::Path;

use rustix::fs::{StatVfsMountFlags, statvfs};
use uuid::Uuid;

use super::error::VaultError;
use super::marker::{self, Marker};
use super::store::{Place, Store};
use crate::units;

/// Room that is always left on a disk, for what others and the file system itself need.
pub const RESERVE_BYTES: u64 = 16 * 1024 * 1024;

/// A disk that is here and is the one it says.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// Its marker.
    pub marker: Marker,
}

/// Looks whether the disk of this name is at its place, is the right one, and takes writes. `id` is the id that the
/// configuration insists on.
///
/// # Errors
/// The refusals of [`VaultError`], each with its remedy.
pub fn admit(name: &str, place: &Place, id: Option<Uuid>) -> Result<Admitted, VaultError> {
    let store = Store::open(name, place)?;
    let marker =
        marker::read(&store)?.ok_or_else(|| VaultError::NoMarker { disk: name.to_owned(), place: place.shown() })?;
    let wanted = if marker.label != name {
        Some(name.to_owned())
    } else {
        id.filter(|&id| id != marker.id).map(|id| id.to_string())
    };
    if let Some(wanted) = wanted {
        let found = format!("{} ({})", marker.label, marker.id);
        return Err(VaultError::WrongDisk { disk: name.to_owned(), place: place.shown(), found, wanted });
    }
    if let Place::Folder { path, .. } = place {
        look_for_writes(name, path)?;
    }
    Ok(Admitted { name: name.to_owned(), place: place.clone(), marker })
}

fn look_for_writes(name: &str, path: &Path) -> Result<(), VaultError> {
    let stat = statvfs(path)
        .map_err(|source| super::store::operation_io(name, "look at", "the file system", source.into()))?;
    if stat.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(VaultError::ReadOnly { disk: name.to_owned(), path: path.to_owned() });
    }
    Ok(())
}

/// Bytes that are free on a disk, where it is one that says.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn free_bytes(name: &str, place: &Place) -> Result<Option<u64>, VaultError> {
    let Place::Folder { path, .. } = place else { return Ok(None) };
    let failed =
        |source: rustix::io::Errno| super::store::operation_io(name, "look at", "the file system", source.into());
    let stat = statvfs(path).map_err(failed)?;
    Ok(Some(stat.f_bavail.saturating_mul(stat.f_frsize)))
}

/// Looks whether a disk has room for what is expected, and the reserve besides.
///
/// # Errors
/// [`VaultError::NoRoom`].
pub fn has_room(disk: &Admitted, expected: u64) -> Result<(), VaultError> {
    let needed = expected.saturating_add(RESERVE_BYTES);
    match free_bytes(&disk.name, &disk.place)? {
        Some(free) if free < needed => {
            Err(VaultError::NoRoom { disk: disk.name.clone(), free: units::bytes(free), needed: units::bytes(needed) })
        }
        _ => Ok(()),
    }
}
