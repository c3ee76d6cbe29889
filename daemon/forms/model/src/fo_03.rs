//! DIACO-IN-FO-03, maintenance moved to another week (*reprogramación*; procedure, R066 to R068 and 7.3).

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Text};

/// One item moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rescheduling {
    /// Its number: `RP-2026-007`.
    pub number: Line,
    /// The programme: `Segundo semestre de 2026, revisión 1`.
    pub programme: Line,
    /// The item's number there.
    pub item: u32,
    /// The inventory code.
    pub inventory: Line,
    /// Kind, make, model and serial number.
    pub equipment: Line,
    /// The unit.
    pub unit: Line,
    /// Who answers for the equipment.
    pub responsible: Option<Line>,
    /// What was to be done.
    pub activity: Option<Line>,
    /// The week that was programmed.
    pub original_week: Line,
    /// The day, where one was programmed.
    pub original_date: Option<NaiveDate>,
    /// Why it cannot be then (R067).
    pub reason: Text,
    /// Who said so.
    pub informed_by: Line,
    /// When.
    pub informed: NaiveDateTime,
    /// The new week (R068).
    pub new_week: Line,
    /// The new day, where there is one.
    pub new_date: Option<NaiveDate>,
    /// Who registered it.
    pub registered_by: Line,
    /// When.
    pub registered: NaiveDateTime,
    /// Who authorised it.
    pub authorised_by: Option<Line>,
    /// When.
    pub authorised: Option<NaiveDateTime>,
    /// The head of the process who knows of it.
    pub aware: Option<Line>,
    /// When they said so.
    pub aware_at: Option<NaiveDateTime>,
    /// When it was done after all.
    pub executed: Option<NaiveDate>,
    /// What came of it.
    pub result: Option<Text>,
}
