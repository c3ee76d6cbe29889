//! Dumps that do not go on: they end in time, and leave nothing on the server.

use std::time::{Duration, Instant};

use serde_json::json;
use system_tests::command::{sh, until};
use system_tests::proxy::Trouble;

use super::Scene;

#[test]
fn a_link_that_is_away_for_too_long_ends_the_dump_on_both_sides() {
    let scene = Scene::endless("agent", 3);
    scene.proxy.trouble_at(8_000_000, Trouble::Cut);
    scene.proxy.slow(Some(20_000_000));
    let run = scene.start();
    until("there is a dump to cut", || scene.begun() == 1);
    scene.proxy.refuse(true);
    scene.end(run).exits(5).says("outage_seconds").says("the link was lost");
    scene.nothing_is_left();
    assert!(scene.world.kept(0, "s/dato").is_empty());
    assert_eq!(scene.world.litter(0), Vec::<String>::new());
    // The server is as it was, and the next run works.
    scene.proxy.refuse(false);
    scene.proxy.slow(None);
    let mut scene = scene;
    scene.world.config["servers"][0]["datasets"][0]["command"] = json!("echo dato");
    scene.backup().exits(0);
    scene.nothing_is_left();
}

#[test]
fn without_time_for_an_outage_a_cut_ends_the_dump_at_once() {
    let scene = Scene::endless("agent", 0);
    scene.proxy.trouble_at(8_000_000, Trouble::Cut);
    scene.backup().exits(5);
    scene.nothing_is_left();
}

#[test]
fn a_plain_dump_ends_with_its_link_and_says_what_would_help() {
    let scene = Scene::endless("plain", 60);
    scene.proxy.trouble_at(8_000_000, Trouble::Cut);
    scene.backup().exits(5).says("in `mode: plain` a dump ends with it");
    scene.nothing_is_left();
}

#[test]
fn a_run_that_is_cancelled_leaves_nothing_at_once() {
    for mode in ["agent", "plain"] {
        let scene = Scene::endless(mode, 600);
        let run = scene.start();
        until("much of the dump has come", || scene.proxy.passed() > 8_000_000);
        sh("kill -INT \"$1\"", &[&run.id().to_string()]);
        let begun = Instant::now();
        scene.end(run).exits(130);
        scene.nothing_is_left();
        assert!(begun.elapsed() < Duration::from_secs(10), "{mode}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_run_that_is_cancelled_while_its_link_is_away_does_not_wait_for_it() {
    let scene = Scene::endless("agent", 5);
    scene.proxy.slow(Some(20_000_000));
    let run = scene.start();
    until("there is a dump to cut", || scene.proxy.passed() > 4_000_000);
    scene.proxy.refuse(true);
    scene.proxy.cut();
    until("the link is lost", || scene.said().contains("the link was lost"));
    sh("kill -INT \"$1\"", &[&run.id().to_string()]);
    let begun = Instant::now();
    scene.end(run).exits(130);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    // The server learns of it when its time is over.
    scene.nothing_is_left();
}

#[test]
fn a_dump_that_no_disk_takes_leaves_nothing() {
    // The disk is too small for it.
    let scene = Scene::endless("agent", 600);
    scene.backup().exits(4).says("it is full");
    scene.nothing_is_left();
}

#[test]
fn a_dump_whose_program_was_killed_waits_for_as_long_as_for_a_link() {
    let scene = Scene::endless("agent", 4);
    let mut run = scene.start();
    until("much of the dump has come", || scene.proxy.passed() > 8_000_000);
    run.kill().unwrap();
    run.wait().unwrap();
    let killed = Instant::now();
    assert!(!scene.left().is_empty());
    scene.nothing_is_left();
    assert!(killed.elapsed() > Duration::from_secs(3), "{:?}", killed.elapsed());
}

#[test]
fn a_dump_that_fails_leaves_nothing() {
    let mut scene = Scene::new("agent", 600);
    let command = format!("cat '{}'; exit 3", scene.world.at("dato"));
    scene.world.config["servers"][0]["datasets"][0]["command"] = json!(command);
    scene.backup().exits(6).says("exit status 3");
    scene.nothing_is_left();
}

#[test]
fn an_agent_that_is_killed_while_the_link_is_away_ends_the_dump_with_a_word() {
    let scene = Scene::endless("agent", 60);
    scene.proxy.slow(Some(20_000_000));
    let run = scene.start();
    until("there is a dump to cut", || scene.proxy.passed() > 4_000_000);
    scene.proxy.refuse(true);
    scene.proxy.cut();
    until("the link is lost", || scene.said().contains("the link was lost"));
    let agent = scene.world.at("agent");
    sh("kill -9 $(ps -eo pid,args | awk -v a=\"$1\" 'index($0, a) && / hold$/ { print $1 }')", &[&agent]);
    scene.proxy.refuse(false);
    scene.end(run).exits(6).says("the dump is not there any more");
    // Its socket is removed by a later dump.
    until("nothing runs any more", || !scene.left().iter().any(|line| !line.ends_with(".sock")));
}
