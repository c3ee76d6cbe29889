//! From how a drill ended to what is kept of it: its row, its entry in the register DIACO-IN-FO-06, and what people are
//! told.
//!
//! A backup's entry has a field for its drill, `prueba_restauracion`. Nothing in the register is rewritten, so that the
//! field is filled in by a correction that refers to the entry, as a person's would be; a drill of a backup whose entry
//! is not in this register is an entry of its own. A drill that did not run has shown nothing and makes no entry.

use std::time::Duration;

use tokio::runtime::Handle;

use crate::jobs::entry::{self, About};
use crate::jobs::office::Office;
use crate::jobs::tell::{self, News};
use crate::register::correction::correction;
use crate::register::entry::{Draft, Entry, Made, Outcome};
use crate::store::change::Change;
use crate::store::custody_rows::{Drill, DrillOutcome};
use crate::store::error::StoreError;
use crate::vault::manifest::Manifest;

/// So many of the newest entries are searched for that of a backup: some twenty years of an office.
const SEARCHED: u32 = 20_000;
/// The field of the form.
const FIELD: &str = "prueba_restauracion";
/// The most characters of a reason in the register, which bounds a change to 4096 bytes.
const REASON_CHARS: usize = 800;

/// Stores a drill with its entry and, where it failed, its notice: all or nothing.
///
/// # Errors
/// What the store says.
pub(super) fn record(
    office: Office<'_>,
    runtime: &Handle,
    drill: &Drill,
    manifest: Option<&Manifest>,
) -> Result<(), StoreError> {
    let mut change = Change { drills: vec![drill.clone()], ..Change::default() };
    if drill.outcome != DrillOutcome::NotRun {
        change.drafts.push(draft(office, runtime, drill, manifest)?);
    }
    if drill.outcome == DrillOutcome::Failed {
        change.notices.push(tell::notice(office, News::DrillFailed { drill }));
    }
    runtime.block_on(office.store.apply(change)).map(drop)
}

fn draft(
    office: Office<'_>,
    runtime: &Handle,
    drill: &Drill,
    manifest: Option<&Manifest>,
) -> Result<Draft, StoreError> {
    let said = sentence(office, drill);
    let lines = runtime.block_on(office.store.newest_lines(None, SEARCHED))?;
    let is_its_own = |entry: &Entry| manifest.is_some_and(|manifest| is_of(entry, manifest));
    let of = lines.iter().filter_map(|line| Entry::parse(&line.text).ok()).find(is_its_own);
    let at = office.local(office.now());
    let by = &office.config.register.responsible;
    let changes = [(FIELD.to_owned(), said.clone())];
    let corrected = of.and_then(|of| correction(&of, at, by, "Prueba de restauración del respaldo", &changes).ok());
    if let Some(draft) = corrected {
        let made = if drill.asked_by == super::SCHEDULE { Made::Automatic } else { Made::Manual };
        return Ok(Draft { made, ..draft });
    }
    let about = About {
        server: &drill.server,
        dataset: &drill.dataset,
        slot: None,
        outcome: Outcome::Extraordinary,
        attempts: 0,
        notes: vec![format!(
            "Prueba de restauración del respaldo {}, cuyo asiento no está en este registro",
            drill.archive
        )],
    };
    Ok(Draft { drill: Some(said), ..entry::without(office, about) })
}

/// Whether an entry is that of this backup: it names its files with their digests.
fn is_of(entry: &Entry, manifest: &Manifest) -> bool {
    let origin = &entry.draft.origin;
    (origin.server.as_str(), origin.name.as_str()) == (manifest.server.as_str(), manifest.dataset.as_str())
        && manifest.main().is_some_and(|main| {
            entry.draft.files.iter().any(|file| file.name == main.name && file.plain_sha256 == main.plain_sha256)
        })
}

/// How it ended, as the register says it.
fn sentence(office: Office<'_>, drill: &Drill) -> String {
    let at = office.local(drill.ended).format("%Y-%m-%d %H:%M");
    let from = format!("{} del disco {}", drill.archive, drill.disk);
    match drill.outcome {
        DrillOutcome::Passed => {
            let took = Duration::from_millis(drill.restore_ms.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0));
            let seen: Vec<String> = drill
                .findings
                .iter()
                .filter_map(|(what, found)| {
                    let word = match what.as_str() {
                        "server" => "servidor de prueba",
                        "tables" => "tablas",
                        "rows" => "filas",
                        "members" => "archivos y carpetas",
                        _ => return None,
                    };
                    let number = found.split([',', ';']).next().unwrap_or(found);
                    Some(format!("{word}: {number}"))
                })
                .collect();
            format!(
                "{at}: aprobada; {from}, restaurado entero en {}; {}",
                crate::units::duration(took),
                seen.join(", ")
            )
        }
        DrillOutcome::Failed | DrillOutcome::NotRun => {
            let why: String = drill.error.iter().flat_map(|why| why.chars()).take(REASON_CHARS).collect();
            format!("{at}: FALLIDA; {from}: {why}")
        }
    }
}
