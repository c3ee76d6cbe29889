//! The examples of the procedure, and others that people may ask about.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use chrono_tz::America::Guatemala;

use super::{accord, bare, capital, day, feast, initial, moment, with};
use crate::calendar::{Calendar, Change, Closed, Kind, NonBusinessDay, Settings, Step, Version, civil_date, preview};

fn due(version: &Version, entry: NaiveDate) -> NaiveDate {
    capital(version).add_business_days(entry, 3)
}

#[test]
fn three_business_days_end_when_the_table_says() {
    let table = [
        (day(2026, 1, 5), day(2026, 1, 8)),
        (day(2026, 1, 9), day(2026, 1, 14)),
        (day(2026, 1, 10), day(2026, 1, 14)),
        (day(2026, 4, 1), day(2026, 4, 8)),
        (day(2026, 9, 14), day(2026, 9, 18)),
        (day(2026, 10, 16), day(2026, 10, 22)),
        (day(2027, 8, 13), day(2027, 8, 18)),
    ];
    for (entry, limit) in table {
        assert_eq!(due(&initial(), entry), limit, "entry on {entry}");
        assert_eq!(due(&bare(), entry), limit, "entry on {entry}, by the law alone");
    }
}

#[test]
fn accord_222_2025_moves_a_deadline_of_that_christmas() {
    assert_eq!(due(&bare(), day(2025, 12, 22)), day(2025, 12, 26));
    assert_eq!(due(&initial(), day(2025, 12, 22)), day(2025, 12, 30));
}

#[test]
fn accord_186_2025_closes_the_monday_after_all_saints() {
    assert_eq!(due(&bare(), day(2025, 10, 31)), day(2025, 11, 5));
    assert_eq!(due(&initial(), day(2025, 10, 31)), day(2025, 11, 6));
}

#[test]
fn an_evening_in_guatemala_is_not_the_next_day() {
    let entry = moment("2026-01-10T00:30:00Z");
    assert_eq!(civil_date(entry, Guatemala), day(2026, 1, 9));
    assert_eq!(civil_date(moment("2026-01-10T05:59:59Z"), Guatemala), day(2026, 1, 9));
    assert_eq!(civil_date(moment("2026-01-10T06:00:00Z"), Guatemala), day(2026, 1, 10));
    assert_eq!(due(&initial(), civil_date(entry, Guatemala)), day(2026, 1, 14));
}

#[test]
fn the_tenth_business_days_of_2026_are_as_in_the_table() {
    let table = [15, 13, 13, 16, 15, 12, 14, 14, 14, 14, 13, 14];
    let calendar = capital(&bare());
    for (month, of_month) in (1..).zip(table) {
        assert_eq!(calendar.nth_business_day_of_month(2026, month, 10), Some(day(2026, month, of_month)));
    }
}

#[test]
fn a_month_has_no_business_day_that_it_has_not() {
    let calendar = capital(&bare());
    assert_eq!(calendar.nth_business_day_of_month(2026, 2, 1), Some(day(2026, 2, 2)));
    assert_eq!(calendar.nth_business_day_of_month(2026, 2, 20), Some(day(2026, 2, 27)));
    for (year, month, n) in [(2026, 2, 21), (2026, 2, 0), (2026, 13, 1), (2026, 0, 1), (1899, 12, 1), (2201, 1, 1)] {
        assert_eq!(calendar.nth_business_day_of_month(year, month, n), None);
    }
}

#[test]
fn a_closed_day_says_why() {
    let calendar = capital(&initial());
    let said = |date| calendar.why_not(date).map(|closed| closed.to_string());
    let law = "Ley de Servicio Civil, Decreto 1748 del Congreso de la República";
    assert_eq!(said(day(2026, 4, 3)), Some(format!("Viernes Santo ({law})")));
    assert_eq!(said(day(2025, 12, 26)), Some("Permiso de fin de año (Acuerdo Gubernativo 222-2025)".to_owned()));
    assert_eq!(calendar.why_not(day(2026, 4, 4)), Some(Closed::Saturday));
    assert_eq!(said(day(2026, 4, 5)), Some("domingo".to_owned()));
    assert_eq!(said(day(2026, 11, 1)), Some("domingo".to_owned()), "1 November 2026 is a Sunday first");
    assert_eq!(said(day(2026, 4, 1)), None, "half of it is worked");
    assert_eq!(said(day(2026, 4, 6)), None);
}

#[test]
fn a_deadline_is_explained_day_by_day() {
    let explained = |version: &Version, entry| -> Vec<String> {
        let steps = capital(version).explain(entry, 3);
        let line = |step: &Step| format!("{} {} {}", step.date, step.count, step.reason);
        steps.iter().map(line).collect()
    };
    let law = "Ley de Servicio Civil, Decreto 1748 del Congreso de la República";
    let expected = [
        "2026-03-31 0 día de ingreso: no se cuenta".to_owned(),
        format!("2026-04-01 1 día hábil 1 de 3; se trabaja hasta las 12:00: Miércoles Santo ({law})"),
        format!("2026-04-02 1 Jueves Santo ({law})"),
        format!("2026-04-03 1 Viernes Santo ({law})"),
        "2026-04-04 1 sábado".to_owned(),
        "2026-04-05 1 domingo".to_owned(),
        "2026-04-06 2 día hábil 2 de 3".to_owned(),
        "2026-04-07 3 día hábil 3 de 3".to_owned(),
    ];
    assert_eq!(explained(&initial(), day(2026, 3, 31)), expected);

    let leave = NonBusinessDay { counts_for_deadlines: false, ..accord(day(2026, 1, 7)) };
    let expected = [
        "2026-01-05 0 día de ingreso: no se cuenta",
        "2026-01-06 1 día hábil 1 de 3",
        "2026-01-07 2 día hábil 2 de 3; no suspende los plazos: Permiso (Acuerdo Gubernativo 1-2026)",
        "2026-01-08 3 día hábil 3 de 3",
    ];
    assert_eq!(explained(&with(initial(), &[leave]), day(2026, 1, 5)), expected);
}

#[test]
fn half_days_count_unless_the_settings_say_otherwise() {
    let whole = Settings { half_day_is_business_day: false, ..Settings::default() };
    let lost = Version { settings: whole, ..bare() };
    assert_eq!(due(&bare(), day(2026, 3, 30)), day(2026, 4, 6));
    assert_eq!(due(&lost, day(2026, 3, 30)), day(2026, 4, 7));
    for date in [day(2026, 4, 1), day(2026, 12, 24), day(2026, 12, 31)] {
        assert!(capital(&bare()).is_business_day(date));
        assert!(matches!(capital(&lost).why_not(date), Some(Closed::Holiday { kind: Kind::HalfDay, .. })));
    }
    // A day that is free from midnight is no half day.
    let midnight = NonBusinessDay { from_hour: Some(0), ..accord(day(2026, 3, 31)) };
    assert!(!capital(&with(bare(), &[midnight])).is_business_day(day(2026, 3, 31)));
}

#[test]
fn the_day_of_entry_counts_if_the_settings_say_so() {
    let version = Version { settings: Settings { exclude_day_of_entry: false, ..Settings::default() }, ..bare() };
    assert_eq!(due(&version, day(2026, 1, 5)), day(2026, 1, 7));
    assert_eq!(due(&version, day(2026, 1, 10)), day(2026, 1, 14), "a Saturday counts in no case");
    assert_eq!(capital(&version).add_business_days(day(2026, 1, 5), 1), day(2026, 1, 5));
    assert_eq!(capital(&version).explain(day(2026, 1, 5), 3)[0].reason, "día hábil 1 de 3");
}

#[test]
fn the_feast_of_a_place_closes_that_place_alone() {
    // 15 August is a Saturday in 2026 and a Tuesday in 2028; 25 July is a Tuesday in 2028.
    let version = with(bare(), &[feast(day(2028, 7, 25))]);
    let closed = |place: Option<&str>| {
        let calendar = Calendar::new(&version, place);
        [day(2028, 7, 25), day(2028, 8, 15)].map(|date| !calendar.is_business_day(date))
    };
    assert_eq!(closed(Some("Guatemala")), [false, true]);
    assert_eq!(closed(Some("Antigua Guatemala")), [true, false]);
    assert_eq!(closed(Some("Quetzaltenango")), [false, false]);
    assert_eq!(closed(None), [false, false]);
}

#[test]
fn business_days_between_two_days_are_counted_both_ways() {
    let calendar = capital(&bare());
    assert_eq!(calendar.business_days_between(day(2026, 1, 9), day(2026, 1, 14)), 3);
    assert_eq!(calendar.business_days_between(day(2026, 1, 14), day(2026, 1, 9)), -3);
    assert_eq!(calendar.business_days_between(day(2026, 1, 9), day(2026, 1, 11)), 0);
    assert_eq!(calendar.business_days_between(day(2026, 1, 9), day(2026, 1, 9)), 0);
}

#[test]
fn counting_ends_with_the_calendar() {
    let calendar = capital(&bare());
    let last = day(2200, 12, 31);
    assert_eq!(calendar.add_business_days(day(2026, 1, 5), u32::MAX), last);
    assert_eq!(calendar.add_business_days(day(2200, 12, 30), 3), last);
    assert_eq!(calendar.add_business_days(NaiveDate::MAX, 3), NaiveDate::MAX);
    assert_eq!(calendar.add_business_days(NaiveDate::MIN, 1), day(1900, 1, 2));
    assert_eq!(calendar.explain(NaiveDate::MIN, 1).len(), 2);
    assert!(calendar.business_days_between(NaiveDate::MIN, NaiveDate::MAX) > 70_000);
    assert_eq!(calendar.add_business_days(day(2026, 1, 10), 0), day(2026, 1, 10));
    let none = calendar.explain(day(2026, 1, 5), 0);
    assert_eq!(none.iter().map(|step| step.counts).collect::<Vec<_>>(), [false]);
}

#[test]
fn a_preview_names_the_deadlines_that_move() {
    let open = [("ST-1", day(2025, 12, 22), 3), ("ST-2", day(2026, 1, 5), 3), ("ST-3", day(2025, 12, 23), 3)];
    let moved = preview(&open, &capital(&bare()), &capital(&initial()));
    let change = |what, old, new| Change { what, old, new };
    let expected =
        [change("ST-1", day(2025, 12, 26), day(2025, 12, 30)), change("ST-3", day(2025, 12, 29), day(2026, 1, 2))];
    assert_eq!(moved, expected);
    assert_eq!(preview(&open, &capital(&bare()), &capital(&bare())), []);
}

#[test]
fn ten_thousand_deadlines_are_previewed_in_no_time() {
    let entry = |number: i64| day(2026, 1, 1) + chrono::TimeDelta::days(number % 365);
    let open: Vec<(i64, NaiveDate, u32)> = (0..10_000).map(|number| (number, entry(number), 3)).collect();
    let busy = with(initial(), &[accord(day(2026, 7, 15))]);
    let begun = Instant::now();
    let moved = preview(&open, &capital(&initial()), &capital(&busy));
    // Some milliseconds in fact; the bound is for a machine that does something else.
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    assert!((100..200).contains(&moved.len()), "{}", moved.len());
}
