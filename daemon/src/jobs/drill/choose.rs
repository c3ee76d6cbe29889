//! Which copy of a dataset is drilled: of the newest good backup that is here, the one on the disk that was drilled
//! longest ago.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;

use super::trial::Halt;
use crate::jobs::archives::{self, Found};
use crate::jobs::error::chain;
use crate::jobs::office::Office;
use crate::store::error::StoreError;

/// So many of a dataset's last drills say which disk is due.
const HISTORY: u32 = 200;

/// The copy, on one disk or on any that is here.
///
/// # Errors
/// What the store says; within, why there is no copy.
pub(super) fn choose(
    office: Office<'_>,
    runtime: &Handle,
    (server, dataset): (&str, &str),
    disk: Option<&str>,
) -> Result<Result<Found, Halt>, StoreError> {
    let name = format!("{server}/{dataset}");
    let damaged = runtime.block_on(office.store.damaged_copies())?;
    let drills = runtime.block_on(office.store.drills(Some((server, dataset)), HISTORY))?;
    let words: Vec<String> = disk.iter().map(|disk| (*disk).to_owned()).collect();
    let (opened, absent) = match archives::open_disks(Some(office.config), &words) {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(Halt::NotRun(chain(&error)))),
    };
    let mut why: Vec<String> = absent.iter().map(|error| chain(error)).collect();
    let mut found = Vec::new();
    for disk in &opened {
        match archives::list(std::slice::from_ref(disk), Some(&name)) {
            Ok(listed) => found.extend(listed),
            Err(error) => why.push(chain(&error)),
        }
    }
    found.retain(|found| {
        let is_damaged = |copy: &crate::store::rows::Copy| {
            copy.disk_id == found.disk.marker.id && copy.archive == found.entry.name()
        };
        found.entry.exists() && !damaged.iter().any(is_damaged)
    });
    let mut last: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    for drill in drills {
        let known = last.entry(drill.disk).or_insert(drill.started);
        *known = drill.started.max(*known);
    }
    // Stamps of one time zone sort as their moments do.
    let newest = found.iter().map(|found| found.entry.name().to_owned()).max();
    let Some(newest) = newest else {
        let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) };
        return Ok(Err(Halt::NotRun(format!("no disk that is here has a good backup of {name}{why}"))));
    };
    found.retain(|found| found.entry.name() == newest);
    let names: Vec<&str> = found.iter().map(|found| found.disk.name.as_str()).collect();
    let chosen = longest_ago(&names, &last);
    Ok(found.into_iter().nth(chosen).ok_or_else(|| Halt::NotRun("no copy was found".to_owned())))
}

/// The place of the disk that was drilled longest ago, or never; the first of several.
fn longest_ago(disks: &[&str], last: &BTreeMap<String, DateTime<Utc>>) -> usize {
    let order = disks.iter().enumerate().min_by_key(|(at, disk)| (last.get(**disk).copied(), *at));
    order.map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_take_turns() {
        let at = |day: u32| -> DateTime<Utc> { format!("2026-11-{day:02}T00:00:00Z").parse().unwrap() };
        let mut last = BTreeMap::new();
        assert_eq!(longest_ago(&["a", "b"], &last), 0);
        last.insert("a".to_owned(), at(1));
        assert_eq!(longest_ago(&["a", "b"], &last), 1);
        last.insert("b".to_owned(), at(2));
        assert_eq!(longest_ago(&["a", "b"], &last), 0);
        assert_eq!(longest_ago(&["b"], &last), 0);
    }
}
