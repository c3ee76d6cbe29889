//! What happened in some days, whole and in batches, for whoever looks through the records afterwards. It may not know what becomes of
//! it.

use super::account_requests::Waiting;
use super::board_lists::Days;
use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, read};
use super::desk_rows::{Attachment, Event};
use super::error::StoreError;
use crate::desk::ticket::{Ruling, Ticket};

/// A row with the number of the ticket that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct OfTicket<T> {
    /// The number.
    pub number: String,
    /// The row.
    pub row: T,
}

impl<T: FromColumns> FromColumns for OfTicket<T> {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { number: row.text("ticket_number")?, row: T::from_columns(row)? })
    }
}

/// A file with the ticket that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// The number of the ticket.
    pub number: String,
    /// The ticket's id.
    pub ticket: i64,
    /// The file.
    pub about: Attachment,
}

impl FromColumns for AttachedFile {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let about = Attachment::from_columns(row)?;
        Ok(Self { number: row.text("ticket_number")?, ticket: row.int("ticket")?, about })
    }
}

/// What of a ticket lies in the days from `$1` to `$2`: that it came, or that it was attended.
macro_rules! in_days {
    () => {
        "((tickets.entered_day >= $1 AND tickets.entered_day <= $2)
           OR (tickets.attended_day >= $1 AND tickets.attended_day <= $2))"
    };
}

impl Store {
    /// Tickets that came or were attended on these days, behind an id.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn tickets_of(&self, (first, last): Days, after: i64, limit: u32) -> Result<Vec<Ticket>, StoreError> {
        let sql =
            concat!("SELECT * FROM tickets WHERE ", in_days!(), " AND tickets.id > $3 ORDER BY tickets.id LIMIT $4");
        read!(self, "the tickets", sql, first.to_string(), last.to_string(), after, i64::from(limit))
    }

    /// The numbers of the tickets that were attended on these days, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn attended_numbers(&self, (first, last): Days) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT number AS value FROM tickets WHERE attended_day >= $1 AND attended_day <= $2 ORDER BY number";
        read!(self, "the tickets that were attended", sql, first.to_string(), last.to_string())
    }

    /// The files of the tickets that were attended on these days, without their bytes.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn attached(&self, (first, last): Days) -> Result<Vec<AttachedFile>, StoreError> {
        let sql = r#"SELECT attachments.*, tickets.number AS ticket_number
             FROM tickets JOIN attachments ON attachments.ticket = tickets.id
             WHERE tickets.attended_day >= $1 AND tickets.attended_day <= $2
             ORDER BY tickets.number, attachments."at", attachments.id"#;
        read!(self, "the files of the tickets", sql, first.to_string(), last.to_string())
    }

    /// What happened to the tickets of these days whose ids lie from `from` to `to`.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn events_of(
        &self,
        (first, last): Days,
        (from, to): (i64, i64),
    ) -> Result<Vec<OfTicket<Event>>, StoreError> {
        let sql = concat!(
            "SELECT ticket_events.*, tickets.number AS ticket_number
             FROM tickets JOIN ticket_events ON ticket_events.ticket = tickets.id WHERE ",
            in_days!(),
            " AND tickets.id >= $3 AND tickets.id <= $4 ORDER BY tickets.id, ticket_events.n"
        );
        read!(self, "what happened to the tickets", sql, first.to_string(), last.to_string(), from, to)
    }

    /// The rulings on the tickets of these days whose ids lie from `from` to `to`.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn rulings_of(
        &self,
        (first, last): Days,
        (from, to): (i64, i64),
    ) -> Result<Vec<OfTicket<Ruling>>, StoreError> {
        let sql = concat!(
            "SELECT rulings.*, tickets.number AS ticket_number FROM tickets JOIN rulings ON rulings.ticket = tickets.id WHERE ",
            in_days!(),
            " AND tickets.id >= $3 AND tickets.id <= $4 ORDER BY tickets.id, rulings.id"
        );
        read!(self, "the rulings", sql, first.to_string(), last.to_string(), from, to)
    }

    /// The requests for mail accounts that were begun until the last of these days and not over before the first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn accounts_of(&self, (first, last): Days) -> Result<Vec<Waiting>, StoreError> {
        let sql = "SELECT account_requests.*, tickets.number AS ticket_number, tickets.subject AS ticket_subject,
               tickets.requester AS ticket_requester, tickets.state AS ticket_state
             FROM account_requests JOIN tickets ON tickets.id = account_requests.ticket
             WHERE account_requests.started <= $2 AND COALESCE(account_requests.told, $1) >= $1
             ORDER BY account_requests.id";
        read!(self, "the requests for accounts", sql, first.to_string(), last.to_string())
    }
}
