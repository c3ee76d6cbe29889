//! The figures of a month, counted from what happened on its days and never from all tickets: each question goes by the index of
//! the days. It may not know calendars, nor what a figure means.

use chrono::NaiveDate;

use super::columns::{Columns, FromColumns, Read, maybe_word, wrong};
use super::db::{Store, read};
use super::error::StoreError;
use crate::desk::Verdict;
use crate::desk::account::AccountKind;
use crate::desk::ticket::Rating;
use crate::figures::tally::{Happened, Tally};

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
