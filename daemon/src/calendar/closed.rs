//! Why a day is no business day, in the words that people read. It may not know the calendar.

use std::fmt;

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::holidays::Kind;

/// Why a day is no business day. Written out it is Spanish: `sábado`, or a holiday's name with its citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It is a Saturday.
    Saturday,
    /// It is a Sunday.
    Sunday,
    /// It is a holiday.
    Holiday {
        /// What makes it one.
        kind: Kind,
        /// Its name.
        name: String,
        /// What gives it.
        citation: String,
    },
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Saturday => f.write_str("sábado"),
            Self::Sunday => f.write_str("domingo"),
            Self::Holiday { name, citation, .. } => write!(f, "{name} ({citation})"),
        }
    }
}

/// Whether a day is of a weekend, whatever else it may be.
pub(super) fn weekend(date: NaiveDate) -> Option<Closed> {
    match date.weekday() {
        Weekday::Sat => Some(Closed::Saturday),
        Weekday::Sun => Some(Closed::Sunday),
        _ => None,
    }
}
