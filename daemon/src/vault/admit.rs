//! May we write to this disk? Asked before each run, since the disk at a path is not always the disk that belongs there.

use std::path::Path;

use rustix::fs::{StatVfsMountFlags, statfs, statvfs};
use uuid::Uuid;

use super::error::VaultError;
use super::marker::{self, Marker};
use super::store::{Place, Store, is_mount_point};
use crate::units;

/// Room that is always left on a disk, for what others and the file system itself need.
pub const RESERVE_BYTES: u64 = 16 * 1024 * 1024;

/// What `statfs` says of FAT in all its sizes (linux/magic.h).
const MSDOS_SUPER_MAGIC: i64 = 0x4d44;

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

/// Looks whether the disk that was admitted is still the one at its place: somebody may have exchanged it since.
///
/// # Errors
/// [`VaultError::NoMarker`] or [`VaultError::WrongDisk`], or what the disk says.
pub fn still_here(store: &Store, disk: &Admitted) -> Result<(), VaultError> {
    let (name, place) = (disk.name.clone(), disk.place.shown());
    match marker::read(store)? {
        Some(marker) if marker.id == disk.marker.id => Ok(()),
        Some(marker) => {
            let found = format!("{} ({})", marker.label, marker.id);
            Err(VaultError::WrongDisk { disk: name, place, found, wanted: disk.marker.id.to_string() })
        }
        None => Err(VaultError::NoMarker { disk: name, place }),
    }
}

fn look_for_writes(name: &str, path: &Path) -> Result<(), VaultError> {
    let stat = statvfs(path)
        .map_err(|source| super::store::operation_io(name, "look at", "the file system", source.into()))?;
    if stat.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(VaultError::ReadOnly { disk: name.to_owned(), path: path.to_owned() });
    }
    Ok(())
}

/// What should be known of a place before it becomes a disk, as sentences.
pub fn cautions(place: &Place) -> Vec<String> {
    let Place::Folder { path, .. } = place else { return Vec::new() };
    let shown = path.display();
    let mut cautions = Vec::new();
    if !is_mount_point(path).unwrap_or(false) {
        cautions.push(format!(
            "nothing is mounted just at {shown}; if a disk belongs there, mount it first and prepare that. A plain folder \
             needs `mount_point: false` in the configuration"
        ));
    }
    if statfs(path).is_ok_and(|stat| stat.f_type == MSDOS_SUPER_MAGIC) {
        cautions.push(format!("{shown} has a FAT file system, which holds no file over 4 GiB; ext4 or exFAT do"));
    }
    cautions
}

/// Bytes that are free on a disk, where it is one that says.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn free_bytes(name: &str, place: &Place) -> Result<Option<u64>, VaultError> {
    Ok(room(name, place)?.map(|(free, _)| free))
}

/// Bytes that are free on a disk, and bytes that it can hold, where it is one that says.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn room(name: &str, place: &Place) -> Result<Option<(u64, u64)>, VaultError> {
    let Place::Folder { path, .. } = place else { return Ok(None) };
    let failed =
        |source: rustix::io::Errno| super::store::operation_io(name, "look at", "the file system", source.into());
    let stat = statvfs(path).map_err(failed)?;
    Ok(Some((stat.f_bavail.saturating_mul(stat.f_frsize), stat.f_blocks.saturating_mul(stat.f_frsize))))
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
