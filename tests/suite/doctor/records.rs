//! The records: damaged, out of reach, with a chain that somebody changed; backups that are too old and drills that are overdue.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;

use serde_json::json;
use system_tests::command::{run, sh, sh_text};
use system_tests::world::World;

use super::{finds, judged, with_note};

const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// A world with a backup, whose service does not run.
fn kept() -> World {
    let world = with_note();
    world.backup(&[]).exits(0);
    finds(&world, &[], &["service-down"], 2);
    world
}

#[test]
fn a_register_in_which_a_byte_was_changed_is_told() {
    let world = kept();
    let change = "sqlite3 \"$1\" \"DROP TRIGGER lines_stay; UPDATE lines SET text = replace(text, 'nota', 'notA') WHERE sequence = 1\"";
    sh(change, &[&world.at("state/resguardo.db")]);
    let report = finds(&world, &[], &["register-broken", "service-down"], 2);
    assert!(report["findings"].to_string().contains("FO-06-"), "{report:#}");
}

#[test]
fn records_that_are_damaged_or_out_of_reach_are_told() {
    let mut world = kept();
    // All of it into the file, of which there is then no log.
    sh("sqlite3 \"$1\" 'PRAGMA wal_checkpoint(TRUNCATE)'", &[&world.at("state/resguardo.db")]);
    assert!(!world.path("state/resguardo.db-wal").exists());
    finds(&world, &[], &["service-down"], 2);
    let files = || sh_text("ls \"$1\"", &[&world.at("state")]);
    assert!(!files().contains("-shm"), "looking leaves no file: {}", files());
    let database = OpenOptions::new().write(true).open(world.path("state/resguardo.db")).unwrap();
    let bytes = database.metadata().unwrap().len();
    // The pages in the middle, not the head: it opens.
    let middle = bytes / 2 / 4096 * 4096;
    database.write_all_at(&[0xa5; 4 * 4096], middle).unwrap();
    database.sync_all().unwrap();
    finds(&world, &[], &["service-down", "store-damaged"], 2);
    world.config["database"] = json!({ "url": format!("sqlite:{}", world.at("no-hay.db")) });
    finds(&world, &[], &["service-down", "store-unreachable"], 2);
    assert!(!world.path("no-hay.db").exists(), "looking makes no database");
    world.config["database"] = json!({ "url": "postgres://nadie@127.0.0.1:1/nada" });
    finds(&world, &[], &["service-down", "store-unreachable"], 2);
}

#[test]
fn backups_that_are_too_old_drills_that_are_overdue_and_a_clock_that_is_behind_are_told() {
    let mut world = kept();
    let at = |world: &World, skew: &str| {
        let mut command = world.command(&["doctor", "--json"]);
        command
            .env("LD_PRELOAD", LIBRARY)
            .env("FAKETIME", skew)
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
        run(&mut command)
    };
    // The server's clock is then elsewhere, too.
    judged(&at(&world, "+30d"), &["backup-stale", "clock-skew", "service-down"], 2);
    judged(&at(&world, "-30d"), &["clock-back", "clock-skew", "service-down"], 2);
    world.dataset(&json!({ "name": "datos", "kind": "sqlite", "path": world.path("datos.db") }));
    sh("sqlite3 \"$1\" 'CREATE TABLE t (n)'", &[&world.at("datos.db")]);
    world.backup(&[]).exits(0);
    world.config["drills"] = json!({ "when": "0 5 * * MON" });
    let report = finds(&world, &[], &["drill-overdue", "service-down"], 2);
    assert!(report["findings"].to_string().contains("resguardo drill s/datos"), "{report:#}");
}
