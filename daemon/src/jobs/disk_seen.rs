//! The row of a disk that is here: what was known of it, and what the system says of it now. It may not know why somebody
//! looks.

use chrono::{DateTime, Utc};
use rustix::fs::statvfs;

use crate::medium::hardware::{self, Roots};
use crate::store::custody_rows::{DiskEvent, DiskEventKind, DiskRow};
use crate::vault::admit::Admitted;
use crate::vault::store::Place;

/// The row of a disk that is here at `now`. It asks the system about the disk, so it must not be called from an async
/// task.
pub fn row(known: Option<&DiskRow>, disk: &Admitted, now: DateTime<Utc>) -> DiskRow {
    let mut row = known.cloned().unwrap_or_else(|| first(disk, now));
    (row.name, row.last_seen, row.place) = (disk.marker.label.clone(), now, Some(disk.place.shown()));
    if let Place::Folder { path, .. } = &disk.place {
        let hardware = hardware::look(path, &Roots::system()).ok().and_then(|mounted| mounted.hardware);
        if let Some(hardware) = hardware {
            row.serial = hardware.serial.or(row.serial);
            row.model = hardware.model.or(row.model);
        }
        if let Ok(room) = statvfs(path) {
            let bytes = |blocks: u64| i64::try_from(blocks.saturating_mul(room.f_frsize)).ok();
            (row.total_bytes, row.free_bytes) = (bytes(room.f_blocks), bytes(room.f_bavail));
        }
    }
    row
}

fn first(disk: &Admitted, now: DateTime<Utc>) -> DiskRow {
    DiskRow {
        id: disk.marker.id,
        name: disk.marker.label.clone(),
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

/// Something that happened to a disk just now, in words.
pub fn event(row: &DiskRow, kind: DiskEventKind, at: DateTime<Utc>, text: Option<String>) -> DiskEvent {
    DiskEvent { number: 0, disk_id: row.id, disk: row.name.clone(), at, kind, bytes: None, ms: None, text }
}
