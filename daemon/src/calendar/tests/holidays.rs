//! The holidays of the law, year by year.

use chrono::{Datelike as _, NaiveDate, TimeDelta, Weekday};

use super::day;
use crate::calendar::holidays::{FIRST, LAST, easter};
use crate::calendar::{CAPITAL, Holiday, Kind, by_law};

fn named(year: i32, name: &str) -> Holiday {
    let found: Vec<Holiday> = by_law(year).into_iter().filter(|one| one.name.starts_with(name)).collect();
    assert_eq!(found.len(), 1, "{name} in {year}");
    found[0]
}

#[test]
fn easter_is_when_the_table_says() {
    let table = [
        (1900, 4, 15),
        (1913, 3, 23),
        (1943, 4, 25),
        (1954, 4, 18),
        (1981, 4, 19),
        (1990, 4, 15),
        (2000, 4, 23),
        (2008, 3, 23),
        (2011, 4, 24),
        (2019, 4, 21),
        (2020, 4, 12),
        (2021, 4, 4),
        (2022, 4, 17),
        (2023, 4, 9),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2027, 3, 28),
        (2028, 4, 16),
        (2029, 4, 1),
        (2030, 4, 21),
        (2031, 4, 13),
        (2035, 3, 25),
        (2038, 4, 25),
        (2049, 4, 18),
        (2076, 4, 19),
        (2100, 3, 28),
        (2199, 4, 14),
        (2200, 4, 6),
    ];
    for (year, month, of_month) in table {
        assert_eq!(easter(year), Some(day(year, month, of_month)));
    }
}

#[test]
fn easter_is_a_sunday_between_22_march_and_25_april_in_every_year() {
    for year in FIRST.year()..=LAST.year() {
        let easter = easter(year).unwrap();
        assert_eq!(easter.weekday(), Weekday::Sun);
        assert!((day(year, 3, 22)..=day(year, 4, 25)).contains(&easter), "{easter}");
    }
}

#[test]
fn the_years_2025_to_2031_are_as_in_the_table() {
    // Holy Wednesday, Thursday, Friday, 30 June as it is kept, and the weekday of 20 October.
    let table = [
        (2025, (4, 16), (4, 17), (4, 18), (6, 30), Weekday::Mon),
        (2026, (4, 1), (4, 2), (4, 3), (6, 29), Weekday::Tue),
        (2027, (3, 24), (3, 25), (3, 26), (6, 28), Weekday::Wed),
        (2028, (4, 12), (4, 13), (4, 14), (7, 3), Weekday::Fri),
        (2029, (3, 28), (3, 29), (3, 30), (7, 2), Weekday::Sat),
        (2030, (4, 17), (4, 18), (4, 19), (7, 1), Weekday::Sun),
        (2031, (4, 9), (4, 10), (4, 11), (6, 30), Weekday::Mon),
    ];
    for (year, wednesday, thursday, friday, army, october) in table {
        let at = |(month, of_month)| day(year, month, of_month);
        assert_eq!(named(year, "Miércoles Santo").date, at(wednesday));
        assert_eq!(named(year, "Jueves Santo").date, at(thursday));
        assert_eq!(named(year, "Viernes Santo").date, at(friday));
        assert_eq!(named(year, "Día del Ejército").date, at(army));
        let revolution = named(year, "Día de la Revolución").date;
        assert_eq!((revolution, revolution.weekday()), (day(year, 10, 20), october));
    }
}

#[test]
fn the_30th_of_june_moves_to_a_monday_and_says_so() {
    let kept = [
        (2021, 6, 28),
        (2022, 7, 4),
        (2023, 7, 3),
        (2025, 6, 30),
        (2026, 6, 29),
        (2027, 6, 28),
        (2028, 7, 3),
        (2029, 7, 2),
        (2030, 7, 1),
        (2031, 6, 30),
    ];
    for (year, month, of_month) in kept {
        assert_eq!(named(year, "Día del Ejército").date, day(year, month, of_month));
    }
    for year in FIRST.year()..=LAST.year() {
        let army = named(year, "Día del Ejército");
        let moved = army.date != day(year, 6, 30);
        assert_eq!(army.date.weekday(), Weekday::Mon);
        assert_eq!(army.kind, if moved { Kind::Moved } else { Kind::Law });
        assert_eq!(army.name.contains("trasladado"), moved);
    }
}

#[test]
fn every_year_has_its_thirteen_days_in_order_and_each_says_what_gives_it() {
    for year in FIRST.year()..=LAST.year() {
        let days = by_law(year);
        assert_eq!(days.len(), 13, "{year}");
        assert!(days.is_sorted_by_key(|one| one.date));
        assert!(days.iter().all(|one| one.date.year() == year && one.citation.contains("Decreto")));
        let fixed = [(1, 1), (5, 1), (8, 15), (9, 15), (10, 20), (11, 1), (12, 24), (12, 25), (12, 31)];
        for (month, of_month) in fixed {
            assert!(days.iter().any(|one| one.date == day(year, month, of_month)), "{of_month}-{month}-{year}");
        }
        assert!(!days.iter().any(|one| one.date == day(year, 5, 10)), "10 May is not the institution's");
    }
}

#[test]
fn half_days_begin_at_noon_and_15_august_is_the_capitals_alone() {
    let days = by_law(2026);
    let halves: Vec<NaiveDate> = days.iter().filter(|one| one.kind == Kind::HalfDay).map(|one| one.date).collect();
    assert_eq!(halves, [day(2026, 4, 1), day(2026, 12, 24), day(2026, 12, 31)]);
    assert!(days.iter().all(|one| one.from_hour == (one.kind == Kind::HalfDay).then_some(12)));
    let local: Vec<_> = days.iter().filter(|one| one.place.is_some()).map(|one| (one.date, one.kind)).collect();
    assert_eq!(local, [(day(2026, 8, 15), Kind::Local)]);
    assert_eq!(named(2026, "Virgen").place, Some(CAPITAL));
}

#[test]
fn years_outside_the_calendar_have_no_holidays() {
    for year in [i32::MIN, 0, 1899, 2201, i32::MAX] {
        assert_eq!(by_law(year), []);
    }
    assert_eq!(FIRST.pred_opt().unwrap() + TimeDelta::days(1), day(1900, 1, 1));
}
