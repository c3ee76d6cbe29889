//! Every disk as operators should know it: where it is, what it is for, what it holds and is owed, and where it is
//! heading. What is recorded comes in sums from the store, what is here from the disks themselves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rustix::fs::statvfs;
use uuid::Uuid;

use super::disk_role::{self, Role};
use super::disk_trend::{self, GROWTH_WEEKS};
use super::disks;
use super::error::chain;
use super::office::Office;
use super::report_disks::{DiskReport, DisksReport, HardwareReport, RoleReport};
use crate::config::model::{self, Config, Disk};
use crate::medium::hardware::{self, Mounted, Roots};
use crate::store::custody_rows::{DiskEventKind, DiskRow};
use crate::store::disk_sums::{DiskCount, WeekBytes};
use crate::store::disks::Owed;
use crate::store::error::StoreError;
use crate::store::rows::DiskHead;
use crate::vault::admit::{RESERVE_BYTES, admit};
use crate::vault::catalogue::{self, Entry};
use crate::vault::error::VaultError;
use crate::vault::marker::{self, Marker};
use crate::vault::store::{Place, Store as DiskStore};
use crate::vault::writer::Pending;

/// How long a disk may take to show that it is here.
const LOOK: Duration = Duration::from_millis(500);

/// What a look at a disk's place has shown.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    state: &'static str,
    why: Option<String>,
    marker: Option<Marker>,
    total_bytes: Option<u64>,
    free_bytes: Option<u64>,
    mounted: Option<Mounted>,
}

/// Looks at the place of every disk, each on a thread of its own, and waits only as long as healthy disks take. It must
/// not be called from an async task.
pub fn look_at_all(disks: &[Disk], roots: &Roots) -> Vec<Seen> {
    let looking: Vec<_> = disks.iter().map(|disk| (disk, look_at(disk, roots.clone()))).collect();
    let seen = |(disk, looking): (&Disk, Option<Pending<Seen>>)| match looking.map(|looking| looking.wait(LOOK)) {
        None => Seen { state: "remote", ..Seen::default() },
        Some(Ok(seen)) => seen,
        Some(Err(error)) => refused(disk, &error),
    };
    looking.into_iter().map(seen).collect()
}

/// An object store is not asked: that would cost seconds where there is no network.
fn look_at(disk: &Disk, roots: Roots) -> Option<Pending<Seen>> {
    let model::Place::Folder { path, .. } = disk.place.clone() else { return None };
    let (name, place, id) = (disk.name.clone(), disks::place(disk).ok()?, disk.id);
    Some(Pending::start(&disk.name, move || look(&name, &place, path, id, &roots)))
}

fn look(name: &str, place: &Place, path: PathBuf, id: Option<Uuid>, roots: &Roots) -> Result<Seen, VaultError> {
    let admitted = admit(name, place, id);
    let state = match &admitted {
        Ok(_) => "here",
        Err(VaultError::ReadOnly { .. }) => "read_only",
        Err(_) => return admitted.map(|_| Seen::default()),
    };
    let room = statvfs(&path).ok();
    Ok(Seen {
        state,
        why: admitted.as_ref().err().map(|error| chain(error)),
        marker: marker::read(&DiskStore::open(name, place)?)?,
        total_bytes: room.as_ref().map(|room| room.f_blocks.saturating_mul(room.f_frsize)),
        free_bytes: room.as_ref().map(|room| room.f_bavail.saturating_mul(room.f_frsize)),
        mounted: hardware::look(&path, roots).ok(),
    })
}

fn refused(disk: &Disk, error: &VaultError) -> Seen {
    let state = match error {
        VaultError::NotMounted { .. } | VaultError::NoFolder { .. } | VaultError::NoMarker { .. } => "away",
        VaultError::WrongDisk { .. } => "other",
        _ => "failing",
    };
    tracing::debug!(disk = disk.name, state, "the disk is not here");
    Seen { state, why: Some(chain(error)), ..Seen::default() }
}

/// What is known of all disks in sums.
struct Sums {
    rows: Vec<DiskRow>,
    heads: Vec<DiskHead>,
    copies: BTreeMap<Uuid, i64>,
    damaged: BTreeMap<Uuid, i64>,
    failures: BTreeMap<Uuid, i64>,
    weeks: Vec<WeekBytes>,
    owed: Vec<Owed>,
}

async fn sums(office: Office<'_>) -> Result<Sums, StoreError> {
    let store = office.store;
    let by_id = |counts: Vec<DiskCount>| counts.into_iter().map(|count| (count.disk_id, count.count)).collect();
    let since = office.now() - TimeDelta::days(7 * (GROWTH_WEEKS + 1));
    Ok(Sums {
        rows: store.disks().await?,
        heads: store.disk_heads().await?,
        copies: by_id(store.copy_counts().await?),
        damaged: by_id(store.damage_counts().await?),
        failures: by_id(store.failure_counts().await?),
        weeks: store.weekly_bytes(since).await?,
        owed: store.owed().await?,
    })
}

/// Every disk by the records and by what `seen` shows of those of the configuration, in its order.
///
/// # Errors
/// What the store says.
pub async fn report(office: Office<'_>, seen: &[Seen]) -> Result<DisksReport, StoreError> {
    let sums = sums(office).await?;
    let today = office.local(office.now()).date_naive();
    let mut reports = Vec::new();
    let mut told = Vec::new();
    for (disk, seen) in office.config.disks.iter().zip(seen) {
        let id = seen.marker.as_ref().map(|marker| marker.id).or(disk.id).or_else(|| known_id(&sums, &disk.name));
        let mut report = first(office.config, today, disk, seen, id);
        if let Some(id) = id {
            recorded(office, &sums, id, &mut report).await?;
            told.push(id);
        }
        let owed = sums.owed.iter().find(|owed| owed.disk == disk.name);
        report.owed = Some(owed.map_or(0, |owed| owed.copies));
        report.owed_since = owed.map(|owed| office.stamp(owed.since));
        reports.push(report);
    }
    for row in sums.rows.iter().filter(|row| !told.contains(&row.id)) {
        let (id, state) = (Some(row.id.to_string()), "away".to_owned());
        let mut report =
            DiskReport { disk: row.name.clone(), id, state, place: row.place.clone(), ..DiskReport::default() };
        recorded(office, &sums, row.id, &mut report).await?;
        reports.push(report);
    }
    Ok(DisksReport { now: office.stamp(office.now()), recorded: true, disks: reports })
}

/// The id of the disk of this name that was here last.
fn known_id(sums: &Sums, name: &str) -> Option<Uuid> {
    let rows = sums.rows.iter().filter(|row| row.name == name).max_by_key(|row| row.last_seen).map(|row| row.id);
    let heads = sums.heads.iter().filter(|head| head.disk == name).max_by_key(|head| head.given);
    rows.or_else(|| heads.map(|head| head.disk_id))
}

/// What a look alone says of a disk.
fn first(config: &Config, today: NaiveDate, disk: &Disk, seen: &Seen, id: Option<Uuid>) -> DiskReport {
    let custody = disk.custody.clone().or_else(|| seen.marker.as_ref()?.custody.clone());
    DiskReport {
        disk: disk.name.clone(),
        id: id.map(|id| id.to_string()),
        configured: true,
        state: seen.state.to_owned(),
        place: disks::place(disk).ok().map(|place| place.shown()),
        why: seen.why.clone(),
        custody,
        roles: disk_role::roles(config, &disk.name, today).iter().map(role).collect(),
        total_bytes: seen.total_bytes,
        free_bytes: seen.free_bytes,
        free_percent: percent(seen.free_bytes, seen.total_bytes),
        hardware: seen.mounted.as_ref().and_then(hardware_report),
        ..DiskReport::default()
    }
}

/// What the disks themselves say, where no records can be asked. It must not be called from an async task.
pub fn without_records(config: &Config, now: DateTime<Utc>, seen: &[Seen]) -> DisksReport {
    let local = now.with_timezone(&config.time_zone);
    let report = |(disk, seen): (&Disk, &Seen)| {
        let id = seen.marker.as_ref().map(|marker| marker.id).or(disk.id);
        let mut report = first(config, local.date_naive(), disk, seen, id);
        if seen.marker.is_some() {
            let store = disks::place(disk).ok().and_then(|place| DiskStore::open(&disk.name, &place).ok());
            let entries = store.and_then(|store| catalogue::list(&store, None).ok());
            let (good, bad): (Vec<_>, Vec<_>) = entries.unwrap_or_default().into_iter().partition(Entry::exists);
            report.copies = i64::try_from(good.len()).ok();
            report.damaged = i64::try_from(bad.len()).ok();
        }
        report
    };
    let now = local.to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    DisksReport { now, recorded: false, disks: config.disks.iter().zip(seen).map(report).collect() }
}

fn role(role: &Role) -> RoleReport {
    let words = role.words();
    match role {
        Role::Every { plan } => {
            RoleReport { plan: plan.clone(), kind: "every".to_owned(), due: true, next_due: None, words }
        }
        Role::Rotation { plan, due_now, next } => RoleReport {
            plan: plan.clone(),
            kind: "rotation".to_owned(),
            due: *due_now,
            next_due: Some(next.to_string()),
            words,
        },
    }
}

fn hardware_report(mounted: &Mounted) -> Option<HardwareReport> {
    let hardware = mounted.hardware.clone()?;
    Some(HardwareReport {
        device: hardware.device.display().to_string(),
        file_system: mounted.file_system.clone(),
        serial: hardware.serial,
        model: hardware.model,
        removable: hardware.removable,
        encrypted: mounted.encrypted,
        backing_file: hardware.backing_file.map(|file| file.display().to_string()),
    })
}

fn percent(part: Option<u64>, whole: Option<u64>) -> Option<u64> {
    part?.saturating_mul(100).checked_div(whole?)
}

/// Adds what is recorded of a disk.
async fn recorded(office: Office<'_>, sums: &Sums, id: Uuid, report: &mut DiskReport) -> Result<(), StoreError> {
    let count = |counts: &BTreeMap<Uuid, i64>| counts.get(&id).copied().unwrap_or_default();
    report.copies = Some(count(&sums.copies));
    report.damaged = Some(count(&sums.damaged));
    report.failures = count(&sums.failures);
    if report.failures > 0 {
        let last = office.store.newest_events(id, DiskEventKind::Failed, 1).await?.into_iter().next();
        report.last_failure = last.as_ref().and_then(|last| last.text.clone());
        report.last_failure_at = last.map(|last| office.stamp(last.at));
    }
    let written = office.store.newest_events(id, DiskEventKind::Wrote, disk_trend::EVENTS).await?;
    let written: Vec<(i64, i64)> = written.iter().filter_map(|event| event.bytes.zip(event.ms)).collect();
    let speed = disk_trend::speed(&written);
    report.write_bytes_per_second = speed.map(|speed| speed.bytes_per_second);
    report.write_change_percent = speed.and_then(|speed| speed.change_percent);
    report.write = speed.map(|speed| speed.words());
    let weeks = sums.weeks.iter().filter(|week| week.disk_id == id).map(|week| (week.week, week.bytes));
    let this_week = crate::schedule::rotation::week(super::office::day(office.config, office.now()));
    report.weekly_bytes = disk_trend::weekly_growth(&weeks.collect::<Vec<_>>(), this_week);
    let given = sums.heads.iter().find(|head| head.disk_id == id).map(|head| head.given);
    let row = sums.rows.iter().find(|row| row.id == id);
    let last_seen = row.map(|row| row.last_seen).max(given);
    report.last_seen = last_seen.map(|last| office.stamp(last));
    if let Some(row) = row {
        let unsigned = |bytes: Option<i64>| bytes.and_then(|bytes| u64::try_from(bytes).ok());
        report.total_bytes = report.total_bytes.or(unsigned(row.total_bytes));
        report.free_bytes = report.free_bytes.or(unsigned(row.free_bytes));
        report.free_percent = percent(report.free_bytes, report.total_bytes);
        report.health = row.health.clone();
        report.retired = row.retired.map(|retired| office.stamp(retired));
        report.retired_why = row.retired_why.clone();
        if row.retired.is_some() && report.state != "here" && report.state != "read_only" {
            report.state = "retired".to_owned();
        }
    }
    report.weeks_left = report
        .free_bytes
        .zip(report.weekly_bytes)
        .and_then(|(free, growth)| disk_trend::weeks_left(free.saturating_sub(RESERVE_BYTES), growth));
    Ok(())
}
