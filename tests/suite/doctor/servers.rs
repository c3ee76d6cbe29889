//! Servers that are not reached, not believed, let nobody in, or live in another time.

use std::fs;
use std::net::TcpListener;

use serde_json::json;
use system_tests::command::{agent, run, text};
use system_tests::sshd::{free_port, keygen};
use system_tests::world::World;

use super::{finds, judged, with_note};

const S: &[&str] = &["--server", "s"];
/// The one for programs with several threads.
const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

#[test]
fn each_way_in_which_a_server_is_not_reached_has_its_code() {
    let mut world = with_note();
    finds(&world, S, &[], 0);
    let server = world.config["servers"][0].clone();
    let broken = |world: &mut World, key: &str, value: serde_json::Value, code: &str| {
        world.config["servers"][0] = server.clone();
        world.config["servers"][0][key] = value;
        let report = finds(world, S, &[code], 2);
        assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report:#}");
        assert_eq!(report["findings"][0]["place"], "server s");
    };
    broken(&mut world, "host", json!("no-existe.invalid"), "name-unknown");
    broken(&mut world, "port", json!(free_port()), "port-closed");
    keygen(&world.path("otra"), "");
    let other = fs::read_to_string(world.path("otra.pub")).unwrap();
    broken(&mut world, "host_key", json!(other.trim()), "host-key-changed");
    let other = json!({ "file": world.path("otra") });
    broken(&mut world, "key", other, "login-refused");
    let none = json!({ "file": world.path("no-hay") });
    broken(&mut world, "key", none, "secret-unreadable");
    keygen(&world.path("cerrada"), "con clave");
    let closed = json!({ "file": world.path("cerrada") });
    broken(&mut world, "key", closed, "secret-unreadable");
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    world.config["servers"][0] = server.clone();
    world.config["servers"][0]["connect_seconds"] = json!(1);
    world.config["servers"][0]["port"] = json!(silent.local_addr().unwrap().port());
    finds(&world, S, &["server-slow"], 2);
    fs::write(world.path("known_hosts"), "").unwrap();
    world.config["servers"][0] = server.clone();
    world.config["servers"][0].as_object_mut().unwrap().remove("host_key");
    world.config["servers"][0]["known_hosts"] = json!(world.path("known_hosts"));
    finds(&world, S, &["host-key-unknown"], 2);
    // One that fails does not keep another from being looked at.
    world.server("bueno", "plain");
    world.config["servers"][1]["datasets"] = server["datasets"].clone();
    let report = finds(&world, &["--server", "s", "--server", "bueno"], &["host-key-unknown"], 2);
    assert!(report["findings"].to_string().contains("server bueno"), "{report:#}");
    let page = world.run(&["doctor", "--server", "s"]);
    page.exits(2).says("server s\n  CRITICAL host-key-unknown: s: ").says("\n    now: compare the fingerprint");
}

#[test]
fn a_login_that_opens_no_shell_or_takes_no_agent_is_told() {
    let mut world = with_note();
    let authorized = world.path("sshd/authorized");
    let before = fs::read_to_string(&authorized).unwrap();
    let public = fs::read_to_string(world.path("login.pub")).unwrap();
    fs::write(&authorized, format!("command=\"echo Bienvenido\" {public}")).unwrap();
    finds(&world, S, &["no-shell"], 2);
    fs::write(&authorized, before).unwrap();

    world.config["servers"][0]["mode"] = json!("agent");
    finds(&world, S, &[], 0);
    world.config["servers"][0]["agent_folder"] = json!("/etc/passwd/agente");
    finds(&world, S, &["agent-folder"], 2);
    world.config["servers"][0]["agent_folder"] = json!(world.path("agent"));
    world.config["paths"]["agent"] = json!(world.path("no-hay"));
    finds(&world, S, &["tool-missing"], 2);
}

#[test]
fn behind_a_forced_command_a_trial_dump_has_the_word() {
    let mut world = with_note();
    world.config["servers"][0]["mode"] = json!("installed");
    let key = world.path("limitada");
    keygen(&key, "");
    let forced = format!("command=\"{} serve --allow {}\",restrict", text(&agent()), world.at("allow.json"));
    world.sshd.authorize(&key, &forced);
    world.config["servers"][0]["key"]["file"] = json!(key);
    let list = world.run(&["agent-allow", "s"]).exits(0).json();
    fs::write(world.path("allow.json"), list.to_string()).unwrap();
    let report = finds(&world, S, &[], 0);
    assert!(report["findings"].to_string().contains("a trial dump goes well"), "{report:#}");
    world.config["servers"][0]["datasets"][0]["command"] = json!("cat /etc/shadow");
    finds(&world, S, &["dump-fails"], 2);
}

#[test]
fn clocks_that_are_apart_are_told_with_how_far() {
    let world = with_note();
    let at = |skew: &str| {
        let mut command = world.command(&["doctor", "--json", "--server", "s"]);
        command
            .env("LD_PRELOAD", LIBRARY)
            .env("FAKETIME", skew)
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
        run(&mut command)
    };
    let report = judged(&at("-5m"), &["clock-skew"], 1);
    assert!(report["findings"][0]["said"].as_str().unwrap().contains("ahead of ours"), "{report:#}");
    let report = judged(&at("+2h"), &["clock-skew"], 2);
    assert!(report["findings"][0]["said"].as_str().unwrap().contains("behind ours"), "{report:#}");
    judged(&at("+0"), &[], 0);
}
