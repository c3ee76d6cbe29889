//! `resguardo verify`: reads backups from their disks and compares every digest.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use resguardo_agent::framer;

use super::args::Verify;
use super::exit::{self, Failure, code};
use super::{load, print};
use crate::config::model::Config;
use crate::jobs::archives::{self, Found};
use crate::jobs::error::{JobError, chain};
use crate::jobs::{disks, verify};

pub(super) fn run(config: &Path, asked: &Verify) -> Result<u8, Failure> {
    // What lies at a path needs no configuration; names do.
    let at_paths = asked.names.iter().all(|name| disks::is_path(name) && Path::new(name).exists());
    let config = if at_paths { None } else { Some(load(config)?) };
    let mut code = code::DONE;
    let mut results = Vec::new();
    for name in &asked.names {
        for found in copies(config.as_ref(), name)? {
            let result = one(&found);
            if let Err(error) = &result {
                // Damage is worse news than whatever else went wrong.
                code = if code == code::DAMAGE { code } else { exit::of(error) };
            }
            if !asked.json {
                print::out(&line(&found, &result))?;
            }
            results.push((found, result));
        }
    }
    if asked.json {
        let list: Vec<_> = results.iter().map(|(found, result)| json(found, result)).collect();
        print::json(&serde_json::json!({ "archives": list }))?;
    }
    Ok(code)
}

/// The copies that a word means: all of a disk, or all of one backup.
fn copies(config: Option<&Config>, name: &str) -> Result<Vec<Found>, JobError> {
    let is_disk =
        Path::new(name).is_dir() && disks::is_path(name) || config.is_some_and(|config| config.disk(name).is_some());
    if is_disk { archives::list(&[archives::one_disk(config, name)?], None) } else { archives::find(config, name, &[]) }
}

fn one(found: &Found) -> Result<(), JobError> {
    let bytes = found.entry.manifest.as_ref().map_or(0, crate::vault::manifest::Manifest::plain_bytes);
    let bar = bar(found.entry.name(), bytes);
    let result = verify::verify(found, framer::threads(0), &|bytes| bar.inc(bytes));
    bar.finish_and_clear();
    result
}

/// A bar over bytes, with its rate and the time that is left.
pub(super) fn bar(name: &str, bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    let template = "{prefix} {bar:24} {bytes} of {total_bytes} {binary_bytes_per_sec} {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}

fn line(found: &Found, result: &Result<(), JobError>) -> String {
    let (archive, disk) = (found.entry.name(), &found.disk.name);
    match result {
        Ok(()) => format!("good     {archive} on {disk}\n"),
        Err(error) => format!("DAMAGED  {archive} on {disk}: {}\n", chain(error)),
    }
}

fn json(found: &Found, result: &Result<(), JobError>) -> serde_json::Value {
    serde_json::json!({
        "archive": found.entry.name(),
        "disk": found.disk.name,
        "ok": result.is_ok(),
        "error": result.as_ref().err().map(|error| chain(error)),
    })
}
