//! Databases and paths of which the dump may not read all, and tools that are not there or too old.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use system_tests::command::{sh, text};
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::world::World;

use super::{finds, with_note};

const S: &[&str] = &["--server", "s"];

/// Puts this in the place of the only dataset, in the mode.
fn dataset(world: &mut World, mode: &str, dataset: Value) {
    world.config["servers"][0]["mode"] = json!(mode);
    world.config["servers"][0]["datasets"] = json!([dataset]);
}

fn said(report: &Value) -> &str {
    report["findings"][0]["said"].as_str().unwrap()
}

#[test]
fn what_a_role_of_postgresql_may_not_read_is_named() {
    let mut world = with_note();
    let postgres = Postgres::start(&world.path("pg"));
    let sql = |sql: &str| postgres.sql("quejas", sql);
    postgres.sql("postgres", "CREATE DATABASE quejas");
    sql(
        "CREATE TABLE a (n serial); CREATE TABLE \"La B\" (n int); CREATE ROLE respaldo LOGIN; GRANT pg_read_all_data TO respaldo",
    );
    let base = json!({ "name": "quejas", "kind": "postgres", "database": "quejas", "host": postgres.socket, "user": "respaldo",
                       "roles": "none" });
    dataset(&mut world, "plain", base.clone());
    finds(&world, S, &[], 0);
    world.backup(&["s/quejas"]).exits(0);

    // What doctor says is what the dump meets.
    sql("REVOKE pg_read_all_data FROM respaldo; GRANT SELECT ON a, a_n_seq TO respaldo");
    let report = finds(&world, S, &["database-rights"], 2);
    assert!(said(&report).contains("respaldo may not read public.\"La B\""), "{report:#}");
    world.backup(&["s/quejas"]).exits(6);
    world.config["servers"][0]["datasets"][0]["options"] = json!(["--exclude-table=*.\"La B\""]);
    finds(&world, S, &[], 0);
    world.backup(&["s/quejas"]).exits(0);
    world.config["servers"][0]["datasets"][0] = base.clone();
    sql("GRANT SELECT ON \"La B\" TO respaldo; REVOKE SELECT ON a_n_seq FROM respaldo");
    assert!(said(&finds(&world, S, &["database-rights"], 2)).contains("public.a_n_seq"));
    sql("GRANT SELECT ON a_n_seq TO respaldo; ALTER TABLE a ENABLE ROW LEVEL SECURITY");
    assert!(said(&finds(&world, S, &["database-rights"], 2)).contains("row security"));
    world.backup(&["s/quejas"]).exits(6);
    sql("ALTER TABLE a DISABLE ROW LEVEL SECURITY");
    finds(&world, S, &[], 0);
    world.config["servers"][0]["datasets"][0]["roles"] = json!("full");
    assert!(said(&finds(&world, S, &["database-rights"], 2)).contains("passwords of roles"));

    for (key, value) in [("user", "nadie"), ("database", "otra"), ("host", "/var/empty")] {
        let mut other = base.clone();
        other[key] = json!(value);
        dataset(&mut world, "agent", other);
        finds(&world, S, &["database-refused"], 2);
    }
}

#[test]
fn tools_that_are_missing_or_too_old_and_prefixes_that_refuse_are_told() {
    let mut world = with_note();
    let postgres = Postgres::start(&world.path("pg"));
    let base = json!({ "name": "quejas", "kind": "postgres", "database": "postgres", "host": postgres.socket, "user": "postgres" });
    let with = |world: &mut World, path: &str| {
        let mut base = base.clone();
        base["prefix"] = json!(["env", format!("PATH={path}")]);
        dataset(world, "plain", base);
    };
    let none = world.programs("ninguno", &["env", "sh"]);
    with(&mut world, &none);
    finds(&world, S, &["tool-missing"], 2);
    let old = world.path("viejo");
    fs::create_dir(&old).unwrap();
    world.script("viejo/pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'");
    with(&mut world, &format!("{}:/usr/bin:/bin", text(&old)));
    let report = finds(&world, S, &["tool-too-old"], 2);
    assert!(said(&report).starts_with("pg_dump is of PostgreSQL 9.6 and the server of 1"), "{report:#}");
    let mut refused = base.clone();
    refused["prefix"] = json!(["false"]);
    dataset(&mut world, "plain", refused);
    finds(&world, S, &["prefix-refused"], 2);
}

#[test]
fn what_a_login_of_mariadb_would_not_see_is_told() {
    let mut world = with_note();
    let mariadb = MariaDb::start(&world.path("mariadb"));
    mariadb.sql(
        "CREATE DATABASE quejas; CREATE TABLE quejas.a (n int); CREATE TABLE quejas.b (n int); \
         CREATE USER r@localhost IDENTIFIED BY 'clave'; GRANT SELECT ON mysql.proc TO r@localhost; \
         GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON quejas.* TO r@localhost",
    );
    let defaults = world.path("r.cnf");
    fs::write(&defaults, "[client]\nuser=r\npassword=clave\n").unwrap();
    let base = json!({ "name": "quejas", "kind": "mysql", "database": "quejas", "socket": mariadb.socket, "defaults_file": defaults });
    dataset(&mut world, "plain", base.clone());
    finds(&world, S, &[], 0);
    world.backup(&["s/quejas"]).exits(0);
    mariadb.sql("REVOKE TRIGGER, EVENT ON quejas.* FROM r@localhost");
    assert!(said(&finds(&world, S, &["database-rights"], 2)).contains("lacks TRIGGER, EVENT on all of quejas"));
    mariadb.sql("REVOKE ALL ON quejas.* FROM r@localhost; GRANT SELECT, SHOW VIEW, TRIGGER ON quejas.a TO r@localhost");
    assert!(said(&finds(&world, S, &["database-rights"], 2)).contains("lacks SELECT"));
    mariadb.sql("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON quejas.* TO r@localhost; REVOKE SELECT ON mysql.proc FROM r@localhost");
    assert!(said(&finds(&world, S, &["database-rights"], 1)).contains("procedures"));
    let mut other = base.clone();
    other["database"] = json!("otra");
    dataset(&mut world, "agent", other);
    finds(&world, S, &["path-missing"], 2);
    fs::write(&defaults, "[client]\nuser=r\npassword=otra\n").unwrap();
    dataset(&mut world, "agent", base);
    finds(&world, S, &["database-refused"], 2);
}

#[test]
fn files_that_the_dump_may_not_read_are_named_unless_they_are_left_out() {
    let mut world = with_note();
    let site = world.path("sitio");
    sh(
        "mkdir -p \"$1/cache\" && echo a >\"$1/index.html\" && echo b >\"$1/con espacio.php\" && chmod -R a+rX \"$1\"",
        &[text(&site)],
    );
    let tree = json!({ "name": "sitio", "kind": "files", "path": site, "prefix": ["sudo", "-n", "-u", "nobody"] });
    dataset(&mut world, "plain", tree);
    finds(&world, S, &[], 0);
    let close = |name: &str, mode: u32| fs::set_permissions(site.join(name), fs::Permissions::from_mode(mode)).unwrap();
    close("con espacio.php", 0o600);
    let report = finds(&world, S, &["path-unreadable"], 2);
    assert_eq!(said(&report), "nobody may not read ./con espacio.php");
    world.backup(&["s/sitio"]).exits(6);
    close("cache", 0o700);
    assert_eq!(said(&finds(&world, S, &["path-unreadable"], 2)), "nobody may not read ./cache, ./con espacio.php");
    world.config["servers"][0]["datasets"][0]["exclude"] = json!(["./cache", "./con espacio.php"]);
    finds(&world, S, &[], 0);
    world.backup(&["s/sitio"]).exits(0);
    world.config["servers"][0]["datasets"][0]["path"] = json!(world.path("no-hay"));
    finds(&world, S, &["path-missing"], 2);

    let file = world.path("datos.db");
    sh("sqlite3 \"$1\" 'CREATE TABLE t (n)' && chmod 644 \"$1\"", &[text(&file)]);
    let base = json!({ "name": "datos", "kind": "sqlite", "path": file, "prefix": ["sudo", "-n", "-u", "nobody"] });
    dataset(&mut world, "plain", base.clone());
    finds(&world, S, &[], 0);
    sh("chmod 600 \"$1\"", &[text(&file)]);
    finds(&world, S, &["path-unreadable"], 2);
    let mut other = base.clone();
    other["path"] = json!(world.path("no-hay.db"));
    dataset(&mut world, "plain", other);
    finds(&world, S, &["path-missing"], 2);
    let mut other = base;
    other["prefix"] =
        json!(["env", format!("PATH={}", world.programs("pocos", &["env", "sh", "id", "sed", "stat", "df", "tail"]))]);
    dataset(&mut world, "plain", other.clone());
    finds(&world, S, &["tool-missing"], 2);
    // The agent copies it itself.
    dataset(&mut world, "agent", other);
    finds(&world, S, &[], 0);
}
