//! What operators ask of the service, and the exit code of each answer.

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use system_tests::command::{Outcome, run, sh, until};
use system_tests::daemon::{Clock, Daemon, run_is, runs, slots, status};
use system_tests::sshd::free_port;
use system_tests::world::World;

use super::{Gate, office};

/// Starts a command whose end is not waited for.
fn begin(world: &World, words: &[&str]) -> Child {
    let mut command = world.command(words);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[track_caller]
fn end(child: Child) -> Outcome {
    child.wait_with_output().unwrap().into()
}

#[test]
fn each_way_a_backup_ends_has_its_exit_code() {
    let mut world = office(&[("nota", "echo dato"), ("mala", "false")]);
    let port = free_port();
    world.server("lejos", "plain")["port"] = json!(port);
    world.config["servers"][1]["datasets"] =
        json!([{ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }]);
    world.run(&["backup"]).exits(12).says("systemctl start resguardo").says("--here");
    for verb in [["status"].as_slice(), &["runs"], &["slots"], &["register", "list"], &["cancel", "1"]] {
        world.run(verb).exits(12).says("no daemon is running");
    }
    let _daemon = Daemon::start(&world, None);
    let kept = world.run(&["backup", "s/nota", "--json"]);
    kept.exits(0);
    assert_eq!((&kept.json()["state"], &kept.json()["kept"]), (&"kept".into(), &1.into()));
    world.run(&["backup", "s/nota"]).exits(0).says("1 of 1 datasets kept");
    world.run(&["backup", "s/mala"]).exits(6).says("FAILED  s/mala");
    world.run(&["backup", "lejos/nota"]).exits(5).says("lejos/nota: cannot reach its server");
    world.run(&["backup", "todo"]).exits(7).says("1 of 3 datasets kept");
    world.run(&["backup", "nada"]).exits(10).says("todo").says("s/nota");
    world.run(&["backup", "s/nada"]).exits(10).says("s/nota");
    world.disks.iter().for_each(system_tests::disk::LoopDisk::umount);
    world.run(&["backup", "s/nota"]).exits(4).says("disco-a").says("disco-b");
    let states: Vec<String> = runs(&world).iter().map(|run| run["state"].to_string()).collect();
    assert_eq!(states.join(" ").replace('"', ""), "kept kept failed failed partly failed");
}

#[test]
fn a_run_is_followed_by_whoever_asks_and_its_log_read_to_the_end() {
    let mut world = office(&[]);
    let gate = Gate::new(&mut world, "lenta");
    let _daemon = Daemon::start(&world, None);
    let asked = world.run(&["backup", "s/lenta", "--detach", "--json"]).exits(0).json();
    assert_eq!((&asked["run"], &asked["state"], &asked["trigger"]), (&1.into(), &"queued".into(), &"operator".into()));
    gate.begun();
    assert_eq!(status(&world)["running"]["dataset"], "s/lenta");
    let log = begin(&world, &["log", "1", "--follow"]);
    let mut follower = super::socket::asks(&world, &json!({ "do": "follow", "run": 1 }));
    let first = super::socket::line(&mut follower);
    assert!(first.to_string().contains("s/lenta"), "who comes later hears what is under way: {first}");
    gate.open();
    let log = end(log);
    log.exits(0).says("the run begins").says("the run has ended");
    let last =
        std::iter::from_fn(|| Some(super::socket::line(&mut follower))).find(|line| line.get("answer").is_some());
    assert_eq!(last.unwrap()["answer"]["state"], "kept");
    world.run(&["log", "1"]).exits(0).says("the run has ended");
    world.run(&["log", "2"]).exits(10).says("there is no run 2");
    world.run(&["runs"]).exits(0).says("s/lenta").says("kept").says("1 of 1");
}

#[test]
fn a_run_is_cancelled_while_it_is_queued_or_under_way() {
    let mut world = office(&[("nota", "echo dato")]);
    let gate = Gate::new(&mut world, "lenta");
    let _daemon = Daemon::start(&world, None);
    let first = begin(&world, &["backup", "s/lenta"]);
    gate.begun();
    world.run(&["backup", "todo"]).exits(9).says("run 1 has s/lenta under way already");
    world.run(&["backup", "s/nota", "--detach"]).exits(0).says("run 2: queued");
    world.run(&["backup", "s/nota"]).exits(9).says("run 2 has s/nota under way already");
    world.run(&["cancel", "2"]).exits(0);
    world.run(&["cancel", "1"]).exits(0);
    end(first).exits(130);
    gate.open();
    run_is(&world, 2, "cancelled");
    until("the first has ended too", || runs(&world)[0]["state"] == "cancelled");
    assert!(world.kept(0, "s/lenta").is_empty() && world.kept(0, "s/nota").is_empty());
    world.run(&["cancel", "1"]).exits(9).says("run 1 is over already: cancelled");
    world.run(&["cancel", "7"]).exits(10).says("there is no run 7");
    world.run(&["backup"]).exits(0);
}

#[test]
fn a_command_and_the_service_never_work_at_once() {
    let mut world = office(&[]);
    let gate = Gate::new(&mut world, "lenta");
    let daemon = Daemon::start(&world, None);
    world.run(&["backup", "--here"]).exits(9).says("another Resguardo works here").says("without `--here`");
    daemon.stop();
    let here = begin(&world, &["backup", "--here"]);
    gate.begun();
    let daemon = Daemon::spawn(&world, None, &[]);
    let said = world.path("daemon.stderr");
    assert_eq!(daemon.end().0, Some(9));
    assert!(std::fs::read_to_string(said).unwrap().contains("another Resguardo works here"));
    gate.open();
    end(here).exits(0);
    // Both keep the same records.
    let _daemon = Daemon::start(&world, None);
    assert_eq!(runs(&world).len(), 1);
    world.run(&["register", "verify"]).exits(0).says("1 entry");
}

#[test]
fn an_interrupt_without_a_terminal_leaves_the_run_to_the_service() {
    let mut world = office(&[]);
    let gate = Gate::new(&mut world, "lenta");
    let _daemon = Daemon::start(&world, None);
    let asking = begin(&world, &["backup"]);
    gate.begun();
    sh("kill -INT \"$1\"", &[&asking.id().to_string()]);
    end(asking).exits(130).says("run 1 goes on in the daemon").says("resguardo log 1 --follow");
    gate.open();
    run_is(&world, 1, "kept");
}

/// Runs the program on a terminal; once a file is there Ctrl-C is typed, and this when it asks.
fn on_terminal(world: &World, gate: &Gate, answer: &str) -> Outcome {
    let script = "import os, pty, select, sys\n\
        begun, answer, argv = sys.argv[1], sys.argv[2], sys.argv[3:]\n\
        pid, fd = pty.fork()\n\
        if pid == 0: os.execv(argv[0], argv)\n\
        said, step = b'', 0\n\
        while True:\n\
        \x20   if select.select([fd], [], [], 0.02)[0]:\n\
        \x20       try: piece = os.read(fd, 65536)\n\
        \x20       except OSError: break\n\
        \x20       if not piece: break\n\
        \x20       said += piece\n\
        \x20   if step == 0 and b'run 1' in said and os.path.exists(begun): os.write(fd, b'\\x03'); step = 1\n\
        \x20   elif step == 1 and b'Cancel it (c)' in said: os.write(fd, answer.encode() + b'\\n'); step = 2\n\
        _, status = os.waitpid(pid, 0)\n\
        print(said.decode(errors='replace'))\n\
        sys.exit(os.waitstatus_to_exitcode(status))\n";
    let backup = world.command(&["backup"]);
    let mut command = Command::new("timeout");
    command.args(["30", "python3", "-c", script]).arg(&gate.begun).arg(answer);
    command.arg(backup.get_program()).args(backup.get_args()).env("TERM", "xterm");
    run(&mut command)
}

#[test]
fn an_interrupt_on_a_terminal_asks_and_cancels_only_when_told_to() {
    for (answer, state) in [("c", "cancelled"), ("", "kept")] {
        let mut world = office(&[]);
        let gate = Gate::new(&mut world, "lenta");
        let _daemon = Daemon::start(&world, None);
        on_terminal(&world, &gate, answer).exits(130).says("Run 1 goes on in the daemon.");
        gate.open();
        run_is(&world, 1, state);
    }
}

#[test]
fn the_index_lists_what_lies_on_the_disks() {
    let world = office(&[("nota", "echo dato"), ("otra", "echo otro")]);
    let _daemon = Daemon::start(&world, None);
    world.run(&["backup"]).exits(0);
    world.run(&["backup", "s/nota"]).exits(0);
    let names = |list: &Value| {
        let pair = |listed: &Value| (listed["archive"].to_string(), listed["disk"].to_string());
        let mut names: Vec<_> = list["archives"].as_array().unwrap().iter().map(pair).collect();
        names.sort();
        names
    };
    let index = world.run(&["archives", "--json"]).exits(0).json();
    let paths = world.disks.iter().map(|disk| disk.path.to_str().unwrap());
    let words: Vec<&str> = ["archives", "--json"].into_iter().chain(paths.flat_map(|path| ["--disk", path])).collect();
    let disks = world.run(&words).exits(0).json();
    assert_eq!(names(&index), names(&disks));
    assert_eq!(names(&index).len(), 6);
    let one = world.run(&["archives", "--json", "--dataset", "s/otra", "--disk", "disco-b"]).exits(0).json();
    assert_eq!(names(&one).len(), 1);
    world.run(&["archives", "--limit", "1", "--json"]).exits(0).says("\"more\": true");
    world.run(&["archives", "--disk", "disco-z"]).exits(10).says("disco-a");
    world.run(&["archives", "--dataset", "nota"]).exits(2).says("SERVER/DATASET");
}

#[test]
fn what_makes_no_sense_is_refused_and_says_what_would() {
    let world = office(&[("nota", "echo dato")]);
    let clock = Clock::new(&world, "2026-11-23T09:00:00-06:00");
    let _daemon = Daemon::start(&world, Some(&clock));
    for until in ["mañana", "24/12/2026", "2026-13-01"] {
        world.run(&["excuse", "todo", "--until", until, "--reason", "feriado"]).exits(2).says("write 2026-12-24");
    }
    world.run(&["excuse", "todo", "--until", "2026-11-01", "--reason", "feriado"]).exits(2).says("over already");
    world.run(&["excuse", "todo", "--until", "2028-11-01", "--reason", "feriado"]).exits(2).says("a year at most");
    world.run(&["excuse", "todo", "--until", "2026-12-24", "--reason", " "]).exits(2).says("has a reason");
    world.run(&["excuse", "tood", "--until", "2026-12-24", "--reason", "feriado"]).exits(10).says("todo");
    world.run(&["excuse", "--until", "2026-12-24", "--reason", "feriado"]).exits(2);
    world.run(&["excuse", "--all", "--until", "2026-12-24", "--reason", "feriado"]).exits(0).says("every plan");
    world.run(&["slots", "tood"]).exits(10).says("todo");
    world.run(&["cancel", "uno"]).exits(2);
    assert!(slots(&world).is_empty() && runs(&world).is_empty());
}
