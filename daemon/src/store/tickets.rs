//! Tickets and what belongs to them, as they are read. It may not know what may become of a ticket.

use super::columns::{Columns, FromColumns, Read, maybe_word, wrong};
use super::db::{Store, read, said};
use super::desk_rows::{Attachment, Comment, Event, Visit};
use super::error::StoreError;
use crate::desk::Verdict;
use crate::desk::ticket::{
    Case, Cause, Decision, Exception, ExceptionKind, Extension, Mode, Rating, Ruling, RulingKind, State, Ticket,
};

impl FromColumns for Ticket {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            number: row.text("number")?,
            requester: row.int("requester")?,
            unit: row.maybe_int("unit")?,
            location: row.text("location")?,
            phone: row.text("phone")?,
            category: row.int("category")?,
            equipment: row.text("equipment")?,
            subject: row.text("subject")?,
            description: row.text("description")?,
            entered: row.moment("entered")?,
            entered_day: row.day("entered_day")?,
            state: row.word("state", State::of_word)?,
            assignee: row.maybe_int("assignee")?,
            assigned: row.maybe_moment("assigned")?,
            mode: maybe_word(row, "mode", Mode::of_word)?,
            analysis: row.maybe_text("analysis")?,
            analysed: row.maybe_moment("analysed")?,
            first_limit: row.day("first_limit")?,
            last_limit: row.day("last_limit")?,
            calendar: row.int("calendar")?,
            attended: row.maybe_moment("attended")?,
            attended_day: row.maybe_day("attended_day")?,
            finished: row.maybe_moment("finished")?,
            finished_by: row.maybe_int("finished_by")?,
            verdict: maybe_word(row, "verdict", Verdict::of_word)?,
            rating: maybe_word(row, "rating", Rating::of_word)?,
            rated: row.maybe_moment("rated")?,
            rating_comment: row.maybe_text("rating_comment")?,
            answer: row.maybe_text("answer")?,
            answered: row.maybe_moment("answered")?,
            void_reason: row.maybe_text("void_reason")?,
            follows: row.maybe_int("follows")?,
            version: row.int("version")?,
        })
    }
}

impl FromColumns for Ruling {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            number: row.text("number")?,
            kind: row.word("kind", RulingKind::of_word)?,
            findings: row.text("findings")?,
            actions: row.text("actions")?,
            recommendation: row.text("recommendation")?,
            parts: row.text("parts")?,
            issued: row.moment("issued")?,
            issued_by: row.int("issued_by")?,
            delivered_to: row.maybe_int("delivered_to")?,
            delivered: row.maybe_moment("delivered")?,
            acknowledged: row.maybe_moment("acknowledged")?,
        })
    }
}

/// What was decided, if it was.
fn decision(row: &impl Columns) -> Read<Option<Decision>> {
    let Some(at) = row.maybe_moment("decided")? else { return Ok(None) };
    Ok(Some(Decision { at, by: row.int("decided_by")?, confirmed: row.flag("confirmed")? }))
}

impl FromColumns for Extension {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            cause: row.word("cause", Cause::of_word)?,
            reason: row.text("reason")?,
            new_limit: row.day("new_limit")?,
            // Its place among the rulings is counted by the query.
            ruling: usize::try_from(row.int("place")?).map_err(|_| wrong("place", "it is no place"))?,
            proposed: row.moment("proposed")?,
            proposed_by: row.int("proposed_by")?,
            late: row.flag("late")?,
            decision: decision(row)?,
        })
    }
}

impl FromColumns for Exception {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            kind: row.word("kind", ExceptionKind::of_word)?,
            reason: row.text("reason")?,
            reference: row.text("reference")?,
            registered: row.moment("registered")?,
            registered_by: row.int("registered_by")?,
            late: row.flag("late")?,
            decision: decision(row)?,
        })
    }
}

impl Store {
    /// A ticket by its number, such as `ST-2026-000123`.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn ticket_by_number(&self, number: &str) -> Result<Option<Ticket>, StoreError> {
        Ok(read!(self, "a ticket", "SELECT * FROM tickets WHERE number = $1", said(number))?.into_iter().next())
    }

    /// A ticket by its id.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn ticket(&self, id: i64) -> Result<Option<Ticket>, StoreError> {
        Ok(read!(self, "a ticket", "SELECT * FROM tickets WHERE id = $1", id)?.into_iter().next())
    }

    /// A ticket with all that its next step hangs on.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn case(&self, number: &str) -> Result<Option<Case>, StoreError> {
        let Some(ticket) = self.ticket_by_number(number).await? else { return Ok(None) };
        let rulings = read!(self, "rulings", "SELECT * FROM rulings WHERE ticket = $1 ORDER BY id", ticket.id)?;
        let sql = "SELECT extensions.*,
               (SELECT COUNT(*) FROM rulings WHERE rulings.ticket = extensions.ticket AND rulings.id < extensions.ruling) AS place
             FROM extensions WHERE ticket = $1 ORDER BY id";
        let extensions = read!(self, "extensions", sql, ticket.id)?;
        let exceptions =
            read!(self, "exceptions", "SELECT * FROM exceptions WHERE ticket = $1 ORDER BY id", ticket.id)?;
        let sql = "SELECT head AS value FROM units WHERE id = $1 AND head IS NOT NULL";
        let unit_head = read!(self, "a unit", sql, ticket.unit)?.into_iter().next();
        Ok(Some(Case { ticket, rulings, extensions, exceptions, unit_head }))
    }

    /// What happened to a ticket, in its order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn ticket_events(&self, ticket: i64) -> Result<Vec<Event>, StoreError> {
        read!(self, "what happened", "SELECT * FROM ticket_events WHERE ticket = $1 ORDER BY n", ticket)
    }

    /// What was said about a ticket, in its order; internal notes only if they are wanted.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn comments(&self, ticket: i64, internal: bool) -> Result<Vec<Comment>, StoreError> {
        let sql = "SELECT * FROM comments WHERE ticket = $1 AND internal <= $2 ORDER BY id";
        read!(self, "comments", sql, ticket, i64::from(internal))
    }

    /// The files of a ticket, in the order in which they came, without their bytes.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn attachments(&self, ticket: i64) -> Result<Vec<Attachment>, StoreError> {
        read!(self, "files", r#"SELECT * FROM attachments WHERE ticket = $1 ORDER BY "at", id"#, ticket)
    }

    /// A file of a ticket with its bytes; `None` where the ticket has no such file, whoever else has one.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn attachment(&self, ticket: i64, id: &[u8; 16]) -> Result<Option<(Attachment, Vec<u8>)>, StoreError> {
        let all = self.attachments(ticket).await?;
        let Some(about) = all.into_iter().find(|about| about.id == *id) else { return Ok(None) };
        let sql = "SELECT bytes FROM attachment_bytes WHERE id = $1";
        let bytes: Vec<Vec<u8>> = read!(self, "a file", sql, id.as_slice())?;
        Ok(bytes.into_iter().next().map(|bytes| (about, bytes)))
    }

    /// The visits for a ticket, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn visits(&self, ticket: i64) -> Result<Vec<Visit>, StoreError> {
        read!(self, "visits", "SELECT * FROM visits WHERE ticket = $1 ORDER BY id", ticket)
    }

    /// What was made on a request with this key of a person: the digest of what was asked, and the ticket's id.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn made_once(&self, user: i64, key: &str) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
        let sql = r#"SELECT request AS bytes, ticket AS value FROM once WHERE "user" = $1 AND key = $2"#;
        Ok(read!(self, "a request's key", sql, user, key)?.into_iter().next())
    }
}

/// The one blob of a query that names it `bytes`.
impl FromColumns for Vec<u8> {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        row.bytes("bytes")
    }
}
