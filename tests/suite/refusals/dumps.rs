//! Dumps that fail or are not complete, of each kind, both with an agent and plainly.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use system_tests::command::{sh, text};
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::world::World;

use super::nothing_kept;

/// Lets commands that count pass, and treats the dump as `then` says.
fn wrapper(world: &World, name: &str, then: &str) -> Value {
    let body = format!("case \"$*\" in *psql*|*'wc -l'*) exec \"$@\" ;; esac\n{then}");
    json!([world.script(name, &body)])
}

/// What can befall any dump, with the words that tell it.
fn misfortunes(world: &World) -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("muerto", wrapper(world, "killed", "\"$@\" | head -c 3000; kill -9 $$"), "signal"),
        ("tarde", wrapper(world, "late", "\"$@\"; exit 3"), "exit status 3"),
        ("cortado", wrapper(world, "cut", "\"$@\" | head -c 3000; exit 0"), "not complete"),
        ("vacio", wrapper(world, "empty", "\"$@\" >/dev/null"), "empty"),
        ("otro", wrapper(world, "other", "echo 'ERROR: no se pudo, perdone la molestia'"), "perdone la molestia"),
    ]
}

/// A dataset like `base`, under a name and with other keys.
fn variant(base: &Value, name: &str, other: &Value) -> Value {
    let mut dataset = base.clone();
    dataset["name"] = json!(name);
    for (key, value) in other.as_object().unwrap() {
        dataset[key] = value.clone();
    }
    dataset
}

/// Backs each of these up both ways, and reports all that did not fail with exit code 6 and these words.
fn all_fail(world: &mut World, rows: &[(Value, &str)]) {
    world.both_ways();
    rows.iter().for_each(|(dataset, _)| world.dataset(dataset));
    let mut faults = Vec::new();
    for way in ["agente", "plano"] {
        for (dataset, words) in rows {
            let name = format!("{way}/{}", dataset["name"].as_str().unwrap());
            let outcome = world.backup(&[&name]);
            if outcome.code != 6 || !outcome.said().contains(words) {
                faults.push(format!("{name}: code {}, wanted {words:?}: {}", outcome.code, outcome.said()));
            }
            nothing_kept(world, &name);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_postgres_dump_that_fails_is_told_and_not_kept() {
    let mut world = World::new();
    let server = Postgres::start(&world.path("postgres"));
    server.sql("postgres", "CREATE ROLE con_clave LOGIN PASSWORD 'la-buena'");
    server.sql("postgres", "CREATE DATABASE d OWNER con_clave");
    server.sql("d", "CREATE TABLE a AS SELECT n, md5(n::text) FROM generate_series(1, 5000) n; CREATE TABLE b (n int)");
    let bad = world.at("pgpass");
    sh("printf '*:*:*:con_clave:la-mala\\n' > \"$1\"; chmod 600 \"$1\"", &[&bad]);
    let base =
        json!({ "kind": "postgres", "database": "d", "host": server.socket, "user": "postgres", "roles": "none" });
    let poor = world.programs("sin-pg-dump", &["env", "sh", text(&server.programs.join("psql"))]);
    let fewer = wrapper(&world, "fewer", "shift 3; exec env LC_ALL=C pg_dump --exclude-table=b \"$@\"");
    let mut rows = vec![
        (
            variant(&base, "clave", &json!({ "user": "con_clave", "password_file": bad })),
            "password authentication failed for user \"con_clave\"",
        ),
        (variant(&base, "sin-clave", &json!({ "user": "con_clave" })), "no password supplied"),
        (variant(&base, "ausente", &json!({ "database": "no_hay" })), "database \"no_hay\" does not exist"),
        (
            variant(&base, "roles-ausentes", &json!({ "user": "nadie", "roles": "full" })),
            "role \"nadie\" does not exist",
        ),
        (variant(&base, "apagado", &json!({ "host": world.path("nadie") })), "No such file or directory"),
        (variant(&base, "sin-programa", &json!({ "prefix": ["env", format!("PATH={poor}")] })), "pg_dump"),
        (variant(&base, "menos", &json!({ "prefix": fewer })), "its source counted 2"),
    ];
    for (name, prefix, words) in misfortunes(&world) {
        rows.push((variant(&base, name, &json!({ "prefix": prefix })), words));
        // A text that is cut in its middle ends like any other line.
        let name = format!("texto-{name}");
        rows.push((variant(&base, &name, &json!({ "prefix": prefix, "format": "plain" })), words));
    }
    // What begins with an error is no archive; what the text says then is not looked at.
    rows.retain(|(dataset, _)| dataset["name"] != "texto-otro");
    all_fail(&mut world, &rows);
}

#[test]
fn a_mariadb_dump_that_fails_is_told_and_not_kept() {
    let mut world = World::new();
    let server = MariaDb::start(&world.path("mariadb"));
    server.sql("CREATE DATABASE d; USE d; CREATE TABLE a SELECT seq, MD5(seq) FROM seq_1_to_5000");
    let bad = world.at("defaults.cnf");
    sh("printf '[client]\\nuser=root\\npassword=la-mala\\n' > \"$1\"; chmod 600 \"$1\"", &[&bad]);
    let base = json!({ "kind": "mysql", "database": "d", "socket": server.socket, "defaults_file": server.defaults });
    let poor = world.programs("sin-mysqldump", &["env", "sh"]);
    let mut rows = vec![
        (variant(&base, "clave", &json!({ "defaults_file": bad })), "Access denied for user 'root'@'localhost'"),
        (variant(&base, "ausente", &json!({ "database": "no_hay" })), "Unknown database 'no_hay'"),
        (variant(&base, "sin-opciones", &json!({ "defaults_file": world.at("no-hay.cnf") })), "no-hay.cnf"),
        (variant(&base, "apagado", &json!({ "socket": world.at("nadie") })), "nadie"),
        (
            variant(&base, "sin-programa", &json!({ "prefix": ["env", format!("PATH={poor}")] })),
            "neither mariadb-dump nor mysqldump is installed",
        ),
    ];
    for (name, prefix, words) in misfortunes(&world) {
        let words = if name == "otro" { "not complete" } else { words };
        rows.push((variant(&base, name, &json!({ "prefix": prefix })), words));
    }
    all_fail(&mut world, &rows);
}

#[test]
fn an_sqlite_dump_that_fails_is_told_and_not_kept() {
    let mut world = World::new();
    let good = world.at("buena.db");
    let make =
        "sqlite3 \"$1\" 'CREATE TABLE t (b); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 99)
        INSERT INTO t SELECT randomblob(900) FROM n'; cp \"$1\" \"$2\"
        printf 'estropeado por completo' | dd of=\"$2\" bs=1 seek=8192 conv=notrunc status=none; echo texto > \"$3\"";
    sh(make, &[&good, &world.at("mala.db"), &world.at("texto.db")]);
    let base = json!({ "kind": "sqlite", "path": good });
    let poor = world.programs("sin-sqlite3", &["env", "sh", "id", "mktemp", "rm", "cat"]);
    let mut rows = vec![
        (variant(&base, "ausente", &json!({ "path": world.at("no-hay.db") })), "there is no database file"),
        (
            variant(&base, "ajena", &json!({ "path": "/etc/shadow", "prefix": ["sudo", "-n", "-u", "nobody"] })),
            "cannot be read",
        ),
        // A page is damaged; whether the copy or its check notices is SQLite's affair.
        (variant(&base, "mala", &json!({ "path": world.at("mala.db") })), "exit status 65"),
        (variant(&base, "texto", &json!({ "path": world.at("texto.db") })), "not a database"),
        (variant(&base, "sin-lugar", &json!({ "scratch": world.at("no-hay") })), "no-hay"),
        (
            variant(&base, "sin-programa", &json!({ "prefix": ["env", format!("PATH={poor}")] })),
            "sqlite3 is not installed here",
        ),
    ];
    for (name, prefix, words) in misfortunes(&world) {
        rows.push((variant(&base, name, &json!({ "prefix": prefix })), words));
    }
    all_fail(&mut world, &rows);
}

#[test]
fn a_tree_that_cannot_be_read_whole_is_told_and_not_kept() {
    let mut world = World::new();
    let tree = world.at("sitio");
    let make =
        "mkdir \"$1\"; cd \"$1\"; head -c 200000 /dev/urandom > a; echo b > b; echo c > reservado; chmod 600 reservado";
    sh(make, &[&tree]);
    let base = json!({ "kind": "files", "path": tree });
    let poor = world.programs("sin-tar", &["env", "sh", "wc"]);
    let fewer = wrapper(&world, "fewer", "shift 3; exec env LC_ALL=C tar --exclude=./b \"$@\"");
    let mut rows = vec![
        (variant(&base, "ausente", &json!({ "path": world.at("no-hay") })), "No such file or directory"),
        (variant(&base, "reservado", &json!({ "prefix": ["sudo", "-n", "-u", "nobody"] })), "reservado: Cannot open"),
        (variant(&base, "sin-programa", &json!({ "prefix": ["env", format!("PATH={poor}")] })), "tar"),
        (variant(&base, "menos", &json!({ "prefix": fewer })), "its source counted 4"),
        (variant(&base, "sin-permiso", &json!({ "prefix": ["sudo", "-n", "-u", "no_existe"] })), "no_existe"),
    ];
    for (name, prefix, words) in misfortunes(&world) {
        rows.push((variant(&base, name, &json!({ "prefix": prefix })), words));
    }
    all_fail(&mut world, &rows);
}

#[test]
fn a_command_that_fails_is_told_and_not_kept() {
    let mut world = World::new();
    let base = json!({ "kind": "command", "suffix": "bak" });
    let command = |name: &str, command: &str| variant(&base, name, &json!({ "command": command }));
    let rows = [
        (command("muerto", "head -c 9000000 /dev/urandom; kill -9 $$"), "signal"),
        (command("tarde", "echo completo; echo el disco se fue >&2; exit 3"), "exit status 3: el disco se fue"),
        (command("vacio", "true"), "empty"),
        (command("ausente", "no_hay_tal_programa"), "no_hay_tal_programa: not found"),
        (variant(&command("corto", "echo poco"), "corto", &json!({ "min_bytes": 100 })), "at least 100"),
        (
            variant(&command("cola", "echo inicio"), "cola", &json!({ "trailer": "el fin" })),
            "does not end with `el fin`",
        ),
    ];
    all_fail(&mut world, &rows);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_a_warning_that_names_it() {
    let mut world = World::new();
    let tree = world.path("sitio");
    sh("mkdir \"$1\"; head -c 30000000 /dev/urandom > \"$1/bitácora.log\"; echo b > \"$1/otra\"", &[text(&tree)]);
    world.both_ways();
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": tree }));
    let done = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = OpenOptions::new().append(true).open(tree.join("bitácora.log")).unwrap();
            while !done.load(Ordering::Relaxed) {
                file.write_all(b"otra linea\n").unwrap();
                std::thread::yield_now();
            }
        });
        let outcome = world.backup(&[]);
        done.store(true, Ordering::Relaxed);
        outcome
    });
    outcome.exits(0);
    for way in ["agente/sitio", "plano/sitio"] {
        let manifest = world.only(0, way).manifest;
        let warnings = manifest["warnings"].to_string();
        assert!(warnings.contains("file changed as we read it") && warnings.contains("cora.log"), "{way}: {manifest}");
    }
    assert!(outcome.json()["datasets"].to_string().contains("file changed as we read it"), "{}", outcome.said());
}

#[test]
fn a_failed_backup_leaves_the_ones_before_it_and_its_neighbours_alone() {
    let mut world = World::new();
    world.both_ways();
    let give = world.script("dar", "cat \"$1\"");
    let source = world.at("dato");
    sh("echo primero > \"$1\"", &[&source]);
    world
        .dataset(&json!({ "name": "dato", "kind": "command", "command": format!("{give} {source}"), "suffix": "txt" }));
    world.dataset(&json!({ "name": "vecino", "kind": "command", "command": "echo vecino", "suffix": "txt" }));
    world.backup(&["agente/dato", "plano/dato"]).exits(0);
    let before = ["agente/dato", "plano/dato"].map(|name| world.only(0, name).manifest);

    sh("rm \"$1\"", &[&source]);
    let outcome = world.backup(&[]);
    outcome.exits(7).says("No such file");
    assert_eq!((&outcome.json()["kept"], &outcome.json()["failed"]), (&json!(2), &json!(2)));
    assert_eq!(["agente/dato", "plano/dato"].map(|name| world.only(0, name).manifest), before);
    world.run(&["verify", "disco-a", "disco-b"]).exits(0);
    assert_eq!(world.run(&["restore", "agente/dato", "--to", "-"]).exits(0).stdout, b"primero\n");
    world.only(1, "agente/vecino");
    world.only(1, "plano/vecino");
}
