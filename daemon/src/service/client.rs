//! The other end of the socket: asking a running service. It blocks, for commands.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::protocol::{Envelope, Line, Refusal, Request, VERSION};

/// The most bytes that a line of an answer may have.
const LINE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a service cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error("no daemon is running ({path} does not answer); start it with `systemctl start resguardo`", path = path.display())]
    NoDaemon {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It may not be asked.
    #[error(
        "this user may not ask the daemon ({path}); only the group `resguardo` may: `sudo adduser USER resguardo`, and log in again",
        path = path.display()
    )]
    NotAllowed {
        /// The socket.
        path: PathBuf,
    },
    /// The conversation broke off.
    #[error("the daemon broke off the conversation; `journalctl -u resguardo` says why")]
    BrokenOff(#[source] io::Error),
    /// What it said makes no sense.
    #[error("the daemon's answer makes no sense to this version; run `systemctl restart resguardo` after an upgrade")]
    Senseless(#[source] serde_json::Error),
    /// It refused.
    #[error("{}", .0.message)]
    Refused(Refusal),
}

/// A conversation of one request.
#[derive(Debug)]
pub struct Conversation {
    lines: BufReader<UnixStream>,
}

/// Asks, and hands out the lines of the answer one by one.
///
/// # Errors
/// [`ClientError::NoDaemon`] and [`ClientError::NotAllowed`] before anything was asked.
pub fn ask(socket: &Path, request: Request) -> Result<Conversation, ClientError> {
    let mut stream = UnixStream::connect(socket).map_err(|source| {
        let path = socket.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => ClientError::NotAllowed { path },
            _ => ClientError::NoDaemon { path, source },
        }
    })?;
    let mut line = serde_json::to_vec(&Envelope { version: VERSION, request }).map_err(ClientError::Senseless)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(ClientError::BrokenOff)?;
    Ok(Conversation { lines: BufReader::new(stream) })
}

impl Conversation {
    /// The next line; a refusal is an error.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn next_line(&mut self) -> Result<Line, ClientError> {
        let mut bytes = Vec::new();
        let read = self.lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
        if read.map_err(ClientError::BrokenOff)? == 0 {
            return Err(ClientError::BrokenOff(io::ErrorKind::UnexpectedEof.into()));
        }
        match serde_json::from_slice(&bytes).map_err(ClientError::Senseless)? {
            Line::Refusal(refusal) => Err(ClientError::Refused(refusal)),
            line => Ok(line),
        }
    }

    /// The answer, after all lines before it were handed to `each`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn answer<T: DeserializeOwned>(mut self, mut each: impl FnMut(Line)) -> Result<T, ClientError> {
        loop {
            match self.next_line()? {
                Line::Answer(value) => return serde_json::from_str(value.get()).map_err(ClientError::Senseless),
                line => each(line),
            }
        }
    }

    /// A second handle on the connection, with which another thread can end it.
    ///
    /// # Errors
    /// What the system says.
    pub fn handle(&self) -> io::Result<UnixStream> {
        self.lines.get_ref().try_clone()
    }
}

/// Asks for something that comes in one line.
///
/// # Errors
/// [`ClientError`].
pub fn ask_once<T: DeserializeOwned>(socket: &Path, request: Request) -> Result<T, ClientError> {
    ask(socket, request)?.answer(|_| {})
}
