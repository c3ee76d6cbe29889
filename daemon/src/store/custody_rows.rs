//! What is stored of custody, as plain rows: disks, debts, readings, drills and pins.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Words of an enumeration: in the database, in JSON and in listings.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// The word in the database, in JSON and in listings.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What a word means.
            pub fn of_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

/// A disk that was here at least once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskRow {
    /// The id in its marker.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// When it was seen first.
    pub first_seen: DateTime<Utc>,
    /// When it was seen last.
    pub last_seen: DateTime<Utc>,
    /// Where it was then.
    pub place: Option<String>,
    /// The hardware's serial number, where the system gives one.
    pub serial: Option<String>,
    /// The hardware's model.
    pub model: Option<String>,
    /// Bytes that it can hold.
    pub total_bytes: Option<i64>,
    /// Bytes that were free then.
    pub free_bytes: Option<i64>,
    /// What it says of its own health (SMART).
    pub health: Option<String>,
    /// When it was taken out of service for good.
    pub retired: Option<DateTime<Utc>>,
    /// Why.
    pub retired_why: Option<String>,
}

words! {
    /// What happened to a disk.
    DiskEventKind {
        /// It was plugged in.
        Came = "came",
        /// It is gone.
        Went = "went",
        /// So many bytes were written in so long.
        Wrote = "wrote",
        /// So many bytes were read in so long.
        Read = "read",
        /// It failed.
        Failed = "failed",
        /// It was ejected.
        Ejected = "ejected",
        /// It was taken out of service.
        Retired = "retired",
        /// It was taken over from another machine.
        Adopted = "adopted",
        /// A damaged copy on it was mended.
        Repaired = "repaired",
        /// A backup was removed from it by the rules.
        Pruned = "pruned",
    }
}

/// Something that happened to a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskEvent {
    /// Its number, from 1; 0 in a row that is not stored yet, which is given one.
    pub number: i64,
    /// The disk's id.
    pub disk_id: Uuid,
    /// The disk's name.
    pub disk: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: DiskEventKind,
    /// Bytes, of what was written or read.
    pub bytes: Option<i64>,
    /// How long it took, in milliseconds.
    pub ms: Option<i64>,
    /// In words.
    pub text: Option<String>,
}

words! {
    /// How a debt was settled.
    DebtOutcome {
        /// The copy was made.
        Paid = "paid",
        /// It is not wanted any more.
        Forgiven = "forgiven",
    }
}

/// A copy that a disk is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// The disk's name.
    pub disk: String,
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// The id of the backup.
    pub backup: Uuid,
    /// The plan that wants it there, unless an operator did.
    pub plan: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How often paying it was tried.
    pub attempts: i64,
    /// When it may be tried next.
    pub next_attempt: DateTime<Utc>,
    /// What the last attempt said.
    pub error: Option<String>,
    /// When it was settled.
    pub settled: Option<DateTime<Utc>>,
    /// How.
    pub outcome: Option<DebtOutcome>,
    /// In words, such as why it was forgiven or from which disk it was copied.
    pub note: Option<String>,
}

words! {
    /// What reading a copy again has shown.
    CheckOutcome {
        /// Every digest is right, and the dump is complete.
        Good = "good",
        /// The archive's digest is right; the dump inside could not be looked at for want of a key.
        ArchiveOnly = "archive_only",
        /// It is damaged or altered.
        Damaged = "damaged",
        /// It is not there any more.
        Missing = "missing",
        /// The disk could not be read, which says nothing about the copy.
        Unreadable = "unreadable",
    }
}

/// A copy was read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its id.
    pub id: Uuid,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// The disk's id.
    pub disk_id: Uuid,
    /// The disk's name.
    pub disk: String,
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// Who asked for it: a login, or `resguardo` for the schedule.
    pub asked_by: String,
    /// What it has shown.
    pub outcome: CheckOutcome,
    /// Bytes of archive that were read.
    pub bytes: i64,
    /// In words: the archive, the frame, the byte range.
    pub what: Option<String>,
}

words! {
    /// How a drill ended.
    DrillOutcome {
        /// It was restored, and all that was looked at is right.
        Passed = "passed",
        /// It was not restored whole.
        Failed = "failed",
        /// It could not be tried, for want of a key or a program.
        NotRun = "not_run",
    }
}

/// A backup was restored for a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Its id.
    pub id: Uuid,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The disk it was read from.
    pub disk: String,
    /// Who asked for it: a login, or `resguardo` for the schedule.
    pub asked_by: String,
    /// How it ended.
    pub outcome: DrillOutcome,
    /// How long the restore itself took, in milliseconds.
    pub restore_ms: Option<i64>,
    /// What was looked at, and what was found.
    pub findings: Vec<(String, String)>,
    /// Why it failed or did not run.
    pub error: Option<String>,
}

/// A backup that must stay whatever the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}
