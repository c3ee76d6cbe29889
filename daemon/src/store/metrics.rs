//! What is measured, one question for each kind of thing, however many datasets there are. It may not know what a figure is
//! called, nor what it means.

use chrono::{DateTime, NaiveDate, Utc};

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, micros, read};
use super::error::StoreError;
use super::rows::{DeliveryState, RunState};
use crate::schedule::slot::SlotOutcome;

/// How the last attempt to keep a dataset ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// How it ended.
    pub state: RunState,
    /// When.
    pub ended: DateTime<Utc>,
}

impl FromColumns for Attempt {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            state: row.word("state", RunState::of_word)?,
            ended: row.moment("ended")?,
        })
    }
}

/// How many slots of a plan ended so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotCount {
    /// The plan's name.
    pub plan: String,
    /// How.
    pub outcome: SlotOutcome,
    /// How many.
    pub count: i64,
}

impl FromColumns for SlotCount {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let outcome = row.word("outcome", SlotOutcome::of_word)?;
        Ok(Self { plan: row.text("plan")?, outcome, count: row.int("count")? })
    }
}

/// The copies of a dataset on disks of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopySum {
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// The disk's name.
    pub disk: String,
    /// How many are good, as far as is known.
    pub good: i64,
    /// How many are not good any more.
    pub damaged: i64,
    /// When one was last read whole and found good.
    pub newest_read: Option<DateTime<Utc>>,
    /// When that good one was read, or kept, whose last reading is the longest ago.
    pub oldest_read: Option<DateTime<Utc>>,
}

impl FromColumns for CopySum {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            disk: row.text("disk")?,
            good: row.int("good")?,
            damaged: row.int("damaged")?,
            newest_read: row.maybe_moment("newest_read")?,
            oldest_read: row.maybe_moment("oldest_read")?,
        })
    }
}

/// The copies of a dataset that a disk is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebtSum {
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// The disk's name.
    pub disk: String,
    /// How many.
    pub copies: i64,
    /// Since when the oldest of them.
    pub since: DateTime<Utc>,
}

impl FromColumns for DebtSum {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            disk: row.text("disk")?,
            copies: row.int("copies")?,
            since: row.moment("since")?,
        })
    }
}

/// The last drill of a dataset that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDrill {
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// Whether it passed.
    pub passed: bool,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// How long the restore itself took, in milliseconds.
    pub restore_ms: Option<i64>,
}

impl FromColumns for LastDrill {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            server: row.text("server")?,
            dataset: row.text("dataset")?,
            passed: row.text("outcome")? == "passed",
            ended: row.moment("ended")?,
            restore_ms: row.maybe_int("restore_ms")?,
        })
    }
}

/// What of the outbox was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// The channel of a notice; none of a letter to a person.
    pub channel: Option<String>,
    /// Whether it waits or was given up.
    pub state: DeliveryState,
    /// How many.
    pub count: i64,
    /// When the oldest of them was written.
    pub oldest: DateTime<Utc>,
}

impl FromColumns for Unsent {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            channel: row.maybe_text("channel")?,
            state: row.word("state", DeliveryState::of_word)?,
            count: row.int("count")?,
            oldest: row.moment("oldest")?,
        })
    }
}

/// The tickets that are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenTickets {
    /// All of them.
    pub open: i64,
    /// Those to be attended before today that are not.
    pub overdue: i64,
    /// Those to be attended today that are not.
    pub due_today: i64,
}

impl FromColumns for OpenTickets {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { open: row.int("open")?, overdue: row.int("overdue")?, due_today: row.int("due_today")? })
    }
}

/// When a plan was first seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSeen {
    /// Its name.
    pub plan: String,
    /// When.
    pub seen: DateTime<Utc>,
}

impl FromColumns for PlanSeen {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { plan: row.text("name")?, seen: row.moment("seen")? })
    }
}

impl Store {
    /// For every dataset its last attempt that is over, of runs that were asked for since a moment.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn last_attempts(&self, since: DateTime<Utc>) -> Result<Vec<Attempt>, StoreError> {
        // Crossed, because SQLite then begins with the few runs; it would begin with all datasets that there ever were.
        let sql = "SELECT server, dataset, state, ended FROM (
               SELECT datasets.server, datasets.dataset, datasets.state, datasets.ended, ROW_NUMBER() OVER (
                   PARTITION BY datasets.server, datasets.dataset ORDER BY runs.number DESC, datasets.place DESC) AS newest
               FROM runs CROSS JOIN datasets
               WHERE runs.queued >= $1 AND datasets.run = runs.id AND datasets.ended IS NOT NULL
                 AND datasets.state IN ('kept', 'partly', 'failed', 'interrupted', 'cancelled')) AS attempts
             WHERE newest = 1 ORDER BY server, dataset";
        read!(self, "the last attempts", sql, micros(since))
    }

    /// How many slots of each plan ended in which way.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn slot_counts(&self) -> Result<Vec<SlotCount>, StoreError> {
        let sql = "SELECT plan, outcome, COUNT(*) AS count FROM slots WHERE outcome IS NOT NULL
             GROUP BY plan, outcome ORDER BY plan, outcome";
        read!(self, "the slots", sql)
    }

    /// What the index knows of the copies of each dataset on each disk.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn copy_sums(&self) -> Result<Vec<CopySum>, StoreError> {
        let sql = "SELECT server, dataset, disk, COUNT(*) - COUNT(damage) AS good, COUNT(damage) AS damaged,
               MAX(verified) AS newest_read, MIN(CASE WHEN damage IS NULL THEN COALESCE(verified, started) END) AS oldest_read
             FROM copies GROUP BY server, dataset, disk ORDER BY server, dataset, disk";
        read!(self, "the index of backups", sql)
    }

    /// The copies of each dataset that each disk is owed.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn debt_sums(&self) -> Result<Vec<DebtSum>, StoreError> {
        let sql =
            "SELECT server, dataset, disk, COUNT(*) AS copies, MIN(since) AS since FROM debts WHERE settled IS NULL
             GROUP BY server, dataset, disk ORDER BY server, dataset, disk";
        read!(self, "the copies that disks are owed", sql)
    }

    /// For every dataset its last drill that was tried, whether it passed or failed.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn last_drills(&self) -> Result<Vec<LastDrill>, StoreError> {
        let sql = "SELECT server, dataset, outcome, ended, restore_ms FROM (
               SELECT server, dataset, outcome, ended, restore_ms,
                 ROW_NUMBER() OVER (PARTITION BY server, dataset ORDER BY started DESC, id DESC) AS newest
               FROM drills WHERE outcome IN ('passed', 'failed')) AS tried
             WHERE newest = 1 ORDER BY server, dataset";
        read!(self, "the drills", sql)
    }

    /// Notices by their channel and letters that wait, and those that were given up among what was written since a moment.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn unsent(&self, since: DateTime<Utc>) -> Result<Vec<Unsent>, StoreError> {
        // A part for each state, so that each is looked for in its own small index; letters that were given up have none.
        let sql = r#"SELECT deliveries.channel AS channel, deliveries.state AS state, COUNT(*) AS count,
               MIN(notices."at") AS oldest
             FROM deliveries JOIN notices ON notices.number = deliveries.notice
             WHERE deliveries.state = 'pending' GROUP BY deliveries.channel, deliveries.state
             UNION ALL SELECT deliveries.channel, deliveries.state, COUNT(*), MIN(notices."at")
             FROM deliveries JOIN notices ON notices.number = deliveries.notice
             WHERE deliveries.state = 'abandoned' AND notices."at" >= $1 GROUP BY deliveries.channel, deliveries.state
             UNION ALL SELECT NULL, state, COUNT(*), MIN("at") FROM letters WHERE state = 'pending' GROUP BY state
             UNION ALL SELECT NULL, state, COUNT(*), MIN("at") FROM letters
             WHERE state = 'abandoned' AND "at" >= $1 GROUP BY state"#;
        read!(self, "what was not sent", sql, micros(since))
    }

    /// How many tickets are open, and of those how many are to be attended by `today` and are not.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn open_tickets(&self, today: NaiveDate) -> Result<OpenTickets, StoreError> {
        let sql = "SELECT COUNT(*) AS open,
               COUNT(CASE WHEN attended IS NULL AND last_limit < $1 THEN 1 END) AS overdue,
               COUNT(CASE WHEN attended IS NULL AND last_limit = $1 THEN 1 END) AS due_today
             FROM tickets WHERE state NOT IN ('finished', 'rated', 'void')";
        let rows: Vec<OpenTickets> = read!(self, "the open tickets", sql, today.to_string())?;
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    /// When each plan was first seen.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn plans_first_seen(&self) -> Result<Vec<PlanSeen>, StoreError> {
        read!(self, "the plans", "SELECT name, seen FROM plans ORDER BY name")
    }

    /// The number of the last migration that the database has: its shape.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn schema_version(&self) -> Result<i64, StoreError> {
        let sql = "SELECT MAX(version) AS value FROM _sqlx_migrations WHERE success";
        let versions: Vec<i64> = read!(self, "the migrations", sql)?;
        Ok(versions.into_iter().next().unwrap_or_default())
    }
}
