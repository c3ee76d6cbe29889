//! What is asked of the records to know what is due. It may not know where that is kept, nor who asks.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::desk::directive::Directive;
use crate::desk::report::ReportState;
use crate::figures::month::Month;
use crate::upkeep::programme::State;
use crate::upkeep::semester::Semester;

/// What the whole office has to do, whoever asks.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Reports of the last month, and those of any month that wait to be received; each revision.
    pub reports: Vec<ReportFact>,
    /// Indicators of semesters that nobody delivered, and those that wait to be received.
    pub semesters: Vec<SemesterFact>,
    /// The programmes of this semester and the next; those that there are.
    pub programmes: Vec<ProgrammeFact>,
    /// Copies of programmes that nobody has acknowledged.
    pub copies: Vec<CopyFact>,
    /// What is to be maintained this week, by unit and technician.
    pub upkeep: Vec<UpkeepFact>,
    /// Datasets whose backup of this week is late or failed.
    pub backups: Vec<BackupFact>,
    /// Disks that are expected this week.
    pub disks: Vec<DiskFact>,
    /// Disks that are owed copies.
    pub debts: Vec<DebtFact>,
    /// Datasets that were not restored for a test for too long.
    pub drills: Vec<DrillFact>,
    /// Requests for mail accounts that wait for the ministry: the oldest.
    pub accounts: Vec<AccountFact>,
    /// How many of all of them wait too long.
    pub accounts_late: i64,
    /// All directives, in the order of their days.
    pub directives: Vec<Directive>,
    /// Directives that the office's technicians have read: number and user.
    pub read: BTreeSet<(i64, i64)>,
}

/// A revision of a month's report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFact {
    /// The month.
    pub month: Month,
    /// 1 and on.
    pub revision: i64,
    /// Where it stands.
    pub state: ReportState,
    /// When it was delivered.
    pub delivered: Option<NaiveDate>,
}

/// The indicator of a semester whose programme was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemesterFact {
    /// The semester.
    pub semester: Semester,
    /// The day on which its programme was finished.
    pub finished: Option<NaiveDate>,
    /// A revision that was delivered, and when, and that waits to be received; none where nothing was delivered yet.
    pub waits: Option<(i64, NaiveDate)>,
}

/// A programme of maintenance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeFact {
    /// The semester.
    pub semester: Semester,
    /// Where it stands.
    pub state: State,
    /// The day of the last decision.
    pub decided: Option<NaiveDate>,
    /// Who drew it up or sent it, and so does not decide it.
    pub makers: Vec<i64>,
}

/// A copy that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFact {
    /// Of which semester's programme.
    pub semester: Semester,
    /// For which unit.
    pub unit: i64,
    /// When.
    pub given: NaiveDate,
}

/// So many pieces of a unit for a technician this week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpkeepFact {
    /// Of which semester's programme.
    pub semester: Semester,
    /// The unit.
    pub unit: i64,
    /// Who maintains them.
    pub technician: Option<i64>,
    /// How many.
    pub count: i64,
}

/// A dataset whose backup of this week is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFact {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// The day on which it was to be made.
    pub slot: NaiveDate,
    /// Why it is not there, as far as known.
    pub reason: Option<String>,
}

/// A disk whose turn it is this week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskFact {
    /// Its name.
    pub disk: String,
    /// Where it is kept.
    pub kept_in: Option<String>,
    /// The plan.
    pub plan: String,
    /// The day on which it is needed.
    pub slot: NaiveDate,
}

/// A disk that is owed copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebtFact {
    /// Its name.
    pub disk: String,
    /// Where it is kept.
    pub kept_in: Option<String>,
    /// How many.
    pub copies: i64,
    /// Since when.
    pub since: NaiveDate,
}

/// A dataset whose restore drill is missing or old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillFact {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// The day of the last one that passed.
    pub passed: Option<NaiveDate>,
    /// Days that one is good for.
    pub good_for: u32,
}

/// A request for a mail account that waits for the ministry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFact {
    /// The ticket's number.
    pub number: String,
    /// Since when it waits.
    pub uploaded: NaiveDate,
}

/// What one person has to do.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// Tickets that they may attend, the first to be due first: the first few.
    pub tickets: Vec<TicketFact>,
    /// All of them, by how they stand.
    pub counts: TicketCounts,
    /// Their own that they have to rate, the oldest first: the first few.
    pub unrated: Vec<UnratedFact>,
    /// How many of those there are.
    pub unrated_total: i64,
}

/// A ticket that waits to be attended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFact {
    /// Its number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// The unit of whoever asked.
    pub unit: Option<i64>,
    /// The day on which it was made.
    pub entered: NaiveDate,
    /// Its limit by the business days alone.
    pub first_limit: NaiveDate,
    /// Its limit.
    pub limit: NaiveDate,
    /// Whether it is somebody's.
    pub assigned: bool,
}

/// How many tickets stand how, and which day is the nearest of those.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TicketCounts {
    /// Past their limit, and the last such limit.
    pub overdue: (i64, Option<NaiveDate>),
    /// Due today.
    pub today: i64,
    /// Due later, and the first such limit.
    pub ahead: (i64, Option<NaiveDate>),
}

/// A ticket that is to be rated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnratedFact {
    /// Its number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// The day on which it was closed.
    pub closed: NaiveDate,
}
