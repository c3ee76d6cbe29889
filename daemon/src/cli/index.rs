//! `resguardo index rebuild`: a database that was lost comes back from the disks.

use std::path::Path;

use super::args_disk::IndexRebuild;
use super::backup_here::{now, runtime};
use super::exit::{Failure, code};
use super::{load, log, print, socket};
use crate::jobs::rebuild;
use crate::jobs::report_disks::RebuildReport;
use crate::service::client;
use crate::service::here;
use crate::service::here_disks::with_records;
use crate::service::protocol::Request;

pub(super) fn rebuild(config: &Path, asked: &IndexRebuild) -> Result<u8, Failure> {
    let report = if asked.here {
        in_this_process(config)?
    } else {
        client::ask_once(&socket::of(config)?, Request::IndexRebuild)?
    };
    if asked.json {
        print::value(&report)?;
    } else {
        print::out(&shown(&report))?;
    }
    // Without a single disk nothing can have come back.
    Ok(if report.disks.is_empty() { code::DISK } else { code::DONE })
}

fn in_this_process(config: &Path) -> Result<RebuildReport, Failure> {
    let config = load(config)?;
    here::own(&config)?;
    let logs = log::start(&config);
    let runtime = runtime()?;
    let rebuilt = with_records(config, logs.runs.clone(), &runtime, now(), rebuild::rebuild)?;
    rebuilt.map_err(|error| Failure::unexpected("cannot rebuild the index", &error))
}

fn shown(report: &RebuildReport) -> String {
    let mut text = String::new();
    for disk in &report.absent {
        text.push_str(&format!("not read: {}: {}\n", disk.disk, disk.why));
    }
    let disks = if report.disks.is_empty() { "no disk".to_owned() } else { report.disks.join(", ") };
    text.push_str(&format!("From {disks}:\n"));
    let counts = [
        (report.copies, "copies added"),
        (report.removed, "copies forgotten that are there no more"),
        (report.damaged, "copies found damaged"),
        (report.runs, "runs added"),
        (report.datasets, "backups in them"),
        (report.slots, "slots added"),
        (report.entries, "entries of the register taken over"),
    ];
    for (count, what) in counts {
        text.push_str(&format!("  {count:>6} {what}\n"));
    }
    if !report.absent.is_empty() {
        text.push_str("Connect the other disks and run it again: what is known already is not added twice.\n");
    }
    text
}
