//! Versions of forms that are proposed, and what was decided of them (procedure, 6.3). It may not know who may do either.

use super::audit;
use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, execute, maybe_micros, micros, read, said};
use super::error::StoreError;
use super::people_rows::AuditDraft;
use crate::desk::proposal::{Proposal, ProposalState};

/// Proposals that are read at once.
const READ_MAX: i64 = 500;

impl FromColumns for Proposal {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            code: row.text("code")?,
            title: row.text("title")?,
            reason: row.text("reason")?,
            proposed: row.moment("proposed")?,
            proposed_by: row.int("proposed_by")?,
            state: row.word("state", ProposalState::of_word)?,
            decided: row.maybe_moment("decided")?,
            decided_by: row.maybe_int("decided_by")?,
            answer: row.text("answer")?,
        })
    }
}

impl Store {
    /// The proposals, the last first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn form_proposals(&self) -> Result<Vec<Proposal>, StoreError> {
        read!(self, "proposals", "SELECT * FROM form_proposals ORDER BY id DESC LIMIT $1", READ_MAX)
    }

    /// Stores a proposal, or what became of one that was open; false where it no longer was.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn file_form_proposal(&self, row: &Proposal, line: &AuditDraft) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let id = if row.id == 0 { tx.next("form_proposal").await? } else { row.id };
            let sql = if row.id == 0 {
                "INSERT INTO form_proposals (id, code, title, reason, proposed, proposed_by, state, decided, decided_by, answer)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            } else {
                "UPDATE form_proposals SET state = $7, decided = $8, decided_by = $9, answer = $10
                 WHERE id = $1 AND code = $2 AND title = $3 AND reason = $4 AND proposed = $5 AND proposed_by = $6
                   AND state = 'open'"
            };
            let stored = execute!(
                &mut tx,
                ("a proposal for {}", row.code),
                sql,
                id,
                row.code.as_str(),
                said(&row.title),
                said(&row.reason),
                micros(row.proposed),
                row.proposed_by,
                row.state.word(),
                maybe_micros(row.decided),
                row.decided_by,
                said(&row.answer),
            )?;
            if stored != 1 {
                return Ok(false);
            }
            audit::append(&mut tx, line).await?;
            tx.commit().await?;
            Ok(true)
        });
        self.within(60, whole).await?
    }
}
