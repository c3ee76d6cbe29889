//! Where other copies of a backup are, and what the service is told of a reading that a command made.

use std::path::Path;

use super::print;
use super::times::moment;
use crate::config::model::Config;
use crate::jobs::archives::{self, Found};
use crate::jobs::error::chain;
use crate::jobs::fault::{Fault, Verdict};
use crate::jobs::report::{ArchiveReport, Listing};
use crate::jobs::report_checks::{CopyReport, Reading};
use crate::service::client::{self, ClientError};
use crate::service::protocol::Request;
use crate::vault::admit::Admitted;
use crate::vault::catalogue;
use crate::vault::error::VaultError;
use crate::vault::layout;
use crate::vault::store::Store;

/// The most faults that the service is told, and the most bytes of each one's words.
const FAULTS_MAX: usize = 50;
const WORDS_MAX: usize = 400;

/// The copies on other disks: by the service's index, or else on the disks of the configuration that are here, by what their
/// own manifests say of their last reading.
pub(super) fn elsewhere(config: Option<&Config>, socket: &Path, found: &Found) -> Vec<CopyReport> {
    let archive = found.entry.name();
    let request = Request::CopiesOf { archive: archive.to_owned() };
    if let Ok(copies) = client::ask_once::<Vec<CopyReport>>(socket, request) {
        return copies.into_iter().filter(|copy| copy.disk != found.disk.marker.label).collect();
    }
    let Ok((disks, _absent)) = archives::open_disks(config, &[]) else { return Vec::new() };
    let others = disks.into_iter().filter(|disk| disk.marker.id != found.disk.marker.id);
    let report = |disk: Admitted| {
        let store = Store::open(&disk.name, &disk.place).ok()?;
        let entry = catalogue::find(&store, archive).ok()??;
        let missing = (!entry.missing.is_empty()).then(|| "missing or cut".to_owned());
        Some(CopyReport {
            archive: archive.to_owned(),
            custody: disk.marker.custody.clone(),
            disk: disk.name,
            here: Some(true),
            verified: entry.manifest.as_ref().ok().map(|manifest| manifest.read_back.at.clone()),
            damage: entry.manifest.err().map(|error| chain(&error)).or(missing),
        })
    };
    others.filter_map(report).collect()
}

/// The copies that should be on a disk by the service's index and are not.
pub(super) fn gone(socket: &Path, disk: &Admitted, found: &[Found]) -> Vec<Found> {
    let request = Request::Archives { disk: Some(disk.marker.label.clone()), dataset: None, limit: 0 };
    let Ok(index) = client::ask_once::<Listing<ArchiveReport>>(socket, request) else { return Vec::new() };
    let is_gone = |report: &ArchiveReport| !found.iter().any(|found| found.entry.name() == report.archive);
    let missing = |report: ArchiveReport| {
        let key = format!("{}{}{}", layout::ARCHIVES, report.archive, layout::MANIFEST_SUFFIX);
        let what = "it is missing".to_owned();
        let manifest = Err(VaultError::Altered { disk: disk.name.clone(), key: key.clone(), what });
        Found { disk: disk.clone(), entry: catalogue::Entry { key, manifest, missing: Vec::new() } }
    };
    index.items.into_iter().filter(is_gone).map(missing).collect()
}

/// A line for each copy, and what to do now.
pub(super) fn lines(found: &Found, copies: &[CopyReport]) -> String {
    let mut text = String::new();
    for copy in copies {
        let state = copy.damage.as_ref().map_or_else(|| "good".to_owned(), |damage| format!("NOT GOOD ({damage})"));
        let here = match copy.here {
            Some(true) => ", here",
            Some(false) => ", not here",
            None => "",
        };
        let custody = copy.custody.as_ref().map(|custody| format!(" ({custody})")).unwrap_or_default();
        let verified = copy.verified.as_deref().map_or_else(|| "never".to_owned(), moment);
        text.push_str(&format!("  other copy: {}{custody}{here}: {state}, last read {verified}\n", copy.disk));
    }
    text + &format!("  what to do: {}\n", remedy(found, copies))
}

/// What to do with a copy that is not good.
pub(super) fn remedy(found: &Found, copies: &[CopyReport]) -> String {
    let archive = found.entry.name();
    let dataset = archive.rsplit_once('/').map_or(archive, |(dataset, _)| dataset);
    let good: Vec<&CopyReport> = copies.iter().filter(|copy| copy.damage.is_none()).collect();
    // A disk that was given by its path is not known by its name.
    let disk =
        if found.disk.name == found.disk.marker.label { found.disk.name.clone() } else { found.disk.place.shown() };
    match good.first() {
        Some(copy) if copy.here == Some(false) => {
            format!("connect {} and run `resguardo disk repair {disk} {archive}`", copy.disk)
        }
        Some(_) => format!("`resguardo disk repair {disk} {archive}`"),
        None => format!(
            "no other copy is known: `resguardo disk repair {disk} {archive} --from PATH` if another disk has it, and \
             `resguardo backup {dataset}` today"
        ),
    }
}

/// Tells the service of a reading, where one answers. A reading that nobody records is still what was seen.
pub(super) fn record(socket: &Path, found: &Found, started: String, verdict: &Verdict, mended_from: Option<String>) {
    let shorten = |fault: &Fault| Fault { what: fault.what.chars().take(WORDS_MAX).collect(), ..fault.clone() };
    let reading = Reading {
        archive: found.entry.name().to_owned(),
        disk_id: found.disk.marker.id,
        started,
        bytes: verdict.bytes,
        damaged_frames: verdict.damaged_frames,
        faults: verdict.faults.iter().take(FAULTS_MAX).map(shorten).collect(),
        mended_from,
    };
    match client::ask_once::<()>(socket, Request::RecordCheck(reading)) {
        Ok(()) | Err(ClientError::NoDaemon { .. } | ClientError::NotAllowed { .. }) => {}
        Err(error) => print::note(&format!("resguardo: the daemon has not recorded this: {}", chain(&error))),
    }
}
