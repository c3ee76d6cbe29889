//! What operators and programs are told of disks, as the service answers it and `--json` prints it. Moments are RFC 3339
//! in the configured time zone; sizes are bytes.

use serde::{Deserialize, Serialize};

/// All disks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DisksReport {
    /// When this was asked.
    pub now: String,
    /// Whether the service's records were asked; else only what is plugged in is known.
    pub recorded: bool,
    /// The disks: those of the configuration in its order, then those that are known besides.
    pub disks: Vec<DiskReport>,
}

/// A disk or an object store.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DiskReport {
    /// Its name.
    pub disk: String,
    /// The id in its marker, where it is known.
    pub id: Option<String>,
    /// Whether it stands in the configuration.
    pub configured: bool,
    /// `here`, `read_only`, `away`, `other` (another disk is at its place), `failing` (it is at its place and cannot be
    /// read), `remote` (an object store, which is not asked) or `retired`.
    pub state: String,
    /// Where it is, or should be.
    pub place: Option<String>,
    /// Why it is not here, or not as it should be.
    pub why: Option<String>,
    /// When it was seen last.
    pub last_seen: Option<String>,
    /// Where it is kept.
    pub custody: Option<String>,
    /// What it is for.
    pub roles: Vec<RoleReport>,
    /// Copies on it.
    pub copies: Option<i64>,
    /// Copies on it that are not good any more.
    pub damaged: Option<i64>,
    /// Copies that it is owed.
    pub owed: Option<i64>,
    /// Since when.
    pub owed_since: Option<String>,
    /// Bytes that it can hold.
    pub total_bytes: Option<u64>,
    /// Bytes that are free.
    pub free_bytes: Option<u64>,
    /// The same in per cent.
    pub free_percent: Option<u64>,
    /// Bytes that it takes in a week, where that is known.
    pub weekly_bytes: Option<u64>,
    /// How many weeks its room lasts.
    pub weeks_left: Option<u64>,
    /// Bytes a second that it takes, lately.
    pub write_bytes_per_second: Option<u64>,
    /// By how many per cent that is more than before; less where it is negative.
    pub write_change_percent: Option<i64>,
    /// The same for people.
    pub write: Option<String>,
    /// How often it failed.
    pub failures: i64,
    /// What it said when it failed last.
    pub last_failure: Option<String>,
    /// When that was.
    pub last_failure_at: Option<String>,
    /// What hardware it is, where the system says.
    pub hardware: Option<HardwareReport>,
    /// What it says of its own health.
    pub health: Option<String>,
    /// When it was taken out of service.
    pub retired: Option<String>,
    /// Why.
    pub retired_why: Option<String>,
}

/// What a disk is for in a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoleReport {
    /// The plan.
    pub plan: String,
    /// `every` or `rotation`.
    pub kind: String,
    /// Whether this week's backup belongs on it.
    pub due: bool,
    /// The Monday of the next week in which a rotation comes to it.
    pub next_due: Option<String>,
    /// The same for people.
    pub words: String,
}

/// What hardware a disk is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HardwareReport {
    /// The device node of the whole disk.
    pub device: String,
    /// The kind of file system.
    pub file_system: String,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// Whether it is made to be taken out.
    pub removable: bool,
    /// Whether what lies on it is encrypted by the system.
    pub encrypted: bool,
    /// The file that it is, for a loop device.
    pub backing_file: Option<String>,
}

/// A disk that may be taken out, as far as the service is concerned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LetGo {
    /// Its name.
    pub disk: String,
    /// Its mount point.
    pub path: String,
    /// Where it is kept.
    pub custody: Option<String>,
    /// Copies that it is still owed.
    pub owed: i64,
}

/// A disk that was taken out of service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetireReport {
    /// Its name.
    pub disk: String,
    /// Its id.
    pub id: String,
    /// When.
    pub retired: String,
    /// Copies on it, which still count for restores.
    pub copies: i64,
    /// Copies that it was owed, and is no more.
    pub forgiven: i64,
    /// What only this disk holds a good copy of, a sentence a dataset.
    pub only_here: Vec<String>,
    /// The plans that still name it.
    pub plans: Vec<String>,
}

/// What a disk holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdoptReport {
    /// Its name, by its marker.
    pub disk: String,
    /// Its id.
    pub id: String,
    /// Where it is.
    pub path: String,
    /// Where it is kept, by its marker.
    pub custody: Option<String>,
    /// When and by whom it was prepared.
    pub prepared: String,
    /// What it holds of each dataset.
    pub datasets: Vec<HeldReport>,
    /// Backups that are none any more: a manifest that does not read, or archives that are gone.
    pub damaged: Vec<String>,
    /// The register on it.
    pub register: HeldRegister,
    /// Whether it was taken over, and not only looked at.
    pub adopted: bool,
    /// Copies that the index did not know.
    pub new_copies: usize,
    /// Entries of the register that were taken over.
    pub new_entries: usize,
    /// What is to stand in the configuration.
    pub yaml: String,
}

/// What a disk holds of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeldReport {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// How many backups.
    pub backups: usize,
    /// The newest, `SERVER/DATASET/STAMP`.
    pub newest: String,
    /// Bytes of all archives.
    pub archive_bytes: u64,
}

/// The register on a disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeldRegister {
    /// Its entries.
    pub entries: u64,
    /// The last one, `2026-47`.
    pub last: Option<String>,
    /// The public key that it is signed with.
    pub key: Option<String>,
    /// What is wrong with it; empty where it is whole.
    pub problems: Vec<String>,
}

/// What came back from the disks.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RebuildReport {
    /// The disks that were read.
    pub disks: Vec<String>,
    /// The disks that were not, and why.
    pub absent: Vec<super::report::DiskFailure>,
    /// Copies that were added.
    pub copies: usize,
    /// Copies that are there no more, and were removed.
    pub removed: usize,
    /// Copies that turned out to be no backups any more.
    pub damaged: usize,
    /// Runs that were added.
    pub runs: usize,
    /// Their datasets.
    pub datasets: usize,
    /// Slots that were added.
    pub slots: usize,
    /// Entries of the register that were taken over.
    pub entries: usize,
}
