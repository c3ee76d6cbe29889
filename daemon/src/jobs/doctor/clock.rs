//! Two clocks against each other. It may not know how a clock was asked.

use chrono::{DateTime, TimeDelta, Utc};

use super::Found;
use crate::findings::{Code, Severity, Verdict};
use crate::units;

/// From so many seconds on it is told.
const TOLD_SECONDS: i64 = 60;
/// From so many on, days are confused.
const CRITICAL_SECONDS: i64 = 3600;

/// What a server's clock showed, in seconds since 1970, between two looks at ours.
pub(super) fn compare(
    name: &str,
    place: &str,
    there: i64,
    before: DateTime<Utc>,
    after: DateTime<Utc>,
    found: &mut Found,
) {
    // An answer that took its time says no more than that it was within it.
    let skew = match there {
        there if there < before.timestamp() => there - before.timestamp(),
        there if there > after.timestamp() => there - after.timestamp(),
        _ => 0,
    };
    found.figure(format!("skew {place}"), skew, "s", None);
    if skew.abs() < TOLD_SECONDS {
        return found.well(place, name, format!("its clock is {skew} s from ours"));
    }
    let severity = if skew.abs() >= CRITICAL_SECONDS { Severity::Critical } else { Severity::Warning };
    let which = if skew > 0 { "ahead of" } else { "behind" };
    let apart = units::duration(TimeDelta::seconds(skew.abs()).to_std().unwrap_or_default());
    let said = format!("its clock is {apart} {which} ours");
    let remedy = "see on both which one is right, and let it follow a time server (`timedatectl set-ntp true`)";
    found.add(place, name, Verdict::new(Code::ClockSkew, severity, said, remedy));
}
