//! The records behind the figures of a month, a page at a time by the key of the last one: the questions are those of the figures,
//! so that a list holds what its figure counts. It may not know what a figure means.

use chrono::NaiveDate;

use super::columns::{Columns, FromColumns, Read, maybe_word};
use super::db::Store;
use super::error::StoreError;
use super::question::Question;
use crate::desk::Verdict;
use crate::desk::account::AccountKind;
use crate::desk::ticket::{Cause, ExceptionKind, Rating, Ticket};

/// The most records of a page.
pub const PAGE_MAX: u32 = 200;
/// The key of a record: its day, and its id among those of the day.
pub type Key = (NaiveDate, i64);
/// Both with it.
pub type Days = (NaiveDate, NaiveDate);

/// What tickets are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedBy {
    /// They were made on one of the days.
    Received,
    /// They were attended on one of the days.
    Attended,
    /// They were closed on one of the days.
    Finished,
    /// They were declared void on one of the days.
    Voided,
    /// They waited to be attended when the last day was over.
    Pending,
}

/// What a ticket has of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Has {
    /// Whatever.
    #[default]
    Any,
    /// Nothing.
    None,
    /// This one.
    Id(i64),
}

/// How a closed ticket was rated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rated {
    /// So.
    As(Rating),
    /// Not yet.
    NotYet,
}

/// Which tickets of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedFilter {
    /// By what they are counted.
    pub by: CountedBy,
    /// Of this category.
    pub category: Option<i64>,
    /// Of this unit, or of none.
    pub unit: Has,
    /// Whose they are now, or nobody's.
    pub assignee: Has,
    /// With this verdict.
    pub verdict: Option<Verdict>,
    /// Rated so.
    pub rating: Option<Rated>,
}

impl CountedFilter {
    /// All of a figure.
    pub fn new(by: CountedBy) -> Self {
        Self { by, category: None, unit: Has::Any, assignee: Has::Any, verdict: None, rating: None }
    }
}

/// A ticket with the day by which it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The ticket.
    pub ticket: Ticket,
    /// The day.
    pub day: NaiveDate,
}

impl FromColumns for Counted {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { ticket: Ticket::from_columns(row)?, day: row.day("counted_day")? })
    }
}

/// What may be asked for of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposal {
    /// An extension.
    Extension,
    /// An exception.
    Exception,
}

/// What was asked for of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An extension.
    Extension(Cause),
    /// An exception.
    Exception(ExceptionKind),
}

/// An extension or an exception that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Its id.
    pub id: i64,
    /// The number of the ticket.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// On which day.
    pub day: NaiveDate,
    /// What.
    pub asked: Asked,
    /// Whether that was after the limit (*extemporánea*).
    pub late: bool,
    /// Whether it holds, once that was decided.
    pub confirmed: Option<bool>,
}

impl FromColumns for Proposed {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let cause = maybe_word(row, "cause", Cause::of_word)?.map(Asked::Extension);
        let asked = match cause {
            Some(asked) => asked,
            None => Asked::Exception(row.word("exception", ExceptionKind::of_word)?),
        };
        let confirmed = row.maybe_int("confirmed")?.map(|confirmed| confirmed != 0);
        Ok(Self {
            id: row.int("id")?,
            number: row.text("number")?,
            subject: row.text("subject")?,
            day: row.day("day")?,
            asked,
            late: row.flag("late")?,
            confirmed,
        })
    }
}

/// A request for a mail account that took a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountStep {
    /// The id of its ticket.
    pub id: i64,
    /// The number of its ticket.
    pub number: String,
    /// What its ticket is about.
    pub subject: String,
    /// Of which kind.
    pub kind: AccountKind,
    /// Whose account it is.
    pub person: String,
    /// On which day.
    pub day: NaiveDate,
}

impl FromColumns for AccountStep {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            number: row.text("number")?,
            subject: row.text("subject")?,
            kind: row.word("kind", AccountKind::of_word)?,
            person: row.text("person")?,
            day: row.day("day")?,
        })
    }
}

impl Store {
    /// The tickets of a figure, by the day by which they are counted, after a key: that day and the id of the last one.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn counted(
        &self,
        days: Days,
        filter: &CountedFilter,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<Counted>, StoreError> {
        let question = if filter.by == CountedBy::Pending {
            let select = "SELECT tickets.*, tickets.entered_day AS counted_day FROM tickets";
            let question = narrowed(waiting(Question::new(select), days.1), filter);
            paged(question, " AND (tickets.entered_day, tickets.id) > (?, ?)", after)
                .with(" ORDER BY tickets.entered_day, tickets.id LIMIT ?", [page(limit)])
        } else {
            let select = "SELECT tickets.*, ticket_events.day AS counted_day
                 FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket";
            let question = narrowed(happened(Question::new(select), days, filter.by), filter);
            paged(question, " AND (ticket_events.day, tickets.id) > (?, ?)", after)
                .with(" ORDER BY ticket_events.day, tickets.id LIMIT ?", [page(limit)])
        };
        question.ask(self, "the tickets of a figure").await
    }

    /// How many they are.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn count_counted(&self, days: Days, filter: &CountedFilter) -> Result<i64, StoreError> {
        let question = if filter.by == CountedBy::Pending {
            waiting(Question::new("SELECT COUNT(*) AS value FROM tickets"), days.1)
        } else {
            let select =
                "SELECT COUNT(*) AS value FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket";
            happened(Question::new(select), days, filter.by)
        };
        Ok(first(narrowed(question, filter).ask(self, "the tickets of a figure").await?))
    }

    /// The extensions or exceptions that were asked for on these days, in their order, after a key: the day and the id of the
    /// last one.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn proposed(
        &self,
        what: Proposal,
        days: Days,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<Proposed>, StoreError> {
        // A ticket's event and what it tells of were written at one moment.
        let (sql, key, order) = match what {
            Proposal::Extension => (
                r#"SELECT extensions.id AS id, tickets.number, tickets.subject, ticket_events.day, extensions.cause AS cause,
                   NULL AS exception, extensions.late, extensions.confirmed
                 FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
                   JOIN extensions ON extensions.ticket = ticket_events.ticket AND extensions.proposed = ticket_events."at"
                 WHERE ticket_events.kind = 'extension_proposed'"#,
                " AND (ticket_events.day, extensions.id) > (?, ?)",
                " ORDER BY ticket_events.day, extensions.id LIMIT ?",
            ),
            Proposal::Exception => (
                r#"SELECT exceptions.id AS id, tickets.number, tickets.subject, ticket_events.day, NULL AS cause,
                   exceptions.kind AS exception, exceptions.late, exceptions.confirmed
                 FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
                   JOIN exceptions ON exceptions.ticket = ticket_events.ticket AND exceptions.registered = ticket_events."at"
                 WHERE ticket_events.kind = 'exception_registered'"#,
                " AND (ticket_events.day, exceptions.id) > (?, ?)",
                " ORDER BY ticket_events.day, exceptions.id LIMIT ?",
            ),
        };
        let question = paged(within(Question::new(sql), days), key, after).with(order, [page(limit)]);
        question.ask(self, "what was asked for in a month").await
    }

    /// How many they are.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn count_proposed(&self, what: Proposal, days: Days) -> Result<i64, StoreError> {
        let kind = match what {
            Proposal::Extension => "extension_proposed",
            Proposal::Exception => "exception_registered",
        };
        let question = Question::new("SELECT COUNT(*) AS value FROM ticket_events WHERE 1 = 1");
        let question = within(question.with(" AND kind = ?", [kind.into()]), days);
        Ok(first(question.ask(self, "what was asked for in a month").await?))
    }

    /// The requests for mail accounts of a kind that were begun, or whose requester was told, on these days, in their order, after
    /// a key: the day and the id of the last one's ticket.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn account_steps(
        &self,
        (kind, told): (AccountKind, bool),
        days: Days,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<AccountStep>, StoreError> {
        let sql = "SELECT tickets.id AS id, tickets.number, tickets.subject, account_requests.kind AS kind, account_requests.person,
               ticket_events.day
             FROM ticket_events JOIN tickets ON tickets.id = ticket_events.ticket
               JOIN account_requests ON account_requests.ticket = ticket_events.ticket WHERE 1 = 1";
        let question = of_account(within(Question::new(sql), days), kind, told);
        paged(question, " AND (ticket_events.day, tickets.id) > (?, ?)", after)
            .with(" ORDER BY ticket_events.day, tickets.id LIMIT ?", [page(limit)])
            .ask(self, "the requests for accounts of a month")
            .await
    }

    /// How many they are.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn count_account_steps(&self, (kind, told): (AccountKind, bool), days: Days) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) AS value FROM ticket_events
               JOIN account_requests ON account_requests.ticket = ticket_events.ticket WHERE 1 = 1";
        let question = of_account(within(Question::new(sql), days), kind, told);
        Ok(first(question.ask(self, "the requests for accounts of a month").await?))
    }
}

fn of_account(question: Question, kind: AccountKind, told: bool) -> Question {
    let event = if told { "account_told" } else { "account_started" };
    question.with(" AND ticket_events.kind = ? AND account_requests.kind = ?", [event.into(), kind.word().into()])
}

fn within(question: Question, (first, last): Days) -> Question {
    question.with(
        " AND ticket_events.day >= ? AND ticket_events.day <= ?",
        [first.to_string().into(), last.to_string().into()],
    )
}

/// The tickets to which something happened on these days.
fn happened(question: Question, days: Days, by: CountedBy) -> Question {
    let kind = match by {
        CountedBy::Received | CountedBy::Pending => "entered",
        CountedBy::Attended => "ruled",
        CountedBy::Finished => "finished",
        CountedBy::Voided => "voided",
    };
    within(question.with(" WHERE ticket_events.kind = ?", [kind.into()]), days)
}

/// The tickets that waited when a day was over: those that wait now or were attended or declared void since, without those that
/// came since. Found by the open ones and the days after, and never by all tickets.
pub(super) fn waiting(question: Question, day: NaiveDate) -> Question {
    let day = || day.to_string().into();
    let since = " WHERE tickets.id IN (SELECT id FROM tickets WHERE state NOT IN ('finished', 'rated', 'void') AND state <> 'ruled'
           UNION SELECT ticket FROM ticket_events WHERE day > ? AND kind IN ('ruled', 'voided'))
         AND tickets.entered_day <= ?";
    question.with(since, [day(), day()])
}

fn narrowed(question: Question, filter: &CountedFilter) -> Question {
    let question = question
        .maybe(" AND tickets.category = ?", filter.category)
        .maybe(" AND tickets.verdict = ?", filter.verdict.map(Verdict::word));
    let question = match filter.unit {
        Has::Any => question,
        Has::None => question.with(" AND tickets.unit IS NULL", []),
        Has::Id(unit) => question.with(" AND tickets.unit = ?", [unit.into()]),
    };
    let question = match filter.assignee {
        Has::Any => question,
        Has::None => question.with(" AND tickets.assignee IS NULL", []),
        Has::Id(user) => question.with(" AND tickets.assignee = ?", [user.into()]),
    };
    match filter.rating {
        None => question,
        Some(Rated::NotYet) => question.with(" AND tickets.rating IS NULL", []),
        Some(Rated::As(rating)) => question.with(" AND tickets.rating = ?", [rating.word().into()]),
    }
}

fn paged(question: Question, sql: &'static str, after: Option<Key>) -> Question {
    match after {
        Some((day, id)) => question.with(sql, [day.to_string().into(), id.into()]),
        None => question,
    }
}

fn page(limit: u32) -> super::question::Value {
    i64::from(limit.clamp(1, PAGE_MAX)).into()
}

/// The only value of a count.
fn first(values: Vec<i64>) -> i64 {
    values.into_iter().next().unwrap_or_default()
}
