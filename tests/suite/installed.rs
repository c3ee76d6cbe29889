//! Resguardo as it is installed: the service under systemd on a machine of its own keeps servers each week, through
//! everything that happens to a machine in an office, and each week has exactly one outcome, which is true.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails by panicking")]

#[path = "installed/register.rs"]
mod register;
#[path = "installed/session.rs"]
mod session;
#[path = "installed/site.rs"]
mod site;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use system_tests::command::{run, text};

use session::Session;
use site::{Site, UNIT, kept, moment, sunday, wait_for};

/// What must be true at any time: no slot has two outcomes, only the newest may have none, the register's chain is
/// whole, and everything that is listed verifies.
#[track_caller]
fn all_is_true(site: &Site) {
    let slots = site.slots();
    let due: BTreeSet<_> = slots.iter().map(|slot| moment(&slot["due"])).collect();
    assert_eq!(due.len(), slots.len(), "a slot is listed twice: {slots:#?}");
    let open: Vec<_> = slots.iter().filter(|slot| slot["outcome"].is_null()).map(|slot| moment(&slot["due"])).collect();
    assert!(open.is_empty() || open == [*due.last().unwrap()], "slots without an outcome: {slots:#?}");
    for (earlier, later) in due.iter().zip(due.iter().skip(1)) {
        assert_eq!(*later - *earlier, TimeDelta::weeks(1), "a slot was skipped: {slots:#?}");
    }
    for due in &due {
        let runs = site.runs(*due);
        let whole = runs.iter().filter(|run| run["state"] == "kept").count();
        let times = 1 + register::taken_back(site, *due);
        assert!(whole <= times, "the slot of {due} was kept {whole} times and not {times}: {runs:#?}");
    }
    register::agrees_with(site, &slots);
    // What lies on disks is the service's alone.
    site.by("resguardo", &["register", "verify"]).exits(0);
    for disk in &site.disks {
        if run(std::process::Command::new("mountpoint").arg("-q").arg(&disk.path)).code == 0 {
            let place = format!("/mnt/{}", disk.path.file_name().unwrap().to_str().unwrap());
            site.by("resguardo", &["verify", &place]).exits(0);
            site.by("resguardo", &["register", "verify", "--disk", &place]).exits(0);
        }
    }
}

/// A week in which nothing but its own event happens: it settles with this outcome.
#[track_caller]
fn settles(site: &Site, week: i64, outcome: &str) {
    assert_eq!(site.settles(sunday(week)), outcome, "week {week}: {:#?}", site.runs(sunday(week)));
    all_is_true(site);
}

/// Each dataset lies on each of these disks, once for each of so many weeks.
#[track_caller]
fn lies_on_disks(site: &Site, disks: &[usize], weeks: usize) {
    for disk in disks {
        for dataset in kept() {
            let folder = site.disks[*disk].path.join("archives").join(dataset);
            let count = "find \"$1\" -name '*.manifest.json' | wc -l";
            let found = system_tests::command::sh_text(count, &[text(&folder)]);
            assert_eq!(found, weeks.to_string(), "{dataset} on disk {disk}");
        }
    }
}

fn an_ordinary_sunday(site: &Site) {
    site.clock(sunday(0) - TimeDelta::seconds(5));
    assert_eq!(site.runs(sunday(0)).len(), 0, "it began before it was due");
    site.clock(sunday(0) + TimeDelta::seconds(5));
    settles(site, 0, "done");
    let runs = site.runs(sunday(0));
    assert_eq!(
        (runs.len(), &runs[0]["trigger"], &runs[0]["state"]),
        (1, &"schedule".into(), &"kept".into()),
        "{runs:#?}"
    );
    lies_on_disks(site, &[0, 1], 1);
}

fn a_restart_in_the_middle_of_a_run(site: &Site) {
    site.hold();
    site.clock(sunday(1) + TimeDelta::seconds(5));
    site.is_in_the_middle();
    let before = site.machine.property(UNIT, "MainPID");
    site.machine.run(&["systemctl", "restart", UNIT]).exits(0);
    assert_ne!(site.machine.property(UNIT, "MainPID"), before);
    site.let_go();
    settles(site, 1, "done");
    let runs = site.runs(sunday(1));
    assert_eq!(runs.last().unwrap()["state"], "interrupted", "{runs:#?}");
}

fn a_kill_in_the_middle_of_a_run(site: &Site) {
    site.hold();
    site.clock(sunday(2) + TimeDelta::seconds(5));
    site.is_in_the_middle();
    let before = site.machine.property(UNIT, "MainPID");
    site.machine.sh("kill -KILL \"$1\"", &[&before]);
    site.comes_back(&before);
    site.let_go();
    settles(site, 2, "done");
    let runs = site.runs(sunday(2));
    assert_eq!(runs.last().unwrap()["state"], "interrupted", "{runs:#?}");
}

/// Switches the machine off on the Saturday before a week's Sunday, and on again so many hours after it.
fn off_until(site: &mut Site, week: i64, hours: i64) {
    site.clock(sunday(week) - TimeDelta::hours(8));
    site.machine.off();
    site.machine.set_clock(sunday(week) + TimeDelta::hours(hours));
    site.machine.on();
}

fn a_night_switched_off(site: &mut Site) {
    off_until(site, 3, 7);
    settles(site, 3, "done");
}

fn a_week_switched_off(site: &mut Site) {
    off_until(site, 4, 7 * 24 + 8);
    settles(site, 5, "done");
    assert_eq!(site.outcome(sunday(4)).as_deref(), Some("missed"));
    assert_eq!(site.runs(sunday(4)).len(), 0);
}

fn two_days_without_power_in_the_middle_of_a_run(site: &mut Site) {
    site.hold();
    site.clock(sunday(6) + TimeDelta::seconds(5));
    site.is_in_the_middle();
    site.machine.cut();
    site.let_go();
    site.machine.set_clock(sunday(6) + TimeDelta::hours(54));
    site.machine.on();
    settles(site, 6, "late");
}

/// By less than an hour nothing is decided twice. A clock that stood days ahead has decided slots that are still to
/// come: they are taken back once it is sure, and decided when their time is there.
fn a_clock_that_is_put_back_and_forward(site: &Site) {
    site.clock(sunday(7) + TimeDelta::minutes(1));
    settles(site, 7, "done");
    let (slots, runs) = (site.slots(), site.runs(sunday(7)));
    for shift in [TimeDelta::hours(1), -TimeDelta::minutes(50), -TimeDelta::minutes(2), TimeDelta::days(1)] {
        site.clock(sunday(7) + shift);
        wait_for("nothing runs", site, || site.status()["running"].is_null());
        assert_eq!(site.slots(), slots, "after the clock was put to {shift} from Sunday");
        assert_eq!(site.runs(sunday(7)), runs);
    }
    all_is_true(site);
    // A machine whose battery is dead starts in the past, and is told the time soon after.
    for shift in [-TimeDelta::days(3), TimeDelta::days(1)] {
        site.clock(sunday(7) + shift);
        wait_for("nothing runs", site, || site.status()["running"].is_null());
        assert_eq!(site.slots(), slots, "after the clock was put to {shift} from Sunday");
    }
    // One that stays there is believed after some hours.
    site.clock(sunday(7) - TimeDelta::days(3));
    wait_for("it is noticed", site, || site.status()["running"].is_null());
    site.clock(sunday(7) - TimeDelta::days(3) + TimeDelta::hours(7));
    wait_for("the slot is taken back", site, || site.slots() == slots[1..]);
    assert_eq!(register::taken_back(site, sunday(7)), 1);
    all_is_true(site);
    assert_eq!(site.runs(sunday(7)), runs, "something ran before it was due");
    site.clock(sunday(7) + TimeDelta::minutes(1));
    settles(site, 7, "done");
    assert_eq!(site.runs(sunday(7)).len(), 2);
    site.clock(sunday(8) + TimeDelta::hours(3));
    settles(site, 8, "done");
}

fn a_sunday_with_one_disk(site: &Site) {
    site.disks[1].umount();
    site.clock(sunday(9) + TimeDelta::seconds(5));
    settles(site, 9, "done");
    let status = site.status();
    let disks = status["disks"].as_array().unwrap();
    let absent = disks.iter().find(|disk| disk["disk"] == "disco-b").unwrap();
    assert_eq!(absent["present"], false, "{status:#}");
    site.disks[1].mount();
}

fn a_sunday_without_disks_until_they_are_plugged_in(site: &Site) {
    for disk in &site.disks {
        disk.umount();
    }
    site.clock(sunday(10) + TimeDelta::seconds(5));
    wait_for("a run has found no disk", site, || site.runs(sunday(10)).iter().any(|run| run["state"] == "waiting"));
    assert_eq!(site.outcome(sunday(10)), None);
    assert_eq!(site.by("operadora", &["status"]).code, 13, "nobody is told that disks are missing");
    for disk in &site.disks {
        disk.mount();
    }
    settles(site, 10, "done");
}

#[test]
fn a_machine_goes_through_all_that_happens_and_each_week_has_one_true_outcome() {
    let mut site = Site::started();
    an_ordinary_sunday(&site);
    a_restart_in_the_middle_of_a_run(&site);
    a_kill_in_the_middle_of_a_run(&site);
    a_night_switched_off(&mut site);
    a_week_switched_off(&mut site);
    two_days_without_power_in_the_middle_of_a_run(&mut site);
    a_clock_that_is_put_back_and_forward(&site);
    a_sunday_with_one_disk(&site);
    a_sunday_without_disks_until_they_are_plugged_in(&site);

    let told: Vec<_> = (0..=10).map(|week| site.outcome(sunday(week)).unwrap_or_default()).collect();
    let expected = ["done", "done", "done", "done", "missed", "done", "late", "done", "done", "done", "done"];
    assert_eq!(told, expected);
    assert_eq!(site.slots().len(), expected.len(), "{:#?}", site.slots());
}

#[test]
fn an_operator_of_the_group_may_ask_and_another_user_is_told_why_not() {
    let site = Site::started();
    let outcome = site.by("operadora", &["status"]);
    assert!([0, 13].contains(&outcome.code), "{}", outcome.said());
    for words in [&["status"][..], &["backup"], &["runs", "--json"], &["slots", "semanal"]] {
        site.by("extranjero", words).exits(12).says("only the group `resguardo` may: `sudo adduser USER resguardo`");
    }
    // An operator who asks for a backup stands in the record by name.
    site.by("operadora", &["backup", "semanal"]).exits(0);
    let runs = site.ask(&["runs"]);
    assert_eq!(runs["runs"][0]["asked_by"], "operadora", "{runs:#}");
    assert_eq!(runs["runs"][0]["trigger"], "operator");
    // Disks hold what the servers hold, so that they are open to the service alone.
    site.by("operadora", &["register", "verify"]).exits(4).says("sudo -u resguardo resguardo");
    site.by("root", &["backup", "--here"]).says("sudo -u USER resguardo");
    all_is_true(&site);
}

#[test]
fn an_operator_who_is_logged_in_sees_the_services_messages() {
    let site = Site::new();
    let channel = "sed -i '1s/{/{ \"notifications\": [{ \"kind\": \"desktop\" }],/' /etc/resguardo/resguardo.yaml";
    site.machine.sh(channel, &[]);
    site.machine.start(UNIT);
    let session = Session::of(&site, "operadora").with_a_desktop();
    session.run(&["systemctl", "--user", "start", "resguardo-notify"]).exits(0);
    site.by("operadora", &["notify", "--test"]).exits(0);
    wait_for("a message is shown", &site, || !session.shown().is_empty());
    let state = ["ActiveState", "NRestarts"].map(|name| session.property("resguardo-notify", name));
    assert_eq!(state, ["active", "0"], "{}", session.run(&["journalctl", "--user", "-n", "30"]).said());

    // Who may not ask is told so once, and not every ten seconds.
    let stranger = Session::of(&site, "extranjero");
    stranger.run(&["systemctl", "--user", "start", "resguardo-notify"]);
    wait_for("it has given up", &site, || stranger.property("resguardo-notify", "ActiveState") == "failed");
    let state = ["ExecMainStatus", "NRestarts"].map(|name| stranger.property("resguardo-notify", name));
    assert_eq!(state, ["12", "0"]);
}

#[test]
fn a_restore_drill_runs_within_what_the_unit_allows() {
    let site = Site::started();
    let kept = site.by("operadora", &["backup", "bd/quejas", "bd/portal", "bd/sitio"]);
    kept.exits(0);
    let outcome = site.by("operadora", &["drill", "bd/quejas", "bd/portal", "bd/sitio", "--json"]);
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.said(), site.machine.journal(UNIT));
    let drills = outcome.json()["drills"].clone();
    for (drill, rows) in [(0, "20000, of each table"), (1, "20000, of each table")] {
        assert!(drills[drill]["findings"].to_string().contains(rows), "{drills:#}");
    }
    assert_eq!(site.machine.sh("pgrep -c -u resguardo", &[]), "1", "only the service itself runs");
    all_is_true(&site);
}

#[test]
fn a_stop_in_the_middle_of_a_run_ends_in_order_and_in_time() {
    let site = Site::started();
    site.hold();
    site.clock(sunday(0) + TimeDelta::seconds(5));
    site.is_in_the_middle();
    site.machine.run(&["systemctl", "stop", UNIT]).exits(0);
    // It would be `timeout`, `signal` or `exit-code` if it had been killed or had failed.
    assert_eq!(site.machine.property(UNIT, "Result"), "success", "{}", site.machine.journal(UNIT));
    assert_eq!(site.by("operadora", &["status"]).code, 12);
    site.by("operadora", &["backup"]).exits(12);
    site.let_go();
    site.machine.start(UNIT);
    settles(&site, 0, "done");
}

#[test]
fn the_watchdog_is_answered_and_ends_a_service_that_hangs() {
    let site = Site::new();
    let short = "[Service]\nWatchdogSec=4\nTimeoutAbortSec=2\n";
    site.machine.write("etc/systemd/system/resguardo.service.d/watchdog.conf", short, "644");
    site.machine.sh("systemctl daemon-reload", &[]);
    site.machine.start(UNIT);
    let stamp = || site.machine.property(UNIT, "WatchdogTimestampMonotonic");
    let main = site.machine.property(UNIT, "MainPID");
    for _ in 0..3 {
        let before = stamp();
        wait_for("the watchdog is answered", &site, || stamp() != before);
    }
    assert_eq!(
        (site.machine.property(UNIT, "NRestarts").as_str(), site.machine.property(UNIT, "MainPID")),
        ("0", main.clone())
    );
    site.machine.sh("kill -STOP \"$1\"", &[&main]);
    site.comes_back(&main);
    site.status();
}

#[test]
fn a_service_with_a_faulty_configuration_does_not_start_and_says_what_is_wrong() {
    let site = Site::new();
    site.machine.sh("sed -i 's/0 2 . . SUN/0 25 * * SUN/' /etc/resguardo/resguardo.yaml", &[]);
    assert_ne!(site.machine.run(&["systemctl", "start", UNIT]).code, 0);
    wait_for("the journal has the fault", &site, || site.machine.journal(UNIT).contains("plans[0].when"));
}
