//! DIACO-IN-FO-02, the semester's programme of preventive maintenance (procedure, R060 to R065, R069 and 7.2).

use chrono::{NaiveDate, NaiveDateTime};
use resguardo_shared::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Rows, Text};
use crate::parts::Count;

/// The programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// The year.
    pub year: i32,
    /// 1 or 2 (R060).
    pub semester: u8,
    /// 1 for the first that was approved.
    pub revision: u32,
    /// When it was made.
    pub made: NaiveDate,
    /// Where it stands, in Spanish: `aprobado`.
    pub state: Line,
    /// The items, by week.
    #[serde(default)]
    pub items: Rows<Item>,
    /// The totals, in the order in which they are printed.
    #[serde(default)]
    pub totals: Rows<Count>,
    /// The decision of dirección or subdirección (R062).
    pub decision: Option<Approval>,
    /// The digest of what was approved.
    pub content_digest: Option<Digest>,
    /// Who was given a copy (R064, R065).
    #[serde(default)]
    pub copies: Rows<Copy>,
    /// What else should be known.
    pub notes: Option<Text>,
}

/// One piece of equipment in one week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its number in the programme.
    pub number: u32,
    /// The inventory code.
    pub inventory: Line,
    /// What it is: `computadora de escritorio` (R061).
    pub kind: Line,
    /// Make, model and serial number.
    pub model: Option<Line>,
    /// The unit.
    pub unit: Line,
    /// Who answers for the equipment (R115).
    pub responsible: Option<Line>,
    /// Where it stands.
    pub place: Option<Line>,
    /// What is to be done.
    pub activity: Line,
    /// The week: `2026-W30 (20 al 24 de julio)` (R067).
    pub week: Line,
    /// Who does it.
    pub technician: Option<Line>,
    /// When it was done.
    pub done: Option<NaiveDate>,
    /// `programado`, `reprogramado`, `ejecutado`, `no ejecutado`, `retirado`.
    pub state: Line,
    /// Who declared it right, and when.
    pub conformity: Option<Line>,
}

/// A decision on the programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// By whom.
    pub by: Line,
    /// Their post.
    pub post: Option<Line>,
    /// When.
    pub at: NaiveDateTime,
    /// Whether it was approved; else it was returned.
    pub approved: bool,
    /// In their words.
    pub comment: Option<Text>,
}

/// A copy that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copy {
    /// The unit.
    pub unit: Line,
    /// Its head.
    pub to: Line,
    /// `digital` or `física`.
    pub medium: Line,
    /// When it was handed over.
    pub at: Option<NaiveDateTime>,
    /// When they said that they have it.
    pub acknowledged: Option<NaiveDateTime>,
}
