//! DIACO-IN-FO-01, the report of a ticket with its technical ruling (*dictamen técnico*; procedure, R047 and 7.1).

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Rows, Text};
use crate::parts::{Attachment, Decision, Noted, Person};

/// The ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// `ST-2026-000123` (R027).
    pub number: Line,
    /// The number of the ticket that this one follows.
    pub follows: Option<Line>,
    /// Where it stands, in Spanish: `finalizada`.
    pub state: Line,
    /// When it entered: the limit counts from here (R040).
    pub entered: NaiveDateTime,
    /// Who entered it, when that was not the requester.
    pub entered_by: Option<Line>,
    /// Who asked, with their unit, place, telephone and mail (7.1).
    pub requester: Person,
    /// The category's name (R006).
    pub category: Line,
    /// The equipment: inventory code, kind, make, serial number.
    pub equipment: Option<Line>,
    /// In a few words.
    pub subject: Line,
    /// In full.
    pub description: Text,
    /// PDF and JPEG files (R025).
    #[serde(default)]
    pub attachments: Rows<Attachment>,
    /// Who attends it.
    pub assignee: Option<Line>,
    /// Since when.
    pub assigned: Option<NaiveDateTime>,
    /// What was found before anything was done (R043).
    pub analysis: Option<Noted>,
    /// How it was attended (R041, R042).
    pub mode: Option<Mode>,
    /// What was done, the oldest first (R044).
    #[serde(default)]
    pub actions: Rows<Noted>,
    /// Visits to the place (R042).
    #[serde(default)]
    pub visits: Rows<Visit>,
    /// Extensions of the limit (R045, R046).
    #[serde(default)]
    pub extensions: Rows<Extension>,
    /// Exceptions from *no conforme* (R031, R032).
    #[serde(default)]
    pub exceptions: Rows<Exception>,
    /// Rulings, the oldest first (R048).
    #[serde(default)]
    pub rulings: Rows<Ruling>,
    /// How the limit was counted and kept.
    pub limit: Limit,
    /// When the closing ruling was issued: it counts as attended then.
    pub attended: Option<NaiveDateTime>,
    /// When it was closed (R049).
    pub finished: Option<NaiveDateTime>,
    /// By whom.
    pub finished_by: Option<Line>,
    /// Whether the limit was kept: the first of the two *conformidades*, never merged with the other.
    pub verdict: Option<Verdict>,
    /// What the requester said: the second one (R051).
    pub rating: Option<Rating>,
    /// Why it is void.
    pub void_reason: Option<Text>,
}

/// How it was attended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// With remote tools (R041).
    Remote,
    /// At the place (R042).
    OnSite,
}

/// A visit to the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// When it began.
    pub at: NaiveDateTime,
    /// Where.
    pub place: Line,
    /// Who went.
    pub by: Line,
    /// What was found or done there.
    pub note: Option<Text>,
}

/// An extension of the limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// Why.
    pub cause: Cause,
    /// In words.
    pub reason: Text,
    /// The new limit.
    pub new_limit: NaiveDate,
    /// The number of the ruling that explains it.
    pub ruling: Option<Line>,
    /// When it was proposed.
    pub proposed: NaiveDateTime,
    /// By whom.
    pub proposed_by: Line,
    /// Whether that was after the limit (*extemporánea*).
    #[serde(default)]
    pub late: bool,
    /// What was decided, if anything was.
    pub decision: Option<Decision>,
}

/// The causes of an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// (a) The operating system failed (R045).
    System,
    /// (b) Parts are replaced or repaired (R046).
    Parts,
}

/// An exception from *no conforme*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Why.
    pub kind: ExceptionKind,
    /// In words.
    pub reason: Text,
    /// The ministry's ticket, or the purchase.
    pub reference: Option<Line>,
    /// When it was registered.
    pub registered: NaiveDateTime,
    /// By whom.
    pub registered_by: Line,
    /// Whether that was after the limit (*extemporánea*).
    #[serde(default)]
    pub late: bool,
    /// What was decided, if anything was.
    pub decision: Option<Decision>,
}

/// The kinds of exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionKind {
    /// (i) It hangs on access to the ministry's servers (R031).
    Servers,
    /// (ii) A good or a service has to be contracted (R032).
    Contract,
}

/// A technical ruling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruling {
    /// `DT-2026-000045`.
    pub number: Line,
    /// What it is for.
    pub kind: RulingKind,
    /// What was found.
    pub findings: Text,
    /// What was done.
    pub actions: Option<Text>,
    /// What follows from it.
    pub conclusion: Option<Text>,
    /// What is recommended.
    pub recommendation: Option<Text>,
    /// Parts to be replaced or repaired.
    pub parts: Option<Text>,
    /// When it was issued.
    pub issued: NaiveDateTime,
    /// By whom.
    pub issued_by: Line,
    /// Their post.
    pub issued_by_post: Option<Line>,
    /// Its delivery to the head of the requester's unit, which cause (b) asks for (R046).
    pub delivery: Option<Delivery>,
}

/// What a ruling is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulingKind {
    /// It closes the ticket.
    Closing,
    /// It explains an extension for cause (a).
    System,
    /// It explains an extension for cause (b).
    Parts,
}

/// A ruling's way to the head of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The head.
    pub to: Line,
    /// Their post or unit.
    pub post: Option<Line>,
    /// When it was delivered.
    pub at: NaiveDateTime,
    /// When they said that they have it.
    pub acknowledged: Option<NaiveDateTime>,
}

/// The limit: three business days, and what moved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// By the business days alone (R028).
    pub first: NaiveDate,
    /// After confirmed extensions.
    pub last: NaiveDate,
    /// How many business days it gives.
    pub days_allowed: u32,
    /// How many were used until it was attended.
    pub days_used: Option<u32>,
    /// The version of the calendar that counted them.
    pub calendar: Option<Line>,
    /// How they were counted, and which days did not count.
    pub explained: Option<Text>,
}

/// Whether the limit was kept (*conformidad por plazo*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Within the business days (R029).
    Kept,
    /// Within the limit of a confirmed extension.
    KeptExtended,
    /// Late, and exempt.
    Excepted,
    /// Late (R030).
    Late,
}

/// What the requester said (*calificación del usuario*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// `true` for *conforme*, `false` for *servicio no conforme*.
    pub satisfied: bool,
    /// When (R052).
    pub at: NaiveDateTime,
    /// In their words.
    pub comment: Option<Text>,
    /// What the head of informatics answered.
    pub answer: Option<Noted>,
}
