//! What is true of every deadline, whatever days are added.

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use super::{accord, bare, day};
use crate::calendar::{CAPITAL, Calendar, Kind, NonBusinessDay, Settings, Version};

/// 1990 to 2034.
fn date() -> impl Strategy<Value = NaiveDate> {
    (0_i64..365 * 45).prop_map(|days| day(1990, 1, 1) + TimeDelta::days(days))
}

/// A day that somebody might add: whole or half, of all or of a place, skipped by deadlines or not.
fn added() -> impl Strategy<Value = NonBusinessDay> {
    let place = prop_oneof![Just(None), Just(Some(CAPITAL)), Just(Some("Antigua Guatemala"))];
    (date(), place, prop::option::of(0_u32..24), any::<bool>()).prop_map(|(date, place, from_hour, counts)| {
        let kind = if place.is_some() { Kind::Local } else { Kind::Accord };
        let place = place.map(str::to_owned);
        NonBusinessDay { kind, place, from_hour, counts_for_deadlines: counts, ..accord(date) }
    })
}

/// The law and up to sixty days; those that cannot be added are left out.
fn version(exclude_day_of_entry: bool) -> impl Strategy<Value = Version> {
    (prop::collection::vec(added(), 0..60), any::<bool>()).prop_map(move |(days, half_day_is_business_day)| {
        let settings = Settings { exclude_day_of_entry, half_day_is_business_day };
        days.into_iter().fold(Version { settings, ..bare() }, |mut version, day| {
            // A weekend, or there already.
            version.add(day).ok();
            version
        })
    })
}

fn place() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![Just(None), Just(Some(CAPITAL)), Just(Some("Antigua Guatemala"))]
}

fn calendar() -> impl Strategy<Value = Calendar> {
    (version(true), place()).prop_map(|(version, place)| Calendar::new(&version, place))
}

proptest! {
    #[test]
    fn a_deadline_is_a_business_day_after_its_entry_with_just_so_many_between(
        calendar in calendar(), entry in date(), n in 1_u32..60,
    ) {
        let due = calendar.add_business_days(entry, n);
        prop_assert!(due > entry);
        prop_assert!(calendar.is_business_day(due));
        prop_assert_eq!(calendar.business_days_between(entry, due), i64::from(n));
        prop_assert_eq!(calendar.business_days_between(due, entry), -i64::from(n));
        // And it is the first such day.
        prop_assert_eq!(calendar.business_days_between(entry, due - TimeDelta::days(1)), i64::from(n) - 1);
    }

    #[test]
    fn a_deadline_is_later_for_a_later_entry_and_for_more_days(
        calendar in calendar(), entry in date(), later in 0_i64..40, n in 1_u32..40,
    ) {
        let due = calendar.add_business_days(entry, n);
        prop_assert!(calendar.add_business_days(entry + TimeDelta::days(later), n) >= due);
        prop_assert!(calendar.add_business_days(entry, n + 1) > due);
        prop_assert_eq!(calendar.add_business_days(due, 1), calendar.add_business_days(entry, n + 1));
    }

    #[test]
    fn a_day_that_is_added_makes_no_deadline_earlier(
        before in version(true), day in added(), place in place(), entry in date(), n in 1_u32..40,
    ) {
        let mut after = before.clone();
        // Where it cannot be added nothing may change.
        after.add(day).ok();
        let (before, after) = (Calendar::new(&before, place), Calendar::new(&after, place));
        prop_assert!(after.add_business_days(entry, n) >= before.add_business_days(entry, n));
    }

    #[test]
    fn a_whole_day_that_is_added_is_closed_and_says_why(before in version(true), date in date()) {
        let mut after = before;
        if after.add(accord(date)).is_ok() {
            let calendar = Calendar::new(&after, None);
            prop_assert!(!calendar.is_business_day(date));
        }
    }

    #[test]
    fn what_is_explained_is_what_is_counted(
        version in prop_oneof![version(true), version(false)], place in place(), entry in date(), n in 0_u32..40,
    ) {
        let calendar = Calendar::new(&version, place);
        let steps = calendar.explain(entry, n);
        let last = steps.last().unwrap();
        prop_assert_eq!((steps[0].date, last.date), (entry, calendar.add_business_days(entry, n)));
        prop_assert_eq!(last.count, n);
        let mut count = 0;
        for (step, date) in steps.iter().zip(entry.iter_days()) {
            count += u32::from(step.counts);
            prop_assert_eq!((step.date, step.count), (date, count));
            prop_assert!(!step.counts || calendar.is_business_day(date));
            let counted = step.reason.starts_with(&format!("día hábil {count} de {n}"));
            prop_assert_eq!(step.counts, counted, "{}", &step.reason);
        }
    }

    #[test]
    fn a_day_is_closed_exactly_if_there_is_a_reason(calendar in calendar(), date in date()) {
        prop_assert_eq!(calendar.is_business_day(date), calendar.why_not(date).is_none());
    }

    #[test]
    fn the_nth_business_day_of_a_month_is_the_nth_since_the_month_before(
        calendar in calendar(), year in 1990_i32..2035, month in 1_u32..=12, n in 1_u32..=31,
    ) {
        let first = day(year, month, 1);
        let due = calendar.add_business_days(first - TimeDelta::days(1), n);
        let expected = (due < first + chrono::Months::new(1)).then_some(due);
        prop_assert_eq!(calendar.nth_business_day_of_month(year, month, n), expected);
    }
}
