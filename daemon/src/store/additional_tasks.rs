//! What was done besides requests (R110): rows that are added and corrected, each with its line in the audit log. It may not know who
//! may do that.

use chrono::{DateTime, NaiveDate, Utc};

use super::audit;
use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, micros, read, returned, said};
use super::error::StoreError;
use super::monthly_reports::is_open;
use super::people_rows::AuditDraft;
use crate::figures::month::Month;

/// The most tasks of a month, those that were entered by mistake with them.
pub const MONTH_MAX: i64 = 1_000;

/// A task besides requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdditionalTask {
    /// Its id; 0 before it has one.
    pub id: i64,
    /// When it was done.
    pub day: NaiveDate,
    /// What was done.
    pub text: String,
    /// Who did it.
    pub done_by: i64,
    /// Hundredths of an hour.
    pub hours: Option<i64>,
    /// What shows it; empty where nothing does.
    pub evidence: String,
    /// Whether it was entered by mistake.
    pub void: bool,
    /// How often it was stored.
    pub version: i64,
    /// When it was entered.
    pub created: DateTime<Utc>,
    /// Who entered it.
    pub created_by: i64,
}

impl FromColumns for AdditionalTask {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            day: row.day("day")?,
            text: row.text("text")?,
            done_by: row.int("done_by")?,
            hours: row.maybe_int("hours")?,
            evidence: row.text("evidence")?,
            void: row.flag("void")?,
            version: row.int("version")?,
            created: row.moment("created")?,
            created_by: row.int("created_by")?,
        })
    }
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskFiled {
    /// It is stored.
    Stored,
    /// Somebody else changed it first; nothing is stored.
    Changed,
    /// The report of this month was delivered; nothing is stored.
    Delivered(Month),
    /// The month has as many as there may be; nothing is stored.
    Full,
}

impl Store {
    /// The tasks of some days, both with them, in their order: at most [`MONTH_MAX`].
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn additional_tasks(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<AdditionalTask>, StoreError> {
        let sql = "SELECT * FROM additional_tasks WHERE day >= $1 AND day <= $2 ORDER BY day, id LIMIT $3";
        read!(self, "the additional tasks", sql, first.to_string(), last.to_string(), MONTH_MAX)
    }

    /// How often the tasks of a month were written: the same before and after they were read says that they are all of one moment.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn tasks_stamp(&self, month: Month) -> Result<i64, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = $1";
        Ok(read!(self, "the additional tasks", sql, counter(month))?.into_iter().next().unwrap_or_default())
    }

    /// A task.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn additional_task(&self, id: i64) -> Result<Option<AdditionalTask>, StoreError> {
        let sql = "SELECT * FROM additional_tasks WHERE id = $1";
        Ok(read!(self, "an additional task", sql, id)?.into_iter().next())
    }

    /// Stores a task: a new one, or what became of the one that was read as `before`. Nothing is stored where the report of the
    /// month that it leaves or comes to was delivered.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn file_task(
        &self,
        task: &AdditionalTask,
        before: Option<&AdditionalTask>,
        line: &AuditDraft,
    ) -> Result<TaskFiled, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let filed = put(&mut tx, task, before).await?;
            if filed == TaskFiled::Stored {
                audit::append(&mut tx, line).await?;
                tx.commit().await?;
            }
            Ok(filed)
        });
        self.within(60, whole).await?
    }
}

async fn put(tx: &mut Tx, task: &AdditionalTask, before: Option<&AdditionalTask>) -> Result<TaskFiled, StoreError> {
    for day in [Some(task.day), before.map(|before| before.day)].into_iter().flatten() {
        if !is_open(tx, Month::of(day)).await? {
            return Ok(TaskFiled::Delivered(Month::of(day)));
        }
    }
    let stored = match before {
        Some(before) => update(tx, task, before.version).await?,
        None if count(tx, Month::of(task.day)).await? >= MONTH_MAX => return Ok(TaskFiled::Full),
        None => insert(tx, task).await?,
    };
    for day in [Some(task.day), before.map(|before| before.day)].into_iter().flatten() {
        tx.next(&counter(Month::of(day))).await?;
    }
    Ok(if stored { TaskFiled::Stored } else { TaskFiled::Changed })
}

async fn count(tx: &mut Tx, month: Month) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS value FROM additional_tasks WHERE day >= $1 AND day <= $2";
    let (first, last) = (month.first().to_string(), month.last().to_string());
    let counts: Vec<i64> = returned!(tx, ("the additional tasks"), sql, first, last)?;
    Ok(counts.into_iter().next().unwrap_or_default())
}

/// The counter of what was written of a month's tasks.
fn counter(month: Month) -> String {
    format!("additional_tasks/{month}")
}

/// How often the tasks of a month were written.
pub(super) async fn stamp(tx: &mut Tx, month: Month) -> Result<i64, StoreError> {
    let sql = "SELECT value FROM counters WHERE name = $1";
    let stamps: Vec<i64> = returned!(tx, ("the additional tasks"), sql, counter(month))?;
    Ok(stamps.into_iter().next().unwrap_or_default())
}

async fn insert(tx: &mut Tx, task: &AdditionalTask) -> Result<bool, StoreError> {
    let id = tx.next("additional_task").await?;
    let sql =
        "INSERT INTO additional_tasks (id, day, text, done_by, hours, evidence, void, version, created, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let stored = execute!(
        tx,
        ("an additional task"),
        sql,
        id,
        task.day.to_string(),
        said(&task.text),
        task.done_by,
        task.hours,
        said(&task.evidence),
        i64::from(task.void),
        task.version,
        micros(task.created),
        task.created_by,
    )?;
    Ok(stored == 1)
}

/// Whether it still had the version `before`.
async fn update(tx: &mut Tx, task: &AdditionalTask, before: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE additional_tasks SET day = $3, text = $4, done_by = $5, hours = $6, evidence = $7, void = $8, version = $9
         WHERE id = $1 AND version = $2";
    let stored = execute!(
        tx,
        ("the additional task {}", task.id),
        sql,
        task.id,
        before,
        task.day.to_string(),
        said(&task.text),
        task.done_by,
        task.hours,
        said(&task.evidence),
        i64::from(task.void),
        task.version,
    )?;
    Ok(stored == 1)
}
