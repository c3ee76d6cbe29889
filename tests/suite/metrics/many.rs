//! Many datasets, as ten years leave them: the figures are whole, and asked for by as many questions as those of one.

use std::time::Instant;

use chrono::{DateTime, Utc};
use resguardo::config::parse;
use resguardo::jobs::metrics::{Source, text};
use resguardo::jobs::office::Office;
use resguardo::store::db::Store;
use serde_json::{Value, json};
use system_tests::command::sh;
use tokio::runtime::Runtime;

use super::Figures;

/// How many datasets, and how many weekly backups of each are known.
const DATASETS: usize = 500;
const WEEKS: usize = 520;

/// Fills a database that was made by the program: weekly runs of ten years, of which each disk still has the last thirty backups.
const FILL: &str = "import sqlite3, sys, uuid
base = sqlite3.connect(sys.argv[1]); datasets, weeks, now = map(int, sys.argv[2:5])
week = 7 * 86400 * 10**6
disks = [(uuid.UUID(int=7 + place).bytes, 'disco-' + 'abc'[place]) for place in range(3)]
name = lambda place: ('s%d' % (place // 50), 'd%d' % (place % 50))
runs, kept, copies, slots, backups, drills = [], [], [], [], [], []
for w in range(weeks):
    at = now - (weeks - w) * week + 3600 * 10**6; run = uuid.uuid4().bytes
    runs.append((run, w + 1, 'semanal', at, 'schedule', 'resguardo', 'kept', at, at, at + 10**9))
    slots.append(('semanal', at, 'missed' if w % 100 == 99 else 'done', 1, at, at + 10**9))
    for d in range(datasets):
        row = uuid.uuid4().bytes; server, dataset = name(d); stamp = '%s/%s/%d' % (server, dataset, w)
        kept.append((row, run, d, server, dataset, '[]', 'kept', at, at + 10**8, 10**5, 10**7, 10**6, stamp, '[]', '[]', '[]', '[]'))
        if w >= weeks - 30:
            copies += [(disk, stamp, label, server, dataset, 'files', row, at, 10**7, 10**6, '[]', at) for disk, label in disks]
drills = [(uuid.uuid4().bytes, now - n * week, now - n * week + 10**7, *name(n % datasets), 'x', 'disco-a', 'r', 'passed', 1500, '[]')
    for n in range(weeks)]
put = lambda sql, rows: base.executemany(sql + ' VALUES (' + ', '.join('?' * len(rows[0])) + ')', rows)
put('INSERT INTO runs (id, number, plan, due, \"trigger\", asked_by, state, queued, started, ended)', runs)
put('INSERT INTO datasets (id, run, place, server, dataset, disks, state, started, ended, receive_ms, plain_bytes, archive_bytes, archive, kept_on, failed_on, files, warnings)', kept)
put('INSERT INTO copies (disk_id, archive, disk, server, dataset, kind, backup, started, plain_bytes, archive_bytes, files, verified)', copies)
put('INSERT INTO slots (plan, due, outcome, attempts, next_attempt, settled)', slots)
put('INSERT INTO drills (id, started, ended, server, dataset, archive, disk, asked_by, outcome, restore_ms, findings)', drills)
put('INSERT INTO plans (name, seen)', [('semanal', now - weeks * week)])
put('INSERT INTO disks (id, name, first_seen, last_seen, total_bytes, free_bytes)', [(*disk, now - weeks * week, now, 10**12, 10**11) for disk in disks])
base.commit()";

fn config(folder: &str) -> Value {
    let dataset =
        |place: usize| json!({ "name": format!("d{place}"), "kind": "files", "path": format!("/srv/{place}") });
    let datasets: Vec<Value> = (0..50).map(dataset).collect();
    let server = |place: usize| json!({ "name": format!("s{place}"), "mode": "local", "datasets": datasets });
    let disk = |letter: char| json!({ "name": format!("disco-{letter}"), "path": format!("{folder}/{letter}") });
    let disks = ['a', 'b', 'c'].map(disk);
    json!({
        "paths": { "state": folder, "log": folder, "socket": format!("{folder}/socket") },
        "own_records": { "backup": false },
        "servers": (0..DATASETS / 50).map(server).collect::<Vec<_>>(),
        "disks": disks,
        "plans": [{ "name": "semanal", "when": "0 2 * * SUN", "disks": ["disco-a"], "rotation": ["disco-b", "disco-c"],
            "datasets": (0..DATASETS / 50).map(|place| format!("s{place}/*")).collect::<Vec<_>>() }],
    })
}

#[test]
fn the_figures_of_five_hundred_datasets_are_whole() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let path = folder.path().to_str().unwrap();
    let config = parse(&config(path).to_string(), folder.path()).unwrap();
    let runtime = Runtime::new().unwrap();
    let store = runtime.block_on(Store::open(&config.database.url, None)).unwrap();
    // A Monday.
    let now: DateTime<Utc> = "2026-11-23T15:00:00Z".parse().unwrap();
    let numbers = [DATASETS.to_string(), WEEKS.to_string(), now.timestamp_micros().to_string()];
    let base = format!("{path}/resguardo.db");
    let words = [&[FILL, &base], numbers.each_ref().map(String::as_str).as_slice()].concat();
    sh("python3 -c \"$@\"", &words);
    let clock = move || now;
    let office = Office { config: &config, store: &store, now: &clock };
    let source = Source::new(now, || ["disco-a".to_owned()].into(), || None);
    let mut told = String::new();
    for turn in ["cold", "warm", "warm"] {
        let began = Instant::now();
        told = runtime.block_on(text(office, &source)).unwrap();
        println!(
            "{DATASETS} datasets, {WEEKS} weeks, {turn}: {} ms, {} bytes",
            began.elapsed().as_millis(),
            told.len()
        );
    }
    let figures = Figures::read(&told);
    let count = |name: &str| figures.samples.iter().filter(|sample| sample.0 == name).count();
    for name in ["last_good_timestamp_seconds", "too_old_timestamp_seconds", "last_attempt_state", "last_drill_passed"]
    {
        assert_eq!(count(&format!("resguardo_dataset_{name}")), DATASETS, "{name}");
    }
    assert_eq!(count("resguardo_dataset_copies"), 3 * DATASETS);
    let slots =
        |outcome: &str| figures.value("resguardo_plan_slots_total", &[("plan", "semanal"), ("outcome", outcome)]);
    assert_eq!(["done", "late", "missed", "excused"].map(slots), [515.0, 0.0, 5.0, 0.0]);
    // 500 MB a week on each disk, and 100 GB less what stays free.
    let full = figures.value("resguardo_disk_full_in_seconds", &[("disk", "disco-a")]) / (7.0 * 86_400.0);
    assert!((150.0..=200.0).contains(&full), "{full} weeks");
    assert_eq!(figures.value("resguardo_disk_present", &[("disk", "disco-b")]), 0.0);
}
