//! `resguardo doctor` against real servers, databases and disks: a healthy scene is well, each broken one gives its code and exit, and
//! nothing is changed anywhere.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "doctor/here.rs"]
mod here;
#[path = "doctor/records.rs"]
mod records;
#[path = "doctor/rights.rs"]
mod rights;
#[path = "doctor/servers.rs"]
mod servers;

use std::fs;

use serde_json::{Value, json};
use system_tests::authority::Authority;
use system_tests::command::{Outcome, run, sh, sh_text};
use system_tests::daemon::Daemon;
use system_tests::desktop::SessionBus;
use system_tests::mail::{MailServer, Wants};
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::sshd::free_port;
use system_tests::world::World;

/// The codes of what is not well, each once, in their order.
fn codes(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let problems = findings.filter(|finding| finding["severity"] != "ok");
    let mut codes: Vec<String> = problems.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Looks with these words and expects just these codes and this exit.
#[track_caller]
fn finds(world: &World, words: &[&str], wanted: &[&str], exit: i32) -> Value {
    judged(&world.run(&[&["doctor", "--json"], words].concat()), wanted, exit)
}

#[track_caller]
fn judged(outcome: &Outcome, wanted: &[&str], exit: i32) -> Value {
    let report = outcome.json();
    assert_eq!(codes(&report), wanted, "{report:#}");
    outcome.exits(exit);
    assert_eq!(report["exit"], exit);
    for finding in report["findings"].as_array().unwrap() {
        let is_well = finding["severity"] == "ok";
        assert_eq!(finding["remedy"] == "", is_well, "what to do is said where there is something to do: {finding:#}");
    }
    report
}

/// A world with a server, one small dataset and one disk.
fn with_note() -> World {
    let mut world = World::with_disks(&[64]);
    world.server("s", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world
}

/// A certificate for `localhost` with its key in a folder of this name, made at a moment, for so many days.
fn certificate(world: &World, name: &str, moment: &str, days: &str) -> Value {
    let folder = world.at(name);
    let make = "mkdir \"$1\"; cd \"$1\"; faketime \"$2\" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -days \"$3\" -subj /CN=localhost -keyout key.pem -out chain.pem 2>/dev/null; chmod 600 key.pem";
    sh(make, &[&folder, moment, days]);
    json!({ "certificate": format!("{folder}/chain.pem"), "key": { "file": format!("{folder}/key.pem") } })
}

fn pages(tls: Value) -> Value {
    json!({ "listen": format!("127.0.0.1:{}", free_port()), "base_url": "https://localhost", "tls": tls })
}

/// Everything under a folder with its size and the moment at which it was changed; but for the memory that SQLite's readers share.
fn listed(folder: &str) -> String {
    sh_text("find \"$1\" ! -name '*.db-shm' -printf '%p %s %T@ %m %U %i\\n' | sort", &[folder])
}

#[test]
fn where_all_is_well_it_says_so_and_changes_nothing() {
    let mut world = World::with_disks(&[96, 96]);
    let postgres = Postgres::start(&world.path("pg"));
    postgres.sql("postgres", "CREATE DATABASE quejas");
    postgres.sql("quejas", "CREATE TABLE q (n int); INSERT INTO q SELECT generate_series(1, 100)");
    let mariadb = MariaDb::start(&world.path("mariadb"));
    mariadb.sql("CREATE DATABASE encuestas; CREATE TABLE encuestas.e (n int)");
    sh(
        "mkdir \"$1\" && echo hola >\"$1/index.html\" && sqlite3 \"$1/datos.db\" 'CREATE TABLE t (n)'",
        &[&world.at("sitio")],
    );
    world.both_ways();
    world.dataset(&json!({ "name": "quejas", "kind": "postgres", "database": "quejas", "host": postgres.socket, "user": "postgres" }));
    world.dataset(&json!({ "name": "encuestas", "kind": "mysql", "database": "encuestas", "socket": mariadb.socket,
                           "defaults_file": mariadb.defaults }));
    world.dataset(&json!({ "name": "datos", "kind": "sqlite", "path": world.path("sitio/datos.db") }));
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": world.path("sitio") }));
    let authority = Authority::new(&world.path("ca"));
    let mail = MailServer::start(&world.path("correo"), Wants::Nothing, &authority);
    let bus = SessionBus::start(&world.path("bus"));
    world.config["notifications"] = json!([
        { "kind": "email", "smtp": format!("127.0.0.1:{}", mail.port), "security": "none", "from": "a@b.gt", "to": ["c@d.gt"] },
        { "kind": "desktop" },
    ]);
    world.config["web"] = pages(certificate(&world, "tls", "now", "90"));
    fs::create_dir(world.path("espera")).unwrap();
    world.config["spool"] = json!({ "path": world.path("espera"), "gibibytes": 1 });
    world.backup(&[]).exits(0);

    let places: Vec<String> =
        ["state", "log", "disco-a", "disco-b", "sitio", "espera"].map(|name| world.at(name)).into();
    let before: Vec<String> = places.iter().map(|place| listed(place)).collect();
    let look = |words: &[&str]| {
        let mut command = world.command(&[&["doctor"], words].concat());
        run(command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address))
    };
    judged(&look(&["--json"]), &["service-down"], 2);
    for (place, before) in places.iter().zip(before) {
        assert_eq!(listed(place), before, "something was changed");
    }
    assert!(!mail.log().contains("<="), "a mail was sent: {}", mail.log());

    let _daemon = Daemon::start(&world, None);
    let report = judged(&look(&["--json"]), &[], 0);
    let said = report["findings"].to_string();
    for about in [
        "agente/quejas",
        "plano/encuestas",
        "plano/datos",
        "agente/sitio",
        "disk disco-b",
        "certificate",
        "register",
        "spool",
        "service",
    ] {
        assert!(said.contains(about), "{about} was not looked at: {report:#}");
    }
    look(&[]).exits(0).says("everything is well");
    look(&["--all"])
        .exits(0)
        .says("well: server agente: agente/quejas: it lets the dump in and read everything (pg_dump");
    let line = look(&["--nagios"]);
    let line = String::from_utf8(line.exits(0).stdout.clone()).unwrap();
    assert!(line.starts_with("RESGUARDO OK - ") && line.lines().count() == 1, "{line}");
    for figure in [
        "'free disk disco-a'=",
        "'age hours plano/quejas'=0",
        "'skew server plano'=0s",
        "'copies owed'=0",
        "'certificate days'=89",
    ] {
        assert!(line.contains(figure), "{figure}: {line}");
    }
}

#[test]
fn the_four_exits_are_those_of_nagios_also_where_nothing_can_be_looked_at() {
    let mut world = with_note();
    world.backup(&[]).exits(0);
    let nagios = |world: &World, words: &[&str]| {
        let outcome = world.run(&[&["doctor", "--nagios"], words].concat());
        (outcome.code, String::from_utf8(outcome.stdout).unwrap())
    };
    assert_eq!(nagios(&world, &["--server", "s"]).0, 0);
    let (code, line) = nagios(&world, &[]);
    assert!(code == 2 && line.starts_with("RESGUARDO CRITICAL - 1 critical; service-down service: "), "{code} {line}");
    world.run(&["doctor", "--server", "otro"]).exits(10).says("there is no server \"otro\"; there are: s");
    world.config["disks"][0]["sin"] = json!("sentido");
    let (code, line) = nagios(&world, &[]);
    assert!(code == 3 && line.starts_with("RESGUARDO UNKNOWN - the configuration has 1 problem"), "{code} {line}");
    world.run(&["doctor"]).exits(3).says("sin");
}
