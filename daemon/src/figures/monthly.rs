//! What the report of a month freezes (FO-05, procedure, 7.4): all of its figures, and the records that it has to name. It is stored as
//! JSON and read forever: fields are added, and never change their meaning.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::month::Month;
use super::tally::{DaysBetween, Part, Tally, division, ratings, sums};
use super::weeks::Week;
use crate::desk::Verdict;
use crate::desk::account::AccountKind;
use crate::desk::ticket::{Cause, ExceptionKind, Rating};

/// The figures of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monthly {
    /// The month.
    pub month: Month,
    /// Until which day they were counted: its last one, or the day itself where it is not over.
    pub until: NaiveDate,
    /// Requests for support.
    pub requests: Requests,
    /// Mail accounts.
    pub accounts: Accounts,
    /// Backups by the weeks that end in the month.
    pub weeks: Vec<Week>,
    /// Restore drills of the month.
    pub drills: i64,
    /// How many of them were right.
    pub drills_right: i64,
    /// The hash of the last line of the register FO-06 that was entered until then.
    pub head: Option<String>,
    /// Preventive maintenance; none in reports that were delivered before it was counted.
    #[serde(default)]
    pub maintenance: Option<Maintenance>,
    /// What was done besides.
    pub tasks: Vec<Task>,
    /// Which business day after the month it was when the report was first delivered; none before that.
    pub delivered: Option<u32>,
    /// What the months before had, the oldest first.
    pub before: Vec<Before>,
}

/// Requests for support.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Entered in the month.
    pub received: i64,
    /// Attended in the month.
    pub attended: i64,
    /// Open when it was over.
    pub pending: i64,
    /// Declared void in the month.
    pub void: i64,
    /// Of those that were attended: within three business days.
    pub kept: i64,
    /// Within an extended limit.
    pub kept_extended: i64,
    /// Late.
    pub late: i64,
    /// Late and exempt.
    pub excepted: i64,
    /// Those whose limit was extended, whatever became of them.
    pub extended: i64,
    /// Closed in the month.
    pub finished: i64,
    /// Of those that were closed: rated *conforme*.
    pub satisfied: i64,
    /// Rated *servicio no conforme*.
    pub unsatisfied: i64,
    /// Business days that all of those that were attended took together.
    pub waited: i64,
    /// How many those are.
    pub waited_of: i64,
    /// Twice the median of the business days that one took.
    pub median_twice: Option<i64>,
    /// Of those that were attended: within three business days, and rated *servicio no conforme*.
    pub kept_unsatisfied: i64,
    /// Within an extended limit, and rated *servicio no conforme*.
    pub extended_unsatisfied: i64,
    /// Late, and rated *conforme*.
    pub late_satisfied: i64,
    /// By category.
    pub categories: Vec<Share>,
    /// By the unit of whoever asked.
    pub units: Vec<Share>,
    /// By whose they are.
    pub technicians: Vec<Share>,
    /// Those that have to be told by their numbers.
    pub listed: Vec<Listed>,
    /// How many more there are than are listed.
    pub unlisted: i64,
}

/// A part of the requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The id of what they have in common; none of those that have nothing of the kind.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Entered.
    pub received: i64,
    /// Attended.
    pub attended: i64,
    /// Open at the end of the month.
    pub pending: i64,
}

/// So many requests that were open when a day was over, and which are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Their category.
    pub category: i64,
    /// Their unit.
    pub unit: Option<i64>,
    /// Whose they are.
    pub assignee: Option<i64>,
    /// How many.
    pub count: i64,
}

/// A request that was late, exempt or extended, or of which plazo and requester say different things, with the reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its number.
    pub number: String,
    /// The name of the unit.
    pub unit: String,
    /// The day it entered.
    pub entered: NaiveDate,
    /// The limit.
    pub limit: NaiveDate,
    /// The day it was attended.
    pub attended: NaiveDate,
    /// Whether the limit was kept.
    pub verdict: Verdict,
    /// What the requester said of it until the figures were counted.
    pub rating: Option<Rating>,
    /// What they said with it.
    pub comment: String,
    /// Why the limit was extended, where it was.
    pub extension: Option<(Cause, String)>,
    /// Why it is exempt, where that was confirmed.
    pub exception: Option<(ExceptionKind, String)>,
    /// What the ruling that closed it found.
    pub findings: String,
}

impl Listed {
    /// Whether the two *conformidades* say different things (procedure, 7.4). One that is exempt is neither.
    pub fn is_discordant(&self) -> bool {
        match self.verdict {
            Verdict::Kept | Verdict::KeptExtended => self.rating == Some(Rating::Unsatisfied),
            Verdict::Late => self.rating == Some(Rating::Satisfied),
            Verdict::Excepted => false,
        }
    }

    /// Why it is listed, in Spanish.
    pub fn why(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Kept => None,
            Verdict::KeptExtended => Some("ampliada"),
            Verdict::Late => Some("no conforme"),
            Verdict::Excepted => Some("exceptuada"),
        };
        let discordant = self.is_discordant().then_some("discordancia");
        verdict.into_iter().chain(discordant).collect::<Vec<_>>().join(", ")
    }

    /// The cause, in Spanish: what was written down of each reason for which it is listed.
    pub fn cause(&self) -> String {
        let mut said = Vec::new();
        if let Some((cause, reason)) = &self.extension {
            said.push(format!("Ampliada por {}: {reason}", cause.label()));
        }
        if let Some((kind, reason)) = &self.exception {
            said.push(format!("Exceptuada por {}: {reason}", kind.label()));
        }
        if self.verdict == Verdict::Late && !self.findings.is_empty() {
            said.push(format!("Hallazgos: {}", self.findings));
        }
        if self.is_discordant() {
            let rating = self.rating.map_or("", Rating::label);
            let comment = if self.comment.is_empty() { String::new() } else { format!(": {}", self.comment) };
            said.push(format!("Por plazo «{}», calificada «{rating}»{comment}", self.verdict.label()));
        }
        said.join("\n")
    }
}

/// Mail accounts (R080).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// Accounts that were created: their requester was told so in the month.
    pub created: i64,
    /// Passwords that were reset, likewise.
    pub reset: i64,
    /// Deletions that were written down.
    pub deleted: i64,
    /// What waited for the ministry when the month was over.
    pub waiting: Vec<Waiting>,
}

/// A request that the ministry had not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The number of its ticket.
    pub number: String,
    /// Whose account.
    pub person: String,
    /// What was asked for.
    pub kind: AccountKind,
    /// The ministry's ticket.
    pub external: Option<String>,
    /// Since when.
    pub since: NaiveDate,
    /// Business days.
    pub days: i64,
}

/// Preventive maintenance in a month (FO-05, section 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Programmed for the month.
    pub programmed: i64,
    /// Done in the month.
    pub executed: i64,
    /// Moved to another week in the month.
    pub rescheduled: i64,
    /// Open when it was over, though their week was.
    pub pending: i64,
}

/// A task besides requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// When.
    pub day: NaiveDate,
    /// What.
    pub text: String,
    /// Who.
    pub by: String,
    /// Hundredths of an hour.
    pub hours: Option<i64>,
    /// What shows it.
    pub evidence: String,
}

/// A month before, for the charts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The month.
    pub month: Month,
    /// Requests that were attended in it.
    pub attended: i64,
    /// The results of the indicators by their codes, in hundredths of their units, as its report was delivered.
    pub results: BTreeMap<String, i64>,
}

/// What requests are called by.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Categories.
    pub categories: &'a BTreeMap<i64, String>,
    /// Units.
    pub units: &'a BTreeMap<i64, String>,
    /// People.
    pub people: &'a BTreeMap<i64, String>,
}

impl Requests {
    /// Counts requests from what happened to them in the month, and from those that were open when it was over. What is told of
    /// single ones, and what hangs on more than one of their rows, is left empty.
    pub fn count(tallies: &[Tally], open: &[Open], days_between: DaysBetween<'_>, names: Names<'_>) -> Self {
        let (all, rated) = (sums(tallies, days_between), ratings(tallies));
        let (waited, waited_of) = all.waited();
        let shares = |of: fn(&Tally) -> Option<i64>, of_open: fn(&Open) -> Option<i64>, known, none| {
            shares(division(tallies, days_between, of, known, none), open, of_open, known, none)
        };
        Self {
            received: all.received,
            attended: all.attended,
            pending: open.iter().map(|one| one.count).sum(),
            void: all.void,
            kept: all.with(Verdict::Kept),
            kept_extended: all.with(Verdict::KeptExtended),
            late: all.with(Verdict::Late),
            excepted: all.with(Verdict::Excepted),
            finished: rated.finished,
            satisfied: rated.satisfied,
            unsatisfied: rated.unsatisfied,
            waited,
            waited_of,
            median_twice: all.median_twice(),
            categories: shares(|one| Some(one.category), |one| Some(one.category), names.categories, "–"),
            units: shares(|one| one.unit, |one| one.unit, names.units, "sin unidad"),
            technicians: shares(|one| one.assignee, |one| one.assignee, names.people, "sin asignar"),
            ..Self::default()
        }
    }
}

/// A division with what was open of each part, those that had nothing else at its end.
fn shares(
    parts: Vec<Part>,
    open: &[Open],
    of: fn(&Open) -> Option<i64>,
    names: &BTreeMap<i64, String>,
    none: &str,
) -> Vec<Share> {
    let mut pending: BTreeMap<Option<i64>, i64> = BTreeMap::new();
    for one in open {
        *pending.entry(of(one)).or_default() += one.count;
    }
    let share = |part: Part| Share {
        pending: pending.remove(&part.id).unwrap_or_default(),
        id: part.id,
        name: part.name,
        received: part.figures.received,
        attended: part.figures.attended,
    };
    let mut shares: Vec<Share> = parts.into_iter().map(share).collect();
    let name = |id: Option<i64>| id.and_then(|id| names.get(&id)).map_or(none, String::as_str).to_owned();
    let rest = pending.into_iter().map(|(id, pending)| Share { id, name: name(id), received: 0, attended: 0, pending });
    shares.extend(rest);
    shares
}
