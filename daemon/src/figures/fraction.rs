//! An exact quotient, and how it is written. It may not know what is divided.

use serde::{Deserialize, Serialize};

/// A part of a whole. Compared exactly: what is rounded is only ever read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fraction {
    /// The part.
    pub part: u64,
    /// The whole; nothing can be said where it is 0.
    pub whole: u64,
}

impl Fraction {
    /// Of counts, which are never negative.
    pub fn of(part: i64, whole: i64) -> Self {
        let whole_number = |count: i64| u64::try_from(count).unwrap_or_default();
        Self { part: whole_number(part), whole: whole_number(whole) }
    }

    /// Whether it is at least so many percent; none where there is no whole.
    pub fn reaches(self, percent: u64) -> Option<bool> {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        (self.whole > 0).then(|| 100 * part >= u128::from(percent) * whole)
    }

    /// `times` the quotient in hundredths, rounded to the nearest one; none where there is no whole.
    fn rounded(self, times: u128) -> Option<i64> {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        let rounded = (self.whole > 0).then(|| (200 * times * part + whole) / (2 * whole))?;
        i64::try_from(rounded).ok()
    }

    /// Hundredths of a percent, rounded, but never up to a mark that was not reached: neither to `target` percent nor to all of
    /// it. None where there is no whole.
    pub fn percent_hundredths(self, target: Option<u64>) -> Option<i64> {
        let mut rounded = self.rounded(100)?;
        for mark in [100].into_iter().chain(target) {
            let shown = i64::try_from(mark.saturating_mul(100)).ok()?;
            if self.reaches(mark) == Some(false) && rounded >= shown {
                rounded = shown - 1;
            }
        }
        Some(rounded)
    }

    /// The quotient itself in hundredths, rounded to the nearest one; none where there is no whole.
    pub fn hundredths(self) -> Option<i64> {
        self.rounded(1)
    }
}

/// Hundredths in digits: `88.89`.
pub fn decimal(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(part: u64, whole: u64, target: Option<u64>) -> Option<String> {
        Fraction { part, whole }.percent_hundredths(target).map(decimal)
    }

    #[test]
    fn what_is_rounded_never_shows_a_mark_that_was_not_reached() {
        assert_eq!(percent(8, 9, Some(80)).unwrap(), "88.89");
        assert_eq!(percent(79_996, 100_000, Some(80)).unwrap(), "79.99", "and not 80.00");
        assert_eq!(percent(80, 100, Some(80)).unwrap(), "80.00");
        assert_eq!(percent(99_999, 100_000, None).unwrap(), "99.99", "and not 100.00");
        assert_eq!((percent(3, 3, None).unwrap(), percent(0, 7, None).unwrap()), ("100.00".into(), "0.00".into()));
        assert_eq!(percent(0, 0, Some(80)), None, "nothing of nothing is neither none nor all");
    }

    #[test]
    fn a_target_is_compared_exactly() {
        assert_eq!(Fraction { part: 79_996, whole: 100_000 }.reaches(80), Some(false));
        assert_eq!(Fraction { part: 4, whole: 5 }.reaches(80), Some(true));
        assert_eq!(Fraction { part: 0, whole: 0 }.reaches(0), None);
        assert_eq!(Fraction { part: u64::MAX, whole: u64::MAX }.reaches(100), Some(true));
    }

    #[test]
    fn a_mean_is_rounded_to_the_nearest_hundredth() {
        assert_eq!(Fraction { part: 7, whole: 3 }.hundredths().map(decimal).unwrap(), "2.33");
        assert_eq!(Fraction { part: 1, whole: 200 }.hundredths(), Some(1));
        assert_eq!(Fraction::of(-1, 0).hundredths(), None);
    }
}
