//! `disk list` with disks that are here, away, read-only, full or another's.

use std::fs;
use std::process::Command;

use serde_json::json;
use system_tests::command::{run, sh};

use super::{listed, service, world};

#[test]
fn disks_are_listed_with_what_they_are_for_and_what_they_hold() {
    let mut world = world();
    world.config["disks"][0]["custody"] = json!("caja fuerte, Dirección");
    world.config["plans"][0]["disks"] = json!(["disco-a"]);
    world.config["plans"][0]["rotation"] = json!(["disco-b"]);
    let (_clock, _daemon) = service(&world);
    world.run(&["backup", "s/nota"]).exits(0);
    let a = listed(&world, "disco-a");
    assert_eq!((&a["state"], &a["configured"], &a["copies"]), (&json!("here"), &json!(true), &json!(1)));
    assert_eq!((&a["custody"], &a["roles"][0]["kind"]), (&json!("caja fuerte, Dirección"), &json!("every")));
    assert_eq!((&a["owed"], &a["failures"], &a["weeks_left"]), (&json!(0), &json!(0), &json!(null)));
    assert!(a["free_percent"].as_u64().unwrap() > 50 && a["total_bytes"].as_u64().unwrap() > 32 << 20, "{a}");
    assert_eq!(a["hardware"]["file_system"], "ext4");
    assert!(a["hardware"]["backing_file"].as_str().unwrap().ends_with("disco-a.img"), "{a}");
    let b = listed(&world, "disco-b");
    assert_eq!((&b["roles"][0]["kind"], &b["roles"][0]["due"]), (&json!("rotation"), &json!(true)));
    assert_eq!(b["roles"][0]["next_due"], "2026-11-30");
    let said = world.run(&["disk", "list"]);
    said.exits(0)
        .says("disco-a (")
        .says("every backup of todo")
        .says("rotation of todo, due this week")
        .says("kept in:");
}

#[test]
fn disks_that_are_not_as_they_should_be_say_so() {
    let world = world();
    let (_clock, _daemon) = service(&world);
    world.run(&["backup", "s/nota"]).exits(0);
    world.disks[0].remount("ro");
    world.disks[1].umount();
    assert_eq!(listed(&world, "disco-a")["state"], "read_only");
    let b = listed(&world, "disco-b");
    assert_eq!((&b["state"], &b["copies"]), (&json!("away"), &json!(1)));
    assert!(b["last_seen"].as_str().unwrap().starts_with("2026-11-23"), "{b}");
    world.run(&["disk", "list"]).exits(0).says("READ-ONLY").says("away, last seen 2026-11-23");
    // The first disk stands where the second belongs.
    world.disks[0].mount_at(&world.disks[1].path);
    let b = listed(&world, "disco-b");
    assert_eq!(b["state"], "other");
    assert!(b["why"].as_str().unwrap().contains("disco-a"), "{b}");
    world.run(&["disk", "list"]).exits(0).says("ANOTHER DISK");
    sh("umount \"$1\"", &[&world.at("disco-b")]);
}

#[test]
fn a_disk_that_is_nearly_full_says_how_little_is_left() {
    let world = world();
    let (_clock, _daemon) = service(&world);
    sh("head -c 45000000 /dev/zero > \"$1\"/relleno", &[&world.at("disco-a")]);
    let a = listed(&world, "disco-a");
    assert!(a["free_percent"].as_u64().unwrap() < 25, "{a}");
}

#[test]
fn without_a_service_the_list_shows_what_is_plugged_in_and_says_so() {
    let world = world();
    world.backup(&["s/nota"]).exits(0);
    let said = world.run(&["disk", "list"]);
    said.exits(0).says("no daemon is running").says("only what is plugged in is known").says("copies:    1");
    assert_eq!(listed(&world, "disco-a")["owed"], json!(null));
}

#[test]
fn the_health_that_a_disk_tells_is_shown_and_remembered() {
    let world = world();
    let (_clock, _daemon) = service(&world);
    // Only a disk with a row can be remembered.
    world.run(&["disk", "adopt", world.disks[0].path.to_str().unwrap()]).exits(0);
    let folder = world.programs("programas", &["sh", "cat"]);
    let json = r#"{"smart_status":{"passed":true},"temperature":{"current":34}}"#;
    let script = world.script("smartctl", &format!("cat <<'END'\n{json}\nEND"));
    fs::rename(script, format!("{folder}/smartctl")).unwrap();
    let list = |path: &str| {
        let mut command: Command = world.command(&["disk", "list", "--json"]);
        run(command.env("PATH", path)).exits(0).json()["disks"][0]["health"].clone()
    };
    assert_eq!(list(&folder), "good (34 °C)");
    assert_eq!(list("/nowhere"), "good (34 °C)", "what was told once is remembered");
}
