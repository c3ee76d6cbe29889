//! What is stored, as plain rows. Moments are UTC, cut to whole microseconds, which both databases keep.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::schedule::slot::SlotOutcome;

/// How a run came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Its slot began.
    Schedule,
    /// An operator asked for it.
    Operator,
}

impl Trigger {
    const ALL: [Self; 2] = [Self::Schedule, Self::Operator];

    /// The word in the database, in JSON and in listings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Operator => "operator",
        }
    }

    /// The trigger of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trigger| trigger.word() == word)
    }
}

/// Where a run is: queued, then running, then one of the rest, which are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It waits for its turn.
    Queued,
    /// It is under way.
    Running,
    /// It found none of its disks; its slot waits for one.
    Waiting,
    /// Every dataset is on every disk that it should be on.
    Kept,
    /// Some of it was kept.
    Partly,
    /// Nothing was kept.
    Failed,
    /// The program ended before it did.
    Interrupted,
    /// An operator ended it.
    Cancelled,
}

impl RunState {
    const ALL: [Self; 8] = [
        Self::Queued,
        Self::Running,
        Self::Waiting,
        Self::Kept,
        Self::Partly,
        Self::Failed,
        Self::Interrupted,
        Self::Cancelled,
    ];

    /// The word in the database, in JSON and in listings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Kept => "kept",
            Self::Partly => "partly",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A run of a plan's datasets, or of some that an operator named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: Uuid,
    /// Its number for people, from 1; 0 in a row that is not stored yet, which is given one.
    pub number: i64,
    /// The plan, unless an operator named datasets.
    pub plan: Option<String>,
    /// The beginning of the slot that it is to settle.
    pub due: Option<DateTime<Utc>>,
    /// How it came to be.
    pub trigger: Trigger,
    /// Who asked for it: a login, or `resguardo` for the schedule.
    pub asked_by: String,
    /// Where it is.
    pub state: RunState,
    /// When it was asked for.
    pub queued: DateTime<Utc>,
    /// When it began.
    pub started: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// Why it did not end well, in one line.
    pub error: Option<String>,
}

/// One dataset of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The id of this backup, which its manifest and its unfinished files bear.
    pub id: Uuid,
    /// The run.
    pub run: Uuid,
    /// Its place in the run, from 0.
    pub place: i64,
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// The disks that it should be on.
    pub disks: Vec<String>,
    /// Where it is. Never [`RunState::Waiting`].
    pub state: RunState,
    /// When it began.
    pub started: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// How long the dump took to arrive, in milliseconds.
    pub receive_ms: Option<i64>,
    /// Bytes of the dump.
    pub plain_bytes: Option<i64>,
    /// Bytes of the archives.
    pub archive_bytes: Option<i64>,
    /// `SERVER/DATASET/STAMP`, once it is kept.
    pub archive: Option<String>,
    /// The disks that hold it.
    pub kept_on: Vec<String>,
    /// The disks that do not, and why.
    pub failed_on: Vec<(String, String)>,
    /// The archives' files, and what proves each complete.
    pub files: Vec<(String, String)>,
    /// What a person should know, though it does not spoil the backup.
    pub warnings: Vec<String>,
    /// Why it was not kept, in one line.
    pub error: Option<String>,
    /// The same as a word for programs.
    pub error_kind: Option<String>,
}

/// A backup on a disk, as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The disk's id.
    pub disk_id: Uuid,
    /// The disk's name.
    pub disk: String,
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// The kind of dump: `postgres`, `files` …
    pub kind: String,
    /// The id of the backup ([`Dataset::id`]).
    pub backup: Uuid,
    /// When the dump began.
    pub started: DateTime<Utc>,
    /// Bytes of the dump.
    pub plain_bytes: i64,
    /// Bytes of the archives.
    pub archive_bytes: i64,
    /// The names of the archives' files.
    pub files: Vec<String>,
    /// When it was last read whole and found good.
    pub verified: Option<DateTime<Utc>>,
    /// Why it is not good any more; a good copy has none.
    pub damage: Option<String>,
}

/// A slot of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The plan.
    pub plan: String,
    /// When it began.
    pub due: DateTime<Utc>,
    /// How it ended, once it has.
    pub outcome: Option<SlotOutcome>,
    /// Runs that were made for it.
    pub attempts: i64,
    /// When the next run may be made.
    pub next_attempt: DateTime<Utc>,
    /// When its outcome was decided.
    pub settled: Option<DateTime<Utc>>,
    /// Why it is not done yet, or was not.
    pub reason: Option<String>,
}

/// A time for which a person said beforehand that a plan might not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excuse {
    /// Its number, from 1; 0 in a row that is not stored yet.
    pub number: i64,
    /// The plan; `None` for all of them.
    pub plan: Option<String>,
    /// Slots that begin from here on ...
    pub from: DateTime<Utc>,
    /// ... to here are excused.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A line of the register with its place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place in the whole chain, from 1.
    pub sequence: i64,
    /// The year.
    pub year: i32,
    /// Its number in the year, from 1.
    pub number: i64,
    /// The line itself, without a line break.
    pub text: String,
    /// The digest of the line, 64 hexadecimal digits.
    pub hash: String,
}

/// The last head of the register that a disk was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskHead {
    /// The disk's id.
    pub disk_id: Uuid,
    /// The disk's name.
    pub disk: String,
    /// The place of the last entry that it was given.
    pub sequence: i64,
    /// The digest of that entry's line.
    pub hash: String,
    /// When it was given.
    pub given: DateTime<Utc>,
}

/// Something that people should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number, from 1; 0 in a row that is not stored yet.
    pub number: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind of thing it is, such as `slot_missed`.
    pub kind: String,
    /// The one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same for programs.
    pub data: serde_json::Value,
}

/// Where a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be sent, or sent again.
    Pending,
    /// It was taken.
    Sent,
    /// It was given up.
    Abandoned,
}

impl DeliveryState {
    const ALL: [Self; 3] = [Self::Pending, Self::Sent, Self::Abandoned];

    /// The word in the database, in JSON and in listings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Abandoned => "abandoned",
        }
    }

    /// The state of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A notice on its way to one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The notice.
    pub notice: i64,
    /// The channel's label.
    pub channel: String,
    /// Where it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it may be tried next.
    pub next_attempt: DateTime<Utc>,
    /// What the last attempt said.
    pub error: Option<String>,
    /// When it was taken.
    pub sent: Option<DateTime<Utc>>,
}
