//! The chain of the register is verified every day, and what somebody changed in it is told.

use system_tests::command::{sh, sh_text, until};
use system_tests::daemon::{Clock, Daemon};
use system_tests::world::World;

use super::Scene;

#[test]
fn a_chain_that_was_changed_is_told_within_a_day() {
    let world = World::with_disks(&[64]);
    // A Monday on which nothing is due yet.
    let clock = Clock::new(&world, "2026-11-23T09:00:00-06:00");
    let mut scene = Scene::of(world, None, Some(&clock));
    scene.go_on();
    scene.world.run(&["backup"]).exits(0);
    let checked = |scene: &Scene| {
        let figures = scene.scrape();
        let at = figures.maybe("resguardo_register_check_timestamp_seconds", &[])?;
        Some((at, figures.value("resguardo_register_whole", &[])))
    };
    until("it was verified", || checked(&scene).is_some());
    let (first, whole) = checked(&scene).unwrap();
    assert_eq!(whole, 1.0);

    scene.daemon.take().unwrap().stop();
    let database = scene.world.at("state/resguardo.db");
    let change = "sqlite3 \"$1\" \"DROP TRIGGER lines_stay; UPDATE lines SET text = replace(text, 'papeles', 'papelez') WHERE sequence = 1\"";
    let before = sh_text("sqlite3 \"$1\" 'SELECT text FROM lines WHERE sequence = 1'", &[&database]);
    sh(change, &[&database]);
    assert_ne!(sh_text("sqlite3 \"$1\" 'SELECT text FROM lines WHERE sequence = 1'", &[&database]), before);
    scene.daemon = Some(Daemon::start(&scene.world, Some(&clock)));
    until("the pages are served", || scene.ask("").status == 401);
    // It was verified today: a start is no reason to read all of it again.
    assert_eq!(checked(&scene), Some((first, 1.0)));

    clock.set("2026-11-24T09:30:00-06:00");
    until("it was verified again", || checked(&scene).is_some_and(|(at, _)| at > first));
    assert_eq!(checked(&scene).unwrap().1, 0.0);
    let said = sh_text("cat \"$1\"/resguardo.*.log", &[&scene.world.at("log")]);
    assert!(said.contains("the chain of the register is broken"), "{said}");
}
