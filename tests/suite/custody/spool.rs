//! Dumps that wait in the spool for a disk: safe, bounded, and no backup before a disk has them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use system_tests::command::{run, until};
use system_tests::daemon::{Clock, Daemon, run_is, runs, settled, status};
use system_tests::disk::LoopDisk;
use system_tests::world::World;

use super::{SUNDAYS, all_paid, checks, entries_of, notices, owed, said, sql, world};

/// A world with a spool, whose first slot was kept on its first disk, which is then taken out.
fn spooling(gibibytes: u64) -> (World, Clock, Daemon) {
    let mut world = world(&[48, 48]);
    world.config["spool"] = json!({ "path": world.path("spool"), "gibibytes": gibibytes });
    world.disks[0].mount();
    world.disks[1].mount();
    let clock = Clock::new(&world, SUNDAYS[0]);
    let daemon = Daemon::start(&world, Some(&clock));
    settled(&world, 1);
    // The register is being handed out to them.
    let taken_out = |disk: &LoopDisk| run(Command::new("umount").arg(&disk.path)).code == 0;
    world.disks.iter().for_each(|disk| until("nobody uses the disk", || taken_out(disk)));
    clock.set(SUNDAYS[1]);
    status(&world);
    (world, clock, daemon)
}

/// The backups that wait in the spool.
fn waiting(world: &World) -> Vec<PathBuf> {
    let folder = world.path("spool/archives/s/nota");
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    files.filter(|path| path.to_str().unwrap().ends_with(".manifest.json")).collect()
}

#[test]
fn without_a_disk_the_dump_waits_in_the_spool_and_counts_once_it_is_on_one() {
    let (world, _clock, _daemon) = spooling(1);
    let run = run_is(&world, 2, "waiting");
    assert!(run["error"].as_str().unwrap().starts_with("1 of 1 dumps are safe in the spool"), "{run:#}");
    assert_eq!(waiting(&world).len(), 1);
    assert!(said(&world, "spooled").contains("todavía no cuenta como copia"));
    assert_eq!(entries_of(&world, "realizado").len(), 1, "the register knows of no backup that is on no disk");
    assert_eq!(sql(&world, "SELECT count(*) FROM slots WHERE outcome IS NULL"), "1");
    world.disks[1].mount();
    assert_eq!(settled(&world, 2), ["done", "done"]);
    run_is(&world, 2, "partly");
    let kept = world.kept(1, "s/nota");
    assert_eq!(kept.len(), 2);
    checks(&kept[1]);
    let entry = entries_of(&world, "realizado")[1].clone();
    assert!(entry["observaciones"].to_string().contains("esperó en este equipo"), "{entry:#}");
    until("the spool is empty", || waiting(&world).is_empty());
    assert_eq!(owed(&world), "disco-a 1");
    world.disks[0].mount();
    all_paid(&world);
    assert_eq!(world.kept(0, "s/nota").len(), 2);
    assert_eq!(runs(&world).len(), 2);
}

#[test]
fn what_waits_longer_than_its_slot_is_missed_and_still_comes_to_its_disks() {
    let (world, clock, _daemon) = spooling(1);
    run_is(&world, 2, "waiting");
    clock.set(SUNDAYS[2]);
    status(&world);
    assert_eq!(settled(&world, 2), ["done", "missed"]);
    run_is(&world, 3, "waiting");
    until("both weeks wait", || waiting(&world).len() == 2);
    world.disks[0].mount();
    world.disks[1].mount();
    assert_eq!(settled(&world, 3), ["done", "missed", "done"]);
    all_paid(&world);
    until("the spool is empty", || waiting(&world).is_empty());
    assert_eq!((world.kept(0, "s/nota").len(), world.kept(1, "s/nota").len()), (3, 3));
    world.kept(1, "s/nota").iter().for_each(checks);
}

#[test]
fn a_dump_of_which_nobody_knows_the_size_is_not_begun_and_the_slot_waits() {
    let mut world = world(&[48, 48]);
    world.config["spool"] = json!({ "path": world.path("spool"), "gibibytes": 1 });
    let clock = Clock::new(&world, SUNDAYS[0]);
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "waiting");
    assert!(waiting(&world).is_empty());
    assert_eq!(notices(&world), "disk_wanted");
}

#[test]
fn a_service_that_is_killed_while_a_dump_waits_delivers_it_afterwards() {
    let (world, clock, daemon) = spooling(1);
    run_is(&world, 2, "waiting");
    daemon.kill();
    let _daemon = Daemon::start(&world, Some(&clock));
    world.disks[0].mount();
    assert_eq!(settled(&world, 2), ["done", "done"]);
    assert_eq!((world.kept(0, "s/nota").len(), runs(&world).len()), (2, 2));
    until("the spool is empty", || waiting(&world).is_empty());
}
