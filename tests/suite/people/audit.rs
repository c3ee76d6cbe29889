//! The audit log: it tells of everything, cannot be changed, and tells when it was.

use system_tests::command::{run, sh_text};
use system_tests::daemon::Daemon;
use system_tests::world::World;

use crate::{Desk, add, told, world};

fn sql(world: &World, sql: &str) -> system_tests::command::Outcome {
    run(std::process::Command::new("sqlite3").args(["-bail", &world.at("state/resguardo.db"), sql]))
}

#[test]
fn the_audit_log_tells_who_did_what_and_the_database_refuses_to_change_it() {
    let world = world();
    let _daemon = Daemon::start(&world, None);
    let first = add(&world, "ana", &["--role", "technician"]);
    let desk = Desk::of(&world);
    desk.log_in("ana", "otra cosa del todo").unwrap_err();
    let begun = desk.log_in("ana", &first).unwrap();
    let clock = || desk.now();
    desk.wait(|office| resguardo::jobs::people::log_out(office, &begun.token), &clock).unwrap();
    let lines = told(&world, &["audit", "list", "--object", "user ana"]);
    let lines = lines["lines"].as_array().unwrap().clone();
    let actions: Vec<&str> = lines.iter().rev().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["user_created", "role_granted", "log_in_failed", "log_in", "log_out"]);
    assert_eq!((&lines[4]["actor"], &lines[1]["address"]), (&"unix:root".into(), &"10.0.0.1".into()));
    for act in ["UPDATE audit SET detail = 'x'", "DELETE FROM audit"] {
        sql(&world, act).says("the audit log is never");
    }
    world.run(&["audit", "verify"]).exits(0).says("follow each other");
}

#[test]
fn a_line_that_was_changed_or_taken_out_behind_the_triggers_is_found() {
    let world = world();
    let _daemon = Daemon::start(&world, None);
    for login in ["ana", "luis", "eva"] {
        add(&world, login, &[]);
    }
    let original = sh_text(
        "sqlite3 -readonly \"$1\" \"SELECT object FROM audit WHERE n = 2\"",
        &[&world.at("state/resguardo.db")],
    );
    assert_eq!(original, "user luis");
    sql(&world, "DROP TRIGGER audit_stays; DROP TRIGGER audit_remains").exits(0);
    sql(&world, "UPDATE audit SET object = 'user otro' WHERE n = 2").exits(0);
    world.run(&["audit", "verify"]).exits(8).says("line 2 was changed");
    sql(&world, "UPDATE audit SET object = 'user luis' WHERE n = 2").exits(0);
    world.run(&["audit", "verify"]).exits(0);
    sql(&world, "DELETE FROM audit WHERE n = 3").exits(0);
    world.run(&["audit", "verify"]).exits(8).says("the last lines are gone");
    sql(&world, "DELETE FROM audit WHERE n = 1").exits(0);
    world.run(&["audit", "verify"]).exits(8).says("line 1 is missing");
}
