//! One command on a server: its output in order, its input, and how it ended. It may not know what the bytes mean.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use russh::client::Msg;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Sig};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::TransportError;
use super::client::News;

/// Bytes of stderr that are kept, from its end.
const STDERR_KEPT: usize = 16 << 10;
/// Bytes of stdout that are put aside while input is being sent; more waits on the wire.
const ASIDE_MOST: usize = 1 << 20;
/// Bytes of input that are sent under one silence limit.
const SEND_PIECE: usize = 256 << 10;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this status.
    Status(u32),
    /// A signal ended it; the name without `SIG`.
    Signal(String),
    /// Its channel was closed without a word about it, which is never success.
    Missing,
}

/// What is left of a command that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub exit: Exit,
    /// The last 16 KiB of its stderr, as UTF-8 with control characters made visible.
    pub stderr: String,
    /// Bytes of stderr before those.
    pub stderr_dropped: u64,
}

/// A running command. Dropped together with its [`Session`](super::Session), it ends the connection, and the server
/// ends the command.
pub struct Exec {
    reader: Reader,
    writer: ChannelWriteHalf<Msg>,
}

/// The reading side, apart from the writing side so that both can be borrowed at once.
struct Reader {
    server: String,
    half: ChannelReadHalf,
    news: Arc<News>,
    idle: Option<Duration>,
    aside: VecDeque<Bytes>,
    aside_bytes: usize,
    stderr: Tail,
    exit: Exit,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Closed,
    Lost,
}

/// The end of a text of unknown length.
#[derive(Default)]
struct Tail {
    bytes: VecDeque<u8>,
    dropped: u64,
}

impl Exec {
    pub(super) fn new(
        server: String,
        half: ChannelReadHalf,
        writer: ChannelWriteHalf<Msg>,
        news: Arc<News>,
        idle: Option<Duration>,
    ) -> Self {
        let reader = Reader {
            server,
            half,
            news,
            idle,
            aside: VecDeque::new(),
            aside_bytes: 0,
            stderr: Tail::default(),
            exit: Exit::Missing,
            state: State::Running,
        };
        Self { reader, writer }
    }

    /// The next bytes of stdout, in order; `None` at the end, after which [`finish`](Self::finish) says how it ended.
    /// May be dropped while it waits without losing anything.
    ///
    /// # Errors
    /// [`TransportError::Stalled`] when no byte of stdout came for the target's `idle`; [`TransportError::Lost`] when the
    /// connection ended first.
    pub async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        let deadline = self.deadline();
        self.reader.next(deadline).await
    }

    /// When the command will have been silent for the target's `idle`, counted from now; `None` for no limit.
    pub fn deadline(&self) -> Option<Instant> {
        self.reader.deadline()
    }

    /// The same as [`next`](Self::next) with a limit that was fixed before, for whoever waits in several goes.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn next_until(&mut self, deadline: Option<Instant>) -> Result<Option<Bytes>, TransportError> {
        self.reader.next(deadline).await
    }

    /// Sends input. Output that arrives meanwhile is put aside, so that neither side waits for the other.
    ///
    /// # Errors
    /// [`TransportError::InputRefused`] when the command ended first, [`TransportError::Stalled`] when it took nothing
    /// for the target's `idle`, [`TransportError::Lost`] when the connection ended.
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        for piece in bytes.chunks(SEND_PIECE) {
            self.send_piece(Bytes::copy_from_slice(piece)).await?;
        }
        Ok(())
    }

    async fn send_piece(&mut self, piece: Bytes) -> Result<(), TransportError> {
        let Self { reader, writer } = self;
        let deadline = reader.deadline();
        let sending = writer.data_bytes(piece);
        tokio::pin!(sending);
        loop {
            match reader.state {
                State::Running => {}
                State::Closed => return Err(TransportError::InputRefused { server: reader.server.clone() }),
                State::Lost => return Err(reader.lost("sending input")),
            }
            tokio::select! {
                biased;
                sent = &mut sending => return sent.map_err(|_| reader.lost("sending input")),
                () = reader.advance(), if reader.aside_bytes < ASIDE_MOST => {}
                () = until(deadline) => return Err(reader.stalled()),
            }
        }
    }

    /// Says that there is no more input.
    ///
    /// # Errors
    /// [`TransportError::Lost`] when the connection ended. A command that has already ended is no error.
    pub async fn send_eof(&mut self) -> Result<(), TransportError> {
        if self.reader.state == State::Closed {
            return Ok(());
        }
        self.writer.eof().await.map_err(|_| self.reader.lost("sending input"))
    }

    /// Waits for the end and says how it came. Stdout that was not read is thrown away.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn finish(mut self) -> Result<Finished, TransportError> {
        while self.next().await?.is_some() {}
        let (stderr, stderr_dropped) = self.reader.stderr.into_text();
        Ok(Finished { exit: self.reader.exit, stderr, stderr_dropped })
    }

    /// Sends all of `stdin` while reading all of stdout, for small commands.
    pub(super) async fn talk(&mut self, stdin: &[u8], stdout_limit: usize) -> Result<Vec<u8>, TransportError> {
        let Self { reader, writer } = self;
        let input = Bytes::copy_from_slice(stdin);
        let feed = async {
            // A command that ends early refuses the rest of its input; its exit tells more than that.
            if writer.data_bytes(input).await.is_ok() {
                drop(writer.eof().await);
            }
            pending::<()>().await;
        };
        tokio::select! {
            stdout = reader.collect(stdout_limit) => stdout,
            () = feed => Ok(Vec::new()),
        }
    }
}

impl Reader {
    async fn next(&mut self, deadline: Option<Instant>) -> Result<Option<Bytes>, TransportError> {
        loop {
            if let Some(bytes) = self.aside.pop_front() {
                self.aside_bytes -= bytes.len();
                return Ok(Some(bytes));
            }
            match self.state {
                State::Running => {}
                State::Closed => return Ok(None),
                State::Lost => return Err(self.lost("reading the command's output")),
            }
            match deadline {
                None => self.advance().await,
                // The limit is for stdout: a command that only complains on stderr is stalled too.
                Some(deadline) => {
                    if timeout_at(deadline, self.advance()).await.is_err() {
                        return Err(self.stalled());
                    }
                }
            }
        }
    }

    async fn collect(&mut self, limit: usize) -> Result<Vec<u8>, TransportError> {
        let mut stdout = Vec::new();
        while let Some(bytes) = self.next(self.deadline()).await? {
            if stdout.len() + bytes.len() > limit {
                return Err(TransportError::StdoutTooLong { server: self.server.clone(), limit });
            }
            stdout.extend_from_slice(&bytes);
        }
        Ok(stdout)
    }

    /// Takes one message. The exit status may overtake the last data, so only the channel's closing ends the command.
    async fn advance(&mut self) {
        match self.half.wait().await {
            Some(ChannelMsg::Data { data }) => {
                self.aside_bytes += data.len();
                self.aside.push_back(data);
            }
            Some(ChannelMsg::ExtendedData { data, ext: 1 }) => self.stderr.push(&data),
            Some(ChannelMsg::ExitStatus { exit_status }) => self.exit = Exit::Status(exit_status),
            Some(ChannelMsg::ExitSignal { signal_name, .. }) => self.exit = Exit::Signal(signal(signal_name)),
            Some(ChannelMsg::Close) => self.state = State::Closed,
            Some(_) => {}
            None => self.state = State::Lost,
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.idle.and_then(|idle| Instant::now().checked_add(idle))
    }

    fn lost(&self, during: &'static str) -> TransportError {
        TransportError::Lost { server: self.server.clone(), during, reason: self.news.reason() }
    }

    fn stalled(&self) -> TransportError {
        let seconds = self.idle.unwrap_or_default().as_secs_f64();
        TransportError::Stalled { server: self.server.clone(), seconds }
    }
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        let surplus = self.bytes.len().saturating_sub(STDERR_KEPT);
        self.bytes.drain(..surplus);
        self.dropped = self.dropped.saturating_add(u64::try_from(surplus).unwrap_or(u64::MAX));
    }

    fn into_text(self) -> (String, u64) {
        let bytes = Vec::from(self.bytes);
        (visible(&String::from_utf8_lossy(&bytes)), self.dropped)
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}

fn signal(signal: Sig) -> String {
    match signal {
        Sig::Custom(name) => visible(&name),
        known => format!("{known:?}"),
    }
}

/// Shows control characters and those that reverse the reading direction as escapes, all but line feed and tab: what a
/// server says goes to terminals and logs.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        let turns = matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if turns || (char.is_control() && !matches!(char, '\n' | '\t')) {
            shown.extend(char.escape_default());
        } else {
            shown.push(char);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_cannot_steer_a_terminal() {
        assert_eq!(visible("a\tñ\n\x1b[2J\u{202e}\r"), "a\tñ\n\\u{1b}[2J\\u{202e}\\r");
    }

    #[test]
    fn the_end_of_stderr_is_kept_and_the_rest_counted() {
        let mut tail = Tail::default();
        for _ in 0..3 {
            tail.push(&[b'x'; STDERR_KEPT]);
        }
        tail.push(b"the reason");
        let (text, dropped) = tail.into_text();
        assert!(text.ends_with("the reason"));
        assert_eq!(text.len(), STDERR_KEPT);
        assert_eq!(dropped, 2 * 16384 + 10);
    }
}
