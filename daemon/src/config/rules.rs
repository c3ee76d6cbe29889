//! What a checked configuration says of backups once they are kept, and of the hours in which they are made.

use std::path::PathBuf;

use super::model::SecretSource;
use crate::crypt::Recipient;
pub use crate::retention::Keep;
use crate::schedule::When;

/// To whom archives are encrypted, in the format of age.
#[derive(Debug, Clone, Default)]
pub struct Encryption {
    /// Public keys, `age1…`; none for archives that anybody can read.
    pub recipients: Vec<Recipient>,
    /// The private key of one of them, for drills and for reading archives again. Normally it lies in a safe, not here.
    pub identity: Option<SecretSource>,
}

/// What of a backup is odd enough to be told, by the dataset's own history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plausibility {
    /// A dump that is smaller than so many per cent of the median is odd. Default 50.
    pub smaller_percent: u32,
    /// A dump that is larger than so many per cent of the median is odd. Default 300.
    pub larger_percent: u32,
    /// A dump that took longer than so many per cent of the median, and ten minutes more, is odd. Default 400.
    pub slower_percent: u32,
}

/// When what is kept is read again.
#[derive(Debug, Clone)]
pub struct Verification {
    /// When there is time for it; `None` for never.
    pub when: Option<When>,
    /// Within how many weeks everything on a disk that is here is read once. Default 4.
    pub weeks: u32,
    /// How many minutes it may take each time. Default 240.
    pub minutes: u32,
}

/// When what is kept is restored for a test.
#[derive(Debug, Clone)]
pub struct Drills {
    /// When there is time for it; `None` for never.
    pub when: Option<When>,
    /// How old the last drill of a dataset may be, in days. Default 90.
    pub days: u32,
    /// The folder in which throwaway servers live. Default `/var/tmp`.
    pub folder: PathBuf,
    /// The folder with PostgreSQL's programs (`initdb`, `postgres` …); `None` to look for the newest.
    pub postgres: Option<PathBuf>,
    /// The folder with MariaDB's or MySQL's server program; `None` to look in the usual places.
    pub mysql: Option<PathBuf>,
}

/// Where figures are written for a collector that reads files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    /// The file, which ends in `.prom`.
    pub textfile: PathBuf,
    /// How often, in seconds. Default 60.
    pub every_seconds: u64,
}

/// Where a dump may wait for a disk: a folder on this machine that is a disk of its own kind.
#[derive(Debug, Clone)]
pub struct Spool {
    /// The folder.
    pub path: PathBuf,
    /// The most that may lie there, in bytes.
    pub bytes_max: u64,
}

/// A part of the day, in the configured time zone; it may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where it begins.
    pub from: chrono::NaiveTime,
    /// Where it ends.
    pub until: chrono::NaiveTime,
    /// What becomes of a dump that is not done at its end.
    pub at_end: AtEnd,
}

/// What becomes of a dump that is not done at the end of its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtEnd {
    /// It stands still until the window begins again, if the server's `outage_seconds` allow it that long; else it ends.
    Pause,
    /// It ends, and is tried again in the next window.
    End,
}
