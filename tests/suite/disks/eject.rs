//! `disk eject` with real mounts.

use std::fs::File;

use serde_json::{Value, json};
use system_tests::command::until;
use system_tests::daemon::{Daemon, runs};

use super::{MONDAY, listed, service, world};

#[test]
fn an_ejected_disk_is_unmounted_and_whoever_holds_it_is_told_where_it_belongs() {
    let mut world = world();
    world.config["disks"][0]["custody"] = json!("caja fuerte, Dirección");
    let (_clock, _daemon) = service(&world);
    world.run(&["backup", "s/nota"]).exits(0);
    let said = world.run(&["disk", "eject", "disco-a"]);
    said.exits(0).says("Puede retirarlo: disco-a (guárdelo en: caja fuerte, Dirección)");
    assert!(!world.disks[0].path.join("resguardo-disk.json").exists());
    assert_eq!(listed(&world, "disco-a")["state"], "away");
    world.run(&["disk", "eject", "disco-a"]).exits(4).says("nothing is mounted at");
    world.run(&["disk", "eject", "disco-x"]).exits(10).says("disco-b");
    let json: Value = world.run(&["disk", "eject", "disco-b", "--json"]).exits(0).json();
    assert_eq!((&json["ejected"], &json["disk"]), (&json!("unmounted"), &json!("disco-b")));
    // Nobody has to tell the service that they are back.
    world.disks[0].mount();
    world.disks[1].mount();
    world.run(&["backup", "s/nota"]).exits(0);
    assert_eq!((world.kept(0, "s/nota").len(), world.kept(1, "s/nota").len()), (2, 2));
}

#[test]
fn a_disk_that_somebody_uses_stays_and_they_are_named() {
    let world = world();
    let (_clock, _daemon) = service(&world);
    let open = File::open(world.disks[0].path.join("LEEME.txt")).unwrap();
    let said = world.run(&["disk", "eject", "disco-a"]);
    said.exits(9).says("is in use by").says(&format!("process {}", std::process::id())).says("do NOT unplug it");
    assert!(world.disks[0].path.join("LEEME.txt").exists());
    drop(open);
    world.run(&["disk", "eject", "disco-a"]).exits(0);
}

#[test]
fn a_disk_to_which_a_run_writes_is_not_ejected() {
    let mut world = world();
    let go = world.path("go");
    let command =
        format!("while [ -d '{}' ] && [ ! -e '{}' ]; do sleep 0.05; done; echo x", world.at(""), go.display());
    world.dataset(&json!({ "name": "lenta", "kind": "command", "command": command, "suffix": "txt" }));
    let clock = system_tests::daemon::Clock::new(&world, MONDAY);
    let _daemon = Daemon::start(&world, Some(&clock));
    world.run(&["backup", "s/lenta", "--detach"]).exits(0);
    until("the run is under way", || runs(&world).last().is_some_and(|run| run["state"] == "running"));
    world.run(&["disk", "eject", "disco-a"]).exits(9).says("run 1 writes to disk disco-a").says("cancel 1");
    assert!(world.disks[0].path.join("LEEME.txt").exists());
    std::fs::write(&go, "").unwrap();
    until("the run is over", || runs(&world).last().is_some_and(|run| run["state"] != "running"));
    assert_eq!(runs(&world)[0]["state"], "kept", "{:#?}", runs(&world));
    world.run(&["disk", "eject", "disco-a"]).exits(0);
}

#[test]
fn without_a_service_a_disk_is_ejected_all_the_same() {
    let world = world();
    world.backup(&["s/nota"]).exits(0);
    world.run(&["disk", "eject", "disco-b"]).exits(0).says("Puede retirarlo: disco-b\n");
    assert!(!world.disks[1].path.join("LEEME.txt").exists());
}
