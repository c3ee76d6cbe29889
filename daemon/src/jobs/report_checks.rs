//! What operators and programs are told of copies and of their readings, and what a command tells the service of a reading
//! that it made itself. Moments are RFC 3339 in the configured time zone; sizes are bytes.

use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// A reading of a copy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckReport {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The disk's name.
    pub disk: String,
    /// The disk's id.
    pub disk_id: String,
    /// When it began.
    pub started: String,
    /// When it ended.
    pub ended: String,
    /// Who asked for it: a login, or `resguardo` for the schedule.
    pub asked_by: String,
    /// `good`, `archive_only`, `damaged`, `missing` or `unreadable`.
    pub outcome: String,
    /// Bytes of archive that were read.
    pub bytes: i64,
    /// What is wrong, in words.
    pub what: Option<String>,
}

/// A copy of a backup, by the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyReport {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The disk's name.
    pub disk: String,
    /// Where the disk is kept.
    pub custody: Option<String>,
    /// Whether the disk is here, where that is known.
    pub here: Option<bool>,
    /// When it was last read whole and found good.
    pub verified: Option<String>,
    /// Why it is not good any more.
    pub damage: Option<String>,
}

/// A reading that a command made, for the service's records.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The disk's id.
    pub disk_id: uuid::Uuid,
    /// When it began, RFC 3339.
    pub started: String,
    /// Bytes of archive that were read.
    pub bytes: u64,
    /// How many frames are damaged.
    pub damaged_frames: u64,
    /// What is wrong, the first of it.
    pub faults: Vec<Fault>,
    /// From which disk it was mended just before, if it was.
    pub mended_from: Option<String>,
}
