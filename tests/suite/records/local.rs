//! Servers that are this machine: nothing leads to them over SSH, and nothing of a dump outlives the service.

use super::*;

/// A world that keeps what this dataset says of this machine.
fn central(dataset: &Value) -> World {
    let mut world = World::with_disks(&[64, 64]);
    world.config["servers"] = json!([{ "name": "central", "mode": "local", "datasets": [dataset] }]);
    world.config["plans"][0]["datasets"] = json!(["central/*"]);
    world
}

#[test]
fn a_tree_on_this_machine_is_kept_and_comes_back() {
    let mut world = central(&Value::Null);
    let tree = world.at("arbol");
    sh(
        "mkdir -p \"$1/a/b\" \"$1/vacía\"; head -c 9000000 /dev/urandom > \"$1/a/grande\"; echo x > \"$1/a/b/ñ\"
        ln -s ñ \"$1/a/b/d\"; chown -R 1234:5678 \"$1/a\"; chmod 2750 \"$1/a\"",
        &[&tree],
    );
    world.config["servers"][0]["datasets"] = json!([{ "name": "arbol", "kind": "files", "path": tree }]);
    world.backup(&[]).exits(0);
    let kept = world.only(0, "central/arbol");
    assert_eq!(kept.manifest["mode"], "local");
    let back = world.at("vuelto");
    world.run(&["restore", "central/arbol", "--to", &back, "--extract"]).exits(0);
    let list = "cd \"$1\" && find . -printf '%P %y %m %U:%G %l\\n' | sort; find . -type f -exec sha256sum {} + | sort";
    assert_eq!(sh_text(list, &[&tree]), sh_text(list, &[&back]));
    world.run(&["verify", "disco-a", "disco-b"]).exits(0);
}

#[test]
fn what_fails_here_is_told_with_its_reason_and_not_kept() {
    for (dataset, words) in [
        (json!({ "kind": "files", "path": "/no/hay/nada" }), "No such file or directory"),
        (json!({ "kind": "sqlite", "path": "/no/hay/base.db" }), "there is no database file"),
        (json!({ "kind": "command", "command": "echo a; echo roto >&2; exit 3", "suffix": "txt" }), "roto"),
        (json!({ "kind": "command", "command": "true", "prefix": ["/no/hay"], "suffix": "txt" }), "cannot start"),
    ] {
        let mut dataset = dataset;
        dataset["name"] = json!("malo");
        let world = central(&dataset);
        let outcome = world.backup(&[]);
        assert_ne!(outcome.code, 0);
        outcome.says(words);
        assert!(world.kept(0, "central/malo").is_empty() && world.litter(0).is_empty());
    }
}

#[test]
fn a_dump_of_this_machine_ends_with_whoever_wants_it() {
    for killed in [true, false] {
        let mut world = central(&Value::Null);
        let begun = world.at("begun");
        let command = format!("echo $$ > '{begun}'; yes");
        let dataset = json!({ "name": "sin-fin", "kind": "command", "command": command, "suffix": "txt" });
        world.config["servers"][0]["datasets"] = json!([dataset]);
        let daemon = Daemon::start(&world, None);
        world.run(&["backup", "--detach"]).exits(0);
        let pid = || fs::read_to_string(&begun).ok().filter(|text| text.ends_with('\n'));
        until("the dump has begun", || pid().is_some());
        let group = pid().unwrap();
        let runs_still = || sh_text("kill -0 -- \"-$1\" 2>&1 && echo runs || true", &[group.trim()]) == "runs";
        assert!(runs_still());
        if killed {
            daemon.kill();
            until("the dump has ended", || !runs_still());
        } else {
            let run = runs(&world).pop().unwrap();
            world.run(&["cancel", &run["run"].to_string()]).exits(0);
            until("the dump has ended", || !runs_still());
            until("nothing of it is left", || world.litter(0).is_empty());
            daemon.stop();
        }
    }
}

#[test]
fn a_copy_of_a_database_leaves_nothing_behind_when_the_service_is_killed() {
    let mut world = central(&Value::Null);
    let (base, scratch) = (world.at("base.db"), world.at("provisional"));
    sh("mkdir \"$2\"; sqlite3 \"$1\" 'CREATE TABLE t (n); INSERT INTO t VALUES (1)'", &[&base, &scratch]);
    world.config["servers"][0]["datasets"] =
        json!([{ "name": "base", "kind": "sqlite", "path": base, "scratch": scratch }]);
    // Whoever holds the database for itself lets the copy begin and not end.
    let hold =
        format!("(printf 'BEGIN EXCLUSIVE;\\n.shell touch {}\\n'; cat) | sqlite3 -batch '{base}'", world.at("held"));
    let mut holder = std::process::Command::new("sh");
    let mut holder = holder.args(["-c", &hold]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    until("the database is held", || world.path("held").exists());
    let daemon = Daemon::start(&world, None);
    world.run(&["backup", "--detach"]).exits(0);
    let is_empty = || fs::read_dir(&scratch).unwrap().next().is_none();
    until("the copy has begun", || !is_empty());
    daemon.kill();
    until("nothing of the copy is left", is_empty);
    drop(holder.stdin.take());
    holder.wait().unwrap();
}

#[test]
fn what_needs_a_login_is_refused_for_this_machine() {
    let dataset =
        json!({ "name": "x", "kind": "files", "path": concat!(env!("CARGO_MANIFEST_DIR"), "/suite/records") });
    let mut world = central(&dataset);
    world.backup(&[]).exits(0);
    let restored = world.run(&["restore", "central/x", "--on", "central"]);
    assert_ne!(restored.code, 0);
    restored.says("central is this machine itself").says("--to");
    let allowed = world.run(&["agent-allow", "central"]);
    assert_ne!(allowed.code, 0);
    allowed.says("central is this machine itself");
    world.config["servers"][0]["host"] = json!("10.0.0.5");
    world.run(&["check"]).says("means nothing with `mode: local`");
}
