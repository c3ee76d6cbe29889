//! `index rebuild`: the database is lost, and comes back from the disks.

use std::fs;

use serde_json::{Value, json};
use system_tests::command::sh;
use system_tests::daemon::{Clock, Daemon, entries, run_is, runs, settled, slots};
use system_tests::world::World;

/// Three Sundays on which the plan is due, and a Monday.
const SUNDAYS: [&str; 3] = ["2026-11-08T02:00:00-06:00", "2026-11-15T02:00:00-06:00", "2026-11-22T02:00:00-06:00"];
const MONDAY: &str = "2026-11-23T09:00:00-06:00";

/// Three weeks of two datasets on two disks, with one backup that an operator asked for.
fn three_weeks() -> (World, Clock) {
    let mut world = World::with_disks(&[64, 64]);
    world.server("s", "plain");
    for name in ["nota", "acta"] {
        world.dataset(&json!({ "name": name, "kind": "command", "command": "echo dato", "suffix": "txt" }));
    }
    let clock = Clock::new(&world, SUNDAYS[0]);
    for (sunday, weeks) in SUNDAYS.iter().zip(1..) {
        clock.set(sunday);
        let daemon = Daemon::start(&world, Some(&clock));
        settled(&world, weeks);
        if weeks == 3 {
            clock.set(MONDAY);
            world.run(&["backup", "s/nota"]).exits(0);
            run_is(&world, 4, "kept");
        }
        daemon.stop();
    }
    (world, clock)
}

/// These fields of each item.
fn only(items: &[Value], fields: &[&str]) -> Vec<Value> {
    let pick = |item: &Value| fields.iter().map(|field| item[*field].clone()).collect();
    items.iter().map(pick).collect()
}

fn archives(world: &World) -> Vec<String> {
    let mut archives: Vec<String> = world.archives().iter().map(Value::to_string).collect();
    archives.sort();
    archives
}

const RUN: [&str; 6] = ["run", "plan", "due", "trigger", "state", "error"];
const SLOT: [&str; 5] = ["plan", "due", "outcome", "attempts", "reason"];
const DATASET: [&str; 10] =
    ["dataset", "state", "archive", "plain_bytes", "archive_bytes", "disks", "failed", "files", "warnings", "error"];

/// All that should come back.
fn known(world: &World) -> Vec<Vec<Value>> {
    let runs = runs(world);
    let datasets: Vec<Value> = runs.iter().flat_map(|run| run["datasets"].as_array().unwrap().clone()).collect();
    vec![only(&runs, &RUN), only(&datasets, &DATASET), only(&slots(world), &SLOT), entries(world)]
}

#[test]
fn a_lost_database_comes_back_and_nothing_is_run_again() {
    let (world, clock) = three_weeks();
    let daemon = Daemon::start(&world, Some(&clock));
    let (before, listed) = (known(&world), archives(&world));
    assert_eq!((before[0].len(), before[1].len(), before[2].len(), listed.len()), (4, 7, 3, 14));
    // On a full database it adds nothing and removes nothing.
    let nothing = world.run(&["index", "rebuild", "--json"]).exits(0).json();
    for field in ["copies", "removed", "damaged", "runs", "datasets", "slots", "entries"] {
        assert_eq!(nothing[field], 0, "{field}: {nothing}");
    }
    assert_eq!((known(&world), archives(&world)), (before.clone(), listed.clone()));
    daemon.stop();
    sh("rm \"$1\"/resguardo.db*", &[&world.at("state")]);
    let daemon = Daemon::start(&world, Some(&clock));
    assert_eq!((runs(&world).len(), slots(&world).len()), (0, 0));
    let said = world.run(&["index", "rebuild", "--json"]).exits(0).json();
    assert_eq!((&said["copies"], &said["runs"], &said["slots"]), (&json!(14), &json!(4), &json!(3)));
    assert_eq!(archives(&world), listed);
    assert_eq!(known(&world), before);
    world.run(&["status"]).exits(0).says("s/nota");
    daemon.stop();
    // Nothing is run again, and the next Sunday goes on where it was.
    let daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(known(&world), before);
    clock.set("2026-11-29T02:00:01-06:00");
    daemon.stop();
    let _daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(settled(&world, 4).len(), 4);
    assert_eq!(run_is(&world, 5, "kept")["due"], "2026-11-29T02:00:00-06:00");
}

#[test]
fn without_a_service_and_without_the_key_it_comes_back_as_well() {
    let (world, clock) = three_weeks();
    sh("rm -r \"$1\"", &[&world.at("state")]);
    world.disks[1].umount();
    let said = world.run(&["index", "rebuild", "--here", "--json"]).exits(0).json();
    assert_eq!((&said["copies"], &said["runs"], &said["slots"]), (&json!(7), &json!(4), &json!(3)));
    assert_eq!((&said["entries"], &said["absent"][0]["disk"]), (&json!(7), &json!("disco-b")));
    world.disks[1].mount();
    let said = world.run(&["index", "rebuild", "--here"]);
    said.exits(0).says("7 copies added").says("0 runs added");
    let _daemon = Daemon::start(&world, Some(&clock));
    assert_eq!((runs(&world).len(), slots(&world).len()), (4, 3));
}

#[test]
fn copies_that_are_on_a_disk_no_more_are_forgotten_and_cut_ones_are_damaged() {
    let (world, clock) = three_weeks();
    let _daemon = Daemon::start(&world, Some(&clock));
    let kept = world.kept(0, "s/acta");
    fs::remove_file(kept[0].file("manifest.json")).unwrap();
    fs::write(kept[1].file("txt.zst"), "x").unwrap();
    // A disk that is away keeps what it has in the index.
    world.disks[1].umount();
    let said = world.run(&["index", "rebuild", "--json"]).exits(0).json();
    assert_eq!((&said["removed"], &said["damaged"], &said["copies"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!(archives(&world).len(), 13);
    assert_eq!(super::listed(&world, "disco-a")["damaged"], 1);
    world.run(&["index", "rebuild"]).exits(0).says("0 copies found damaged").says("not read: disco-b");
}
