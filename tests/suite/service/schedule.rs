//! By the schedule and the clock: what is due is kept, what fails is tried again, what was missed is written down.

use std::fs;

use serde_json::{Value, json};
use system_tests::daemon::{Clock, Daemon, entries, run_is, runs, settled, slots, status};
use system_tests::disk::LoopDisk;

use super::{DUE, handed_out, notices, office, on_disk, pairs, sql, told};

#[test]
fn a_plan_that_is_due_in_this_minute_is_kept_entered_and_handed_out() {
    let world = office(&[("nota", "echo dato")]);
    let clock = Clock::new(&world, "2026-11-22T02:00:10-06:00");
    let daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(settled(&world, 1), ["done"]);
    let entries = entries(&world);
    assert_eq!(entries.len(), 1, "{entries:#?}");
    let entry = &entries[0];
    let said = [&entry["resultado"], &entry["plan"], &entry["turno"], &entry["semana"], &entry["correlativo"]];
    let said: Vec<String> = said.iter().map(|value| value.to_string().replace('"', "")).collect();
    assert_eq!(said, ["realizado", "todo", DUE, "2026-W47", "1"]);
    assert_eq!(entry["medios"].as_array().unwrap().len(), 2);
    let kept = world.only(0, "s/nota");
    assert_eq!(entry["archivos"][0]["sha256"], kept.main()["archive_sha256"], "{entry:#}");
    handed_out(&world, &[0, 1]);
    world.run(&["register", "verify"]).exits(0);
    world.run(&["status"]).exits(0).says("everything is well");
    daemon.stop();
    // Whoever starts it again in the same minute has nothing made twice.
    let _daemon = Daemon::start(&world, Some(&clock));
    status(&world);
    assert_eq!((runs(&world).len(), slots(&world).len(), told(&world).len()), (1, 1, 1));
    world.only(1, "s/nota");
}

#[test]
fn what_fails_is_entered_once_and_tried_again_by_the_clock_until_it_is_kept() {
    let mut world = office(&[("buena", "echo dato")]);
    let missing = world.at("dato");
    world
        .dataset(&json!({ "name": "mala", "kind": "command", "command": format!("cat '{missing}'"), "suffix": "txt" }));
    let clock = Clock::new(&world, DUE);
    let _daemon = Daemon::start(&world, Some(&clock));
    let first = run_is(&world, 1, "partly");
    assert_eq!(told(&world), pairs(&[("buena", "realizado"), ("mala", "fallido")]));
    assert_eq!(world.run(&["status"]).code, 13);
    // A minute before its time nothing is tried; whatever is tried says when.
    clock.set("2026-11-22T02:14:00-06:00");
    status(&world);
    clock.set("2026-11-22T02:15:30-06:00");
    status(&world);
    let second = run_is(&world, 2, "failed");
    let moment = |run: &Value, what: &str| chrono::DateTime::parse_from_rfc3339(run[what].as_str().unwrap()).unwrap();
    assert!((moment(&second, "queued") - moment(&first, "ended")).num_seconds() >= 900 - 1, "{first:#}\n{second:#}");
    assert_eq!(second["datasets"].as_array().unwrap().len(), 1, "only what was not kept is tried: {second:#}");
    assert_eq!(told(&world).len(), 2, "further failures have no entries of their own");
    fs::write(&missing, "dato\n").unwrap();
    clock.set("2026-11-22T02:47:00-06:00");
    status(&world);
    run_is(&world, 3, "kept");
    assert_eq!(settled(&world, 1), ["done"]);
    let entries = entries(&world);
    assert_eq!((entries.len(), &entries[2]["resultado"], &entries[2]["intentos"]), (3, &"realizado".into(), &3.into()));
    world.only(0, "s/buena");
    handed_out(&world, &[0, 1]);
    assert_eq!(notices(&world), "plan_failed plan_kept", "the first failure is told, and the end");
}

#[test]
fn what_is_kept_a_day_after_its_time_is_late() {
    let world = office(&[("mala", "false")]);
    let clock = Clock::new(&world, DUE);
    let daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "failed");
    daemon.stop();
    let mut world = world;
    world.config["servers"][0]["datasets"][0]["command"] = "echo dato".into();
    clock.set("2026-11-23T09:00:00-06:00");
    let _daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(settled(&world, 1), ["late"]);
    assert_eq!(told(&world), pairs(&[("mala", "fallido"), ("mala", "realizado tarde")]));
}

#[test]
fn a_slot_that_is_over_is_missed_or_excused() {
    let world = office(&[("buena", "echo dato"), ("mala", "false")]);
    let clock = Clock::new(&world, DUE);
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "partly");
    clock.set("2026-11-29T02:00:30-06:00");
    status(&world);
    assert_eq!(settled(&world, 1), ["missed"]);
    run_is(&world, 2, "partly");
    let first_week = [("buena", "realizado"), ("mala", "fallido"), ("mala", "fallido")];
    assert_eq!(told(&world), pairs(&[&first_week[..], &[("buena", "realizado"), ("mala", "fallido")]].concat()));
    let status = status(&world);
    assert_eq!((&status["well"], &status["plans"][0]["overdue"]), (&false.into(), &true.into()), "{status:#}");
    // The second week is excused while it is open.
    let words = ["excuse", "todo", "--from", "2026-11-28", "--until", "2026-11-30", "--reason", "feriado nacional"];
    world.run(&words).exits(0).says("excused");
    clock.set("2026-12-06T02:00:30-06:00");
    world.run(&["status"]);
    assert_eq!(settled(&world, 2), ["missed", "excused"]);
    run_is(&world, 3, "partly");
    let entry = &entries(&world)[5];
    assert_eq!((&entry["origen"]["nombre"], &entry["resultado"]), (&"mala".into(), &"excusado".into()));
    assert!(entry["observaciones"].to_string().contains("feriado nacional"), "{entry:#}");
    assert!(sql(&world, "SELECT text FROM notices").contains("feriado nacional"));
}

#[test]
fn a_machine_that_was_off_for_three_weeks_writes_down_what_it_missed_and_catches_up_once() {
    let world = office(&[("nota", "echo dato")]);
    let clock = Clock::new(&world, DUE);
    let daemon = Daemon::start(&world, Some(&clock));
    settled(&world, 1);
    daemon.stop();
    clock.set("2026-12-13T09:00:00-06:00");
    let _daemon = Daemon::start(&world, Some(&clock));
    assert_eq!(settled(&world, 4), ["done", "missed", "missed", "done"]);
    let words = ["realizado", "no realizado", "no realizado", "realizado"];
    assert_eq!(told(&world), pairs(&words.map(|word| ("nota", word))));
    assert_eq!((runs(&world).len(), world.kept(0, "s/nota").len()), (2, 2));
    handed_out(&world, &[0, 1]);
}

#[test]
fn a_run_without_any_disk_waits_for_one_and_says_which() {
    let world = office(&[("nota", "echo dato")]);
    world.disks.iter().for_each(LoopDisk::umount);
    let clock = Clock::new(&world, DUE);
    let _daemon = Daemon::start(&world, Some(&clock));
    let run = run_is(&world, 1, "waiting");
    assert!(run["error"].as_str().unwrap().contains("disco-a"), "{run:#}");
    world.run(&["status"]).exits(13).says("disco-a").says("disco-b");
    assert_eq!(notices(&world), "disk_wanted");
    let said = sql(&world, "SELECT subject || text FROM notices");
    assert!(said.contains("disco-a") && said.contains("disco-b"), "{said}");
    assert!(told(&world).is_empty(), "nothing was tried yet");
    // Nobody is told twice of the same run.
    clock.set("2026-11-22T02:06:00-06:00");
    status(&world);
    world.disks[0].mount();
    clock.set("2026-11-22T02:12:00-06:00");
    status(&world);
    assert_eq!(settled(&world, 1), ["done"]);
    let run = run_is(&world, 1, "partly");
    assert_eq!(run["datasets"][0]["disks"], json!(["disco-a"]));
    assert_eq!(run["datasets"][0]["failed"][0]["disk"], "disco-b");
    assert_eq!(notices(&world), "disk_wanted copies_missing");
    assert_eq!(told(&world), pairs(&[("nota", "realizado")]));
    assert!(entries(&world)[0]["observaciones"].to_string().contains("disco-b"));
    handed_out(&world, &[0]);
    assert_eq!(on_disk(&world, 1), "");
    // The other disk has the register, and the copy it is owed with an entry of its own, as soon as it comes.
    world.disks[1].mount();
    clock.set("2026-11-29T02:00:10-06:00");
    status(&world);
    assert_eq!(settled(&world, 2), ["done", "done"]);
    system_tests::command::until("nothing is owed", || {
        sql(&world, "SELECT count(*) FROM debts WHERE settled IS NULL") == "0" && told(&world).len() == 3
    });
    handed_out(&world, &[0, 1]);
    world.run(&["register", "verify"]).exits(0);
}

#[test]
fn what_an_operator_keeps_counts_for_the_slot_that_lacks_it() {
    let mut world = office(&[("buena", "echo dato")]);
    let missing = world.at("dato");
    let mala = json!({ "name": "mala", "kind": "command", "command": format!("cat '{missing}'"), "suffix": "txt" });
    world.dataset(&mala);
    let clock = Clock::new(&world, DUE);
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "partly");
    fs::write(&missing, "dato\n").unwrap();
    world.run(&["backup", "s/mala"]).exits(0);
    assert_eq!(settled(&world, 1), ["done"]);
    assert_eq!(told(&world), pairs(&[("buena", "realizado"), ("mala", "fallido"), ("mala", "realizado")]));
    // Its time for another attempt comes, and there is nothing left to try.
    clock.set("2026-11-22T02:20:00-06:00");
    world.run(&["backup", "s/buena"]).exits(0);
    assert_eq!((runs(&world).len(), told(&world)[3].1.as_str()), (3, "extraordinario"));
}

#[test]
fn a_run_that_waits_for_a_disk_can_be_cancelled_and_is_tried_again_later() {
    let world = office(&[("nota", "echo dato")]);
    world.disks.iter().for_each(LoopDisk::umount);
    let clock = Clock::new(&world, DUE);
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "waiting");
    world.run(&["cancel", "1"]).exits(0);
    run_is(&world, 1, "cancelled");
    world.disks.iter().for_each(LoopDisk::mount);
    clock.set("2026-11-22T02:30:00-06:00");
    status(&world);
    assert_eq!(settled(&world, 1), ["done"]);
    run_is(&world, 2, "kept");
}
