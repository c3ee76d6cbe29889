//! What the report of a month asks besides the board's questions, each by the index of its days. It may not know what a figure means.

use chrono::{DateTime, NaiveDate, Utc};

use super::board_lists::{Days, waiting};
use super::columns::{Columns, FromColumns, Read, maybe_word};
use super::custody_rows::DrillOutcome;
use super::db::{Store, micros, read};
use super::error::StoreError;
use super::question::Question;
use super::rows::Line;
use crate::desk::Verdict;
use crate::desk::account::AccountKind;
use crate::desk::ticket::{Cause, ExceptionKind, Rating};
use crate::figures::monthly::Open;

/// Requests that wait for the ministry that are read at once.
const WAITING_MAX: u32 = 1_000;

impl FromColumns for Open {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            category: row.int("category")?,
            unit: row.maybe_int("unit")?,
            assignee: row.maybe_int("assignee")?,
            count: row.int("count")?,
        })
    }
}

/// A ticket that the report names, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its number.
    pub number: String,
    /// Its unit.
    pub unit: Option<i64>,
    /// The day it entered.
    pub entered: NaiveDate,
    /// The limit.
    pub limit: NaiveDate,
    /// The day it was attended.
    pub attended: NaiveDate,
    /// Whether the limit was kept.
    pub verdict: Verdict,
    /// What the requester said of it.
    pub rating: Option<Rating>,
    /// What they said with it.
    pub comment: Option<String>,
    /// The cause of the last extension that was confirmed, and its reason.
    pub extension: Option<(Cause, String)>,
    /// The kind of the last exception that was confirmed, its reason and its reference.
    pub exception: Option<(ExceptionKind, String, String)>,
    /// What the ruling that closed it found.
    pub findings: Option<String>,
}

impl FromColumns for Named {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let cause = maybe_word(row, "cause", Cause::of_word)?.zip(row.maybe_text("cause_reason")?);
        let exception = maybe_word(row, "exception", ExceptionKind::of_word)?;
        let about = row.maybe_text("exception_reason")?.zip(row.maybe_text("reference")?);
        Ok(Self {
            number: row.text("number")?,
            unit: row.maybe_int("unit")?,
            entered: row.day("entered_day")?,
            limit: row.day("last_limit")?,
            attended: row.day("attended_day")?,
            verdict: row.word("verdict", Verdict::of_word)?,
            rating: maybe_word(row, "rating", Rating::of_word)?,
            comment: row.maybe_text("rating_comment")?,
            extension: cause,
            exception: exception.zip(about).map(|(kind, (reason, reference))| (kind, reason, reference)),
            findings: row.maybe_text("findings")?,
        })
    }
}

/// A request for a mail account that the ministry had not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// The number of its ticket.
    pub number: String,
    /// Of which kind.
    pub kind: AccountKind,
    /// Whose account it is.
    pub person: String,
    /// The ministry's ticket.
    pub external: Option<String>,
    /// When it was sent.
    pub since: NaiveDate,
}

impl FromColumns for Unanswered {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            number: row.text("number")?,
            kind: row.word("kind", AccountKind::of_word)?,
            person: row.text("person")?,
            external: row.maybe_text("external_number")?,
            since: row.day("uploaded")?,
        })
    }
}

/// The tickets that were attended on some days and of which a report has more to say than their count.
const NAMED: &str = "tickets.verdict <> 'kept' OR tickets.rating = 'unsatisfied'";

impl Store {
    /// The tickets that waited when a day was over, counted by what they are.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn open_after(&self, day: NaiveDate) -> Result<Vec<Open>, StoreError> {
        let select = "SELECT tickets.category AS category, tickets.unit AS unit, tickets.assignee AS assignee,
               COUNT(*) AS count FROM tickets";
        let question = waiting(Question::new(select), day).with(" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", []);
        question.ask(self, "the tickets that waited").await
    }

    /// The tickets that were attended on these days and were late, exempt or extended, or rated *servicio no conforme*, by their
    /// numbers.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn named(&self, (first, last): Days, limit: u32) -> Result<Vec<Named>, StoreError> {
        let sql = "SELECT tickets.number, tickets.unit, tickets.entered_day, tickets.last_limit, tickets.attended_day,
               tickets.verdict, tickets.rating, tickets.rating_comment,
               extensions.cause AS cause, extensions.reason AS cause_reason,
               exceptions.kind AS exception, exceptions.reason AS exception_reason, exceptions.reference AS reference,
               rulings.findings AS findings
             FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
               LEFT JOIN extensions ON extensions.id =
                 (SELECT MAX(id) FROM extensions WHERE ticket = tickets.id AND confirmed = 1)
               LEFT JOIN exceptions ON exceptions.id =
                 (SELECT MAX(id) FROM exceptions WHERE ticket = tickets.id AND confirmed = 1)
               LEFT JOIN rulings ON rulings.id = (SELECT MAX(id) FROM rulings WHERE ticket = tickets.id AND kind = 'closing')
             WHERE ticket_events.day >= $1 AND ticket_events.day <= $2 AND ticket_events.kind = 'ruled'
               AND (tickets.verdict <> 'kept' OR tickets.rating = 'unsatisfied')
             ORDER BY tickets.id LIMIT $3";
        read!(self, "the tickets of a report", sql, first.to_string(), last.to_string(), i64::from(limit))
    }

    /// How many those are.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn count_named(&self, days: Days) -> Result<i64, StoreError> {
        self.count_attended("the tickets of a report", days, NAMED).await
    }

    /// How many of those that were attended on these days have an extension that was confirmed.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn count_extended(&self, days: Days) -> Result<i64, StoreError> {
        let extended =
            "EXISTS (SELECT 1 FROM extensions WHERE extensions.ticket = tickets.id AND extensions.confirmed = 1)";
        self.count_attended("the tickets that were extended", days, extended).await
    }

    async fn count_attended(
        &self,
        what: &'static str,
        (first, last): Days,
        which: &'static str,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
             WHERE ticket_events.kind = 'ruled' AND ticket_events.day >= ? AND ticket_events.day <= ? AND (";
        let days = [first.to_string().into(), last.to_string().into()];
        let question = Question::new("").with(sql, days).with(which, []).with(")", []);
        let counts: Vec<i64> = question.ask(self, what).await?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// How many requests of a kind the ministry granted, and whoever asked was told so on these days.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn count_granted(&self, kind: AccountKind, (first, last): Days) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM ticket_events
               JOIN account_requests ON account_requests.ticket = ticket_events.ticket
             WHERE ticket_events.day >= $1 AND ticket_events.day <= $2 AND ticket_events.kind = 'account_told'
               AND account_requests.kind = $3 AND account_requests.outcome = 'granted'";
        let (first, last) = (first.to_string(), last.to_string());
        let counts: Vec<i64> = read!(self, "the accounts of a month", sql, first, last, kind.word())?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// The requests for mail accounts that had been sent to the ministry and had no answer when a day was over, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn unanswered_after(&self, day: NaiveDate) -> Result<Vec<Unanswered>, StoreError> {
        let sql = "SELECT tickets.number, account_requests.kind AS kind, account_requests.person,
               account_requests.external_number, account_requests.uploaded
             FROM account_requests JOIN tickets ON tickets.id = account_requests.ticket
             WHERE account_requests.uploaded <= $1 AND (account_requests.answered IS NULL OR account_requests.answered > $1)
             ORDER BY account_requests.uploaded, account_requests.id LIMIT $2";
        read!(self, "the requests that wait for the ministry", sql, day.to_string(), i64::from(WAITING_MAX))
    }

    /// How many drills that began in a time, its end not with it, ended so.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn count_drills(
        &self,
        outcome: DrillOutcome,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM drills WHERE started >= $1 AND started < $2 AND outcome = $3";
        let counts: Vec<i64> = read!(self, "the drills", sql, micros(from), micros(until), outcome.word())?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// The last line of the register in the years before one.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn last_line_before(&self, year: i32) -> Result<Option<Line>, StoreError> {
        let sql = "SELECT * FROM lines WHERE year < $1 ORDER BY sequence DESC LIMIT 1";
        Ok(read!(self, "the register", sql, i64::from(year))?.into_iter().next())
    }
}
