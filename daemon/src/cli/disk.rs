//! `resguardo disk`: what is done with disks; and `disk init`, which makes a folder or an object store a disk.

use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};
use uuid::Uuid;

use super::args::{DiskInit, DiskVerb};
use super::exit::{Failure, code};
use super::{disk_adopt, disk_eject, disk_list, disk_owner, disk_repair, disk_retire, load, print};
use crate::jobs::disks;
use crate::jobs::error::JobError;
use crate::vault::admit::cautions;
use crate::vault::error::VaultError;
use crate::vault::marker::{FORMAT, Marker, prepare};
use crate::vault::store::Place;

pub(super) fn run(config: &Path, verb: &DiskVerb) -> Result<u8, Failure> {
    match verb {
        DiskVerb::Init(asked) => init(config, asked),
        DiskVerb::List(asked) => disk_list::run(config, asked),
        DiskVerb::Eject(asked) => disk_eject::run(config, asked),
        DiskVerb::Retire(asked) => disk_retire::run(config, asked),
        DiskVerb::Adopt(asked) => disk_adopt::run(config, asked),
        DiskVerb::Repair(asked) => disk_repair::run(config, asked),
    }
}

fn init(config: &Path, init: &DiskInit) -> Result<u8, Failure> {
    let named = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if init.label.is_empty()
        || init.label.len() > 64
        || init.label.starts_with(['.', '-'])
        || !init.label.chars().all(named)
    {
        let what = format!("the label {:?} must be letters, digits, '.', '_' and '-', such as disco-a", init.label);
        return Err(Failure::new(code::USAGE, what));
    }
    let place = place(config, init)?;
    let marker = marker(&init.label, init.custody.clone());
    let owner = match &place {
        Place::Folder { .. } => disk_owner::of(config, init.owner.as_deref())?,
        _ if init.owner.is_some() => {
            return Err(Failure::new(code::USAGE, "an object store has no owner; leave --owner away"));
        }
        _ => None,
    };
    cautions(&place).iter().for_each(|caution| print::note(&format!("warning: {caution}")));
    prepare(&place, &marker).map_err(JobError::from)?;
    if let (Some(owner), Place::Folder { path, .. }) = (&owner, &place) {
        owner.take(path)?;
    }
    let owner = owner.map(|owner| owner.name);
    if init.json {
        let place = place.shown();
        let made = serde_json::json!({ "label": marker.label, "id": marker.id, "place": place, "owner": owner });
        print::json(&made)?;
        return Ok(code::DONE);
    }
    let belongs = owner.map(|owner| format!("It belongs to {owner}.\n")).unwrap_or_default();
    let path = place.shown();
    print::out(&format!(
        "{path} is now disk {} ({}).\n{belongs}In the configuration:\n  disks:\n    - name: {}\n      id: {}\n      path: {path}\n",
        marker.label, marker.id, marker.label, marker.id
    ))?;
    Ok(code::DONE)
}

/// A marker with a new id.
#[expect(clippy::disallowed_methods, reason = "the command line reads the clock for the marker")]
pub(super) fn marker(label: &str, custody: Option<String>) -> Marker {
    Marker {
        format: FORMAT,
        id: Uuid::new_v4(),
        label: label.to_owned(),
        custody,
        prepared: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
        prepared_by: prepared_by(),
    }
}

fn place(config: &Path, init: &DiskInit) -> Result<Place, Failure> {
    if disks::is_path(&init.place) {
        let path = PathBuf::from(&init.place);
        if !path.is_dir() {
            return Err(JobError::from(VaultError::NoFolder { disk: init.label.clone(), path }).into());
        }
        let path =
            std::path::absolute(&path).map_err(|error| Failure::unexpected("cannot resolve the path", &error))?;
        return Ok(Place::Folder { path, mount_point: false });
    }
    let config = load(config)?;
    let disk = config.disk(&init.place).ok_or_else(|| JobError::Unknown {
        what: "disk",
        name: init.place.clone(),
        known: config.disks.iter().map(|disk| disk.name.clone()).collect::<Vec<_>>().join(", "),
    })?;
    if disk.name != init.label {
        let what = format!(
            "disk {} of the configuration must get its own name as its label: --label {}",
            disk.name, disk.name
        );
        return Err(Failure::new(code::USAGE, what));
    }
    Ok(disks::place(disk)?)
}

/// Who prepares: the login and the machine, as far as they can be known.
fn prepared_by() -> String {
    let user = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_else(|_| "root".to_owned());
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{user}@{host}")
}
