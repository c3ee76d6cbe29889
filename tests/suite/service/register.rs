//! The register through the service and on the disks: read, corrected, tampered with, and taken over again.

use std::fs;

use system_tests::command::{sh, sh_text, text, until};
use system_tests::daemon::{Clock, Daemon, entries};
use system_tests::world::World;

use super::{exported, handed_out, notices, office, on_disk, pairs, sql, told};

/// A Monday, on which nothing is due.
const MONDAY: &str = "2026-11-23T09:00:00-06:00";

/// A world with so many entries, each of a backup that an operator asked for.
fn with_entries(number: usize) -> (World, Clock, Daemon) {
    let world = office(&[("nota", "echo dato")]);
    let clock = Clock::new(&world, MONDAY);
    let daemon = Daemon::start(&world, Some(&clock));
    backups(&world, number);
    (world, clock, daemon)
}

fn backups(world: &World, number: usize) {
    for _ in 0..number {
        world.run(&["backup", "s/nota"]).exits(0);
    }
}

#[test]
fn entries_are_listed_shown_exported_and_corrected_by_new_ones() {
    let (world, _clock, _daemon) = with_entries(3);
    assert_eq!(told(&world), pairs(&[("nota", "extraordinario"); 3]));
    world.run(&["register", "list", "--limit", "1"]).exits(0).says("2026-3");
    world.run(&["register", "list", "--disk", "disco-b", "--json"]).exits(0).says("\"correlativo\": 3");
    world.run(&["register", "show", "2026-2"]).exits(0).says("DIACO-IN-FO-06").says("2026-2");
    world.run(&["register", "show", "2026-99"]).exits(10).says("there is no entry 2026-99");
    world.run(&["register", "show", "segunda"]).exits(2).says("2026-47");
    let to = world.at("exportado");
    world.run(&["register", "export", "--to", &to]).exits(0).says("3 entries");
    let written = fs::read_to_string(world.path("exportado/FO-06-2026.jsonl")).unwrap();
    assert_eq!(written, exported(&world));
    world.run(&["register", "export", "--to", &to]).exits(11).says("FO-06-2026.jsonl");
    let refused = world.run(&["register", "correct", "2026-2", "--reason", "error", "--set", "sha256=00"]);
    refused.exits(2).says("sha256");
    world.run(&["register", "correct", "2026-9", "--reason", "error", "--set", "responsable=Ana"]).exits(10);
    world.run(&["register", "correct", "2026-2", "--reason", " ", "--set", "responsable=Ana"]).exits(2);
    assert_eq!(entries(&world).len(), 3, "what is refused is not entered");
    let words = ["register", "correct", "2026-2", "--reason", "cambio de turno", "--set", "responsable=Ana López"];
    world.run(&words).exits(0).says("2026-4");
    world.run(&["register", "show", "2026-2"]).exits(0).says("Ana López").says("cambio de turno");
    // The disks have it without another run.
    handed_out(&world, &[0, 1]);
    world.run(&["register", "show", "2026-2", "--disk", text(&world.disks[1].path)]).exits(0).says("Ana López");
    assert!(exported(&world).starts_with(&written), "a correction changes no line");
    world.run(&["register", "verify"]).exits(0);
}

/// What is done to the lines of a disk's register.
type Tamper = fn(&mut Vec<String>);

#[test]
fn each_kind_of_tampering_with_a_disk_is_found_and_said() {
    let (world, _clock, daemon) = with_entries(3);
    let folder = world.disks[0].path.join("register");
    let old = world.path("antes");
    sh("cp -r \"$1\" \"$2\"", &[text(&folder), text(&old)]);
    backups(&world, 2);
    daemon.stop();
    let file = folder.join("FO-06-2026.jsonl");
    let whole = fs::read_to_string(&file).unwrap();
    let ways: [(Tamper, &str); 6] = [
        (
            |lines| lines[1] = lines[1].replace("\"intentos\":1", "\"intentos\":2"),
            "line 2 (entry 2026-2): it was changed",
        ),
        (|lines| drop(lines.remove(1)), "number 2 is missing before it"),
        (|lines| lines.swap(1, 2), "lines were swapped, moved or inserted"),
        (|lines| lines.insert(2, lines[1].clone()), "number 2 stands twice"),
        (|lines| lines.truncate(4), "the last 1 were cut off"),
        (|lines| lines[4] = lines[4].replace("\"intentos\":1", "\"intentos\":2"), "the head calls its hash"),
    ];
    for (tamper, sentence) in ways {
        let mut lines: Vec<String> = whole.lines().map(str::to_owned).collect();
        tamper(&mut lines);
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        assert_ne!(fs::read_to_string(&file).unwrap(), whole);
        world.run(&["register", "verify"]).exits(8).says("DAMAGED  disco-a").says(sentence).says("good     disco-b");
        world.run(&["register", "verify", "--disk", "disco-b"]).exits(0);
    }
    // An older copy of all of it is whole in itself; only the other disk knows better.
    sh("rm -r \"$1\" && cp -r \"$2\" \"$1\"", &[text(&folder), text(&old)]);
    world.run(&["register", "verify", "--disk", "disco-a"]).exits(0);
    let found = world.run(&["register", "verify"]);
    found.exits(8).says("disk disco-a holds 3 entries, and by the head of disk disco-b it was given");
    fs::write(&file, whole).unwrap();
    fs::copy(world.disks[1].path.join("register/head.json"), folder.join("head.json")).unwrap();
    world.run(&["register", "verify"]).exits(0);
}

#[test]
fn a_tampered_register_is_left_as_it_is_and_told_while_the_other_disks_go_on() {
    let (world, _clock, _daemon) = with_entries(3);
    let file = world.disks[0].path.join("register/FO-06-2026.jsonl");
    let tampered = on_disk(&world, 0).replacen("\"intentos\":1", "\"intentos\":2", 1);
    fs::write(&file, &tampered).unwrap();
    backups(&world, 1);
    handed_out(&world, &[1]);
    assert_eq!(on_disk(&world, 0), tampered, "what was tampered with is evidence");
    until("people are told", || notices(&world) == "register_damaged");
    let said = sql(&world, "SELECT text FROM notices");
    assert!(said.contains("disco-a") && said.contains("line 1"), "{said}");
    let log = sh_text("cat \"$1\"/resguardo.*", &[&world.at("log")]);
    assert!(log.contains("disco-a") && log.contains("is not ours and was left as it is"), "{log}");
    world.run(&["status"]).exits(13).says("disk disco-a: its register is not ours").says("register verify");
    // The backup itself is on both disks, and nobody is told twice.
    assert_eq!((world.kept(0, "s/nota").len(), world.kept(1, "s/nota").len()), (4, 4));
    backups(&world, 1);
    handed_out(&world, &[1]);
    assert_eq!((notices(&world).as_str(), on_disk(&world, 0) == tampered), ("register_damaged", true));
    world.run(&["register", "verify"]).exits(8).says("disco-a");
    // Moved away, it is written anew.
    fs::copy(&file, world.path("prueba.jsonl")).unwrap();
    fs::remove_file(&file).unwrap();
    backups(&world, 1);
    handed_out(&world, &[0, 1]);
    world.run(&["register", "verify"]).exits(0);
    world.run(&["status"]).exits(0);
    // An end that was cut off is no older register, since this disk was given more.
    let whole = on_disk(&world, 0);
    let cut = whole.lines().take(4).map(|line| format!("{line}\n")).collect::<String>();
    fs::write(&file, &cut).unwrap();
    backups(&world, 1);
    handed_out(&world, &[1]);
    until("people are told again", || notices(&world) == "register_damaged register_damaged");
    assert_eq!(on_disk(&world, 0), cut);
    world.run(&["status"]).exits(13).says("ends after line 4");
}

#[test]
fn a_lost_database_takes_the_register_over_from_a_disk_and_goes_on_numbering() {
    let (world, clock, daemon) = with_entries(3);
    let before = exported(&world);
    daemon.stop();
    sh("rm \"$1\"/resguardo.db*", &[&world.at("state")]);
    let _daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(exported(&world), before);
    backups(&world, 1);
    let entries = entries(&world);
    assert_eq!((entries.len(), &entries[3]["correlativo"], &entries[3]["secuencia"]), (4, &4.into(), &4.into()));
    assert!(exported(&world).starts_with(&before));
    handed_out(&world, &[0, 1]);
    world.run(&["register", "verify"]).exits(0);
    assert_eq!(world.kept(0, "s/nota").len(), 4);
}

#[test]
fn a_database_that_was_set_back_takes_over_what_it_lacks() {
    let (world, clock, daemon) = with_entries(2);
    daemon.stop();
    let (database, old) = (world.at("state/resguardo.db"), world.at("antes.db"));
    sh("sqlite3 \"$1\" \".backup '$2'\"", &[&database, &old]);
    let daemon = Daemon::start(&world, Some(&clock));
    backups(&world, 2);
    handed_out(&world, &[0, 1]);
    let before = exported(&world);
    daemon.stop();
    sh("rm \"$1\"*; cp \"$2\" \"$1\"", &[&database, &old]);
    let _daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(exported(&world), before);
    backups(&world, 1);
    handed_out(&world, &[0, 1]);
    assert!(exported(&world).starts_with(&before));
    assert_eq!(entries(&world).last().unwrap()["correlativo"], 5);
}

#[test]
fn a_register_signed_by_another_is_found_by_its_key() {
    let (world, _clock, daemon) = with_entries(1);
    daemon.stop();
    let key = |world: &World| fs::read_to_string(world.path("state/register.pub")).unwrap().trim().to_owned();
    world.run(&["register", "verify", "--key", &key(&world)]).exits(0);
    world.run(&["register", "verify", "--key", "abc"]).exits(2).says("--key");
    let (forger, _clock, daemon) = with_entries(1);
    daemon.stop();
    world.run(&["register", "verify", "--key", &key(&forger)]).exits(8).says("DAMAGED");
    // A whole register of somebody else's, in itself without a fault.
    let folders = [&world, &forger].map(|world| world.disks[0].path.join("register"));
    sh("rm -r \"$1\" && cp -r \"$2\" \"$1\"", &folders.each_ref().map(|folder| text(folder)));
    world.run(&["register", "verify", "--disk", "disco-a"]).exits(0);
    world.run(&["register", "verify"]).exits(8).says("signed with different keys");
    world.run(&["register", "verify", "--disk", "disco-a", "--key", &key(&world)]).exits(8);
}
