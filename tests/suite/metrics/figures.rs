//! The figures are those of what really is, whoever may not is told nothing, and each of them is written down.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use system_tests::command::{sh_text, until};
use system_tests::daemon::{run_is, status};

use super::{Figures, MEDIA_TYPE, Scene, named, of_project, piped};

const LENTO: &[(&str, &str)] = &[("server", "s"), ("dataset", "lento")];
const PAPELES: &[(&str, &str)] = &[("server", "s"), ("dataset", "papeles")];

/// What only a database of weeks has; `many` shows it.
const LATER: &str = "resguardo_disk_full_in_seconds";

fn on(dataset: &'static str, disk: &'static str) -> [(&'static str, &'static str); 3] {
    [("server", "s"), ("dataset", dataset), ("disk", disk)]
}

/// A backup with one of two disks away, then the disk, then a drill; every figure at each step.
fn figures_are_those_of_what_is(scene: &Scene) {
    let world = &scene.world;
    let before = scene.scrape();
    assert_eq!(before.value("resguardo_backup_running", &[]), 0.0);
    assert_eq!(before.maybe("resguardo_dataset_last_good_age_seconds", LENTO), None, "it was never kept");
    until("both disks are seen", || scene.scrape().value("resguardo_disk_present", &[("disk", "disco-b")]) > 0.0);
    world.disks[1].umount();
    until("the disk is gone", || scene.scrape().value("resguardo_disk_present", &[("disk", "disco-b")]) < 1.0);

    world.run(&["backup", "--detach"]).exits(0);
    let mut running = scene.scrape();
    until("the dump stands still", || {
        running = scene.scrape();
        running.maybe("resguardo_running_backup_read_bytes", LENTO).is_some_and(|bytes| bytes > 0.0)
    });
    assert_eq!(running.value("resguardo_backup_running", &[]), 1.0);
    assert!(running.value("resguardo_running_backup_start_timestamp_seconds", LENTO) > 1.7e9);
    scene.go_on();
    run_is(world, 1, "partly");
    // What is expected is known the second time.
    fs::remove_file(world.path("sigue")).unwrap();
    world.run(&["backup", "--detach", "s/lento"]).exits(0);
    until("the second dump stands still", || {
        running = scene.scrape();
        running.maybe("resguardo_running_backup_expected_bytes", LENTO) == Some(9_000_001.0)
    });
    scene.go_on();
    run_is(world, 2, "partly");
    until("what is to be told waits", || {
        world.run(&["notify", "--test"]).exits(0);
        scene.scrape().maybe("resguardo_outbox_waiting_since_timestamp_seconds", &[("channel", "webhook")]).is_some()
    });
    let owed = scene.scrape();
    assert_eq!(owed.value("resguardo_dataset_copies_owed", &on("lento", "disco-b")), 2.0);
    assert!(owed.value("resguardo_outbox_waiting", &[("channel", "webhook")]) >= 1.0);
    assert_eq!(owed.value("resguardo_dataset_last_good_read_bytes", LENTO), 9_000_001.0);
    assert_eq!(owed.value("resguardo_dataset_last_attempt_state", &[LENTO, &[("state", "partly")]].concat()), 1.0);

    world.disks[1].mount();
    until("what was owed is there", || {
        scene.scrape().maybe("resguardo_dataset_copies_owed", &on("lento", "disco-b")).is_none()
    });
    world.run(&["drill", "s/papeles"]).exits(0);
    let after = scene.scrape();
    assert_eq!(after.value("resguardo_dataset_copies", &on("lento", "disco-b")), 2.0);
    assert_eq!(after.value("resguardo_dataset_last_drill_passed", PAPELES), 1.0);
    holds_what_commands_say(scene, &after);
    is_written_down(&[&before, &running, &owed, &after]);
    same_everywhere(scene);
}

#[track_caller]
fn holds_what_commands_say(scene: &Scene, figures: &Figures) {
    let status = status(&scene.world);
    let of = |name: &str| {
        let all = status["plans"][0]["datasets"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["dataset"] == name).unwrap()
    };
    assert_eq!(
        figures.value("resguardo_dataset_last_good_read_bytes", PAPELES),
        of("s/papeles")["plain_bytes"].as_f64().unwrap()
    );
    assert_eq!(figures.value("resguardo_register_entries", &[]), status["register"]["entries"].as_f64().unwrap());
    assert_eq!(figures.value("resguardo_register_whole", &[]), 1.0);
    let drills = scene.world.run(&["drills", "--json"]).exits(0).json();
    let took = drills["drills"][0]["restore_ms"].as_f64().unwrap() / 1000.0;
    assert_eq!(figures.value("resguardo_dataset_last_drill_duration_seconds", PAPELES), took, "{drills:#}");
    assert_eq!(figures.value("resguardo_verification_interval_seconds", &[]), f64::from(6 * 7 * 86_400));
    assert_eq!(figures.value("resguardo_drill_interval_seconds", &[]), f64::from(30 * 86_400));
    let memory = figures.value("resguardo_resident_memory_bytes", &[]);
    assert!((4e6..4e9).contains(&memory), "{memory}");
    let said = format!("{:?}", figures.samples);
    for private in ["vigilante", "Vilma", "root", &scene.key] {
        assert!(!said.contains(private), "{private} stands in the figures");
    }
}

/// Every figure is documented, and what rules and dashboard name is there.
#[track_caller]
fn is_written_down(scrapes: &[&Figures]) {
    let names = scrapes[0].names();
    let read = |path: &str| named(&fs::read_to_string(of_project(path)).unwrap());
    assert_eq!(read("config/prometheus/METRICS.md"), names);
    let there: BTreeSet<String> = scrapes.iter().flat_map(|figures| figures.there()).collect();
    for path in ["config/prometheus/resguardo.rules.yml", "config/grafana/resguardo.json"] {
        let wanted = read(path);
        assert!(wanted.len() > 10, "{path}");
        let missing: Vec<&String> = wanted.iter().filter(|name| !there.contains(*name) && *name != LATER).collect();
        assert!(missing.is_empty(), "{path} names what no scrape brings: {missing:?}");
    }
    let never: Vec<&String> = names.iter().filter(|name| !there.contains(*name) && *name != LATER).collect();
    assert!(never.is_empty(), "these never had a figure here: {never:?}");
}

/// At the terminal and in the file stands the same as in the answer, but for what time and memory change.
#[track_caller]
fn same_everywhere(scene: &Scene) {
    let still = |text: &str| {
        let moves = ["_age_seconds{", "resguardo_uptime_", "resguardo_resident_", "resguardo_metrics_timestamp"];
        let lines = text.lines().filter(|line| line.starts_with('#') || !moves.iter().any(|part| line.contains(part)));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let answer = scene.ask(&scene.key).is(200);
    assert_eq!(answer.header("content-type"), MEDIA_TYPE);
    assert!(answer.body.ends_with("\n# EOF\n"));
    // What is read again on a disk may be told in between.
    until("the terminal tells the same", || {
        let told = scene.world.run(&["metrics"]).exits(0).stdout.clone();
        still(&String::from_utf8(told).unwrap()) == still(&scene.ask(&scene.key).is(200).body)
    });
    let file = scene.world.path("nodo/resguardo.prom");
    until("the file tells the same", || {
        still(&fs::read_to_string(&file).unwrap()) == still(&scene.ask(&scene.key).is(200).body)
    });
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(sh_text("ls \"$1\"", &[&scene.world.at("nodo")]), "resguardo.prom");
    // In Prometheus' older format, whose names of counters have their ending everywhere, its linter finds nothing.
    let older = answer.body.replace(" resguardo_plan_slots ", " resguardo_plan_slots_total ");
    let older = older.replace(" resguardo_disk_errors ", " resguardo_disk_errors_total ");
    assert_eq!(String::from_utf8(piped("promtool", &["check", "metrics"], &older)).unwrap(), "");
}

mod on_sqlite {
    #[test]
    fn figures_are_those_of_what_is() {
        super::figures_are_those_of_what_is(&super::Scene::new());
    }
}

mod on_postgres {
    #[test]
    fn figures_are_those_of_what_is() {
        super::figures_are_those_of_what_is(&super::Scene::on_postgres());
    }
}

#[test]
fn without_a_key_for_it_nothing_is_told() {
    let scene = Scene::new();
    let other = scene.token("tickets:read");
    let problem = |key: &str, status: u16, code: &str| {
        let answer = scene.ask(key).is(status);
        let said: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(said["code"], code, "{answer:#?}");
        assert!(!answer.body.contains("resguardo_"), "{answer:#?}");
        answer
    };
    assert_eq!(problem("", 401, "unauthorized").header("www-authenticate"), "Bearer");
    problem(&"0".repeat(64), 401, "unauthorized");
    problem(&other, 403, "scope");
    scene.scrape();
    // A key that measures opens nothing else.
    let bearer = format!("Bearer {}", scene.key);
    let mut browser = super::Browser::new(scene.port);
    browser.ask("GET", "/api/v1/tickets", &[("Authorization", &bearer)], b"").is(403);
    scene.world.run(&["token", "revoke", "1"]).exits(0);
    problem(&scene.key, 401, "unauthorized");
}
