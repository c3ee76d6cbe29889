//! Copies that are cut off, by a cable, by the power, by a run that is due or by a disk that is too small: nothing half is
//! ever called a backup, and what is owed is paid in the end.

use std::fs;
use std::time::Duration;

use system_tests::command::{text, until};
use system_tests::daemon::{Clock, Daemon, run_is, runs, settled, status};
use system_tests::world::World;

use super::{SUNDAYS, all_paid, checks, digest, entries_of, notices, owed, pull, said, sql, with_large};

/// Waits until some of a copy lies on a disk, and fails if the copy was made before anybody could look.
#[track_caller]
fn in_mid_copy(world: &World, disk: usize) {
    let unfinished = world.disks[disk].path.join("unfinished");
    until("a copy is under way", || {
        let folders = fs::read_dir(&unfinished).into_iter().flatten().flatten();
        folders
            .flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten())
            .any(|file| file.file_name() != "claim.json" && file.metadata().is_ok_and(|file| file.len() > 1 << 20))
    });
}

/// A world whose first disk has a large backup that its second is owed.
fn owing(mebibytes: &[u64], large: u64) -> (World, Clock, Daemon) {
    let world = with_large(mebibytes, large);
    let clock = Clock::new(&world, SUNDAYS[0]);
    world.disks[0].mount();
    let daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "partly");
    settled(&world, 1);
    assert_eq!(owed(&world), "disco-b 1");
    (world, clock, daemon)
}

#[test]
fn a_disk_that_is_pulled_out_in_mid_copy_holds_nothing_and_is_paid_when_it_comes_again() {
    let (world, _clock, _daemon) = owing(&[200, 200], 128);
    world.disks[1].mount();
    in_mid_copy(&world, 1);
    pull(&world.disks[1]);
    until("the service has noticed", || {
        sql(&world, "SELECT group_concat(kind) FROM disk_events WHERE disk = 'disco-b'").contains("went")
    });
    until("nothing is under way", || status(&world)["chore"].is_null());
    assert_eq!(owed(&world), "disco-b 1");
    assert_eq!(entries_of(&world, "copia adicional").len(), 0);
    assert!(fs::read_dir(&world.disks[1].path).unwrap().next().is_none(), "nothing is written beside the disk");
    world.disks[1].mount();
    all_paid(&world);
    let copy = world.only(1, "s/grande");
    checks(&copy);
    assert_eq!(digest(&copy), digest(&world.only(0, "s/grande")));
    until("the litter is swept", || world.litter(1).is_empty());
}

#[test]
fn a_service_that_is_killed_in_mid_copy_sweeps_its_litter_and_pays_afterwards() {
    let (world, clock, daemon) = owing(&[200, 200], 128);
    world.disks[1].mount();
    in_mid_copy(&world, 1);
    daemon.kill();
    assert!(world.kept(1, "s/grande").is_empty());
    assert!(!world.litter(1).is_empty());
    let _daemon = Daemon::start(&world, Some(&clock));
    all_paid(&world);
    checks(&world.only(1, "s/grande"));
    assert_eq!(world.litter(1), Vec::<String>::new());
    assert_eq!(entries_of(&world, "copia adicional").len(), 1);
}

#[test]
fn a_service_that_is_told_to_end_in_mid_copy_ends_at_once_and_goes_on_later() {
    let (world, clock, daemon) = owing(&[200, 200], 128);
    world.disks[1].mount();
    in_mid_copy(&world, 1);
    daemon.signal(rustix::process::Signal::TERM);
    let (code, took) = daemon.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(world.kept(1, "s/grande").is_empty());
    let _daemon = Daemon::start(&world, Some(&clock));
    all_paid(&world);
    checks(&world.only(1, "s/grande"));
}

#[test]
fn a_run_that_is_asked_for_goes_before_a_copy_which_is_made_after_it() {
    let (world, _clock, _daemon) = owing(&[480, 480], 128);
    world.disks[1].mount();
    in_mid_copy(&world, 1);
    assert!(status(&world)["chore"].as_str().unwrap().contains("copying 1 backup to disco-b"));
    world.run(&["backup", "s/grande"]).exits(0);
    assert_eq!(runs(&world).len(), 2);
    assert_eq!(world.kept(0, "s/grande").len(), 2);
    all_paid(&world);
    assert_eq!(world.kept(1, "s/grande").len(), 2);
    world.kept(1, "s/grande").iter().for_each(checks);
}

#[test]
fn a_disk_that_is_too_small_is_said_and_the_debt_stays() {
    let (world, _clock, _daemon) = owing(&[200, 40], 60);
    world.disks[1].mount();
    until("people are told", || notices(&world).contains("not_copied"));
    let told = said(&world, "not_copied");
    assert!(told.contains("disco-b") && told.contains("are needed"), "{told}");
    assert_eq!(owed(&world), "disco-b 1");
    world.run(&["status"]).exits(13).says("are needed");
    assert!(world.kept(1, "s/grande").is_empty());
    assert_eq!(world.litter(1), Vec::<String>::new());
    assert!(text(&world.disks[1].path).ends_with("disco-b"));
}
