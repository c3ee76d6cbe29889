//! The folders on this machine: the spool in which dumps wait for a disk, and those of the service itself.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use rustix::fs::statvfs;

use super::{Found, HERE};
use crate::config::model::Config;
use crate::config::rules::Spool;
use crate::findings::{Code, Severity, Verdict};
use crate::units;

/// What the service needs for its records and logs.
const LOW_BYTES: u64 = 256 << 20;
/// With less it stops.
const LEAST_BYTES: u64 = 32 << 20;
/// Folders deeper than that are not its own.
const DEEPEST: usize = 8;

/// The spool, and the folders of the service.
pub(super) fn examine(config: &Config, _: DateTime<Utc>) -> Found {
    let mut found = Found::default();
    if let Some(spool) = &config.spool {
        let verdict = look(spool);
        match verdict {
            Some(verdict) => found.add(HERE, "spool", verdict),
            None => found.well(HERE, "spool", format!("{} has room", spool.path.display())),
        }
    }
    for (about, path) in [("state", &config.paths.state), ("log", &config.paths.log)] {
        let Some(free) = free(path) else { continue };
        found.figure(format!("free {about}"), free, "B", None);
        if free < LOW_BYTES {
            let severity = if free < LEAST_BYTES { Severity::Critical } else { Severity::Warning };
            let said = format!("only {} are free in {}", units::bytes(free), path.display());
            let remedy = "make room on this machine: without it neither records nor logs can be written";
            found.add(HERE, about, Verdict::new(Code::StateFull, severity, said, remedy));
        } else {
            found.well(HERE, about, format!("{} are free in {}", units::bytes(free), path.display()));
        }
    }
    found
}

fn look(spool: &Spool) -> Option<Verdict> {
    let path = spool.path.display();
    if !spool.path.is_dir() {
        let said = format!("the folder {path} is not there");
        let remedy =
            "make it for the service's user alone (install -d -m 700 -o resguardo), or mount what belongs there";
        return Some(Verdict::warning(Code::SpoolMissing, said, remedy));
    }
    let used = bytes_below(&spool.path, DEEPEST);
    let rest = spool.bytes_max.saturating_sub(used);
    let free = free(&spool.path)?;
    if rest < spool.bytes_max / 10 {
        let said = format!("{} of {} are in use", units::bytes(used), units::bytes(spool.bytes_max));
        return Some(Verdict::warning(Code::SpoolFull, said, "plug in the disks for which these backups wait"));
    }
    (free < rest).then(|| {
        let said = format!("it may grow by {} and {} are free there", units::bytes(rest), units::bytes(free));
        Verdict::warning(Code::SpoolFull, said, "make room there, or lower `gibibytes` of `spool`")
    })
}

/// The nearest folder that is there says for those that are still to come.
fn free(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|folder| folder.is_dir())?;
    statvfs(there).ok().map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn bytes_below(folder: &Path, depth: usize) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let bytes = |entry: fs::DirEntry| match entry.metadata() {
        Ok(about) if about.is_dir() && depth > 0 => bytes_below(&entry.path(), depth - 1),
        Ok(about) if about.is_file() => about.len(),
        _ => 0,
    };
    entries.filter_map(Result::ok).map(bytes).fold(0, u64::saturating_add)
}
