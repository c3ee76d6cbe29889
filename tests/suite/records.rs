//! What lies on the machine of the service itself: its own database beside everything else it keeps, what becomes of a
//! service whose database is lost, and servers that are this machine.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "records/local.rs"]
mod local;
#[path = "records/postgres.rs"]
mod postgres;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use system_tests::command::{sh, sh_text, text, until};
use system_tests::daemon::{Daemon, entries, runs, slots, status};
use system_tests::world::World;

/// Resguardo's own database, as it is called everywhere.
const OWN: &str = "resguardo/registros";

/// A world that keeps one thing of a server, and its own records.
fn office() -> World {
    let mut world = World::with_disks(&[64, 64]);
    world.config.as_object_mut().unwrap().remove("own_records");
    world.server("s", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    fs::create_dir(world.path("provisional")).unwrap();
    world
}

/// Its service, whose temporary files lie where the test can look.
#[track_caller]
fn service(world: &World) -> Daemon {
    Daemon::start_with(world, None, &[("TMPDIR", &world.at("provisional"))])
}

/// What lies in its folder for temporary files.
fn provisional(world: &World) -> Vec<PathBuf> {
    fs::read_dir(world.path("provisional")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The newest backup of the database on a disk, unpacked by plain tools.
fn unpacked(world: &World, disk: usize) -> String {
    let kept = world.kept(disk, OWN).pop().unwrap();
    sh("cd \"$1\" && sha256sum -c --quiet \"$2.sha256\"", &[text(&kept.folder), &kept.stamp]);
    let path = world.at("desempacado.db");
    sh("rm -f \"$2\"; zstd -dq \"$1\" -o \"$2\"", &[text(&kept.file("sqlite.zst")), &path]);
    path
}

fn ask(path: &str, sql: &str) -> String {
    sh_text("sqlite3 \"$1\" \"$2\"", &[path, sql])
}

#[test]
fn each_run_keeps_the_own_database_beside_the_others_while_the_service_writes() {
    let world = office();
    let daemon = service(&world);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Somebody asks for things that are written down, all the time.
            while !done.load(Ordering::Relaxed) {
                let words = ["excuse", "todo", "--until", "2026-01-01", "--from", "2025-12-31", "--reason", "feria"];
                world.run(&words);
            }
        });
        for _ in 0..3 {
            world.run(&["backup"]).exits(0);
        }
        done.store(true, Ordering::Relaxed);
    });
    let ids: Vec<Value> = runs(&world).iter().map(|run| run["id"].clone()).collect();
    assert_eq!(ids.len(), 3);
    for disk in [0, 1] {
        let kept = world.kept(disk, OWN);
        assert_eq!(kept.len(), 3);
        let manifest = &kept[2].manifest;
        assert_eq!((&manifest["mode"], &manifest["host_key"]), (&json!("local"), &json!("")));
        assert_eq!(manifest["dump"]["path"], json!(world.path("state/resguardo.db")));
        let copy = unpacked(&world, disk);
        assert_eq!(ask(&copy, "PRAGMA integrity_check; PRAGMA foreign_key_check"), "ok");
        // The run of which the copy is a part stands in it as what it was then.
        assert_eq!(ask(&copy, "SELECT state, count(*) FROM runs GROUP BY state ORDER BY state"), "kept|2\nrunning|1");
        assert!(ask(&copy, "SELECT count(*) FROM lines").parse::<u32>().unwrap() >= 5);
        assert_eq!(world.litter(disk), [""; 0]);
    }
    assert_eq!(provisional(&world), Vec::<PathBuf>::new(), "the copy left something behind");
    let well = status(&world);
    let dataset = well["plans"][0]["datasets"].as_array().unwrap().iter().find(|it| it["dataset"] == OWN).cloned();
    assert!(dataset.is_some_and(|it| it["disks"].as_array().unwrap().len() == 2), "{well:#}");
    assert!(entries(&world).iter().any(|entry| entry["origen"]["nombre"] == "registros"));
    daemon.stop();
}

#[test]
fn a_service_whose_database_is_lost_goes_on_with_the_one_that_is_restored() {
    let world = office();
    let daemon = service(&world);
    for _ in 0..3 {
        world.run(&["backup"]).exits(0);
    }
    let before = entries(&world);
    let known: Vec<Value> = runs(&world).iter().map(|run| run["id"].clone()).collect();
    let slots_before: Vec<Value> = slots(&world).iter().map(|slot| slot["due"].clone()).collect();
    until("the disks have the register", || world.run(&["register", "verify"]).code == 0);
    daemon.stop();

    sh("rm \"$1\"/resguardo.db*", &[&world.at("state")]);
    let target = world.at("recuperado");
    world.run(&["restore", OWN, "--to", &target]).exits(0);
    let files: Vec<_> = fs::read_dir(&target).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("one file: {files:?}") };
    sh("install -m 600 \"$1\" \"$2/resguardo.db\"", &[text(file), &world.at("state")]);

    let daemon = service(&world);
    let back: Vec<Value> = runs(&world).iter().map(|run| run["id"].clone()).collect();
    assert_eq!(back, known);
    let open = runs(&world).iter().filter(|run| run["state"] == "running" || run["state"] == "queued").count();
    assert_eq!(open, 0, "the run that was under way is closed: {:#?}", runs(&world));
    let slots_after: Vec<Value> = slots(&world).iter().map(|slot| slot["due"].clone()).collect();
    assert_eq!(slots_after, slots_before);
    let entries_after = entries(&world);
    assert!(entries_after.len() >= before.len() && entries_after[..before.len()] == before[..]);
    world.run(&["backup"]).exits(0);
    until("the register is whole everywhere", || world.run(&["register", "verify"]).code == 0);
    assert_eq!(world.kept(0, OWN).len(), 4);
    daemon.stop();
}

#[test]
fn the_own_database_passes_its_drill() {
    let mut world = office();
    fs::create_dir(world.path("pruebas")).unwrap();
    world.config["drills"] = json!({ "when": "0 5 * * MON", "folder": world.path("pruebas") });
    world.backup(&[]).exits(0);
    let drill = world.run(&["drill", "--here", "--json", OWN]).exits(0).json();
    assert!(drill.to_string().contains("integrity"), "{drill:#}");
    assert_eq!(fs::read_dir(world.path("pruebas")).unwrap().count(), 0);
}

#[test]
fn whoever_wants_no_copy_of_the_database_has_none() {
    let mut world = office();
    world.config["own_records"] = json!({ "backup": false });
    world.backup(&[]).exits(0);
    assert!(world.kept(0, OWN).is_empty());
    world.run(&["backup", "--here", OWN]).exits(10);
}
