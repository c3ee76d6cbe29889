//! Disks that are absent, not prepared, others than they should be, or take no more.

use std::fs;

use serde_json::{Value, json};
use system_tests::command::{sh, text};
use system_tests::disk::LoopDisk;
use system_tests::world::World;

use super::{nothing_kept, with_note};

/// Has only the first disk refuse: the second keeps its copy, and the operator is told.
#[track_caller]
fn first_refuses(world: &World, words: &str) {
    let outcome = world.backup(&[]);
    outcome.exits(7).says(words);
    let dataset = &outcome.json()["datasets"][0];
    assert_eq!(dataset["outcome"], "partly", "{dataset}");
    let ok = |name: &str| {
        let disk = dataset["disks"].as_array().unwrap().iter().find(|disk| disk["disk"] == name);
        disk.unwrap_or_else(|| panic!("{name} is missing: {dataset}"))["ok"] == json!(true)
    };
    assert!(!ok("disco-a") && ok("disco-b"), "{dataset}");
    world.only(1, "plano/nota");
    world.run(&["verify", "disco-b"]).exits(0);
}

/// Has the only disk refuse.
#[track_caller]
fn only_refuses(world: &mut World, words: &str) {
    world.config["plans"][0]["disks"] = json!(["disco-a"]);
    world.backup(&[]).exits(4).says(words);
    assert!(world.kept(0, "plano/nota").is_empty());
}

#[test]
fn an_empty_mount_point_is_not_written_to() {
    let mut world = with_note(&[64, 64]);
    world.disks[0].umount();
    first_refuses(&world, "nothing is mounted at");
    only_refuses(&mut world, "connect the disk and mount it there");
    assert_eq!(fs::read_dir(&world.disks[0].path).unwrap().count(), 0);
    world.disks[0].mount();
    nothing_on(&world, 0);
}

#[test]
fn a_disk_that_was_never_prepared_is_not_written_to() {
    let mut world = with_note(&[64, 64]);
    fs::remove_file(world.disks[0].path.join("resguardo-disk.json")).unwrap();
    first_refuses(&world, "was never prepared");
    only_refuses(&mut world, "resguardo disk init");
    nothing_on(&world, 0);
}

#[test]
fn two_disks_that_were_swapped_are_noticed() {
    let world = with_note(&[64, 64]);
    let [first, second] = [0, 1].map(|index: usize| world.disks[index].path.clone());
    world.disks[0].umount();
    world.disks[1].umount();
    world.disks[0].mount_at(&second);
    world.disks[1].mount_at(&first);
    world.backup(&[]).exits(4).says("not disco-a").says("not disco-b");
    nothing_on(&world, 0);
    nothing_on(&world, 1);
}

#[test]
fn a_disk_of_the_right_label_and_another_id_is_refused() {
    let mut world = with_note(&[64, 64]);
    world.config["disks"][0]["id"] = json!("6f1c0f0e-58a5-4a8e-9d3e-2f1f6a1f9a01");
    first_refuses(&world, "6f1c0f0e-58a5-4a8e-9d3e-2f1f6a1f9a01");
    only_refuses(&mut world, "connect the right one");
}

#[test]
fn a_disk_that_became_read_only_is_refused() {
    let mut world = with_note(&[64, 64]);
    world.disks[0].remount("ro");
    first_refuses(&world, "is mounted read-only");
    only_refuses(&mut world, "dmesg");
    world.disks[0].remount("rw");
    world.config["plans"][0]["disks"] = json!(["disco-a", "disco-b"]);
    world.backup(&[]).exits(0);
}

#[test]
fn a_damaged_marker_is_no_marker() {
    let world = with_note(&[64, 64]);
    fs::write(world.disks[0].path.join("resguardo-disk.json"), "{\"format\": 1,").unwrap();
    first_refuses(&world, "does not read");
}

#[test]
fn a_disk_that_will_not_hold_what_is_expected_is_refused_before_it_is_filled() {
    let mut world = World::with_disks(&[44, 96]);
    world.server("plano", "plain");
    world.dataset(&random_bytes(12_000_000));
    world.backup(&[]).exits(0);
    let before = world.only(0, "plano/azar").manifest;
    world.backup(&[]).exits(7).says("are needed");
    assert_eq!(world.only(0, "plano/azar").manifest, before);
    assert_eq!(world.kept(1, "plano/azar").len(), 2);
    assert_eq!(super::litter(&world, 0), Vec::<String>::new());
}

#[test]
fn a_disk_that_fills_up_in_the_middle_loses_only_its_own_copy() {
    let mut world = World::with_disks(&[40, 96]);
    world.server("plano", "plain");
    world.dataset(&random_bytes(50_000_000));
    let outcome = world.backup(&[]);
    outcome.exits(7).says("it is full");
    assert_eq!(outcome.json()["datasets"][0]["outcome"], "partly");
    nothing_on(&world, 0);
    world.only(1, "plano/azar");
    world.run(&["verify", "disco-b"]).exits(0);
    let used = sh("du -sm \"$1\" | cut -f1", &[text(&world.disks[0].path)]);
    assert!(String::from_utf8(used).unwrap().trim().parse::<u64>().unwrap() < 5, "what did not fit was left there");

    world.config["plans"][0]["disks"] = json!(["disco-a"]);
    world.backup(&[]).exits(4).says("it is full");
    nothing_on(&world, 0);
}

#[test]
fn a_disk_is_prepared_once_and_never_again() {
    let world = with_note(&[64]);
    let path = text(&world.disks[0].path);
    let marker = fs::read(world.disks[0].path.join("resguardo-disk.json")).unwrap();
    world.run(&["disk", "init", path, "--label", "disco-z"]).exits(4).says("already prepared as disk disco-a");
    assert_eq!(fs::read(world.disks[0].path.join("resguardo-disk.json")).unwrap(), marker);

    let other = LoopDisk::new(&world.path("nuevo"), 32);
    let made = world.run(&["disk", "init", text(&other.path), "--label", "disco-n", "--custody", "caja", "--json"]);
    made.exits(0);
    let marker = fs::read(other.path.join("resguardo-disk.json")).unwrap();
    let marker: Value = serde_json::from_slice(&marker).unwrap();
    assert_eq!((&marker["label"], &marker["custody"]), (&json!("disco-n"), &json!("caja")));
    assert!(fs::read_to_string(other.path.join("LEEME.txt")).unwrap().contains("disco-n"));
}

#[test]
fn a_disk_that_root_prepares_is_given_to_the_services_user() {
    let world = with_note(&[64]);
    let owners = |disk: &LoopDisk| {
        let list = "cd \"$1\"; stat -c '%U:%G' . LEEME.txt resguardo-disk.json | sort -u";
        String::from_utf8(sh(list, &[text(&disk.path)])).unwrap().trim().to_owned()
    };
    // Root's own state folder says nothing of another.
    assert_eq!(owners(&world.disks[0]), "root:root");
    let [named, kept] = ["dado", "conocido"].map(|name| LoopDisk::new(&world.path(name), 32));
    let init = |disk: &LoopDisk, more: &[&str]| {
        world.run(&[&["disk", "init", text(&disk.path), "--label", "disco-n"], more].concat())
    };
    init(&named, &["--owner", "nadie-se-llama-asi"]).exits(2).says("there is no user nadie-se-llama-asi");
    assert!(!named.path.join("resguardo-disk.json").exists());
    init(&named, &["--owner", "nobody"]).exits(0).says("It belongs to nobody.");
    assert_eq!(owners(&named), "nobody:nogroup");
    sh("mkdir -p \"$1\"; chown nobody: \"$1\"", &[text(&world.path("state"))]);
    let said = init(&kept, &["--json"]);
    assert_eq!(said.exits(0).json()["owner"], "nobody");
    assert_eq!(owners(&kept), "nobody:nogroup");
}

/// Fails unless a disk that had nothing still has nothing.
#[track_caller]
fn nothing_on(world: &World, disk: usize) {
    for dataset in ["plano/nota", "plano/azar"] {
        assert!(world.kept(disk, dataset).is_empty());
    }
    assert_eq!(super::litter(world, disk), Vec::<String>::new());
}

fn random_bytes(bytes: u32) -> Value {
    let command = format!("head -c {bytes} /dev/urandom");
    json!({ "name": "azar", "kind": "command", "command": command, "suffix": "bin" })
}

#[test]
fn without_any_disk_the_server_is_left_in_peace() {
    let world = with_note(&[64, 64]);
    world.disks.iter().for_each(LoopDisk::umount);
    world.backup(&[]).exits(4);
    assert!(!world.sshd.log().contains("Accepted publickey"), "a dump was asked for that nobody could keep");
    world.disks.iter().for_each(LoopDisk::mount);
    nothing_kept(&world, "plano/nota");
}
