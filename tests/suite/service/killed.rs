//! The service is killed at any moment: no entry is lost, the chain stays whole, nothing false lies on a disk, and each
//! slot is kept exactly once.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use system_tests::command::{sh, text, until};
use system_tests::daemon::{Clock, Daemon, entries, run_is, runs, settled};
use system_tests::world::World;

use super::{DUE, Gate, exported, handed_out, office, told};

/// How often it is killed.
const KILLS: i64 = 12;

/// The moment of the slot of a week.
fn week(number: i64) -> String {
    let due = chrono::DateTime::parse_from_rfc3339(DUE).unwrap();
    (due + chrono::TimeDelta::weeks(number)).to_rfc3339()
}

/// Every backup that lies on any disk, by its id.
fn backups(world: &World, dataset: &str) -> BTreeSet<String> {
    let kept = (0..2).flat_map(|disk| world.kept(disk, dataset));
    kept.map(|kept| kept.manifest["run"].as_str().unwrap().to_owned()).collect()
}

/// Whatever lies on the disks is a backup.
fn nothing_false(world: &World, when: &str) {
    for listed in world.archives() {
        assert_eq!(listed["exists"], true, "killed {when}: {listed}");
    }
    let verified = world.run(&["verify", "disco-a", "disco-b"]);
    assert!(verified.code == 0 || world.archives().is_empty(), "killed {when}: {}", verified.said());
}

#[test]
fn killed_at_any_moment_it_loses_no_entry_and_keeps_each_slot_once() {
    // Three megabytes of each week of three datasets have room.
    let mut world = World::with_disks(&[320, 320]);
    world.server("s", "plain");
    for number in 1..=3 {
        let source = world.path(&format!("dato{number}"));
        sh("head -c 3000000 /dev/urandom > \"$1\"", &[text(&source)]);
        let command = format!("cat '{}'", source.display());
        world.dataset(
            &serde_json::json!({ "name": format!("d{number}"), "kind": "command", "command": command, "suffix": "bin" }),
        );
    }
    let clock = Clock::new(&world, &week(0));
    let begun = Instant::now();
    let daemon = Daemon::start(&world, Some(&clock));
    settled(&world, 1);
    let whole = begun.elapsed();
    let mut before = exported(&world);
    daemon.stop();
    for kill in 1..=KILLS {
        clock.set(&week(kill));
        let moment = whole * u32::try_from(kill).unwrap() / u32::try_from(KILLS).unwrap();
        let when = format!("after {moment:?} of {whole:?}");
        let begun = Instant::now();
        let daemon = Daemon::spawn(&world, Some(&clock), &[]);
        while begun.elapsed() < moment {
            std::thread::sleep(Duration::from_micros(500));
        }
        daemon.kill();
        nothing_false(&world, &when);
        let daemon = Daemon::start(&world, Some(&clock));
        let slots = settled(&world, usize::try_from(kill).unwrap() + 1);
        assert!(slots.iter().all(|outcome| outcome == "done"), "killed {when}: {slots:?}");
        handed_out(&world, &[0, 1]);
        let now = exported(&world);
        assert!(now.starts_with(&before), "killed {when}, an entry was lost or changed");
        before = now;
        for name in ["d1", "d2", "d3"] {
            let dataset = format!("s/{name}");
            let slots = usize::try_from(kill).unwrap() + 1;
            assert_eq!(backups(&world, &dataset).len(), slots, "killed {when}: {dataset} was not kept once a slot");
            let entered = told(&world).into_iter().filter(|(of, word)| of == name && word == "realizado");
            assert_eq!(entered.count(), slots, "killed {when}: {dataset} was not entered once a slot");
        }
        daemon.stop();
    }
    world.run(&["register", "verify"]).exits(0);
    for disk in 0..2 {
        assert_eq!(world.litter(disk), Vec::<String>::new());
    }
}

/// Holds the database's only right to write, as a slow disk would.
struct Held(std::process::Child);

impl Held {
    fn take(world: &World) -> Self {
        let database = world.at("state/resguardo.db");
        let mut child = Command::new("sqlite3")
            .args(["-cmd", ".timeout 20000", &database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.as_mut().unwrap().write_all(b"BEGIN IMMEDIATE;\nSELECT 'held';\n").unwrap();
        let mut said = [0; 4];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut said).unwrap();
        assert_eq!(&said, b"held");
        Self(child)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[test]
fn killed_between_the_manifest_and_its_record_a_backup_is_adopted_and_not_made_again() {
    let mut world = office(&[]);
    let (go, dumps) = (world.at("siga"), world.at("volcados"));
    sh("mkfifo \"$1\"", &[&go]);
    let command = format!("echo vez >> '{dumps}'; cat '{go}'");
    world.dataset(&serde_json::json!({ "name": "nota", "kind": "command", "command": command, "suffix": "txt" }));
    let clock = Clock::new(&world, DUE);
    let daemon = Daemon::start(&world, Some(&clock));
    until("the dump has begun", || fs::exists(&dumps).unwrap());
    let held = Held::take(&world);
    sh("echo dato > \"$1\"", &[&go]);
    until("both disks have its manifest", || (0..2).all(|disk| world.kept(disk, "s/nota").len() == 1));
    daemon.kill();
    drop(held);
    let _daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(settled(&world, 1), ["done"]);
    run_is(&world, 1, "interrupted");
    assert_eq!((runs(&world).len(), fs::read_to_string(&dumps).unwrap().lines().count()), (1, 1));
    let entries = entries(&world);
    assert_eq!((entries.len(), &entries[0]["resultado"]), (1, &"realizado".into()), "{entries:#?}");
    assert!(entries[0]["observaciones"].to_string().contains("a mitad del respaldo"));
    world.only(0, "s/nota");
    handed_out(&world, &[0, 1]);
}

#[test]
fn killed_during_an_operators_run_it_takes_the_run_up_again_without_being_asked() {
    let mut world = office(&[("nota", "echo dato")]);
    let gate = Gate::new(&mut world, "lenta");
    let daemon = Daemon::start(&world, None);
    world.run(&["backup", "s/nota", "s/lenta", "--detach"]).exits(0);
    gate.begun();
    daemon.kill();
    gate.open();
    let _daemon = Daemon::start(&world, None);
    let again = run_is(&world, 2, "kept");
    assert_eq!(runs(&world)[0]["state"], "interrupted");
    assert_eq!((&again["trigger"], &again["asked_by"]), (&"operator".into(), &"root".into()));
    assert_eq!(again["datasets"].as_array().unwrap().len(), 1, "what was kept is not made again: {again:#}");
    world.only(0, "s/nota");
    world.only(0, "s/lenta");
    assert_eq!(told(&world), super::pairs(&[("nota", "extraordinario"), ("lenta", "extraordinario")]));
    super::handed_out_any_year(&world);
}
