//! The own database where that is PostgreSQL, behind a password that nobody sees.

use std::collections::BTreeSet;
use std::fs;

use system_tests::postgres::Postgres;

use super::*;

const PASSWORD: &str = "Clave-de-la-base-41d7";

/// A cluster that lets the program in with a password only.
fn cluster(world: &mut World) -> Postgres {
    let postgres = Postgres::start(&world.path("postgres"));
    postgres.sql("postgres", &format!("CREATE ROLE con_clave LOGIN PASSWORD '{PASSWORD}'"));
    postgres.sql("postgres", "CREATE DATABASE resguardo_db OWNER con_clave");
    fs::write(world.path("clave"), format!("{PASSWORD}\n")).unwrap();
    sh("chmod 600 \"$1\"", &[&world.at("clave")]);
    let url = format!("postgres://con_clave@localhost/resguardo_db?host={}", postgres.socket.display());
    world.config["database"] = json!({ "url": url, "password": { "file": world.path("clave") } });
    postgres
}

/// Every command line that is to be seen until `work` is done.
fn seen(work: impl FnOnce()) -> BTreeSet<String> {
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
        work();
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap()
    })
}

#[test]
fn the_own_database_is_kept_from_postgresql_and_its_password_is_never_seen() {
    let mut world = office();
    let postgres = cluster(&mut world);
    let daemon = Daemon::start_with(&world, None, &[("RUST_LOG", "trace")]);
    let lines = seen(|| {
        for _ in 0..2 {
            world.run(&["backup"]).exits(0);
        }
    });
    assert!(lines.iter().any(|line| line.contains("pg_dump")), "no dump was seen");
    assert!(!lines.iter().any(|line| line.contains(PASSWORD)), "the password stands in a process list");
    assert!(!daemon.said().contains(PASSWORD));
    for folder in ["state", "log", "disco-a", "disco-b"] {
        let found = sh_text("grep -rlaF -e \"$2\" \"$1\" || true", &[&world.at(folder), PASSWORD]);
        assert_eq!(found, "", "the password was written down");
    }

    let kept = world.kept(1, OWN).pop().unwrap();
    assert_eq!((&kept.manifest["mode"], kept.manifest["files"].as_array().unwrap().len()), (&json!("local"), 1));
    postgres.sql("postgres", "CREATE DATABASE recuperada");
    let load = "zstd -dcq \"$1\" | \"$2/pg_restore\" -h \"$3\" -U postgres -d recuperada --exit-on-error --no-owner";
    sh(load, &[text(&kept.file("pgdump.zst")), text(&postgres.programs), text(&postgres.socket)]);
    let states = postgres.sql("recuperada", "SELECT state, count(*) FROM runs GROUP BY state ORDER BY state");
    assert_eq!(states, "kept|1\nrunning|1\n");
    daemon.stop();
}

#[test]
fn a_lost_database_of_postgresql_comes_back_by_its_restore() {
    let mut world = office();
    let postgres = cluster(&mut world);
    let daemon = service(&world);
    for _ in 0..2 {
        world.run(&["backup"]).exits(0);
    }
    let before = entries(&world);
    daemon.stop();
    postgres.sql("postgres", "DROP DATABASE resguardo_db");
    postgres.sql("postgres", "CREATE DATABASE resguardo_db OWNER con_clave");
    let target = world.at("recuperado");
    world.run(&["restore", OWN, "--to", &target]).exits(0);
    let load =
        "PGPASSWORD=$(cat \"$4\") \"$2/pg_restore\" -h \"$3\" -U con_clave -d resguardo_db --exit-on-error \"$1\"/*";
    let words = [text(target.as_ref()), text(&postgres.programs), text(&postgres.socket), &world.at("clave")];
    sh(load, &words);
    let daemon = service(&world);
    assert_eq!(runs(&world).len(), 2);
    assert_eq!(entries(&world)[..before.len()], before[..]);
    until("the register is whole everywhere", || world.run(&["register", "verify"]).code == 0);
    daemon.stop();
}
