//! A month, as figures are counted by it. It may not know what is counted.

use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Month {
    /// Its first day.
    first: NaiveDate,
}

/// A text that is no month.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a month between 2000-01 and 2200-12")]
pub struct NotAMonth;

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// A month as programs write it, `2026-01`; `None` for what is none between 2000 and 2200.
    pub fn parse(text: &str) -> Option<Self> {
        let first: NaiveDate = format!("{text}-01").parse().ok()?;
        (text.len() == 7 && (2000..=2200).contains(&first.year())).then_some(Self { first })
    }

    /// Its first day.
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> NaiveDate {
        let next = self.first.checked_add_months(Months::new(1));
        next.and_then(|next| next.pred_opt()).unwrap_or(self.first)
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        Self { first: self.first.checked_sub_months(Months::new(1)).unwrap_or(self.first) }
    }

    /// The one after.
    #[must_use]
    pub fn after(self) -> Self {
        Self { first: self.first.checked_add_months(Months::new(1)).unwrap_or(self.first) }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl TryFrom<String> for Month {
    type Error = NotAMonth;

    fn try_from(text: String) -> Result<Self, NotAMonth> {
        Self::parse(&text).ok_or(NotAMonth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_as_programs_write_it_and_has_its_neighbours() {
        let month = Month::parse("2026-02").unwrap();
        assert_eq!((month.last().to_string(), month.to_string()), ("2026-02-28".to_owned(), "2026-02".to_owned()));
        assert_eq!(
            (Month::parse("2026-01").unwrap().before().to_string(), month.after().to_string()),
            ("2025-12".to_owned(), "2026-03".to_owned())
        );
        for bad in ["", "2026", "2026-13", "1999-12", "2201-01", "2026-1", "2026-01-01", "' OR 1"] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }
}
