//! What operators and programs are told, as the service answers it and `--json` prints it. Moments are RFC 3339 in the
//! configured time zone; sizes are bytes.

use serde::{Deserialize, Serialize};

/// How everything stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    /// The service.
    pub daemon: Daemon,
    /// When this was asked.
    pub now: String,
    /// Whether nothing needs a hand.
    pub well: bool,
    /// What needs a hand, one sentence each.
    pub attention: Vec<String>,
    /// The run that is under way.
    pub running: Option<Running>,
    /// What is being done while no run is under way: `copying 3 backups to disco-b`.
    #[serde(default)]
    pub chore: Option<String>,
    /// The plans.
    pub plans: Vec<PlanStatus>,
    /// The disks and object stores.
    pub disks: Vec<DiskStatus>,
    /// The register's head.
    pub register: RegisterStatus,
    /// What is on its way to people.
    pub notifications: NotificationStatus,
}

/// The service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Daemon {
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// When it started.
    pub since: String,
}

/// A run that is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Running {
    /// Its number.
    pub run: i64,
    /// `SERVER/DATASET`, once one has begun.
    pub dataset: Option<String>,
    /// Its step.
    pub step: Option<String>,
    /// Bytes of dump so far.
    pub plain_bytes: u64,
    /// Bytes of dump by the last time.
    pub expected_bytes: Option<u64>,
    /// When the dataset began.
    pub began: Option<String>,
}

/// A plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanStatus {
    /// Its name.
    pub plan: String,
    /// When it is due, as configured.
    pub when: String,
    /// When it is due next.
    pub next: Option<String>,
    /// Its slot without an outcome.
    pub slot: Option<OpenSlot>,
    /// Its latest slot with an outcome.
    pub last: Option<SlotReport>,
    /// Whether a slot without an outcome is past its time, or the last one was missed.
    pub overdue: bool,
    /// Its datasets.
    pub datasets: Vec<DatasetStatus>,
}

/// A slot without an outcome.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenSlot {
    /// When it began.
    pub due: String,
    /// `open` or `running`.
    pub state: String,
    /// Runs that were made for it.
    pub attempts: i64,
    /// When the next one may be made.
    pub next_attempt: String,
    /// Why it is not done yet.
    pub reason: Option<String>,
}

/// The last backup of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DatasetStatus {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// `SERVER/DATASET/STAMP`.
    pub archive: Option<String>,
    /// When it was kept.
    pub kept: Option<String>,
    /// Its age.
    pub age_seconds: Option<i64>,
    /// Bytes of dump.
    pub plain_bytes: Option<i64>,
    /// The disks that hold it.
    pub disks: Vec<String>,
}

/// A disk or an object store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DiskStatus {
    /// Its name.
    pub disk: String,
    /// Whether it is here; `None` for an object store, which is not asked each time.
    pub present: Option<bool>,
    /// Bytes that are free.
    pub free_bytes: Option<u64>,
    /// Why it is not here.
    pub why: Option<String>,
    /// How many copies it is owed.
    #[serde(default)]
    pub owed: i64,
    /// Since when the oldest of them.
    #[serde(default)]
    pub owed_since: Option<String>,
}

/// The register's head.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegisterStatus {
    /// Its entries.
    pub entries: i64,
    /// The last one, `2026-47`.
    pub last: Option<String>,
    /// The digest of the last one.
    pub hash: Option<String>,
}

/// What is on its way to people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NotificationStatus {
    /// To be sent, or sent again.
    pub pending: i64,
    /// Given up.
    pub abandoned: i64,
}

/// A slot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SlotReport {
    /// The plan.
    pub plan: String,
    /// When it began.
    pub due: String,
    /// `done`, `late`, `missed` or `excused`, once it has ended.
    pub outcome: Option<String>,
    /// Runs that were made for it.
    pub attempts: i64,
    /// When its outcome was decided.
    pub settled: Option<String>,
    /// Why it is not done, or was not.
    pub reason: Option<String>,
}

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunReport {
    /// Its number.
    pub run: i64,
    /// Its id.
    pub id: String,
    /// The plan, unless datasets were named.
    pub plan: Option<String>,
    /// The slot it was made for.
    pub due: Option<String>,
    /// `schedule` or `operator`.
    pub trigger: String,
    /// Who asked for it.
    pub asked_by: String,
    /// Where it is.
    pub state: String,
    /// When it was asked for.
    pub queued: String,
    /// When it began.
    pub started: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
    /// Why it did not end well.
    pub error: Option<String>,
    /// Its datasets.
    pub datasets: Vec<DatasetReport>,
}

/// A dataset of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DatasetReport {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// Where it is.
    pub state: String,
    /// `SERVER/DATASET/STAMP`.
    pub archive: Option<String>,
    /// Bytes of dump.
    pub plain_bytes: Option<i64>,
    /// Bytes of archive.
    pub archive_bytes: Option<i64>,
    /// How long it took, in milliseconds.
    pub took_ms: Option<i64>,
    /// The disks that hold it.
    pub disks: Vec<String>,
    /// The disks that do not.
    pub failed: Vec<DiskFailure>,
    /// The archives' files, and what proves each complete.
    pub files: Vec<(String, String)>,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// Why it was not kept.
    pub error: Option<String>,
    /// The same as a word for programs: one of [`super::error::Kind`].
    pub error_kind: Option<String>,
}

/// A disk that does not hold a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DiskFailure {
    /// The disk.
    pub disk: String,
    /// Why.
    pub why: String,
}

/// A backup on a disk, by the index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ArchiveReport {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The disk.
    pub disk: String,
    /// The kind of dump.
    pub kind: String,
    /// When the dump began.
    pub started: String,
    /// Bytes of dump.
    pub plain_bytes: i64,
    /// Bytes of archives.
    pub archive_bytes: i64,
    /// The archives' files.
    pub files: Vec<String>,
}

/// A part of a list, and whether there is more of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listing<T> {
    /// The part.
    pub items: Vec<T>,
    /// Whether there is more.
    pub more: bool,
}
