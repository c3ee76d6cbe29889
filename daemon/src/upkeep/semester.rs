//! Semesters and their ISO weeks, by which maintenance is programmed (R060, R067). Pure; the calendar says which days count.

use std::fmt;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use crate::calendar::names::month;

/// The years of which programmes are made.
const YEARS: std::ops::RangeInclusive<i32> = 2020..=2199;

/// January to June, or July to December.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Semester {
    year: i32,
    half: u8,
}

/// A week from Monday to Sunday, by ISO 8601.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    /// The Monday.
    monday: NaiveDate,
}

impl Semester {
    /// A semester, 1 or 2, of a year from 2020 to 2199.
    pub fn new(year: i32, half: u8) -> Option<Self> {
        (YEARS.contains(&year) && (half == 1 || half == 2)).then_some(Self { year, half })
    }

    /// The semester of a day.
    pub fn of(day: NaiveDate) -> Option<Self> {
        Self::new(day.year(), if day.month() <= 6 { 1 } else { 2 })
    }

    /// Its year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// 1 or 2.
    pub fn half(self) -> u8 {
        self.half
    }

    /// The one after it; none behind the last year.
    pub fn next(self) -> Option<Self> {
        if self.half == 1 { Self::new(self.year, 2) } else { Self::new(self.year + 1, 1) }
    }

    /// The one before it; none before the first year.
    pub fn before(self) -> Option<Self> {
        if self.half == 2 { Self::new(self.year, 1) } else { Self::new(self.year - 1, 2) }
    }

    /// As programs write it: `2026-1`.
    pub fn word(self) -> String {
        format!("{}-{}", self.year, self.half)
    }

    /// Reads that.
    pub fn of_word(word: &str) -> Option<Self> {
        let (year, half) = word.split_once('-')?;
        let is_plain = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
        (is_plain(year, 4) && is_plain(half, 1)).then(|| Self::new(year.parse().ok()?, half.parse().ok()?)).flatten()
    }

    /// Its first and its last day.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        let (first, last) = if self.half == 1 { ((1, 1), (6, 30)) } else { ((7, 1), (12, 31)) };
        let day = |(month, day)| NaiveDate::from_ymd_opt(self.year, month, day).unwrap_or_default();
        (day(first), day(last))
    }

    /// Its weeks in their order: those with a business day in it. A week without one is no week to work in.
    pub fn weeks(self, is_business: &dyn Fn(NaiveDate) -> bool) -> Vec<Week> {
        let (first, last) = self.days();
        let mut weeks: Vec<Week> = Vec::new();
        for day in first.iter_days().take_while(|day| *day <= last).filter(|day| is_business(*day)) {
            let week = Week::of(day);
            if weeks.last() != Some(&week) {
                weeks.push(week);
            }
        }
        weeks
    }
}

/// `Primer semestre de 2026`.
impl fmt::Display for Semester {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} semestre de {}", if self.half == 1 { "Primer" } else { "Segundo" }, self.year)
    }
}

impl Week {
    /// The week of a day.
    pub fn of(day: NaiveDate) -> Self {
        let since = u64::from(day.weekday().num_days_from_monday());
        Self { monday: day.checked_sub_days(Days::new(since)).unwrap_or(day) }
    }

    /// Reads `2026-W30`.
    pub fn of_word(word: &str) -> Option<Self> {
        let (year, week) = word.split_once("-W")?;
        let is_plain = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain(year, 4) || !is_plain(week, 2) {
            return None;
        }
        let monday = NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)?;
        Some(Self { monday })
    }

    /// `2026-W30`, as it is stored; such words sort as weeks do.
    pub fn word(self) -> String {
        let week = self.monday.iso_week();
        format!("{:04}-W{:02}", week.year(), week.week())
    }

    /// Its Monday.
    pub fn monday(self) -> NaiveDate {
        self.monday
    }

    /// Its Sunday.
    pub fn sunday(self) -> NaiveDate {
        self.monday.checked_add_days(Days::new(6)).unwrap_or(self.monday)
    }

    /// Its days as people read them: `2026-W30 (20 al 24 de julio)`.
    pub fn label(self) -> String {
        let friday = self.monday.checked_add_days(Days::new(4)).unwrap_or(self.monday);
        let (from, until) = (month(self.monday), month(friday));
        let from = if from == until { String::new() } else { format!(" de {from}") };
        format!("{} ({:02}{from} al {:02} de {until})", self.word(), self.monday.day(), friday.day())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn is_workday(day: NaiveDate) -> bool {
        day.weekday().num_days_from_monday() < 5
    }

    #[test]
    fn a_semester_has_the_weeks_in_which_somebody_works() {
        let first = Semester::new(2026, 1).unwrap();
        assert_eq!(first.to_string(), "Primer semestre de 2026");
        assert_eq!(first.days(), (day("2026-01-01"), day("2026-06-30")));
        let weeks = first.weeks(&is_workday);
        assert_eq!((weeks.len(), weeks[0].word(), weeks[26].word()), (27, "2026-W01".into(), "2026-W27".into()));
        // The holy week is left out where none of its days counts.
        let holy = Week::of(day("2026-04-01"));
        let without = first.weeks(&|day| is_workday(day) && Week::of(day) != holy);
        assert_eq!(without.len(), 26);
        assert!(!without.contains(&holy));
        assert!(first.weeks(&|_| false).is_empty());
        assert_eq!(Semester::new(2026, 3), None);
        assert_eq!(Semester::of(day("2026-07-01")), Semester::new(2026, 2));
        assert_eq!(first.next().and_then(Semester::next), Semester::new(2027, 1));
    }

    #[test]
    fn a_week_is_said_with_its_days() {
        assert_eq!(Week::of(day("2026-07-26")).label(), "2026-W30 (20 al 24 de julio)");
        assert_eq!(Week::of(day("2026-07-01")).label(), "2026-W27 (29 de junio al 03 de julio)");
        for bad in ["2026-W54", "2026-W00", "2026-30", "26-W30", "2026-W3", "2026-W+3", "", "W"] {
            assert_eq!(Week::of_word(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_week_comes_back_from_its_word_and_sorts_as_it(one in 0u64..65_000, other in 0u64..65_000) {
            let week = |days| Week::of(day("2020-01-01") + Days::new(days));
            let (one, other) = (week(one), week(other));
            prop_assert_eq!(Week::of_word(&one.word()), Some(one));
            prop_assert_eq!(one.cmp(&other), one.word().cmp(&other.word()));
        }
    }
}
