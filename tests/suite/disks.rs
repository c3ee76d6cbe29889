//! Disks as operators handle them: listed, ejected, retired, adopted, and read again when the database is lost.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "disks/adopt.rs"]
mod adopt;
#[path = "disks/eject.rs"]
mod eject;
#[path = "disks/list.rs"]
mod list;
#[path = "disks/rebuild.rs"]
mod rebuild;
#[path = "disks/retire.rs"]
mod retire;
#[path = "disks/udisks.rs"]
mod udisks;

use serde_json::{Value, json};
use system_tests::daemon::{Clock, Daemon};
use system_tests::world::World;

/// A Monday, on which nothing is due.
const MONDAY: &str = "2026-11-23T09:00:00-06:00";

/// A world with two disks and the dataset `s/nota`.
fn world() -> World {
    let mut world = World::with_disks(&[64, 64]);
    world.server("s", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world
}

/// Its service on that Monday.
fn service(world: &World) -> (Clock, Daemon) {
    let clock = Clock::new(world, MONDAY);
    let daemon = Daemon::start(world, Some(&clock));
    (clock, daemon)
}

/// What `disk list` says of a disk.
#[track_caller]
fn listed(world: &World, disk: &str) -> Value {
    let list = world.run(&["disk", "list", "--json"]).exits(0).json();
    let disks = list["disks"].as_array().unwrap();
    disks.iter().find(|found| found["disk"] == disk).unwrap_or(&Value::Null).clone()
}
