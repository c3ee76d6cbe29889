//! The days, weeks, months and years that backups fall into. It may not know backups.

use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset};

/// A stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// A day: year, month, day.
    Day(i32, u32, u32),
    /// A week of ISO 8601: its year, which is not always that of its days, and its number.
    Week(i32, u32),
    /// A month: year and month.
    Month(i32, u32),
    /// A year.
    Year(i32),
}

impl Period {
    /// The day of a moment.
    pub fn day(at: DateTime<FixedOffset>) -> Self {
        Self::Day(at.year(), at.month(), at.day())
    }

    /// The week of a moment.
    pub fn week(at: DateTime<FixedOffset>) -> Self {
        Self::Week(at.iso_week().year(), at.iso_week().week())
    }

    /// The month of a moment.
    pub fn month(at: DateTime<FixedOffset>) -> Self {
        Self::Month(at.year(), at.month())
    }

    /// The year of a moment.
    pub fn year(at: DateTime<FixedOffset>) -> Self {
        Self::Year(at.year())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(year, month, day) => write!(f, "the day {year}-{month:02}-{day:02}"),
            Self::Week(year, week) => write!(f, "the week {year}-W{week:02}"),
            Self::Month(year, month) => write!(f, "the month {year}-{month:02}"),
            Self::Year(year) => write!(f, "the year {year}"),
        }
    }
}
