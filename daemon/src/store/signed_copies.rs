//! Records as they were signed on paper, scanned (procedure, 9.3): added, and never changed. It may not know which records there are.

use super::audit;
use super::db::{Store, execute, micros, read, returned};
use super::desk_rows::Attachment;
use super::error::StoreError;
use super::people_rows::AuditDraft;

/// The most signed copies of one record.
pub const COPIES_MAX: i64 = 10;

impl Store {
    /// The signed copies of a record, in the order in which they came.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn signed_copies(&self, record: &str) -> Result<Vec<Attachment>, StoreError> {
        let sql = r#"SELECT * FROM signed_copies WHERE record = $1 ORDER BY "at", id"#;
        read!(self, "signed copies", sql, record)
    }

    /// The bytes of a signed copy.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn signed_copy_bytes(&self, id: &[u8; 16]) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM signed_copy_bytes WHERE id = $1";
        Ok(read!(self, "a signed copy", sql, id.as_slice())?.into_iter().next())
    }

    /// Stores a signed copy; false where the record has as many as there may be.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn put_signed_copy(
        &self,
        record: &str,
        about: &Attachment,
        bytes: &[u8],
        line: &AuditDraft,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let sql = "SELECT COUNT(*) AS value FROM signed_copies WHERE record = $1";
            let has: Vec<i64> = returned!(&mut tx, ("the signed copies of {record}"), sql, record)?;
            if has.first().is_some_and(|has| *has >= COPIES_MAX) {
                return Ok(false);
            }
            let sql = r#"INSERT INTO signed_copies (id, record, name, kind, bytes, sha256, uploaded_by, "at")
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"#;
            execute!(
                &mut tx,
                ("a signed copy of {record}"),
                sql,
                about.id.as_slice(),
                record,
                about.name.as_str(),
                about.kind.as_str(),
                about.bytes,
                about.sha256.as_str(),
                about.uploaded_by,
                micros(about.at),
            )?;
            let sql = "INSERT INTO signed_copy_bytes (id, bytes) VALUES ($1, $2)";
            execute!(&mut tx, ("a signed copy of {record}"), sql, about.id.as_slice(), bytes)?;
            audit::append(&mut tx, line).await?;
            tx.commit().await?;
            Ok(true)
        });
        self.within(60, whole).await?
    }
}
