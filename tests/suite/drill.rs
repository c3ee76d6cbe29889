//! Restore drills: what was kept of each kind is restored for real and counted, what does not load fails with the words of
//! the program that refused it, and nothing of a drill stays.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::{Value, json};
use system_tests::command::{Outcome, sh, sh_text, text, until};
use system_tests::daemon::{Daemon, status};
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::world::{World, unsealed};

/// A world with a server, and a folder for drills.
fn world() -> World {
    let mut world = World::with_disks(&[192, 192]);
    let folder = world.path("pruebas");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    world.config["drills"] = json!({ "when": "0 5 * * MON", "folder": folder });
    world.server("s", "agent");
    world
}

/// Everything in the folder of drills, and every process that names it.
fn left(world: &World) -> (usize, String) {
    let folder = world.path("pruebas");
    let processes = sh_text("ps -eo args | grep -F -- \"$1/resguardo-drill\" | grep -v grep || true", &[text(&folder)]);
    (fs::read_dir(folder).unwrap().count(), processes)
}

#[track_caller]
fn nothing_is_left(world: &World) {
    until("nothing of the drill is left", || left(world) == (0, String::new()));
}

fn drill(world: &World, names: &[&str]) -> Outcome {
    world.run(&[&["drill", "--here", "--json"], names].concat())
}

fn finding<'a>(drill: &'a Value, what: &str) -> &'a str {
    let findings = drill["findings"].as_array().unwrap();
    findings.iter().find(|pair| pair[0] == what).map_or("", |pair| pair[1].as_str().unwrap())
}

const QUEJAS: &str = r#"
    CREATE ROLE "la ventanilla" LOGIN PASSWORD 'Ventanilla-2026';
    CREATE ROLE jefa; GRANT "la ventanilla" TO jefa;
    CREATE SCHEMA "Mi ""esquema""";
    CREATE TABLE "Mi ""esquema"""."La tabla.1" (id serial PRIMARY KEY, texto text, foto bytea,
        doble int GENERATED ALWAYS AS (length(texto) * 2) STORED);
    ALTER TABLE "Mi ""esquema"""."La tabla.1" OWNER TO "la ventanilla";
    INSERT INTO "Mi ""esquema"""."La tabla.1" (texto, foto)
        SELECT E'it''s "x" \\ \t\n\\.\nCOPY public.q FROM stdin;\n' || n, decode('00275c0a2900', 'hex') FROM generate_series(1, 5000) n;
    CREATE TABLE q (n int, t text); INSERT INTO q SELECT n, md5(n::text) FROM generate_series(1, 700) n;
    CREATE TABLE vacia (n int);
    CREATE TABLE madre (n int); CREATE TABLE hija () INHERITS (madre);
    INSERT INTO madre VALUES (1); INSERT INTO hija VALUES (2), (3);
    CREATE TABLE por_mes (mes date, n int) PARTITION BY RANGE (mes);
    CREATE TABLE por_mes_1 PARTITION OF por_mes FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    INSERT INTO por_mes VALUES ('2026-01-15', 3), ('2026-01-16', 4);
    CREATE INDEX ON por_mes (n); CREATE VIEW altas AS SELECT * FROM q WHERE n > 100;
    CREATE MATERIALIZED VIEW bajas AS SELECT * FROM q WHERE n < 100; CREATE SEQUENCE folios START 500;
    SELECT lo_from_bytea(0, 'un objeto grande'::bytea);"#;

const PORTAL: &str = r"
    CREATE DATABASE portal CHARACTER SET utf8mb4; USE portal;
    CREATE TABLE `p``(x` (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT, b BLOB, d INT AS (LENGTH(t) * 2) STORED);
    INSERT INTO `p``(x` (t, b) SELECT CONCAT('it''s \\ \n(1,2),(3);', seq), UNHEX('00275C0A29') FROM seq_1_to_4000;
    CREATE TABLE vacía (n INT); CREATE VIEW v AS SELECT id FROM `p``(x`; CREATE SEQUENCE folios;
    CREATE TABLE bitacora (n INT);
    CREATE TRIGGER tr AFTER INSERT ON vacía FOR EACH ROW INSERT INTO bitacora VALUES (1);
    CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO DELETE FROM bitacora;
    CREATE PROCEDURE pr() SELECT 1;";

#[test]
fn what_was_kept_of_each_kind_is_restored_and_counted() {
    let mut world = world();
    let postgres = Postgres::start(&world.path("origen"));
    postgres.sql("postgres", "CREATE DATABASE quejas");
    postgres.sql("quejas", QUEJAS);
    let mariadb = MariaDb::start(&world.path("mariadb"));
    mariadb.sql(PORTAL);
    let base = world.at("base.sqlite");
    let make = "import sqlite3, sys; b = sqlite3.connect(sys.argv[1]); b.execute('CREATE TABLE t (a)'); \
        b.executemany('INSERT INTO t VALUES (?)', [(n,) for n in range(300)]); b.commit()";
    sh("python3 -c \"$1\" \"$2\"", &[make, &base]);
    let tree = "mkdir -p \"$1/a/b\" \"$1/cerrada\"; head -c 300000 /dev/urandom >\"$1/a/foto\"; ln -s foto \"$1/a/enlace\"; \
        ln \"$1/a/foto\" \"$1/a/otra\"; touch \"$1/a/b/ñandú\"; chmod 500 \"$1/cerrada\"";
    sh(tree, &[&world.at("sitio")]);
    let from = |name: &str, more: Value| {
        let mut dataset = json!({ "name": name, "kind": "postgres", "database": "quejas", "host": postgres.socket, "user": "postgres" });
        dataset.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        dataset
    };
    world.dataset(&from("propio", json!({})));
    world.dataset(&from("texto", json!({ "format": "plain" })));
    world.dataset(&from("sin-roles", json!({ "format": "plain", "roles": "none" })));
    world.dataset(&json!({ "name": "portal", "kind": "mysql", "database": "portal", "socket": mariadb.socket, "defaults_file": mariadb.defaults }));
    world.dataset(&json!({ "name": "base", "kind": "sqlite", "path": base }));
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": world.path("sitio") }));
    world.dataset(&json!({ "name": "orden", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world.backup(&[]).exits(0);

    let outcome = drill(&world, &[]);
    outcome.exits(13);
    let drills = outcome.json()["drills"].as_array().unwrap().clone();
    let outcomes: Vec<&str> = drills.iter().map(|drill| drill["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["passed", "passed", "passed", "passed", "passed", "passed", "not_run"], "{drills:#?}");
    for postgres in &drills[..3] {
        assert_eq!((finding(postgres, "tables"), finding(postgres, "sequences")), ("7", "2"), "{postgres:#}");
        assert!(finding(postgres, "rows").starts_with("5705, of each table as many"), "{postgres:#}");
    }
    assert!(finding(&drills[3], "rows").starts_with("4000, of each table as many"), "{:#}", drills[3]);
    assert_eq!((finding(&drills[3], "tables"), finding(&drills[3], "check table")), ("3", "no fault in any table"));
    assert_eq!((finding(&drills[4], "rows"), finding(&drills[4], "integrity")), ("300", "ok"));
    assert_eq!(finding(&drills[5], "members"), "8, as many as the archive holds");
    assert!(drills[6]["error"].as_str().unwrap().contains("no hay manera de restaurar una orden propia"));
    assert!(drills[..6].iter().all(|drill| drill["restore_ms"].is_u64() && drill["disk"] == "disco-a"), "{drills:#?}");
    nothing_is_left(&world);

    // The manifest says what the source holds.
    let rows = world.only(0, "s/propio").main()["evidence"]["rows"].clone();
    assert!(
        rows.as_array().unwrap().contains(&json!({ "name": "Mi \"esquema\".La tabla.1", "rows": 5000 })),
        "{rows:#}"
    );
    // The other disk has its turn.
    assert_eq!(drill(&world, &["s/base"]).exits(0).json()["drills"][0]["disk"], "disco-b");
    // Each backup's entry says how its drill ended, and the chain is whole.
    world.run(&["register", "verify"]).exits(0);
    let _daemon = Daemon::start(&world, None);
    let listed = world.run(&["drills", "--json", "--limit", "0"]).exits(0).json();
    assert_eq!(listed["drills"].as_array().unwrap().len(), 8, "{listed:#}");
    let year = sh_text("date +%Y", &[]);
    world.run(&["register", "show", &format!("{year}-1")]).exits(0).says("aprobada; s/propio/").says("filas: 5705");
    let entries = world.run(&["register", "list", "--json"]).exits(0).json();
    assert_eq!(
        entries["entries"].as_array().unwrap().len(),
        7 + 7,
        "a drill that did not run makes no entry: {entries:#}"
    );
    let attention = status(&world)["attention"].to_string();
    assert!(!attention.contains("restored"), "what passed needs no hand: {attention}");
}

/// A world with a PostgreSQL whose dumps have this statement before the first table.
fn with_statement(statement: &str) -> (World, Postgres) {
    let mut world = world();
    let postgres = Postgres::start(&world.path("origen"));
    postgres.sql("postgres", "CREATE DATABASE quejas");
    postgres.sql("quejas", "CREATE TABLE q (n int); INSERT INTO q VALUES (1), (2), (3), (4)");
    let script = world.script("con-orden", &format!("\"$@\" | sed 's/^CREATE TABLE public.q /{statement}\\n&/'"));
    world.dataset(&json!({ "name": "quejas", "kind": "postgres", "database": "quejas", "host": postgres.socket,
        "user": "postgres", "format": "plain", "prefix": [script] }));
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": world.path("sitio") }));
    sh("mkdir \"$1\"; echo x >\"$1/x\"", &[&world.at("sitio")]);
    world.backup(&[]).exits(0);
    (world, postgres)
}

#[test]
fn a_dump_that_does_not_load_fails_the_drill_and_everybody_hears_why() {
    let (world, _postgres) = with_statement("SELECT nada();");
    let daemon = Daemon::start(&world, None);
    let before = status(&world)["attention"].to_string();
    assert!(before.contains("s/quejas: never restored for a test; `resguardo drill s/quejas` does it now"), "{before}");
    let outcome = world.run(&["drill", "s/quejas", "s/sitio"]);
    outcome
        .exits(8)
        .says("starting a throwaway PostgreSQL")
        .says("FAILED   s/quejas/")
        .says("function nada() does not exist");
    outcome.says("passed   s/sitio/").says("content: every file is byte for byte the archive's");
    let after = status(&world)["attention"].to_string();
    assert!(after.contains("s/quejas: it could NOT be restored in the drill") && after.contains("nada()"), "{after}");
    assert!(!after.contains("s/sitio: never"), "{after}");
    world.run(&["drills", "s/quejas"]).exits(0).says("failed").says("nada()");
    world.run(&["drill", "s/nada"]).exits(10);
    world.run(&["drill", "s/quejas", "--here"]).exits(9);
    nothing_is_left(&world);
    daemon.stop();
}

#[test]
fn rows_that_are_missing_or_too_many_fail_the_drill() {
    let (world, _postgres) = with_statement("SELECT 1;");
    drill(&world, &["s/quejas", "--disk", "disco-a"]).exits(0);
    let kept = world.only(0, "s/quejas");
    let mut manifest = kept.manifest.clone();
    manifest["files"][1]["evidence"]["rows"][0]["rows"] = json!(5);
    unsealed(&mut manifest);
    fs::write(kept.file("manifest.json"), manifest.to_string()).unwrap();
    drill(&world, &["s/quejas", "--disk", "disco-a"]).exits(8).says("public.q has 4 and not 5");
    // The other disk is as it was.
    drill(&world, &["s/quejas", "--disk", "disco-b"]).exits(0);
    // An archive that is damaged fails with its damage.
    sh(
        "printf x | dd of=\"$1\" bs=1 seek=100 conv=notrunc status=none",
        &[text(&world.only(1, "s/quejas").file("sql.zst"))],
    );
    drill(&world, &["s/quejas", "--disk", "disco-b"]).exits(8).says("disco-b");
    nothing_is_left(&world);
}

#[test]
fn a_drill_that_cannot_be_tried_says_what_is_missing() {
    let (mut world, _postgres) = with_statement("SELECT 1;");
    // No server, or one that is older than the one that was dumped.
    let programs = world.path("programas");
    fs::create_dir(&programs).unwrap();
    world.config["drills"]["postgres"] = json!(programs);
    drill(&world, &["s/quejas"]).exits(13).says("is not installed here: install postgresql-").says("drills.postgres");
    for name in ["initdb", "postgres"] {
        let script = world.script(name, "echo 'postgres (PostgreSQL) 9.6.24'");
        fs::rename(script, programs.join(name)).unwrap();
    }
    drill(&world, &["s/quejas"])
        .exits(13)
        .says("it is a dump of PostgreSQL ")
        .says("the newest here is 9.6.24: install");
    world.config["drills"].as_object_mut().unwrap().remove("postgres");
    // No room.
    world.config["drills"]["folder"] = json!(world.disks[0].path);
    drill(&world, &["s/quejas"]).exits(13).says("free and the drill needs").says("drills.folder");
    // No disk.
    world.config["drills"]["folder"] = json!(world.path("pruebas"));
    world.disks.iter().for_each(system_tests::disk::LoopDisk::umount);
    drill(&world, &["s/sitio"]).exits(13).says("no disk that is here has a good backup of s/sitio");
    assert_eq!(left(&world).0, 0);
}

#[test]
fn a_drill_that_is_killed_or_ended_takes_its_server_with_it_and_the_next_one_sweeps() {
    let (world, _postgres) = with_statement("SELECT pg_sleep(600);");
    let mut command = world.command(&["drill", "--here", "s/quejas"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the server restores", || left(&world).1.contains("psql"));
    child.kill().unwrap();
    child.wait().unwrap();
    until("its processes are gone", || left(&world).1.is_empty());
    assert_eq!(left(&world).0, 1, "the folder is what is left");
    drill(&world, &["s/sitio"]).exits(0);
    nothing_is_left(&world);
    // The service that is told to end gives the drill up in order, and says so.
    let daemon = Daemon::start(&world, None);
    let mut command = world.command(&["drill", "s/quejas"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the server restores", || left(&world).1.contains("psql"));
    daemon.stop();
    child.wait().unwrap();
    nothing_is_left(&world);
}
