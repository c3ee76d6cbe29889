//! Servers that are not reached, not believed or let nobody in, and agents that are not there or refuse.

use std::fs;

use serde_json::json;
use system_tests::command::{agent, sh};
use system_tests::sshd::{free_port, keygen};
use system_tests::world::World;

use super::{nothing_kept, with_note};

/// Backs the note up and expects it to fail with this code and these words.
#[track_caller]
fn refused(world: &World, code: i32, words: &str) {
    world.backup(&["plano/nota"]).exits(code).says(words);
    nothing_kept(world, "plano/nota");
}

#[test]
fn a_host_that_nobody_knows_is_not_believed() {
    let mut world = with_note(&[64, 64]);
    let known = world.at("known_hosts");
    fs::write(&known, "").unwrap();
    let server = &mut world.config["servers"][0];
    server.as_object_mut().unwrap().remove("host_key");
    server["known_hosts"] = json!(known);
    refused(&world, 5, "is not known");
    let line = format!("[127.0.0.1]:{} {}\n", world.sshd.port, world.sshd.host_key());
    fs::write(&known, line).unwrap();
    world.backup(&["plano/nota"]).exits(0);
}

#[test]
fn a_host_whose_key_changed_is_refused_loudly() {
    let mut world = with_note(&[64, 64]);
    keygen(&world.path("otra"), "");
    let other = fs::read_to_string(world.path("otra.pub")).unwrap();
    world.config["servers"][0]["host_key"] = json!(other.trim());
    refused(&world, 5, "HAS CHANGED");
}

#[test]
fn a_key_that_the_server_does_not_take_is_named() {
    let mut world = with_note(&[64, 64]);
    keygen(&world.path("otra"), "");
    world.config["servers"][0]["key"]["file"] = json!(world.path("otra"));
    refused(&world, 5, "login as root with key SHA256:");
}

#[test]
fn a_server_that_is_down_is_named_with_its_port() {
    let mut world = with_note(&[64, 64]);
    let port = free_port();
    world.config["servers"][0]["port"] = json!(port);
    refused(&world, 5, &format!("no connection to 127.0.0.1 port {port}"));
}

#[test]
fn a_command_that_reads_its_standard_input_finds_it_closed() {
    let mut world = with_note(&[64, 64]);
    world.server("agente", "agent");
    for server in world.config["servers"].as_array_mut().unwrap() {
        server["idle_seconds"] = json!(5);
    }
    world.dataset(&json!({ "name": "lee", "kind": "command", "command": "cat; echo dato", "suffix": "txt" }));
    world.backup(&["agente/lee"]).exits(0);
    world.backup(&["plano/lee"]).exits(0);
}

#[test]
fn a_run_that_fails_leaves_nothing_unfinished() {
    let mut world = with_note(&[64, 64]);
    world.dataset(&json!({ "name": "corto", "kind": "command", "command": "echo poco", "suffix": "txt",
                           "trailer": "el fin" }));
    world.backup(&["plano/corto"]).exits(6);
    let left = [world.litter(0), world.litter(1)];
    assert_eq!(left, [const { Vec::<String>::new() }; 2], "an incomplete dump stays");
    world.config["servers"][0]["port"] = json!(free_port());
    world.backup(&["plano/nota"]).exits(5);
    for disk in 0..2 {
        assert_eq!(world.litter(disk), Vec::<String>::new());
    }
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    let world = with_note(&[64, 64]);
    sh("chmod 644 \"$1\"", &[&world.at("login")]);
    world.backup(&["plano/nota"]).says("chmod 600");
    nothing_kept(&world, "plano/nota");
}

#[test]
fn an_agent_that_is_not_there_is_told_with_the_remedy() {
    let mut world = with_note(&[64, 64]);
    world.config["servers"][0]["mode"] = json!("agent");
    world.config["paths"]["agent"] = json!(world.path("no-hay"));
    refused(&world, 5, "`mode: plain`");
    world.config["servers"][0]["mode"] = json!("installed");
    refused(&world, 5, "is it installed");
    world.config["servers"][0]["mode"] = json!("agent");
    world.config["paths"]["agent"] = json!(agent());
    world.config["servers"][0]["agent_folder"] = json!("/proc/no/se/puede");
    refused(&world, 5, "agent_folder");
}

#[test]
fn a_limited_key_gives_what_its_allow_list_names_and_nothing_else() {
    let mut world = with_note(&[64, 64]);
    world.dataset(&json!({ "name": "otro", "kind": "command", "command": "cat /etc/shadow", "suffix": "txt" }));
    world.config["servers"][0]["mode"] = json!("installed");
    let key = world.path("limitada");
    keygen(&key, "");
    let forced = format!("command=\"{} serve --allow {}\",restrict", agent().display(), world.at("allow.json"));
    world.sshd.authorize(&key, &forced);
    world.config["servers"][0]["key"]["file"] = json!(key);
    let list = world.run(&["agent-allow", "plano"]);
    let mut list = list.exits(0).json();
    assert_eq!(list["dumps"].as_array().unwrap().len(), 2);
    list["dumps"].as_array_mut().unwrap().pop();
    fs::write(world.path("allow.json"), list.to_string()).unwrap();

    world.backup(&["plano/nota"]).exits(0);
    world.backup(&["plano/otro"]).exits(6).says("does not name this command dump");
    nothing_kept(&world, "plano/otro");
    // A named dump with one word changed is another dump.
    world.config["servers"][0]["datasets"][0]["command"] = json!("echo dato; cat /etc/shadow");
    world.backup(&["plano/nota"]).exits(6).says("agent-allow");
    world.config["servers"][0]["mode"] = json!("plain");
    world.config["servers"][0]["idle_seconds"] = json!(5);
    assert_ne!(world.backup(&["plano/nota"]).code, 0, "the limited key opened a shell");
    fs::write(world.path("allow.json"), "{").unwrap();
    world.config["servers"][0]["mode"] = json!("installed");
    world.backup(&["plano/nota"]).exits(6).says("allow.json");
    world.only(0, "plano/nota");
}
