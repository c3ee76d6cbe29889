//! What technicians ask and hear of tickets and of the calendar over the socket. It may not know how anything is done.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::jobs::desk::account_wanted::{AccountStep, NewAccount};
use crate::jobs::desk::request::TicketRequest;
use crate::jobs::desk::wanted::Wanted;

/// What is asked, and on whose behalf.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The login on whose behalf root asks; whoever asks themselves, if none.
    pub on_behalf: Option<String>,
    /// What.
    pub what: What,
}

/// What is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// Tickets: [`crate::jobs::desk::report::TicketPage`].
    List {
        /// Which.
        list: List,
        /// Only in the state of this word.
        state: Option<String>,
        /// Only of this login.
        assignee: Option<String>,
        /// Only with these words.
        words: String,
        /// At most so many.
        limit: u32,
    },
    /// One of them: [`crate::jobs::desk::report::TicketReport`].
    Show {
        /// Its number.
        number: String,
    },
    /// Makes one: [`crate::jobs::desk::report::TicketReport`].
    New(TicketRequest),
    /// Marks that the open tickets were looked through today: [`crate::jobs::desk::report::ReviewReport`].
    Review,
    /// Does something with one: [`crate::jobs::desk::report::TicketReport`].
    Do {
        /// Its number.
        number: String,
        /// What; a version of 0 stands for the one that it has now.
        wanted: Box<Wanted>,
    },
    /// Requests for mail accounts: [`crate::jobs::desk::account_report::AccountPage`].
    Accounts {
        /// Which.
        list: AccountList,
        /// Only before this id, `next` of the page before.
        before: Option<i64>,
        /// At most so many.
        limit: u32,
    },
    /// That of a ticket: [`crate::jobs::desk::account_report::AccountReport`].
    Account {
        /// The ticket's number.
        number: String,
    },
    /// Begins that of a ticket: [`crate::jobs::desk::account_report::AccountReport`].
    NewAccount {
        /// The ticket's number.
        number: String,
        /// What.
        wanted: NewAccount,
    },
    /// Takes a step of that of a ticket: [`crate::jobs::desk::account_report::AccountReport`].
    StepAccount {
        /// The ticket's number.
        number: String,
        /// Which; a version of 0 stands for the one that it has now.
        wanted: Box<AccountStep>,
    },
    /// A year of the calendar: [`crate::jobs::desk::days::YearReport`].
    Year {
        /// The year; this one, if none.
        year: Option<i32>,
    },
    /// When a ticket is due: [`crate::jobs::desk::days::DueReport`].
    Due {
        /// The day on which it is made; today, if none.
        entry: Option<NaiveDate>,
    },
    /// What is due: [`crate::jobs::due::report::DueList`]. Root who asks on behalf of nobody is told what the office has to do.
    ToDo,
    /// What a day would change, or changes: [`Moved`].
    Day {
        /// The day.
        day: NewDay,
        /// Whether it is published.
        publish: bool,
    },
    /// What another place of a unit would change, or changes: [`Moved`].
    Seat {
        /// The name of the unit.
        unit: String,
        /// Where it is.
        place: String,
        /// Why the version is published.
        note: String,
        /// Whether it is published.
        publish: bool,
    },
}

/// Which tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// The open ones, the first to be due first.
    Queue,
    /// One's own.
    Own,
    /// All of them.
    All,
    /// Those of the unit that one heads.
    Unit,
}

/// Which requests for mail accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountList {
    /// Those that wait for the ministry, the oldest first.
    Waiting,
    /// Those that have a step to come, the newest first.
    Open,
    /// All, the newest first.
    All,
}

/// A day on which nobody works.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDay {
    /// The day.
    pub date: NaiveDate,
    /// What makes it one.
    pub kind: crate::calendar::Kind,
    /// Its name, in Spanish.
    pub name: String,
    /// What gives it, in Spanish.
    pub citation: String,
    /// The hour from which nobody works.
    pub from_hour: Option<u32>,
    /// The only place that has it; the capital, where a local one names none.
    #[serde(default)]
    pub place: Option<String>,
    /// Why the version is published.
    pub note: String,
}

/// What another version of the calendar changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Moved {
    /// Its number.
    pub version: i64,
    /// Whether it is published now.
    pub published: bool,
    /// The open tickets whose limits it moves.
    pub moved: Vec<MovedTicket>,
}

/// A ticket whose limit moves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MovedTicket {
    /// Its number.
    pub number: String,
    /// Its limit as it was.
    pub old: NaiveDate,
    /// Its limit as it is then.
    pub new: NaiveDate,
}
