//! Running a dump command: its output, the end of what it says on standard error, and how it ended. Whoever drops a
//! running dump ends it and all its children. It may not know what is dumped.

use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use resguardo_shared::wire::{Exit, STDERR_BYTES_MAX};
use rustix::process::{Pid, Signal, kill_process_group};

/// This very program, for a command line that runs it once more. It is the agent then, whatever its file is called.
pub const OWN: &str = "/proc/self/exe";
/// The name by which it is the agent.
pub const NAME: &str = "resguardo-agent";

/// A dump command that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stderr: Option<JoinHandle<Tail>>,
    killer: Killer,
}

/// Ends a running dump from another thread.
#[derive(Debug, Clone)]
pub struct Killer(Arc<Mutex<Option<Pid>>>);

/// The last of what a command said.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tail {
    /// The last bytes, as text.
    pub text: String,
    /// The bytes before them that were not kept.
    pub dropped: u64,
}

impl Running {
    /// Starts a command in a process group of its own.
    ///
    /// # Errors
    /// Whatever the system says where the program cannot be started.
    pub fn start(argv: &[String]) -> io::Result<(Self, ChildStdout)> {
        let missing = || io::Error::new(io::ErrorKind::InvalidInput, "the command line is empty");
        let (program, arguments) = argv.split_first().ok_or_else(missing)?;
        let mut command = Command::new(program);
        command.args(arguments).process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if program == OWN {
            command.arg0(NAME);
        }
        let mut child = command.spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else { return Err(missing()) };
        // A larger pipe means fewer switches between the dump and us; a kernel that refuses costs only those.
        let _smaller = rustix::pipe::fcntl_setpipe_size(&stdout, 1 << 20);
        let stderr = Some(thread::spawn(move || tail(stderr)));
        Ok((Self { child, stderr, killer: Killer(Arc::new(Mutex::new(pid))) }, stdout))
    }

    /// What ends this dump from another thread.
    pub fn killer(&self) -> Killer {
        self.killer.clone()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// Whatever the system says where the process cannot be waited for.
    pub fn finish(mut self) -> io::Result<(Exit, Tail)> {
        let status = self.child.wait()?;
        // What the command left running in its group would keep standard error open.
        self.killer.kill();
        let tail = self.stderr.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let exit = match (status.code(), status.signal()) {
            (Some(code), _) => Exit::Status(code),
            (None, Some(signal)) => Exit::Signal(signal.to_string()),
            (None, None) => Exit::Missing,
        };
        Ok((exit, tail))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.killer.kill();
        // The group is dead; waiting takes the process off the table.
        let _status = self.child.wait();
    }
}

impl Killer {
    /// Ends the process group, once.
    pub fn kill(&self) {
        if let Some(pid) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A group that has ended already is what is wanted.
            let _ended = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// Reads to the end and keeps the last [`STDERR_BYTES_MAX`] bytes.
pub fn tail(mut input: impl Read) -> Tail {
    let mut kept = Vec::new();
    let mut dropped = 0;
    let mut buffer = [0; 4096];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => kept.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
        if kept.len() > 2 * STDERR_BYTES_MAX {
            let excess = kept.len() - STDERR_BYTES_MAX;
            kept.drain(..excess);
            dropped += excess as u64;
        }
    }
    let excess = kept.len().saturating_sub(STDERR_BYTES_MAX);
    kept.drain(..excess);
    Tail { text: String::from_utf8_lossy(&kept).into_owned(), dropped: dropped + excess as u64 }
}

/// Runs a small command and returns what it prints, at most `limit` bytes. `watch` is given what ends it early.
///
/// # Errors
/// A sentence for a person: the command cannot start, fails, or prints too much.
pub fn capture(argv: &[String], limit: u64, watch: impl FnOnce(Killer)) -> Result<String, String> {
    let (running, stdout) = Running::start(argv).map_err(|error| format!("{}: {error}", shown(argv)))?;
    watch(running.killer());
    let mut text = String::new();
    let read = stdout.take(limit).read_to_string(&mut text);
    let (exit, tail) = running.finish().map_err(|error| format!("{}: {error}", shown(argv)))?;
    read.map_err(|error| format!("{}: {error}", shown(argv)))?;
    if exit == Exit::Status(0) { Ok(text) } else { Err(format!("{}: {exit}: {}", shown(argv), tail.text.trim())) }
}

/// The program of a command line, for messages.
fn shown(argv: &[String]) -> String {
    argv.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_status_a_signal_and_the_end_of_stderr_are_kept() {
        let (running, _stdout) = Running::start(&sh("echo first >&2; exit 3")).unwrap();
        assert_eq!(running.finish().unwrap(), (Exit::Status(3), Tail { text: "first\n".into(), dropped: 0 }));
        let (running, _stdout) = Running::start(&sh("kill -9 $$")).unwrap();
        assert_eq!(running.finish().unwrap().0, Exit::Signal("9".into()));
    }

    #[test]
    fn of_endless_stderr_only_the_end_is_kept() {
        let tail = tail(io::Cursor::new([b"x".repeat(100_000), b"the end".to_vec()].concat()));
        assert_eq!(tail.text.len(), STDERR_BYTES_MAX);
        assert!(tail.text.ends_with("xthe end"));
        assert_eq!(tail.dropped, 100_007 - STDERR_BYTES_MAX as u64);
    }

    #[test]
    fn killing_ends_the_children_too() {
        let (running, mut stdout) = Running::start(&sh("sleep 1000 & sleep 1000")).unwrap();
        running.killer().kill();
        assert_eq!(running.finish().unwrap().0, Exit::Signal("9".into()));
        // Both ends of the pipe are closed only when the background child is dead as well.
        assert_eq!(stdout.read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn a_program_that_is_not_there_cannot_start() {
        let error = Running::start(&["/nowhere/pg_dump".to_owned()]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
