//! What is asked of the database, and in which order it answers.

use resguardo::schedule::slot::SlotOutcome;
use resguardo::store::change::Change;
use resguardo::store::db::Store;
use resguardo::store::rows::{Copy, Dataset, Delivery, DeliveryState, Notice, Run, RunState, Slot};
use serde_json::json;
use uuid::Uuid;

use crate::place::Place;
use crate::{a_dataset, a_run, moment, on_both};

on_both!(
    slots_are_found_by_plan_moment_and_outcome,
    a_plan_is_seen_first_once,
    the_last_good_backup_of_each_dataset_is_the_newest_that_was_kept,
    the_datasets_of_a_slot_are_those_of_all_its_runs,
    copies_are_found_by_disk_and_dataset,
    deliveries_are_due_from_their_moment_on,
    a_value_is_replaced,
);

fn hour(hour: u32) -> String {
    format!("2026-11-22T{hour:02}:00:00-06:00")
}

fn slot(plan: &str, due: u32, outcome: Option<SlotOutcome>) -> Slot {
    let due = moment(&hour(due));
    Slot { plan: plan.to_owned(), due, outcome, attempts: 0, next_attempt: due, settled: None, reason: None }
}

async fn slots_are_found_by_plan_moment_and_outcome(place: Place) {
    let store = place.open().await;
    let done = Some(SlotOutcome::Done);
    let (one, two, three) = (slot("diario", 1, done), slot("semanal", 2, None), slot("diario", 3, None));
    let slots = vec![three.clone(), one.clone(), two.clone()];
    store.apply(Change { slots, ..Change::default() }).await.unwrap();
    assert_eq!(store.open_slots().await.unwrap(), [two.clone(), three.clone()]);
    assert_eq!(store.last_slot("diario").await.unwrap(), Some(three.clone()));
    assert_eq!(store.last_slot("mensual").await.unwrap(), None);
    assert_eq!(store.slot("diario", two.due).await.unwrap(), None);
    assert_eq!(store.slots(None, 2).await.unwrap(), [three.clone(), two.clone()]);
    assert_eq!(store.slots(Some("diario"), 9).await.unwrap(), [three.clone(), one.clone()]);
    assert_eq!(store.slots_after(one.due).await.unwrap(), [two.clone(), three.clone()]);
    let reopened = vec![("diario".to_owned(), three.due), ("mensual".to_owned(), three.due)];
    store.apply(Change { reopened, ..Change::default() }).await.unwrap();
    assert_eq!(store.slots_after(one.due).await.unwrap(), [two]);
}

async fn a_plan_is_seen_first_once(place: Place) {
    let store = place.open().await;
    assert_eq!(store.plans_seen().await.unwrap(), Vec::<String>::new());
    let (first, later) = (moment(&hour(1)), moment(&hour(2)));
    assert_eq!(store.plan_seen("semanal", first).await.unwrap(), first);
    assert_eq!(store.plan_seen("semanal", later).await.unwrap(), first);
    assert_eq!(store.plan_seen("Ñ", later).await.unwrap(), later);
    // By their bytes on both databases, so that the order is one.
    assert_eq!(store.plan_seen("Zeta", later).await.unwrap(), later);
    assert_eq!(store.plans_seen().await.unwrap(), ["Zeta", "semanal", "Ñ"]);
}

async fn the_last_good_backup_of_each_dataset_is_the_newest_that_was_kept(place: Place) {
    let store = place.open().await;
    let run = a_run();
    let row = |place: i64, dataset: &str, started: u32, state| Dataset {
        dataset: dataset.to_owned(),
        state,
        ..a_dataset(&run, place, &hour(started))
    };
    let datasets = vec![
        row(0, "a", 1, RunState::Kept),
        row(1, "a", 3, RunState::Partly),
        row(2, "a", 2, RunState::Kept),
        row(3, "a", 4, RunState::Failed),
        row(4, "b", 5, RunState::Kept),
        // Two that began at once: the one with the greater id was made later.
        row(5, "b", 5, RunState::Kept),
        row(6, "c", 6, RunState::Failed),
        Dataset { started: None, ..row(7, "c", 6, RunState::Cancelled) },
        Dataset { server: "otro".to_owned(), ..row(8, "a", 1, RunState::Partly) },
    ];
    let stored = datasets.clone();
    store.apply(Change { runs: vec![run.clone()], datasets, ..Change::default() }).await.unwrap();
    let places = |rows: Vec<Dataset>| rows.iter().map(|row| row.place).collect::<Vec<_>>();
    assert_eq!(places(store.last_good().await.unwrap()), [1, 5, 8]);
    assert_eq!(places(store.history("bd-minecodc", "a", 9).await.unwrap()), [1, 2, 0]);
    assert_eq!(places(store.history("bd-minecodc", "a", 1).await.unwrap()), [1]);
    assert!(store.history("bd-minecodc", "c", 9).await.unwrap().is_empty());
    let since = |hours| moment(&hour(hours));
    let kept = store.kept_since("bd-minecodc", "a", since(3)).await.unwrap();
    assert_eq!(kept.as_ref(), Some(&stored[1]));
    assert_eq!(store.kept_since("bd-minecodc", "a", since(4)).await.unwrap(), None);
    assert_eq!(store.kept_since("otro", "b", since(1)).await.unwrap(), None);
}

async fn the_datasets_of_a_slot_are_those_of_all_its_runs(place: Place) {
    let store = place.open().await;
    let (first, second) = (a_run(), a_run());
    let by_hand = Run { plan: None, due: None, ..a_run() };
    let other = Run { due: Some(moment(&hour(9))), ..a_run() };
    let runs = [first, second, by_hand, other];
    let row = |run: usize, place: i64| a_dataset(&runs[run], place, &hour(2));
    let rows = vec![row(1, 0), row(0, 1), row(0, 0), row(2, 0), row(3, 0)];
    store.apply(Change { runs: runs.to_vec(), datasets: rows.clone(), ..Change::default() }).await.unwrap();
    let found = store.slot_datasets("semanal", moment(&hour(2))).await.unwrap();
    assert_eq!(found, [rows[2].clone(), rows[1].clone(), rows[0].clone()]);
}

async fn copies_are_found_by_disk_and_dataset(place: Place) {
    let store = place.open().await;
    let copy = |disk: &str, dataset: &str, started: u32| Copy {
        disk_id: Uuid::from_u128(disk.len() as u128),
        disk: disk.to_owned(),
        archive: format!("s/{dataset}/{started}"),
        server: "s".to_owned(),
        dataset: dataset.to_owned(),
        kind: "files".to_owned(),
        backup: Uuid::now_v7(),
        started: moment(&hour(started)),
        plain_bytes: 1,
        archive_bytes: 1,
        files: Vec::new(),
        verified: None,
        damage: None,
    };
    let copies = vec![copy("a", "web", 1), copy("a", "bd", 2), copy("bb", "web", 3), copy("bb", "bd", 4)];
    store.apply(Change { copies, ..Change::default() }).await.unwrap();
    let found = async |store: &Store, disk, dataset: Option<&str>| {
        let of = dataset.map(|dataset| ("s", dataset));
        let rows = store.copies(disk, of, 9).await.unwrap();
        assert_eq!(store.copies_count(disk, of).await.unwrap(), i64::try_from(rows.len()).unwrap());
        rows.iter().map(|row| row.archive.clone()).collect::<Vec<_>>()
    };
    assert_eq!(found(&store, None, None).await, ["s/bd/4", "s/web/3", "s/bd/2", "s/web/1"]);
    assert_eq!(found(&store, Some("a"), None).await, ["s/bd/2", "s/web/1"]);
    assert_eq!(found(&store, None, Some("web")).await, ["s/web/3", "s/web/1"]);
    assert_eq!(found(&store, Some("bb"), Some("bd")).await, ["s/bd/4"]);
    assert_eq!(found(&store, Some("c"), None).await, Vec::<String>::new());
    assert_eq!(store.copies(None, None, 1).await.unwrap().len(), 1);
}

async fn deliveries_are_due_from_their_moment_on(place: Place) {
    let store = place.open().await;
    assert_eq!(store.next_delivery().await.unwrap(), None);
    let notice = |at: u32| Notice {
        number: 0,
        at: moment(&hour(at)),
        kind: "slot_missed".to_owned(),
        subject: "Falta un respaldo".to_owned(),
        text: String::new(),
        data: json!(null),
    };
    let to = |channels: &[&str]| channels.iter().map(|channel| (*channel).to_owned()).collect::<Vec<_>>();
    // The later notice has the smaller number.
    let notices = vec![(notice(4), to(&["correo"])), (notice(3), to(&["correo", "aviso"])), (notice(2), Vec::new())];
    store.apply(Change { notices, ..Change::default() }).await.unwrap();
    assert_eq!(store.next_delivery().await.unwrap(), Some(moment(&hour(3))));
    let due = async |hours, limit| {
        let due = store.deliveries_due(moment(&hour(hours)), limit).await.unwrap();
        assert!(due.iter().all(|(delivery, notice)| delivery.notice == notice.number));
        due.into_iter().map(|(delivery, _)| (delivery.notice, delivery.channel)).collect::<Vec<_>>()
    };
    let pair = |number: i64, channel: &str| (number, channel.to_owned());
    assert_eq!(due(2, 9).await, []);
    assert_eq!(due(3, 9).await, [pair(2, "aviso"), pair(2, "correo")]);
    assert_eq!(due(4, 2).await, [pair(1, "correo"), pair(2, "aviso")]);
    let settled = |notice, channel: &str, state| Delivery {
        notice,
        channel: channel.to_owned(),
        state,
        attempts: 1,
        next_attempt: moment(&hour(1)),
        error: None,
        sent: None,
    };
    let (sent, abandoned) = (DeliveryState::Sent, DeliveryState::Abandoned);
    let deliveries = vec![settled(2, "aviso", sent), settled(2, "correo", abandoned)];
    store.apply(Change { deliveries, ..Change::default() }).await.unwrap();
    assert_eq!(due(5, 9).await, [pair(1, "correo")]);
    assert_eq!(store.delivery_counts().await.unwrap(), (1, 1));
    assert_eq!(store.next_delivery().await.unwrap(), Some(moment(&hour(4))));
    assert_eq!(store.deliveries(None, 2).await.unwrap().len(), 2);
    assert_eq!(store.notices(1, 1).await.unwrap()[0].number, 2);
    assert_eq!(store.last_notice().await.unwrap(), 3);
}

async fn a_value_is_replaced(place: Place) {
    let store = place.open().await;
    assert_eq!(store.meta("last_seen").await.unwrap(), None);
    for value in ["ayer", "hoy"] {
        let meta = vec![("last_seen".to_owned(), value.to_owned())];
        store.apply(Change { meta, ..Change::default() }).await.unwrap();
        assert_eq!(store.meta("last_seen").await.unwrap().as_deref(), Some(value));
    }
}
