//! The hours in which a scheduled run may take dumps: a plan's window, held against the clock. It may not know what is done
//! when they are over.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;

use super::backup::Clock;
use super::error::JobError;
use crate::config::model::{Config, Plan};
use crate::config::rules::{AtEnd, Window};
use crate::schedule::window::{Stands, stands};

/// How much earlier than a dump's patience ends a pause must be over, so that there is time to go on.
const MARGIN: TimeDelta = TimeDelta::seconds(30);

/// Why a slot waits whose plan's window opens at that time.
pub(super) fn why_closed(opens: &str) -> String {
    format!("the plan's window is closed and opens at {opens}")
}

/// When the window of a plan opens, if it is closed at `now`.
pub fn closed(plan: &Plan, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    plan.window.and_then(|window| opens(window, zone, now))
}

fn opens(window: Window, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match stands(window.from, window.until, now.with_timezone(&zone)) {
        Stands::Open { .. } => None,
        Stands::Closed { opens } => Some(opens),
    }
}

/// The hours of one dataset's dump.
#[derive(Clone, Copy)]
pub(super) struct Hours<'a> {
    window: Option<Window>,
    zone: Tz,
    now: Clock<'a>,
}

/// What the hours ask of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// To go on.
    GoOn,
    /// To stand still until then.
    Pause(DateTime<Utc>),
    /// To end, since it may not go on before then, for this reason.
    End(DateTime<Utc>, &'static str),
}

impl<'a> Hours<'a> {
    /// The hours that bind a run for this plan; none where an operator asked for it.
    pub(super) fn of(config: &Config, plan: Option<&str>, binds: bool, now: Clock<'a>) -> Self {
        let plan = plan.filter(|_| binds).and_then(|name| config.plan(name));
        Self { window: plan.and_then(|plan| plan.window), zone: config.time_zone, now }
    }

    /// Whether there are any.
    pub(super) fn bind(self) -> bool {
        self.window.is_some()
    }

    /// What is asked now of a dump that may stand still for as long as `patience`.
    pub(super) fn ask(self, patience: Duration) -> Asks {
        let now = (self.now)();
        let Some((window, opens)) = self.window.and_then(|window| Some((window, opens(window, self.zone, now)?)))
        else {
            return Asks::GoOn;
        };
        let patience = TimeDelta::from_std(patience).unwrap_or(TimeDelta::MAX);
        match window.at_end {
            AtEnd::End => Asks::End(opens, "a dump that is not done by then is ended"),
            AtEnd::Pause if patience.is_zero() => {
                Asks::End(opens, "a dump cannot stand still in `mode: plain` or without `outage_seconds`")
            }
            AtEnd::Pause if opens - now > patience - MARGIN => {
                Asks::End(opens, "it stays closed for longer than `outage_seconds` lets a dump stand still")
            }
            AtEnd::Pause => Asks::Pause(opens),
        }
    }

    /// Whether a dump may begin.
    ///
    /// # Errors
    /// [`JobError::Window`].
    pub(super) fn may_begin(self, dataset: &str) -> Result<(), JobError> {
        match self.window.and_then(|window| opens(window, self.zone, (self.now)())) {
            Some(opens) => Err(self.over(dataset, opens, "no dump begins outside it")),
            None => Ok(()),
        }
    }

    /// The error of a dump that was ended for its hours.
    pub(super) fn over(self, dataset: &str, opens: DateTime<Utc>, why: &'static str) -> JobError {
        JobError::Window { dataset: dataset.to_owned(), why, opens: self.text(opens) }
    }

    /// A moment as people here write it.
    pub(super) fn text(self, moment: DateTime<Utc>) -> String {
        moment.with_timezone(&self.zone).to_rfc3339_opts(SecondsFormat::Secs, false)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveTime, TimeZone as _};
    use chrono_tz::America::Guatemala;

    use super::*;

    fn asks(at_end: AtEnd, minute: u32, patience: u64) -> Asks {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        // It is closed from 06:00 to 07:00.
        let window = Some(Window { from: time(7), until: time(6), at_end });
        let now = move || Guatemala.with_ymd_and_hms(2026, 11, 22, 6, minute, 0).unwrap().to_utc();
        Hours { window, zone: Guatemala, now: &now }.ask(Duration::from_secs(patience))
    }

    #[test]
    fn a_dump_pauses_only_if_it_can_stand_still_for_so_long() {
        let seven = Guatemala.with_ymd_and_hms(2026, 11, 22, 7, 0, 0).unwrap().to_utc();
        assert_eq!(asks(AtEnd::Pause, 40, 1800), Asks::Pause(seven));
        assert!(matches!(asks(AtEnd::Pause, 30, 1800), Asks::End(opens, _) if opens == seven));
        assert!(matches!(asks(AtEnd::Pause, 59, 0), Asks::End(..)));
        assert!(matches!(asks(AtEnd::End, 59, 1800), Asks::End(..)));
    }
}
