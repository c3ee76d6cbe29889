//! Whatever is logged while a run is made names it: in the run's own log, in the daily one and in the journal.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use system_tests::command::{run, sh_text, text, until};
use system_tests::daemon::{Daemon, run_is, status};
use system_tests::world::World;

/// What a line says of the run that it belongs to: what stands behind `job{run=`.
fn id(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("job{run=")?;
    Some(rest.split_once('}')?.0.trim_matches('"'))
}

/// The lines of what was logged each day.
fn daily(world: &World) -> Vec<String> {
    let said = sh_text("cat \"$1\"/resguardo.*.log", &[&world.at("log")]);
    said.lines().map(str::to_owned).collect()
}

fn world() -> World {
    let mut world = World::with_disks(&[64, 64]);
    world.both_ways();
    let tree = world.path("papeles");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("carta.txt"), "Estimada señora:\n".repeat(999)).unwrap();
    world.dataset(&json!({ "name": "papeles", "kind": "files", "path": tree }));
    // What fails says why in the log.
    world.dataset(&json!({ "name": "roto", "kind": "command", "command": "echo a; exit 3", "suffix": "txt" }));
    world
}

#[test]
fn every_line_of_a_runs_log_names_it_and_no_other() {
    let mut world = world();
    fs::create_dir(world.path("pruebas")).unwrap();
    world.config["drills"] = json!({ "folder": world.path("pruebas"), "when": "0 5 1 1 *" });
    world.config["keep"] = json!({ "last": 1, "min_copies": 1 });
    let daemon = Daemon::start(&world, None);
    until("both disks are here", || {
        status(&world)["disks"].as_array().unwrap().iter().all(|disk| disk["present"] == true)
    });
    world.disks[1].umount();
    for number in 1..=3 {
        world.run(&["backup", "--detach"]).exits(0);
        run_is(&world, number, "partly");
    }
    world.disks[1].mount();
    // The copies that it is owed are made, what is too much is removed, and a tree is restored for a test.
    until("nothing is owed", || status(&world)["disks"].as_array().unwrap().iter().all(|disk| disk["owed"] == 0));
    world.run(&["drill", "agente/papeles"]).exits(0);
    world.run(&["prune"]);
    let of_day = |kind: &str| daily(&world).iter().filter_map(|line| id(line)).any(|id| id.starts_with(kind));
    for kind in ["copy-", "drill-", "prune-"] {
        until(&format!("the log tells of {kind}"), || of_day(kind));
    }
    daemon.stop();
    let all = daily(&world);
    for number in 1..=3 {
        let own = number.to_string();
        let log = fs::read_to_string(world.path("log/runs").join(format!("run-{number}.log"))).unwrap();
        let lines: Vec<&str> = log.lines().collect();
        assert!(lines.iter().any(|line| line.contains("the run begins")), "{log}");
        assert!(lines.iter().any(|line| line.contains("the run has ended")), "{log}");
        assert!(lines.len() > 6, "{log}");
        for line in &lines {
            assert_eq!(id(line), Some(own.as_str()), "{line}");
            assert_eq!(line.matches("run=").count(), 1, "{line}");
        }
        // The day's log has them as well, under the same name.
        let of_day = all.iter().filter(|line| id(line) == Some(own.as_str())).count();
        assert_eq!(of_day, lines.len(), "{log}\n{all:#?}");
    }
    // Each piece of other work has an id of its own.
    let works: BTreeSet<&str> = all.iter().filter_map(|line| id(line)).filter(|id| id.contains('-')).collect();
    assert!(works.iter().all(|id| id.len() > 9 && id.rsplit_once('-').unwrap().1.len() == 8), "{works:?}");
}

/// The value of a field in a message of the journal's own protocol, where the field is there.
fn field(message: &[u8], name: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = message;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end);
        let after = &after[1..];
        let line = String::from_utf8_lossy(line).into_owned();
        if let Some((key, value)) = line.split_once('=') {
            values.extend((key == name).then(|| value.to_owned()));
            rest = after;
        } else {
            let (length, after) = after.split_at(8);
            let length = usize::try_from(u64::from_le_bytes(length.try_into().unwrap())).unwrap();
            let value = String::from_utf8_lossy(&after[..length]).into_owned();
            values.extend((line == name).then_some(value));
            rest = &after[length + 1..];
        }
    }
    values
}

#[test]
fn the_journal_has_the_run_as_a_field_of_each_message() {
    let world = world();
    let place = world.path("journal");
    fs::create_dir(&place).unwrap();
    let journal = UnixDatagram::bind(place.join("socket")).unwrap();
    journal.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    // In a place of its own, where the journal's socket is that of this test.
    let own = world.command(&["backup", "--here", "--json"]);
    let mut command = Command::new("unshare");
    let script = "mount -t tmpfs none /run && mkdir -p /run/systemd/journal && mount --bind \"$1\" /run/systemd/journal && shift && exec \"$@\"";
    command.args(["--mount", "--propagation", "private", "bash", "-euc", script, "journal", text(&place)]);
    command.arg(own.get_program()).args(own.get_args()).env("JOURNAL_STREAM", "1:1").env_remove("RUST_LOG");
    let collected = std::thread::scope(|scope| {
        let (ended, is_over) = std::sync::mpsc::sync_channel::<()>(1);
        let journal = &journal;
        let collecting = scope.spawn(move || {
            let (mut messages, mut room) = (Vec::new(), vec![0; 1 << 18]);
            loop {
                match journal.recv(&mut room) {
                    Ok(length) => messages.push(room[..length].to_vec()),
                    Err(_) if is_over.try_recv().is_ok() => return messages,
                    Err(_) => {}
                }
            }
        });
        let outcome = run(&mut command);
        ended.send(()).unwrap();
        assert!(outcome.json()["run"] == 1, "{}", outcome.said());
        collecting.join().unwrap()
    });
    let said: Vec<(String, Vec<String>)> =
        collected.iter().map(|message| (field(message, "MESSAGE").concat(), field(message, "F_RUN"))).collect();
    let at = |words: &str| said.iter().position(|(message, _)| message == words).unwrap_or_else(|| panic!("{said:#?}"));
    let (first, last) = (at("the run begins"), at("the run has ended"));
    assert!(last - first > 3, "{said:#?}");
    for (message, ids) in &said[first..=last] {
        assert_eq!(ids, &["1"], "{message}: {said:#?}");
    }
}
