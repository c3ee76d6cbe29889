//! The period of a pack. It may not know what is in it.

use chrono::NaiveDate;

use crate::figures::month::Month;
use crate::jobs::monthly::month_name;
use crate::upkeep::semester::Semester;

/// A month or a semester.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A month.
    Month(Month),
    /// A semester.
    Semester(Semester),
}

impl Period {
    /// A period by its name: `2026-10` or `2026-S1`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once("-S") {
            Some((year, half)) => {
                let plain = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
                (plain(year, 4) && plain(half, 1)).then_some(())?;
                Semester::new(year.parse().ok()?, half.parse().ok()?).map(Self::Semester)
            }
            None => Month::parse(text).map(Self::Month),
        }
    }

    /// Its name: `2026-10`, `2026-S1`.
    pub fn name(self) -> String {
        match self {
            Self::Month(month) => month.to_string(),
            Self::Semester(semester) => format!("{}-S{}", semester.year(), semester.half()),
        }
    }

    /// What people read: `octubre de 2026`.
    pub fn title(self) -> String {
        match self {
            Self::Month(month) => month_name(month),
            Self::Semester(semester) => semester.to_string().to_lowercase(),
        }
    }

    /// Its first and its last day.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Month(month) => (month.first(), month.last()),
            Self::Semester(semester) => semester.days(),
        }
    }

    /// Its months.
    pub fn months(self) -> Vec<Month> {
        let (first, last) = self.days();
        let next = |month: &Month| Some(month.after());
        std::iter::successors(Some(Month::of(first)), next).take_while(|month| month.first() <= last).collect()
    }

    /// The semester that it is, or lies in.
    pub fn semester(self) -> Option<Semester> {
        match self {
            Self::Month(month) => Semester::of(month.first()),
            Self::Semester(semester) => Some(semester),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_read_by_the_name_that_it_has() {
        for name in ["2026-10", "2026-S1", "2026-S2"] {
            assert_eq!(Period::parse(name).unwrap().name(), name);
        }
        for wrong in ["", "2026", "2026-13", "2026-S3", "2026-S", "2026-S+1", "+026-S1", "2026-1", "26-S1"] {
            assert_eq!(Period::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Period::parse("2026-S2").unwrap().months().len(), 6);
        assert_eq!(Period::parse("2026-10").unwrap().months().len(), 1);
    }
}
