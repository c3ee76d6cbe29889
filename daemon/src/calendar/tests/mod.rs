//! The calendar against the tables of the procedure, and what is always true of it. Every test is of pure functions alone.

mod holidays;
mod properties;
mod vectors;
mod versions;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Calendar, Kind, NonBusinessDay, Version};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// The law and the accords of 2025.
fn initial() -> Version {
    Version::initial(moment("2025-12-16T15:00:00Z"))
}

/// The law alone.
fn bare() -> Version {
    Version { extra: Vec::new(), ..initial() }
}

/// A calendar of the capital.
fn capital(version: &Version) -> Calendar {
    Calendar::new(version, Some(super::CAPITAL))
}

/// A whole day that an accord gives everybody.
fn accord(date: NaiveDate) -> NonBusinessDay {
    NonBusinessDay {
        date,
        kind: Kind::Accord,
        name: "Permiso".to_owned(),
        citation: "Acuerdo Gubernativo 1-2026".to_owned(),
        place: None,
        counts_for_deadlines: true,
        from_hour: None,
    }
}

/// The feast of Antigua.
fn feast(date: NaiveDate) -> NonBusinessDay {
    let place = Some("Antigua Guatemala".to_owned());
    NonBusinessDay { kind: Kind::Local, name: "Santiago Apóstol".to_owned(), place, ..accord(date) }
}

fn with(version: Version, days: &[NonBusinessDay]) -> Version {
    days.iter().fold(version, |mut version, day| {
        version.add(day.clone()).unwrap();
        version
    })
}
