//! A disk: is it here, the right one, does it take writes, and has it room for what its plans bring next. Nothing is written to it.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use super::Found;
use crate::config::model::{Config, Disk, Place};
use crate::findings::{Code, Severity, Verdict};
use crate::jobs::disks as places;
use crate::jobs::error::chain;
use crate::medium::hardware::{self, Roots};
use crate::medium::smart::{self, Health};
use crate::units;
use crate::vault::admit::{Admitted, RESERVE_BYTES, admit, room};
use crate::vault::catalogue;
use crate::vault::error::VaultError;
use crate::vault::manifest::Manifest;
use crate::vault::store::Store;
use crate::vault::writer::Pending;

/// How long a disk may take to show what is on it: one that sleeps must spin up first.
const LOOK: Duration = Duration::from_secs(60);
/// How long it may take to tell of its health.
const HEALTH: Duration = Duration::from_secs(10);

/// Everything about one disk.
pub(super) fn examine(config: &Config, name: &str) -> Found {
    let mut found = Found::default();
    let place = format!("disk {name}");
    let Some(disk) = config.disk(name) else { return found };
    let at = match places::place(disk) {
        Ok(at) => at,
        Err(error) => {
            let remedy = "put the secret where the configuration says, for its owner alone";
            found.add(&place, name, Verdict::critical(Code::SecretUnreadable, chain(&error), remedy));
            return found;
        }
    };
    let (owner, id, datasets) = (name.to_owned(), disk.id, datasets(config, name));
    let looking = Pending::start(name, move || {
        let admitted = admit(&owner, &at, id)?;
        Ok((next_bytes(&admitted, &datasets)?, room(&admitted.name, &admitted.place)?))
    });
    match looking.wait(LOOK) {
        Ok((next, room)) => {
            let full = room.and_then(|(free, total)| full(free, total, next));
            match (full, room) {
                (Some(verdict), _) => found.add(&place, name, verdict),
                (None, Some((free, _))) => {
                    let said = format!("it is here, takes writes, and has {} free", units::bytes(free));
                    found.well(&place, name, said);
                }
                (None, None) => found.well(&place, name, "it answers"),
            }
            if let Some((free, total)) = room {
                found.figure(format!("free {place}"), free, "B", Some(total));
            }
            health(disk, &place, &mut found);
        }
        Err(error) => {
            let verdict = refused(config, disk, &error);
            found.add(&place, name, verdict);
        }
    }
    found
}

/// What plans bring to a disk.
fn datasets(config: &Config, disk: &str) -> Vec<String> {
    let plans = config.plans.iter().filter(|plan| plan.every_disk().any(|name| name == disk));
    let names = plans.flat_map(|plan| plan.datasets.iter().map(|(server, name)| format!("{server}/{name}")));
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What the next backup of everything needs by what the last one took: a fifth more.
fn next_bytes(disk: &Admitted, datasets: &[String]) -> Result<u64, VaultError> {
    let store = Store::open(&disk.name, &disk.place)?;
    let mut bytes = 0_u64;
    for dataset in datasets {
        let last = catalogue::last(&store, dataset)?.as_ref().map_or(0, Manifest::archive_bytes);
        bytes = bytes.saturating_add(last).saturating_add(last / 5);
    }
    Ok(bytes)
}

fn full(free: u64, total: u64, next: u64) -> Option<Verdict> {
    let needed = next.saturating_add(RESERVE_BYTES);
    let remedy = "prune it (`resguardo prune --dry-run` says what would go), or bring a larger disk into its plans";
    if free < needed {
        let said = format!("{} are free, and the next backups need {}", units::bytes(free), units::bytes(needed));
        return Some(Verdict::critical(Code::DiskFull, said, remedy));
    }
    let is_low = free < total / 20;
    is_low.then(|| {
        let said = format!("only {} of {} are free", units::bytes(free), units::bytes(total));
        Verdict::warning(Code::DiskFull, said, remedy)
    })
}

fn refused(config: &Config, disk: &Disk, error: &VaultError) -> Verdict {
    let said = chain(error);
    match error {
        VaultError::NotMounted { .. } | VaultError::NoFolder { .. } | VaultError::NoMarker { .. } => {
            if takes_turns(config, &disk.name) {
                return Verdict::new(Code::Well, Severity::Ok, "it is away, and another of its set is here", "");
            }
            let custody = disk.custody.as_ref().map(|custody| format!(" (it is kept in: {custody})"));
            let remedy = format!("plug it in and mount it{}", custody.unwrap_or_default());
            Verdict::warning(Code::DiskAbsent, said, remedy)
        }
        VaultError::ReadOnly { .. } => {
            let remedy = "`dmesg` says why; mount it anew with `rw`, and if it comes again replace the disk";
            Verdict::critical(Code::DiskReadOnly, said, remedy)
        }
        VaultError::WrongDisk { .. } => {
            Verdict::critical(Code::DiskWrong, said, "take it out and plug in the one that belongs there")
        }
        _ => Verdict::critical(
            Code::DiskFailing,
            said,
            "pull it with `resguardo disk eject`, try another cable, then replace it",
        ),
    }
}

/// Whether a disk only takes turns with others, of which one is here: then its place is the safe.
fn takes_turns(config: &Config, name: &str) -> bool {
    let is_here = |other: &String| other != name && places::by_name(config, other).is_ok();
    let of = |disks: &[String]| disks.iter().any(|disk| disk == name);
    let mut plans = config.plans.iter().filter(|plan| of(&plan.disks) || of(&plan.rotation)).peekable();
    plans.peek().is_some() && plans.all(|plan| !of(&plan.disks) && plan.rotation.iter().any(is_here))
}

/// What the disk says of itself, where it says anything.
fn health(disk: &Disk, place: &str, found: &mut Found) {
    let Place::Folder { path, .. } = &disk.place else { return };
    let mounted = hardware::look(path, &Roots::system()).ok();
    let Some(device) = mounted.and_then(|mounted| mounted.hardware).map(|hardware| hardware.device) else { return };
    match smart::ask(OsStr::new("smartctl"), Path::new(&device), HEALTH) {
        Health::Failing(why) => {
            let remedy = "copy what is on it to another disk and replace it: resguardo disk retire";
            found.add(place, &disk.name, Verdict::critical(Code::DiskHealth, why.join(", "), remedy));
        }
        Health::Good(_) => found.well(place, &disk.name, "it says that it is healthy"),
        Health::Unknown(_) => {}
    }
}
