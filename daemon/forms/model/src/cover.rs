//! The cover sheet of a request for a mail account (procedure, 4.4, R080 to R091): what is put before the ministry's own form, which
//! is attached and never made anew (R091).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Rows};
use crate::parts::{Attachment, Person};

/// A request for a mail account, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// The number of its ticket.
    pub number: Line,
    /// What is asked for: `creación de cuenta`.
    pub kind: Line,
    /// The ministry's form that lies behind the sheet.
    pub ministry_form: Line,
    /// Whose account it is.
    pub person: Line,
    /// Who asked.
    pub requester: Person,
    /// When it was begun.
    pub started: NaiveDate,
    /// Its steps in their order, those to come with them.
    #[serde(default)]
    pub steps: Rows<Step>,
    /// The ministry's number for it.
    pub external_number: Option<Line>,
    /// What the ministry answered.
    pub outcome: Option<Line>,
    /// The signed form, scanned.
    pub scan: Option<Attachment>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is done.
    pub name: Line,
    /// When it was; none where it is to come.
    pub day: Option<NaiveDate>,
    /// Who did it, or what came of it.
    pub about: Option<Line>,
}
