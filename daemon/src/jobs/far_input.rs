//! The input of a program on a server, written to like a file, and what that program said in the end. It may not know what
//! is sent.

use std::io::{self, Write};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::transport::{Exec, Exit, TransportError};

/// The most bytes that are kept in memory.
const BOUNDED_BYTES: usize = 64 << 20;

/// A command's input, to be written to from a thread that may wait.
pub(super) struct Sink<'a> {
    pub(super) runtime: &'a Handle,
    pub(super) cancel: &'a CancellationToken,
    pub(super) exec: Exec,
    /// What the connection said when it took no more.
    pub(super) failed: Option<TransportError>,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sending = self.runtime.block_on(self.cancel.run_until_cancelled(self.exec.send(bytes)));
        match sending {
            Some(Ok(())) => Ok(bytes.len()),
            Some(Err(error)) => {
                self.failed = Some(error);
                Err(io::ErrorKind::BrokenPipe.into())
            }
            None => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes in memory, up to a bound.
pub(super) struct Bounded(pub(super) Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > BOUNDED_BYTES {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a program said last, since that names the cause.
pub(super) fn said(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let kept = lines.len().saturating_sub(8);
    if lines.is_empty() { "it said nothing".to_owned() } else { lines[kept..].join("; ") }
}

pub(super) fn ended(exit: &Exit) -> String {
    match exit {
        Exit::Status(status) => format!("its program ended with status {status}: "),
        Exit::Signal(name) => format!("signal {name} ended its program: "),
        Exit::Missing => "its program ended without a word: ".to_owned(),
    }
}
