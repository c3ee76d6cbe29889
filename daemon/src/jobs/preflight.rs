//! Before and after the writing of a backup: which disks are here, have room, and are claimed for it, and what is left on
//! those that failed.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::backup::Run;
use super::disks;
use super::error::{JobError, chain};
use super::select::Item;
use super::stage::Failed;
use crate::config::model::{Config, Disk};
use crate::vault::admit::{Admitted, admit, has_room, still_here};
use crate::vault::catalogue;
use crate::vault::commit::Candidate;
use crate::vault::error::VaultError;
use crate::vault::layout::Stem;
use crate::vault::manifest::Manifest;
use crate::vault::store::Store;
use crate::vault::sweep::{self, Claim};
use crate::vault::writer::Pending;

/// How long a disk that failed may take to give up what was unfinished on it.
const ABANDON: Duration = Duration::from_secs(60);

/// How long a disk may take to be looked at and swept. A dying one may never answer.
const LOOK: Duration = Duration::from_secs(120);

/// What became of looking at each disk, by its name.
pub type Looked = BTreeMap<String, Result<Admitted, JobError>>;

/// The disks of all items, each looked at once and swept of what runs left that were dead at `now`.
pub fn admit_all(config: &Config, now: DateTime<Utc>, items: &[Item]) -> Looked {
    let mut admitted = BTreeMap::new();
    for name in items.iter().flat_map(|item| &item.disks) {
        if !admitted.contains_key(name) {
            admitted.insert(name.clone(), disks::named(config, name).and_then(|disk| admit_one(disk, now)));
        }
    }
    refuse_twins(&mut admitted);
    admitted
}

/// Refuses disks that have one id: a disk that was copied bit for bit is not another one.
fn refuse_twins(looked: &mut Looked) {
    let here: Vec<Admitted> = looked.values().filter_map(|disk| disk.as_ref().ok()).cloned().collect();
    for disk in &here {
        let is_twin = |other: &&Admitted| other.marker.id == disk.marker.id && other.name != disk.name;
        if let Some(other) = here.iter().find(is_twin) {
            let twin = VaultError::Twin {
                disk: disk.name.clone(),
                place: disk.place.shown(),
                other: other.name.clone(),
                other_place: other.place.shown(),
                id: disk.marker.id,
            };
            looked.insert(disk.name.clone(), Err(twin.into()));
        }
    }
}

/// A disk that is here, swept of what dead runs left on it.
pub(super) fn admit_one(disk: &Disk, now: DateTime<Utc>) -> Result<Admitted, JobError> {
    let (name, place, id) = (disk.name.clone(), disks::place(disk)?, disk.id);
    let looking = Pending::start(&disk.name, move || {
        let admitted = admit(&name, &place, id)?;
        let removed = sweep::sweep(&Store::open(&name, &place)?, now.timestamp())?;
        removed.iter().for_each(|key| tracing::info!(disk = name, key, "removed what a dead run left"));
        Ok(admitted)
    });
    Ok(looking.wait(LOOK)?)
}

/// The disks that may be written to, and the size of the last dump.
pub(super) fn ready(item: &Item, admitted: &Looked, failed: &mut Failed) -> (Vec<Admitted>, Option<u64>) {
    let mut disks = Vec::new();
    let mut expected = None;
    for name in &item.disks {
        match admitted.get(name) {
            Some(Ok(disk)) => match look(disk, &item.name()) {
                Ok(plain) => {
                    expected = expected.max(plain);
                    disks.push(disk.clone());
                }
                Err(error) => {
                    failed.insert(name.clone(), error);
                }
            },
            Some(Err(error)) => {
                failed.insert(name.clone(), VaultError::NotReady { disk: name.clone(), why: chain(error) });
            }
            None => {}
        }
    }
    (disks, expected)
}

/// Looks for room on one disk, by the size of its last backup of the dataset; returns the size of that dump.
fn look(disk: &Admitted, dataset: &str) -> Result<Option<u64>, VaultError> {
    let store = Store::open(&disk.name, &disk.place)?;
    let last = catalogue::last(&store, dataset)?;
    // Data grow: a fifth more than last time is asked for.
    let expected = last.as_ref().map_or(0, Manifest::archive_bytes);
    has_room(disk, expected.saturating_add(expected / 5))?;
    Ok(last.as_ref().map(Manifest::plain_bytes))
}

/// A stem that no disk uses yet: the second in which the backup began, or the next that is free. A disk that cannot say
/// what it holds is no hindrance to the others: the claim on it fails next.
pub(super) fn free_stem(run: Run<'_>, item: &Item, started: DateTime<Utc>, disks: &[Admitted]) -> Stem {
    let stores: Vec<Store> = disks.iter().filter_map(|disk| Store::open(&disk.name, &disk.place).ok()).collect();
    let has = |store: &Store, key: &str| store.stat(key).is_ok_and(|found| found.is_some());
    let mut moment = started.with_timezone(&run.config.time_zone);
    loop {
        let stem = Stem::new(&item.server, &item.dataset, &moment.format("%Y-%m-%dT%H%M%S%z").to_string());
        if !stores.iter().any(|store| has(store, &stem.manifest()) || has(store, &stem.sha256())) {
            return stem;
        }
        moment += chrono::TimeDelta::seconds(1);
    }
}

/// Claims these archives on every disk.
pub(super) fn claim(
    disks: &[Admitted],
    run: Uuid,
    stem: &Stem,
    archives: &[String],
    failed: &mut Failed,
) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for disk in disks {
        let claimed = Store::open(&disk.name, &disk.place).and_then(|store| {
            still_here(&store, disk)?;
            Claim::new(&store, run, stem, archives)
        });
        match claimed {
            Ok(claim) => candidates.push(Candidate { disk: disk.clone(), claim }),
            Err(error) => {
                failed.insert(disk.name.clone(), error);
            }
        }
    }
    candidates
}

/// Removes what a dataset's run left on the disks that did not keep it. What cannot be removed now, the next sweep removes.
pub(super) fn abandon(id: Uuid, item: &Item, admitted: &Looked, kept: &[String]) {
    for disk in item.disks.iter().filter(|name| !kept.contains(name)) {
        let Some(Ok(disk)) = admitted.get(disk) else { continue };
        let disk = disk.clone();
        let removing =
            Pending::start(&disk.name.clone(), move || sweep::abandon(&Store::open(&disk.name, &disk.place)?, id));
        if let Err(error) = removing.wait(ABANDON) {
            tracing::warn!(dataset = item.name(), error = chain(&error), "unfinished files stay until the next run");
        }
    }
}
