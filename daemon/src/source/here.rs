//! The agent as a process of this machine: this very program under the agent's name, with pipes in place of a connection.
//! It ends when its standard input is closed, which the end of the daemon does as well. It may not know what is dumped.

use std::ffi::OsString;
use std::fmt;
use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use resguardo_agent::process::{NAME, OWN};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::error::SourceError;
use crate::transport::{Exit, Finished, TransportError};

/// Bytes that are read at once.
const READ_BYTES: usize = 256 << 10;
/// Bytes of standard error that are kept, from its end.
const STDERR_KEPT: usize = 16 << 10;

/// How a dump is taken on this machine.
#[derive(Clone)]
pub struct Here {
    /// The server's name, for messages.
    pub server: String,
    /// The longest silence of a running dump; `None` for no limit.
    pub idle: Option<Duration>,
    /// Where its programs are looked for, as `PATH`.
    pub path: OsString,
    /// What else it finds in its environment, such as a password, and nobody else does.
    pub environment: Vec<(String, Zeroizing<String>)>,
}

impl fmt::Debug for Here {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.environment.iter().map(|(name, _)| name).collect();
        let mut shown = formatter.debug_struct("Here");
        shown.field("server", &self.server).field("idle", &self.idle).field("path", &self.path);
        shown.field("environment", &names).finish()
    }
}

/// An agent that runs on this machine. Dropped, it is told to end by the closing of its standard input; it ends its dump
/// and removes what that left, which killing it would not.
pub(super) struct Process {
    server: String,
    idle: Option<Duration>,
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: JoinHandle<(String, u64)>,
}

impl Process {
    /// Starts the agent.
    pub(super) fn start(here: &Here) -> Result<Self, SourceError> {
        let mut command = Command::new(OWN);
        command.arg0(NAME).arg("local").env("PATH", &here.path);
        // What it could say to systemd would be said for the daemon.
        command.env_remove("NOTIFY_SOCKET").env_remove("WATCHDOG_USEC");
        command.envs(here.environment.iter().map(|(name, value)| (name, value.as_str())));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(SourceError::Here)?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(SourceError::Here(ErrorKind::BrokenPipe.into()));
        };
        // Awaited at the end; until then it keeps the agent from waiting for room.
        let stderr = Handle::current().spawn(tail(stderr));
        let server = here.server.clone();
        Ok(Self { server, idle: here.idle, child, stdin, stdout, stderr })
    }

    /// When it will have been silent for too long, counted from now.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.idle.and_then(|idle| Instant::now().checked_add(idle))
    }

    /// The next bytes of its standard output; `None` at the end. May be dropped while it waits without losing anything.
    pub(super) async fn next_until(&mut self, deadline: Option<Instant>) -> Result<Option<Bytes>, SourceError> {
        let mut bytes = BytesMut::with_capacity(READ_BYTES);
        let reading = self.stdout.read_buf(&mut bytes);
        let read = match deadline {
            None => reading.await,
            Some(deadline) => {
                let read = timeout_at(deadline, reading).await;
                let seconds = self.idle.unwrap_or_default().as_secs_f64();
                read.map_err(|_| TransportError::Stalled { server: self.server.clone(), seconds })?
            }
        };
        Ok((read.map_err(SourceError::Here)? > 0).then(|| bytes.freeze()))
    }

    /// Writes to its standard input, which it always reads.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        match self.stdin.write_all(bytes).await {
            // It has ended, and what it wrote before says why.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            sent => sent.map_err(SourceError::Here),
        }
    }

    /// Waits for its end.
    pub(super) async fn finish(mut self) -> Result<Finished, SourceError> {
        while self.next_until(self.deadline()).await?.is_some() {}
        drop(self.stdin);
        let status = self.child.wait().await.map_err(SourceError::Here)?;
        let (stderr, stderr_dropped) = self.stderr.await.unwrap_or_default();
        Ok(Finished { exit: exit(status), stderr, stderr_dropped })
    }
}

fn exit(status: ExitStatus) -> Exit {
    let code = status.code().and_then(|code| u32::try_from(code).ok()).map(Exit::Status);
    code.or_else(|| status.signal().map(|signal| Exit::Signal(signal.to_string()))).unwrap_or(Exit::Missing)
}

/// Reads to the end, keeps the last bytes and counts those before.
async fn tail(mut stderr: ChildStderr) -> (String, u64) {
    let (mut kept, mut dropped) = (Vec::new(), 0_u64);
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
        kept.extend(buffer.iter().take(read));
        let more = kept.len().saturating_sub(STDERR_KEPT);
        kept.drain(..more);
        dropped = dropped.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
    }
    (String::from_utf8_lossy(&kept).into_owned(), dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_environment_holds_is_not_shown() {
        let environment = vec![("PGPASSWORD".to_owned(), Zeroizing::new("hunter2".to_owned()))];
        let here = Here { server: "s".to_owned(), idle: None, path: "/usr/bin".into(), environment };
        let shown = format!("{here:?}");
        assert!(shown.contains("PGPASSWORD") && !shown.contains("hunter2"), "{shown}");
    }
}
