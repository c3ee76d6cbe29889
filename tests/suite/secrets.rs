//! Secrets are used and never shown: not in what the program says or logs, not in its state, not on a disk, not in any
//! process list.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::json;
use system_tests::command::{Outcome, run, sh, text};
use system_tests::mariadb::{self, MariaDb};
use system_tests::postgres::Postgres;
use system_tests::sshd::keygen;
use system_tests::world::World;

const PASSPHRASE: &str = "Frase-de-la-llave-9a2c";
const POSTGRES_PASSWORD: &str = "Clave-de-postgres-55e1";

/// Held by the test that runs: another one's preparations show secrets in the process list.
static ALONE: Mutex<()> = Mutex::new(());

/// A world that needs a secret at each step, and those secrets.
fn guarded() -> (World, Postgres, MariaDb, Vec<String>) {
    let mut world = World::new();
    let postgres = Postgres::start(&world.path("postgres"));
    postgres.sql("postgres", &format!("CREATE ROLE con_clave LOGIN PASSWORD '{POSTGRES_PASSWORD}'"));
    postgres.sql("postgres", "CREATE DATABASE d OWNER con_clave");
    postgres.sql("d", "CREATE TABLE t AS SELECT 1 AS n; ALTER TABLE t OWNER TO con_clave");
    let mariadb = MariaDb::start(&world.path("mariadb"));
    mariadb.sql("CREATE DATABASE d; CREATE TABLE d.t SELECT 1 AS n");
    let private = "umask 077; printf '%s' \"$2\" > \"$1\"";
    sh(private, &[&world.at("pgpass"), &format!("*:*:*:con_clave:{POSTGRES_PASSWORD}\n")]);
    sh(private, &[&world.at("frase"), &format!("{PASSPHRASE}\n")]);
    let key = world.path("cifrada");
    keygen(&key, PASSPHRASE);
    world.sshd.authorize(&key, "");
    world.both_ways();
    let frase = world.path("frase");
    for server in world.config["servers"].as_array_mut().unwrap() {
        server["key"]["file"] = json!(key);
        server["passphrase"] = json!({ "file": frase });
    }
    world
        .dataset(&json!({ "name": "pg", "kind": "postgres", "database": "d", "host": postgres.socket, "roles": "none",
                           "user": "con_clave", "password_file": world.at("pgpass") }));
    world.dataset(&json!({ "name": "my", "kind": "mysql", "database": "d", "socket": mariadb.socket,
                           "defaults_file": mariadb.defaults }));
    let body = fs::read_to_string(&key).unwrap();
    let mut secrets: Vec<String> = body.lines().filter(|line| !line.starts_with('-')).map(str::to_owned).collect();
    secrets.extend([PASSPHRASE, POSTGRES_PASSWORD, mariadb::PASSWORD].map(str::to_owned));
    (world, postgres, mariadb, secrets)
}

/// Runs the program with all its logs while the process list is read again and again.
fn watched(world: &World, words: &[&str]) -> (Outcome, BTreeSet<String>) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                for entry in fs::read_dir("/proc").unwrap().flatten() {
                    // Processes end while they are looked at.
                    if let Ok(line) = fs::read(entry.path().join("cmdline")) {
                        seen.insert(String::from_utf8_lossy(&line).replace('\0', " "));
                    }
                }
            }
            seen
        });
        let outcome = run(world.command(words).env("RUST_LOG", "trace"));
        done.store(true, Ordering::Relaxed);
        (outcome, watcher.join().unwrap())
    })
}

/// Fails if a file below a folder holds a secret.
fn no_secret_below(folder: &Path, secrets: &[String]) {
    if !folder.exists() {
        return;
    }
    for secret in secrets {
        let found = sh("grep -rlaF -e \"$2\" \"$1\" || true", &[text(folder), secret]);
        assert!(found.is_empty(), "a secret stands in {}", String::from_utf8_lossy(&found));
    }
}

#[test]
fn no_secret_is_said_logged_stored_or_seen_in_a_process_list() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (world, _postgres, _mariadb, secrets) = guarded();
    let (outcome, seen) = watched(&world, &["backup", "--here", "--json"]);
    outcome.exits(0);
    let dumps = seen.iter().filter(|line| line.contains("mariadb-dump") || line.contains("pg_dump"));
    assert!(dumps.count() > 0, "the process list was not read while a dump ran");
    let (shown, _) = watched(&world, &["check"]);
    for secret in &secrets {
        assert!(!outcome.said().contains(secret) && !shown.said().contains(secret), "a secret was said");
        // The test itself is given none on its command line.
        assert!(!seen.iter().any(|line| line.contains(secret.as_str())), "a secret stands in a process list");
    }
    for folder in ["state", "log", "disco-a", "disco-b", "agent", "sshd"] {
        no_secret_below(&world.path(folder), &secrets);
    }
    let kept = world.only(0, "agente/pg");
    let dump = sh("zstd -dcq \"$1\"", &[text(&kept.file("pgdump.zst"))]);
    assert!(!String::from_utf8_lossy(&dump).contains(POSTGRES_PASSWORD));
}

#[test]
fn no_secret_is_said_when_things_go_wrong() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut world, _postgres, _mariadb, mut secrets) = guarded();
    let wrong = "Frase-equivocada-77b0";
    fs::write(world.path("frase"), wrong).unwrap();
    secrets.push(wrong.to_owned());
    let (outcome, _) = watched(&world, &["backup", "--here", "agente/pg"]);
    outcome.exits(5).says("passphrase");
    for secret in &secrets {
        assert!(!outcome.said().contains(secret), "a secret was said");
    }
    world.config["servers"][0]["passphrase"] = json!(PASSPHRASE);
    let (outcome, _) = watched(&world, &["check"]);
    outcome.exits(3);
    for secret in &secrets {
        assert!(!outcome.said().contains(secret), "a secret in the configuration was said");
    }
    no_secret_below(&world.path("log"), &secrets);
    no_secret_below(&world.path("state"), &secrets);
}
