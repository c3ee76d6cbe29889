//! A disk of another machine, or of this one before it was rebuilt: what it holds is read from it alone, and taken into
//! the index. It may not write to the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tokio::runtime::Handle;

use super::disk_scan::{Scan, scan};
use super::disk_seen;
use super::disks;
use super::error::JobError;
use super::office::Office;
use super::report_disks::{AdoptReport, HeldRegister, HeldReport};
use crate::store::change::Change;
use crate::store::custody_rows::DiskEventKind;
use crate::store::error::StoreError;
use crate::store::rows::Copy;

/// The most copies of a disk that are looked at in the index.
pub(super) const COPIES_MAX: u32 = 1_000_000;
/// The most problems of a register that are told.
const PROBLEMS_MAX: usize = 20;

/// Why a disk was not adopted.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// The disk does not read.
    #[error(transparent)]
    Disk(#[from] JobError),
    /// The records cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Says what the disk at a path holds. It needs nothing but the disk.
///
/// # Errors
/// What the disk says.
pub fn look(path: &Path) -> Result<AdoptReport, JobError> {
    read(path).map(|(report, _)| report)
}

fn read(path: &Path) -> Result<(AdoptReport, Scan), JobError> {
    let disk = disks::by_path(path)?;
    let scan = scan(&disk)?;
    let mut held: BTreeMap<String, HeldReport> = BTreeMap::new();
    for (manifest, copy) in scan.backups() {
        let dataset = format!("{}/{}", copy.server, copy.dataset);
        let newest = copy.archive.clone();
        let held = held.entry(dataset.clone()).or_insert(HeldReport { dataset, backups: 0, newest, archive_bytes: 0 });
        held.backups += 1;
        held.archive_bytes = held.archive_bytes.saturating_add(manifest.archive_bytes());
        // Stamps of one time zone sort as their moments do.
        held.newest = copy.archive.max(std::mem::take(&mut held.newest));
    }
    let (verified, marker) = (scan.verified(), &disk.marker);
    let register = HeldRegister {
        entries: verified.entries,
        last: verified.last.clone(),
        key: scan.head().map(|head| head.key),
        problems: if verified.entries == 0 {
            Vec::new()
        } else {
            verified.problems.iter().take(PROBLEMS_MAX).map(ToString::to_string).collect()
        },
    };
    let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let report = AdoptReport {
        disk: marker.label.clone(),
        id: marker.id.to_string(),
        yaml: yaml(&marker.label, &marker.id.to_string(), &place, marker.custody.as_deref()),
        path: place,
        custody: marker.custody.clone(),
        prepared: format!("{} by {}", marker.prepared, marker.prepared_by),
        datasets: held.into_values().collect(),
        damaged: scan.damaged().into_iter().map(|(name, why)| format!("{name}: {why}")).collect(),
        register,
        adopted: false,
        new_copies: 0,
        new_entries: 0,
    };
    Ok((report, scan))
}

/// What is to stand in the configuration. A JSON string is one of YAML.
fn yaml(name: &str, id: &str, path: &str, custody: Option<&str>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let custody = custody.map(|custody| format!("    custody: {}\n", quoted(custody))).unwrap_or_default();
    format!("disks:\n  - name: {name}\n    id: {id}\n    path: {}\n{custody}", quoted(path))
}

/// Takes what the disk at a path holds into the index, and its register where this machine has none. It must not be
/// called from an async task.
///
/// # Errors
/// [`AdoptError`]; nothing is taken then.
pub fn adopt(office: Office<'_>, runtime: &Handle, path: &Path) -> Result<AdoptReport, AdoptError> {
    let (mut report, scan) = read(path)?;
    let now = office.now();
    let rows = runtime.block_on(office.store.disks())?;
    let row = disk_seen::row(rows.iter().find(|row| row.id == scan.disk.marker.id), &scan.disk, now);
    let copies = unknown(office, runtime, &scan)?;
    let imported = match runtime.block_on(office.store.last_line())? {
        None if scan.verified().is_whole() => scan.lines(),
        _ => Vec::new(),
    };
    (report.adopted, report.new_copies, report.new_entries) = (true, copies.len(), imported.len());
    let text = Some(format!("{} copies, {} entries of the register", copies.len(), imported.len()));
    let disk_events = vec![disk_seen::event(&row, DiskEventKind::Adopted, now, text)];
    let change = Change { disks: vec![row], disk_events, copies, imported, ..Change::default() };
    runtime.block_on(office.store.apply(change))?;
    tracing::info!(disk = report.disk, copies = report.new_copies, entries = report.new_entries, "a disk was adopted");
    Ok(report)
}

/// The copies on a disk that the index does not know.
pub(super) fn unknown(office: Office<'_>, runtime: &Handle, scan: &Scan) -> Result<Vec<Copy>, StoreError> {
    let known = runtime.block_on(office.store.copies_on(scan.disk.marker.id, COPIES_MAX))?;
    let known: BTreeSet<&str> = known.iter().map(|copy| copy.archive.as_str()).collect();
    Ok(scan.backups().map(|(_, copy)| copy).filter(|copy| !known.contains(copy.archive.as_str())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_for_the_configuration_are_yaml_whatever_the_names_hold() {
        let text = yaml("disco-a", "5f0c", "/mnt/dos palabras", Some("caja \"fuerte\": Dirección"));
        let expected = "disks:\n  - name: disco-a\n    id: 5f0c\n    path: \"/mnt/dos palabras\"\n    \
             custody: \"caja \\\"fuerte\\\": Dirección\"\n";
        assert_eq!(text, expected);
    }
}
