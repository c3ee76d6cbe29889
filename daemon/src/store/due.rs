//! What is asked of all records at once to know what is due: few questions, each of which counts what is not named. It may not know
//! what is due.

use chrono::{DateTime, NaiveDate, Utc};

use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, micros, read};
use super::error::StoreError;
use super::rows::Slot;
use crate::desk::report::ReportState;
use crate::due::facts::{ReportFact, TicketCounts, TicketFact};
use crate::figures::month::Month;
use crate::upkeep::semester::{Semester, Week};

/// Rows of a kind that are read at most; there are never so many.
const ROWS_MAX: i64 = 500;

/// A copy of a programme that nobody has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyWaiting {
    /// Of which semester's programme.
    pub semester: Semester,
    /// For which unit.
    pub unit: i64,
    /// When it was handed out.
    pub given: DateTime<Utc>,
}

/// The indicator of a semester whose programme was approved: one that nobody delivered, or a revision that waits to be received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemesterDue {
    /// The semester.
    pub semester: Semester,
    /// When its programme was finished.
    pub finished: Option<DateTime<Utc>>,
    /// The revision that waits, and the day of its delivery; none where nothing was delivered.
    pub waits: Option<(i64, NaiveDate)>,
}

/// So many items of a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekItems {
    /// Of which semester's programme.
    pub semester: Semester,
    /// Of which unit.
    pub unit: i64,
    /// Whose.
    pub technician: Option<i64>,
    /// How many.
    pub count: i64,
}

/// The drills of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drilled {
    /// The server.
    pub server: String,
    /// The dataset.
    pub dataset: String,
    /// When one passed at last.
    pub passed: Option<DateTime<Utc>>,
}

/// A ticket that is to be rated, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrated {
    /// Its number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// When it was closed.
    pub closed: DateTime<Utc>,
    /// How many there are in all.
    pub total: i64,
}

fn semester(row: &impl Columns) -> Read<Semester> {
    let (year, half) = (i32::try_from(row.int("year")?).ok(), u8::try_from(row.int("half")?).ok());
    let semester = year.zip(half).and_then(|(year, half)| Semester::new(year, half));
    semester.ok_or_else(|| wrong("half", "it is no semester"))
}

impl FromColumns for CopyWaiting {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { semester: semester(row)?, unit: row.int("unit")?, given: row.moment("given")? })
    }
}

impl FromColumns for SemesterDue {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let waits = row.maybe_int("revision")?.zip(row.maybe_day("delivered_day")?);
        Ok(Self { semester: semester(row)?, finished: row.maybe_moment("finished")?, waits })
    }
}

impl FromColumns for WeekItems {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let (unit, technician) = (row.int("unit")?, row.maybe_int("technician")?);
        Ok(Self { semester: semester(row)?, unit, technician, count: row.int("count")? })
    }
}

impl FromColumns for Drilled {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let (server, dataset) = (row.text("server")?, row.text("dataset")?);
        Ok(Self { server, dataset, passed: row.maybe_moment("passed")? })
    }
}

impl FromColumns for Unrated {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let (number, subject) = (row.text("number")?, row.text("subject")?);
        Ok(Self { number, subject, closed: row.moment("finished")?, total: row.int("total")? })
    }
}

impl FromColumns for ReportFact {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            month: Month::parse(&row.text("month")?).ok_or_else(|| wrong("month", "it is no month"))?,
            revision: row.int("revision")?,
            state: row.word("state", ReportState::of_word)?,
            delivered: row.maybe_day("delivered_day")?,
        })
    }
}

impl FromColumns for TicketFact {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            number: row.text("number")?,
            subject: row.text("subject")?,
            unit: row.maybe_int("unit")?,
            entered: row.day("entered_day")?,
            first_limit: row.day("first_limit")?,
            limit: row.day("last_limit")?,
            assigned: row.maybe_int("assignee")?.is_some(),
        })
    }
}

impl FromColumns for TicketCounts {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            overdue: (row.int("overdue")?, row.maybe_day("overdue_last")?),
            today: row.int("today")?,
            ahead: (row.int("ahead")?, row.maybe_day("ahead_first")?),
        })
    }
}

/// The tickets that a person ($1) may attend: not their own, and all where $2 is 1, else theirs and those that are nobody's.
macro_rules! to_attend {
    () => {
        " FROM tickets WHERE state NOT IN ('finished', 'rated', 'void') AND state <> 'ruled' AND requester <> $1
             AND (CAST($2 AS BIGINT) = 1 OR assignee IS NULL OR assignee = $1)"
    };
}

impl Store {
    /// The revisions of a month's report, and those of all months that wait to be received.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn reports_due(&self, month: Month) -> Result<Vec<ReportFact>, StoreError> {
        let sql = "SELECT month, revision, state, delivered_day FROM monthly_reports
             WHERE month = $1 OR state = 'delivered' ORDER BY month, revision LIMIT $2";
        read!(self, "the reports that are due", sql, month.to_string(), ROWS_MAX)
    }

    /// The indicators of semesters that nobody delivered, and each revision that waits to be received, by semester.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn semesters_due(&self) -> Result<Vec<SemesterDue>, StoreError> {
        let sql =
            "SELECT programmes.year, programmes.half, programmes.finished, reports.revision, reports.delivered_day
             FROM programmes LEFT JOIN semester_reports AS reports
             ON reports.programme = programmes.id AND reports.state <> 'draft'
             WHERE programmes.state IN ('approved', 'distributed', 'finished')
             AND (reports.state IS NULL OR reports.state = 'delivered')
             ORDER BY programmes.year, programmes.half, reports.revision LIMIT $1";
        read!(self, "the indicators that are due", sql, ROWS_MAX)
    }

    /// The copies of programmes that nobody has acknowledged, by semester and unit.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn copies_waiting(&self) -> Result<Vec<CopyWaiting>, StoreError> {
        let sql = "SELECT programmes.year, programmes.half, programme_copies.unit, programme_copies.given
             FROM programme_copies JOIN programmes ON programmes.id = programme_copies.programme
             WHERE programme_copies.acknowledged IS NULL
             ORDER BY programmes.year, programmes.half, programme_copies.unit LIMIT $1";
        read!(self, "the copies that wait", sql, ROWS_MAX)
    }

    /// How many items of approved programmes are to be done in a week, by unit and technician.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn items_of_week(&self, week: Week) -> Result<Vec<WeekItems>, StoreError> {
        let sql = "SELECT programmes.year, programmes.half, programme_items.unit, programme_items.technician, COUNT(*) AS count
             FROM programme_items JOIN programmes ON programmes.id = programme_items.programme
             WHERE programmes.state IN ('approved', 'distributed') AND programme_items.fate IS NULL
               AND COALESCE(programme_items.moved, programme_items.week) = $1
             GROUP BY programmes.year, programmes.half, programme_items.unit, programme_items.technician
             ORDER BY programmes.year, programmes.half, programme_items.unit, programme_items.technician LIMIT $2";
        read!(self, "the maintenance of a week", sql, week.word(), ROWS_MAX)
    }

    /// When each dataset was last restored for a test with success.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn drilled(&self) -> Result<Vec<Drilled>, StoreError> {
        let sql = "SELECT server, dataset, MAX(CASE WHEN outcome = 'passed' THEN ended END) AS passed
             FROM drills GROUP BY server, dataset ORDER BY server, dataset";
        read!(self, "the drills of each dataset", sql)
    }

    /// The slots that began at a moment or later, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn slots_since(&self, moment: DateTime<Utc>) -> Result<Vec<Slot>, StoreError> {
        let sql = "SELECT * FROM slots WHERE due >= $1 ORDER BY due, plan LIMIT $2";
        read!(self, "the slots of some days", sql, micros(moment), ROWS_MAX)
    }

    /// How many requests for mail accounts wait for the ministry since a day or longer.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn accounts_waiting_since(&self, day: NaiveDate) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM account_requests
             WHERE uploaded IS NOT NULL AND answered IS NULL AND uploaded <= $1";
        let counts: Vec<i64> = read!(self, "the requests that wait for the ministry", sql, day.to_string())?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// The tickets that wait to be attended by a person, the first to be due first: theirs and those that are nobody's, or `all`; never
    /// what they asked for themselves.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn tickets_to_attend(&self, user: i64, all: bool, limit: u32) -> Result<Vec<TicketFact>, StoreError> {
        let sql = concat!(
            "SELECT number, subject, unit, entered_day, first_limit, last_limit, assignee",
            to_attend!(),
            " ORDER BY last_limit, id LIMIT $3"
        );
        read!(self, "the tickets that are due", sql, user, i64::from(all), i64::from(limit))
    }

    /// How many of the same tickets stand how on a day.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn counts_to_attend(&self, user: i64, all: bool, today: NaiveDate) -> Result<TicketCounts, StoreError> {
        let sql = concat!(
            "SELECT COUNT(CASE WHEN last_limit < $3 THEN 1 END) AS overdue, COUNT(CASE WHEN last_limit = $3 THEN 1 END) AS today,
               COUNT(CASE WHEN last_limit > $3 THEN 1 END) AS ahead, MAX(CASE WHEN last_limit < $3 THEN last_limit END) AS overdue_last,
               MIN(CASE WHEN last_limit > $3 THEN last_limit END) AS ahead_first",
            to_attend!()
        );
        let counts: Vec<TicketCounts> =
            read!(self, "the tickets that are due", sql, user, i64::from(all), today.to_string())?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// The tickets that a person asked for and has not rated, the first to be closed first. Who attended their own does not rate it.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn unrated_of(&self, user: i64, limit: u32) -> Result<Vec<Unrated>, StoreError> {
        let sql = "SELECT number, subject, finished, COUNT(*) OVER () AS total FROM tickets
             WHERE requester = $1 AND state = 'finished' AND finished IS NOT NULL AND (assignee IS NULL OR assignee <> $1)
             ORDER BY finished, id LIMIT $2";
        read!(self, "the tickets that are to be rated", sql, user, i64::from(limit))
    }
}
