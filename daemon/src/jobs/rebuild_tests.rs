//! Slots and runs that come back from the register and from manifests.

use std::path::Path;

use chrono::FixedOffset;

use super::*;
use crate::register::entry::{Draft, FORM, Origin, OriginKind, VERSION};
use crate::register::sample;
use crate::vault::manifest::Manifest;

const CONFIG: &str = r#"time_zone: America/Guatemala
own_records: {backup: false}
servers:
  - name: s
    host: h
    user: u
    key: {file: /k}
    known_hosts: /etc/known
    datasets:
      - {name: a, kind: command, command: x, suffix: txt}
      - {name: b, kind: command, command: x, suffix: txt}
disks:
  - {name: d, path: /media/d}
plans:
  - {name: p, datasets: ["s/*"], when: "0 2 * * SUN", disks: [d]}
"#;

fn config() -> Config {
    crate::config::parse(CONFIG, Path::new("c.yaml")).unwrap()
}

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

const FIRST: &str = "2026-11-15T02:00:00-06:00";
const SECOND: &str = "2026-11-22T02:00:00-06:00";

/// An entry about a dataset in the slot that began then.
fn entry(sequence: i64, name: &str, due: &str, outcome: Outcome, note: Option<&str>) -> Entry {
    let origin = Origin { server: "s".to_owned(), name: name.to_owned(), kind: OriginKind::Other };
    let draft = sample::draft(at(due) + TimeDelta::minutes(sequence));
    let mut draft = Draft { plan: Some("p".to_owned()), due: Some(at(due)), origin, outcome, ..draft };
    draft.notes = note.iter().map(|note| (*note).to_owned()).collect();
    let (form, version, previous) = (FORM.to_owned(), VERSION.to_owned(), String::new());
    Entry { form, version, sequence, year: 2026, number: sequence, draft, previous }
}

fn slots_of(entries: &[Entry]) -> Vec<(Option<&'static str>, i64)> {
    let now = at("2026-11-22T03:00:00-06:00").to_utc();
    let change = rows(&config(), &Known::default(), BTreeMap::new(), entries, now);
    change.slots.iter().map(|slot| (slot.outcome.map(SlotOutcome::word), slot.attempts)).collect()
}

#[test]
fn slots_end_as_the_register_says() {
    let over = format!("{OVER}: se apagó");
    let entries = [
        entry(1, "a", FIRST, Outcome::Done, None),
        entry(2, "b", FIRST, Outcome::DoneLate, None),
        entry(3, "a", SECOND, Outcome::Failed, Some("no se pudo respaldar: x; se intentará de nuevo")),
        entry(4, "a", SECOND, Outcome::Failed, Some(&over)),
        entry(5, "b", SECOND, Outcome::Done, None),
    ];
    assert_eq!(slots_of(&entries), [(Some("late"), 1), (Some("missed"), 1)]);
    let change = rows(&config(), &Known::default(), BTreeMap::new(), &entries, at(SECOND).to_utc());
    assert_eq!(change.slots[1].reason.as_deref(), Some("se apagó"));
    assert_eq!(change.slots[1].settled, Some(entries[4].draft.at.to_utc()));
}

#[test]
fn the_last_slot_stays_open_for_what_it_lacks_and_older_ones_do_not() {
    let failed = Some("no se pudo respaldar: x; se intentará de nuevo");
    let first = [entry(1, "a", FIRST, Outcome::Done, None), entry(2, "b", FIRST, Outcome::Failed, failed)];
    assert_eq!(slots_of(&first), [(None, 1)]);
    let both = [first.as_slice(), &[entry(3, "a", SECOND, Outcome::Done, None)]].concat();
    assert_eq!(slots_of(&both), [(Some("done"), 1), (None, 1)]);
}

#[test]
fn a_slot_that_was_void_is_decided_by_what_came_after() {
    let void = entry(2, "a", FIRST, Outcome::Void, None);
    let entries = [entry(1, "a", FIRST, Outcome::Done, None), void];
    assert_eq!(slots_of(&entries), []);
    let again = [entry(3, "a", FIRST, Outcome::DoneLate, None), entry(4, "b", FIRST, Outcome::DoneLate, None)];
    assert_eq!(slots_of(&[entries.as_slice(), &again].concat()), [(Some("late"), 1)]);
}

#[test]
fn what_is_known_is_not_added_again() {
    let entries = [entry(1, "a", FIRST, Outcome::Done, None), entry(2, "b", FIRST, Outcome::Done, None)];
    let mut known = Known::default();
    known.slots.insert(("p".to_owned(), at(FIRST).to_utc()));
    let change = rows(&config(), &known, BTreeMap::new(), &entries, at(SECOND).to_utc());
    assert!(change.slots.is_empty() && change.runs.is_empty());
}

/// A manifest of a backup of a dataset of the plan, with an id of that moment.
fn manifest(name: &str, began: &str, id: Uuid) -> (Manifest, Copy) {
    let stamp = at(began).format("%Y-%m-%dT%H%M%S%z").to_string();
    let digest = "0".repeat(64);
    let json = serde_json::json!({
        "format": 1, "run": id, "plan": "p", "server": "s", "dataset": name,
        "dump": { "kind": "command", "command": "x", "suffix": "txt" },
        "started": began, "ended": began, "tool": "t", "mode": "plain", "host_key": "k",
        "files": [{ "part": "main", "name": format!("{stamp}.pgdump.zst"), "archive_bytes": 10, "archive_sha256": digest,
            "frames": 1, "plain_bytes": 20, "plain_sha256": digest, "exit": { "status": 0 },
            "evidence": { "shows": "it is whole" } }],
        "disk": { "id": Uuid::nil(), "label": "d" },
        "read_back": { "at": began, "how": "direct", "decompressed": true },
    });
    let manifest = Manifest::from_json(json.to_string().as_bytes()).unwrap();
    let copy = Copy {
        disk_id: Uuid::nil(),
        disk: "d".to_owned(),
        archive: format!("s/{name}/{stamp}"),
        server: "s".to_owned(),
        dataset: name.to_owned(),
        kind: "command".to_owned(),
        backup: id,
        started: at(began).to_utc(),
        plain_bytes: 20,
        archive_bytes: 10,
        files: vec![format!("{stamp}.pgdump.zst")],
        verified: None,
        damage: None,
    };
    (manifest, copy)
}

/// An id that was given so many milliseconds after a moment.
fn id(moment: &str, ms: i64) -> Uuid {
    let at = at(moment).timestamp_millis() + ms;
    let (seconds, rest) = (at.div_euclid(1000).unsigned_abs(), at.rem_euclid(1000));
    let nanos = u32::try_from(rest).unwrap() * 1_000_000;
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}

#[test]
fn backups_that_were_asked_for_together_are_one_run_of_their_slot() {
    let mut backups = BTreeMap::new();
    let began = [("a", FIRST, 0), ("b", FIRST, 2), ("a", SECOND, 0)];
    for (name, due, ms) in began {
        let (manifest, copy) = manifest(name, due, id(due, ms));
        add(&mut backups, &manifest, copy.clone());
        add(&mut backups, &manifest, Copy { disk: "e".to_owned(), ..copy });
    }
    let not_on = format!("{NOT_ON}f: it is full");
    let mut entries = vec![
        entry(1, "a", FIRST, Outcome::Done, None),
        entry(2, "b", FIRST, Outcome::Done, Some(&not_on)),
        entry(3, "a", SECOND, Outcome::DoneLate, None),
    ];
    for entry in &mut entries {
        let due = entry.draft.due.unwrap();
        entry.draft.files[0].name = format!("{}.pgdump.zst", due.format("%Y-%m-%dT%H%M%S%z"));
        entry.draft.media.clear();
    }
    let change = rows(&config(), &Known::default(), backups, &entries, at(SECOND).to_utc());
    let runs: Vec<_> = change.runs.iter().map(|run| (run.plan.as_deref(), run.due, run.state, run.trigger)).collect();
    let due = |text| Some(at(text).to_utc());
    assert_eq!(
        runs,
        [
            (Some("p"), due(FIRST), RunState::Partly, Trigger::Schedule),
            (Some("p"), due(SECOND), RunState::Kept, Trigger::Schedule)
        ]
    );
    assert_eq!(change.datasets.len(), 3);
    assert_eq!(change.datasets[1].kept_on, ["d", "e"]);
    assert_eq!(change.datasets[1].failed_on, [("f".to_owned(), "it is full".to_owned())]);
    assert_eq!((change.datasets[1].run, change.datasets[1].place), (change.datasets[0].id, 1));
    assert_eq!(change.slot_backups.len(), 3);
    assert_eq!(change.slots.len(), 2);
}
