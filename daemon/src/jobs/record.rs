//! From what became of a dataset to its rows. Pure.

use chrono::{DateTime, Utc};

use super::backup::{Kept, Looked, Outcome};
use super::disk_seen::happened;
use super::error::chain;
use crate::store::custody_rows::{DiskEvent, DiskEventKind};
use crate::store::rows::{Copy, Dataset, RunState};
use crate::vault::manifest::Manifest;
use crate::vault::marker::Marker;

/// Whether a dataset in this state is on a disk.
pub(super) fn is_kept(state: RunState) -> bool {
    matches!(state, RunState::Kept | RunState::Partly)
}

/// The dataset's row, once it is over. `ended` is what a run that was ended before this was kept ended as.
pub(super) fn row(row: Dataset, outcome: &Outcome, ended: Option<RunState>, now: DateTime<Utc>) -> Dataset {
    let mut row = Dataset { ended: Some(now), ..row };
    row.failed_on = outcome.failed.iter().map(|(disk, why)| (disk.clone(), chain(why))).collect();
    match &outcome.kept {
        Ok(kept) => {
            row.state = if row.failed_on.is_empty() { RunState::Kept } else { RunState::Partly };
            row.receive_ms = Some((kept.received - kept.started).num_milliseconds());
            row.plain_bytes = Some(signed(kept.manifest.plain_bytes()));
            row.archive_bytes = Some(signed(kept.manifest.archive_bytes()));
            row.archive = Some(kept.archive.clone());
            row.kept_on = kept.disks.clone();
            let shows = |file: &crate::vault::manifest::File| (file.name.clone(), file.evidence.shows.clone());
            row.files = kept.manifest.files.iter().map(shows).collect();
            row.warnings = kept.manifest.warnings.clone();
        }
        Err(error) => {
            row.state = ended.unwrap_or(RunState::Failed);
            row.error = Some(chain(error));
            row.error_kind = Some(error.kind().word().to_owned());
        }
    }
    row
}

/// The index's rows of a backup that was kept.
pub(super) fn copies(outcome: &Outcome) -> Vec<Copy> {
    let Ok(kept) = &outcome.kept else { return Vec::new() };
    kept.copies.iter().map(|manifest| copy(kept, manifest)).collect()
}

fn copy(kept: &Kept, manifest: &Manifest) -> Copy {
    Copy {
        disk_id: manifest.disk.id,
        disk: manifest.disk.label.clone(),
        archive: kept.archive.clone(),
        server: manifest.server.clone(),
        dataset: manifest.dataset.clone(),
        kind: manifest.dump.kind().to_owned(),
        backup: manifest.run,
        started: kept.started,
        plain_bytes: signed(manifest.plain_bytes()),
        archive_bytes: signed(manifest.archive_bytes()),
        files: manifest.files.iter().map(|file| file.name.clone()).collect(),
        verified: DateTime::parse_from_rfc3339(&manifest.read_back.at).ok().map(|at| at.to_utc()),
        damage: None,
    }
}

/// What a backup did to its disks: those that hold it took so many bytes, and of those that were here some failed.
pub(super) fn events(outcome: &Outcome, looked: &Looked, now: DateTime<Utc>) -> Vec<DiskEvent> {
    let mut events = Vec::new();
    if let Ok(kept) = &outcome.kept {
        let ms = Some((kept.received - kept.started).num_milliseconds());
        let wrote = |copy: &Manifest| DiskEvent {
            bytes: Some(signed(copy.archive_bytes())),
            ms,
            text: Some(kept.archive.clone()),
            ..happened(copy.disk.id, &copy.disk.label, DiskEventKind::Wrote, now)
        };
        events.extend(kept.copies.iter().map(wrote));
    }
    for (disk, why) in &outcome.failed {
        if let Some(Ok(here)) = looked.get(disk) {
            let failed = happened(here.marker.id, disk, DiskEventKind::Failed, now);
            events.push(DiskEvent { text: Some(chain(why)), ..failed });
        }
    }
    events
}

/// The index's row of a backup that was found on a disk; `None` where its manifest tells no time.
pub(super) fn copy_of(archive: &str, manifest: &Manifest, disk: &Marker) -> Option<Copy> {
    let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    Some(Copy {
        disk_id: disk.id,
        disk: disk.label.clone(),
        archive: archive.to_owned(),
        server: manifest.server.clone(),
        dataset: manifest.dataset.clone(),
        kind: manifest.dump.kind().to_owned(),
        backup: manifest.run,
        started: moment(&manifest.started)?,
        plain_bytes: signed(manifest.plain_bytes()),
        archive_bytes: signed(manifest.archive_bytes()),
        files: manifest.files.iter().map(|file| file.name.clone()).collect(),
        verified: moment(&manifest.read_back.at),
        damage: None,
    })
}

/// A size as databases store it.
pub(super) fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
