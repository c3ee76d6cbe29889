//! The row of a disk that is here: what was known of it, and what the system says of it now. It may not know why somebody
//! looks.

use std::path::Path;

use chrono::{DateTime, Utc};
use rustix::fs::statvfs;
use uuid::Uuid;

use crate::medium::hardware::{self, Roots};
use crate::store::custody_rows::{DiskEvent, DiskEventKind, DiskRow};
use crate::vault::admit::Admitted;
use crate::vault::store::Place;

/// The row of a disk that is here at `now`. It asks the system about the disk, so it must not be called from an async
/// task.
pub fn row(known: Option<&DiskRow>, disk: &Admitted, now: DateTime<Utc>) -> DiskRow {
    let mut row = known.cloned().unwrap_or_else(|| first(disk.marker.id, &disk.marker.label, now));
    (row.name, row.last_seen, row.place) = (disk.marker.label.clone(), now, Some(disk.place.shown()));
    if let Place::Folder { path, .. } = &disk.place {
        let (serial, model) = hardware_of(path);
        (row.serial, row.model) = (serial.or(row.serial), model.or(row.model));
        if let Ok(room) = statvfs(path) {
            let bytes = |blocks: u64| i64::try_from(blocks.saturating_mul(room.f_frsize)).ok();
            (row.total_bytes, row.free_bytes) = (bytes(room.f_blocks), bytes(room.f_bavail));
        }
    }
    row
}

/// The serial number and the model of the hardware below a mounted folder, where the system gives them.
pub(super) fn hardware_of(path: &Path) -> (Option<String>, Option<String>) {
    let hardware = hardware::look(path, &Roots::system()).ok().and_then(|mounted| mounted.hardware);
    hardware.map(|hardware| (hardware.serial, hardware.model)).unwrap_or_default()
}

/// The row of a disk of which nothing was known before `now`.
pub(super) fn first(id: Uuid, name: &str, now: DateTime<Utc>) -> DiskRow {
    DiskRow {
        id,
        name: name.to_owned(),
        first_seen: now,
        last_seen: now,
        place: None,
        serial: None,
        model: None,
        total_bytes: None,
        free_bytes: None,
        health: None,
        retired: None,
        retired_why: None,
    }
}

/// Something that happened to a disk; whoever notes it adds what else there is to say.
pub(super) fn happened(disk_id: Uuid, disk: &str, kind: DiskEventKind, at: DateTime<Utc>) -> DiskEvent {
    DiskEvent { number: 0, disk_id, disk: disk.to_owned(), at, kind, bytes: None, ms: None, text: None }
}

/// Something that happened to a disk just now, in words.
pub fn event(row: &DiskRow, kind: DiskEventKind, at: DateTime<Utc>, text: Option<String>) -> DiskEvent {
    DiskEvent { text, ..happened(row.id, &row.name, kind, at) }
}
