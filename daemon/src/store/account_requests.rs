//! Requests for mail accounts, by ticket and in lists, and those that wait for the ministry. It may not know who may take which step.

use chrono::NaiveDate;

use super::columns::{Columns, FromColumns, Read, maybe_word, wrong};
use super::db::{Store, Tx, execute, read};
use super::error::StoreError;
use super::ticket_file::{Added, Doing, put_added};
use crate::desk::account::{AccountKind, AccountRequest, Outcome};

impl FromColumns for AccountRequest {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let scan = row.maybe_bytes("scan")?.map(TryInto::try_into).transpose();
        Ok(Self {
            id: row.int("id")?,
            ticket: row.int("ticket")?,
            kind: row.word("kind", AccountKind::of_word)?,
            person: row.text("person")?,
            started: row.day("started")?,
            started_by: row.int("started_by")?,
            form_given: row.maybe_day("form_given")?,
            authorized: row.maybe_day("authorized")?,
            authorized_by: row.maybe_text("authorized_by")?,
            received: row.maybe_day("received")?,
            superior: row.maybe_text("superior")?,
            scan: scan.map_err(|_| wrong("scan", "it has not 16 bytes"))?,
            uploaded: row.maybe_day("uploaded")?,
            uploaded_by: row.maybe_int("uploaded_by")?,
            external_number: row.maybe_text("external_number")?,
            answered: row.maybe_day("answered")?,
            outcome: maybe_word(row, "outcome", Outcome::of_word)?,
            told: row.maybe_day("told")?,
            version: row.int("version")?,
        })
    }
}

/// A request, such as one that waits for the ministry, with its ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The request.
    pub request: AccountRequest,
    /// The number of its ticket.
    pub number: String,
    /// What its ticket is about.
    pub subject: String,
    /// Who asked for it.
    pub requester: i64,
    /// Whether its ticket was declared void.
    pub void: bool,
}

impl FromColumns for Waiting {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            request: AccountRequest::from_columns(row)?,
            number: row.text("ticket_number")?,
            subject: row.text("ticket_subject")?,
            requester: row.int("ticket_requester")?,
            void: row.text("ticket_state")? == "void",
        })
    }
}

/// A request with its ticket.
macro_rules! with_ticket {
    () => {
        "SELECT account_requests.*, tickets.number AS ticket_number, tickets.subject AS ticket_subject,
               tickets.requester AS ticket_requester, tickets.state AS ticket_state
             FROM account_requests JOIN tickets ON tickets.id = account_requests.ticket "
    };
}

impl Store {
    /// The request for a mail account that belongs to a ticket.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn account_request(&self, ticket: i64) -> Result<Option<AccountRequest>, StoreError> {
        let sql = "SELECT * FROM account_requests WHERE ticket = $1";
        Ok(read!(self, "a request for an account", sql, ticket)?.into_iter().next())
    }

    /// Those that were sent to the ministry and have no answer, the oldest first, after a key: the day on which the last one was
    /// sent, and its id.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn accounts_waiting(
        &self,
        after: Option<(NaiveDate, i64)>,
        limit: u32,
    ) -> Result<Vec<Waiting>, StoreError> {
        let sql = concat!(
            with_ticket!(),
            "WHERE account_requests.uploaded IS NOT NULL AND account_requests.answered IS NULL
               AND (account_requests.uploaded, account_requests.id) > ($1, $2)
             ORDER BY account_requests.uploaded, account_requests.id LIMIT $3"
        );
        // Every day sorts after none.
        let (day, id) = after.map_or((String::new(), 0), |(day, id)| (day.to_string(), id));
        read!(self, "the requests that wait for the ministry", sql, day, id, i64::from(limit))
    }

    /// How many were sent to the ministry and have no answer.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn count_accounts_waiting(&self) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM account_requests WHERE uploaded IS NOT NULL AND answered IS NULL";
        let counts: Vec<i64> = read!(self, "the requests that wait for the ministry", sql)?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// Requests, the newest first, before an id: all, or only those that have a step to come.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn accounts(&self, open: bool, before: Option<i64>, limit: u32) -> Result<Vec<Waiting>, StoreError> {
        let sql = concat!(
            with_ticket!(),
            "WHERE account_requests.id < $1 AND (CAST($2 AS BIGINT) = 0 OR (account_requests.told IS NULL
               AND account_requests.kind <> 'deletion' AND tickets.state <> 'void'))
             ORDER BY account_requests.id DESC LIMIT $3"
        );
        let before = before.unwrap_or(i64::MAX);
        read!(self, "the requests for accounts", sql, before, i64::from(open), i64::from(limit))
    }

    /// Stores a request as a step left it, with the event and the letters of its ticket; `before` is the version that the step
    /// was taken on, none for a request that was just begun. Whether it was stored: not where somebody else was first.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn file_account(
        &self,
        request: &AccountRequest,
        before: Option<i64>,
        added: &Added,
        doing: &Doing,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let stored = match before {
                None => insert(&mut tx, request).await?,
                Some(before) => update(&mut tx, request, before).await?,
            };
            if !stored {
                return Ok(false);
            }
            put_added(&mut tx, request.ticket, added, doing).await?;
            tx.commit().await?;
            Ok(true)
        });
        self.within(60, whole).await?
    }
}

/// Whether the ticket had none yet.
async fn insert(tx: &mut Tx, row: &AccountRequest) -> Result<bool, StoreError> {
    let id = tx.next("account_request").await?;
    let sql = "INSERT INTO account_requests (id, ticket, kind, person, started, started_by, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (ticket) DO NOTHING";
    let (kind, person, started) = (row.kind.word(), row.person.as_str(), row.started.to_string());
    let (ticket, by) = (row.ticket, row.started_by);
    let stored = execute!(tx, ("a request for an account"), sql, id, ticket, kind, person, started, by, row.version)?;
    Ok(stored == 1)
}

/// Whether it still had the version `before`.
async fn update(tx: &mut Tx, row: &AccountRequest, before: i64) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        ("a request for an account"),
        "UPDATE account_requests SET form_given = $3, authorized = $4, authorized_by = $5, received = $6, superior = $7,
               scan = $8, uploaded = $9, uploaded_by = $10, external_number = $11, answered = $12, outcome = $13, told = $14,
               version = $15
             WHERE id = $1 AND version = $2",
        row.id,
        before,
        row.form_given.map(|day| day.to_string()),
        row.authorized.map(|day| day.to_string()),
        row.authorized_by.as_deref(),
        row.received.map(|day| day.to_string()),
        row.superior.as_deref(),
        row.scan.map(Vec::from),
        row.uploaded.map(|day| day.to_string()),
        row.uploaded_by,
        row.external_number.as_deref(),
        row.answered.map(|day| day.to_string()),
        row.outcome.map(|outcome| outcome.word()),
        row.told.map(|day| day.to_string()),
        row.version,
    )?;
    Ok(changed == 1)
}
