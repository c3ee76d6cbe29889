//! What is to be known of disks in sums, so that ten years of copies are never read row by row. It may not know what the
//! sums mean.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{Columns, FromColumns, Read};
use super::custody_rows::{DiskEvent, DiskEventKind};
use super::db::{Store, micros, read};
use super::disks::Owed;
use super::error::StoreError;

/// How many there are of something on each disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskCount {
    /// The disk's id.
    pub disk_id: Uuid,
    /// How many.
    pub count: i64,
}

impl FromColumns for DiskCount {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { disk_id: row.id("disk_id")?, count: row.int("count")? })
    }
}

/// What a week's backups take up on a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekBytes {
    /// The disk's id.
    pub disk_id: Uuid,
    /// The week: how many Mondays (UTC) there were since the first days of 1970.
    pub week: i64,
    /// Bytes of the archives.
    pub bytes: i64,
}

impl FromColumns for WeekBytes {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { disk_id: row.id("disk_id")?, week: row.int("week")?, bytes: row.int("bytes")? })
    }
}

/// Backups of a dataset of which one disk has the only good copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyHere {
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// How many.
    pub copies: i64,
    /// When the newest of them began.
    pub newest: DateTime<Utc>,
}

impl FromColumns for OnlyHere {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            copies: row.int("copies")?,
            newest: row.moment("newest")?,
        })
    }
}

/// An id alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(pub Uuid);

impl FromColumns for Id {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        row.id("id").map(Self)
    }
}

impl Store {
    /// How many copies each disk holds by the index.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn copy_counts(&self) -> Result<Vec<DiskCount>, StoreError> {
        let sql = "SELECT disk_id, COUNT(*) AS count FROM copies GROUP BY disk_id";
        read!(self, "the index of backups", sql)
    }

    /// How many copies on each disk are not good any more.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn damage_counts(&self) -> Result<Vec<DiskCount>, StoreError> {
        // In the order of their own index, or SQLite would look at every copy there is for the few that are damaged.
        let sql = "SELECT disk_id, COUNT(*) AS count FROM (SELECT disk_id FROM copies WHERE damage IS NOT NULL
               ORDER BY disk LIMIT 1000000) AS damaged
             GROUP BY disk_id";
        read!(self, "the index of backups", sql)
    }

    /// How often each disk has failed.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn failure_counts(&self) -> Result<Vec<DiskCount>, StoreError> {
        let sql = "SELECT disk_id, COUNT(*) AS count FROM disk_events WHERE kind = 'failed' GROUP BY disk_id";
        read!(self, "what happened to disks", sql)
    }

    /// What the backups since a moment take up on each disk, week by week.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn weekly_bytes(&self, since: DateTime<Utc>) -> Result<Vec<WeekBytes>, StoreError> {
        // 1970 began on a Thursday, three days after a Monday. SQLite would go through all that there is by an index of
        // disks, were it not told to find the few new ones first.
        let sql = "SELECT disk_id, (started + 259200000000) / 604800000000 AS week,
               CAST(SUM(archive_bytes) AS BIGINT) AS bytes
             FROM (SELECT disk_id, started, archive_bytes FROM copies WHERE started >= $1
               ORDER BY started DESC LIMIT 1000000) AS recent
             GROUP BY 1, 2 ORDER BY 1, 2";
        read!(self, "the index of backups", sql, micros(since))
    }

    /// The backups of which a disk holds a good copy and no other disk that is in service does, summed up by dataset.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn only_here(&self, disk_id: Uuid) -> Result<Vec<OnlyHere>, StoreError> {
        let sql = "SELECT server, dataset, COUNT(*) AS copies, MAX(started) AS newest FROM copies AS mine
             WHERE disk_id = $1 AND damage IS NULL AND NOT EXISTS (
               SELECT 1 FROM copies AS other WHERE other.archive = mine.archive AND other.disk_id <> $1
                 AND other.damage IS NULL AND NOT EXISTS (
                   SELECT 1 FROM disks WHERE disks.id = other.disk_id AND disks.retired IS NOT NULL))
             GROUP BY server, dataset ORDER BY server, dataset";
        read!(self, "the index of backups", sql, disk_id)
    }

    /// The ids of all datasets of runs ([`super::rows::Dataset::id`]).
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn dataset_ids(&self) -> Result<Vec<Id>, StoreError> {
        read!(self, "the backups that are known", "SELECT id FROM datasets")
    }

    /// What happened to a disk lately, of one kind, the newest first. Where there are tens of thousands it is faster than
    /// [`Store::disk_events`], which may be asked for all kinds.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn newest_events(
        &self,
        disk_id: Uuid,
        kind: DiskEventKind,
        limit: u32,
    ) -> Result<Vec<DiskEvent>, StoreError> {
        let sql = "SELECT * FROM disk_events WHERE disk_id = $1 AND kind = $2 ORDER BY \"at\" DESC LIMIT $3";
        read!(self, "what happened to disks", sql, disk_id, kind.word(), i64::from(limit))
    }

    /// What a disk is owed, by its name.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn owed_to(&self, disk: &str) -> Result<Option<Owed>, StoreError> {
        Ok(self.owed().await?.into_iter().find(|owed| owed.disk == disk))
    }
}
