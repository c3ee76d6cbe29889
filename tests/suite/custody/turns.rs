//! Disks that take turns, over weeks, with the right one there, with a wrong one, and with none.

use serde_json::json;
use system_tests::command::until;
use system_tests::daemon::{Clock, Daemon, run_is, settled, status};

use super::{SUNDAYS, all_paid, checks, digest, entries_of, notices, owed, said, sql, taking_turns, world};

#[test]
fn each_week_another_disk_is_due_and_the_backup_lies_on_that_one_alone() {
    let mut world = world(&[48, 48, 48]);
    taking_turns(&mut world);
    let clock = Clock::new(&world, "2026-11-21T12:00:00-06:00");
    let _daemon = Daemon::start(&world, Some(&clock));
    world.disks.iter().for_each(|disk| disk.mount());
    let mut turns = Vec::new();
    for (week, sunday) in SUNDAYS.iter().enumerate() {
        clock.set(sunday);
        status(&world);
        settled(&world, week + 1);
        let run = run_is(&world, week + 1, "kept");
        let disks = run["datasets"][0]["disks"].as_array().unwrap().clone();
        assert_eq!(disks.len(), 1, "{run:#}");
        turns.push(disks[0].clone());
    }
    let place = |turn: usize| {
        world.config["plans"][0]["rotation"].as_array().unwrap().iter().position(|disk| *disk == turns[turn])
    };
    assert_eq!(
        (place(1), place(2), place(3)),
        (place(0).map(|at| (at + 1) % 3), place(0).map(|at| (at + 2) % 3), place(0))
    );
    assert_eq!((owed(&world).as_str(), settled(&world, 4)), ("", vec!["done".to_owned(); 4]));
}

#[test]
fn the_wrong_disk_takes_the_place_of_the_one_that_is_due_which_is_owed_the_copy_and_gets_it_when_it_comes() {
    let mut world = world(&[48, 48, 48]);
    taking_turns(&mut world);
    for (disk, custody) in ["caja fuerte, Dirección", "bóveda, Informática", "archivo general"].iter().enumerate() {
        world.config["disks"][disk]["custody"] = json!(custody);
    }
    let clock = Clock::new(&world, "2026-11-21T12:00:00-06:00");
    let _daemon = Daemon::start(&world, Some(&clock));
    // Only the first disk is ever here, for three weeks.
    world.disks[0].mount();
    for (week, sunday) in SUNDAYS.iter().take(3).enumerate() {
        clock.set(sunday);
        status(&world);
        settled(&world, week + 1);
    }
    assert_eq!(world.kept(0, "s/nota").len(), 3);
    assert_eq!(owed(&world), "disco-b 1, disco-c 1");
    let said = said(&world, "stand_in");
    assert!(said.contains("va al disco disco-a en lugar de") && said.contains("la próxima semana le toca"), "{said}");
    assert!(said.contains("que se guarda en: "), "{said}");
    world.run(&["status"]).exits(13).says("is owed 1 copy").says("connect it (kept in: archivo general)");
    // Each of the others gets what it is owed as soon as it is plugged in, and is told to be ready.
    for disk in [1, 2] {
        world.disks[disk].mount();
        until("the disk has what it was owed", || world.kept(disk, "s/nota").len() == 1);
    }
    all_paid(&world);
    for disk in [1, 2] {
        let copy = world.only(disk, "s/nota");
        let first = world.kept(0, "s/nota").into_iter().find(|kept| kept.stamp == copy.stamp).unwrap();
        assert_eq!(digest(&copy), digest(&first));
        assert_eq!(copy.manifest["disk"]["label"], world.config["disks"][disk]["name"]);
        checks(&copy);
    }
    assert_eq!(entries_of(&world, "copia adicional").len(), 2);
    let told = notices(&world);
    assert!(told.contains("disk_came") && told.contains("all_copied"), "{told}");
    assert!(super::said(&world, "all_copied").contains("resguardo disk eject disco-"), "{told}");
    world.run(&["status"]).exits(0);
}

#[test]
fn a_slot_that_waits_for_a_disk_is_taken_up_as_soon_as_one_is_plugged_in() {
    let mut world = world(&[48, 48, 48]);
    taking_turns(&mut world);
    let clock = Clock::new(&world, SUNDAYS[0]);
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "waiting");
    let told = said(&world, "disk_wanted");
    assert!(told.contains("Esta semana le toca al disco") && told.contains("si no lo tiene a mano, sirve"), "{told}");
    let plugged = std::time::Instant::now();
    world.disks[1].mount();
    // The clock stands still but for the seconds that really pass: nothing but the mount can wake it.
    until("the slot is kept", || sql(&world, "SELECT outcome FROM slots") == "done");
    assert!(plugged.elapsed().as_secs() < 5, "{:?}", plugged.elapsed());
    world.only(1, "s/nota");
}

#[test]
fn a_slot_that_ends_without_any_disk_is_missed_and_says_which_to_connect_and_where_it_is() {
    let mut world = world(&[48, 48, 48]);
    taking_turns(&mut world);
    for disk in 0..3 {
        world.config["disks"][disk]["custody"] = json!("caja fuerte, Dirección");
    }
    let clock = Clock::new(&world, SUNDAYS[0]);
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "waiting");
    clock.set(SUNDAYS[1]);
    status(&world);
    assert_eq!(settled(&world, 1), ["missed"]);
    let told = said(&world, "slot_missed");
    assert!(told.contains("no se conectó ninguno de sus discos"), "{told}");
    assert!(told.contains(", que se guarda en: caja fuerte, Dirección"), "{told}");
    let reason = sql(&world, "SELECT reason FROM slots WHERE outcome = 'missed'");
    assert!(["disco-a", "disco-b", "disco-c"].iter().all(|disk| reason.contains(disk)), "{reason}");
    assert_eq!(entries_of(&world, "no realizado").len(), 1);
}
