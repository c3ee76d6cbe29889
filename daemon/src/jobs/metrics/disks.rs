//! Disks as figures, by their names: those of the configuration, and those that were retired. Pure.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::names;
use crate::config::model::{Config, Place};
use crate::jobs::disk_trend;
use crate::jobs::office::day;
use crate::openmetrics::{Metric, Sample, Text, Value};
use crate::schedule::rotation;
use crate::store::custody_rows::DiskRow;
use crate::vault::admit::RESERVE_BYTES;

/// A week in seconds.
const WEEK: i64 = 7 * 86_400;

/// All of them.
pub(super) fn disks(text: &mut Text, config: &Config, facts: &Facts) {
    // An object store neither comes nor goes, and tells no room.
    let folders = || config.disks.iter().filter(|disk| matches!(disk.place, Place::Folder { .. }));
    let present = folders().map(|disk| one(&disk.name, facts.present.contains(&disk.name)));
    text.family(&names::PRESENT, present);
    let expected = folders().map(|disk| one(&disk.name, is_wanted(config, facts, &disk.name)));
    text.family(&names::EXPECTED, expected);
    let known = known(config, facts);
    let mut rows = |metric: &Metric, value: &dyn Fn(&DiskRow) -> Option<Value>| {
        let samples = known.iter().filter_map(|(name, row)| Some(one(name, value(row)?)));
        text.family(metric, samples);
    };
    rows(&names::FREE, &|row| row.free_bytes.map(Value::from));
    rows(&names::SIZE, &|row| row.total_bytes.map(Value::from));
    rows(&names::FULL, &|row| full_in(facts, row).map(Value::from));
    rows(&names::SEEN, &|row| Some(row.last_seen.timestamp().into()));
    rows(&names::ERRORS, &|row| {
        let failures = facts.failures.iter().find(|count| count.disk_id == row.id);
        Some(failures.map_or(0, |count| count.count).into())
    });
    rows(&names::RETIRED, &|row| Some(row.retired.is_some().into()));
}

/// Of disks of one name only one counts: that which is in service, and of several that which was here last.
fn known<'a>(config: &Config, facts: &'a Facts) -> BTreeMap<&'a str, &'a DiskRow> {
    let mut known: BTreeMap<&str, &DiskRow> = BTreeMap::new();
    let counts = |row: &&DiskRow| row.retired.is_some() || config.disk(&row.name).is_some();
    for row in facts.disks.iter().filter(counts) {
        let order = |row: &DiskRow| (row.retired.is_none(), row.last_seen);
        let entry = known.entry(&row.name).or_insert(row);
        if order(row) > order(entry) {
            *entry = row;
        }
    }
    known
}

/// Whether a slot that is open wants a backup on the disk: each of its plan's, and of those that take turns the one whose turn it was.
fn is_wanted(config: &Config, facts: &Facts, disk: &str) -> bool {
    facts.open.iter().any(|slot| {
        let Some(plan) = config.plan(&slot.plan) else { return false };
        let turn = rotation::due(&plan.rotation, day(config, slot.due));
        plan.disks.iter().chain(turn).any(|name| name == disk)
    })
}

/// How long the room of a disk lasts.
fn full_in(facts: &Facts, row: &DiskRow) -> Option<i64> {
    let weeks = facts.weeks.iter().filter(|week| week.disk_id == row.id).map(|week| (week.week, week.bytes));
    let growth = disk_trend::weekly_growth(&weeks.collect::<Vec<_>>(), rotation::week(facts.today))?;
    let free = u64::try_from(row.free_bytes?).ok()?;
    let weeks = disk_trend::weeks_left(free.saturating_sub(RESERVE_BYTES), growth)?;
    i64::try_from(weeks).ok()?.checked_mul(WEEK)
}

fn one(disk: &str, value: impl Into<Value>) -> Sample<'_> {
    Sample::new([("disk", disk)], value)
}
