//! Removing from the disks that are here what the rules keep no more. What goes is decided by [`crate::retention`] from the
//! index; nothing goes before the disk itself has shown that the newest backup that is to stay is there.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::error::chain;
use super::office::Office;
use super::{disks, odd};
use crate::config::model::Config;
use crate::retention::{self, Backup, CopyState, Decision, Keep, Reason};
use crate::store::change::Change;
use crate::store::custody_rows::{Debt, DebtOutcome, DiskEvent, DiskEventKind};
use crate::store::error::StoreError;
use crate::store::rows::Copy;
use crate::vault::admit::Admitted;
use crate::vault::catalogue;
use crate::vault::error::VaultError;
use crate::vault::layout::{ARCHIVES, MANIFEST_SUFFIX};
use crate::vault::remove::{Removal, remove};
use crate::vault::store::Store as DiskStore;

/// The key under which it is remembered after which run, and with which disks, it was done last.
const PRUNED: &str = "pruned";

/// What becomes of a copy, for a person and for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The disk's name.
    pub disk: String,
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// Bytes of its archives on the disk; 0 for a copy that is owed and not made yet.
    pub bytes: u64,
    /// Whether it stays.
    pub stays: bool,
    /// Whether it is owed to the disk, and not there yet.
    pub owed: bool,
    /// Why it stays, or what became of it.
    pub why: Vec<String>,
    /// Whether it was removed.
    pub removed: bool,
}

/// A copy with what was decided for it.
struct Decided {
    decision: Decision,
    copy: Option<Copy>,
}

/// Whether there may be something to remove that was not looked at yet: since the last time a run has ended, or another
/// disk has come. What is returned is to be remembered by [`prune`], which is then not due again until that changes.
///
/// # Errors
/// What the store says.
pub async fn due(office: Office<'_>, here: &[String]) -> Result<Option<String>, StoreError> {
    if !has_rules(office.config) {
        return Ok(None);
    }
    let now = done(office, here).await?;
    Ok((office.store.meta(PRUNED).await?.as_ref() != Some(&now)).then_some(now))
}

/// What stands for the state of things in which it was done.
async fn done(office: Office<'_>, here: &[String]) -> Result<String, StoreError> {
    let ended =
        office.store.runs(8, None).await?.into_iter().filter(|run| run.ended.is_some()).map(|run| run.number).max();
    Ok(format!("{}:{}:{:016x}", ended.unwrap_or_default(), here.join(","), fingerprint(office.config)))
}

/// What stands for all rules, so that others are followed at once and not only after the next run.
fn fingerprint(config: &Config) -> u64 {
    let of_disks = config.disks.iter().map(|disk| (&disk.name, disk.keep));
    let of_datasets = config
        .servers
        .iter()
        .flat_map(|server| server.datasets.iter().map(move |dataset| (&server.name, &dataset.name, dataset.keep)));
    let all = format!("{:?} {:?} {:?}", config.keep, of_disks.collect::<Vec<_>>(), of_datasets.collect::<Vec<_>>());
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    hasher.finish()
}

fn has_rules(config: &Config) -> bool {
    let of_datasets = config.servers.iter().flat_map(|server| &server.datasets).any(|dataset| dataset.keep.is_some());
    config.keep.is_some() || of_datasets || config.disks.iter().any(|disk| disk.keep.is_some())
}

/// The rules of a dataset on a disk: the disk's own, or the dataset's, or those for all.
fn rules(config: &Config, server: &str, dataset: &str, disk: &str) -> Option<Keep> {
    let of_disk = config.disk(disk).and_then(|disk| disk.keep);
    of_disk.or_else(|| config.dataset(server, dataset).and_then(|dataset| dataset.keep)).or(config.keep)
}

/// What becomes of every copy on every disk of the configuration, also those that are away. Nothing is touched.
///
/// # Errors
/// What the store says.
pub async fn verdicts(office: Office<'_>) -> Result<Vec<Verdict>, StoreError> {
    let mut verdicts: Vec<Verdict> = decide(office).await?.iter().map(|decided| verdict(decided, &[])).collect();
    verdicts.sort_by(|a, b| (&a.disk, &a.archive).cmp(&(&b.disk, &b.archive)));
    Ok(verdicts)
}

fn verdict(decided: &Decided, more: &[String]) -> Verdict {
    let bytes = decided.copy.as_ref().map_or(0, |copy| u64::try_from(copy.archive_bytes).unwrap_or_default());
    Verdict {
        disk: decided.decision.disk.clone(),
        archive: decided.decision.archive.clone(),
        bytes,
        stays: decided.decision.stays(),
        owed: decided.copy.is_none(),
        why: decided.decision.reasons.iter().map(Reason::to_string).chain(more.iter().cloned()).collect(),
        removed: false,
    }
}

/// Decides for every copy that counts: on a disk of the configuration that is not retired.
async fn decide(office: Office<'_>) -> Result<Vec<Decided>, StoreError> {
    let retired: BTreeSet<Uuid> =
        office.store.disks().await?.into_iter().filter(|disk| disk.retired.is_some()).map(|disk| disk.id).collect();
    let counts = |copy: &Copy| office.config.disk(&copy.disk).is_some() && !retired.contains(&copy.disk_id);
    let mut copies = office.store.copies(None, None, u32::MAX).await?;
    copies.retain(counts);
    let pins: BTreeMap<String, String> =
        office.store.pins().await?.into_iter().map(|pin| (pin.archive, pin.reason)).collect();
    let debts = office.store.open_debts(None).await?;
    let odd = odd::backups(office).await?;
    let mut datasets: BTreeMap<(String, String), BTreeMap<String, Backup>> = BTreeMap::new();
    for copy in &copies {
        let backups = datasets.entry((copy.server.clone(), copy.dataset.clone())).or_default();
        let backup = backups.entry(copy.archive.clone()).or_insert_with(|| Backup {
            archive: copy.archive.clone(),
            at: office.local(copy.started),
            odd: odd.contains(&copy.backup),
            pinned: pins.get(&copy.archive).cloned(),
            owed: false,
            copies: Vec::new(),
        });
        let state = if copy.damage.is_some() { CopyState::Damaged } else { CopyState::Good };
        backup.copies.push(retention::Copy { disk: copy.disk.clone(), state });
    }
    for debt in debts {
        let backups = datasets.get_mut(&(debt.server, debt.dataset));
        let Some(backup) = backups.and_then(|backups| backups.get_mut(&debt.archive)) else { continue };
        backup.owed = true;
        if !backup.copies.iter().any(|copy| copy.disk == debt.disk) {
            backup.copies.push(retention::Copy { disk: debt.disk, state: CopyState::Owed });
        }
    }
    let mut of: BTreeMap<(String, String), Copy> =
        copies.into_iter().map(|copy| ((copy.disk.clone(), copy.archive.clone()), copy)).collect();
    let mut decided = Vec::new();
    for ((server, dataset), backups) in datasets {
        let mut backups: Vec<Backup> = backups.into_values().collect();
        // A debt that the disk's own rules will not have paid keeps no source waiting.
        let rules = |disk: &str| rules(office.config, &server, &dataset, disk);
        forgive_unwanted(&mut backups, &rules);
        for decision in retention::decide(&backups, &rules) {
            let copy = of.remove(&(decision.disk.clone(), decision.archive.clone()));
            decided.push(Decided { decision, copy });
        }
    }
    Ok(decided)
}

/// A backup is owed only as long as the disk that it is owed to would keep it.
fn forgive_unwanted(backups: &mut [Backup], rules: &dyn Fn(&str) -> Option<Keep>) {
    let decisions = retention::decide(backups, rules);
    for backup in backups {
        let wanted = |copy: &retention::Copy| {
            let same = |one: &&Decision| one.archive == backup.archive && one.disk == copy.disk;
            decisions.iter().find(same).is_some_and(Decision::stays)
        };
        backup.owed = backup.copies.iter().any(|copy| copy.state == CopyState::Owed && wanted(copy));
    }
}

/// Removes from these disks, which are here, what the rules keep no more, and forgives the debts that they would not keep.
/// `remember` is what [`due`] has said, if that was asked. Returns what became of every copy that was to go. It may be called again at any time.
///
/// # Errors
/// What the store says; what was removed until then is recorded.
pub fn prune(
    office: Office<'_>,
    runtime: &Handle,
    here: &[Admitted],
    remember: Option<&str>,
    cancel: &CancellationToken,
) -> Result<Vec<Verdict>, StoreError> {
    let decided = runtime.block_on(decide(office))?;
    let mut verdicts = Vec::new();
    for disk in here {
        let on_disk: Vec<&Decided> = decided.iter().filter(|decided| decided.decision.disk == disk.name).collect();
        let going = on_disk.iter().filter(|one| !one.decision.stays());
        for (one, copy) in going.filter_map(|one| Some((one, one.copy.as_ref()?))) {
            if cancel.is_cancelled() {
                return Ok(verdicts);
            }
            let outcome = remove_one(disk, copy, &on_disk);
            verdicts.push(record(office, runtime, disk, copy, one, outcome)?);
        }
    }
    runtime.block_on(forgive(office, &decided))?;
    if let Some(state) = remember {
        let meta = vec![(PRUNED.to_owned(), state.to_owned())];
        runtime.block_on(office.store.apply(Change { meta, ..Change::default() }))?;
    }
    Ok(verdicts)
}

/// Removes one copy, if the newest good one that stays is really there.
fn remove_one(disk: &Admitted, copy: &Copy, on_disk: &[&Decided]) -> Result<Result<Removal, String>, VaultError> {
    let store = DiskStore::open(&disk.name, &disk.place)?;
    if disk.marker.id != copy.disk_id {
        return Ok(Err("another disk is at its place".to_owned()));
    }
    let same = |other: &&&Decided| {
        other.decision.stays()
            && other.copy.as_ref().is_some_and(|other| {
                (&other.server, &other.dataset) == (&copy.server, &copy.dataset)
                    && other.damage.is_none()
                    && other.started > copy.started
            })
    };
    let newest = on_disk.iter().filter(same).filter_map(|other| other.copy.as_ref()).max_by_key(|other| other.started);
    if let Some(newest) = newest
        && !catalogue::find(&store, &newest.archive)?.is_some_and(|entry| entry.exists())
    {
        return Ok(Err(format!("{}, which is to stay, is not whole on the disk: verify it first", newest.archive)));
    }
    let key = format!("{ARCHIVES}{}{MANIFEST_SUFFIX}", copy.archive);
    remove(&store, &key, copy.backup).map(Ok)
}

fn record(
    office: Office<'_>,
    runtime: &Handle,
    disk: &Admitted,
    copy: &Copy,
    decided: &Decided,
    outcome: Result<Result<Removal, String>, VaultError>,
) -> Result<Verdict, StoreError> {
    let (removed, why) = match outcome {
        Ok(Ok(Removal::Removed)) => (true, "removed".to_owned()),
        Ok(Ok(Removal::Absent)) => (true, "it was gone already".to_owned()),
        Ok(Ok(Removal::Held)) => (false, "somebody reads it; it goes the next time".to_owned()),
        Ok(Ok(Removal::Other)) => (false, "its manifest is not the one that the index knows; verify it".to_owned()),
        Ok(Err(why)) => (false, why),
        Err(error) => (false, chain(&error)),
    };
    if removed {
        tracing::info!(disk = disk.name, archive = copy.archive, why, "the rules keep this backup no more");
        let event = DiskEvent {
            number: 0,
            disk_id: copy.disk_id,
            disk: disk.name.clone(),
            at: office.now(),
            kind: DiskEventKind::Pruned,
            bytes: Some(copy.archive_bytes),
            ms: None,
            text: Some(copy.archive.clone()),
        };
        let removed_copies = vec![(copy.disk_id, copy.archive.clone())];
        let change = Change { removed_copies, disk_events: vec![event], ..Change::default() };
        runtime.block_on(office.store.apply(change))?;
    } else {
        tracing::warn!(disk = disk.name, archive = copy.archive, why, "a backup that may go was left");
    }
    Ok(Verdict { removed, ..verdict(decided, &[why]) })
}

/// Forgives what disks are owed and would not keep.
async fn forgive(office: Office<'_>, decided: &[Decided]) -> Result<(), StoreError> {
    let mut debts = Vec::new();
    for one in decided.iter().filter(|one| one.copy.is_none() && !one.decision.stays()) {
        if let Some(debt) = office.store.debt(&one.decision.disk, &one.decision.archive).await? {
            tracing::info!(
                disk = debt.disk,
                archive = debt.archive,
                "a copy that the disk would not keep is owed no more"
            );
            let note = Some("según las reglas de conservación de este disco ya no se guardaría".to_owned());
            let outcome = Some(DebtOutcome::Forgiven);
            debts.push(Debt { settled: Some(office.now()), outcome, note, ..debt });
        }
    }
    if debts.is_empty() {
        return Ok(());
    }
    office.store.apply(Change { debts, ..Change::default() }).await.map(drop)
}

/// The disks of the configuration, or the one of this name, that are here and take writes.
pub fn here(config: &Config, only: Option<&str>) -> Vec<Admitted> {
    let wanted = config.disks.iter().filter(|disk| only.is_none_or(|only| only == disk.name));
    wanted.filter_map(|disk| disks::by_name(config, &disk.name).ok()).collect()
}
