//! From a disk of the configuration, or a path, to a disk that can be read or written.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::JobError;
use crate::config::model::{self, Config, Disk};
use crate::config::secret;
use crate::vault::admit::{Admitted, admit};
use crate::vault::error::VaultError;
use crate::vault::layout::MARKER;
use crate::vault::marker;
use crate::vault::store::{Place, S3, Store};

/// The place of a disk, its secrets read.
///
/// # Errors
/// [`JobError::Secret`].
pub fn place(disk: &Disk) -> Result<Place, JobError> {
    match &disk.place {
        model::Place::Folder { path, mount_point } => {
            Ok(Place::Folder { path: path.clone(), mount_point: *mount_point })
        }
        model::Place::S3 { bucket, endpoint, region, prefix, access_key, secret_key } => {
            let secret = secret::read(secret_key, "the secret access key");
            let secret = secret.map_err(|source| JobError::Secret { server: disk.name.clone(), source })?;
            Ok(Place::S3(S3 {
                bucket: bucket.clone(),
                endpoint: endpoint.clone(),
                region: region.clone(),
                prefix: prefix.clone(),
                access_key: access_key.clone(),
                secret_key: Zeroizing::new(secret.expose().to_owned()),
            }))
        }
    }
}

/// The disk of this name in the configuration.
///
/// # Errors
/// [`JobError::Unknown`], with what exists.
pub fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Disk, JobError> {
    config.disk(name).ok_or_else(|| {
        let known = config.disks.iter().map(|disk| disk.name.clone()).collect::<Vec<_>>().join(", ");
        JobError::Unknown { what: "disk", name: name.to_owned(), known }
    })
}

/// Admits a disk of the configuration for writing.
///
/// # Errors
/// [`JobError::Unknown`], [`JobError::Secret`] or the disk's refusal.
pub fn by_name(config: &Config, name: &str) -> Result<Admitted, JobError> {
    let disk = named(config, name)?;
    Ok(admit(name, &place(disk)?, disk.id)?)
}

/// Opens for reading whatever disk is at a path; no configuration is needed.
///
/// # Errors
/// [`VaultError::NoFolder`] or [`VaultError::NoMarker`].
pub fn by_path(path: &Path) -> Result<Admitted, JobError> {
    let name = path.display().to_string();
    if !path.is_dir() {
        return Err(VaultError::NoFolder { disk: name, path: path.to_owned() }.into());
    }
    let place = Place::Folder { path: path.to_owned(), mount_point: false };
    let store = Store::open(&name, &place)?;
    match marker::read(&store)? {
        Some(marker) => Ok(Admitted { name: marker.label.clone(), place, marker }),
        None => Err(VaultError::NoMarker { disk: name.clone(), place: name }.into()),
    }
}

/// The disk that a path lies on: the nearest folder above it that has a marker, and the rest of the path as a key.
pub fn around(path: &Path) -> Option<(PathBuf, String)> {
    let path = std::path::absolute(path).ok()?;
    let disk = path.ancestors().skip(1).find(|folder| folder.join(MARKER).is_file())?;
    let key = path.strip_prefix(disk).ok()?.to_str()?.to_owned();
    Some((disk.to_owned(), key))
}

/// Whether an operator's word for a disk is a path, and not a name.
pub fn is_path(word: &str) -> bool {
    word.contains('/') || word == "." || word == ".."
}
