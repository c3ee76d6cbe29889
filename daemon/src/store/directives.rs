//! The directives for backups and who has read them; and which of them an entry of the register cites. It may not know who issues or
//! reads them.

use chrono::{DateTime, Utc};

use super::audit;
use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, micros, read, returned, said};
use super::desk_rows::NewLetter;
use super::error::StoreError;
use super::people_rows::AuditDraft;
use super::ticket_file::put_letter;
use crate::desk::directive::{Directive, cited};
use crate::register::entry::Draft;

/// How long storing one may take, in seconds.
const PUT_SECONDS: u64 = 60;

/// That somebody has read a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// The directive's number.
    pub directive: i64,
    /// Who, a user's id.
    pub user: i64,
    /// When.
    pub at: DateTime<Utc>,
}

impl FromColumns for Directive {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            number: row.int("number")?,
            text: row.text("text")?,
            valid_from: row.day("valid_from")?,
            issued: row.moment("issued")?,
            issued_by: row.int("issued_by")?,
        })
    }
}

impl FromColumns for Acknowledged {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { directive: row.int("directive")?, user: row.int("user")?, at: row.moment("at")? })
    }
}

impl Store {
    /// All directives, by number, which is by day: there are a few in a year.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn directives(&self) -> Result<Vec<Directive>, StoreError> {
        read!(self, "the directives", "SELECT * FROM directives ORDER BY number")
    }

    /// Who has read which, in the order in which they said so.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn directive_acks(&self) -> Result<Vec<Acknowledged>, StoreError> {
        let sql = r#"SELECT * FROM directive_acks ORDER BY directive, "at", "user""#;
        read!(self, "who has read the directives", sql)
    }

    /// Stores a directive with its letters and its line of the audit log; false where another one took its number or its day.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn issue_directive(
        &self,
        row: &Directive,
        letters: &[NewLetter],
        line: &AuditDraft,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let sql = "INSERT INTO directives (number, text, valid_from, issued, issued_by) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING";
            let (number, from) = (row.number, row.valid_from.to_string());
            let (text, issued) = (said(&row.text), micros(row.issued));
            if execute!(&mut tx, ("the directive {number}"), sql, number, text, from, issued, row.issued_by)? == 0 {
                return Ok(false);
            }
            for letter in letters {
                put_letter(&mut tx, None, letter, row.issued).await?;
            }
            audit::append(&mut tx, line).await?;
            tx.commit().await?;
            Ok(true)
        });
        self.within(PUT_SECONDS, whole).await?
    }

    /// Stores that somebody has read a directive; false where they had said so before, and then nothing is stored.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn acknowledge_directive(&self, row: &Acknowledged, line: &AuditDraft) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let sql =
                r#"INSERT INTO directive_acks (directive, "user", "at") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"#;
            let Acknowledged { directive, user, at } = *row;
            if execute!(&mut tx, ("that directive {directive} was read"), sql, directive, user, micros(at))? == 0 {
                return Ok(false);
            }
            audit::append(&mut tx, line).await?;
            tx.commit().await?;
            Ok(true)
        });
        self.within(PUT_SECONDS, whole).await?
    }
}

/// An entry with the directive that was in force on the day of what it tells: on which it was begun, or was to begin. It is asked in
/// the transaction that enters it, so that no entry cites one that was issued later. A correction tells of nothing that was done.
pub(super) async fn citing(tx: &mut Tx, draft: Draft) -> Result<Draft, StoreError> {
    if draft.corrects.is_some() {
        return Ok(draft);
    }
    let day = draft.started.or(draft.due).unwrap_or(draft.at).date_naive();
    let sql = "SELECT * FROM directives WHERE valid_from <= $1 ORDER BY number DESC LIMIT 1";
    let found: Vec<Directive> = returned!(tx, ("the directive in force"), sql, day.to_string())?;
    let found = found.into_iter().next().map(|directive| cited(directive.number, directive.valid_from));
    Ok(Draft { directive: found.or(draft.directive), ..draft })
}
