//! The hours in which dumps may be taken, by a clock that is turned.

use std::fs;

use serde_json::json;
use system_tests::command::until;
use system_tests::daemon::{Clock, Daemon, run_is, runs, settled, status};

use super::Scene;

/// A scene whose plan is due at 02:00 and has this window, and whose dump waits in its middle until it is let go.
fn scene(mode: &str, from: &str, until: &str, at_end: &str) -> Scene {
    let mut scene = Scene::new(mode, 1800);
    scene.world.config["plans"][0]["window"] = json!({ "from": from, "until": until, "at_end": at_end });
    let (begun, go, data) = (scene.world.at("begun"), scene.world.at("go"), scene.world.at("dato"));
    let folder = scene.world.at("");
    let waits = format!("while [ -d '{folder}' ] && [ ! -e '{go}' ]; do sleep 0.05; done");
    let command = format!("head -c 9000000 '{data}'; echo >> '{begun}'; {waits}; tail -c +9000001 '{data}'");
    scene.world.config["servers"][0]["datasets"][0]["command"] = json!(command);
    scene
}

fn go(scene: &Scene) {
    fs::write(scene.world.path("go"), "").unwrap();
}

/// The run's log, once it says this.
#[track_caller]
fn log_says(scene: &Scene, words: &str) {
    until(&format!("the log says {words:?}"), || {
        fs::read_to_string(scene.world.path("log/runs/run-1.log")).is_ok_and(|log| log.contains(words))
    });
}

#[test]
fn a_slot_waits_for_its_window_and_an_operator_does_not() {
    let scene = scene("agent", "04:00", "06:00", "pause");
    go(&scene);
    let clock = Clock::new(&scene.world, "2026-11-22T02:00:10-06:00");
    let _daemon = Daemon::start(&scene.world, Some(&clock));
    let mut slots = Vec::new();
    until("the slot says for what it waits", || {
        slots = system_tests::daemon::slots(&scene.world);
        let reason = slots.first().and_then(|slot| slot["reason"].as_str()).unwrap_or_default();
        reason.contains("opens at 2026-11-22T04:00:00-06:00")
    });
    assert_eq!((slots.len(), runs(&scene.world).len()), (1, 0));
    clock.set("2026-11-22T03:59:00-06:00");
    status(&scene.world);
    assert_eq!(runs(&scene.world).len(), 0);
    clock.set("2026-11-22T04:00:30-06:00");
    status(&scene.world);
    run_is(&scene.world, 1, "kept");
    assert_eq!(settled(&scene.world, 1), ["done"]);
    clock.set("2026-11-22T12:00:00-06:00");
    scene.world.run(&["backup", "s/dato"]).exits(0);
    run_is(&scene.world, 2, "kept");
}

#[test]
fn a_dump_stands_still_while_its_window_is_closed() {
    let scene = scene("agent", "02:30", "02:15", "pause");
    let clock = Clock::new(&scene.world, "2026-11-22T02:00:10-06:00");
    let _daemon = Daemon::start(&scene.world, Some(&clock));
    until("the dump has begun", || scene.begun() == 1);
    clock.set("2026-11-22T02:15:10-06:00");
    log_says(&scene, "the dump stands still");
    go(&scene);
    // A link that is lost meanwhile costs nothing.
    scene.proxy.cut();
    clock.set("2026-11-22T02:30:10-06:00");
    log_says(&scene, "the dump goes on");
    run_is(&scene.world, 1, "kept");
    assert_eq!((settled(&scene.world, 1), scene.begun()), (vec!["done".to_owned()], 1));
    scene.is_whole();
    scene.nothing_is_left();
}

#[test]
fn a_dump_that_may_not_stand_still_ends_with_its_window_and_is_kept_in_the_next() {
    for (mode, at_end, why) in [
        ("agent", "end", "a dump that is not done by then is ended"),
        ("agent", "pause", "for longer than `outage_seconds`"),
        ("plain", "pause", "in `mode: plain`"),
    ] {
        let scene = scene(mode, "01:00", "05:00", at_end);
        let clock = Clock::new(&scene.world, "2026-11-22T02:00:10-06:00");
        let _daemon = Daemon::start(&scene.world, Some(&clock));
        until("the dump has begun", || scene.begun() == 1);
        clock.set("2026-11-22T05:00:10-06:00");
        let failed = run_is(&scene.world, 1, "failed");
        let text = failed.to_string();
        assert!(text.contains("the plan's window is closed") && text.contains(why), "{text}");
        assert!(text.contains("2026-11-23T01:00:00-06:00"), "{text}");
        // A command that runs plainly and writes nothing does not notice that its connection is gone.
        if mode == "agent" {
            scene.nothing_is_left();
        }
        go(&scene);
        clock.set("2026-11-22T23:00:00-06:00");
        status(&scene.world);
        assert_eq!(runs(&scene.world).len(), 1);
        clock.set("2026-11-23T01:00:30-06:00");
        status(&scene.world);
        run_is(&scene.world, 2, "kept");
        scene.is_whole();
    }
}
