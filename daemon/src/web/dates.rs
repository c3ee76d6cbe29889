//! Days and moments as the office writes them, dd-mm-aaaa, and as forms bring them. Pure; it may not know what they are of.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::desk::Refused;

/// A day: `22-11-2026`.
pub fn day(day: NaiveDate) -> String {
    day.format("%d-%m-%Y").to_string()
}

/// A moment in the office's time zone: `22-11-2026 14:05`.
pub fn moment(moment: DateTime<Utc>, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%d-%m-%Y %H:%M").to_string()
}

/// A day as a browser's date field sends it (2026-11-22) or as people write it (22-11-2026, 22/11/2026); none where nothing
/// was written. `field` is the form's field.
///
/// # Errors
/// [`Refused::Field`], for what is no day between 2000 and 2200.
pub fn read(field: &'static str, text: &str) -> Result<Option<NaiveDate>, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let numbers: Option<Vec<u32>> = text
        .split(['-', '/'])
        .map(|part| part.parse().ok().filter(|_| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit())))
        .collect();
    let of = |year: u32, month, day| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
    let read = match numbers.as_deref() {
        Some([year @ 2000..=2200, month, day]) | Some([day, month, year @ 2000..=2200]) => of(*year, *month, *day),
        _ => None,
    };
    let wrong = || Refused::field(field, "no es una fecha; escríbala como 22-11-2026");
    read.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_browsers_and_people_write_it() {
        let expected = NaiveDate::from_ymd_opt(2026, 11, 22);
        for text in ["2026-11-22", "22-11-2026", " 22/11/2026 "] {
            assert_eq!(read("d", text).unwrap(), expected, "{text}");
        }
        assert_eq!(read("d", " ").unwrap(), None);
        for text in [
            "2026-02-30",
            "0000-00-00",
            "99999-01-01",
            "2026-11-31T25:00",
            "22-11",
            "+22-11-2026",
            "a-b-c",
            "1900-01-01",
        ] {
            assert!(read("d", text).is_err(), "{text}");
        }
        assert_eq!(day(expected.unwrap()), "22-11-2026");
    }
}
