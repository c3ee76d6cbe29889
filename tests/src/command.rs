//! Running programs and waiting for conditions. It may not know which programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a condition is waited for. What holds at all holds in seconds; a machine on which everything runs at once is slow.
const PATIENCE: Duration = Duration::from_secs(90);

/// How a program ended and what it said.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let code = output.status.code().unwrap_or(-1);
        Self { code, stdout: output.stdout, stderr: String::from_utf8_lossy(&output.stderr).into_owned() }
    }
}

impl Outcome {
    /// Everything that was said.
    pub fn said(&self) -> String {
        format!("{}\n{}", String::from_utf8_lossy(&self.stdout), self.stderr)
    }

    /// Fails unless the program ended with this code.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "the exit code is another; it said: {}", self.said());
        self
    }

    /// Fails unless it said these words.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.said().contains(words), "it does not say {words:?} but: {}", self.said());
        self
    }

    /// Its standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("no JSON ({error}), code {}: {}", self.code, self.said()),
        }
    }
}

/// Runs a program to its end.
#[track_caller]
pub fn run(command: &mut Command) -> Outcome {
    match command.stdin(Stdio::null()).output() {
        Ok(output) => output.into(),
        Err(error) => panic!("cannot start {command:?} ({error}); run `tests/run`, which installs what is missing"),
    }
}

/// Runs a script that must succeed, with these words as `$1`, `$2` …, and returns its standard output.
#[track_caller]
pub fn sh(script: &str, words: &[&str]) -> Vec<u8> {
    let mut command = Command::new("bash");
    command.args(["-o", "pipefail", "-euc", script, "script"]).args(words).env("LC_ALL", "C");
    let outcome = run(&mut command);
    assert_eq!(outcome.code, 0, "{script}\n{words:?}\n{}", outcome.said());
    outcome.stdout
}

/// The same, as text without white space around it.
#[track_caller]
pub fn sh_text(script: &str, words: &[&str]) -> String {
    String::from_utf8(sh(script, words)).unwrap().trim().to_owned()
}

/// Waits until a condition holds, and fails when patience ends.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited {} s in vain until {what}", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The folder of built programs: that of the running program, or the one above a running test's.
fn built() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().unwrap();
    if folder.ends_with("deps") { folder.parent().unwrap().to_owned() } else { folder.to_owned() }
}

/// The program `resguardo`.
pub fn resguardo() -> PathBuf {
    let path = built().join("resguardo");
    assert!(path.is_file(), "{} is not built: run `tests/run`, or `cargo build --release` first", path.display());
    path
}

/// The agent: static as `tests/run` builds it, or else the one built beside the program.
pub fn agent() -> PathBuf {
    let path = std::env::var_os("RESGUARDO_AGENT").map_or_else(|| built().join("resguardo-agent"), PathBuf::from);
    assert!(path.is_file(), "{} is not built: run `tests/run`", path.display());
    path
}
