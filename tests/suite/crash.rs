//! The program is killed at any moment: no backup is ever listed that is not one, and the next run works and cleans up.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use system_tests::command::{sh, text, until};
use system_tests::world::World;

/// A world whose backup takes about a second and has several frames.
fn busy_world(mode: &str) -> World {
    let mut world = World::with_disks(&[160, 160]);
    // A program that was killed is to its server a link that is lost; what it leaves there is gone soon after.
    world.server("servidor", mode)["outage_seconds"] = json!(2);
    let source = world.path("dato");
    sh("head -c 12000000 /dev/urandom > \"$1\"", &[text(&source)]);
    let command =
        format!("for n in 1 2 3 4; do dd if='{}' bs=3M count=1 skip=$((n - 1)) status=none; done", source.display());
    world.dataset(&json!({ "name": "dato", "kind": "command", "command": command, "suffix": "bin" }));
    world
}

fn start(world: &World) -> Child {
    let mut command = world.command(&["backup", "--here"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Whatever a disk lists after a kill verifies, and says so itself.
fn nothing_false(world: &World, when: &str) {
    for listed in world.archives() {
        assert_eq!(listed["exists"], true, "killed {when}: {listed}");
    }
    let verified = world.run(&["verify", "disco-a", "disco-b"]);
    assert!(verified.code == 0 || world.archives().is_empty(), "killed {when}: {}", verified.said());
}

/// The next run works, and nothing is left on any disk that belongs to no backup.
fn recovers(world: &World, when: &str) {
    let before = world.kept(0, "servidor/dato").len();
    let outcome = world.backup(&[]);
    assert_eq!(outcome.code, 0, "killed {when}, the next run fails: {}", outcome.said());
    assert_eq!(world.kept(0, "servidor/dato").len(), before + 1);
    for disk in 0..2 {
        assert_eq!(world.litter(disk), Vec::<String>::new(), "killed {when}");
        let unfinished = fs::read_dir(world.disks[disk].path.join("unfinished"));
        assert_eq!(unfinished.map_or(0, Iterator::count), 0, "killed {when}: something unfinished stays");
    }
}

/// Makes room again.
fn forget(world: &World) {
    for disk in &world.disks {
        sh("rm -rf \"$1/archives\"", &[text(&disk.path)]);
    }
}

fn killed_at_spread_moments(mode: &str, kills: u32) {
    let world = busy_world(mode);
    let begun = Instant::now();
    world.backup(&[]).exits(0);
    let whole = begun.elapsed();
    for kill in 0..kills {
        let moment = whole * kill / kills;
        let begun = Instant::now();
        let mut run = start(&world);
        while begun.elapsed() < moment && run.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(500));
        }
        run.kill().unwrap();
        run.wait().unwrap();
        let when = format!("after {moment:?} of {whole:?}");
        nothing_false(&world, &when);
        // Some runs meet what several dead ones have left.
        if kill % 3 == 2 {
            recovers(&world, &when);
            forget(&world);
        }
    }
    recovers(&world, "many times");
}

#[test]
fn killed_at_any_moment_a_backup_with_an_agent_is_whole_or_not_there() {
    killed_at_spread_moments("agent", 12);
}

#[test]
fn killed_at_any_moment_a_plain_backup_is_whole_or_not_there() {
    killed_at_spread_moments("plain", 12);
}

/// Kills the run as soon as a file that matches lies on a disk.
fn killed_when_there_is(world: &World, disk: usize, pattern: &str) {
    let mut run = start(world);
    let find = |path: &str| sh("find \"$1\" -path \"$2\" -print -quit 2>/dev/null || true", &[path, pattern]);
    let path = world.disks[disk].path.clone();
    until(&format!("there is {pattern}"), || !find(text(&path)).is_empty() || run.try_wait().unwrap().is_some());
    run.kill().unwrap();
    run.wait().unwrap();
    nothing_false(world, pattern);
    recovers(world, pattern);
    forget(world);
}

#[test]
fn killed_at_each_step_of_a_commit_a_backup_is_whole_or_not_there() {
    let world = busy_world("plain");
    for pattern in ["*/claim.json", "*/unfinished/*.bin.zst", "*/archives/*.bin.zst", "*.sha256*", "*.manifest.json*"] {
        for disk in 0..2 {
            killed_when_there_is(&world, disk, pattern);
        }
    }
}

#[test]
fn a_claim_that_was_cut_while_it_was_written_is_swept() {
    let world = busy_world("plain");
    // What a run leaves that is killed before its claim has its name.
    for disk in &world.disks {
        let folder = disk.path.join("unfinished/01a2063b-e9ea-76ff-98ec-228f8df18f37");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("claim.json.unfinished"), "{\"run\":").unwrap();
    }
    recovers(&world, "while it wrote its claim");
}

#[test]
fn an_agent_ends_its_dump_when_the_program_has_been_dead_for_as_long_as_a_link_may_be_away() {
    let mut world = World::new();
    world.server("servidor", "agent")["outage_seconds"] = json!(2);
    let begun = world.at("empezó");
    let command = format!("touch '{begun}'; cat /dev/zero");
    world.dataset(&json!({ "name": "eterno", "kind": "command", "command": command, "suffix": "bin" }));
    let mut run = start(&world);
    until("the dump has begun", || fs::exists(&begun).unwrap());
    run.kill().unwrap();
    run.wait().unwrap();
    until("nothing of the dump runs any more", || {
        let list = String::from_utf8(sh("ps -eo args", &[])).unwrap();
        !list.lines().any(|line| line.contains(&begun))
    });
}

#[test]
fn an_interrupted_run_says_so_and_the_next_cleans_up() {
    let mut world = World::new();
    world.server("servidor", "plain");
    let begun = world.at("empezó");
    let command = format!("head -c 9000000 /dev/urandom; touch '{begun}'; exec sleep 60");
    world.dataset(&json!({ "name": "lento", "kind": "command", "command": command, "suffix": "bin" }));
    let mut run = start(&world);
    until("the dump has begun", || fs::exists(&begun).unwrap());
    sh("kill -INT \"$1\"", &[&run.id().to_string()]);
    assert_eq!(run.wait().unwrap().code(), Some(130));
    nothing_false(&world, "by an interrupt");
    world.config["servers"][0]["datasets"][0] =
        json!({ "name": "dato", "kind": "command", "command": "echo dato", "suffix": "txt" });
    recovers(&world, "by an interrupt");
}
