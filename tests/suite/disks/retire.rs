//! `disk retire`: nothing is written to the disk any more, and what it holds still counts.

use std::fs;

use serde_json::json;
use system_tests::command::{text, until};
use system_tests::daemon::status;

use super::{listed, service, world};

#[test]
fn a_retired_disk_is_written_to_no_more_and_still_restored_from() {
    let world = world();
    let (_clock, _daemon) = service(&world);
    world.run(&["backup", "s/nota"]).exits(0);
    world.run(&["disk", "retire", "disco-x", "--reason", "x"]).exits(10).says("disco-a");
    world.run(&["disk", "retire", "disco-a", "--reason", " "]).exits(2);
    let json = world.run(&["disk", "retire", "disco-a", "--reason", "hace ruido", "--json"]).exits(0).json();
    assert_eq!((&json["copies"], &json["plans"], &json["only_here"]), (&json!(1), &json!(["todo"]), &json!([])));
    world.run(&["disk", "retire", "disco-a", "--reason", "otra vez"]).exits(9).says("out of service already");
    let partly = world.run(&["backup", "s/nota"]);
    partly.exits(7).says("disco-a was taken out of service (hace ruido)").says("take it out of the plans");
    assert_eq!((world.kept(0, "s/nota").len(), world.kept(1, "s/nota").len()), (1, 2));
    let attention = status(&world)["attention"].to_string();
    assert!(attention.contains("disco-a: it was taken out of service and is plugged in"), "{attention}");
    let a = listed(&world, "disco-a");
    assert_eq!((&a["retired_why"], &a["copies"]), (&json!("hace ruido"), &json!(1)));
    world.disks[0].umount();
    assert_eq!(listed(&world, "disco-a")["state"], "retired");
    world.disks[0].mount();
    let to = world.at("restaurado");
    world.run(&["restore", "s/nota", "--disk", text(&world.disks[0].path), "--to", &to]).exits(0);
    assert!(fs::read_dir(&to).unwrap().count() > 0);
}

#[test]
fn the_last_good_copy_is_named_before_its_disk_is_retired() {
    let mut world = world();
    world.config["plans"][0]["disks"] = json!(["disco-a"]);
    let (_clock, _daemon) = service(&world);
    world.run(&["backup"]).exits(0);
    let refused = world.run(&["disk", "retire", "disco-a", "--reason", "viejo"]);
    refused.exits(9).says("holds the last good copy of").says("s/nota: 1 backup").says("--yes");
    assert_eq!(listed(&world, "disco-a")["retired"], json!(null));
    world.run(&["disk", "retire", "disco-a", "--reason", "viejo", "--yes"]).exits(0).says("s/nota: 1 backup");
    until("the list says so", || listed(&world, "disco-a")["retired"].is_string());
}
