//! `disk adopt`: a disk that another machine made.

use std::fs;

use serde_json::{Value, json};
use system_tests::command::{run, sh, text};
use system_tests::world::World;

use super::{service, world};

/// A world whose machine has lost everything but its disks: another state folder.
fn on_another_machine(world: &mut World) {
    world.config["paths"]["state"] = json!(world.path("otra"));
    world.config["paths"]["log"] = json!(world.path("otra-log"));
}

#[test]
fn what_a_disk_holds_is_read_from_it_alone() {
    let world = world();
    world.backup(&["s/nota"]).exits(0);
    let path = text(&world.disks[0].path).to_owned();
    let mut command = world.command(&["disk", "adopt", &path, "--dry-run", "--json"]);
    let json: Value = run(command.env("RESGUARDO_CONFIG", "/nowhere")).exits(0).json();
    assert_eq!((&json["disk"], &json["adopted"]), (&json!("disco-a"), &json!(false)));
    assert_eq!(json["datasets"][0]["dataset"], "s/nota");
    assert_eq!((&json["datasets"][0]["backups"], &json["register"]["entries"]), (&json!(1), &json!(1)));
    assert_eq!(json["register"]["problems"], json!([]));
    let yaml = json["yaml"].as_str().unwrap();
    assert!(yaml.contains("name: disco-a") && yaml.contains(json["id"].as_str().unwrap()), "{yaml}");
    world.run(&["disk", "adopt", &path, "--dry-run"]).exits(0).says("Nothing was taken over").says("s/nota");
    // No configuration at all.
    let mut bare = std::process::Command::new(system_tests::command::resguardo());
    bare.args(["--config", "/nowhere/x.yaml", "disk", "adopt", &path, "--dry-run"]);
    run(&mut bare).exits(0).says("whole, signed by");
    world.run(&["disk", "adopt", &world.at(""), "--dry-run"]).exits(4).says("was never prepared for Resguardo");
    // Damage is said.
    let kept = world.only(0, "s/nota");
    fs::write(kept.file("txt.zst"), "x").unwrap();
    sh("sed -i 's/\"intentos\":1/\"intentos\":2/' \"$1\"/register/FO-06-*.jsonl", &[&path]);
    world.run(&["disk", "adopt", &path, "--dry-run"]).exits(8).says("missing or cut").says("Register: 1 entry");
}

#[test]
fn another_machine_takes_over_its_copies_and_its_register() {
    let mut world = world();
    world.backup(&["s/nota"]).exits(0);
    on_another_machine(&mut world);
    // The disk is plugged in somewhere and stands in no configuration yet.
    let disks = world.config["disks"].take();
    world.config["disks"] = json!([disks[1].clone()]);
    world.config["plans"][0]["disks"] = json!(["disco-b"]);
    world.disks[1].umount();
    let (_clock, _daemon) = service(&world);
    assert_eq!(world.archives(), Vec::<Value>::new());
    let path = text(&world.disks[0].path).to_owned();
    let said = world.run(&["disk", "adopt", &path]);
    said.exits(0).says("Taken over: 1 copies, 1 entries").says("In the configuration:");
    let archives = world.archives();
    assert_eq!((archives.len(), &archives[0]["disk"]), (1, &json!("disco-a")));
    assert_eq!(system_tests::daemon::entries(&world).len(), 1);
    world.run(&["disk", "adopt", &path]).exits(0).says("Taken over: 0 copies, 0 entries");
}
