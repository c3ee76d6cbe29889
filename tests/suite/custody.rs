//! Custody of the disks while the service runs: they take turns, are really mounted and unmounted, and each comes to hold
//! what it is owed without anybody asking.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "custody/debts.rs"]
mod debts;
#[path = "custody/faults.rs"]
mod faults;
#[path = "custody/spool.rs"]
mod spool;
#[path = "custody/turns.rs"]
mod turns;

use std::path::Path;

use serde_json::{Value, json};
use system_tests::command::{sh_text, text, until};
use system_tests::daemon::{entries, status};
use system_tests::disk::LoopDisk;
use system_tests::world::{Kept, World};

/// The Sundays on which the plan is due, 02:00 each: with three disks it is the turn of the one in its place.
const SUNDAYS: [&str; 4] = [
    "2026-11-22T02:00:05-06:00",
    "2026-11-29T02:00:05-06:00",
    "2026-12-06T02:00:05-06:00",
    "2026-12-13T02:00:05-06:00",
];

/// A world with these disks, all unmounted, and one small dataset `s/nota`.
fn world(mebibytes: &[u64]) -> World {
    let mut world = World::with_disks(mebibytes);
    world.server("s", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world.disks.iter().for_each(LoopDisk::umount);
    world
}

/// The same with a dataset `s/grande` of so many MiB that do not compress.
fn with_large(mebibytes: &[u64], large: u64) -> World {
    let mut world = World::with_disks(mebibytes);
    world.server("s", "plain");
    let command = format!("head -c {} /dev/urandom", large << 20);
    world.dataset(&json!({ "name": "grande", "kind": "command", "command": command, "suffix": "bin" }));
    world.disks.iter().for_each(LoopDisk::umount);
    world
}

/// The disks of the plan take turns.
fn taking_turns(world: &mut World) {
    let plan = &mut world.config["plans"][0];
    plan["rotation"] = plan["disks"].take();
    plan.as_object_mut().unwrap().remove("disks");
}

fn sql(world: &World, query: &str) -> String {
    sh_text("sqlite3 -readonly \"$1\" \"$2\"", &[&world.at("state/resguardo.db"), query])
}

/// The kinds of the notices, the oldest first.
fn notices(world: &World) -> String {
    sql(world, "SELECT coalesce(group_concat(kind, ' '), '') FROM (SELECT kind FROM notices ORDER BY number)")
}

/// What the last notice of a kind says.
fn said(world: &World, kind: &str) -> String {
    sql(
        world,
        &format!("SELECT subject || char(10) || text FROM notices WHERE kind = '{kind}' ORDER BY number DESC LIMIT 1"),
    )
}

/// Each disk and how many copies it is owed: `disco-a 1`.
fn owed(world: &World) -> String {
    let disks = status(world)["disks"].clone();
    let owed = |disk: &Value| (disk["disk"].as_str().unwrap().to_owned(), disk["owed"].as_i64().unwrap());
    let owing = disks.as_array().unwrap().iter().map(owed).filter(|(_, copies)| *copies > 0);
    owing.map(|(disk, copies)| format!("{disk} {copies}")).collect::<Vec<_>>().join(", ")
}

/// Waits until no disk is owed anything.
#[track_caller]
fn all_paid(world: &World) {
    until("nothing is owed", || sql(world, "SELECT count(*) FROM debts WHERE settled IS NULL") == "0");
}

/// The entries of this outcome.
fn entries_of(world: &World, outcome: &str) -> Vec<Value> {
    entries(world).into_iter().filter(|entry| entry["resultado"] == outcome).collect()
}

/// Fails unless a backup is whole on its disk by the tools of everybody.
#[track_caller]
fn checks(kept: &Kept) {
    let sums = kept.file("sha256");
    sh_text("cd \"$1\" && sha256sum --strict -c \"$2\"", &[text(&kept.folder), text(&sums)]);
}

/// The digest of the only archive of a backup.
fn digest(kept: &Kept) -> Value {
    kept.main()["archive_sha256"].clone()
}

/// What happened to a disk, the oldest first.
fn events(world: &World, disk: &str) -> String {
    sql(
        world,
        &format!(
            "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM disk_events WHERE disk = '{disk}' ORDER BY number)"
        ),
    )
}

/// Takes a disk out while it is in use, as somebody pulls the cable.
fn pull(disk: &LoopDisk) {
    pull_from(&disk.path);
}

fn pull_from(path: &Path) {
    system_tests::command::sh("umount --lazy \"$1\"", &[text(path)]);
}
