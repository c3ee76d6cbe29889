//! The list of what is due for somebody, in the order of the days. It may not know how it is shown.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::facts::{Facts, Own};
use super::item::Due;
use super::{backups, quality, semesters, tickets};
use crate::calendar::Calendar;
use crate::desk::people::Actor;

/// The day that it is, and the calendars by which terms are counted.
#[derive(Clone, Copy)]
pub struct Days<'a> {
    /// Today.
    pub today: NaiveDate,
    /// The time zone in which days are days.
    pub zone: Tz,
    /// The calendar of the office.
    pub here: &'a Calendar,
    /// The calendar by which the tickets of a unit are counted.
    pub of_unit: &'a (dyn Fn(Option<i64>) -> &'a Calendar + Sync),
}

/// What is due for somebody: what is overdue first, then by day. What they may not see is not in it.
pub fn list(facts: &Facts, own: &Own, who: &Actor, days: Days<'_>) -> Vec<Due> {
    let mut due = office(facts, who, days);
    due.extend(tickets::attend(own, days));
    due.extend(tickets::rate(own, days));
    sorted(due)
}

/// The same without their tickets: what the office's records ask of somebody.
pub fn office(facts: &Facts, who: &Actor, days: Days<'_>) -> Vec<Due> {
    let mut due = quality::reports(facts, who, days);
    due.extend(semesters::indicators(facts, who, days));
    due.extend(quality::programmes(facts, who, days));
    due.extend(quality::copies(facts, who, days));
    due.extend(quality::upkeep(facts, who, days));
    due.extend(quality::directives(facts, who, days));
    if who.attends() {
        due.extend(tickets::accounts(facts, days));
        due.extend(backups::backups(facts, days));
        due.extend(backups::disks(facts, days));
        due.extend(backups::drills(facts, days));
    }
    sorted(due)
}

/// By day, and within a day by what it is, so that the same is always the same.
fn sorted(mut due: Vec<Due>) -> Vec<Due> {
    due.sort_by(|one, other| (one.day, one.kind, &one.key).cmp(&(other.day, other.kind, &other.key)));
    due
}
