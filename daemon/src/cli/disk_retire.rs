//! `resguardo disk retire`: takes a disk out of service for good.

use std::path::Path;

use super::args_disk::DiskRetire;
use super::backup_here::{now, runtime};
use super::exit::{Failure, code};
use super::{load, log, print, socket};
use crate::jobs::disk_retire::{self, RetireError};
use crate::jobs::error::chain;
use crate::jobs::report_disks::RetireReport;
use crate::service::client;
use crate::service::here;
use crate::service::here_disks::with_records;
use crate::service::protocol::Request;

pub(super) fn run(config: &Path, asked: &DiskRetire) -> Result<u8, Failure> {
    let report = if asked.here { in_this_process(config, asked)? } else { by_service(config, asked)? };
    if asked.json {
        print::value(&report)?;
    } else {
        print::out(&shown(&report))?;
    }
    Ok(code::DONE)
}

fn by_service(config: &Path, asked: &DiskRetire) -> Result<RetireReport, Failure> {
    let (disk, reason, sure) = (asked.name.clone(), asked.reason.clone(), asked.yes);
    Ok(client::ask_once(&socket::of(config)?, Request::DiskRetire { disk, reason, sure })?)
}

fn in_this_process(config: &Path, asked: &DiskRetire) -> Result<RetireReport, Failure> {
    let config = load(config)?;
    here::own(&config)?;
    let logs = log::start(&config);
    let runtime = runtime()?;
    let retired = with_records(config, logs.runs.clone(), &runtime, now(), |office, handle, _| {
        handle.block_on(disk_retire::retire(office, &asked.name, asked.reason.trim(), asked.yes))
    })?;
    retired.map_err(|error| match &error {
        RetireError::Unknown(_) => Failure::new(code::UNKNOWN, chain(&error)),
        RetireError::Store(_) => Failure::new(code::FAILED, chain(&error)),
        RetireError::Already { .. } | RetireError::LastCopies { .. } => Failure::new(code::BUSY, chain(&error)),
    })
}

fn shown(report: &RetireReport) -> String {
    let mut text = format!(
        "Disk {} ({}) is out of service. Its {} copies still count for restores; {} that it was owed are forgiven.\n",
        report.disk, report.id, report.copies, report.forgiven
    );
    if !report.only_here.is_empty() {
        text.push_str(&format!("It holds the last good copy of:\n  {}\n", report.only_here.join("\n  ")));
    }
    if !report.plans.is_empty() {
        text.push_str(&format!("Take it out of these plans in the configuration: {}.\n", report.plans.join(", ")));
    }
    text
}
