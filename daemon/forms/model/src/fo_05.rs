//! DIACO-IN-FO-05, the monthly report (procedure, R110 to R112 and 7.4).

use chrono::NaiveDate;
use resguardo_shared::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Rows, Text};
use crate::parts::{Delivered, Point};

/// The report of a month, with its figures frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monthly {
    /// The month: `Octubre de 2026`.
    pub month: Line,
    /// 1, and more for later corrections.
    pub revision: u32,
    /// Who made it: the head of informatics, or whoever was assigned (R110).
    pub prepared_by: Option<Line>,
    /// The requests for support.
    pub requests: Requests,
    /// Preventive maintenance.
    pub maintenance: Maintenance,
    /// Mail accounts.
    pub accounts: Accounts,
    /// Backups.
    pub backups: Backups,
    /// What else was done (R110).
    #[serde(default)]
    pub tasks: Rows<Task>,
    /// The head's analysis.
    pub analysis: Option<Text>,
    /// What else should be known.
    pub notes: Option<Text>,
    /// How it was delivered (R112).
    pub delivered: Option<Delivered>,
}

/// Requests in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// Entered in the month.
    pub received: u64,
    /// Attended in the month.
    pub attended: u64,
    /// Open at its end.
    pub pending: u64,
    /// Withdrawn in the month.
    pub void: u64,
    /// Within three business days.
    pub kept: u64,
    /// Within an extended limit.
    pub kept_extended: u64,
    /// Late.
    pub late: u64,
    /// Late and exempt.
    pub excepted: u64,
    /// Rated *conforme*.
    pub satisfied: u64,
    /// Rated *servicio no conforme*.
    pub unsatisfied: u64,
    /// Not rated.
    pub unrated: u64,
    /// By category.
    #[serde(default)]
    pub by_category: Rows<Share>,
    /// By unit.
    #[serde(default)]
    pub by_unit: Rows<Share>,
    /// By technician.
    #[serde(default)]
    pub by_technician: Rows<Share>,
    /// Those that were late, exempt, extended, or whose two *conformidades* disagree, with the reason.
    #[serde(default)]
    pub listed: Rows<Listed>,
    /// Requests attended in the months before, for the chart.
    #[serde(default)]
    pub trend: Rows<Point>,
}

/// A part of the requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Whose or what.
    pub name: Line,
    /// Entered.
    pub received: u64,
    /// Attended.
    pub attended: u64,
    /// Open at the end of the month.
    pub pending: u64,
}

/// A request that has to be told by its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its number.
    pub number: Line,
    /// Why it is listed, in Spanish: `no conforme`, `exceptuada`, `ampliada`, `discordancia`.
    pub why: Line,
    /// The unit.
    pub unit: Line,
    /// The day it entered.
    pub entered: NaiveDate,
    /// The limit.
    pub limit: NaiveDate,
    /// The day it was attended.
    pub attended: Option<NaiveDate>,
    /// The cause.
    pub cause: Text,
}

/// Maintenance in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// Programmed for the month.
    pub programmed: u64,
    /// Done in the month.
    pub executed: u64,
    /// Moved to another week.
    pub rescheduled: u64,
    /// Open.
    pub pending: u64,
}

/// Mail accounts in figures (R080).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// Created.
    pub created: u64,
    /// Password resets.
    pub reset: u64,
    /// Deletions that were told.
    pub deleted: u64,
    /// Waiting for the ministry (R087).
    #[serde(default)]
    pub waiting: Rows<Waiting>,
}

/// A request that the ministry has not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// Whose account.
    pub person: Line,
    /// `creación`, `reinicio`.
    pub kind: Line,
    /// The ministry's ticket.
    pub ticket: Option<Line>,
    /// Since when.
    pub since: NaiveDate,
    /// Business days.
    pub days: u32,
}

/// Backups in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backups {
    /// By week.
    #[serde(default)]
    pub weeks: Rows<Week>,
    /// Restore drills of the month, and how many were right.
    pub drills: u64,
    /// See `drills`.
    pub drills_right: u64,
    /// The last hash of the register.
    pub head: Option<Digest>,
}

/// The backups of a week (R100).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Week {
    /// `2026-W41`.
    pub week: Line,
    /// Sources that the week calls for.
    pub required: u64,
    /// Those with a backup.
    pub executed: u64,
    /// Those whose backup was read back.
    pub verified: u64,
    /// What went wrong.
    pub note: Option<Text>,
}

/// A task besides requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// When.
    pub date: NaiveDate,
    /// What.
    pub text: Text,
    /// Who.
    pub by: Line,
    /// What shows it.
    pub evidence: Option<Line>,
}
