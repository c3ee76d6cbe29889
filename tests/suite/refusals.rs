//! What must not succeed, and what is said then: each failed backup has its message and its exit code, keeps nothing
//! and harms nothing that was kept before.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails by panicking")]

#[path = "refusals/disks.rs"]
mod disks;
#[path = "refusals/dumps.rs"]
mod dumps;
#[path = "refusals/operator.rs"]
mod operator;
#[path = "refusals/servers.rs"]
mod servers;

use serde_json::json;
use system_tests::world::World;

/// A world in which `plano/nota` gives a line of text.
fn with_note(mebibytes: &[u64]) -> World {
    let mut world = World::with_disks(mebibytes);
    world.server("plano", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world
}

/// What lies among the backups of a disk and belongs to none. What is unfinished has a test of its own.
fn litter(world: &World, disk: usize) -> Vec<String> {
    world.litter(disk).into_iter().filter(|name| !name.starts_with("unfinished/")).collect()
}

/// Fails unless nothing of a dataset is listed or lies on a disk.
#[track_caller]
fn nothing_kept(world: &World, dataset: &str) {
    for listed in world.archives() {
        let name = listed["archive"].as_str().unwrap();
        assert!(!name.starts_with(&format!("{dataset}/")), "{dataset} is listed: {listed}");
    }
    for disk in 0..world.disks.len() {
        assert!(world.kept(disk, dataset).is_empty(), "{dataset} has a manifest on disk {disk}");
        assert_eq!(litter(world, disk), Vec::<String>::new());
    }
}
