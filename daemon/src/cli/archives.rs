//! `resguardo archives`: the backups by the service's index, or, without it and where a disk is given by its path, those
//! on the disks that are here.

use std::path::Path;

use super::args::Archives;
use super::exit::{Failure, code};
use super::{archives_index, load_for, print};
use crate::jobs::archives::{self, Found};
use crate::jobs::disks::is_path;
use crate::jobs::error::chain;
use crate::units;

pub(super) fn run(config: &Path, asked: &Archives) -> Result<u8, Failure> {
    if !asked.disks.iter().any(|disk| is_path(disk))
        && let Some(index) = archives_index::ask(config, asked)?
    {
        return archives_index::show(&index, asked);
    }
    let config = load_for(config, &asked.disks)?;
    let (disks, absent) = archives::open_disks(config.as_ref(), &asked.disks)?;
    absent.iter().for_each(|error| print::note(&format!("not here: {}", chain(error))));
    let found = archives::list(&disks, asked.dataset.as_deref())?;
    if asked.json {
        let list: Vec<_> = found.iter().map(json).collect();
        print::json(&serde_json::json!({ "archives": list, "more": false }))?;
    } else {
        let rows = found.iter().map(row).collect();
        print::out(&print::table(&["archive", "kind", "dump", "stored", "disk", "state"], &[2, 3], rows))?;
    }
    let damaged = found.iter().any(|found| !found.entry.exists());
    Ok(if damaged { code::DAMAGE } else { code::DONE })
}

/// Why something that has a manifest is no backup after all.
fn error(found: &Found) -> Option<String> {
    match &found.entry.manifest {
        Err(error) => Some(chain(error)),
        Ok(_) if found.entry.missing.is_empty() => None,
        Ok(_) => Some(format!("missing or cut: {}", found.entry.missing.join(", "))),
    }
}

fn row(found: &Found) -> Vec<String> {
    let manifest = found.entry.manifest.as_ref().ok();
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "?".to_owned(), units::bytes);
    vec![
        found.entry.name().to_owned(),
        manifest.map_or("?", |manifest| manifest.dump.kind()).to_owned(),
        size(manifest.map(crate::vault::manifest::Manifest::plain_bytes)),
        size(manifest.map(crate::vault::manifest::Manifest::archive_bytes)),
        found.disk.name.clone(),
        error(found).unwrap_or_else(|| "good".to_owned()),
    ]
}

fn json(found: &Found) -> serde_json::Value {
    let manifest = found.entry.manifest.as_ref().ok();
    serde_json::json!({
        "archive": found.entry.name(),
        "disk": found.disk.name,
        "kind": manifest.map(|manifest| manifest.dump.kind()),
        "started": manifest.map(|manifest| manifest.started.clone()),
        "plain_bytes": manifest.map(crate::vault::manifest::Manifest::plain_bytes),
        "archive_bytes": manifest.map(crate::vault::manifest::Manifest::archive_bytes),
        "files": manifest.map(|manifest| manifest.files.iter().map(|file| file.name.clone()).collect::<Vec<_>>()),
        "recipients": crate::jobs::unlock::recipients(found),
        "exists": found.entry.exists(),
        "error": error(found),
    })
}
