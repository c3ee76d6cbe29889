//! What can be said on the command line about tickets and the calendar. It may not know what any of it does.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

/// What to do with tickets.
#[derive(Debug, Subcommand)]
pub enum TicketVerb {
    /// Lists tickets: the open ones, the first to be due first, unless another list is named
    List(TicketList),
    /// Marks that you have looked through the open tickets today
    Review(Asking),
    /// Says all of one ticket
    Show(TicketOne),
    /// Makes a ticket
    New(TicketNew),
    /// Takes a ticket
    Take(TicketOne),
    /// Gives a ticket to somebody
    Assign(TicketAssign),
    /// Writes what was found before anything is done; work begins
    Analyse(TicketText),
    /// Proposes a new limit, with the ruling that explains it
    Extend(TicketExtend),
    /// Registers that it hangs on others, and waits
    Except(TicketExcept),
    /// Goes on with a ticket that waited
    Resume(TicketOne),
    /// Issues the closing ruling
    Rule(TicketRule),
    /// Closes a ticket
    Finish(TicketOne),
    /// Says something to the other side, or writes an internal note
    Comment(TicketComment),
    /// Writes down a visit on site
    Visit(TicketVisit),
    /// Declares a ticket void
    Void(TicketText),
    /// Decides an extension or an exception
    Decide(TicketDecide),
    /// Says how the service was, as the one who asked for it and nobody else
    Rate(super::args_account::TicketRate),
    /// Answers a bad rating
    Answer(TicketText),
    /// Says that a ruling was received
    Acknowledge(TicketOne),
    /// Says that the ruling about parts was delivered to the head of the unit
    Deliver(TicketOne),
}

/// What every command of the desk takes.
#[derive(Debug, Args)]
pub struct Asking {
    /// Asks on behalf of this user of the desk; only root may.
    #[arg(long = "as", value_name = "LOGIN")]
    pub on_behalf: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `ticket list`.
#[derive(Debug, Args)]
pub struct TicketList {
    /// Only with these words.
    #[arg(value_name = "TEXT")]
    pub words: Option<String>,
    /// Which list.
    #[arg(long, value_enum, default_value_t = Which::Queue)]
    pub list: Which,
    /// Only in this state: entered, assigned, attending, waiting, ruled, finished, rated or void.
    #[arg(long, value_name = "STATE")]
    pub state: Option<String>,
    /// Only of this login.
    #[arg(long, value_name = "LOGIN")]
    pub assignee: Option<String>,
    /// At most so many, and 199 at most.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// Which tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// The open ones, the first to be due first
    Queue,
    /// One's own
    Own,
    /// All of them
    All,
    /// Those of the unit that one heads
    Unit,
}

/// `ticket show`, `take`, `resume`, `finish`, `acknowledge`, `deliver`.
#[derive(Debug, Args)]
pub struct TicketOne {
    /// Its number: ST-2026-000123.
    pub number: String,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `ticket new`.
#[derive(Debug, Args)]
pub struct TicketNew {
    /// In a few words.
    pub subject: String,
    /// In full; else --file, or $EDITOR opens.
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub description: Option<String>,
    /// The file that holds the description; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where the thing is.
    #[arg(long, value_name = "TEXT")]
    pub location: String,
    /// The number of its category.
    #[arg(long, value_name = "N")]
    pub category: i64,
    /// Telephone or extension.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub phone: String,
    /// The equipment.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub equipment: String,
    /// The login of whose it is, if not one's own.
    #[arg(long = "for", value_name = "LOGIN")]
    pub requester: Option<String>,
    /// The number of the ticket that it follows.
    #[arg(long, value_name = "NUMBER")]
    pub follows: Option<String>,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `ticket assign`.
#[derive(Debug, Args)]
pub struct TicketAssign {
    /// Its number.
    pub number: String,
    /// The login of whoever is to attend it.
    pub to: String,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `ticket analyse`, `void`, `answer`.
#[derive(Debug, Args)]
pub struct TicketText {
    /// Its number.
    pub number: String,
    /// The text; else --file, or $EDITOR opens.
    #[arg(conflicts_with = "file")]
    pub text: Option<String>,
    /// The file that holds the text; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `ticket comment`.
#[derive(Debug, Args)]
pub struct TicketComment {
    /// The ticket and the text.
    #[command(flatten)]
    pub text: TicketText,
    /// Only those who attend see it.
    #[arg(long)]
    pub internal: bool,
}

/// `ticket extend`.
#[derive(Debug, Args)]
pub struct TicketExtend {
    /// Its number.
    pub number: String,
    /// The new limit.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: NaiveDate,
    /// Why: system or parts.
    #[arg(long, value_name = "CAUSE")]
    pub cause: String,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// What was found; else --file, or $EDITOR opens.
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub findings: Option<String>,
    /// The file that holds what was found; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Parts to be replaced or repaired.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub parts: String,
    /// What is recommended.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub recommendation: String,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `ticket except`.
#[derive(Debug, Args)]
pub struct TicketExcept {
    /// Its number.
    pub number: String,
    /// On whom it hangs: servers or contract.
    #[arg(long, value_name = "KIND")]
    pub kind: String,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The ministry's ticket, or the purchase.
    #[arg(long, value_name = "TEXT")]
    pub reference: String,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `ticket rule`.
#[derive(Debug, Args)]
pub struct TicketRule {
    /// Its number.
    pub number: String,
    /// How it was attended: remote or `on_site`.
    #[arg(long, value_name = "MODE")]
    pub mode: String,
    /// What was done.
    #[arg(long, value_name = "TEXT")]
    pub actions: String,
    /// What was found; else --file, or $EDITOR opens.
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub findings: Option<String>,
    /// The file that holds what was found; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// What is recommended.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub recommendation: String,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `ticket visit`.
#[derive(Debug, Args)]
pub struct TicketVisit {
    /// Its number.
    pub number: String,
    /// When it was, RFC 3339: 2026-11-22T14:30:00-06:00.
    #[arg(long, value_name = "MOMENT")]
    pub at: String,
    /// Where.
    #[arg(long, value_name = "TEXT")]
    pub place: String,
    /// What was done.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `ticket decide`.
#[derive(Debug, Args)]
pub struct TicketDecide {
    /// Its number.
    pub number: String,
    /// What is decided.
    #[arg(value_enum)]
    pub what: Proposal,
    /// It does not hold; it does, unless told.
    #[arg(long)]
    pub refuse: bool,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// What waits for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Proposal {
    /// A new limit
    Extension,
    /// That it hangs on others
    Exception,
}

/// What to do with the calendar.
#[derive(Debug, Subcommand)]
pub enum CalendarVerb {
    /// Lists the days of a year on which nobody works
    Show(CalendarShow),
    /// Says by when a ticket of a day is due, and why
    Due(CalendarDue),
    /// Says what another day would change, and publishes nothing
    Add(CalendarDay),
    /// Publishes a version of the calendar with another day
    Publish(CalendarDay),
    /// Says where a unit is, so that the feasts of that place count for its tickets, and what that would change
    Seat(CalendarSeat),
}

/// `calendar seat`.
#[derive(Debug, Args)]
pub struct CalendarSeat {
    /// The name of the unit.
    pub unit: String,
    /// The place, such as `Antigua Guatemala`; Guatemala is the capital.
    pub place: String,
    /// Why the version is published.
    #[arg(long, value_name = "TEXT")]
    pub note: String,
    /// Publishes it.
    #[arg(long)]
    pub publish: bool,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `calendar show`.
#[derive(Debug, Args)]
pub struct CalendarShow {
    /// The year; this one, unless told.
    pub year: Option<i32>,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `calendar due`.
#[derive(Debug, Args)]
pub struct CalendarDue {
    /// The day on which the ticket is made; today, unless told.
    #[arg(value_name = "YYYY-MM-DD")]
    pub entry: Option<NaiveDate>,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}

/// `calendar add`, `calendar publish`.
#[derive(Debug, Args)]
pub struct CalendarDay {
    /// The day.
    #[arg(value_name = "YYYY-MM-DD")]
    pub date: NaiveDate,
    /// What makes it one: accord, local or `half_day`.
    #[arg(long, value_name = "KIND", default_value = "accord")]
    pub kind: String,
    /// Its name, in Spanish.
    #[arg(long, value_name = "TEXT")]
    pub name: String,
    /// What gives it: the accord with its number.
    #[arg(long, value_name = "TEXT")]
    pub citation: String,
    /// The hour from which nobody works, of a half day.
    #[arg(long, value_name = "HOUR")]
    pub from_hour: Option<u32>,
    /// The place that has it, of a local one; the capital, unless told. `calendar seat` says which unit is where.
    #[arg(long, value_name = "PLACE")]
    pub place: Option<String>,
    /// Why the version is published.
    #[arg(long, value_name = "TEXT")]
    pub note: String,
    /// Who asks, and how it is printed.
    #[command(flatten)]
    pub asking: Asking,
}
