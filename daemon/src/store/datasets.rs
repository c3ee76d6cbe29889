//! The datasets of runs, and so the history of each dataset. It may not know what is on a disk now.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, json, maybe_micros, maybe_said, micros, read};
use super::error::StoreError;
use super::rows::{Dataset, RunState};

impl FromColumns for Dataset {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.id("id")?,
            run: row.id("run")?,
            place: row.int("place")?,
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            disks: row.json("disks")?,
            state: row.word("state", RunState::of_word)?,
            started: row.maybe_moment("started")?,
            ended: row.maybe_moment("ended")?,
            receive_ms: row.maybe_int("receive_ms")?,
            plain_bytes: row.maybe_int("plain_bytes")?,
            archive_bytes: row.maybe_int("archive_bytes")?,
            archive: row.maybe_text("archive")?,
            kept_on: row.json("kept_on")?,
            failed_on: row.json("failed_on")?,
            files: row.json("files")?,
            warnings: row.json("warnings")?,
            error: row.maybe_text("error")?,
            error_kind: row.maybe_text("error_kind")?,
        })
    }
}

impl Store {
    /// The rows that bear a word for programs, whatever their state.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn marked(&self, error_kind: &str) -> Result<Vec<Dataset>, StoreError> {
        let sql = "SELECT * FROM datasets WHERE error_kind = $1 ORDER BY started DESC, id LIMIT 10000";
        read!(self, "the datasets of runs", sql, error_kind)
    }

    /// The datasets of a run, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn datasets(&self, run: Uuid) -> Result<Vec<Dataset>, StoreError> {
        read!(self, "the datasets of a run", "SELECT * FROM datasets WHERE run = $1 ORDER BY place", run)
    }

    /// The dataset of a run by its own id, which is that of its backup.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn dataset(&self, id: Uuid) -> Result<Option<Dataset>, StoreError> {
        let rows = read!(self, "the dataset of a run", "SELECT * FROM datasets WHERE id = $1", id)?;
        Ok(rows.into_iter().next())
    }

    /// The datasets of all runs that were made for a slot, run by run.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn slot_datasets(&self, plan: &str, due: DateTime<Utc>) -> Result<Vec<Dataset>, StoreError> {
        let sql = "SELECT datasets.* FROM datasets JOIN runs ON runs.id = datasets.run
             WHERE runs.plan = $1 AND runs.due = $2 ORDER BY runs.number, datasets.place";
        read!(self, "the datasets of a slot", sql, plan, micros(due))
    }

    /// The newest backup of a dataset that was kept, or kept in part, and begun at `since` or later.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn kept_since(
        &self,
        server: &str,
        dataset: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<Dataset>, StoreError> {
        let sql = "SELECT * FROM datasets WHERE server = $1 AND dataset = $2 AND state IN ('kept', 'partly')
             AND started IS NOT NULL AND started >= $3 ORDER BY started DESC, id DESC LIMIT 1";
        let rows = read!(self, "the last backup of a dataset", sql, server, dataset, micros(since))?;
        Ok(rows.into_iter().next())
    }

    /// The backups that count for a slot.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn kept_for(&self, plan: &str, due: DateTime<Utc>) -> Result<Vec<Dataset>, StoreError> {
        let sql = "SELECT datasets.* FROM datasets JOIN slot_backups ON slot_backups.dataset = datasets.id
             WHERE slot_backups.plan = $1 AND slot_backups.due = $2 ORDER BY datasets.started, datasets.id";
        read!(self, "the backups of a slot", sql, plan, micros(due))
    }

    /// For every dataset its newest backup that was kept, or kept in part, by their names.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn last_good(&self) -> Result<Vec<Dataset>, StoreError> {
        // The names come from the index alone, and for each of them one look into it finds the newest.
        let sql = "SELECT * FROM datasets WHERE id IN (
               SELECT (SELECT id FROM datasets AS newest
                   WHERE newest.server = known.server AND newest.dataset = known.dataset
                     AND newest.state IN ('kept', 'partly') AND newest.started IS NOT NULL
                   ORDER BY newest.started DESC, newest.id DESC LIMIT 1)
               FROM (SELECT DISTINCT server, dataset FROM datasets
                   WHERE state IN ('kept', 'partly') AND started IS NOT NULL) AS known)
             ORDER BY server, dataset";
        read!(self, "the last good backups", sql)
    }

    /// The backups of a dataset that were kept, or kept in part, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn history(&self, server: &str, dataset: &str, limit: u32) -> Result<Vec<Dataset>, StoreError> {
        let sql = "SELECT * FROM datasets WHERE server = $1 AND dataset = $2 AND state IN ('kept', 'partly')
             AND started IS NOT NULL ORDER BY started DESC, id DESC LIMIT $3";
        read!(self, "the backups of a dataset", sql, server, dataset, i64::from(limit))
    }
}

/// Stores a dataset of a run.
pub(super) async fn put(tx: &mut Tx, row: &Dataset) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the dataset {}/{} of the run {}", row.server, row.dataset, row.run),
        "INSERT INTO datasets (id, run, place, server, dataset, disks, state, started, ended, receive_ms, plain_bytes,
             archive_bytes, archive, kept_on, failed_on, files, warnings, error, error_kind)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (id) DO UPDATE SET run = excluded.run, place = excluded.place, server = excluded.server,
             dataset = excluded.dataset, disks = excluded.disks, state = excluded.state, started = excluded.started,
             ended = excluded.ended, receive_ms = excluded.receive_ms, plain_bytes = excluded.plain_bytes,
             archive_bytes = excluded.archive_bytes, archive = excluded.archive, kept_on = excluded.kept_on,
             failed_on = excluded.failed_on, files = excluded.files, warnings = excluded.warnings,
             error = excluded.error, error_kind = excluded.error_kind",
        row.id,
        row.run,
        row.place,
        row.server.as_str(),
        row.dataset.as_str(),
        json(&row.disks),
        row.state.word(),
        maybe_micros(row.started),
        maybe_micros(row.ended),
        row.receive_ms,
        row.plain_bytes,
        row.archive_bytes,
        row.archive.as_deref(),
        json(&row.kept_on),
        json(&row.failed_on),
        json(&row.files),
        json(&row.warnings),
        maybe_said(row.error.as_ref()),
        row.error_kind.as_deref(),
    )?;
    Ok(())
}
