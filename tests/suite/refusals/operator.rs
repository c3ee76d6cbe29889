//! What an operator may ask for that cannot be done.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::json;
use system_tests::command::{resguardo, run, sh, until};

use super::with_note;

#[test]
fn a_run_that_is_under_way_lets_no_other_begin() {
    let mut world = with_note(&[64, 64]);
    let (begun, go) = (world.at("empezó"), world.at("siga"));
    sh("mkfifo \"$1\"", &[&go]);
    let command = format!("touch '{begun}'; cat '{go}'");
    world.dataset(&json!({ "name": "lento", "kind": "command", "command": command, "suffix": "txt" }));
    let mut first = world.command(&["backup", "--here", "plano/lento"]);
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the first dump has begun", || fs::exists(&begun).unwrap());
    let second = world.run(&["backup", "--here", "plano/nota"]);
    // The other way round it would wait for ever.
    sh("echo dato > \"$1\"", &[&go]);
    let first = first.wait().unwrap();
    second.exits(9).says("another Resguardo works here");
    assert_eq!(first.code(), Some(0));
    world.only(0, "plano/lento");
    world.backup(&["plano/nota"]).exits(0);
}

#[test]
fn names_that_do_not_exist_are_answered_with_those_that_do() {
    let world = with_note(&[64, 64]);
    world.backup(&["tood"]).exits(10).says("todo").says("plano/nota");
    world.backup(&["plano/nada"]).exits(10).says("plano/nota");
    world.run(&["archives", "--disk", "disco-z"]).exits(10).says("disco-a").says("disco-b");
    world.run(&["verify", "plano/nota"]).exits(10);
    world.run(&["restore", "plano/nota", "--to", &world.at("x")]).exits(10).says("resguardo archives");
    world.run(&["agent-allow", "otro"]).exits(10).says("plano");
    world.backup(&[]).exits(0);
    world.run(&["restore", "plano/nota/1999-01-01T000000-0600", "--to", "-"]).exits(10);
}

#[test]
fn a_restore_overwrites_nothing() {
    let world = with_note(&[64, 64]);
    world.backup(&[]).exits(0);
    let folder = world.path("vuelta");
    fs::create_dir(&folder).unwrap();
    let to = world.at("vuelta");
    world.run(&["restore", "plano/nota", "--to", &to]).exits(0);
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    fs::write(&file, "del usuario").unwrap();
    world.run(&["restore", "plano/nota", "--to", &to]).exits(11).says("nothing is overwritten");
    assert_eq!(fs::read(&file).unwrap(), b"del usuario");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn what_is_no_tree_is_not_unpacked() {
    let world = with_note(&[64, 64]);
    world.backup(&[]).exits(0);
    let outcome = world.run(&["restore", "plano/nota", "--to", &world.at("x"), "--extract"]);
    assert_ne!(outcome.code, 0, "{}", outcome.said());
}

#[test]
fn a_command_line_or_configuration_that_is_wrong_has_its_own_code() {
    let mut world = with_note(&[64]);
    world.run(&["bakcup"]).exits(2).says("backup");
    world.run(&["restore"]).exits(2);
    world.run(&["check"]).exits(0);
    world.config["servers"][0]["hots"] = json!("x");
    world.config["disks"][0]["path"] = json!("relativo");
    for words in [vec!["check"], vec!["backup"]] {
        world.run(&words).exits(3).says("hots").says("relativo");
    }
    let missing = run(Command::new(resguardo()).args(["--config", "/nonexistent/r.yaml", "backup"]));
    missing.exits(3).says("/nonexistent/r.yaml");
}

#[test]
fn an_error_is_one_line_that_begins_with_the_programs_name() {
    let world = with_note(&[64]);
    let outcome = world.run(&["restore", "plano/nota", "--to", "-"]);
    let lines: Vec<&str> = outcome.stderr.lines().filter(|line| line.starts_with("resguardo: ")).collect();
    assert_eq!(lines.len(), 1, "{}", outcome.said());
}
