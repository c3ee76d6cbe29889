//! The service as a whole: real disks, a real server, a clock that is turned, and operators who ask it for things.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "service/ending.rs"]
mod ending;
#[path = "service/help.rs"]
mod help;
#[path = "service/killed.rs"]
mod killed;
#[path = "service/notices.rs"]
mod notices;
#[path = "service/operator.rs"]
mod operator;
#[path = "service/register.rs"]
mod register;
#[path = "service/schedule.rs"]
mod schedule;
#[path = "service/socket.rs"]
mod socket;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use system_tests::command::{sh_text, until};
use system_tests::daemon::entries;
use system_tests::world::World;

/// The first Sunday of a plan, in the very minute in which it is due.
const DUE: &str = "2026-11-22T02:00:00-06:00";

/// A world whose plan `todo` is due on Sundays at 02:00 and keeps these datasets of the server `s`, each by a command.
fn office(datasets: &[(&str, &str)]) -> World {
    let mut world = World::with_disks(&[64, 64]);
    world.server("s", "plain");
    for (name, command) in datasets {
        world.dataset(&json!({ "name": name, "kind": "command", "command": command, "suffix": "txt" }));
    }
    world
}

/// The dataset and the outcome of each entry.
fn told(world: &World) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    entries(world).iter().map(|entry| (text(&entry["origen"]["nombre"]), text(&entry["resultado"]))).collect()
}

/// The same as words.
fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, word)| ((*name).to_owned(), (*word).to_owned())).collect()
}

/// Every line of the register, as the service has it.
fn exported(world: &World) -> String {
    String::from_utf8(world.run(&["register", "export"]).exits(0).stdout.clone()).unwrap()
}

/// The register as it lies on a disk, one year after the other.
fn on_disk(world: &World, disk: usize) -> String {
    let folder = world.disks[disk].path.join("register");
    let years = (2026..=2027).map(|year| fs::read_to_string(folder.join(format!("FO-06-{year}.jsonl"))));
    years.filter_map(Result::ok).collect()
}

/// Waits until these disks have the register as the service has it; it is then whole on each.
#[track_caller]
fn handed_out(world: &World, disks: &[usize]) {
    for &disk in disks {
        until("a disk has the whole register", || on_disk(world, disk) == exported(world) && verifies(world, disk));
    }
}

/// Waits until both disks have the register whole, whatever the year, and the service's own chain is the same.
#[track_caller]
fn handed_out_any_year(world: &World) {
    until("both disks have the register", || {
        world.run(&["register", "verify", "--json"]).json()["disks"].as_array().is_some_and(|disks| {
            disks.len() == 3 && disks.iter().all(|disk| disk["ok"] == true && disk["entries"] == entries(world).len())
        })
    });
}

fn verifies(world: &World, disk: usize) -> bool {
    world.run(&["register", "verify", "--disk", world.disks[disk].path.to_str().unwrap()]).code == 0
}

/// What the database answers.
fn sql(world: &World, query: &str) -> String {
    sh_text("sqlite3 -readonly \"$1\" \"$2\"", &[&world.at("state/resguardo.db"), query])
}

/// The kinds of the notices, the oldest first.
fn notices(world: &World) -> String {
    sql(world, "SELECT coalesce(group_concat(kind, ' '), '') FROM (SELECT kind FROM notices ORDER BY number)")
}

/// A dataset whose dump waits until it is let go.
struct Gate {
    begun: PathBuf,
    go: PathBuf,
}

impl Gate {
    /// Adds it to the world's servers. Its dump also ends with the world.
    fn new(world: &mut World, name: &str) -> Self {
        let (begun, go) = (world.path(&format!("{name}.begun")), world.path(&format!("{name}.go")));
        let command = format!(
            "touch '{}'; while [ -d '{}' ] && [ ! -e '{}' ]; do sleep 0.05; done; echo dato",
            begun.display(),
            world.path("").display(),
            go.display()
        );
        world.dataset(&json!({ "name": name, "kind": "command", "command": command, "suffix": "txt" }));
        Self { begun, go }
    }

    /// Waits until its dump has begun.
    #[track_caller]
    fn begun(&self) {
        until("the dump has begun", || self.begun.exists());
    }

    /// Lets it go.
    fn open(&self) {
        fs::write(&self.go, "").unwrap();
    }
}
