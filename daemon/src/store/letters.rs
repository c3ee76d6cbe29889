//! Letters to people: those that are due, and what became of each. It may not know how they are sent.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::columns::{Columns, FromColumns, Read, maybe_word};
use super::db::{Store, execute, maybe_micros, micros, read};
use super::desk_rows::NewLetter;
use super::error::StoreError;
use super::rows::DeliveryState;
use super::ticket_file::put_letter;

/// A letter and whom it goes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Its id.
    pub id: i64,
    /// Its key.
    pub key: String,
    /// To whom.
    pub user: i64,
    /// What it is about.
    pub ticket: Option<i64>,
    /// The template's name.
    pub template: String,
    /// What it tells, where it is about no ticket: the fields of its template.
    pub data: Value,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it may be tried next.
    pub next_attempt: DateTime<Utc>,
    /// Why it was not taken.
    pub error: Option<String>,
    /// When it was taken.
    pub sent: Option<DateTime<Utc>>,
    /// The person's name.
    pub name: String,
    /// Their address, if they have one and may still be written to.
    pub email: Option<String>,
}

impl FromColumns for Letter {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            key: row.text("key")?,
            user: row.int("user")?,
            ticket: row.maybe_int("ticket")?,
            template: row.text("template")?,
            data: row.json("data")?,
            at: row.moment("at")?,
            state: maybe_word(row, "state", DeliveryState::of_word)?.unwrap_or(DeliveryState::Pending),
            attempts: row.int("attempts")?,
            next_attempt: row.moment("next_attempt")?,
            error: row.maybe_text("error")?,
            sent: row.maybe_moment("sent")?,
            name: row.text("name")?,
            email: row.maybe_text("address")?,
        })
    }
}

impl Store {
    /// The letters that may be tried now, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn letters_due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Letter>, StoreError> {
        let sql = r#"SELECT letters.*, users.name AS name, CASE WHEN users.active = 1 THEN users.email END AS address
             FROM letters JOIN users ON users.id = letters."user"
             WHERE letters.state = 'pending' AND letters.next_attempt <= $1 ORDER BY letters.id LIMIT $2"#;
        read!(self, "the letters that are due", sql, micros(now), i64::from(limit))
    }

    /// When the next letter may be tried; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn next_letter(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let sql = "SELECT next_attempt AS value FROM letters WHERE state = 'pending' ORDER BY next_attempt LIMIT 1";
        Ok(read!(self, "the next letter", sql)?.into_iter().next())
    }

    /// The letters about a ticket, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn letters_of(&self, ticket: i64) -> Result<Vec<Letter>, StoreError> {
        let sql = r#"SELECT letters.*, users.name AS name, users.email AS address
             FROM letters JOIN users ON users.id = letters."user" WHERE letters.ticket = $1 ORDER BY letters.id"#;
        read!(self, "the letters about a ticket", sql, ticket)
    }

    /// Stores what became of a letter.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn put_letter_state(&self, row: &Letter) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        execute!(
            &mut tx,
            ("the letter {}", row.key),
            "UPDATE letters SET state = $2, attempts = $3, next_attempt = $4, error = $5, sent = $6 WHERE id = $1",
            row.id,
            row.state.word(),
            row.attempts,
            micros(row.next_attempt),
            row.error.as_deref(),
            maybe_micros(row.sent),
        )?;
        tx.commit().await
    }

    /// Writes letters about tickets by the program itself; those whose key is known already are left out.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn write_letters(&self, letters: &[(i64, NewLetter)], at: DateTime<Utc>) -> Result<(), StoreError> {
        let letters: Vec<_> = letters.iter().map(|(ticket, letter)| (Some(*ticket), letter)).collect();
        self.write_all(&letters, at).await
    }

    /// The same of letters that are about no ticket.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn write_notes(&self, letters: &[NewLetter], at: DateTime<Utc>) -> Result<(), StoreError> {
        let letters: Vec<_> = letters.iter().map(|letter| (None, letter)).collect();
        self.write_all(&letters, at).await
    }

    async fn write_all(&self, letters: &[(Option<i64>, &NewLetter)], at: DateTime<Utc>) -> Result<(), StoreError> {
        if letters.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (ticket, letter) in letters {
            put_letter(&mut tx, *ticket, letter, at).await?;
        }
        tx.commit().await
    }
}
