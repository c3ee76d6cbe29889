//! The database: every test of it runs on SQLite and on PostgreSQL, each with a database of its own.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::future::Future;

use chrono::{DateTime, FixedOffset, Utc};
use resguardo::register::entry::Draft;
use resguardo::register::sample;
use resguardo::register::seal::FIRST;
use resguardo::store::change::Change;
use resguardo::store::db::Store;
use resguardo::store::rows::{Dataset, Line, Run, RunState, Trigger};
use resguardo_shared::digest::Digest;
use uuid::Uuid;

#[path = "store/place.rs"]
mod place;
#[path = "store/chain.rs"]
mod chain;
#[path = "store/custody.rs"]
mod custody;
#[path = "store/disk_sums.rs"]
mod disk_sums;
#[path = "store/due.rs"]
mod due;
#[path = "store/equipment.rs"]
mod equipment;
#[path = "store/kept.rs"]
mod kept;
#[path = "store/opening.rs"]
mod opening;
#[path = "store/people.rs"]
mod people;
#[path = "store/programme.rs"]
mod programme;
#[path = "store/questions.rs"]
mod questions;
#[path = "store/round_trip.rs"]
mod round_trip;

use place::Place;

/// Makes a test of each function, once for each database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $name() { crate::wait(super::$name(crate::Place::sqlite())); })*
        }
        mod on_postgres {
            $(#[test] fn $name() { crate::wait(super::$name(crate::Place::postgres())); })*
        }
    };
}
use on_both;

fn wait(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}

/// A moment in Guatemala.
fn local(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn moment(text: &str) -> DateTime<Utc> {
    local(text).to_utc()
}

/// An entry of the register; what it says does not matter here.
fn draft(at: &str) -> Draft {
    sample::draft(local(at))
}

fn drafts(count: usize, at: &str) -> Change {
    Change { drafts: (0..count).map(|_| draft(at)).collect(), ..Change::default() }
}

fn a_run() -> Run {
    Run {
        id: Uuid::now_v7(),
        number: 0,
        plan: Some("semanal".to_owned()),
        due: Some(moment("2026-11-22T02:00:00-06:00")),
        trigger: Trigger::Schedule,
        asked_by: "resguardo".to_owned(),
        state: RunState::Queued,
        queued: moment("2026-11-22T02:00:00.000001-06:00"),
        started: None,
        ended: None,
        error: None,
    }
}

/// A dataset that was kept.
fn a_dataset(run: &Run, place: i64, started: &str) -> Dataset {
    Dataset {
        id: Uuid::now_v7(),
        run: run.id,
        place,
        server: "bd-minecodc".to_owned(),
        dataset: "diaco".to_owned(),
        disks: vec!["disco-a".to_owned(), "disco-b".to_owned()],
        state: RunState::Kept,
        started: Some(moment(started)),
        ended: Some(moment(started)),
        receive_ms: Some(1),
        plain_bytes: Some(2),
        archive_bytes: Some(3),
        archive: Some("bd-minecodc/diaco/2026-11-22T020000-0600".to_owned()),
        kept_on: vec!["disco-a".to_owned()],
        failed_on: vec![("disco-b".to_owned(), "it is full".to_owned())],
        files: Vec::new(),
        warnings: Vec::new(),
        error: None,
        error_kind: None,
    }
}

/// The error with all its causes, as the command line prints it.
fn told(error: impl std::error::Error + Send + Sync + 'static) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

/// Every line of the register, once it is certain that none is missing, doubled or out of its place.
async fn whole_chain(store: &Store) -> Vec<Line> {
    let lines = store.lines(0, 100_000).await.unwrap();
    let mut previous = FIRST.to_owned();
    let mut numbers = std::collections::BTreeMap::new();
    for (line, sequence) in lines.iter().zip(1..) {
        let number = numbers.entry(line.year).or_insert(0);
        *number += 1;
        assert_eq!((line.sequence, line.number), (sequence, *number));
        assert_eq!(line.hash, Digest::of(line.text.as_bytes()).to_string());
        let entry: serde_json::Value = serde_json::from_str(&line.text).unwrap();
        assert_eq!(entry["hash_anterior"], previous, "line {sequence} follows another");
        previous.clone_from(&line.hash);
    }
    lines
}
