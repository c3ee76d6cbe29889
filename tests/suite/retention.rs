//! What the rules keep no more goes from real disks, through the running service; what they keep, what is pinned and what
//! somebody reads stays.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::fs::File;

use serde_json::{Value, json};
use system_tests::command::{sh, until};
use system_tests::daemon::Daemon;
use system_tests::world::World;

/// A world whose disks keep so many, and in which a note was backed up so often.
fn kept(rules: &Value, times: usize) -> (World, Daemon) {
    let mut world = World::with_disks(&[64, 64]);
    world.server("s", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world.config["keep"] = rules.clone();
    let daemon = Daemon::start(&world, None);
    for _ in 0..times {
        world.run(&["backup", "s/nota"]).exits(0);
    }
    (world, daemon)
}

/// The stamps on a disk, by the names of the manifests there.
fn stamps(world: &World, disk: usize) -> Vec<String> {
    let mut stamps: Vec<String> = world.kept(disk, "s/nota").iter().map(|kept| kept.stamp.clone()).collect();
    stamps.sort();
    stamps
}

fn verdicts(world: &World, words: &[&str]) -> Vec<Value> {
    let outcome = world.run(&[&["prune", "--json"], words].concat());
    outcome.json()["backups"].as_array().unwrap().clone()
}

#[test]
fn a_dry_run_says_why_each_stays_and_touches_nothing() {
    let (world, _daemon) = kept(&json!({ "last": 50 }), 3);
    let before = stamps(&world, 0);
    let told = verdicts(&world, &["--dry-run"]);
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(|one| one["stays"] == true && one["why"][0] == "one of the last 50"), "{told:?}");
    world.run(&["prune", "--dry-run"]).exits(0).says("one of the last 50").says("nothing goes");
    assert_eq!(stamps(&world, 0), before);
    world.run(&["prune", "--disk", "nada"]).exits(10).says("no disk nada");
}

#[test]
fn what_goes_is_gone_from_disk_and_index_and_what_is_pinned_or_read_stays() {
    let (world, daemon) = kept(&json!({ "last": 50 }), 5);
    let all = stamps(&world, 0);
    assert_eq!(all.len(), 5);
    world.run(&["pin", &format!("s/nota/{}", all[0]), "--reason", " "]).exits(2).says("reason");
    world.run(&["pin", "s/nota/1999", "--reason", "x"]).exits(10).says("no disk holds");
    let pinned = world.run(&["pin", &format!("s/nota/{}", all[0]), "--reason", "auditoría"]);
    pinned.exits(0).says("stays on disco-a and disco-b");
    world.run(&["pins"]).exits(0).says("auditoría").says("disco-b");
    daemon.stop();
    // The rules are made stricter, and somebody reads one of those that are to go.
    let mut world = world;
    world.config["keep"] = json!({ "last": 2, "min_copies": 1 });
    let read = world.disks[0].path.join(format!("archives/s/nota/{}.manifest.json", all[1]));
    let held = File::open(read).unwrap();
    held.lock_shared().unwrap();
    let _daemon = Daemon::start(&world, None);
    // Nobody need ask for it.
    until("the rules are kept", || stamps(&world, 1) == [&all[0], &all[3], &all[4]].map(String::clone));
    world.run(&["prune"]).exits(13).says("somebody reads it");
    assert_eq!(stamps(&world, 0), [&all[0], &all[1], &all[3], &all[4]].map(String::clone));
    drop(held);
    world.run(&["unpin", &format!("s/nota/{}", all[0])]).exits(0);
    world.run(&["unpin", &format!("s/nota/{}", all[0])]).exits(10).says("not pinned");
    world.run(&["prune"]).exits(0);
    for disk in 0..2 {
        assert_eq!(stamps(&world, disk), [&all[3], &all[4]].map(String::clone));
        let files =
            sh("find \"$1/archives\" \"$1/unfinished\" -type f | wc -l", &[world.disks[disk].path.to_str().unwrap()]);
        assert_eq!(String::from_utf8(files).unwrap().trim(), "6", "two backups of three files, and no litter");
    }
    let listed = world.run(&["archives", "--json"]).json();
    assert_eq!(listed["archives"].as_array().unwrap().len(), 4, "the index has forgotten them: {listed}");
    world.run(&["verify", "disco-a", "disco-b"]).exits(0);
}

#[test]
fn nothing_goes_while_what_is_to_stay_is_not_whole_on_the_disk() {
    let (world, daemon) = kept(&json!({ "last": 50 }), 3);
    let all = stamps(&world, 0);
    daemon.stop();
    let mut world = world;
    world.config["keep"] = json!({ "last": 1, "min_copies": 1 });
    let newest = world.disks[0].path.join(format!("archives/s/nota/{}.txt.zst", all[2]));
    sh("truncate -s -1 \"$1\"", &[newest.to_str().unwrap()]);
    let _daemon = Daemon::start(&world, None);
    world.run(&["prune"]).exits(13).says("is not whole on the disk");
    assert_eq!(stamps(&world, 0).len(), 3);
    assert_eq!(stamps(&world, 1), [&all[2]].map(String::clone));
}
