//! Lists of tickets: whose, in which states, by which words, a page at a time by the key of the last one. It may not know who
//! may see which.

use chrono::NaiveDate;

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, read};
use super::desk_rows::Category;
use super::error::StoreError;
use super::question::{Question, Value};
use crate::desk::text;
use crate::desk::ticket::{State, Ticket};

/// The most tickets of a page.
pub const PAGE_MAX: u32 = 200;
/// The most words that a search looks for.
const WORDS_MAX: usize = 8;

/// Whose tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    All,
    /// Those that somebody asked for.
    Requester(i64),
    /// Those of a unit.
    Unit(i64),
}

/// Which of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state.
    pub state: Option<State>,
    /// Of this person who attends.
    pub assignee: Option<i64>,
    /// Of this category.
    pub category: Option<i64>,
    /// Whose limit is before this day.
    pub due_before: Option<NaiveDate>,
    /// Whose limit is this day.
    pub due_on: Option<NaiveDate>,
    /// With these words.
    pub words: String,
}

/// How many of the open tickets are how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not attended yet.
    pub pending: i64,
    /// Of these, past their limit.
    pub overdue: i64,
    /// Of these, with the limit today.
    pub due_today: i64,
    /// Of these, waiting for others.
    pub waiting: i64,
    /// Of these, nobody's yet.
    pub unassigned: i64,
    /// Attended and not closed.
    pub ruled: i64,
}

impl FromColumns for Counts {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            pending: row.int("pending")?,
            overdue: row.int("overdue")?,
            due_today: row.int("due_today")?,
            waiting: row.int("waiting")?,
            unassigned: row.int("unassigned")?,
            ruled: row.int("ruled")?,
        })
    }
}

impl Store {
    /// The open tickets, the first to be due first, after a key: the limit and the id of the last one.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn queue(
        &self,
        filter: &Filter,
        after: Option<(NaiveDate, i64)>,
        limit: u32,
    ) -> Result<Vec<Ticket>, StoreError> {
        let open = "SELECT * FROM tickets WHERE state NOT IN ('finished', 'rated', 'void')";
        let question = narrowed(Question::new(open), filter);
        // What was attended is due no more, and `Counts` does not count it.
        let is_due = filter.due_before.is_some() || filter.due_on.is_some();
        let question = if is_due { question.with(" AND state <> 'ruled'", []) } else { question };
        let question = match after {
            Some((day, id)) => question.with(" AND (last_limit, id) > (?, ?)", [day.to_string().into(), id.into()]),
            None => question,
        };
        let question = like(question, filter);
        question.with(" ORDER BY last_limit, id LIMIT ?", [page(limit)]).ask(self, "the open tickets").await
    }

    /// The tickets, the newest first, before an id.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn tickets(
        &self,
        whose: Whose,
        filter: &Filter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Ticket>, StoreError> {
        let all = whose == Whose::All;
        if all && filter.state.is_some_and(State::is_open) {
            // There are few of them among many, and an index of their own.
            let open = Question::new("SELECT * FROM tickets WHERE state NOT IN ('finished', 'rated', 'void')");
            return newest(like(narrowed(open, filter), filter), before, limit).ask(self, "the open tickets").await;
        }
        if all && matches!(filter.state, Some(State::Finished | State::Void)) {
            let few = Question::new("SELECT * FROM tickets WHERE state IN ('finished', 'void')");
            return newest(like(narrowed(few, filter), filter), before, limit).ask(self, "the tickets").await;
        }
        // Of one person there are few enough to look through.
        if !matches!(whose, Whose::Requester(_)) && !words(filter).is_empty() {
            return self.search(whose, filter, before, limit).await;
        }
        let question = of(whose, Question::new("SELECT * FROM tickets WHERE 1 = 1"));
        newest(like(narrowed(question, filter), filter), before, limit).ask(self, "the tickets").await
    }

    /// How many of the open tickets are how on a day.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn queue_counts(&self, today: NaiveDate) -> Result<Counts, StoreError> {
        let sql = "SELECT COUNT(CASE WHEN state <> 'ruled' THEN 1 END) AS pending,
               COUNT(CASE WHEN state <> 'ruled' AND last_limit < $1 THEN 1 END) AS overdue,
               COUNT(CASE WHEN state <> 'ruled' AND last_limit = $1 THEN 1 END) AS due_today,
               COUNT(CASE WHEN state = 'waiting' THEN 1 END) AS waiting,
               COUNT(CASE WHEN state = 'entered' THEN 1 END) AS unassigned,
               COUNT(CASE WHEN state = 'ruled' THEN 1 END) AS ruled
             FROM tickets WHERE state NOT IN ('finished', 'rated', 'void')";
        let counts: Vec<Counts> = read!(self, "the open tickets", sql, today.to_string())?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }

    /// Tickets that were closed before a moment and not rated since, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn unrated(&self, before: chrono::DateTime<chrono::Utc>, limit: u32) -> Result<Vec<Ticket>, StoreError> {
        let sql = "SELECT * FROM tickets WHERE state = 'finished' AND finished < $1 ORDER BY finished, id LIMIT $2";
        read!(self, "the unrated tickets", sql, super::db::micros(before), i64::from(limit))
    }

    /// Those that follow a ticket.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn following(&self, ticket: i64) -> Result<Vec<Ticket>, StoreError> {
        read!(self, "the tickets that follow", "SELECT * FROM tickets WHERE follows = $1 ORDER BY id", ticket)
    }

    /// What people may ask about, in the order of the list.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn categories(&self) -> Result<Vec<Category>, StoreError> {
        read!(self, "the categories", "SELECT * FROM categories ORDER BY place, id")
    }
}

/// Only those tickets.
pub(super) fn of(whose: Whose, question: Question) -> Question {
    match whose {
        Whose::All => question,
        Whose::Requester(user) => question.with(" AND requester = ?", [user.into()]),
        Whose::Unit(unit) => question.with(" AND unit = ?", [unit.into()]),
    }
}

/// The end of a question for the newest before an id.
pub(super) fn newest(question: Question, before: Option<i64>, limit: u32) -> Question {
    question.maybe(" AND id < ?", before).with(" ORDER BY id DESC LIMIT ?", [page(limit)])
}

pub(super) fn page(limit: u32) -> Value {
    i64::from(limit.clamp(1, PAGE_MAX)).into()
}

pub(super) fn narrowed(question: Question, filter: &Filter) -> Question {
    question
        .maybe(" AND state = ?", filter.state.map(State::word))
        .maybe(" AND assignee = ?", filter.assignee)
        .maybe(" AND category = ?", filter.category)
        .maybe(" AND last_limit < ?", filter.due_before.map(|day| day.to_string()))
        .maybe(" AND last_limit = ?", filter.due_on.map(|day| day.to_string()))
}

/// Words that each ticket of a small set is looked through for. Folded words hold letters and digits alone, so that none of
/// them means anything to the database.
pub(super) fn like(question: Question, filter: &Filter) -> Question {
    with_words(question, &filter.words)
}

/// The same of any table that has its folded words.
pub(super) fn with_words(question: Question, text: &str) -> Question {
    words_of(text)
        .into_iter()
        .fold(question, |question, word| question.with(" AND (' ' || words) LIKE ?", [format!("% {word}%").into()]))
}

pub(super) fn words(filter: &Filter) -> Vec<String> {
    words_of(&filter.words)
}

fn words_of(text: &str) -> Vec<String> {
    text::folded(text).split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX).map(str::to_owned).collect()
}
