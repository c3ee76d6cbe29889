//! The tests of cron expressions.

use chrono::{Datelike as _, Duration, Timelike as _};
use chrono_tz::America::Guatemala;
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

use super::*;

/// Sunday 2026-11-22, 02:00:00 in Guatemala.
fn sunday() -> DateTime<Utc> {
    Guatemala.with_ymd_and_hms(2026, 11, 22, 2, 0, 0).unwrap().to_utc()
}

/// The weekdays, from Sunday as 0, on which `0 2 * * FIELD` is due within one week.
fn weekdays_of(field: &str) -> BTreeSet<u32> {
    let when = When::parse(&format!("0 2 * * {field}"), Guatemala).unwrap();
    let mut at = sunday() - Duration::seconds(1);
    let mut days = BTreeSet::new();
    while let Some(next) = when.next_after(at).filter(|next| *next < sunday() + Duration::days(7)) {
        days.insert(next.weekday().num_days_from_sunday());
        at = next.to_utc();
    }
    days
}

#[test]
fn weekdays_mean_what_crontab_says_in_every_number_range_and_step() {
    for first in 0..=7_u32 {
        assert_eq!(weekdays_of(&first.to_string()), BTreeSet::from([first % 7]), "{first}");
        for last in first..=7 {
            for step in 1..=7_u32 {
                let expected: BTreeSet<u32> =
                    (first..=last).filter(|day| (day - first) % step == 0).map(|day| day % 7).collect();
                assert_eq!(weekdays_of(&format!("{first}-{last}/{step}")), expected, "{first}-{last}/{step}");
            }
        }
    }
    assert_eq!(weekdays_of("*/2"), BTreeSet::from([0, 2, 4, 6]));
    assert_eq!(weekdays_of("*/7"), BTreeSet::from([0]));
}

#[test]
fn weekdays_have_english_and_spanish_names() {
    let pairs = [("SUN", "DOM"), ("mon", "lun"), ("Tue", "Mar"), ("WED", "MIÉ"), ("thu", "jue"), ("FRI", "VIE")];
    for (number, (english, spanish)) in (0..).zip(pairs) {
        assert_eq!(weekdays_of(english), BTreeSet::from([number]), "{english}");
        assert_eq!(weekdays_of(spanish), BTreeSet::from([number]), "{spanish}");
    }
    assert_eq!(weekdays_of("SAT"), weekdays_of("sáb"));
    assert_eq!(weekdays_of("LUN-VIE"), BTreeSet::from([1, 2, 3, 4, 5]));
    assert_eq!(weekdays_of("SAB-DOM"), BTreeSet::from([0, 6]));
    assert_eq!(weekdays_of("FRI-MON"), BTreeSet::from([0, 1, 5, 6]));
    assert_eq!(weekdays_of("mie,SAT,7"), BTreeSet::from([0, 3, 6]));
}

#[test]
fn months_have_english_and_spanish_names() {
    for (spanish, english) in [("ENE", "JAN"), ("ABR", "APR"), ("AGO", "AUG"), ("DIC", "DEC")] {
        let at = |month: &str| When::parse(&format!("0 2 1 {month} *"), Guatemala).unwrap().next_after(sunday());
        assert_eq!(at(spanish), at(english));
    }
}

#[test]
fn the_local_time_of_the_zone_is_meant_and_the_moment_itself_is_past() {
    let when = When::parse("0 2 * * SUN", Guatemala).unwrap();
    let next = when.next_after(sunday()).unwrap();
    assert_eq!(next.to_rfc3339(), "2026-11-29T02:00:00-06:00");
    assert_eq!(when.next_after(sunday() - Duration::milliseconds(1)).unwrap().to_utc(), sunday());
}

#[test]
fn words_stand_for_five_fields() {
    for (word, five) in [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * ?"),
        ("@weekly", "0 0 * * DOM"),
        ("@monthly", "0 0 1 * *"),
    ] {
        let next = |text: &str| When::parse(text, Guatemala).unwrap().next_after(sunday());
        assert_eq!(next(word), next(five), "{word}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_reason() {
    for (text, reason) in [
        ("", "has 0 fields"),
        ("0 2 * *", "has 4 fields"),
        ("0 0 2 * * SUN", "has 6 fields"),
        ("@reboot", "none of @hourly"),
        ("60 2 * * *", "numbers from 0 to 59"),
        ("0 2 * * 8", "numbers from 0 to 7 or one of SUN"),
        ("0 2 * * DOMINGO", "or one of SUN"),
        ("0 2 0 * *", "numbers from 1 to 31"),
        ("0 2 5/2 * *", "a step needs"),
        ("*/0 2 * * *", "a step is a number from 1"),
        ("0 5-2 * * *", "from the smaller to the larger"),
        ("0 +2 * * *", "numbers from 0 to 23"),
        ("0 2,, * * *", "numbers from 0 to 23"),
        ("0 2 1 * SUN", "restricts both"),
        ("0 2 30 2 *", "never comes due"),
        ("0 2 31 FEB,ABR,6 *", "never comes due"),
    ] {
        let error = When::parse(text, Guatemala).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    assert!(When::parse(&"0 ".repeat(500), Guatemala).is_err());
    assert!(When::parse("0 2 29 2 *", Guatemala).is_ok(), "the 29th of February exists");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn the_next_time_is_the_first_minute_that_matches(
        minute in 0_u32..60, hour in 0_u32..24, days in proptest::collection::btree_set(0_u32..8, 1..5),
        after_seconds in 1_167_609_600_i64..4_000_000_000,
    ) {
        let field = days.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let when = When::parse(&format!("{minute} {hour} * * {field}"), Guatemala).unwrap();
        let after = Utc.timestamp_opt(after_seconds, 0).unwrap();
        let mut minutes = (1..=60 * 24 * 8).map(|count| {
            let local = after.with_timezone(&Guatemala);
            local - Duration::seconds(i64::from(local.second())) + Duration::minutes(count)
        });
        let expected = minutes.find(|at| {
            (at.minute(), at.hour()) == (minute, hour)
                && days.iter().any(|day| day % 7 == at.weekday().num_days_from_sunday())
        });
        prop_assert_eq!(when.next_after(after), expected);
    }
}

#[test]
fn a_time_that_the_clocks_skip_is_due_when_they_go_on_so_no_week_is_lost() {
    use chrono_tz::America::New_York;
    // On Sunday 2027-03-14 at 02:00 the clocks of New York go on to 03:00.
    let when = When::parse("30 2 * * SUN", New_York).unwrap();
    let before = New_York.with_ymd_and_hms(2027, 3, 8, 0, 0, 0).unwrap().to_utc();
    let first = when.next_after(before).unwrap();
    assert_eq!(first.to_rfc3339(), "2027-03-14T03:00:00-04:00");
    assert_eq!(when.next_after(first.to_utc()).unwrap().to_rfc3339(), "2027-03-21T02:30:00-04:00");
}

#[test]
fn a_time_that_comes_twice_is_due_once() {
    use chrono_tz::America::New_York;
    // On Sunday 2026-11-01 at 02:00 the clocks of New York go back to 01:00.
    let when = When::parse("30 1 * * *", New_York).unwrap();
    let mut at = New_York.with_ymd_and_hms(2026, 10, 31, 12, 0, 0).unwrap().to_utc();
    let mut due = Vec::new();
    for _ in 0..2 {
        let next = when.next_after(at).unwrap();
        due.push(next.to_rfc3339());
        at = next.to_utc();
    }
    assert_eq!(due, ["2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"]);
}
