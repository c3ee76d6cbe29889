//! `resguardo disk list`: every disk as the service knows it, or, without it, what is plugged in; and the health that the
//! disks themselves tell, which the service may not ask for.

use std::ffi::OsStr;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::args_disk::DiskList;
use super::backup_here::now;
use super::exit::{Failure, code};
use super::times::moment;
use super::{load, print, socket};
use crate::jobs::disk_list;
use crate::jobs::error::chain;
use crate::jobs::report_disks::{DiskReport, DisksReport};
use crate::medium::hardware::Roots;
use crate::medium::smart::{self, Health};
use crate::service::client::{self, ClientError};
use crate::service::protocol::Request;
use crate::units;

/// How long a disk may take to tell of its health.
const HEALTH_PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn run(config: &Path, list: &DiskList) -> Result<u8, Failure> {
    let socket = socket::of(config)?;
    let mut report: DisksReport = match client::ask_once(&socket, Request::Disks) {
        Ok(report) => report,
        Err(error @ (ClientError::NoDaemon { .. } | ClientError::NotAllowed { .. })) => {
            let what = "only what is plugged in is known, and not what is owed or was measured";
            print::note(&format!("resguardo: {}; {what}", chain(&error)));
            let config = load(config)?;
            let seen = disk_list::look_at_all(&config.disks, &Roots::system());
            disk_list::without_records(&config, now()(), &seen)
        }
        Err(error) => return Err(error.into()),
    };
    for (id, health) in ask_healths(&mut report.disks) {
        if report.recorded {
            // It is recorded for the days on which the disk is away; that it could not be is no failure of the list.
            let _recorded: Result<String, _> = client::ask_once(&socket, Request::DiskHealth { id, health });
        }
    }
    if list.json {
        print::value(&report)?;
    } else {
        print::out(&shown(&report))?;
    }
    Ok(code::DONE)
}

/// Asks all disks that are here at once, and returns what is new, by their ids.
fn ask_healths(disks: &mut [DiskReport]) -> Vec<(String, String)> {
    let asking: Vec<_> = disks
        .iter_mut()
        .filter_map(|disk| {
            let device = disk.hardware.as_ref()?.device.clone();
            Some((disk, thread::spawn(move || smart::ask(OsStr::new("smartctl"), Path::new(&device), HEALTH_PATIENCE))))
        })
        .collect();
    let mut new = Vec::new();
    for (disk, asking) in asking {
        let health = asking.join().unwrap_or_else(|_| Health::Unknown("it cannot be asked".to_owned()));
        if matches!(health, Health::Unknown(_)) {
            // What was known before says more than that nothing is known now.
            disk.health.get_or_insert(health.words());
            continue;
        }
        let words = Some(health.words());
        if disk.health != words {
            new.extend(disk.id.clone().zip(words.clone()));
        }
        disk.health = words;
    }
    new
}

fn shown(report: &DisksReport) -> String {
    if report.disks.is_empty() {
        return "There are no disks; `resguardo disk init` prepares one.\n".to_owned();
    }
    report.disks.iter().map(card).collect::<Vec<_>>().join("\n")
}

/// All that is known of one disk, a line each.
fn card(disk: &DiskReport) -> String {
    let id = disk.id.as_deref().and_then(|id| id.split('-').next()).map(|id| format!(" ({id})")).unwrap_or_default();
    let mut lines = vec![format!("{}{id}: {}", disk.disk, state(disk))];
    let mut add = |name: &str, text: Option<String>| {
        lines.extend(text.map(|text| format!("    {:<11}{text}", format!("{name}:"))));
    };
    add("kept in", disk.custody.clone());
    add("for", Some(roles(disk)));
    add("copies", copies(disk));
    add("owed", owed(disk));
    add("free", free(disk));
    add("writes", disk.write.clone());
    add("failures", failures(disk));
    add("hardware", disk.hardware.as_ref().map(hardware));
    add("health", disk.health.clone());
    lines.join("\n") + "\n"
}

fn state(disk: &DiskReport) -> String {
    let place = disk.place.as_deref().unwrap_or("a place that is not known");
    let why = disk.why.as_deref().unwrap_or_default();
    match disk.state.as_str() {
        "here" if disk.retired.is_some() => format!("RETIRED, and plugged in at {place}"),
        "here" => format!("here at {place}"),
        "read_only" => format!("READ-ONLY at {place}"),
        "other" => format!("ANOTHER DISK is at {place}: {why}"),
        "failing" => format!("FAILING at {place}: {why}"),
        "remote" => format!("object store {place}"),
        "retired" => {
            let since = disk.retired.as_deref().map(moment).unwrap_or_default();
            format!("retired since {since}: {}", disk.retired_why.as_deref().unwrap_or("no reason was given"))
        }
        _ => match disk.last_seen.as_deref() {
            Some(last) => format!("away, last seen {}", moment(last)),
            None => "away, never seen here".to_owned(),
        },
    }
}

fn roles(disk: &DiskReport) -> String {
    if disk.roles.is_empty() {
        return "no plan".to_owned();
    }
    disk.roles.iter().map(|role| role.words.clone()).collect::<Vec<_>>().join("; ")
}

fn copies(disk: &DiskReport) -> Option<String> {
    let damaged = disk.damaged.filter(|damaged| *damaged > 0).map(|damaged| format!(", and {damaged} DAMAGED"));
    Some(format!("{}{}", disk.copies?, damaged.unwrap_or_default()))
}

fn owed(disk: &DiskReport) -> Option<String> {
    let copies = disk.owed.filter(|owed| *owed > 0)?;
    let since = disk.owed_since.as_deref().map(|since| format!(" since {}", moment(since))).unwrap_or_default();
    Some(format!("{}{since}", units::count(copies.unsigned_abs(), "copy").replace("copys", "copies")))
}

fn free(disk: &DiskReport) -> Option<String> {
    let free = units::bytes(disk.free_bytes?);
    let percent = disk.free_percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
    let lasts = match disk.weeks_left {
        Some(0) => ", full within a week".to_owned(),
        Some(weeks) => format!(", full in about {}", units::count(weeks, "week")),
        None => String::new(),
    };
    Some(format!("{free}{percent}{lasts}"))
}

fn failures(disk: &DiskReport) -> Option<String> {
    (disk.failures > 0).then(|| {
        let at = disk.last_failure_at.as_deref().map(moment).unwrap_or_default();
        format!("{}, last {at}: {}", disk.failures, disk.last_failure.as_deref().unwrap_or("no words"))
    })
}

fn hardware(hardware: &crate::jobs::report_disks::HardwareReport) -> String {
    let mut parts = vec![hardware.device.clone(), hardware.file_system.clone()];
    parts.extend(hardware.model.clone());
    parts.extend(hardware.serial.as_ref().map(|serial| format!("serial number {serial}")));
    parts.extend(hardware.backing_file.as_ref().map(|file| format!("the file {file}")));
    parts.extend(hardware.encrypted.then(|| "encrypted by the system".to_owned()));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_says_what_is_known_and_leaves_out_the_rest() {
        let disk = DiskReport {
            disk: "disco-a".to_owned(),
            id: Some("5f0c2b1a-0000-4000-8000-000000000000".to_owned()),
            state: "away".to_owned(),
            last_seen: Some("2026-11-22T02:14:05-06:00".to_owned()),
            custody: Some("caja fuerte, Dirección".to_owned()),
            copies: Some(52),
            owed: Some(2),
            owed_since: Some("2026-11-15T02:00:00-06:00".to_owned()),
            free_bytes: Some(30 << 30),
            free_percent: Some(12),
            weeks_left: Some(9),
            ..DiskReport::default()
        };
        let expected = "\
disco-a (5f0c2b1a): away, last seen 2026-11-22 02:14
    kept in:   caja fuerte, Dirección
    for:       no plan
    copies:    52
    owed:      2 copies since 2026-11-15 02:00
    free:      30.0 GiB (12 %), full in about 9 weeks
";
        assert_eq!(card(&disk), expected);
    }
}
