//! Parts that several forms are made of.

use chrono::NaiveDateTime;
use resguardo_shared::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Text};

/// Somebody, as they were when the record was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their name.
    pub name: Line,
    /// Their post (*cargo*).
    pub post: Option<Line>,
    /// Their unit.
    pub unit: Option<Line>,
    /// Where they work.
    pub place: Option<Line>,
    /// Telephone or extension.
    pub phone: Option<Line>,
    /// Their address for mail.
    pub mail: Option<Line>,
}

/// What somebody wrote, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    /// When.
    pub at: NaiveDateTime,
    /// Who.
    pub by: Line,
    /// What.
    pub text: Text,
}

/// What was decided of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// When.
    pub at: NaiveDateTime,
    /// By whom.
    pub by: Line,
    /// Whether it holds.
    pub confirmed: bool,
}

/// A file that belongs to the record and is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its name.
    pub name: Line,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// How many there are of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// What is counted, in Spanish.
    pub name: Line,
    /// How many.
    pub count: u64,
}

/// A point of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The period, short: `oct 26`.
    pub period: Line,
    /// Its value in hundredths of the unit; none without data.
    pub hundredths: Option<i64>,
}

/// The delivery to Gestión de Calidad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivered {
    /// When.
    pub at: NaiveDateTime,
    /// Which business day of the month that was; the tenth is the last in time.
    pub business_day: u32,
    /// Who received it.
    pub received_by: Option<Line>,
    /// When they said so.
    pub received: Option<NaiveDateTime>,
}
