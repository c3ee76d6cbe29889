//! The figures of a month, counted from what happened on its days and never from all tickets: each question goes by the index of
//! the days. It may not know calendars, nor what a figure means.

use chrono::NaiveDate;

use super::columns::{Columns, FromColumns, Read, maybe_word, wrong};
use super::db::{Store, read};
use super::error::StoreError;
use crate::desk::Verdict;
use crate::desk::account::AccountKind;
use crate::desk::ticket::{Cause, ExceptionKind, Rating};

/// The most extensions, exceptions or late tickets that are listed.
pub const LISTED_MAX: u32 = 500;

/// What may have happened to tickets on the days that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// They were made.
    Entered,
    /// They were attended.
    Ruled,
    /// They were closed.
    Finished,
    /// They were declared void.
    Voided,
}

impl Happened {
    fn of_word(word: &str) -> Option<Self> {
        match word {
            "entered" => Some(Self::Entered),
            "ruled" => Some(Self::Ruled),
            "finished" => Some(Self::Finished),
            "voided" => Some(Self::Voided),
            _ => None,
        }
    }
}

/// So many tickets to which the same happened, and which are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What happened.
    pub happened: Happened,
    /// Their category.
    pub category: i64,
    /// Their unit.
    pub unit: Option<i64>,
    /// Whose they are now.
    pub assignee: Option<i64>,
    /// Their verdict, of those that were attended.
    pub verdict: Option<Verdict>,
    /// Their rating, of those that were closed.
    pub rating: Option<Rating>,
    /// When they were made and attended, of those that were attended.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// How many.
    pub count: i64,
}

impl FromColumns for Tally {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            happened: row.word("kind", Happened::of_word)?,
            category: row.int("category")?,
            unit: row.maybe_int("unit")?,
            assignee: row.maybe_int("assignee")?,
            verdict: maybe_word(row, "verdict", Verdict::of_word)?,
            rating: maybe_word(row, "rating", Rating::of_word)?,
            days: row.maybe_day("entered_day")?.zip(row.maybe_day("attended_day")?),
            count: row.int("count")?,
        })
    }
}

/// What was asked for of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An extension.
    Extension(Cause),
    /// An exception.
    Exception(ExceptionKind),
}

/// An extension or an exception that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The number of the ticket.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// On which day.
    pub day: NaiveDate,
    /// What.
    pub asked: Asked,
    /// Whether that was after the limit (*extemporánea*).
    pub late: bool,
    /// Whether it holds, once that was decided.
    pub confirmed: Option<bool>,
}

impl FromColumns for Proposed {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let cause = maybe_word(row, "cause", Cause::of_word)?.map(Asked::Extension);
        let asked = match cause {
            Some(asked) => asked,
            None => Asked::Exception(row.word("exception", ExceptionKind::of_word)?),
        };
        let confirmed = row.maybe_int("confirmed")?.map(|confirmed| confirmed != 0);
        Ok(Self {
            number: row.text("number")?,
            subject: row.text("subject")?,
            day: row.day("day")?,
            asked,
            late: row.flag("late")?,
            confirmed,
        })
    }
}

/// A ticket that was attended too late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateTicket {
    /// Its number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// Its limit.
    pub limit: NaiveDate,
    /// When it was attended.
    pub attended: NaiveDate,
}

impl FromColumns for LateTicket {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            number: row.text("number")?,
            subject: row.text("subject")?,
            limit: row.day("last_limit")?,
            attended: row.day("attended_day")?,
        })
    }
}

/// How many requests for mail accounts of a kind took a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountTally {
    /// Whether it is the first or the last step.
    pub told: bool,
    /// Of which kind.
    pub kind: AccountKind,
    /// How many.
    pub count: i64,
}

impl FromColumns for AccountTally {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let told = match row.text("event")?.as_str() {
            "account_told" => true,
            "account_started" => false,
            _ => return Err(wrong("event", "it was not asked for")),
        };
        Ok(Self { told, kind: row.word("kind", AccountKind::of_word)?, count: row.int("count")? })
    }
}

impl Store {
    /// What happened on these days, both with them, counted by what the tickets are.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn tallies(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<Tally>, StoreError> {
        let sql = "SELECT ticket_events.kind AS kind, tickets.category AS category, tickets.unit AS unit,
               tickets.assignee AS assignee,
               CASE WHEN ticket_events.kind = 'ruled' THEN tickets.verdict END AS verdict,
               CASE WHEN ticket_events.kind = 'finished' THEN tickets.rating END AS rating,
               CASE WHEN ticket_events.kind = 'ruled' THEN tickets.entered_day END AS entered_day,
               CASE WHEN ticket_events.kind = 'ruled' THEN tickets.attended_day END AS attended_day,
               COUNT(*) AS count
             FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
             WHERE ticket_events.day >= $1 AND ticket_events.day <= $2
               AND ticket_events.kind IN ('entered', 'ruled', 'finished', 'voided')
             GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8";
        read!(self, "the figures of a month", sql, first.to_string(), last.to_string())
    }

    /// How many tickets waited to be attended when a day was over: those that wait now, without those that came since and with
    /// those that were attended or declared void since.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn pending_after(&self, day: NaiveDate) -> Result<i64, StoreError> {
        let sql = "SELECT (SELECT COUNT(*) FROM tickets WHERE state NOT IN ('finished', 'rated', 'void') AND state <> 'ruled')
               + (SELECT COUNT(*) FROM ticket_events WHERE day > $1 AND kind IN ('ruled', 'voided'))
               - (SELECT COUNT(*) FROM ticket_events WHERE day > $1 AND kind = 'entered') AS value";
        let pending: Vec<i64> = read!(self, "the tickets that waited", sql, day.to_string())?;
        Ok(pending.into_iter().next().unwrap_or_default())
    }

    /// The extensions that were asked for on these days, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn extensions_between(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<Proposed>, StoreError> {
        // A ticket's event and its extension were written at one moment.
        let sql = r#"SELECT tickets.number, tickets.subject, ticket_events.day, extensions.cause AS cause, NULL AS exception,
               extensions.late, extensions.confirmed
             FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
               JOIN extensions ON extensions.ticket = ticket_events.ticket AND extensions.proposed = ticket_events."at"
             WHERE ticket_events.day >= $1 AND ticket_events.day <= $2 AND ticket_events.kind = 'extension_proposed'
             ORDER BY ticket_events.day, extensions.id LIMIT $3"#;
        read!(self, "the extensions of a month", sql, first.to_string(), last.to_string(), i64::from(LISTED_MAX))
    }

    /// The exceptions that were registered on these days, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn exceptions_between(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<Proposed>, StoreError> {
        let sql = r#"SELECT tickets.number, tickets.subject, ticket_events.day, NULL AS cause, exceptions.kind AS exception,
               exceptions.late, exceptions.confirmed
             FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
               JOIN exceptions ON exceptions.ticket = ticket_events.ticket AND exceptions.registered = ticket_events."at"
             WHERE ticket_events.day >= $1 AND ticket_events.day <= $2 AND ticket_events.kind = 'exception_registered'
             ORDER BY ticket_events.day, exceptions.id LIMIT $3"#;
        read!(self, "the exceptions of a month", sql, first.to_string(), last.to_string(), i64::from(LISTED_MAX))
    }

    /// The tickets that were attended too late on these days, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn late_between(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<LateTicket>, StoreError> {
        let sql = "SELECT tickets.number, tickets.subject, tickets.last_limit, tickets.attended_day
             FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
             WHERE ticket_events.day >= $1 AND ticket_events.day <= $2 AND ticket_events.kind = 'ruled'
               AND tickets.verdict = 'late'
             ORDER BY ticket_events.day, tickets.id LIMIT $3";
        read!(self, "the late tickets of a month", sql, first.to_string(), last.to_string(), i64::from(LISTED_MAX))
    }

    /// The requests for mail accounts that were begun, and those whose requester was told, on these days.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn account_tallies(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<AccountTally>, StoreError> {
        let sql = "SELECT ticket_events.kind AS event, account_requests.kind AS kind, COUNT(*) AS count
             FROM ticket_events JOIN account_requests ON account_requests.ticket = ticket_events.ticket
             WHERE ticket_events.day >= $1 AND ticket_events.day <= $2
               AND ticket_events.kind IN ('account_started', 'account_told')
             GROUP BY 1, 2 ORDER BY 1, 2";
        read!(self, "the requests for accounts of a month", sql, first.to_string(), last.to_string())
    }
}
