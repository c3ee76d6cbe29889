//! Damage is named to the byte, mended from another disk, found by itself in time; and what is odd or old is told.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use system_tests::command::{sh, text};
use system_tests::daemon::Daemon;
use system_tests::world::{Kept, World, bytes, unsealed};

#[path = "verify/repair.rs"]
mod repair;
#[path = "verify/watch.rs"]
mod watch;

const FRAME: u64 = 4 << 20;

/// A world with a backup of four frames on both disks.
fn kept_world() -> (World, Kept) {
    let mut world = World::new();
    world.server("plano", "plain");
    let source = world.path("dato");
    // Half of it compresses, half does not.
    sh("head -c 7000000 /dev/urandom > \"$1\"; seq 900000 >> \"$1\"", &[text(&source)]);
    let command = format!("cat '{}'", source.display());
    world.dataset(&json!({ "name": "dato", "kind": "command", "command": command, "suffix": "bin" }));
    world.backup(&[]).exits(0);
    let kept = world.only(0, "plano/dato");
    assert_eq!(kept.main()["frames"], 4);
    (world, kept)
}

/// Where the archive's frames begin and end, and the seek table last.
fn places(archive: &[u8]) -> Vec<(u64, u64)> {
    let number = |at: usize| u64::from(u32::from_le_bytes(*archive[at..].first_chunk().unwrap()));
    let frames = usize::try_from(number(archive.len() - 9)).unwrap();
    let entries = archive.len() - 9 - 12 * frames;
    let mut at = 0;
    let mut places: Vec<(u64, u64)> = Vec::new();
    for index in 0..frames {
        places.push((at, at + number(entries + 12 * index)));
        at = places.last().unwrap().1;
    }
    places.push((at, archive.len() as u64));
    places
}

/// Changes bytes of a file in its place.
fn flip(file: &Path, at: &[u64]) {
    let mut content = bytes(file);
    at.iter().for_each(|at| content[usize::try_from(*at).unwrap()] ^= 0x20);
    fs::write(file, content).unwrap();
}

/// What `verify` says of the copy on the first disk, in JSON.
#[track_caller]
fn verified(world: &World, code: i32) -> Value {
    let outcome = world.run(&["verify", "disco-a", "--json"]);
    outcome.exits(code).json()["archives"][0].clone()
}

#[test]
fn every_damaged_frame_is_named_with_its_bytes_in_words_and_in_json() {
    let (world, kept) = kept_world();
    let file = kept.file("bin.zst");
    let places = places(&bytes(&file));
    flip(&file, &[places[1].0 + 1000, places[3].1 - 3000]);
    let found = verified(&world, 8);
    assert_eq!((&found["outcome"], &found["damaged_frames"]), (&json!("damaged"), &json!(2)), "{found:#}");
    let faults = found["faults"].as_array().unwrap();
    assert_eq!(faults.len(), 2, "{found:#}");
    for (fault, frame) in faults.iter().zip([1_usize, 3]) {
        let begins = FRAME * frame as u64;
        let ends = kept.main()["plain_bytes"].as_u64().unwrap().min(begins + FRAME);
        assert_eq!(fault["kind"], "frame");
        assert_eq!(fault["frame"], frame);
        assert_eq!(fault["archive"], json!([places[frame].0, places[frame].1]));
        assert_eq!(fault["dump"], json!([begins, ends]));
    }
    assert_eq!(found["elsewhere"][0]["disk"], "disco-b");
    let said = world.run(&["verify", "disco-a"]);
    let place =
        format!("frame 1 (bytes {} to {} of the archive, 4194304 to 8388608 of the dump)", places[1].0, places[1].1);
    said.exits(8).says("2 damaged frames").says(&place).says("frame 3 (bytes").says("other copy: disco-b");
    said.says(&format!("resguardo disk repair disco-a plano/dato/{}", kept.stamp));
}

#[test]
fn frames_are_named_also_where_the_seek_table_is_broken() {
    let (world, kept) = kept_world();
    let file = kept.file("bin.zst");
    let places = places(&bytes(&file));
    let (table, end) = places[4];
    let whole = bytes(&file);
    for broken in [table, table + 4, table + 9, end - 1, end - 9] {
        fs::write(&file, &whole).unwrap();
        flip(&file, &[places[2].0 + 700, broken]);
        let found = verified(&world, 8);
        let faults = found["faults"].as_array().unwrap();
        let of = |kind: &str| faults.iter().find(|fault| fault["kind"] == kind).cloned().unwrap_or_default();
        assert_eq!(of("frame")["frame"], 2, "{broken}: {found:#}");
        assert_eq!(of("frame")["archive"], json!([places[2].0, places[2].1]));
        assert_eq!(of("frame")["dump"], json!([2 * FRAME, 3 * FRAME]));
        let range = &of("seek_table")["archive"];
        assert!(range[0].as_u64().unwrap() <= broken && broken < range[1].as_u64().unwrap(), "{found:#}");
        assert_eq!(faults.len(), 2, "{found:#}");
    }
    // A checksum in the table that is wrong is the table's fault, and the dump is whole.
    fs::write(&file, &whole).unwrap();
    flip(&file, &[table + 8 + 12 + 9]);
    let found = verified(&world, 8);
    assert_eq!((&found["faults"][0]["kind"], &found["faults"][0]["frame"]), (&json!("seek_table"), &json!(1)));
    assert_eq!(found["faults"].as_array().unwrap().len(), 1, "{found:#}");
}

#[test]
fn what_an_archive_that_was_cut_has_lost_is_said() {
    let (world, kept) = kept_world();
    let file = kept.file("bin.zst");
    let places = places(&bytes(&file));
    let cut = fs::OpenOptions::new().write(true).open(&file).unwrap();
    cut.set_len(places[2].0).unwrap();
    let found = verified(&world, 8);
    let faults = found["faults"].as_array().unwrap();
    let lost = faults.iter().find(|fault| fault["kind"] == "frames_missing").unwrap();
    assert_eq!((&lost["frame"], &lost["dump"][0]), (&json!(2), &json!(2 * FRAME)), "{found:#}");
    assert_eq!(lost["dump"][1], kept.main()["plain_bytes"]);
    fs::remove_file(&file).unwrap();
    assert_eq!(verified(&world, 8)["outcome"], "missing");
}

#[test]
fn verifying_last_weeks_file_is_refused() {
    let (world, kept) = kept_world();
    world.run(&["verify", "plano/dato"]).exits(0).says("newest");
    {
        let _daemon = Daemon::start(&world, None);
        world.run(&["backup", "plano/dato"]).exits(0);
        world.run(&["verify", "plano/dato"]).exits(0);
        // The newest is gone from both disks, and only the old one is found.
        for disk in 0..2 {
            let newest = world.kept(disk, "plano/dato").pop().unwrap();
            assert!(newest.stamp > kept.stamp);
            for suffix in ["bin.zst", "sha256", "manifest.json"] {
                fs::remove_file(newest.file(suffix)).unwrap();
            }
        }
        let old = world.run(&["verify", "plano/dato"]);
        old.exits(13).says("good").says("OLD").says("the last good backup is plano/dato/");
        let old = world.run(&["verify", "plano/dato", "--json"]);
        assert!(old.exits(13).json()["newest"][0]["stale"].is_string());
        // Who names it, wants it.
        world.run(&["verify", &format!("plano/dato/{}", kept.stamp)]).exits(0);
    }
    // Without a service the plan says what should be there.
    world.run(&["verify", "plano/dato"]).exits(0);
    for disk in 0..2 {
        let file = world.only(disk, "plano/dato").file("manifest.json");
        let mut manifest: Value = serde_json::from_slice(&bytes(&file)).unwrap();
        manifest["started"] = json!("2026-01-04T02:00:00-06:00");
        unsealed(&mut manifest);
        fs::write(&file, manifest.to_string()).unwrap();
    }
    world.run(&["verify", "plano/dato"]).exits(13).says("by plan todo (0 2 * * SUN) a newer backup should be there");
    // Without a configuration it says how old that is.
    let path = world.only(0, "plano/dato").file("manifest.json");
    world.run(&["verify", text(&path)]).exits(0);
}

#[test]
fn the_service_records_what_an_operator_reads() {
    let (world, kept) = kept_world();
    let archive = format!("plano/dato/{}", kept.stamp);
    world.run(&["checks"]).exits(12);
    let _daemon = Daemon::start(&world, None);
    world.run(&["verify", "disco-a", "disco-b"]).exits(0);
    let checks = world.run(&["checks", "--json"]).exits(0).json()["checks"].clone();
    assert_eq!(checks.as_array().unwrap().len(), 2, "{checks:#}");
    assert!(checks.as_array().unwrap().iter().all(|check| check["outcome"] == "good" && check["archive"] == *archive));
    let file = kept.file("bin.zst");
    let place = places(&bytes(&file))[2];
    flip(&file, &[place.0 + 99]);
    world.run(&["verify", "disco-a"]).exits(8).says("other copy: disco-b, here: good");
    world.run(&["checks"]).exits(0).says("DAMAGED").says("frame 2");
    let status = world.run(&["status"]);
    status.exits(13).says(&format!("resguardo disk repair disco-a {archive}"));
    // It knows now what is to be mended, and then that it was.
    world.run(&["disk", "repair", "disco-a"]).exits(0).says("mended").says("frame 2");
    world.run(&["disk", "repair", "disco-a"]).exits(0).says("nothing on disco-a is known to be damaged");
    let newest = world.run(&["checks", &archive, "--limit", "1", "--json"]).exits(0).json()["checks"][0].clone();
    assert_eq!((&newest["outcome"], &newest["disk"]), (&json!("good"), &json!("disco-a")));
    assert!(!world.run(&["status"]).said().contains("disk repair"));
    // What the index knows and the disk has lost is missed.
    let gone = world.kept(1, "plano/dato").pop().unwrap();
    ["bin.zst", "sha256", "manifest.json"].iter().for_each(|suffix| fs::remove_file(gone.file(suffix)).unwrap());
    world.run(&["verify", "disco-b"]).exits(8).says("MISSING").says(&archive);
    world.run(&["disk", "repair", "disco-b"]).exits(0).says("from disco-a");
    world.run(&["verify", "disco-b"]).exits(0).says("good");
    assert!(!world.run(&["status"]).said().contains("disk repair"));
}
