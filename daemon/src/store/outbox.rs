//! Notices and their deliveries, and the small things with a name. It may not know how anything is sent.

use chrono::{DateTime, Utc};

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, json, maybe_micros, maybe_said, micros, read, returned, said};
use super::error::StoreError;
use super::rows::{Delivery, DeliveryState, Notice};

impl FromColumns for Notice {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            number: row.int("number")?,
            at: row.moment("at")?,
            kind: row.text("kind")?,
            subject: row.text("subject")?,
            text: row.text("text")?,
            data: row.json("data")?,
        })
    }
}

impl FromColumns for Delivery {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            notice: row.int("notice")?,
            channel: row.text("channel")?,
            state: row.word("state", DeliveryState::of_word)?,
            attempts: row.int("attempts")?,
            next_attempt: row.moment("next_attempt")?,
            error: row.maybe_text("error")?,
            sent: row.maybe_moment("sent")?,
        })
    }
}

impl Store {
    /// The notices after a number, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn notices(&self, after: i64, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let sql = "SELECT * FROM notices WHERE number > $1 ORDER BY number LIMIT $2";
        read!(self, "the notices", sql, after, i64::from(limit))
    }

    /// The number of the last notice; 0 if there is none.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn last_notice(&self) -> Result<i64, StoreError> {
        let sql = "SELECT COALESCE(MAX(number), 0) AS value FROM notices";
        let numbers: Vec<i64> = read!(self, "the notices", sql)?;
        Ok(numbers.first().copied().unwrap_or_default())
    }

    /// The pending deliveries that may be tried now, with what they deliver, the oldest notice first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn deliveries_due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(Delivery, Notice)>, StoreError> {
        let sql = "SELECT * FROM deliveries JOIN notices ON notices.number = deliveries.notice
             WHERE deliveries.state = 'pending' AND deliveries.next_attempt <= $1
             ORDER BY deliveries.notice, deliveries.channel LIMIT $2";
        read!(self, "the deliveries that are due", sql, micros(now), i64::from(limit))
    }

    /// When the next pending delivery may be tried; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn next_delivery(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let sql = "SELECT next_attempt AS value FROM deliveries WHERE state = 'pending' ORDER BY next_attempt LIMIT 1";
        Ok(read!(self, "the next delivery", sql)?.into_iter().next())
    }

    /// The deliveries, in one state or in any, the newest notice first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn deliveries(&self, state: Option<DeliveryState>, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let sql = "SELECT * FROM deliveries WHERE CAST($1 AS TEXT) IS NULL OR state = $1
             ORDER BY notice DESC, channel LIMIT $2";
        read!(self, "the deliveries", sql, state.map(DeliveryState::word), i64::from(limit))
    }

    /// How many deliveries are pending, and how many were given up.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn delivery_counts(&self) -> Result<(i64, i64), StoreError> {
        // Two parts, so that each is counted in its own small index and no delivery that was sent is looked at.
        let sql = "SELECT COUNT(*) AS value, 1 AS part FROM deliveries WHERE state = 'pending'
             UNION ALL SELECT COUNT(*), 2 FROM deliveries WHERE state = 'abandoned' ORDER BY part";
        let counts: Vec<i64> = read!(self, "the deliveries", sql)?;
        let count = |part| counts.get(part).copied().unwrap_or_default();
        Ok((count(0), count(1)))
    }

    /// The delivery of a notice by a channel.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn delivery(&self, notice: i64, channel: &str) -> Result<Option<Delivery>, StoreError> {
        let sql = "SELECT * FROM deliveries WHERE notice = $1 AND channel = $2";
        Ok(read!(self, "a delivery", sql, notice, channel)?.into_iter().next())
    }

    /// How many deliveries of notices of this moment or later were given up.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn abandoned_since(&self, moment: DateTime<Utc>) -> Result<i64, StoreError> {
        let sql = r#"SELECT COUNT(*) AS value FROM deliveries JOIN notices ON notices.number = deliveries.notice
             WHERE deliveries.state = 'abandoned' AND notices."at" >= $1"#;
        let counts: Vec<i64> = read!(self, "the deliveries", sql, micros(moment))?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// The value of a key, such as `last_seen`.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(read!(self, "a value", "SELECT value FROM meta WHERE key = $1", key)?.into_iter().next())
    }
}

/// Stores a notice, a new one under the next number, with a pending delivery for each channel; returns its number.
pub(super) async fn put_notice(tx: &mut Tx, row: &Notice, channels: &[String]) -> Result<i64, StoreError> {
    let sql = "SELECT number AS value FROM notices WHERE number = $1";
    let known: Vec<i64> = returned!(tx, ("the notice {}", row.number), sql, row.number)?;
    let number = match known.first() {
        Some(number) => *number,
        None if row.number == 0 => tx.next("notice").await?,
        None => return Err(tx.unknown(format!("notice {}", row.number))),
    };
    execute!(
        tx,
        ("the notice {number}"),
        r#"INSERT INTO notices (number, "at", kind, subject, text, data) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (number) DO UPDATE SET "at" = excluded."at", kind = excluded.kind,
               subject = excluded.subject, text = excluded.text, data = excluded.data"#,
        number,
        micros(row.at),
        row.kind.as_str(),
        said(&row.subject),
        said(&row.text),
        json(&row.data),
    )?;
    for channel in channels {
        // A channel that is named twice gets it once.
        let sql = "INSERT INTO deliveries (notice, channel, state, attempts, next_attempt)
             VALUES ($1, $2, $3, 0, $4) ON CONFLICT (notice, channel) DO NOTHING";
        let pending = DeliveryState::Pending.word();
        execute!(tx, ("notice {number} for {channel}"), sql, number, channel.as_str(), pending, micros(row.at))?;
    }
    Ok(number)
}

/// Stores a delivery.
pub(super) async fn put_delivery(tx: &mut Tx, row: &Delivery) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the delivery of notice {} to {}", row.notice, row.channel),
        "INSERT INTO deliveries (notice, channel, state, attempts, next_attempt, error, sent)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (notice, channel) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
             next_attempt = excluded.next_attempt, error = excluded.error, sent = excluded.sent",
        row.notice,
        row.channel.as_str(),
        row.state.word(),
        row.attempts,
        micros(row.next_attempt),
        maybe_said(row.error.as_ref()),
        maybe_micros(row.sent),
    )?;
    Ok(())
}

/// Stores the value of a key.
pub(super) async fn put_meta(tx: &mut Tx, key: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    execute!(tx, ("the value of {key}"), sql, key, said(value))?;
    Ok(())
}
