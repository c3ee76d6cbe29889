//! Each kind of row comes back as it was stored, whatever it holds.

use chrono::{DateTime, Utc};
use resguardo::schedule::slot::SlotOutcome;
use resguardo::store::change::Change;
use resguardo::store::rows::{
    Copy, Dataset, Delivery, DeliveryState, DiskHead, Excuse, Notice, Run, RunState, Slot, Trigger,
};
use serde_json::json;
use uuid::Uuid;

use crate::place::Place;
use crate::{a_dataset, a_run, moment, on_both, told};

on_both!(
    runs_come_back_as_they_were_stored,
    datasets_come_back_as_they_were_stored,
    copies_and_heads_come_back_as_they_were_stored,
    slots_and_excuses_come_back_as_they_were_stored,
    notices_and_deliveries_come_back_as_they_were_stored,
    a_nul_in_what_somebody_said_is_shown_and_loses_nothing,
    a_moment_is_cut_to_whole_microseconds,
    a_word_of_a_newer_program_is_an_error_and_no_guess,
    a_run_that_was_never_stored_cannot_be_changed,
);

/// Texts that have broken programs.
const ODD: &str = "Año 'nuevo' \"2027\"; DROP TABLE runs; -- \\ % _ $1 ?1\nñandú 🇬🇹 \u{202e}\t\u{7f}";
/// As early and as late as anybody will write, and a microsecond.
const MOMENTS: [&str; 4] = [
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999999Z",
    "2026-11-22T02:00:00.000001-06:00",
    "9999-12-31T23:59:59.999999Z",
];

fn at(index: usize) -> DateTime<Utc> {
    moment(MOMENTS[index % MOMENTS.len()])
}

async fn runs_come_back_as_they_were_stored(place: Place) {
    let store = place.open().await;
    let states = [
        RunState::Queued,
        RunState::Running,
        RunState::Waiting,
        RunState::Kept,
        RunState::Partly,
        RunState::Failed,
        RunState::Interrupted,
        RunState::Cancelled,
    ];
    for (index, state) in states.into_iter().enumerate() {
        let full = index % 2 == 0;
        let mut run = Run {
            plan: full.then(|| ODD.to_owned()),
            due: full.then(|| at(index)),
            trigger: if full { Trigger::Schedule } else { Trigger::Operator },
            asked_by: ODD.to_owned(),
            state,
            queued: at(index + 1),
            started: full.then(|| at(index + 2)),
            ended: full.then(|| at(index + 3)),
            error: full.then(|| ODD.to_owned()),
            ..a_run()
        };
        let applied = store.apply(Change { runs: vec![run.clone()], ..Change::default() }).await.unwrap();
        run.number = applied.run_numbers[0];
        assert_eq!(store.run(run.number).await.unwrap().as_ref(), Some(&run));
        assert_eq!(store.run_by_id(run.id).await.unwrap().as_ref(), Some(&run));
        // A known run is changed and keeps its number, also where the row does not say it.
        run.error = Some("otra cosa".to_owned());
        let same = Run { number: 0, ..run.clone() };
        let applied = store.apply(Change { runs: vec![same], ..Change::default() }).await.unwrap();
        assert_eq!(applied.run_numbers, [run.number]);
        assert_eq!(store.run_by_id(run.id).await.unwrap(), Some(run));
    }
    assert_eq!(store.run(99).await.unwrap(), None);
    assert_eq!(store.run_by_id(Uuid::nil()).await.unwrap(), None);
    let open = store.open_runs().await.unwrap();
    assert_eq!(open.iter().map(|run| run.number).collect::<Vec<_>>(), [1, 2]);
    let page = store.runs(3, Some(6)).await.unwrap();
    assert_eq!(page.iter().map(|run| run.number).collect::<Vec<_>>(), [5, 4, 3]);
}

async fn datasets_come_back_as_they_were_stored(place: Place) {
    let store = place.open().await;
    let run = a_run();
    let full = Dataset {
        id: Uuid::max(),
        server: ODD.to_owned(),
        dataset: ODD.to_owned(),
        disks: vec![ODD.to_owned(), String::new(), "nul \0".to_owned()],
        receive_ms: Some(i64::MAX),
        plain_bytes: Some(i64::MAX),
        archive_bytes: Some(i64::MIN),
        archive: Some(ODD.to_owned()),
        kept_on: vec![ODD.to_owned()],
        failed_on: vec![(ODD.to_owned(), ODD.to_owned()), (String::new(), String::new())],
        files: vec![(ODD.to_owned(), "12 tables".to_owned())],
        warnings: vec![ODD.to_owned()],
        error_kind: Some("dump".to_owned()),
        error: Some(ODD.to_owned()),
        ..a_dataset(&run, 0, MOMENTS[2])
    };
    let empty = Dataset {
        id: Uuid::nil(),
        disks: Vec::new(),
        state: RunState::Queued,
        started: None,
        ended: None,
        receive_ms: None,
        plain_bytes: None,
        archive_bytes: None,
        archive: None,
        kept_on: Vec::new(),
        failed_on: Vec::new(),
        ..a_dataset(&run, i64::MAX, MOMENTS[2])
    };
    let datasets = vec![empty.clone(), full.clone()];
    store.apply(Change { runs: vec![run.clone()], datasets, ..Change::default() }).await.unwrap();
    assert_eq!(store.datasets(run.id).await.unwrap(), [full, empty.clone()]);
    let begun = Dataset { state: RunState::Running, started: Some(at(1)), ..empty };
    store.apply(Change { datasets: vec![begun.clone()], ..Change::default() }).await.unwrap();
    assert_eq!(store.datasets(run.id).await.unwrap()[1], begun);
    assert_eq!(store.datasets(Uuid::nil()).await.unwrap(), []);
}

async fn copies_and_heads_come_back_as_they_were_stored(place: Place) {
    let store = place.open().await;
    let mut copy = Copy {
        disk_id: Uuid::now_v7(),
        disk: ODD.to_owned(),
        archive: ODD.to_owned(),
        server: ODD.to_owned(),
        dataset: ODD.to_owned(),
        kind: ODD.to_owned(),
        backup: Uuid::max(),
        started: at(0),
        plain_bytes: i64::MAX,
        archive_bytes: 0,
        files: vec![ODD.to_owned()],
        verified: Some(at(1)),
        damage: Some(ODD.to_owned()),
    };
    let mut head =
        DiskHead { disk_id: copy.disk_id, disk: ODD.to_owned(), sequence: 1, hash: "ab".repeat(32), given: at(2) };
    for _ in 0..2 {
        let change = Change { copies: vec![copy.clone()], disk_heads: vec![head.clone()], ..Change::default() };
        store.apply(change).await.unwrap();
        assert_eq!(store.copies(None, None, 9).await.unwrap(), [copy.clone()]);
        assert_eq!(store.disk_heads().await.unwrap(), [head.clone()]);
        (copy.started, copy.archive_bytes, copy.files) = (at(3), i64::MAX, Vec::new());
        (head.sequence, head.given) = (i64::MAX, at(3));
    }
}

async fn slots_and_excuses_come_back_as_they_were_stored(place: Place) {
    let store = place.open().await;
    let outcomes =
        [None, Some(SlotOutcome::Done), Some(SlotOutcome::Late), Some(SlotOutcome::Missed), Some(SlotOutcome::Excused)];
    for outcome in outcomes {
        let slot = Slot {
            plan: ODD.to_owned(),
            due: at(2),
            outcome,
            attempts: i64::MAX,
            next_attempt: at(0),
            settled: outcome.map(|_| at(3)),
            reason: outcome.map(|_| ODD.to_owned()),
        };
        store.apply(Change { slots: vec![slot.clone()], ..Change::default() }).await.unwrap();
        assert_eq!(store.slot(ODD, at(2)).await.unwrap(), Some(slot));
    }
    let mut excuse = Excuse {
        number: 0,
        plan: Some(ODD.to_owned()),
        from: at(0),
        until: at(3),
        reason: ODD.to_owned(),
        by: ODD.to_owned(),
        at: at(1),
    };
    let other = Excuse { plan: None, ..excuse.clone() };
    store.apply(Change { excuses: vec![excuse.clone(), other.clone()], ..Change::default() }).await.unwrap();
    excuse.number = 1;
    assert_eq!(store.excuses().await.unwrap(), [excuse.clone(), Excuse { number: 2, ..other.clone() }]);
    excuse.until = at(2);
    store.apply(Change { excuses: vec![excuse.clone()], ..Change::default() }).await.unwrap();
    assert_eq!(store.excuses().await.unwrap(), [excuse, Excuse { number: 2, ..other }]);
}

async fn notices_and_deliveries_come_back_as_they_were_stored(place: Place) {
    let store = place.open().await;
    assert_eq!(store.last_notice().await.unwrap(), 0);
    let mut notice = Notice {
        number: 0,
        at: at(2),
        kind: "slot_missed".to_owned(),
        subject: ODD.to_owned(),
        text: ODD.to_owned(),
        data: json!({ ODD: [i64::MAX, null, 0.1, "\0"], "ñ": {} }),
    };
    let channels = vec![ODD.to_owned(), "correo".to_owned(), "correo".to_owned()];
    let applied = store.apply(Change { notices: vec![(notice.clone(), channels)], ..Change::default() }).await.unwrap();
    assert_eq!(applied.notices, [1]);
    notice.number = 1;
    assert_eq!(store.notices(0, 9).await.unwrap(), [notice.clone()]);
    assert_eq!(store.last_notice().await.unwrap(), 1);
    let pending = |channel: &str| Delivery {
        notice: 1,
        channel: channel.to_owned(),
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt: at(2),
        error: None,
        sent: None,
    };
    assert_eq!(store.deliveries(None, 9).await.unwrap(), [pending(ODD), pending("correo")]);
    for state in [DeliveryState::Sent, DeliveryState::Abandoned] {
        let delivery = Delivery {
            state,
            attempts: i64::MAX,
            next_attempt: at(0),
            error: Some(ODD.to_owned()),
            sent: Some(at(3)),
            ..pending("correo")
        };
        store.apply(Change { deliveries: vec![delivery.clone()], ..Change::default() }).await.unwrap();
        assert_eq!(store.deliveries(Some(state), 9).await.unwrap(), [delivery]);
    }
    let unknown = Change { notices: vec![(Notice { number: 9, ..notice }, Vec::new())], ..Change::default() };
    let refused = told(store.apply(unknown).await.unwrap_err());
    assert!(refused.starts_with("there is no notice 9 in the database "), "{refused}");
}

async fn a_nul_in_what_somebody_said_is_shown_and_loses_nothing(place: Place) {
    let store = place.open().await;
    let run = Run { error: Some("pg_dump: \0 roto".to_owned()), ..a_run() };
    store.apply(Change { runs: vec![run.clone()], ..Change::default() }).await.unwrap();
    let stored = store.run_by_id(run.id).await.unwrap().unwrap();
    assert_eq!(stored.error.as_deref(), Some("pg_dump: \u{fffd} roto"));
}

async fn a_moment_is_cut_to_whole_microseconds(place: Place) {
    let store = place.open().await;
    let run = Run { queued: moment("2026-11-22T02:00:00.123456789-06:00"), ..a_run() };
    store.apply(Change { runs: vec![run.clone()], ..Change::default() }).await.unwrap();
    let stored = store.run_by_id(run.id).await.unwrap().unwrap();
    assert_eq!(stored.queued, moment("2026-11-22T02:00:00.123456-06:00"));
}

async fn a_word_of_a_newer_program_is_an_error_and_no_guess(place: Place) {
    let store = place.open().await;
    store.apply(Change { runs: vec![a_run()], ..Change::default() }).await.unwrap();
    place.sql("UPDATE runs SET state = 'verified'");
    let refused = told(store.run(1).await.unwrap_err());
    assert!(refused.starts_with("cannot read a run from the database "), "{refused}");
    assert!(refused.contains("`verified` is no word that this program knows"), "{refused}");
}

async fn a_run_that_was_never_stored_cannot_be_changed(place: Place) {
    let store = place.open().await;
    let run = Run { number: 3, ..a_run() };
    let refused = told(store.apply(Change { runs: vec![run], ..Change::default() }).await.unwrap_err());
    assert!(refused.starts_with("there is no run 3 ("), "{refused}");
}
