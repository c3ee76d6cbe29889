//! Versions of the calendar, each whole, and the marks of the daily review. It may not know how days are counted.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, Tx, execute, micros, read};
use super::error::StoreError;
use super::ticket_file::{Added, Doing, put_event};
use crate::calendar::Version;
use crate::desk::ticket::Ticket;

impl FromColumns for Version {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let version: Self = row.json("text")?;
        // Who changed the text by hand is not followed.
        if version.digest().to_string() != row.text("digest")? {
            return Err(wrong("text", "it is not what was published"));
        }
        Ok(version)
    }
}

/// Somebody looked through the open tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// On which day.
    pub day: NaiveDate,
    /// Who.
    pub user: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// How many were open.
    pub pending: i64,
}

impl FromColumns for Review {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let (day, user) = (row.day("day")?, row.int("user")?);
        Ok(Self { day, user, at: row.moment("at")?, pending: row.int("pending")? })
    }
}

impl Store {
    /// The versions that were published, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn calendars(&self) -> Result<Vec<Version>, StoreError> {
        read!(self, "the calendar", "SELECT * FROM calendars ORDER BY id")
    }

    /// Stores a version unless there is one with its number.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn put_first_calendar(&self, version: &Version) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        put_calendar(&mut tx, version).await?;
        tx.commit().await
    }

    /// Publishes a version of the calendar and the limits that it gives to these tickets, unless another was published first;
    /// whether it was. A ticket that was attended meanwhile keeps what its verdict was frozen with, and a limit that an
    /// extension moved further stays.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn publish_calendar(
        &self,
        version: &Version,
        recounted: &[(Ticket, NaiveDate)],
        detail: &Value,
        doing: &Doing,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            if !put_calendar(&mut tx, version).await? {
                return Ok(false);
            }
            for (ticket, limit) in recounted {
                put_limit(&mut tx, ticket, *limit, version.id, detail, doing).await?;
            }
            tx.commit().await?;
            Ok(true)
        });
        self.within(300, whole).await?
    }

    /// The marks of a day and after, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn reviews(&self, since: NaiveDate) -> Result<Vec<Review>, StoreError> {
        let sql = r#"SELECT * FROM daily_reviews WHERE day >= $1 ORDER BY day, "at" LIMIT 10000"#;
        read!(self, "the daily reviews", sql, since.to_string())
    }

    /// Stores the mark of a person on a day; a second one of a day changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn put_review(&self, review: &Review) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let sql = r#"INSERT INTO daily_reviews (day, "user", "at", pending) VALUES ($1, $2, $3, $4)
             ON CONFLICT (day, "user") DO NOTHING"#;
        let day = review.day.to_string();
        execute!(&mut tx, ("the daily review"), sql, day, review.user, micros(review.at), review.pending)?;
        tx.commit().await
    }
}

/// Stores a version unless there is one with its number; whether it was stored.
pub(super) async fn put_calendar(tx: &mut Tx, version: &Version) -> Result<bool, StoreError> {
    let sql = "INSERT INTO calendars (id, text, digest, published, published_by) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO NOTHING";
    let (text, digest) = (super::db::json(version), version.digest().to_string());
    let by = version.published_by.as_str();
    let stored =
        execute!(tx, ("the calendar {}", version.id), sql, version.id, text, digest, micros(version.published_at), by)?;
    Ok(stored == 1)
}

async fn put_limit(
    tx: &mut Tx,
    ticket: &Ticket,
    limit: NaiveDate,
    calendar: i64,
    detail: &Value,
    doing: &Doing,
) -> Result<(), StoreError> {
    let sql = "UPDATE tickets SET first_limit = $2, calendar = $3, version = version + 1,
           last_limit = CASE WHEN EXISTS (SELECT 1 FROM extensions WHERE extensions.ticket = tickets.id
               AND extensions.confirmed = 1 AND extensions.new_limit > $2)
             THEN (SELECT MAX(extensions.new_limit) FROM extensions WHERE extensions.ticket = tickets.id
               AND extensions.confirmed = 1) ELSE $2 END
         WHERE id = $1 AND state IN ('entered', 'assigned', 'attending', 'waiting')";
    if execute!(tx, ("the ticket {}", ticket.number), sql, ticket.id, limit.to_string(), calendar)? == 0 {
        return Ok(());
    }
    let moved = serde_json::json!({ "from": ticket.first_limit, "to": limit, "why": detail });
    let added = Added { kind: "recounted", detail: moved, ..Added::default() };
    put_event(tx, ticket.id, &added, doing).await
}
