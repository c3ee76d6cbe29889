//! The part of the day in which dumps may be taken: whether it is now, and until when. Pure: the time comes as an argument.

use chrono::{DateTime, DurationRound as _, NaiveTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;

/// How far ahead is looked, in minutes: longer than any day with a change of the clocks.
const MINUTES_MOST: i64 = 3 * 24 * 60;

/// How a window stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It is open.
    Open {
        /// When it closes.
        until: DateTime<Utc>,
    },
    /// It is closed.
    Closed {
        /// When it opens.
        opens: DateTime<Utc>,
    },
}

/// How the window from one time of the day until another stands at `now`, in the time zone of `now`. It goes over midnight
/// where it ends before it begins. What counts is what clocks on the wall show, also on a day on which they are changed: an
/// hour that comes twice is in the window twice, one that is skipped is not in it.
pub fn stands(from: NaiveTime, until: NaiveTime, now: DateTime<Tz>) -> Stands {
    let is_open = |moment: DateTime<Tz>| {
        let time = moment.time().with_nanosecond(0).unwrap_or(NaiveTime::MIN);
        if from <= until { from <= time && time < until } else { from <= time || time < until }
    };
    let open = is_open(now);
    let minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
    // Clocks are asked minute by minute, as people would: no rule about changes of the clocks can then be wrong.
    let change = (1..=MINUTES_MOST).map(|minutes| minute + TimeDelta::minutes(minutes));
    let change = change.into_iter().find(|moment| is_open(*moment) != open);
    let change = change.unwrap_or(minute + TimeDelta::minutes(MINUTES_MOST)).to_utc();
    if open { Stands::Open { until: change } } else { Stands::Closed { opens: change } }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use chrono_tz::America::{Guatemala, New_York};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    fn at(zone: Tz, day: u32, hour: u32, minute: u32) -> DateTime<Tz> {
        zone.with_ymd_and_hms(2026, 11, day, hour, minute, 0).earliest().unwrap()
    }

    #[test]
    fn a_window_of_the_day_opens_and_closes() {
        let stands = |hour, minute| stands(time(9, 0), time(17, 30), at(Guatemala, 22, hour, minute));
        assert_eq!(stands(8, 59), Stands::Closed { opens: at(Guatemala, 22, 9, 0).to_utc() });
        assert_eq!(stands(9, 0), Stands::Open { until: at(Guatemala, 22, 17, 30).to_utc() });
        assert_eq!(stands(17, 29), Stands::Open { until: at(Guatemala, 22, 17, 30).to_utc() });
        assert_eq!(stands(17, 30), Stands::Closed { opens: at(Guatemala, 23, 9, 0).to_utc() });
    }

    #[test]
    fn a_window_of_the_night_goes_over_midnight() {
        let stands = |day, hour, minute| stands(time(22, 0), time(6, 0), at(Guatemala, day, hour, minute));
        assert_eq!(stands(22, 23, 59), Stands::Open { until: at(Guatemala, 23, 6, 0).to_utc() });
        assert_eq!(stands(23, 0, 0), Stands::Open { until: at(Guatemala, 23, 6, 0).to_utc() });
        assert_eq!(stands(23, 6, 0), Stands::Closed { opens: at(Guatemala, 23, 22, 0).to_utc() });
        assert_eq!(stands(23, 21, 59), Stands::Closed { opens: at(Guatemala, 23, 22, 0).to_utc() });
    }

    #[test]
    fn seconds_do_not_matter_to_a_window() {
        let almost = at(Guatemala, 22, 8, 59) + TimeDelta::milliseconds(59_999);
        assert_eq!(stands(time(9, 0), time(10, 0), almost), Stands::Closed { opens: at(Guatemala, 22, 9, 0).to_utc() });
    }

    #[test]
    fn clocks_that_are_put_back_give_the_hour_twice() {
        // On 1 November 2026 at 02:00 it is 01:00 again in New York.
        let first = at(New_York, 1, 1, 10);
        let end = at(New_York, 1, 1, 30);
        assert_eq!(stands(time(1, 0), time(1, 30), first), Stands::Open { until: end.to_utc() });
        let again = (first + TimeDelta::minutes(50)).to_utc();
        assert_eq!(stands(time(1, 0), time(1, 30), end), Stands::Closed { opens: again });
        assert_eq!(
            stands(time(1, 0), time(1, 30), again.with_timezone(&New_York)),
            Stands::Open { until: again + TimeDelta::minutes(30) }
        );
    }

    #[test]
    fn clocks_that_are_put_on_skip_what_they_skip() {
        // On 8 March 2026 at 02:00 it is 03:00 at once in New York.
        let one = New_York.with_ymd_and_hms(2026, 3, 8, 1, 0, 0).unwrap();
        let three = New_York.with_ymd_and_hms(2026, 3, 8, 3, 0, 0).unwrap();
        assert_eq!(stands(time(2, 30), time(5, 0), one), Stands::Closed { opens: three.to_utc() });
        let next = New_York.with_ymd_and_hms(2026, 3, 9, 2, 10, 0).unwrap();
        assert_eq!(stands(time(2, 10), time(2, 50), one), Stands::Closed { opens: next.to_utc() });
    }

    proptest! {
        /// At the moment that is named, and not before, the window stands the other way.
        #[test]
        fn a_window_changes_when_it_says_so(from in 0_u32..1440, until in 0_u32..1440, second in 0_i64..86_400 * 400) {
            let (from, until) = (time(from / 60, from % 60), time(until / 60, (until + u32::from(from == until)) % 60));
            let now = New_York.timestamp_opt(1_770_000_000 + second, 0).unwrap();
            let change = match stands(from, until, now) {
                Stands::Open { until } => until,
                Stands::Closed { opens } => opens,
            };
            prop_assert!(change > now);
            let open = |moment: DateTime<Utc>| {
                matches!(stands(from, until, moment.with_timezone(&New_York)), Stands::Open { .. })
            };
            prop_assert_eq!(open(change - TimeDelta::seconds(1)), open(now.to_utc()));
            prop_assert!(from == until || open(change) != open(now.to_utc()));
        }
    }
}
