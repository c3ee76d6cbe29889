//! What reading a backup again has shown: every fault with its place, for people and for programs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::store::custody_rows::CheckOutcome;

/// Faults that a summary tells one by one.
const TOLD_MAX: usize = 3;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A file is not there.
    Missing,
    /// An archive is shorter or longer than its manifest says.
    Size,
    /// The medium does not give some bytes.
    Medium,
    /// A frame does not decompress.
    Frame,
    /// Frames at the end are not there.
    FramesMissing,
    /// The seek table is not what the frames say.
    SeekTable,
    /// The archive is not the one that was written.
    ArchiveDigest,
    /// The dump is not the one that was digested at its source.
    DumpDigest,
    /// The dump is not complete.
    Incomplete,
    /// The file for `sha256sum -c` is not what the manifest says.
    ChecksumFile,
    /// The list of a tree's members is not the one that the manifest names.
    Members,
    /// The manifest does not read, or contradicts its archive.
    Manifest,
    /// The disk could not be read at all, which says nothing about the backup.
    Disk,
    /// It is encrypted to others than the key that was given.
    Key,
}

/// Something that is wrong with a backup on a disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind of thing.
    pub kind: FaultKind,
    /// The file's name.
    pub file: String,
    /// The frame's number, from 0.
    pub frame: Option<u64>,
    /// From which byte of the archive's file to which.
    pub archive: Option<(u64, u64)>,
    /// From which byte of the dump to which.
    pub dump: Option<(u64, u64)>,
    /// In words.
    pub what: String,
}

/// What reading a copy has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In one word.
    pub outcome: CheckOutcome,
    /// All that is wrong; of the damaged frames of each archive the first hundred.
    pub faults: Vec<Fault>,
    /// Bytes of archive that were read.
    pub bytes: u64,
    /// How many frames are damaged.
    pub damaged_frames: u64,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)
    }
}

impl Fault {
    /// A fault of a whole file.
    pub fn whole(kind: FaultKind, file: &str, what: impl Into<String>) -> Self {
        Self { kind, file: file.to_owned(), frame: None, archive: None, dump: None, what: what.into() }
    }

    /// A disk that could not be read.
    pub fn of_disk(file: &str, what: String) -> Self {
        Self::whole(FaultKind::Disk, file, what)
    }
}

impl Verdict {
    /// The verdict of these faults.
    pub fn of(faults: Vec<Fault>, bytes: u64, damaged_frames: u64) -> Self {
        let all = |kinds: &[FaultKind]| faults.iter().all(|fault| kinds.contains(&fault.kind));
        let any = |kind| faults.iter().any(|fault| fault.kind == kind);
        let outcome = if faults.is_empty() {
            CheckOutcome::Good
        } else if any(FaultKind::Missing) && all(&[FaultKind::Missing, FaultKind::ChecksumFile]) {
            CheckOutcome::Missing
        } else if all(&[FaultKind::Medium, FaultKind::Disk, FaultKind::Key]) {
            CheckOutcome::Unreadable
        } else {
            CheckOutcome::Damaged
        };
        Self { outcome, faults, bytes, damaged_frames }
    }

    /// Whether nothing is wrong with what was looked at.
    pub fn is_good(&self) -> bool {
        matches!(self.outcome, CheckOutcome::Good | CheckOutcome::ArchiveOnly)
    }

    /// Whether the copy is known not to be good: not where the disk alone failed.
    pub fn is_bad(&self) -> bool {
        !self.is_good() && self.faults.iter().any(|fault| !matches!(fault.kind, FaultKind::Disk | FaultKind::Key))
    }

    /// Whether nothing but the key kept it from being read.
    pub fn is_locked(&self) -> bool {
        !self.faults.is_empty() && self.faults.iter().all(|fault| fault.kind == FaultKind::Key)
    }

    /// All that is wrong in one line; `None` where nothing is.
    pub fn summary(&self) -> Option<String> {
        let told: Vec<String> = self.faults.iter().take(TOLD_MAX).map(ToString::to_string).collect();
        let more = self.faults.len().saturating_sub(TOLD_MAX);
        match (told.is_empty(), more) {
            (true, _) => None,
            (false, 0) => Some(told.join("; ")),
            (false, more) => Some(format!("{}; and {more} more", told.join("; "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(kinds: &[FaultKind]) -> Verdict {
        Verdict::of(kinds.iter().map(|kind| Fault::whole(*kind, "a.zst", "x")).collect(), 0, 0)
    }

    #[test]
    fn a_disk_that_does_not_give_is_told_apart_from_damage() {
        assert_eq!(verdict(&[]).outcome, CheckOutcome::Good);
        assert_eq!(verdict(&[FaultKind::Medium, FaultKind::Medium]).outcome, CheckOutcome::Unreadable);
        assert_eq!(verdict(&[FaultKind::Medium, FaultKind::Frame]).outcome, CheckOutcome::Damaged);
        assert_eq!(verdict(&[FaultKind::Missing, FaultKind::ChecksumFile]).outcome, CheckOutcome::Missing);
        assert_eq!(verdict(&[FaultKind::ChecksumFile]).outcome, CheckOutcome::Damaged);
        assert!(verdict(&[FaultKind::Medium]).is_bad() && !verdict(&[FaultKind::Disk]).is_bad());
    }

    #[test]
    fn a_long_list_is_summed_up() {
        let text = verdict(&[FaultKind::Frame; 5]).summary().unwrap();
        assert_eq!(text, "a.zst: x; a.zst: x; a.zst: x; and 2 more");
    }
}
