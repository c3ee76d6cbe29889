//! The audit log: lines that are only ever added, each with the hash of the one before. It may not know what is written
//! into it.

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, micros, read, returned, said};
use super::error::StoreError;
use super::people_rows::{AuditDraft, AuditFilter, AuditLine};
use crate::people::chain;

/// The counter that gives the lines their numbers, and so remembers how many there must be.
const COUNTER: &str = "audit";

impl FromColumns for AuditLine {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            n: row.int("n")?,
            at: row.moment("at")?,
            actor: row.text("actor")?,
            address: row.text("address")?,
            action: row.text("action")?,
            object: row.text("object")?,
            detail: row.text("detail")?,
            previous: row.text("previous")?,
            hash: row.text("hash")?,
        })
    }
}

impl AuditLine {
    /// What its hash covers.
    pub fn line(&self) -> chain::Line<'_> {
        chain::Line {
            n: self.n,
            at: micros(self.at),
            actor: &self.actor,
            address: &self.address,
            action: &self.action,
            object: &self.object,
            detail: &self.detail,
            previous: &self.previous,
        }
    }
}

impl Store {
    /// Lines of the audit log, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT * FROM audit WHERE (CAST($1 AS BIGINT) IS NULL OR n < $1) AND (CAST($2 AS TEXT) IS NULL OR actor = $2)
             AND (CAST($3 AS TEXT) IS NULL OR object = $3) AND (CAST($4 AS TEXT) IS NULL OR action = $4)
             ORDER BY n DESC LIMIT $5";
        let AuditFilter { before, actor, object, action } = filter;
        let (actor, object, action) = (actor.as_deref(), object.as_deref(), action.as_deref());
        read!(
            self,
            "the audit log",
            sql,
            *before,
            actor.map(said),
            object.map(said),
            action.map(said),
            i64::from(limit)
        )
    }

    /// Lines of the audit log after a number, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn audit_after(&self, n: i64, limit: u32) -> Result<Vec<AuditLine>, StoreError> {
        let sql = "SELECT * FROM audit WHERE n > $1 ORDER BY n LIMIT $2";
        read!(self, "the audit log", sql, n, i64::from(limit))
    }

    /// The last number that a line of the audit log was given; 0 if none was.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn audit_given(&self) -> Result<i64, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = $1";
        Ok(read!(self, "the audit log", sql, COUNTER)?.into_iter().next().unwrap_or_default())
    }
}

/// Adds a line in the transaction of what it tells.
pub(super) async fn append(tx: &mut Tx, draft: &AuditDraft) -> Result<(), StoreError> {
    let n = tx.next(COUNTER).await?;
    let sql = "SELECT hash AS value FROM audit WHERE n = $1";
    let hashes: Vec<String> = returned!(tx, ("the audit log"), sql, n - 1)?;
    let previous = hashes.into_iter().next().unwrap_or_else(|| chain::FIRST.to_owned());
    let texts = [&draft.actor, &draft.address, &draft.object, &draft.detail].map(|text| said(text).into_owned());
    let [actor, address, object, detail] = texts;
    let at = micros(draft.at);
    let action = draft.action;
    let line = chain::Line {
        n,
        at,
        actor: &actor,
        address: &address,
        action,
        object: &object,
        detail: &detail,
        previous: &previous,
    };
    let hash = chain::hash(&line);
    let sql = r#"INSERT INTO audit (n, "at", actor, address, action, object, detail, previous, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"#;
    execute!(tx, ("the audit log"), sql, n, at, actor, address, action, object, detail, previous, hash)?;
    Ok(())
}
