//! What the register must say at any time: exactly one entry settles each dataset of each slot, and agrees with the
//! service's outcome. It may not know how entries hang together.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::site::{DATASETS, Site, kept, moment};

/// The entry's words for a time that was taken back, since the clock was wrong.
const VOID: &str = "anulado";

/// All entries of datasets, the oldest first.
fn entries(site: &Site) -> Vec<Value> {
    let answer = site.ask(&["register", "list", "--limit", "0"]);
    let mut entries = answer["entries"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    entries.reverse();
    entries
}

/// Those of a dataset for a slot, the oldest first.
fn of_slot<'a>(entries: &'a [Value], dataset: &str, due: DateTime<Utc>) -> Vec<&'a Value> {
    let of_it = |entry: &&Value| {
        let origin = &entry["origen"];
        let name = [&origin["servidor"], &origin["nombre"]].map(|field| field.as_str().unwrap_or_default()).join("/");
        name == dataset && entry["turno"].is_string() && moment(&entry["turno"]) == due
    };
    entries.iter().filter(of_it).collect()
}

/// How often a slot was taken back.
#[track_caller]
pub(crate) fn taken_back(site: &Site, due: DateTime<Utc>) -> usize {
    let entries = entries(site);
    of_slot(&entries, DATASETS[0], due).iter().filter(|entry| entry["resultado"] == VOID).count()
}

/// Fails unless each dataset of each of these slots has one entry that settles it, and none that has no outcome yet has
/// more than one.
#[track_caller]
pub(crate) fn agrees_with(site: &Site, slots: &[Value]) {
    let entries = entries(site);
    for slot in slots {
        for dataset in kept() {
            let all = of_slot(&entries, dataset, moment(&slot["due"]));
            let valid = all.iter().rposition(|entry| entry["resultado"] == VOID).map_or(0, |at| at + 1);
            let settling: Vec<&str> = all[valid..].iter().filter_map(|entry| settles(entry)).collect();
            let agree = match (slot["outcome"].as_str(), settling.as_slice()) {
                (None, settling) => settling.len() <= 1,
                (Some("done"), settling) => settling == ["realizado"],
                (Some("late"), settling) => settling.len() == 1 && settling[0].starts_with("realizado"),
                (Some("missed"), settling) => settling.len() == 1 && !settling[0].starts_with("excus"),
                _ => false,
            };
            assert!(agree, "{dataset}: {slot:#} and the register says {settling:?}: {all:#?}");
        }
    }
}

/// The word of an entry that says what became of it in the end. A first failure is entered at once, and the end of the
/// slot on its own.
fn settles(entry: &Value) -> Option<&str> {
    let ended = |note: &Value| note.as_str().is_some_and(|note| note.starts_with("el turno terminó sin respaldo"));
    let word = entry["resultado"].as_str()?;
    (word != "fallido" || entry["observaciones"].as_array()?.iter().any(ended)).then_some(word)
}
