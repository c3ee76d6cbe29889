//! DIACO-RH-FO-02, *Listado de Asistencia* (procedure, R118).

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Rows, Text};
use crate::parts::Attachment;

/// Who was at an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attendance {
    /// What it was about.
    pub topic: Line,
    /// `capacitación`, `divulgación`, `reunión`.
    pub kind: Line,
    /// When.
    pub date: NaiveDate,
    /// When it began.
    pub start: Option<NaiveTime>,
    /// When it ended.
    pub end: Option<NaiveTime>,
    /// Where.
    pub place: Option<Line>,
    /// Who held it.
    pub speaker: Option<Line>,
    /// What it was for.
    pub objective: Option<Text>,
    /// Who was there.
    #[serde(default)]
    pub attendees: Rows<Attendee>,
    /// The signed list, scanned.
    pub scan: Option<Attachment>,
}

/// Somebody who was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attendee {
    /// Their name.
    pub name: Line,
    /// Their post.
    pub post: Option<Line>,
    /// Their unit.
    pub unit: Option<Line>,
}
