//! What can be said on the command line about requests for mail accounts, and by whoever asked for support about how it was. It
//! may not know what any of it does.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use super::args_desk::{Asking, TicketOne};

/// What to do with requests for mail accounts.
#[derive(Debug, Subcommand)]
pub enum AccountVerb {
    /// Lists requests: those that wait for the ministry, the oldest first, unless another list is named
    List(AccountListing),
    /// Says all of the request of a ticket
    Show(TicketOne),
    /// Begins the request of a ticket about mail, or writes down that somebody has left
    New(AccountNew),
    /// The blank form was handed over
    Give(AccountDay),
    /// The direction authorised it
    Authorize(AccountAuthorize),
    /// The signed form came
    Receive(AccountReceive),
    /// It was sent to the ministry
    Upload(AccountUpload),
    /// The ministry answered
    Answer(AccountAnswer),
    /// Tells whoever asked, by letter
    Tell(TicketOne),
}

/// `account list`.
#[derive(Debug, Args)]
pub struct AccountListing {
    /// Which list.
    #[arg(long, value_enum, default_value_t = Accounts::Waiting)]
    pub list: Accounts,
    /// Goes on behind a page: what it said to give here.
    #[arg(long, value_name = "ID")]
    pub before: Option<i64>,
    /// At most so many, and 199 at most; those that wait come all at once.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Accounts {
    /// Those that wait for the ministry
    Waiting,
    /// Those that have a step to come
    Open,
    /// All of them
    All,
}

/// `account new`.
#[derive(Debug, Args)]
pub struct AccountNew {
    /// The number of its ticket: ST-2026-000123.
    pub number: String,
    /// What is asked for: creation, reset or deletion.
    #[arg(long, value_name = "KIND")]
    pub kind: String,
    /// Whose account it is, by name.
    #[arg(long, value_name = "NAME")]
    pub person: String,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `account give`, and what every step on a day takes.
#[derive(Debug, Args)]
pub struct AccountDay {
    /// The number of its ticket.
    pub number: String,
    /// The day on which it happened; today, unless told.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<NaiveDate>,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `account authorize`.
#[derive(Debug, Args)]
pub struct AccountAuthorize {
    /// The ticket and the day.
    #[command(flatten)]
    pub step: AccountDay,
    /// The name that stands on the signed form; left out by the direction itself.
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// `account receive`.
#[derive(Debug, Args)]
pub struct AccountReceive {
    /// The ticket and the day.
    #[command(flatten)]
    pub step: AccountDay,
    /// The scan: the name or the id of a PDF of the ticket.
    #[arg(long, value_name = "FILE")]
    pub scan: String,
    /// The immediate superior who signed it, by name; needed for a reset.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub superior: String,
}

/// `account upload`.
#[derive(Debug, Args)]
pub struct AccountUpload {
    /// The ticket and the day.
    #[command(flatten)]
    pub step: AccountDay,
    /// The ministry's number for it.
    #[arg(long, value_name = "NUMBER")]
    pub external: String,
}

/// `account answer`.
#[derive(Debug, Args)]
pub struct AccountAnswer {
    /// The ticket and the day.
    #[command(flatten)]
    pub step: AccountDay,
    /// What it said: granted or denied.
    #[arg(long, value_name = "OUTCOME")]
    pub outcome: String,
}

/// `ticket rate`.
#[derive(Debug, Args)]
pub struct TicketRate {
    /// Its number.
    pub number: String,
    /// How it was: satisfied or unsatisfied.
    pub rating: String,
    /// In words; needed where it was not right.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub comment: String,
    /// Who asks, and how it is printed. Nobody rates on behalf of another.
    #[command(flatten)]
    pub asking: Asking,
}
