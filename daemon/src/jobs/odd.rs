//! Backups that are not like those before them: kept, and marked until a later one is like them again or a person says that
//! it is right.
//!
//! The mark is [`Dataset::error_kind`], `odd`, of a row that was kept. What newer backup is odd is no reason to remove an
//! older one.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::backup::Kept;
use super::office::Office;
use super::record;
use super::tell;
use crate::notify::text_proofs;
use crate::plausible::{self, Bounds, ENOUGH, HISTORY, Odd, OddKind, Seen};
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::Dataset;

/// The word that marks a row.
pub const ODD: &str = "odd";
/// Rows among which those that are not odd are looked for.
const ROWS: u32 = 64;

/// The ids of the backups that are odd, and that nobody has said are right.
///
/// # Errors
/// What the store says.
pub async fn backups(office: Office<'_>) -> Result<BTreeSet<Uuid>, StoreError> {
    let marked = office.store.marked(ODD).await?;
    Ok(marked.into_iter().filter(is_odd).map(|row| row.id).collect())
}

/// Whether a backup was kept and is odd. Retention asks this before it removes what is older.
pub fn is_odd(row: &Dataset) -> bool {
    record::is_kept(row.state) && row.error_kind.as_deref() == Some(ODD)
}

/// What is remembered of a backup beside its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    archive: String,
    tables: Option<u64>,
    members: Option<u64>,
    /// The digests of its dumps.
    digests: Vec<String>,
    /// Since when the digests have been these, in seconds since 1970.
    since: i64,
}

fn seen_key(row: &Dataset) -> String {
    format!("seen {}/{}", row.server, row.dataset)
}

fn accepted_key(server: &str, dataset: &str) -> String {
    format!("accepted {server}/{dataset}")
}

/// Judges a backup that was just kept, by the history of its dataset, and marks its row. What changes with it goes into
/// `change`. Returns notes for its entry in the register.
///
/// # Errors
/// What the store says.
pub async fn mark(
    office: Office<'_>,
    row: &mut Dataset,
    kept: &Kept,
    change: &mut Change,
) -> Result<Vec<String>, StoreError> {
    let now = office.now();
    let mut memory = memory(office, row).await?;
    let files = &kept.manifest.files;
    let sum = |count: &dyn Fn(&crate::vault::manifest::File) -> Option<u64>| {
        files.iter().filter_map(count).reduce(|a, b| a.saturating_add(b))
    };
    let digests: Vec<String> = files.iter().map(|file| file.plain_sha256.to_string()).collect();
    let same = memory.first().filter(|last| last.digests == digests);
    let new = Remembered {
        archive: kept.archive.clone(),
        tables: sum(&|file| file.evidence.tables),
        members: sum(&|file| file.evidence.members),
        since: same.map_or(now.timestamp(), |last| last.since),
        digests,
    };
    let (past, enough) = past(office, row, &memory).await?;
    let found = plausible::judge(&past, &seen(row, Some(&new)), bounds(office), enough);
    let since = now - DateTime::from_timestamp(new.since, 0).unwrap_or(now);
    let hint = same.and_then(|_| plausible::unchanged(since.to_std().unwrap_or_default()));
    memory.insert(0, new);
    memory.truncate(2 * HISTORY);
    let text = serde_json::to_string(&memory).unwrap_or_default();
    change.meta.push((seen_key(row), text));
    let mut notes: Vec<String> = found.iter().map(|odd| odd.text.clone()).collect();
    if !found.is_empty() {
        let name = format!("{}/{}", row.server, row.dataset);
        tracing::warn!(dataset = name, archive = kept.archive, odd = ?notes, "the backup is odd");
        row.error_kind = Some(ODD.to_owned());
        row.warnings.extend(found.iter().map(|odd| format!("odd: {}", in_english(odd))));
        let said = text_proofs::backup_odd(&name, &kept.archive, &notes);
        let data = serde_json::json!({
            "dataset": name, "archive": kept.archive, "odd": found.iter().map(|odd| word(odd.kind)).collect::<Vec<_>>(),
        });
        change.notices.push(tell::said(office, said, data));
    }
    if let Some(hint) = hint {
        row.warnings.push(format!("the dump has been the very same since {}", office.local(now - since).date_naive()));
        notes.push(hint);
    }
    Ok(notes.into_iter().map(|note| format!("aviso: {note}")).collect())
}

fn word(kind: OddKind) -> &'static str {
    match kind {
        OddKind::Smaller => "smaller",
        OddKind::Larger => "larger",
        OddKind::Slower => "slower",
        OddKind::Fewer => "fewer",
    }
}

fn in_english(odd: &Odd) -> &'static str {
    match odd.kind {
        OddKind::Smaller => "the dump is much smaller than usual",
        OddKind::Larger => "the dump is much larger than usual",
        OddKind::Slower => "the dump took much longer than usual",
        OddKind::Fewer => "the dump holds fewer tables or files than usual",
    }
}

/// What may vary, as configured.
pub fn bounds(office: Office<'_>) -> Bounds {
    let configured = office.config.plausibility;
    Bounds {
        smaller_percent: configured.smaller_percent,
        larger_percent: configured.larger_percent,
        slower_percent: configured.slower_percent,
    }
}

async fn memory(office: Office<'_>, row: &Dataset) -> Result<Vec<Remembered>, StoreError> {
    let text = office.store.meta(&seen_key(row)).await?.unwrap_or_default();
    // What an older version remembered differently is forgotten.
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// The backups by which a new one is judged, the newest first, and how many of them it takes. One that is odd is none of
/// them, or the oddity would be usual soon; one that a person called right begins the history anew.
async fn past(office: Office<'_>, row: &Dataset, memory: &[Remembered]) -> Result<(Vec<Seen>, usize), StoreError> {
    let accepted = office.store.meta(&accepted_key(&row.server, &row.dataset)).await?;
    let mut past = Vec::new();
    for other in office.store.history(&row.server, &row.dataset, ROWS).await? {
        if other.id == row.id || is_odd(&other) {
            continue;
        }
        let remembered = memory.iter().find(|it| Some(&it.archive) == other.archive.as_ref());
        past.push(seen(&other, remembered));
        if accepted.is_some() && other.archive == accepted {
            return Ok((past, 1));
        }
    }
    Ok((past, ENOUGH))
}

fn seen(row: &Dataset, remembered: Option<&Remembered>) -> Seen {
    Seen {
        plain_bytes: row.plain_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
        took: row.receive_ms.and_then(|ms| u64::try_from(ms).ok()).map_or(Duration::ZERO, Duration::from_millis),
        tables: remembered.and_then(|it| it.tables),
        members: remembered.and_then(|it| it.members),
    }
}

/// A person says that the last backup of a dataset is right, and that it is what the next ones are to be like. Returns the
/// backup, or `None` where the last one is not odd.
///
/// # Errors
/// What the store says.
pub async fn accept(office: Office<'_>, server: &str, dataset: &str, by: &str) -> Result<Option<String>, StoreError> {
    let rows = office.store.history(server, dataset, ROWS).await?;
    let Some(last) = rows.first().filter(|last| is_odd(last)) else { return Ok(None) };
    let archive = last.archive.clone().unwrap_or_default();
    let note = format!("{by} said on {} that this is right", office.local(office.now()).date_naive());
    let accepted = |row: Dataset| {
        let mut warnings = row.warnings.clone();
        warnings.push(note.clone());
        Dataset { error_kind: None, warnings, ..row }
    };
    let change = Change {
        meta: vec![(accepted_key(server, dataset), archive.clone())],
        datasets: rows.into_iter().filter(is_odd).map(accepted).collect(),
        ..Change::default()
    };
    office.store.apply(change).await?;
    tracing::info!(archive, by, "the odd backup was called right");
    Ok(Some(archive))
}

/// How long a dataset's backup usually takes, by those that were kept; `None` where there are too few to tell.
///
/// # Errors
/// What the store says.
pub async fn usual(office: Office<'_>, server: &str, dataset: &str) -> Result<Option<Duration>, StoreError> {
    let rows = office.store.history(server, dataset, u32::try_from(HISTORY).unwrap_or(u32::MAX)).await?;
    let whole = |row: &Dataset| Some(Seen { took: span(row.started?, row.ended?), ..Seen::default() });
    let past: Vec<Seen> = rows.iter().filter_map(whole).collect();
    Ok((past.len() >= ENOUGH).then(|| plausible::usual_duration(&past)))
}

fn span(from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
    (to - from).to_std().unwrap_or_default()
}
