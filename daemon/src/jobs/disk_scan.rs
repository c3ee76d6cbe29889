//! Everything that one disk holds, read from it alone: its backups by their manifests, and its register. It may not know
//! what is on record.

use std::collections::BTreeMap;
use std::time::Duration;

use super::record;
use crate::register::head::Head;
use crate::register::verify::{Report, verify};
use crate::store::rows::{Copy, Line};
use crate::vault::admit::Admitted;
use crate::vault::catalogue::{self, Entry};
use crate::vault::chain::{self as files, OnDisk};
use crate::vault::error::VaultError;
use crate::vault::manifest::Manifest;
use crate::vault::marker;
use crate::vault::store::Store;
use crate::vault::writer::Pending;

/// How long a disk may take for all of it: a slow one gives a few hundred manifests a second, and one may hold tens of
/// thousands.
const PATIENCE: Duration = Duration::from_secs(3600);

/// What a disk holds.
#[derive(Debug)]
pub(super) struct Scan {
    /// The disk.
    pub(super) disk: Admitted,
    /// Its backups, also those that are none any more.
    pub(super) entries: Vec<Entry>,
    /// Its register.
    pub(super) register: OnDisk,
}

/// Reads a whole disk. A disk that goes away meanwhile is an error, and never an empty disk.
///
/// # Errors
/// What the disk says.
pub(super) fn scan(disk: &Admitted) -> Result<Scan, VaultError> {
    let disk = disk.clone();
    let name = disk.name.clone();
    Pending::start(&name, move || {
        let store = Store::open(&disk.name, &disk.place)?;
        let entries = catalogue::list(&store, None)?;
        let register = files::read(&store)?;
        match marker::read(&Store::open(&disk.name, &disk.place)?)? {
            Some(marker) if marker.id == disk.marker.id => Ok(Scan { disk, entries, register }),
            _ => Err(VaultError::NoMarker { disk: disk.name.clone(), place: disk.place.shown() }),
        }
    })
    .wait(PATIENCE)
}

impl Scan {
    /// The backups that exist, with the index's row of each.
    pub(super) fn backups(&self) -> impl Iterator<Item = (&Manifest, Copy)> {
        self.entries.iter().filter(|entry| entry.exists()).filter_map(|entry| {
            let manifest = entry.manifest.as_ref().ok()?;
            Some((manifest, record::copy_of(entry.name(), manifest, &self.disk.marker)?))
        })
    }

    /// What is no backup any more, by name, and why.
    pub(super) fn damaged(&self) -> BTreeMap<&str, String> {
        let why = |entry: &Entry| match &entry.manifest {
            Err(error) => super::error::chain(error),
            Ok(_) => format!("missing or cut: {}", entry.missing.join(", ")),
        };
        self.entries.iter().filter(|entry| !entry.exists()).map(|entry| (entry.name(), why(entry))).collect()
    }

    /// The head of its register, where there is one that reads.
    pub(super) fn head(&self) -> Option<Head> {
        Head::from_json(self.register.head.as_deref()?).ok()
    }

    /// What verifying its register finds, by the key that it is signed with.
    pub(super) fn verified(&self) -> Report {
        verify(&self.register.files, self.head().as_ref(), None)
    }

    /// The lines of its register in their order.
    pub(super) fn lines(&self) -> Vec<Line> {
        super::hand_out::lines_after(&self.register, 0)
    }
}
