//! Which disk of a set is due in which week. Pure, and without memory: the answer hangs on the week and the set alone, so
//! that a machine that was off, a week that was missed or a database that was lost moves no turn.
//!
//! Weeks are those of ISO 8601, which begin on Mondays, counted from the one that holds 1970-01-01. The count goes on over
//! the ends of years, whether a year has 52 weeks or 53, and its remainder by the number of disks is the place in the set.
//! A disk that joins or leaves the set changes whose turn it is from that day on, and nothing else.

use chrono::{Datelike as _, NaiveDate};

/// The days from 0001-01-01, which is day 1, to the Monday of the first week.
const FIRST_MONDAY: i64 = 719_160;

/// The number of ISO weeks from that of 1970-01-01 to that of a day, as the day is called where the plan lives.
pub fn week(day: NaiveDate) -> i64 {
    (i64::from(day.num_days_from_ce()) - FIRST_MONDAY).div_euclid(7)
}

/// The disk of a set that is due on a day; none of an empty set.
pub fn due(set: &[String], day: NaiveDate) -> Option<&String> {
    let length = i64::try_from(set.len()).ok().filter(|length| *length > 0)?;
    set.get(usize::try_from(week(day).rem_euclid(length)).ok()?)
}

/// A set from one of its disks on: that one, those after it, and then those before it. A disk that is not in the set has
/// nobody to stand in for it.
pub fn from<'a>(set: &'a [String], disk: &str) -> Vec<&'a String> {
    let Some(at) = set.iter().position(|name| name == disk) else { return Vec::new() };
    let (before, after) = set.split_at(at);
    after.iter().chain(before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn set(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_first_week_is_the_one_of_the_first_of_january_1970() {
        assert_eq!(
            ["1969-12-28", "1969-12-29", "1970-01-01", "1970-01-04", "1970-01-05"].map(|at| week(day(at))),
            [-1, 0, 0, 0, 1]
        );
    }

    #[test]
    fn each_monday_and_no_other_day_is_another_ones_turn() {
        let three = set(&["a", "b", "c"]);
        let mut at = day("2019-12-30");
        for _ in 0..3000 {
            let next = at.succ_opt().unwrap();
            let changes = due(&three, at) != due(&three, next);
            assert_eq!(changes, next.weekday() == chrono::Weekday::Mon, "{next}");
            at = next;
        }
    }

    #[test]
    fn turns_go_on_over_the_ends_of_years_of_52_and_of_53_weeks() {
        let three = set(&["a", "b", "c"]);
        // 2026 has 53 weeks and 2027 has 52; these are Sundays, one after the other.
        for sundays in [["2026-12-27", "2027-01-03", "2027-01-10"], ["2027-12-26", "2028-01-02", "2028-01-09"]] {
            let turns = sundays.map(|at| three.iter().position(|name| Some(name) == due(&three, day(at))).unwrap());
            assert_eq!([(turns[0] + 1) % 3, (turns[1] + 1) % 3], [turns[1], turns[2]], "{sundays:?}");
        }
        assert_eq!(day("2026-12-31").iso_week().week(), 53);
        assert_eq!(due(&three, day("2026-12-31")), due(&three, day("2027-01-03")), "one week of two years");
    }

    #[test]
    fn one_disk_is_always_due_and_none_never() {
        let one = set(&["a"]);
        assert!(["1969-12-31", "2026-11-22", "2026-11-29"].iter().all(|at| due(&one, day(at)) == one.first()));
        assert_eq!(due(&[], day("2026-11-22")), None);
    }

    #[test]
    fn a_set_that_changes_has_each_of_its_disks_due_in_turn_at_once() {
        for names in [&["a", "b"][..], &["a", "b", "c"], &["a", "b", "c", "d"], &["d", "b"]] {
            let names = set(names);
            let mut seen: Vec<&String> = (0..names.len())
                .filter_map(|week| due(&names, day("2026-11-22") + chrono::Days::new(7 * week as u64)))
                .collect();
            seen.sort();
            let mut all: Vec<&String> = names.iter().collect();
            all.sort();
            assert_eq!(seen, all);
        }
    }

    #[test]
    fn those_that_stand_in_come_in_the_order_of_the_set() {
        let three = set(&["a", "b", "c"]);
        assert_eq!(from(&three, "b"), ["b", "c", "a"]);
        assert_eq!(from(&three, "x"), Vec::<&String>::new());
    }
}
