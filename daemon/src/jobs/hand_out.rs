//! The register on the disks: after each run every disk that is here is given the whole chain and its signed head, so
//! that whoever holds a disk holds the register. A disk whose register is not the beginning of ours is never written over
//! in silence.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;

use super::disks;
use super::error::{JobError, chain};
use super::office::Office;
use super::tell::{self, News};
use crate::config::model::Disk;
use crate::register::head::{GivenHead, Head, Tip, sign};
use crate::register::key::{Key, PublicKey};
use crate::register::seal::{file_name, year_of};
use crate::register::verify::verify;
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{DiskHead, Line};
use crate::vault::admit::{Admitted, admit};
use crate::vault::chain::{self as files, OnDisk};
use crate::vault::error::VaultError;
use crate::vault::store::Store as DiskStore;
use crate::vault::writer::Pending;

/// How long a disk may take to be read, or to be written to.
const PATIENCE: Duration = Duration::from_secs(120);

/// Gives every disk that is here the register as it is now. What is wrong with a disk is logged, and told to people
/// where its register is not ours.
///
/// # Errors
/// What the store says.
pub fn hand_out(office: Office<'_>, runtime: &Handle, key: &Key) -> Result<(), StoreError> {
    let Some(last) = runtime.block_on(office.store.last_line())? else { return Ok(()) };
    let tip = Tip { year: last.year, number: last.number, sequence: last.sequence, hash: last.hash.clone() };
    let mut given = runtime.block_on(office.store.disk_heads())?;
    let mut here = Vec::new();
    for disk in here_now(office) {
        match one(office, runtime, key, &disk, &tip, &given) {
            Ok(()) => {
                runtime.block_on(all_clear(office, &disk))?;
                here.push(disk);
            }
            Err(Refused::Store(error)) => return Err(error),
            Err(Refused::Disk(error)) => {
                tracing::warn!(disk = disk.name, error = chain(&error), "the register was not copied to the disk")
            }
            Err(Refused::Other(what)) => {
                tracing::error!(
                    disk = disk.name,
                    what,
                    "the disk's register is not ours and was left as it is; keep a copy of it, find out why, and move the file away to have it written anew"
                );
                runtime.block_on(alarm(office, &disk, &what))?;
            }
        }
    }
    let now = office.now();
    let heads = here.iter().map(|disk| disk_head(disk, &last, now));
    for head in heads {
        given.retain(|other| other.disk_id != head.disk_id);
        given.push(head.clone());
        runtime.block_on(office.store.apply(Change { disk_heads: vec![head], ..Change::default() }))?;
    }
    // Only now is it certain what each disk has, and each is told of the others.
    for disk in &here {
        if let Ok(head) = signed(office, key, &tip, &given)
            && let Err(error) = write(disk, Vec::new(), head)
        {
            tracing::warn!(disk = disk.name, error = chain(&error), "the register's head was not renewed on the disk");
        }
    }
    Ok(())
}

/// Whether some disk was last given less than the register holds now.
///
/// # Errors
/// What the store says.
pub async fn is_owed(office: Office<'_>) -> Result<bool, StoreError> {
    let Some(last) = office.store.last_line().await? else { return Ok(false) };
    let given = office.store.disk_heads().await?;
    let has = |disk: &Disk| given.iter().any(|head| head.disk == disk.name && head.sequence == last.sequence);
    Ok(!office.config.disks.iter().all(has))
}

/// What is wrong with the registers of disks, a sentence each, until they were written anew.
///
/// # Errors
/// What the store says.
pub async fn alarms(office: Office<'_>) -> Result<Vec<String>, StoreError> {
    let mut alarms = Vec::new();
    for disk in office.store.disk_heads().await? {
        if let Some(what) = office.store.meta(&alarm_key(disk.disk_id)).await?.filter(|what| !what.is_empty()) {
            alarms
                .push(format!("disk {}: its register is not ours: {what}; run `resguardo register verify`", disk.disk));
        }
    }
    Ok(alarms)
}

fn alarm_key(disk: uuid::Uuid) -> String {
    format!("register_alarm:{disk}")
}

/// Why a disk was not given the register.
enum Refused {
    Store(StoreError),
    Disk(VaultError),
    /// Its register is not the beginning of ours.
    Other(String),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The disks that are here and answer. Of two that have one id nobody knows which was given what; neither counts.
fn here_now(office: Office<'_>) -> Vec<Admitted> {
    let look = |disk: &Disk| {
        let (name, place, id) = (disk.name.clone(), disks::place(disk)?, disk.id);
        Ok::<_, JobError>(Pending::start(&disk.name, move || admit(&name, &place, id)).wait(PATIENCE)?)
    };
    let here: Vec<Admitted> = office.config.disks.iter().filter_map(|disk| look(disk).ok()).collect();
    let is_alone =
        |disk: &&Admitted| here.iter().all(|other| other.marker.id != disk.marker.id || other.name == disk.name);
    here.iter().filter(is_alone).cloned().collect()
}

fn one(
    office: Office<'_>,
    runtime: &Handle,
    key: &Key,
    disk: &Admitted,
    tip: &Tip,
    given: &[DiskHead],
) -> Result<(), Refused> {
    let public = key.public();
    let head = read(disk, files::read_head).map_err(Refused::Disk)?;
    let head = head.as_deref().map(Head::from_json);
    let ours = |head: &Head| head.check(Some(&public)).is_ok();
    // A disk whose head is the one that it was given last needs only the years since then.
    let known = given.iter().find(|known| known.disk_id == disk.marker.id);
    let since = match (&head, known) {
        (Some(Ok(head)), Some(known)) if ours(head) && head.sequence == known.sequence && head.hash == known.hash => {
            known.sequence
        }
        _ => 0,
    };
    let mut changed = Vec::new();
    for year in runtime.block_on(office.store.years_after(since))? {
        let year = i32::try_from(year).unwrap_or_default();
        let lines = runtime.block_on(office.store.year_lines(year))?;
        let content = content(&lines);
        let name = file_name(year);
        let wanted = name.clone();
        match read(disk, move |store| files::read_year(store, &wanted)).map_err(Refused::Disk)? {
            Some(there) if there == content => {}
            Some(there) if !content.starts_with(&there) => {
                return Err(Refused::Other(differs(&name, &there, &content)));
            }
            Some(there) if known.is_some_and(|known| lacks(&there, &lines, known)) => {
                let left = there.iter().filter(|&&byte| byte == b'\n').count();
                let what = "the disk was given more: its end was cut off, or it is an older copy";
                return Err(Refused::Other(format!("{name} ends after line {left}, and {what}")));
            }
            _ => changed.push((name, content)),
        }
    }
    let head = signed(office, key, tip, given).map_err(Refused::Other)?;
    write(disk, changed, head).map_err(Refused::Disk)
}

/// How a file on a disk differs from ours.
fn differs(name: &str, there: &[u8], ours: &[u8]) -> String {
    let same = there.iter().zip(ours).take_while(|(a, b)| a == b).count();
    let line = ours.iter().take(same).filter(|&&byte| byte == b'\n').count() + 1;
    if there.len() > ours.len() && same == ours.len() {
        format!("{name} has entries from line {line} on that this machine does not know")
    } else {
        format!("{name} is not what this machine wrote from line {line} on")
    }
}

/// Whether the beginning of a year on a disk is less of it than the disk was given.
fn lacks(there: &[u8], year: &[Line], given: &DiskHead) -> bool {
    let there = there.iter().filter(|&&byte| byte == b'\n').count();
    there < year.iter().filter(|line| line.sequence <= given.sequence).count()
}

/// Tells people of a disk's register, once for each state of it.
async fn alarm(office: Office<'_>, disk: &Admitted, what: &str) -> Result<(), StoreError> {
    let (key, value) = (alarm_key(disk.marker.id), what.to_owned());
    if office.store.meta(&key).await?.as_ref() == Some(&value) {
        return Ok(());
    }
    let what = format!("{}: {what}", disk.name);
    let notices = vec![tell::notice(office, News::Register { what: &what })];
    office.store.apply(Change { notices, meta: vec![(key, value)], ..Change::default() }).await.map(drop)
}

/// The register of a disk is ours again; should it be damaged once more, people are told once more.
async fn all_clear(office: Office<'_>, disk: &Admitted) -> Result<(), StoreError> {
    let key = alarm_key(disk.marker.id);
    match office.store.meta(&key).await? {
        Some(what) if !what.is_empty() => {
            office.store.apply(Change { meta: vec![(key, String::new())], ..Change::default() }).await.map(drop)
        }
        _ => Ok(()),
    }
}

fn content(lines: &[Line]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.text.as_bytes(), b"\n"].concat()).collect()
}

fn signed(office: Office<'_>, key: &Key, tip: &Tip, given: &[DiskHead]) -> Result<Vec<u8>, String> {
    let given = given.iter().map(|head| GivenHead {
        id: head.disk_id,
        label: head.disk.clone(),
        sequence: head.sequence,
        hash: head.hash.clone(),
        at: office.stamp(head.given),
    });
    let head = sign(key, tip, office.local(office.now()), given.collect());
    head.and_then(|head| head.to_json()).map_err(|error| chain(&error))
}

/// The signed head of the register as it is now; `None` where it is empty.
///
/// # Errors
/// What the store says.
pub async fn head(office: Office<'_>, key: &Key) -> Result<Option<Head>, StoreError> {
    let Some(last) = office.store.last_line().await? else { return Ok(None) };
    let tip = Tip { year: last.year, number: last.number, sequence: last.sequence, hash: last.hash };
    let given = office.store.disk_heads().await?;
    Ok(signed(office, key, &tip, &given).ok().and_then(|json| Head::from_json(&json).ok()))
}

fn disk_head(disk: &Admitted, last: &Line, given: DateTime<Utc>) -> DiskHead {
    let (disk_id, disk) = (disk.marker.id, disk.name.clone());
    DiskHead { disk_id, disk, sequence: last.sequence, hash: last.hash.clone(), given }
}

/// Reads of a disk no more than what is needed: after ten years a register has tens of megabytes.
fn read<T: Send + 'static>(
    disk: &Admitted,
    what: impl FnOnce(&DiskStore) -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    let (name, place) = (disk.name.clone(), disk.place.clone());
    Pending::start(&disk.name, move || what(&DiskStore::open(&name, &place)?)).wait(PATIENCE)
}

fn write(disk: &Admitted, changed: Vec<(String, Vec<u8>)>, head: Vec<u8>) -> Result<(), VaultError> {
    let (name, place) = (disk.name.clone(), disk.place.clone());
    Pending::start(&disk.name, move || files::write(&DiskStore::open(&name, &place)?, changed, head)).wait(PATIENCE)
}

/// Takes over from a disk what this machine's own register lacks: a database that was lost or set back knows fewer
/// entries than it once handed out. Only what verifies, is signed by our own key, and goes on from our own last entry.
/// Nothing may be entered before.
///
/// # Errors
/// What the store says.
pub fn take_over(office: Office<'_>, runtime: &Handle, key: &Key) -> Result<(), StoreError> {
    let public = key.public();
    let unread = |disk: &Admitted, error: &VaultError| {
        tracing::warn!(disk = disk.name, error = chain(error), "the disk's register cannot be read");
    };
    let mut heads = Vec::new();
    for disk in here_now(office) {
        match read(&disk, files::read_head) {
            Ok(head) => heads.extend(head.and_then(|head| ours(&head, &public)).map(|head| (disk, head.sequence))),
            Err(error) => unread(&disk, &error),
        }
    }
    let last = runtime.block_on(office.store.last_line())?;
    let known = last.as_ref().map_or(0, |line| line.sequence);
    heads.retain(|(_, sequence)| *sequence > known);
    heads.sort_by_key(|(_, sequence)| *sequence);
    while let Some((disk, _)) = heads.pop() {
        match read(&disk, files::read) {
            Ok(on_disk) => return take_over_from(office, runtime, &public, &disk, &on_disk, last.as_ref()),
            Err(error) => unread(&disk, &error),
        }
    }
    Ok(())
}

fn take_over_from(
    office: Office<'_>,
    runtime: &Handle,
    public: &PublicKey,
    disk: &Admitted,
    on_disk: &OnDisk,
    last: Option<&Line>,
) -> Result<(), StoreError> {
    let head = on_disk.head.as_deref().and_then(|head| ours(head, public));
    let report = verify(&on_disk.files, head.as_ref(), Some(public));
    let joins = last.is_none_or(|line| report.hash_at(line.sequence).is_some_and(|h| h.to_string() == line.hash));
    if !report.is_whole() || !joins {
        let what = "the disk's register has more entries than this machine's, and they cannot be taken over: \
                    run `resguardo register verify`";
        tracing::error!(disk = disk.name, what, "the register");
        return runtime.block_on(alarm(office, disk, what));
    }
    let imported = lines_after(on_disk, last.map_or(0, |line| line.sequence));
    tracing::warn!(disk = disk.name, entries = imported.len(), "the register was taken over from the disk");
    runtime.block_on(office.store.apply(Change { imported, ..Change::default() })).map(drop)
}

/// A head that was signed with our own key.
fn ours(head: &[u8], key: &PublicKey) -> Option<Head> {
    Head::from_json(head).ok().filter(|head| head.check(Some(key)).is_ok())
}

/// The lines after a place of the chain, of files that were verified.
pub(super) fn lines_after(on_disk: &OnDisk, known: i64) -> Vec<Line> {
    use crate::register::entry::Entry;
    use crate::register::seal::hash;
    let files = on_disk.files.iter().filter(|(name, _)| year_of(name).is_some());
    let lines = files.flat_map(|(_, content)| content.split(|&byte| byte == b'\n'));
    let texts = lines.filter_map(|line| std::str::from_utf8(line).ok());
    let mut lines: Vec<Line> = texts
        .filter_map(|text| {
            let entry = Entry::parse(text).ok()?;
            let (sequence, year, number) = (entry.sequence, entry.year, entry.number);
            Some(Line { sequence, year, number, text: text.to_owned(), hash: hash(text.as_bytes()) })
        })
        .filter(|line| line.sequence > known)
        .collect();
    lines.sort_by_key(|line| line.sequence);
    lines
}
