//! A link that is lost and comes back within the time that a dump waits for it.

use serde_json::json;
use system_tests::command::{agent, sh, text, until};
use system_tests::proxy::Trouble;

use super::{BYTES, Scene, wait_a_second};

/// A dump that met this trouble once so many bytes of it had passed is kept whole, and was begun once.
#[track_caller]
fn survives(scene: &Scene, at: u64, trouble: Trouble) {
    let what = format!("{trouble:?} at {at}");
    scene.proxy.trouble_at(scene.proxy.passed() + at, trouble);
    let outcome = scene.backup();
    assert_eq!(outcome.code, 0, "{what}: {}", outcome.said());
    // No two runs have quite the same end.
    assert!(scene.proxy.pending() == 0 || at >= BYTES, "{what}: the trouble came");
    assert!(outcome.said().contains("the link is back") || at >= BYTES, "{what}: {}", outcome.said());
    scene.proxy.calm();
    assert_eq!(scene.begun(), 1, "{what}: the dump was begun anew");
    scene.is_whole();
    scene.nothing_is_left();
    scene.forget();
}

#[test]
fn a_dump_goes_on_wherever_its_link_was_cut() {
    let scene = Scene::new("agent", 60);
    scene.backup().exits(0);
    scene.forget();
    let before = scene.proxy.passed();
    scene.backup().exits(0);
    scene.is_whole();
    scene.forget();
    let whole = scene.proxy.passed() - before;
    let spread = (1..6).map(|part| whole * part / 6);
    // The end: in the last frame, in the end record, and in the goodbye.
    let end = [3000, 700, 300, 100].map(|short| whole - short);
    for at in spread.chain(end) {
        survives(&scene, at, Trouble::Cut);
    }
}

#[test]
fn a_dump_goes_on_after_many_cuts() {
    let scene = Scene::new("agent", 60);
    let begin = scene.proxy.passed();
    for part in [2, 9, 10, 20] {
        scene.proxy.trouble_at(begin + part * 1_000_000, Trouble::Cut);
    }
    scene.backup().exits(0);
    assert_eq!((scene.proxy.pending(), scene.begun()), (0, 1));
    scene.is_whole();
    scene.nothing_is_left();
}

#[test]
fn a_server_that_has_not_noticed_the_cut_lets_the_new_connection_take_over() {
    let scene = Scene::new("agent", 60);
    for at in [3_000_000, 15_000_000] {
        survives(&scene, at, Trouble::HalfOpen);
    }
}

#[test]
fn what_is_damaged_on_its_way_is_noticed_and_comes_again() {
    let scene = Scene::new("agent", 60);
    survives(&scene, 6_000_000, Trouble::Flip);
    survives(&scene, 6_000_000, Trouble::Inject(b"basura".to_vec()));
    survives(&scene, 6_000_000, Trouble::HalfClose);
}

#[test]
fn a_link_that_hangs_is_given_up_and_made_anew() {
    let mut scene = Scene::new("agent", 60);
    scene.world.config["servers"][0]["keepalive_seconds"] = json!(1);
    scene.proxy.trouble_at(8_000_000, Trouble::Stall);
    let run = scene.start();
    until("the link is given up", || scene.said().contains("the link was lost"));
    // What hung goes on nowhere, and what is new passes.
    scene.proxy.cut();
    scene.proxy.go_on();
    scene.end(run).exits(0).says("the link is back").says("answers no keep-alive");
    assert_eq!(scene.begun(), 1);
    scene.is_whole();
    scene.nothing_is_left();
}

#[test]
fn a_link_that_is_away_for_seconds_costs_seconds() {
    let scene = Scene::new("agent", 60);
    scene.proxy.trouble_at(8_000_000, Trouble::Cut);
    scene.proxy.slow(Some(20_000_000));
    let run = scene.start();
    until("there is a dump to cut", || scene.begun() == 1);
    scene.proxy.refuse(true);
    until("the link is lost", || scene.said().contains("the link was lost"));
    (0..3).for_each(|_| wait_a_second());
    scene.proxy.refuse(false);
    scene.proxy.slow(None);
    scene.end(run).exits(0).says("the link is back");
    assert_eq!(scene.begun(), 1);
    scene.is_whole();
    scene.nothing_is_left();
}

#[test]
fn behind_a_forced_command_a_dump_goes_on_and_only_what_is_allowed() {
    let mut scene = Scene::new("installed", 60);
    // In a folder that others can enter, so that the meeting place is another one.
    let folder = scene.world.path("agent");
    sh("mkdir \"$1\"; chmod 755 \"$1\"; cp \"$2\" \"$1/resguardo-agent\"", &[text(&folder), text(&agent())]);
    let allowed = scene.world.run(&["agent-allow", "s"]).exits(0).stdout.clone();
    std::fs::write(scene.world.path("allow.json"), allowed).unwrap();
    let key = scene.world.path("restricted");
    system_tests::sshd::keygen(&key, "");
    let serve = format!("{}/resguardo-agent serve --allow {}", folder.display(), scene.world.at("allow.json"));
    scene.world.sshd.authorize(&key, &format!("command=\"{serve}\",restrict"));
    scene.world.config["servers"][0]["key"]["file"] = json!(key);
    survives(&scene, 5_000_000, Trouble::Cut);
    survives(&scene, 15_000_000, Trouble::Cut);
}
