//! Why a disk would not. Each message says which disk and what to do now.

use std::path::PathBuf;

use super::manifest::ManifestError;
use crate::crypt::CryptError;
use crate::pipeline::fan_out::TooSlow;
use crate::pipeline::inflate::{Damage, InflateError};
use crate::pipeline::seek_table::BadSeekTable;
use crate::proof::Incomplete;

/// Why a disk would not.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Nothing is mounted where the disk belongs.
    #[error("disk {disk}: nothing is mounted at {path}; connect the disk and mount it there")]
    NotMounted {
        /// The disk.
        disk: String,
        /// Its mount point.
        path: PathBuf,
    },
    /// The folder does not exist.
    #[error("disk {disk}: there is no folder {path}; connect the disk, or correct its `path` in the configuration")]
    NoFolder {
        /// The disk.
        disk: String,
        /// Its folder.
        path: PathBuf,
    },
    /// Something is mounted, but it is no disk of ours.
    #[error(
        "disk {disk}: what is at {place} was never prepared for Resguardo; if it is the right disk, prepare it with \
         `resguardo disk init {place} --label {disk}`"
    )]
    NoMarker {
        /// The disk.
        disk: String,
        /// Where it should be.
        place: String,
    },
    /// It is another disk.
    #[error("disk {disk}: the disk at {place} is {found}, not {wanted}; connect the right one")]
    WrongDisk {
        /// The disk that was wanted.
        disk: String,
        /// Where it should be.
        place: String,
        /// Label and id that were found.
        found: String,
        /// Label or id that was wanted.
        wanted: String,
    },
    /// Two disks that are here have one id.
    #[error(
        "disk {disk} at {place} and disk {other} at {other_place} have the same id {id}: one was copied from the other bit \
         for bit, and together they are no two copies of anything; disconnect one of them, and before it is used for \
         Resguardo again give it an empty file system and `resguardo disk init`"
    )]
    Twin {
        /// The disk.
        disk: String,
        /// Where it is.
        place: String,
        /// The other disk of its id.
        other: String,
        /// Where that one is.
        other_place: String,
        /// The id.
        id: uuid::Uuid,
    },
    /// The marker does not read.
    #[error("disk {disk}: its marker {name} does not read; if the disk is healthy, restore the marker from another copy", name = super::layout::MARKER)]
    BadMarker {
        /// The disk.
        disk: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A marker is there already.
    #[error("{place} is already prepared as disk {label} ({id}); nothing was changed")]
    AlreadyPrepared {
        /// The place.
        place: String,
        /// Its label.
        label: String,
        /// Its id.
        id: uuid::Uuid,
    },
    /// The file system takes no writes.
    #[error(
        "disk {disk}: {path} is mounted read-only; a disk often becomes so after an error: look at `dmesg`, check the \
         file system, and mount it again"
    )]
    ReadOnly {
        /// The disk.
        disk: String,
        /// Its folder.
        path: PathBuf,
    },
    /// It could not be admitted, for a reason that was given once for all datasets.
    #[error("{why}")]
    NotReady {
        /// The disk.
        disk: String,
        /// Why, with all causes.
        why: String,
    },
    /// There is not enough room for what is expected.
    #[error(
        "disk {disk}: {free} are free and {needed} are needed, by the size of the last backup; make room or connect another disk"
    )]
    NoRoom {
        /// The disk.
        disk: String,
        /// What is free, for a person.
        free: String,
        /// What is needed, for a person.
        needed: String,
    },
    /// The disk is full in the middle of a write.
    #[error("disk {disk}: it is full (writing {key}); make room or connect another disk")]
    Full {
        /// The disk.
        disk: String,
        /// What was being written.
        key: String,
        /// What the system says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This user may not.
    #[error(
        "disk {disk}: this user may not {act} {key}; disks belong to the service's user: run commands that read them by \
         `sudo -u resguardo resguardo …`, and give that user a disk that is not theirs by `sudo chown -R resguardo: DISK`"
    )]
    NotOurs {
        /// The disk.
        disk: String,
        /// The operation, as a verb.
        act: &'static str,
        /// What it was about.
        key: String,
        /// What the storage says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An operation failed.
    #[error("disk {disk}: cannot {act} {key}")]
    Operation {
        /// The disk.
        disk: String,
        /// The operation, as a verb.
        act: &'static str,
        /// What it was about.
        key: String,
        /// What the storage says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Less was stored than was written.
    #[error("disk {disk}: {key} has {stored} bytes and {written} were written; the disk loses data, replace it")]
    Short {
        /// The disk.
        disk: String,
        /// What was written.
        key: String,
        /// Bytes stored.
        stored: u64,
        /// Bytes written.
        written: u64,
    },
    /// What is read back is not what was written.
    #[error(
        "disk {disk}: {key} reads back differently from what was written ({what}); the disk damages data, replace it"
    )]
    ReadBackDiffers {
        /// The disk.
        disk: String,
        /// What was read back.
        key: String,
        /// Which of its properties differs.
        what: String,
    },
    /// The archive lies on the disk as it was sent, and is not what its source meant to send.
    #[error("{key}: what arrived is not the dump that its source digested ({what}); nothing was kept, run it again")]
    NotTheDump {
        /// The archive.
        key: String,
        /// What differs.
        what: String,
    },
    /// A backup of this name is there already.
    #[error("disk {disk}: {key} is there already and was left as it is; wait a second and run it again")]
    Exists {
        /// The disk.
        disk: String,
        /// What is there.
        key: String,
    },
    /// Frames of the archive are damaged.
    #[error("disk {disk}: {key} is damaged in {count} frames, first in {first}")]
    Damaged {
        /// The disk.
        disk: String,
        /// The archive.
        key: String,
        /// How many frames.
        count: u64,
        /// The first of them.
        first: Damage,
    },
    /// A file is not what its manifest says.
    #[error("disk {disk}: {key}: {what}; use the copy on another disk, or an older backup")]
    Altered {
        /// The disk.
        disk: String,
        /// The file.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// It is encrypted, and there is no key.
    #[error("disk {disk}: {key} is encrypted; give the private key of one of its recipients with `--identity FILE`")]
    Locked {
        /// The disk.
        disk: String,
        /// The archive.
        key: String,
    },
    /// It is encrypted, and does not open.
    #[error("disk {disk}: cannot decrypt {key}")]
    Decrypt {
        /// The disk.
        disk: String,
        /// The archive.
        key: String,
        /// What is wrong.
        #[source]
        source: CryptError,
    },
    /// The archive cannot be read to its end.
    #[error("disk {disk}: cannot read {key}")]
    Inflate {
        /// The disk.
        disk: String,
        /// The archive.
        key: String,
        /// What happened.
        #[source]
        source: InflateError,
    },
    /// The seek table does not read.
    #[error("disk {disk}: {key} is damaged; `zstd -d` may still read it")]
    SeekTable {
        /// The disk.
        disk: String,
        /// The archive.
        key: String,
        /// What is wrong with it.
        #[source]
        source: BadSeekTable,
    },
    /// The dump does not look complete.
    #[error("{key}: the dump is not complete; what arrived was not kept")]
    Incomplete {
        /// The archive.
        key: String,
        /// Why.
        #[source]
        source: Incomplete,
    },
    /// A manifest does not read.
    #[error("disk {disk}: {key} does not read")]
    Manifest {
        /// The disk.
        disk: String,
        /// The manifest.
        key: String,
        /// What is wrong with it.
        #[source]
        source: ManifestError,
    },
    /// The sender gave up.
    #[error("disk {disk}: the writing of {key} was given up because the dump did not end well")]
    GivenUp {
        /// The disk.
        disk: String,
        /// What was being written.
        key: String,
    },
    /// It was left out because it kept the others waiting.
    #[error(transparent)]
    TooSlow(TooSlow),
    /// A thread of this disk ended without a word, or never ends.
    #[error("disk {disk}: it does not answer; look at its cable and at `dmesg`")]
    Hung {
        /// The disk.
        disk: String,
    },
}

impl VaultError {
    /// Whether the disk itself is absent, wrong, full or unusable before anything was written.
    pub fn is_refusal(&self) -> bool {
        use VaultError as E;
        matches!(
            self,
            E::NotMounted { .. }
                | E::NoFolder { .. }
                | E::NoMarker { .. }
                | E::WrongDisk { .. }
                | E::Twin { .. }
                | E::BadMarker { .. }
                | E::AlreadyPrepared { .. }
                | E::ReadOnly { .. }
                | E::NotReady { .. }
                | E::NoRoom { .. }
        )
    }

    /// Whether what lies on the disk is damaged.
    pub fn is_damage(&self) -> bool {
        use VaultError as E;
        matches!(
            self,
            E::Altered { .. }
                | E::Damaged { .. }
                | E::SeekTable { .. }
                | E::Decrypt { .. }
                | E::Inflate { .. }
                | E::Manifest { .. }
                | E::ReadBackDiffers { .. }
                | E::Incomplete { .. }
        )
    }

    /// Whether the dump is to blame, and not the disk.
    pub fn is_dump(&self) -> bool {
        matches!(self, Self::Incomplete { .. } | Self::NotTheDump { .. })
    }
}
