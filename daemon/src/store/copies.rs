//! The index of backups on disks. It may not know whether they are still there: the disks are the truth.

use uuid::Uuid;

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, json, maybe_micros, maybe_said, micros, read};
use super::error::StoreError;
use super::rows::Copy;

impl FromColumns for Copy {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            disk_id: row.id("disk_id")?,
            disk: row.text("disk")?,
            archive: row.text("archive")?,
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            kind: row.text("kind")?,
            backup: row.id("backup")?,
            started: row.moment("started")?,
            plain_bytes: row.int("plain_bytes")?,
            archive_bytes: row.int("archive_bytes")?,
            files: row.json("files")?,
            verified: row.maybe_moment("verified")?,
            damage: row.maybe_text("damage")?,
        })
    }
}

impl Store {
    /// The copies on a disk, by its name, or of a dataset, or of a dataset on a disk; the newest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn copies(
        &self,
        disk: Option<&str>,
        server_dataset: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Copy>, StoreError> {
        // The index has the order of the moments alone: SQLite would sort all that there is for the rest of it.
        let limit = i64::from(limit);
        match server_dataset {
            Some((server, dataset)) => {
                let sql = "SELECT * FROM (SELECT * FROM copies WHERE server = $1 AND dataset = $2
                       AND (CAST($3 AS TEXT) IS NULL OR disk = $3) ORDER BY started DESC LIMIT $4) AS newest
                     ORDER BY started DESC, archive, disk_id";
                read!(self, "the index of backups", sql, server, dataset, disk, limit)
            }
            None => {
                let sql = "SELECT * FROM (SELECT * FROM copies WHERE CAST($1 AS TEXT) IS NULL OR disk = $1
                       ORDER BY started DESC LIMIT $2) AS newest
                     ORDER BY started DESC, archive, disk_id";
                read!(self, "the index of backups", sql, disk, limit)
            }
        }
    }

    /// All copies of one backup, in the order of their disks' names.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn copies_of(&self, archive: &str) -> Result<Vec<Copy>, StoreError> {
        let sql = "SELECT * FROM copies WHERE archive = $1 ORDER BY disk, disk_id";
        read!(self, "the index of backups", sql, archive)
    }

    /// All copies on one disk, those that were read longest ago first and never read ones before them.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn copies_on(&self, disk_id: Uuid, limit: u32) -> Result<Vec<Copy>, StoreError> {
        let sql = "SELECT * FROM copies WHERE disk_id = $1
             ORDER BY CASE WHEN verified IS NULL THEN 0 ELSE 1 END, verified, archive LIMIT $2";
        read!(self, "the index of backups", sql, disk_id, i64::from(limit))
    }

    /// Copies that are not good any more.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn damaged_copies(&self) -> Result<Vec<Copy>, StoreError> {
        let sql = "SELECT * FROM copies WHERE damage IS NOT NULL ORDER BY disk, archive";
        read!(self, "the index of backups", sql)
    }

    /// How many copies there are of those that [`Store::copies`] lists.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn copies_count(
        &self,
        disk: Option<&str>,
        server_dataset: Option<(&str, &str)>,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM copies WHERE (CAST($1 AS TEXT) IS NULL OR disk = $1)
             AND (CAST($2 AS TEXT) IS NULL OR server = $2) AND (CAST($3 AS TEXT) IS NULL OR dataset = $3)";
        let (server, dataset) = server_dataset.unzip();
        let counts: Vec<i64> = read!(self, "the index of backups", sql, disk, server, dataset)?;
        Ok(counts.first().copied().unwrap_or_default())
    }
}

/// Stores a copy.
pub(super) async fn put(tx: &mut Tx, row: &Copy) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the copy of {} on {}", row.archive, row.disk),
        "INSERT INTO copies (disk_id, archive, disk, server, dataset, kind, backup, started, plain_bytes, archive_bytes,
             files, verified, damage)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (disk_id, archive) DO UPDATE SET disk = excluded.disk, server = excluded.server,
             dataset = excluded.dataset, kind = excluded.kind, backup = excluded.backup, started = excluded.started,
             plain_bytes = excluded.plain_bytes, archive_bytes = excluded.archive_bytes, files = excluded.files,
             verified = excluded.verified, damage = excluded.damage",
        row.disk_id,
        row.archive.as_str(),
        row.disk.as_str(),
        row.server.as_str(),
        row.dataset.as_str(),
        row.kind.as_str(),
        row.backup,
        micros(row.started),
        row.plain_bytes,
        row.archive_bytes,
        json(&row.files),
        maybe_micros(row.verified),
        maybe_said(row.damage.as_ref()),
    )?;
    Ok(())
}

/// Forgets a copy that is on a disk no more; one that is not known is forgotten already.
pub(super) async fn remove(tx: &mut Tx, disk_id: Uuid, archive: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM copies WHERE disk_id = $1 AND archive = $2";
    execute!(tx, ("the copy of {archive} on the disk {disk_id}"), sql, disk_id, archive)?;
    Ok(())
}
