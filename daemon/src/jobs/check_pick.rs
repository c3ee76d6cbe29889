//! Which copies on a disk are read again now, so that each is read within so many weeks, and no day reads everything. Pure.

use chrono::{DateTime, TimeDelta, Utc};

/// A copy that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// When it was last read whole and found good.
    pub verified: Option<DateTime<Utc>>,
    /// Bytes of its archives.
    pub bytes: u64,
}

/// What is promised, and what there is time for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Within how many weeks each copy is read, if its disk is here at least once in half of them.
    pub weeks: u32,
    /// How long it is from one opportunity to the next, while the disk is here.
    pub every: TimeDelta,
    /// Bytes that can be read this time. One copy is read however large it is.
    pub bytes_max: u64,
}

/// The places in the list of the copies that are read now, in their order: what was read longest ago first.
///
/// What is half as old as it may become is read now, since its disk may be away tomorrow. Before that, each opportunity
/// takes its share of what is a quarter as old, so that the work does not come all on one day.
pub fn pick(copies: &[Candidate], now: DateTime<Utc>, rules: Rules) -> Vec<usize> {
    let half = TimeDelta::weeks(i64::from(rules.weeks.max(1))) / 2;
    let quarter = half / 2;
    let mut order: Vec<usize> = (0..copies.len()).collect();
    let verified = |index: &usize| copies.get(*index).and_then(|copy| copy.verified);
    order.sort_by_key(|index| (verified(index), *index));
    let all: u64 = copies.iter().fold(0, |sum, copy| sum.saturating_add(copy.bytes));
    let share = share(all, rules.every, quarter);
    let mut taken = 0_u64;
    let mut picked = Vec::new();
    for index in order {
        let Some(copy) = copies.get(index) else { continue };
        let age = copy.verified.map_or(TimeDelta::MAX, |verified| now - verified);
        // A clock that was ahead must not keep a copy from being read for years.
        let is_due = age >= half || age < TimeDelta::zero() || age >= quarter && taken < share;
        let fits = picked.is_empty() || taken.saturating_add(copy.bytes) <= rules.bytes_max;
        if is_due && !fits {
            break;
        }
        if is_due {
            taken = taken.saturating_add(copy.bytes);
            picked.push(index);
        }
    }
    picked
}

/// What each opportunity reads of all, so that all of it is read in a time.
fn share(all: u64, every: TimeDelta, within: TimeDelta) -> u64 {
    let [every, within] = [every, within].map(|span| u128::try_from(span.num_seconds()).unwrap_or(0).max(1));
    let share = (u128::from(all) * every).div_ceil(within);
    u64::try_from(share).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: TimeDelta = TimeDelta::days(1);

    fn begin() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn rules(weeks: u32, bytes_max: u64) -> Rules {
        Rules { weeks, every: DAY, bytes_max }
    }

    #[test]
    fn what_was_never_read_is_read_first_and_what_is_fresh_not_at_all() {
        let now = begin();
        let copy = |days: Option<i64>| Candidate {
            verified: days.map(|days| now - DAY * i32::try_from(days).unwrap()),
            bytes: 10,
        };
        let copies = [copy(Some(1)), copy(Some(20)), copy(None), copy(Some(27))];
        assert_eq!(pick(&copies, now, rules(4, 1000)), [2, 3, 1]);
        assert_eq!(pick(&copies, now, rules(4, 20)), [2, 3]);
        assert_eq!(pick(&copies, now, rules(4, 1)), [2], "one is read however large it is");
        assert_eq!(pick(&[copy(Some(-400))], now, rules(4, 1000)), [0], "the clock was ahead");
        assert_eq!(pick(&[], now, rules(4, 1000)), Vec::<usize>::new());
    }

    #[test]
    fn a_disk_that_stays_is_read_in_even_parts() {
        let mut now = begin();
        let mut copies: Vec<Candidate> = (0..280).map(|_| Candidate { verified: Some(now), bytes: 100 }).collect();
        let mut most = 0;
        for _ in 0..365 {
            now += DAY;
            let picked = pick(&copies, now, rules(4, u64::MAX));
            most = most.max(picked.len());
            picked.into_iter().for_each(|index| copies[index].verified = Some(now));
        }
        assert!(most <= 41, "{most} of 280 in one day");
        assert!(copies.iter().all(|copy| now - copy.verified.unwrap() <= TimeDelta::weeks(2)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn over_a_year_everything_that_is_here_often_enough_is_read_in_time(
            weeks in 1_u32..9,
            here in proptest::collection::vec(any::<bool>(), 365),
            sizes in proptest::collection::vec(1_u64..1000, 1..60),
        ) {
            let mut now = begin();
            let mut copies: Vec<Candidate> = sizes.into_iter().map(|bytes| Candidate { verified: Some(now), bytes }).collect();
            let all: u64 = copies.iter().map(|copy| copy.bytes).sum();
            let mut away = 0;
            for here in here {
                now += DAY;
                away += 1;
                // Whatever chance says, it comes at least once in half the time.
                if here || away >= weeks * 7 / 2 {
                    away = 0;
                    for index in pick(&copies, now, rules(weeks, all)) {
                        copies[index].verified = Some(now);
                    }
                }
                for copy in &copies {
                    prop_assert!(now - copy.verified.unwrap() <= TimeDelta::weeks(i64::from(weeks)));
                }
            }
        }
    }
}
