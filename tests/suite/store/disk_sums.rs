//! What is known of disks in sums.

use chrono::{DateTime, Utc};
use resguardo::store::change::Change;
use resguardo::store::custody_rows::{DiskEvent, DiskEventKind, DiskRow};
use resguardo::store::disk_sums::{DiskCount, OnlyHere, WeekBytes};
use resguardo::store::rows::Copy;
use uuid::Uuid;

use crate::place::Place;
use crate::{a_dataset, a_run, moment, on_both};

on_both!(
    copies_damage_and_failures_are_counted_by_disk,
    weeks_begin_on_mondays,
    the_only_good_copy_is_found_whatever_lies_on_disks_out_of_service,
    the_ids_of_backups_are_known,
);

const A: Uuid = Uuid::from_u128(0xa);
const B: Uuid = Uuid::from_u128(0xb);

fn copy(disk_id: Uuid, dataset: &str, started: &str, damage: Option<&str>) -> Copy {
    Copy {
        disk_id,
        disk: if disk_id == A { "disco-a" } else { "disco-b" }.to_owned(),
        archive: format!("s/{dataset}/{started}"),
        server: "s".to_owned(),
        dataset: dataset.to_owned(),
        kind: "command".to_owned(),
        backup: Uuid::from_u128(1),
        started: moment(started),
        plain_bytes: 9,
        archive_bytes: 3 << 40,
        files: Vec::new(),
        verified: None,
        damage: damage.map(str::to_owned),
    }
}

fn retired(id: Uuid, at: DateTime<Utc>) -> DiskRow {
    DiskRow {
        id,
        name: "disco-b".to_owned(),
        first_seen: at,
        last_seen: at,
        place: None,
        serial: None,
        model: None,
        total_bytes: None,
        free_bytes: None,
        health: None,
        retired: Some(at),
        retired_why: None,
    }
}

const SUNDAY: &str = "2026-11-22T23:59:59Z";
const MONDAY: &str = "2026-11-23T00:00:00Z";

fn copies() -> Vec<Copy> {
    vec![
        copy(A, "d", SUNDAY, None),
        copy(A, "d", MONDAY, None),
        copy(A, "e", MONDAY, Some("cut")),
        copy(B, "d", SUNDAY, None),
        copy(B, "e", MONDAY, None),
    ]
}

fn count(disk_id: Uuid, count: i64) -> DiskCount {
    DiskCount { disk_id, count }
}

async fn copies_damage_and_failures_are_counted_by_disk(place: Place) {
    let store = place.open().await;
    let failed = |at: &str| DiskEvent {
        number: 0,
        disk_id: B,
        disk: "disco-b".to_owned(),
        at: moment(at),
        kind: DiskEventKind::Failed,
        bytes: None,
        ms: None,
        text: None,
    };
    let disk_events = vec![failed(SUNDAY), failed(MONDAY)];
    store.apply(Change { copies: copies(), disk_events, ..Change::default() }).await.unwrap();
    let mut counts = store.copy_counts().await.unwrap();
    counts.sort_by_key(|count| count.disk_id);
    assert_eq!(counts, [count(A, 3), count(B, 2)]);
    assert_eq!(store.damage_counts().await.unwrap(), [count(A, 1)]);
    assert_eq!(store.failure_counts().await.unwrap(), [count(B, 2)]);
    let last = store.newest_events(B, DiskEventKind::Failed, 1).await.unwrap();
    assert_eq!(last.iter().map(|event| event.at).collect::<Vec<_>>(), [moment(MONDAY)]);
    assert_eq!(store.newest_events(B, DiskEventKind::Wrote, 9).await.unwrap(), []);
    assert_eq!(store.owed_to("disco-a").await.unwrap(), None);
}

async fn weeks_begin_on_mondays(place: Place) {
    let store = place.open().await;
    store.apply(Change { copies: copies(), ..Change::default() }).await.unwrap();
    // Monday 1970-01-05 began week 1.
    let week = (moment(MONDAY).timestamp() - 4 * 86_400) / (7 * 86_400) + 1;
    let of = |disk_id, week, copies: i64| WeekBytes { disk_id, week, bytes: copies * (3 << 40) };
    let expected = [of(A, week - 1, 1), of(A, week, 2), of(B, week - 1, 1), of(B, week, 1)];
    assert_eq!(store.weekly_bytes(moment(SUNDAY)).await.unwrap(), expected);
    assert_eq!(store.weekly_bytes(moment(MONDAY)).await.unwrap(), [of(A, week, 2), of(B, week, 1)]);
}

async fn the_only_good_copy_is_found_whatever_lies_on_disks_out_of_service(place: Place) {
    let store = place.open().await;
    store.apply(Change { copies: copies(), ..Change::default() }).await.unwrap();
    let only = |dataset: &str, copies, newest| OnlyHere {
        server: "s".to_owned(),
        dataset: dataset.to_owned(),
        copies,
        newest: moment(newest),
    };
    assert_eq!(store.only_here(A).await.unwrap(), [only("d", 1, MONDAY)]);
    assert_eq!(store.only_here(B).await.unwrap(), [only("e", 1, MONDAY)]);
    store.apply(Change { disks: vec![retired(B, moment(MONDAY))], ..Change::default() }).await.unwrap();
    assert_eq!(store.only_here(A).await.unwrap(), [only("d", 2, MONDAY)]);
}

async fn the_ids_of_backups_are_known(place: Place) {
    let store = place.open().await;
    let run = a_run();
    let row = a_dataset(&run, 0, SUNDAY);
    let id = row.id;
    store.apply(Change { runs: vec![run], datasets: vec![row], ..Change::default() }).await.unwrap();
    assert_eq!(store.dataset_ids().await.unwrap().iter().map(|id| id.0).collect::<Vec<_>>(), [id]);
}
