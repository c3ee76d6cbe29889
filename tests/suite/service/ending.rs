//! How the service ends: at once when nothing is under way, after a run that is nearly done, and by interrupting another.

use std::fs;
use std::time::Duration;

use rustix::process::Signal;
use system_tests::command::{sh, text, until};
use system_tests::daemon::{Clock, Daemon, entries, run_is, runs, settled, status};

use super::{DUE, Gate, handed_out, office, pairs, told};

#[test]
fn told_to_end_while_nothing_is_under_way_it_ends_at_once() {
    let world = office(&[("nota", "echo dato")]);
    for signal in [Signal::TERM, Signal::INT] {
        let daemon = Daemon::start(&world, None);
        daemon.signal(signal);
        let (code, took) = daemon.end();
        assert_eq!(code, Some(0));
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert!(!world.path("resguardo.sock").exists());
    }
}

#[test]
fn told_to_end_during_a_run_it_lets_the_run_finish() {
    let mut world = office(&[]);
    let gate = Gate::new(&mut world, "lenta");
    let daemon = Daemon::start(&world, None);
    world.run(&["backup", "--detach"]).exits(0);
    gate.begun();
    daemon.signal(Signal::TERM);
    until("nobody is let in any more", || !fs::exists(world.path("resguardo.sock")).unwrap());
    gate.open();
    assert_eq!(daemon.end().0, Some(0));
    let _daemon = Daemon::start(&world, None);
    assert_eq!(run_is(&world, 1, "kept")["datasets"][0]["state"], "kept");
    super::handed_out_any_year(&world);
}

#[test]
fn a_run_that_was_not_begun_yet_holds_up_no_end() {
    let world = office(&[("nota", "echo dato")]);
    let daemon = Daemon::start(&world, None);
    world.run(&["backup"]).exits(0);
    let frozen = text(&world.disks[1].path);
    sh("fsfreeze --freeze \"$1\"", &[frozen]);
    // The register goes to the disks, one of which does not answer; the run waits its turn.
    let year = entries(&world)[0]["anio"].to_string();
    world.run(&["register", "correct", &format!("{year}-1"), "--reason", "error", "--set", "responsable=Ana"]);
    world.run(&["backup", "--detach"]);
    until("the run has been given out", || status(&world)["running"]["run"] == 2);
    daemon.signal(Signal::TERM);
    until("nobody is let in any more", || !fs::exists(world.path("resguardo.sock")).unwrap());
    sh("fsfreeze --unfreeze \"$1\"", &[frozen]);
    let (code, took) = daemon.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    let _daemon = Daemon::start(&world, None);
    run_is(&world, 2, "kept");
    super::handed_out_any_year(&world);
}

#[test]
fn told_twice_it_interrupts_the_run_and_takes_it_up_again_when_it_starts() {
    let mut world = office(&[("nota", "echo dato")]);
    let gate = Gate::new(&mut world, "lenta");
    let clock = Clock::new(&world, DUE);
    let daemon = Daemon::start(&world, Some(&clock));
    gate.begun();
    daemon.signal(Signal::TERM);
    until("nobody is let in any more", || !fs::exists(world.path("resguardo.sock")).unwrap());
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.end().0, Some(0));
    assert!(world.kept(0, "s/lenta").is_empty());
    gate.open();
    let _daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(settled(&world, 1), ["done"]);
    let states: Vec<String> = runs(&world).iter().map(|run| run["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["interrupted", "kept"]);
    // What was kept before is not kept again.
    world.only(0, "s/nota");
    world.only(0, "s/lenta");
    assert_eq!(told(&world), pairs(&[("nota", "realizado"), ("lenta", "realizado")]));
    handed_out(&world, &[0, 1]);
}
