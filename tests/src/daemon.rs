//! The service of a world as a process of its own, under a clock that a test turns. It may not know what the service does.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::command::{text, until};
use crate::world::World;

/// The one for programs with several threads: in the other they read each other's half-read file, and see the true time.
const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// A clock that shows any moment and goes on from there.
#[derive(Debug)]
pub struct Clock {
    file: PathBuf,
}

impl Clock {
    /// A clock that shows this moment, in RFC 3339.
    pub fn new(world: &World, moment: &str) -> Self {
        assert!(Path::new(LIBRARY).is_file(), "{LIBRARY} is missing: run `tests/run`");
        let clock = Self { file: world.path("clock") };
        clock.set(moment);
        clock
    }

    /// Turns it to a moment.
    pub fn set(&self, moment: &str) {
        let moment = DateTime::parse_from_rfc3339(moment).unwrap();
        // Never before the moment, and less than a second after it.
        let seconds = (moment - real_now()).num_milliseconds().div_euclid(1000) + 1;
        // Whoever reads it meanwhile reads the old one.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{seconds:+}\n")).unwrap();
        fs::rename(new, &self.file).unwrap();
    }

    fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", LIBRARY.to_owned()),
            ("FAKETIME_TIMESTAMP_FILE", text(&self.file).to_owned()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ]
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock of a test is turned from where the real one stands")]
fn real_now() -> DateTime<FixedOffset> {
    chrono::Utc::now().fixed_offset()
}

/// The service, killed when dropped, and when the test is.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    stderr: PathBuf,
}

impl Daemon {
    /// Starts it and waits until it answers.
    #[track_caller]
    pub fn start(world: &World, clock: Option<&Clock>) -> Self {
        Self::start_with(world, clock, &[])
    }

    /// The same in an environment that has these variables.
    #[track_caller]
    pub fn start_with(world: &World, clock: Option<&Clock>, variables: &[(&str, &str)]) -> Self {
        let mut daemon = Self::spawn(world, clock, variables);
        until("the service answers", || {
            assert!(daemon.runs(), "the service has ended: {}", daemon.said());
            [0, 13].contains(&world.run(&["status"]).code)
        });
        daemon
    }

    /// Starts it and does not wait.
    pub fn spawn(world: &World, clock: Option<&Clock>, variables: &[(&str, &str)]) -> Self {
        let own = world.command(&["daemon"]);
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(own.get_program()).args(own.get_args());
        command.current_dir(world.path("")).env_remove("RUST_LOG").env_remove("NOTIFY_SOCKET");
        command.envs(clock.iter().flat_map(|clock| clock.variables())).envs(variables.iter().copied());
        let stderr = world.path("daemon.stderr");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&stderr).unwrap());
        Self { child: command.spawn().unwrap(), stderr }
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Its number as a process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has said on its standard error.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits until it has ended by itself; returns its exit code and how long that took.
    #[track_caller]
    pub fn end(mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        until("the service has ended", || !self.runs());
        (self.child.wait().unwrap().code(), begun.elapsed())
    }

    /// Ends it as systemd does.
    #[track_caller]
    pub fn stop(self) {
        self.signal(Signal::TERM);
        let said = self.said();
        assert_eq!(self.end().0, Some(0), "{said}");
    }

    /// Ends it as a power cut does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// What `status` says.
#[track_caller]
pub fn status(world: &World) -> Value {
    let outcome = world.run(&["status", "--json"]);
    assert!([0, 13].contains(&outcome.code), "{}", outcome.said());
    outcome.json()
}

/// What `runs` lists, the oldest first.
#[track_caller]
pub fn runs(world: &World) -> Vec<Value> {
    listed(world, &["runs", "--limit", "0", "--json"], "runs")
}

/// What `slots` lists, the oldest first.
#[track_caller]
pub fn slots(world: &World) -> Vec<Value> {
    listed(world, &["slots", "--limit", "0", "--json"], "slots")
}

/// What `register list` lists, the oldest first.
#[track_caller]
pub fn entries(world: &World) -> Vec<Value> {
    listed(world, &["register", "list", "--limit", "0", "--json"], "entries")
}

#[track_caller]
fn listed(world: &World, words: &[&str], name: &str) -> Vec<Value> {
    let mut list = world.run(words).exits(0).json()[name].as_array().unwrap().clone();
    list.reverse();
    list
}

/// Waits until so many slots have an outcome, and returns the outcomes.
#[track_caller]
pub fn settled(world: &World, number: usize) -> Vec<String> {
    let mut outcomes: Vec<String> = Vec::new();
    until(&format!("{number} slots have their outcome"), || {
        let slots = slots(world);
        outcomes = slots.iter().filter_map(|slot| slot["outcome"].as_str()).map(str::to_owned).collect();
        outcomes.len() >= number
    });
    outcomes
}

/// Waits until so many runs are there and the last is in this state. Returns the last one.
#[track_caller]
pub fn run_is(world: &World, number: usize, state: &str) -> Value {
    let mut last = Value::Null;
    until(&format!("run {number} is {state}"), || {
        let runs = runs(world);
        assert!(runs.len() <= number, "there are more runs than {number}: {runs:#?}");
        last = runs.last().cloned().unwrap_or_default();
        runs.len() == number && last["state"] == state
    });
    last
}
