//! Runs. It may not know when one is made or what its states mean.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, maybe_micros, maybe_said, micros, read, returned, said};
use super::error::StoreError;
use super::rows::{Run, RunState, Trigger};

impl FromColumns for Run {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.id("id")?,
            number: row.int("number")?,
            plan: row.maybe_text("plan")?,
            due: row.maybe_moment("due")?,
            trigger: row.word("trigger", Trigger::of_word)?,
            asked_by: row.text("asked_by")?,
            state: row.word("state", RunState::of_word)?,
            queued: row.moment("queued")?,
            started: row.maybe_moment("started")?,
            ended: row.maybe_moment("ended")?,
            error: row.maybe_text("error")?,
        })
    }
}

impl Store {
    /// The run of this number.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn run(&self, number: i64) -> Result<Option<Run>, StoreError> {
        let rows = read!(self, "a run", "SELECT * FROM runs WHERE number = $1", number)?;
        Ok(rows.into_iter().next())
    }

    /// The runs that were made for a slot, the first one first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn runs_of_slot(&self, plan: &str, due: DateTime<Utc>) -> Result<Vec<Run>, StoreError> {
        let sql = "SELECT * FROM runs WHERE plan = $1 AND due = $2 ORDER BY number";
        read!(self, "the runs of a slot", sql, plan, micros(due))
    }

    /// The run of this id.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn run_by_id(&self, id: Uuid) -> Result<Option<Run>, StoreError> {
        let rows = read!(self, "a run", "SELECT * FROM runs WHERE id = $1", id)?;
        Ok(rows.into_iter().next())
    }

    /// The newest runs, the highest number first; of those whose number is less than `before`, if that is given.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn runs(&self, limit: u32, before: Option<i64>) -> Result<Vec<Run>, StoreError> {
        let sql = "SELECT * FROM runs WHERE number < $1 ORDER BY number DESC LIMIT $2";
        read!(self, "the runs", sql, before.unwrap_or(i64::MAX), i64::from(limit))
    }

    /// The runs that are queued or running, the lowest number first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn open_runs(&self) -> Result<Vec<Run>, StoreError> {
        read!(self, "the open runs", "SELECT * FROM runs WHERE state IN ('queued', 'running') ORDER BY number")
    }
}

/// Stores a run and returns its number: the one it has, or the next for one that is not known yet.
pub(super) async fn put(tx: &mut Tx, run: &Run) -> Result<i64, StoreError> {
    let known: Vec<i64> =
        returned!(tx, ("the run {}", run.id), "SELECT number AS value FROM runs WHERE id = $1", run.id)?;
    let number = match known.first() {
        Some(number) => *number,
        None if run.number == 0 => tx.next("run").await?,
        None => return Err(tx.unknown(format!("run {} ({})", run.number, run.id))),
    };
    execute!(
        tx,
        ("the run {}", run.id),
        r#"INSERT INTO runs (id, number, plan, due, "trigger", asked_by, state, queued, started, ended, error)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO UPDATE SET plan = excluded.plan, due = excluded.due, "trigger" = excluded."trigger",
               asked_by = excluded.asked_by, state = excluded.state, queued = excluded.queued,
               started = excluded.started, ended = excluded.ended, error = excluded.error"#,
        run.id,
        number,
        run.plan.as_deref(),
        maybe_micros(run.due),
        run.trigger.word(),
        said(&run.asked_by),
        run.state.word(),
        micros(run.queued),
        maybe_micros(run.started),
        maybe_micros(run.ended),
        maybe_said(run.error.as_ref()),
    )?;
    Ok(number)
}
