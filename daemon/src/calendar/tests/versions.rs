//! What may be added to a version, what is said of what may not, and what a version's digest depends on.

use chrono::{NaiveDate, TimeDelta};

use super::{accord, bare, capital, day, feast, initial, moment, with};
use crate::calendar::version::{CITATION_CHARS_MOST, EXTRA_MOST, NAME_CHARS_MOST};
use crate::calendar::{CAPITAL, Calendar, CalendarError, Kind, NonBusinessDay, Settings, Version, in_force};

#[track_caller]
fn refused(version: &Version, day: NonBusinessDay, words: &str) {
    let mut tried = version.clone();
    assert_eq!(tried.add(day).unwrap_err().to_string(), words);
    assert_eq!(&tried, version);
}

const MONDAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();

#[test]
fn a_day_that_cannot_be_added_is_refused_with_what_to_write_instead() {
    let version = initial();
    refused(
        &version,
        accord(day(1850, 1, 7)),
        "la fecha 07-01-1850 está fuera del calendario: escriba una entre el 01-01-1900 y el 31-12-2200",
    );
    refused(
        &version,
        NonBusinessDay { name: "  ".to_owned(), ..accord(MONDAY) },
        "falta el nombre del día: escriba cómo se llama, por ejemplo «Puente de fin de año»",
    );
    refused(
        &version,
        NonBusinessDay { citation: "\t".to_owned(), ..accord(MONDAY) },
        "falta la cita legal: escriba qué norma lo establece, por ejemplo «Acuerdo Gubernativo 222-2025»",
    );
    refused(
        &version,
        NonBusinessDay { kind: Kind::Local, ..accord(MONDAY) },
        "falta el lugar del asueto local: escriba la sede que no trabaja, por ejemplo «Antigua Guatemala»",
    );
    refused(
        &version,
        NonBusinessDay { kind: Kind::HalfDay, ..accord(MONDAY) },
        "falta la hora del medio día: escriba desde qué hora no se trabaja, por ejemplo 12",
    );
    refused(
        &version,
        NonBusinessDay { from_hour: Some(24), ..accord(MONDAY) },
        "la hora 24 no existe: escriba una de 0 a 23, o ninguna si no se trabaja en todo el día",
    );
    refused(
        &version,
        accord(day(2026, 1, 10)),
        "el 10-01-2026 es sábado y ya no es hábil: escriba un día de lunes a viernes",
    );
}

#[test]
fn a_day_that_is_there_is_refused_by_its_name() {
    let version = with(initial(), &[accord(MONDAY)]);
    let taken = |date: &str, name: &str| {
        format!(
            "el {date} ya está en el calendario como «{name}»: no hace falta agregarlo; si quería otro día, escriba su fecha"
        )
    };
    refused(&version, accord(MONDAY), &taken("05-01-2026", "Permiso"));
    refused(&version, feast(MONDAY), &taken("05-01-2026", "Permiso"));
    let half = NonBusinessDay { from_hour: Some(12), ..accord(MONDAY) };
    refused(&version, half, &taken("05-01-2026", "Permiso"));
    refused(&version, accord(day(2026, 4, 3)), &taken("03-04-2026", "Viernes Santo"));
    let half = NonBusinessDay { from_hour: Some(13), ..accord(day(2026, 12, 24)) };
    refused(&version, half, &taken("24-12-2026", "Nochebuena"));
}

#[test]
fn a_day_may_be_freer_than_what_is_there() {
    // The law's half day becomes a whole one, the feast of a place a day of all, and a leave one that deadlines skip.
    let eve = with(bare(), &[accord(day(2026, 12, 24))]);
    assert!(!capital(&eve).is_business_day(day(2026, 12, 24)));
    let wide = with(bare(), &[feast(MONDAY), accord(MONDAY)]);
    assert!(!capital(&wide).is_business_day(MONDAY));
    let leave = NonBusinessDay { counts_for_deadlines: false, ..accord(MONDAY) };
    assert!(capital(&with(bare(), std::slice::from_ref(&leave))).is_business_day(MONDAY));
    assert!(!capital(&with(bare(), &[leave, accord(MONDAY)])).is_business_day(MONDAY));
    // 15 August is the capital's, and may be another place's as well.
    with(bare(), &[feast(day(2028, 8, 15)), accord(day(2028, 8, 15))]);
}

#[test]
fn texts_and_days_have_bounds_and_texts_are_trimmed() {
    let long = NonBusinessDay { name: "ñ".repeat(NAME_CHARS_MOST + 1), ..accord(MONDAY) };
    refused(&initial(), long, "el nombre tiene demasiados caracteres: escriba 200 como máximo");
    let long = NonBusinessDay { citation: "x".repeat(CITATION_CHARS_MOST + 1), ..accord(MONDAY) };
    refused(&initial(), long, "la cita legal tiene demasiados caracteres: escriba 500 como máximo");
    let wide = NonBusinessDay { name: format!(" {} ", "ñ".repeat(NAME_CHARS_MOST)), ..accord(MONDAY) };
    assert_eq!(with(bare(), &[wide]).extra[0].name.chars().count(), NAME_CHARS_MOST);

    let mondays = (0..).map(|week| accord(day(1950, 1, 2) + TimeDelta::weeks(week)));
    let mut full = bare();
    for monday in mondays.take(EXTRA_MOST * 2) {
        match full.add(monday) {
            Ok(()) | Err(CalendarError::Duplicate { .. }) => {}
            Err(other) => assert_eq!(other, CalendarError::TooMany { most: EXTRA_MOST }),
        }
    }
    assert_eq!(full.extra.len(), EXTRA_MOST);
    assert_eq!(full.add(accord(MONDAY)), Err(CalendarError::TooMany { most: EXTRA_MOST }));
}

#[test]
fn the_initial_version_could_have_been_added_day_by_day() {
    assert_eq!(initial().checked(), Ok(initial()));
    assert_eq!(initial().settings, Settings { exclude_day_of_entry: true, half_day_is_business_day: true });
    let dates: Vec<NaiveDate> = initial().extra.iter().map(|one| one.date).collect();
    assert_eq!(dates, [day(2025, 11, 3), day(2025, 12, 24), day(2025, 12, 26), day(2025, 12, 31)]);
    let spoilt = Version { extra: vec![accord(MONDAY), accord(MONDAY)], ..initial() };
    assert!(matches!(spoilt.checked(), Err(CalendarError::Duplicate { .. })));
}

#[test]
fn a_version_reads_back_as_it_was_written() {
    let version = with(initial(), &[feast(MONDAY), NonBusinessDay { from_hour: Some(12), ..accord(day(2026, 3, 31)) }]);
    let json = serde_json::to_string(&version).unwrap();
    let read: Version = serde_json::from_str(&json).unwrap();
    assert_eq!(read, version);
    assert_eq!(read.digest(), version.digest());
}

#[test]
fn a_digest_is_of_everything_but_the_order_and_parts_of_seconds() {
    let (one, two) = (accord(MONDAY), feast(day(2028, 7, 25)));
    let version = with(initial(), &[one.clone(), two.clone()]);
    let digest = version.digest();
    assert_eq!(with(initial(), &[two.clone(), one.clone()]).digest(), digest);
    let finer = Version { published_at: moment("2025-12-16T15:00:00.25Z"), ..version.clone() };
    assert_eq!(finer.digest(), digest);

    let settings = Settings { half_day_is_business_day: false, ..Settings::default() };
    let others = [
        with(initial(), &[one]),
        Version { settings, ..version.clone() },
        Version { id: 2, ..version.clone() },
        Version { valid_from: MONDAY, ..version.clone() },
        Version { published_by: "otra".to_owned(), ..version.clone() },
        Version { published_at: moment("2025-12-16T15:00:01Z"), ..version.clone() },
        Version { note: "otra".to_owned(), ..version },
    ];
    assert!(others.iter().all(|other| other.digest() != digest));
}

#[test]
fn the_initial_versions_digest_is_what_it_was_when_verdicts_named_it() {
    assert_eq!(initial().digest().to_string(), "e8794605d3881a6b5b4853db38300d08671e4883e94e85b2ff1655c7b616984a");
}

#[test]
fn the_latest_version_that_is_valid_is_in_force() {
    let first = initial();
    let second = first.next(MONDAY, "ana".to_owned(), moment("2026-01-02T16:00:00Z"), "puente".to_owned());
    assert_eq!((second.id, &second.extra, second.settings), (2, &first.extra, first.settings));
    let versions = [second, first];
    let in_force = |date| in_force(&versions, date).map(|version| version.id);
    assert_eq!(in_force(day(2026, 1, 4)), Some(1));
    assert_eq!(in_force(MONDAY), Some(2));
    assert_eq!(in_force(day(1899, 1, 1)), None);
}

#[test]
fn a_unit_elsewhere_has_the_feasts_of_the_capital_and_of_its_own_place() {
    let mut version = initial();
    let plain = version.digest();
    version.seat(7, " Antigua Guatemala ").unwrap();
    assert_ne!(version.digest(), plain);
    assert_eq!(version.places(Some(7)).collect::<Vec<_>>(), [CAPITAL, "Antigua Guatemala"]);
    assert_eq!(version.places(Some(8)).collect::<Vec<_>>(), [CAPITAL]);
    assert_eq!(version.places(None).collect::<Vec<_>>(), [CAPITAL]);
    let text = serde_json::to_string(&version).unwrap();
    assert_eq!(serde_json::from_str::<Version>(&text).unwrap().digest(), version.digest());
    let feast = NaiveDate::from_ymd_opt(2028, 7, 25).unwrap();
    let local = NonBusinessDay {
        date: feast,
        kind: Kind::Local,
        name: "Santiago".to_owned(),
        citation: "x".to_owned(),
        place: Some("Antigua Guatemala".to_owned()),
        counts_for_deadlines: true,
        from_hour: None,
    };
    version.add(local).unwrap();
    let assumption = NaiveDate::from_ymd_opt(2028, 8, 15).unwrap();
    for (unit, works) in [(Some(7), false), (Some(8), true), (None, true)] {
        let calendar = Calendar::new(&version, version.places(unit));
        assert_eq!(calendar.is_business_day(feast), works, "{unit:?}");
        assert!(!calendar.is_business_day(assumption), "those who attend are in the capital");
    }
    assert!(matches!(version.seat(9, &"x".repeat(201)), Err(CalendarError::TooLong { .. })));
    let mut back = version.clone();
    back.extra.pop();
    back.seat(7, CAPITAL).unwrap();
    assert_eq!(back.digest(), plain, "and a version without any is as it was before there were any");
}
