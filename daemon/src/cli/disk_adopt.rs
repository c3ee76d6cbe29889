//! `resguardo disk adopt`: what a disk holds, read from it alone, and taken over where a service is asked to.

use std::path::Path;

use super::args_disk::DiskAdopt;
use super::backup_here::{now, runtime};
use super::exit::{Failure, code};
use super::{load, log, print, socket};
use crate::jobs::disk_adopt::{self, AdoptError};
use crate::jobs::report_disks::AdoptReport;
use crate::service::client;
use crate::service::here;
use crate::service::here_disks::with_records;
use crate::service::protocol::Request;
use crate::units;

pub(super) fn run(config: &Path, asked: &DiskAdopt) -> Result<u8, Failure> {
    let path = std::path::absolute(&asked.path);
    let path = path.map_err(|error| Failure::unexpected("cannot resolve the path", &error))?;
    let report = if asked.dry_run {
        disk_adopt::look(&path)?
    } else if asked.here {
        in_this_process(config, &path)?
    } else {
        let path = path.display().to_string();
        client::ask_once(&socket::of(config)?, Request::DiskAdopt { path })?
    };
    if asked.json {
        print::value(&report)?;
    } else {
        print::out(&shown(&report))?;
    }
    let whole = report.damaged.is_empty() && report.register.problems.is_empty();
    Ok(if whole { code::DONE } else { code::DAMAGE })
}

fn in_this_process(config: &Path, path: &Path) -> Result<AdoptReport, Failure> {
    let config = load(config)?;
    here::own(&config)?;
    let logs = log::start(&config);
    let runtime = runtime()?;
    let adopted = with_records(config, logs.runs.clone(), &runtime, now(), |office, handle, _| {
        disk_adopt::adopt(office, handle, path)
    })?;
    adopted.map_err(|error| match error {
        AdoptError::Disk(error) => error.into(),
        AdoptError::Store(error) => Failure::unexpected("cannot keep the records", &error),
    })
}

fn shown(report: &AdoptReport) -> String {
    let mut text = format!("Disk {} ({}), prepared {}\n", report.disk, report.id, report.prepared);
    if let Some(custody) = &report.custody {
        text.push_str(&format!("Kept in: {custody}\n"));
    }
    text.push('\n');
    let rows = report.datasets.iter().map(|held| {
        let (backups, bytes) = (held.backups.to_string(), units::bytes(held.archive_bytes));
        vec![held.dataset.clone(), backups, bytes, held.newest.clone()]
    });
    text.push_str(&print::table(&["dataset", "backups", "stored", "newest"], &[1, 2], rows.collect()));
    for damaged in &report.damaged {
        text.push_str(&format!("DAMAGED: {damaged}\n"));
    }
    text.push('\n');
    text.push_str(&register(report));
    if report.adopted {
        let (copies, entries) = (report.new_copies, report.new_entries);
        text.push_str(&format!("Taken over: {copies} copies, {entries} entries of the register.\n"));
    } else {
        text.push_str("Nothing was taken over (--dry-run).\n");
    }
    text.push_str(&format!("\nIn the configuration:\n{}", report.yaml));
    text
}

fn register(report: &AdoptReport) -> String {
    let register = &report.register;
    if register.entries == 0 {
        return "Register: none.\n".to_owned();
    }
    let last = register.last.as_deref().unwrap_or("?");
    let entries = units::count(register.entries, "entry").replace("entrys", "entries");
    if register.problems.is_empty() {
        let key = register.key.as_deref().unwrap_or("?");
        return format!("Register: {entries} to {last}, whole, signed by {key}.\n");
    }
    format!("Register: {entries} to {last}, DAMAGED:\n  {}\n", register.problems.join("\n  "))
}
