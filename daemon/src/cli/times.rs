//! Moments as people read and write them: the service speaks RFC 3339 with the offset of the configured time zone.

use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone};
use chrono_tz::Tz;

use super::exit::{Failure, code};

/// A moment without what everybody knows: `2026-11-22 02:00`. What is no moment is shown as it is.
pub(super) fn moment(text: &str) -> String {
    parsed(text).map_or_else(|| text.to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string())
}

/// The moment of a text in RFC 3339.
pub(super) fn parsed(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

/// The time between two moments in RFC 3339, if both are and the second is not before the first.
pub(super) fn between(from: Option<&str>, to: Option<&str>) -> Option<std::time::Duration> {
    (parsed(to?)? - parsed(from?)?).to_std().ok()
}

/// An age: `12 min`, `31 h`, `8 d 6 h`.
pub(super) fn age(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    match minutes {
        0..60 => format!("{minutes} min"),
        60..2880 => format!("{} h", minutes / 60),
        _ => format!("{} d {} h", minutes / 1440, minutes % 1440 / 60),
    }
}

/// Which moment of a day a date means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// Its first.
    Begin,
    /// The first of the next.
    End,
}

/// What an operator calls a moment, as RFC 3339: `2026-12-24`, `2026-12-24T18:00` or `2026-12-24 18:00` in the time
/// zone of the configuration (without one, that of this machine), or RFC 3339 itself.
///
/// # Errors
/// [`code::USAGE`], with what would be right.
pub(super) fn written(text: &str, zone: Option<Tz>, day: Day) -> Result<String, Failure> {
    let text = text.trim();
    if parsed(text).is_some() {
        return Ok(text.to_owned());
    }
    let local = local(text, day).ok_or_else(|| {
        let what = format!("`{text}` is no date: write 2026-12-24, 2026-12-24T18:00 or 2026-12-24T18:00:00-06:00");
        Failure::new(code::USAGE, what)
    })?;
    let rfc3339 = match zone {
        Some(zone) => earliest(&zone, &local),
        None => earliest(&Local, &local),
    };
    rfc3339.ok_or_else(|| {
        let what = format!("`{text}` is a time that the clock skips in this time zone; write another");
        Failure::new(code::USAGE, what)
    })
}

fn local(text: &str, day: Day) -> Option<NaiveDateTime> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let date = if day == Day::End { date.succ_opt()? } else { date };
        return date.and_hms_opt(0, 0, 0);
    }
    ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

fn earliest<Z: TimeZone>(zone: &Z, local: &NaiveDateTime) -> Option<String> {
    let at = zone.from_local_datetime(local).earliest()?;
    Some(at.fixed_offset().to_rfc3339_opts(SecondsFormat::Secs, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUATEMALA: Option<Tz> = Some(Tz::America__Guatemala);

    #[test]
    fn ages_read_as_people_say_them() {
        assert_eq!([-5, 59, 3599, 7200, 715_200].map(age), ["0 min", "0 min", "59 min", "2 h", "8 d 6 h"]);
    }

    #[test]
    fn moments_lose_what_everybody_knows() {
        assert_eq!(moment("2026-11-22T02:00:05-06:00"), "2026-11-22 02:00");
        assert_eq!(moment("soon"), "soon");
    }

    #[test]
    fn the_last_day_is_meant_to_its_end() {
        assert_eq!(written("2026-12-24", GUATEMALA, Day::Begin).unwrap(), "2026-12-24T00:00:00-06:00");
        assert_eq!(written("2026-12-31", GUATEMALA, Day::End).unwrap(), "2027-01-01T00:00:00-06:00");
    }

    #[test]
    fn a_moment_may_be_written_in_local_time_or_with_its_offset() {
        assert_eq!(written("2026-12-24 18:00", GUATEMALA, Day::End).unwrap(), "2026-12-24T18:00:00-06:00");
        assert_eq!(written("2026-12-24T18:00:00+01:00", GUATEMALA, Day::End).unwrap(), "2026-12-24T18:00:00+01:00");
    }

    #[test]
    fn what_is_no_date_is_refused_with_what_would_be() {
        for wrong in ["tomorrow", "24/12/2026", "2026-13-01", ""] {
            let failure = written(wrong, GUATEMALA, Day::End).unwrap_err();
            assert_eq!(failure.code, code::USAGE);
            assert!(failure.message.contains("write 2026-12-24"), "{}", failure.message);
        }
    }
}
