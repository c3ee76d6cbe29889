//! What was read again, what was restored for a test, and what must stay. It may not know why.

use super::columns::{Columns, FromColumns, Read};
use super::custody_rows::{Check, CheckOutcome, Drill, DrillOutcome, Pin};
use super::db::{Store, Tx, execute, json, maybe_said, micros, read, said};
use super::error::StoreError;

impl FromColumns for Check {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.id("id")?,
            started: row.moment("started")?,
            ended: row.moment("ended")?,
            disk_id: row.id("disk_id")?,
            disk: row.text("disk")?,
            archive: row.text("archive")?,
            asked_by: row.text("asked_by")?,
            outcome: row.word("outcome", CheckOutcome::of_word)?,
            bytes: row.int("bytes")?,
            what: row.maybe_text("what")?,
        })
    }
}

impl FromColumns for Drill {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.id("id")?,
            started: row.moment("started")?,
            ended: row.moment("ended")?,
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            archive: row.text("archive")?,
            disk: row.text("disk")?,
            asked_by: row.text("asked_by")?,
            outcome: row.word("outcome", DrillOutcome::of_word)?,
            restore_ms: row.maybe_int("restore_ms")?,
            findings: row.json("findings")?,
            error: row.maybe_text("error")?,
        })
    }
}

impl FromColumns for Pin {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            archive: row.text("archive")?,
            reason: row.text("reason")?,
            by: row.text("by")?,
            at: row.moment("at")?,
        })
    }
}

impl Store {
    /// The newest readings, of one backup or of all.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn checks(&self, archive: Option<&str>, limit: u32) -> Result<Vec<Check>, StoreError> {
        let limit = i64::from(limit);
        match archive {
            Some(archive) => {
                let sql = "SELECT * FROM checks WHERE archive = $1 ORDER BY started DESC LIMIT $2";
                read!(self, "the readings", sql, archive, limit)
            }
            None => read!(self, "the readings", "SELECT * FROM checks ORDER BY started DESC LIMIT $1", limit),
        }
    }

    /// The newest drills, of one dataset or of all.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn drills(&self, server_dataset: Option<(&str, &str)>, limit: u32) -> Result<Vec<Drill>, StoreError> {
        let limit = i64::from(limit);
        match server_dataset {
            Some((server, dataset)) => {
                let sql = "SELECT * FROM drills WHERE server = $1 AND dataset = $2 ORDER BY started DESC LIMIT $3";
                read!(self, "the drills", sql, server, dataset, limit)
            }
            None => read!(self, "the drills", "SELECT * FROM drills ORDER BY started DESC LIMIT $1", limit),
        }
    }

    /// The newest drill of a dataset that ended so.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn last_drill(
        &self,
        server: &str,
        dataset: &str,
        outcome: DrillOutcome,
    ) -> Result<Option<Drill>, StoreError> {
        let sql = "SELECT * FROM drills WHERE server = $1 AND dataset = $2 AND outcome = $3
             ORDER BY started DESC LIMIT 1";
        let rows: Vec<Drill> = read!(self, "the drills", sql, server, dataset, outcome.word())?;
        Ok(rows.into_iter().next())
    }

    /// The backups that must stay.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn pins(&self) -> Result<Vec<Pin>, StoreError> {
        read!(self, "the pins", "SELECT * FROM pins ORDER BY archive")
    }
}

/// Stores a reading.
pub(super) async fn put_check(tx: &mut Tx, row: &Check) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the reading of {} on {}", row.archive, row.disk),
        "INSERT INTO checks (id, started, ended, disk_id, disk, archive, asked_by, outcome, bytes, what)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (id) DO UPDATE SET started = excluded.started, ended = excluded.ended,
             disk_id = excluded.disk_id, disk = excluded.disk, archive = excluded.archive,
             asked_by = excluded.asked_by, outcome = excluded.outcome, bytes = excluded.bytes,
             what = excluded.what",
        row.id,
        micros(row.started),
        micros(row.ended),
        row.disk_id,
        said(&row.disk),
        said(&row.archive),
        said(&row.asked_by),
        row.outcome.word(),
        row.bytes,
        maybe_said(row.what.as_ref()),
    )?;
    Ok(())
}

/// Stores a drill.
pub(super) async fn put_drill(tx: &mut Tx, row: &Drill) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the drill of {}", row.archive),
        "INSERT INTO drills (id, started, ended, server, dataset, archive, disk, asked_by, outcome,
             restore_ms, findings, error)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (id) DO UPDATE SET started = excluded.started, ended = excluded.ended,
             server = excluded.server, dataset = excluded.dataset, archive = excluded.archive,
             disk = excluded.disk, asked_by = excluded.asked_by, outcome = excluded.outcome,
             restore_ms = excluded.restore_ms, findings = excluded.findings, error = excluded.error",
        row.id,
        micros(row.started),
        micros(row.ended),
        said(&row.server),
        said(&row.dataset),
        said(&row.archive),
        said(&row.disk),
        said(&row.asked_by),
        row.outcome.word(),
        row.restore_ms,
        json(&row.findings),
        maybe_said(row.error.as_ref()),
    )?;
    Ok(())
}

/// Stores a pin.
pub(super) async fn put_pin(tx: &mut Tx, row: &Pin) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the pin of {}", row.archive),
        "INSERT INTO pins (archive, reason, \"by\", \"at\")
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (archive) DO UPDATE SET reason = excluded.reason, \"by\" = excluded.\"by\",
             \"at\" = excluded.\"at\"",
        said(&row.archive),
        said(&row.reason),
        said(&row.by),
        micros(row.at),
    )?;
    Ok(())
}

/// Removes a pin; one that is not there is removed already.
pub(super) async fn remove_pin(tx: &mut Tx, archive: &str) -> Result<(), StoreError> {
    execute!(tx, ("the pin of {archive}"), "DELETE FROM pins WHERE archive = $1", archive)?;
    Ok(())
}
