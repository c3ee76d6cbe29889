//! The versions of the controlled forms. It may not know which is in force.

use chrono::{DateTime, NaiveDate, Utc};

use super::audit;
use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, execute, micros, read, said};
use super::error::StoreError;
use super::people_rows::AuditDraft;

/// The counter that gives ids.
const COUNTER: &str = "form_version";
/// How long storing one may take, in seconds.
const PUT_SECONDS: u64 = 60;

/// A version of a form as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormVersion {
    /// The form's code: `DIACO-IN-FO-05`.
    pub code: String,
    /// Two digits.
    pub version: String,
    /// The form's title in it.
    pub title: String,
    /// The first day on which it is in force.
    pub valid_from: NaiveDate,
    /// How long its records are kept, in words; empty where nobody has said.
    pub retention: String,
    /// Why there is another version.
    pub note: String,
    /// When it was published.
    pub published: DateTime<Utc>,
    /// By whom, a login.
    pub published_by: String,
}

impl FromColumns for FormVersion {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            code: row.text("code")?,
            version: row.text("version")?,
            title: row.text("title")?,
            valid_from: row.day("valid_from")?,
            retention: row.text("retention")?,
            note: row.text("note")?,
            published: row.moment("published")?,
            published_by: row.text("published_by")?,
        })
    }
}

impl Store {
    /// All versions, by code and day.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn form_versions(&self) -> Result<Vec<FormVersion>, StoreError> {
        read!(self, "the catalogue of forms", "SELECT * FROM form_versions ORDER BY code, valid_from, id")
    }

    /// Stores a version with its line of the audit log; false where the form has one of this name already.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn put_form_version(&self, row: &FormVersion, line: &AuditDraft) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let id = tx.next(COUNTER).await?;
            let sql = "INSERT INTO form_versions
                   (id, code, version, title, valid_from, retention, note, published, published_by)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (code, version) DO NOTHING";
            let stored = execute!(
                &mut tx,
                ("version {} of {}", row.version, row.code),
                sql,
                id,
                row.code.as_str(),
                row.version.as_str(),
                said(&row.title),
                row.valid_from.to_string(),
                said(&row.retention),
                said(&row.note),
                micros(row.published),
                row.published_by.as_str(),
            )?;
            if stored == 0 {
                return Ok(false);
            }
            audit::append(&mut tx, line).await?;
            tx.commit().await?;
            Ok(true)
        });
        self.within(PUT_SECONDS, whole).await?
    }
}
