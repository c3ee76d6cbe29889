//! What is stored of custody: disks, debts, readings, drills and pins.

use chrono::{DateTime, Utc};
use resguardo::store::change::Change;
use resguardo::store::custody_rows::{
    Check, CheckOutcome, Debt, DebtOutcome, DiskEvent, DiskEventKind, DiskRow, Drill, DrillOutcome, Pin,
};
use resguardo::store::rows::Copy;
use uuid::Uuid;

use crate::place::Place;
use crate::{moment, on_both};

on_both!(
    disks_and_what_happened_to_them_come_back_as_they_were_stored,
    debts_are_open_until_they_are_settled,
    readings_and_drills_come_back_the_newest_first,
    a_pin_stays_until_it_is_removed,
    copies_are_read_again_in_the_order_of_their_last_reading,
    a_copy_that_is_gone_is_forgotten_on_its_disk_alone,
);

fn day(day: u32) -> DateTime<Utc> {
    moment(&format!("2026-11-{day:02}T02:00:00.000007Z"))
}

async fn disks_and_what_happened_to_them_come_back_as_they_were_stored(place: Place) {
    let store = place.open().await;
    let mut disk = DiskRow {
        id: Uuid::now_v7(),
        name: "disco-a".to_owned(),
        first_seen: day(1),
        last_seen: day(2),
        place: Some("/mnt/á".to_owned()),
        serial: Some("WD-1".to_owned()),
        model: None,
        total_bytes: Some(i64::MAX),
        free_bytes: Some(0),
        health: None,
        retired: None,
        retired_why: None,
    };
    for (reason, at) in [(None, None), (Some("golpeado".to_owned()), Some(day(3)))] {
        (disk.retired_why, disk.retired) = (reason, at);
        store.apply(Change { disks: vec![disk.clone()], ..Change::default() }).await.unwrap();
        assert_eq!(store.disks().await.unwrap(), [disk.clone()]);
    }
    let event = |kind, on: u32| DiskEvent {
        number: 0,
        disk_id: disk.id,
        disk: disk.name.clone(),
        at: day(on),
        kind,
        bytes: Some(7),
        ms: None,
        text: Some("Input/output error".to_owned()),
    };
    let all = [event(DiskEventKind::Came, 1), event(DiskEventKind::Failed, 3), event(DiskEventKind::Wrote, 2)];
    store.apply(Change { disk_events: all.to_vec(), ..Change::default() }).await.unwrap();
    let found = store.disk_events(disk.id, None, 2).await.unwrap();
    assert_eq!(
        found.iter().map(|event| (event.number, event.kind)).collect::<Vec<_>>(),
        [(2, DiskEventKind::Failed), (3, DiskEventKind::Wrote)]
    );
    assert_eq!(found[0], DiskEvent { number: 2, ..event(DiskEventKind::Failed, 3) });
    assert_eq!(store.disk_events(disk.id, Some(DiskEventKind::Came), 9).await.unwrap().len(), 1);
    assert_eq!(store.disk_events(Uuid::nil(), None, 9).await.unwrap(), []);
}

async fn debts_are_open_until_they_are_settled(place: Place) {
    let store = place.open().await;
    let debt = |disk: &str, archive: &str, since: u32| Debt {
        disk: disk.to_owned(),
        archive: archive.to_owned(),
        server: "s".to_owned(),
        dataset: "d".to_owned(),
        backup: Uuid::max(),
        plan: Some("semanal".to_owned()),
        since: day(since),
        attempts: 0,
        next_attempt: day(since),
        error: None,
        settled: None,
        outcome: None,
        note: None,
    };
    let debts = vec![debt("b", "s/d/2", 2), debt("a", "s/d/1", 1), debt("a", "s/d/2", 2)];
    store.apply(Change { debts: debts.clone(), ..Change::default() }).await.unwrap();
    assert_eq!(store.open_debts(Some("a")).await.unwrap(), [debts[1].clone(), debts[2].clone()]);
    assert_eq!(store.open_debts(None).await.unwrap().len(), 3);
    let owed = store.owed().await.unwrap();
    assert_eq!(
        owed.iter().map(|owed| (owed.disk.as_str(), owed.copies, owed.since)).collect::<Vec<_>>(),
        [("a", 2, day(1)), ("b", 1, day(2))]
    );
    let paid = Debt { settled: Some(day(9)), outcome: Some(DebtOutcome::Paid), note: None, ..debts[1].clone() };
    store.apply(Change { debts: vec![paid.clone()], ..Change::default() }).await.unwrap();
    assert_eq!(store.open_debts(Some("a")).await.unwrap(), [debts[2].clone()]);
    assert_eq!(store.debt("a", "s/d/1").await.unwrap(), Some(paid));
    assert_eq!(store.debt("c", "s/d/1").await.unwrap(), None);
    // All may be tried at once, and what is paid stays so.
    store.apply(Change { debts_due: Some(day(1)), ..Change::default() }).await.unwrap();
    let due = store.open_debts(None).await.unwrap();
    assert!(due.len() == 2 && due.iter().all(|debt| debt.next_attempt == day(1)), "{due:?}");
    store.apply(Change { debts: debts[2..].to_vec(), ..Change::default() }).await.unwrap();
    store.apply(Change { debts: debts[..1].to_vec(), ..Change::default() }).await.unwrap();
    // The index knows of none of their archives yet.
    assert_eq!(store.debts_of_lost_archives().await.unwrap(), [debts[2].clone(), debts[0].clone()]);
    assert_eq!(store.dataset(Uuid::max()).await.unwrap(), None);
}

async fn readings_and_drills_come_back_the_newest_first(place: Place) {
    let store = place.open().await;
    let check = |archive: &str, on: u32, outcome| Check {
        id: Uuid::now_v7(),
        started: day(on),
        ended: day(on),
        disk_id: Uuid::max(),
        disk: "a".to_owned(),
        archive: archive.to_owned(),
        asked_by: "resguardo".to_owned(),
        outcome,
        bytes: 9,
        what: Some("frame 3, bytes 1 to 2".to_owned()),
    };
    let checks = vec![check("s/d/1", 1, CheckOutcome::Good), check("s/d/2", 2, CheckOutcome::Damaged)];
    store.apply(Change { checks: checks.clone(), ..Change::default() }).await.unwrap();
    assert_eq!(store.checks(None, 9).await.unwrap(), [checks[1].clone(), checks[0].clone()]);
    assert_eq!(store.checks(Some("s/d/1"), 9).await.unwrap(), [checks[0].clone()]);
    let drill = |dataset: &str, on: u32, outcome| Drill {
        id: Uuid::now_v7(),
        started: day(on),
        ended: day(on),
        server: "s".to_owned(),
        dataset: dataset.to_owned(),
        archive: format!("s/{dataset}/{on}"),
        disk: "a".to_owned(),
        asked_by: "resguardo".to_owned(),
        outcome,
        restore_ms: Some(12),
        findings: vec![("tablas".to_owned(), "41 de 41".to_owned())],
        error: None,
    };
    let drills = vec![
        drill("d", 1, DrillOutcome::Passed),
        drill("d", 2, DrillOutcome::Failed),
        drill("e", 3, DrillOutcome::NotRun),
    ];
    store.apply(Change { drills: drills.clone(), ..Change::default() }).await.unwrap();
    assert_eq!(store.drills(None, 2).await.unwrap(), [drills[2].clone(), drills[1].clone()]);
    assert_eq!(store.drills(Some(("s", "d")), 9).await.unwrap().len(), 2);
    assert_eq!(store.last_drill("s", "d", DrillOutcome::Passed).await.unwrap(), Some(drills[0].clone()));
    assert_eq!(store.last_drill("s", "e", DrillOutcome::Passed).await.unwrap(), None);
}

async fn a_pin_stays_until_it_is_removed(place: Place) {
    let store = place.open().await;
    let pin = Pin { archive: "s/d/1".to_owned(), reason: "auditoría".to_owned(), by: "ana".to_owned(), at: day(1) };
    store.apply(Change { pins: vec![pin.clone()], ..Change::default() }).await.unwrap();
    assert_eq!(store.pins().await.unwrap(), [pin]);
    store.apply(Change { unpinned: vec!["s/d/1".to_owned(), "s/d/2".to_owned()], ..Change::default() }).await.unwrap();
    assert_eq!(store.pins().await.unwrap(), []);
}

fn copy(disk: u128, archive: &str, verified: Option<u32>) -> Copy {
    Copy {
        disk_id: Uuid::from_u128(disk),
        disk: format!("disco-{disk}"),
        archive: archive.to_owned(),
        server: "s".to_owned(),
        dataset: "d".to_owned(),
        kind: "files".to_owned(),
        backup: Uuid::now_v7(),
        started: day(1),
        plain_bytes: 1,
        archive_bytes: 1,
        files: Vec::new(),
        verified: verified.map(day),
        damage: None,
    }
}

async fn copies_are_read_again_in_the_order_of_their_last_reading(place: Place) {
    let store = place.open().await;
    let copies =
        vec![copy(1, "s/d/1", Some(9)), copy(1, "s/d/2", None), copy(1, "s/d/3", Some(3)), copy(2, "s/d/1", None)];
    store.apply(Change { copies, ..Change::default() }).await.unwrap();
    let archives = |copies: Vec<Copy>| copies.into_iter().map(|copy| copy.archive).collect::<Vec<_>>();
    let found = archives(store.copies_on(Uuid::from_u128(1), 9).await.unwrap());
    assert_eq!(found, ["s/d/2", "s/d/3", "s/d/1"]);
    assert_eq!(store.copies_of("s/d/1").await.unwrap().len(), 2);
}

async fn a_copy_that_is_gone_is_forgotten_on_its_disk_alone(place: Place) {
    let store = place.open().await;
    let damaged = Copy { damage: Some("frame 3".to_owned()), ..copy(2, "s/d/1", None) };
    store.apply(Change { copies: vec![copy(1, "s/d/1", None), damaged.clone()], ..Change::default() }).await.unwrap();
    assert_eq!(store.damaged_copies().await.unwrap(), std::slice::from_ref(&damaged));
    let removed_copies = vec![(Uuid::from_u128(1), "s/d/1".to_owned())];
    store.apply(Change { removed_copies, ..Change::default() }).await.unwrap();
    assert_eq!(store.copies_of("s/d/1").await.unwrap(), [damaged]);
}
