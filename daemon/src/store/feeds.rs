//! The addresses by which calendars of people ask for what is due: of each only what its secret digests to. It may not know how one
//! is made.

use chrono::{DateTime, Utc};

use super::audit;
use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, execute, micros, read};
use super::error::StoreError;
use super::people_rows::AuditDraft;

/// How long storing one may take, in seconds.
const PUT_SECONDS: u64 = 60;

/// Since when a person has an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feed {
    /// Whose.
    pub user: i64,
    /// Since when.
    pub created: DateTime<Utc>,
}

impl FromColumns for Feed {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { user: row.int("user")?, created: row.moment("created")? })
    }
}

impl Store {
    /// The address of a person.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn feed_of(&self, user: i64) -> Result<Option<Feed>, StoreError> {
        let sql = r#"SELECT "user", created FROM feeds WHERE "user" = $1"#;
        Ok(read!(self, "an address of a calendar", sql, user)?.into_iter().next())
    }

    /// Whose address this is, by the digest of its secret.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn feed(&self, token: &[u8]) -> Result<Option<Feed>, StoreError> {
        let sql = r#"SELECT "user", created FROM feeds WHERE token = $1"#;
        Ok(read!(self, "an address of a calendar", sql, token)?.into_iter().next())
    }

    /// Gives a person an address in the place of the one before, or takes theirs away, with the line of the audit log; false where they
    /// had none to take away.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn put_feed(&self, feed: Feed, token: Option<&[u8]>, line: &AuditDraft) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let what = "the address of a calendar";
            let had = execute!(&mut tx, ("{what}"), r#"DELETE FROM feeds WHERE "user" = $1"#, feed.user)?;
            if let Some(token) = token {
                let sql = r#"INSERT INTO feeds ("user", token, created) VALUES ($1, $2, $3)"#;
                execute!(&mut tx, ("{what}"), sql, feed.user, token, micros(feed.created))?;
            } else if had == 0 {
                return Ok(false);
            }
            audit::append(&mut tx, line).await?;
            tx.commit().await?;
            Ok(true)
        });
        self.within(PUT_SECONDS, whole).await?
    }
}
