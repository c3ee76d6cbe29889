//! Where a disk is heading: how long its room lasts, and whether it gets slower. Pure.

use crate::units;

/// How many weeks back growth is looked at.
pub const GROWTH_WEEKS: i64 = 12;
/// Fewer weeks than this say nothing.
const WEEKS_MIN: usize = 3;
/// The newest writes, which say how fast a disk is now.
const NOW: usize = 3;
/// The writes before them, which say how fast it was.
const BEFORE: usize = 10;
/// How many events [`speed`] looks at.
pub const EVENTS: u32 = 13;
/// What is written in an instant says nothing about a disk.
const BYTES_MIN: i64 = 1 << 20;

/// How much a disk takes in a week: the median of the weeks in which it took something, less in the measure in which
/// it takes turns with others. `weeks` are the numbers of weeks before `this_week`, with their bytes; the week that is
/// not over yet does not count. `None` where there are fewer than three.
pub fn weekly_growth(weeks: &[(i64, i64)], this_week: i64) -> Option<u64> {
    let counts = |week: &&(i64, i64)| (this_week - GROWTH_WEEKS..this_week).contains(&week.0) && week.1 > 0;
    let counted: Vec<&(i64, i64)> = weeks.iter().filter(counts).collect();
    if counted.len() < WEEKS_MIN {
        return None;
    }
    let first = counted.iter().map(|(week, _)| *week).min()?;
    let span = u64::try_from(this_week - first).ok()?;
    let bytes = median(counted.iter().filter_map(|(_, bytes)| u64::try_from(*bytes).ok()).collect())?;
    let filled = u64::try_from(counted.len()).ok()?;
    Some(bytes.saturating_mul(filled) / span.max(1))
}

/// How many whole weeks so much room lasts.
pub fn weeks_left(free_bytes: u64, weekly_growth: u64) -> Option<u64> {
    free_bytes.checked_div(weekly_growth)
}

/// How fast a disk takes what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed {
    /// Bytes a second, lately.
    pub bytes_per_second: u64,
    /// By how many per cent that is more than before, or less where it is negative; where there is a before.
    pub change_percent: Option<i64>,
}

/// The speed by what was written, bytes and milliseconds each, the newest first. `None` where nothing says it.
pub fn speed(written: &[(i64, i64)]) -> Option<Speed> {
    let rate = |(bytes, ms): &(i64, i64)| {
        let enough = *bytes >= BYTES_MIN && *ms > 0;
        enough.then(|| u64::try_from(i128::from(*bytes) * 1000 / i128::from(*ms)).ok()).flatten()
    };
    let rates: Vec<u64> = written.iter().filter_map(rate).collect();
    let now = median(rates.iter().take(NOW).copied().collect())?;
    let before: Vec<u64> = rates.iter().skip(NOW).take(BEFORE).copied().collect();
    let before = if before.len() < WEEKS_MIN { None } else { median(before) };
    let change = before
        .filter(|before| *before > 0)
        .and_then(|before| i64::try_from((i128::from(now) - i128::from(before)) * 100 / i128::from(before)).ok());
    Some(Speed { bytes_per_second: now, change_percent: change })
}

impl Speed {
    /// `38.0 MiB/s, 20 % slower than before`.
    pub fn words(&self) -> String {
        let now = format!("{}/s", units::bytes(self.bytes_per_second));
        match self.change_percent {
            Some(change @ ..=-10) => format!("{now}, {} % slower than before", -change),
            Some(change @ 10..) => format!("{now}, {change} % faster than before"),
            Some(_) => format!("{now}, as before"),
            None => now,
        }
    }
}

fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: i64 = 1 << 30;

    #[test]
    fn room_lasts_as_long_as_the_median_week_says() {
        let weeks: Vec<(i64, i64)> = [(90, 2), (91, 2), (92, 9), (93, 2)].map(|(week, gib)| (week, gib * GIB)).into();
        let growth = weekly_growth(&weeks, 94).unwrap();
        assert_eq!(growth, 2 << 30);
        assert_eq!(weeks_left(21 << 30, growth), Some(10));
    }

    #[test]
    fn a_disk_that_takes_turns_fills_more_slowly() {
        let weeks = [(88, GIB), (91, GIB), (94, GIB)];
        assert_eq!(weekly_growth(&weeks, 97), Some(GIB.unsigned_abs() / 3));
    }

    #[test]
    fn too_few_weeks_old_ones_and_the_one_that_is_not_over_say_nothing() {
        assert_eq!(weekly_growth(&[(92, GIB), (93, GIB)], 94), None);
        assert_eq!(weekly_growth(&[(92, GIB), (93, GIB), (94, GIB)], 94), None);
        assert_eq!(weekly_growth(&[(70, GIB), (92, GIB), (93, GIB)], 94), None);
        assert_eq!(weekly_growth(&[(91, 0), (92, GIB), (93, GIB)], 94), None);
        assert_eq!(weeks_left(5, 0), None);
    }

    #[test]
    fn a_disk_that_gets_slower_is_noticed() {
        let write = |mib: i64| (mib << 20, 1000);
        let mut written = vec![write(40), write(38), write(36)];
        assert_eq!(speed(&written).unwrap().words(), "38.0 MiB/s");
        written.extend(vec![write(48); 10]);
        let now = speed(&written).unwrap();
        assert_eq!((now.bytes_per_second, now.change_percent), (38 << 20, Some(-20)));
        assert_eq!(now.words(), "38.0 MiB/s, 20 % slower than before");
        assert_eq!(speed(&vec![write(50); 13]).unwrap().words(), "50.0 MiB/s, as before");
        written.reverse();
        assert_eq!(speed(&written[..13]).unwrap().words(), "48.0 MiB/s, as before");
    }

    #[test]
    fn what_is_written_in_an_instant_says_nothing() {
        assert_eq!(speed(&[(100, 1), (0, 0), (5 << 20, 0)]), None);
    }
}
