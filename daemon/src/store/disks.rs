//! Disks and what they are owed. It may not know when a debt arises or how it is paid.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{Columns, FromColumns, Read, maybe_word};
use super::custody_rows::{Debt, DebtOutcome, DiskEvent, DiskEventKind, DiskRow};
use super::db::{Store, Tx, execute, maybe_micros, maybe_said, micros, read, said};
use super::error::StoreError;

impl FromColumns for DiskRow {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.id("id")?,
            name: row.text("name")?,
            first_seen: row.moment("first_seen")?,
            last_seen: row.moment("last_seen")?,
            place: row.maybe_text("place")?,
            serial: row.maybe_text("serial")?,
            model: row.maybe_text("model")?,
            total_bytes: row.maybe_int("total_bytes")?,
            free_bytes: row.maybe_int("free_bytes")?,
            health: row.maybe_text("health")?,
            retired: row.maybe_moment("retired")?,
            retired_why: row.maybe_text("retired_why")?,
        })
    }
}

impl FromColumns for DiskEvent {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            number: row.int("number")?,
            disk_id: row.id("disk_id")?,
            disk: row.text("disk")?,
            at: row.moment("at")?,
            kind: row.word("kind", DiskEventKind::of_word)?,
            bytes: row.maybe_int("bytes")?,
            ms: row.maybe_int("ms")?,
            text: row.maybe_text("text")?,
        })
    }
}

impl FromColumns for Debt {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            disk: row.text("disk")?,
            archive: row.text("archive")?,
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            backup: row.id("backup")?,
            plan: row.maybe_text("plan")?,
            since: row.moment("since")?,
            attempts: row.int("attempts")?,
            next_attempt: row.moment("next_attempt")?,
            error: row.maybe_text("error")?,
            settled: row.maybe_moment("settled")?,
            outcome: maybe_word(row, "outcome", DebtOutcome::of_word)?,
            note: row.maybe_text("note")?,
        })
    }
}

impl Store {
    /// Every disk that was ever here, in the order of their names.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn disks(&self) -> Result<Vec<DiskRow>, StoreError> {
        read!(self, "the disks", "SELECT * FROM disks ORDER BY name, id")
    }

    /// What happened to a disk, of one kind or of all, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn disk_events(
        &self,
        disk_id: Uuid,
        kind: Option<DiskEventKind>,
        limit: u32,
    ) -> Result<Vec<DiskEvent>, StoreError> {
        let sql = "SELECT * FROM disk_events WHERE disk_id = $1 AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
             ORDER BY \"at\" DESC, number DESC LIMIT $3";
        read!(self, "what happened to disks", sql, disk_id, kind.map(DiskEventKind::word), i64::from(limit))
    }

    /// The debts to a disk, or to all of them, that are not settled; the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn open_debts(&self, disk: Option<&str>) -> Result<Vec<Debt>, StoreError> {
        let sql = "SELECT * FROM debts WHERE settled IS NULL AND (CAST($1 AS TEXT) IS NULL OR disk = $1)
             ORDER BY since, archive, disk";
        read!(self, "the copies that disks are owed", sql, disk)
    }

    /// How many copies each disk is owed, by its name, and since when.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn owed(&self) -> Result<Vec<Owed>, StoreError> {
        let sql = "SELECT disk, COUNT(*) AS copies, MIN(since) AS since FROM debts WHERE settled IS NULL
             GROUP BY disk ORDER BY disk";
        read!(self, "the copies that disks are owed", sql)
    }

    /// The debts that are not settled and whose archive the index knows on no disk; the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn debts_of_lost_archives(&self) -> Result<Vec<Debt>, StoreError> {
        let sql = "SELECT * FROM debts WHERE settled IS NULL
             AND NOT EXISTS (SELECT 1 FROM copies WHERE copies.archive = debts.archive)
             ORDER BY since, archive, disk";
        read!(self, "the copies that disks are owed", sql)
    }

    /// A debt, settled or not.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn debt(&self, disk: &str, archive: &str) -> Result<Option<Debt>, StoreError> {
        let sql = "SELECT * FROM debts WHERE disk = $1 AND archive = $2";
        let rows: Vec<Debt> = read!(self, "the copies that disks are owed", sql, disk, archive)?;
        Ok(rows.into_iter().next())
    }
}

/// What a disk is owed in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The disk's name.
    pub disk: String,
    /// How many copies.
    pub copies: i64,
    /// Since when the oldest of them.
    pub since: DateTime<Utc>,
}

impl FromColumns for Owed {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { disk: row.text("disk")?, copies: row.int("copies")?, since: row.moment("since")? })
    }
}

/// Stores a disk.
pub(super) async fn put_disk(tx: &mut Tx, row: &DiskRow) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the disk {}", row.name),
        "INSERT INTO disks (id, name, first_seen, last_seen, place, serial, model, total_bytes, free_bytes,
             health, retired, retired_why)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, first_seen = excluded.first_seen,
             last_seen = excluded.last_seen, place = excluded.place, serial = excluded.serial,
             model = excluded.model, total_bytes = excluded.total_bytes, free_bytes = excluded.free_bytes,
             health = excluded.health, retired = excluded.retired, retired_why = excluded.retired_why",
        row.id,
        said(&row.name),
        micros(row.first_seen),
        micros(row.last_seen),
        maybe_said(row.place.as_ref()),
        maybe_said(row.serial.as_ref()),
        maybe_said(row.model.as_ref()),
        row.total_bytes,
        row.free_bytes,
        maybe_said(row.health.as_ref()),
        maybe_micros(row.retired),
        maybe_said(row.retired_why.as_ref()),
    )?;
    Ok(())
}

/// Stores what happened to a disk, under the next number.
pub(super) async fn put_event(tx: &mut Tx, row: &DiskEvent) -> Result<(), StoreError> {
    let number = tx.next("disk_event").await?;
    let numbered = DiskEvent { number, ..row.clone() };
    insert_event(tx, &numbered).await
}

/// Stores what happened under its number.
async fn insert_event(tx: &mut Tx, row: &DiskEvent) -> Result<(), StoreError> {
    execute!(
        tx,
        ("what happened to {}", row.disk),
        "INSERT INTO disk_events (number, disk_id, disk, \"at\", kind, bytes, ms, text)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (number) DO UPDATE SET disk_id = excluded.disk_id, disk = excluded.disk,
             \"at\" = excluded.\"at\", kind = excluded.kind, bytes = excluded.bytes, ms = excluded.ms,
             text = excluded.text",
        row.number,
        row.disk_id,
        said(&row.disk),
        micros(row.at),
        row.kind.word(),
        row.bytes,
        row.ms,
        maybe_said(row.text.as_ref()),
    )?;
    Ok(())
}

/// Stores a debt.
pub(super) async fn put_debt(tx: &mut Tx, row: &Debt) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the debt of {} to {}", row.archive, row.disk),
        "INSERT INTO debts (disk, archive, server, dataset, backup, plan, since, attempts, next_attempt,
             error, settled, outcome, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (disk, archive) DO UPDATE SET server = excluded.server, dataset = excluded.dataset,
             backup = excluded.backup, plan = excluded.plan, since = excluded.since,
             attempts = excluded.attempts, next_attempt = excluded.next_attempt, error = excluded.error,
             settled = excluded.settled, outcome = excluded.outcome, note = excluded.note",
        said(&row.disk),
        said(&row.archive),
        said(&row.server),
        said(&row.dataset),
        row.backup,
        maybe_said(row.plan.as_ref()),
        micros(row.since),
        row.attempts,
        micros(row.next_attempt),
        maybe_said(row.error.as_ref()),
        maybe_micros(row.settled),
        row.outcome.map(DebtOutcome::word),
        maybe_said(row.note.as_ref()),
    )?;
    Ok(())
}

/// Lets every debt that is not settled be tried from a moment on.
pub(super) async fn put_debts_due(tx: &mut Tx, due: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE debts SET next_attempt = $1 WHERE settled IS NULL AND next_attempt > $1";
    execute!(tx, ("when debts may be paid"), sql, micros(due))?;
    Ok(())
}
