//! A dump through an agent: one request out, frames in, over as many connections as it takes. It may not know where the
//! frames go.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use resguardo_shared::wire::{self, Decoder, End, Id, Record, Word};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::ends::Ends;
use super::error::SourceError;
use super::line::{Line, Pace};
use super::{Came, Request, said};
use crate::transport::TransportError;

/// How often the agent hears something, at least.
const BEAT: Duration = Duration::from_secs(15);
/// The waits between attempts to connect again, in seconds; from then on the last of them.
const BACK_OFF: [u64; 5] = [1, 2, 4, 8, 15];
/// How long a connection must have lasted without a frame to count as a good one.
const GOOD: Duration = Duration::from_secs(30);
/// How long an agent may take to end once it was told to.
const GOODBYE: Duration = Duration::from_secs(3);
/// How often an agent that did not hear that all is here is told again.
const GOODBYES: usize = 3;

/// Runs an agent by `command` and hands out its frames, until `unwanted` says to stop.
pub(super) async fn run(
    line: Arc<Line>,
    command: String,
    request: Request,
    out: mpsc::Sender<Came>,
    unwanted: CancellationToken,
) -> Result<End, SourceError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| SourceError::Chance)?;
    let request = wire::Request {
        version: wire::VERSION,
        id: Id::new(bytes),
        next: None,
        outage_seconds: line.patience().as_secs(),
        dump: request.dump,
        part: request.part,
        level: request.level,
        threads: request.threads,
    };
    let pace = line.pace();
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let decoder = Decoder::default();
    let mut taking = Taking {
        line,
        command,
        request,
        out,
        unwanted,
        decoder,
        pace,
        beat,
        waits: None,
        lost: None,
        told: None,
        taken: 0,
    };
    taking.until_the_end().await
}

/// A dump on its way.
struct Taking {
    line: Arc<Line>,
    command: String,
    request: wire::Request,
    out: mpsc::Sender<Came>,
    unwanted: CancellationToken,
    decoder: Decoder,
    pace: Pace,
    beat: Interval,
    /// Whether the dump waits for another connection, once the agent has said so.
    waits: Option<bool>,
    /// Since when nothing has come because of the link, if that is so.
    lost: Option<Instant>,
    /// When it was told that the link is lost, if it was not told since that it is back.
    told: Option<Instant>,
    /// Frames that were handed out.
    taken: u64,
}

/// How a connection ended that did not bring the end.
enum Broken {
    /// It was lost; another may go on.
    Lost(SourceError),
    /// Another would not help.
    For(SourceError),
}

impl From<SourceError> for Broken {
    fn from(error: SourceError) -> Self {
        Self::For(error)
    }
}

impl Taking {
    async fn until_the_end(&mut self) -> Result<End, SourceError> {
        let mut failures = 0;
        loop {
            let before = self.taken;
            match self.connection().await {
                Ok(end) => return Ok(end),
                Err(Broken::For(error)) => return Err(error),
                Err(Broken::Lost(error)) => {
                    failures = if self.taken > before { 0 } else { failures + 1 };
                    self.wait(failures, error).await?;
                }
            }
        }
    }

    /// Waits until it is time to connect again, or says that it is too late.
    async fn wait(&mut self, failures: usize, error: SourceError) -> Result<(), SourceError> {
        let patience = self.line.patience();
        // What the agent has not promised to keep is lost with the connection.
        if patience.is_zero() || self.waits == Some(false) {
            return Err(error);
        }
        self.line.hang_up();
        self.decoder.reconnect();
        let since = *self.lost.get_or_insert_with(Instant::now);
        if self.told.is_none() {
            self.told = Some(Instant::now());
            let why = super::error::chain(&error);
            self.hand_out(None, Came::LinkLost { why, patience }).await?;
        }
        let left = patience.saturating_sub(since.elapsed());
        if left.is_zero() {
            return Err(SourceError::Outage { seconds: patience.as_secs(), source: Box::new(error) });
        }
        let pause = Duration::from_secs(BACK_OFF.get(failures).or(BACK_OFF.last()).copied().unwrap_or_default());
        let slept = self.unwanted.run_until_cancelled(sleep(pause.min(left))).await;
        slept.ok_or(SourceError::Unwanted)
    }

    /// Takes what one connection gives, and says goodbye on it unless it was lost.
    async fn connection(&mut self) -> Result<End, Broken> {
        let mut exec = self.begin().await?;
        let begun = Instant::now();
        let result = self.receive(&mut exec).await;
        if begun.elapsed() > GOOD {
            self.lost = None;
        }
        match result {
            Ok(Some(end)) => {
                self.goodbye(Some(exec)).await;
                Ok(end)
            }
            // The agent has ended. If it was only what led to the dump, another attempt leads there again.
            Ok(None) => {
                let finished = exec.finish().await.map_err(Broken::Lost)?;
                let exit = super::plain::exit(finished.exit);
                let error = SourceError::AgentEnded { exit, said: said(&finished.stderr) };
                Err(if self.waits == Some(true) { Broken::Lost(error) } else { Broken::For(error) })
            }
            Err(Broken::For(error)) => {
                dismiss(&mut exec).await;
                Err(Broken::For(error))
            }
            Err(lost) => Err(lost),
        }
    }

    /// Connects if need be, starts the agent and asks for what is wanted next.
    async fn begin(&mut self) -> Result<Ends, Broken> {
        self.request.next = self.waits.map(|_| self.decoder.frames());
        let may_pass = |error| match error {
            SourceError::Transport(error) if may_pass(&error) => Broken::Lost(error.into()),
            error => Broken::For(error),
        };
        let connected = self.unwanted.run_until_cancelled(self.line.connected()).await;
        connected.ok_or(SourceError::Unwanted)?.map_err(may_pass)?;
        let mut starting = pin!(start(&self.line, &self.command, &self.request));
        let started = tokio::select! {
            biased;
            started = &mut starting => started,
            // What may have begun must be there before it can be told to end.
            () = self.unwanted.cancelled() => match timeout(GOODBYE, starting).await {
                Ok(started) => started,
                Err(_) => Err(SourceError::Unwanted),
            },
        };
        started.map_err(may_pass)
    }

    async fn receive(&mut self, exec: &mut Ends) -> Result<Option<End>, Broken> {
        let mut deadline = exec.deadline();
        loop {
            let came = tokio::select! {
                biased;
                () = self.unwanted.cancelled() => return Err(SourceError::Unwanted.into()),
                came = exec.next_until(deadline) => came,
                _ = self.beat.tick() => {
                    say(exec, Word::Taken(self.taken)).await;
                    continue;
                }
            };
            let bytes = match came {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Ok(None),
                Err(error @ SourceError::Transport(TransportError::Lost { .. })) => return Err(Broken::Lost(error)),
                Err(error) => return Err(Broken::For(error)),
            };
            self.pace.take(bytes.len()).await;
            let mut input: &[u8] = &bytes;
            while let Some(record) = self.decoder.next(&mut input).map_err(SourceError::from)? {
                match record {
                    Record::Hello(hello) => self.greeted(hello.waits, exec).await?,
                    Record::Frame(frame) => {
                        self.lost = None;
                        self.hand_out(Some(exec), Came::Frame(frame)).await?;
                        self.taken = self.decoder.frames();
                        say(exec, Word::Taken(self.taken)).await;
                    }
                    Record::End(end) => return Ok(Some(end)),
                    Record::Refused(refused) => return Err(SourceError::Refused(refused.reason).into()),
                }
            }
            deadline = exec.deadline();
        }
    }

    async fn greeted(&mut self, waits: bool, exec: &mut Ends) -> Result<(), SourceError> {
        self.waits = Some(waits);
        match self.told.take() {
            Some(since) => self.hand_out(Some(exec), Came::LinkBack { after: since.elapsed() }).await,
            None => Ok(()),
        }
    }

    /// Hands something out, however long nobody takes it; the agent hears meanwhile that somebody is there.
    async fn hand_out(&mut self, mut exec: Option<&mut Ends>, came: Came) -> Result<(), SourceError> {
        let mut sending = pin!(self.out.send(came));
        loop {
            tokio::select! {
                biased;
                () = self.unwanted.cancelled() => return Err(SourceError::Unwanted),
                sent = &mut sending => return sent.map_err(|_| SourceError::Unwanted),
                _ = self.beat.tick() => if let Some(exec) = &mut exec {
                    say(exec, Word::Taken(self.taken)).await;
                },
            }
        }
    }

    /// All is here: the agent is told, over another connection if need be, so that it does not wait in vain.
    async fn goodbye(&mut self, mut exec: Option<Ends>) {
        self.request.next = Some(self.decoder.frames());
        for (attempt, pause) in BACK_OFF.iter().take(GOODBYES).enumerate() {
            if exec.is_none() {
                self.line.hang_up();
                sleep(Duration::from_secs(*pause)).await;
                exec = start(&self.line, &self.command, &self.request).await.ok();
            }
            if let Some(mut exec) = exec.take()
                && dismiss(&mut exec).await
            {
                return;
            }
            if self.waits != Some(true) {
                break;
            }
            tracing::debug!(attempt, "the agent was not told that its dump is here");
        }
        self.line.hang_up();
    }
}

/// Starts the agent and asks.
async fn start(line: &Line, command: &str, request: &wire::Request) -> Result<Ends, SourceError> {
    let mut message = Vec::new();
    wire::write_request(&mut message, request).map_err(|error| SourceError::Refused(error.to_string()))?;
    let mut ends = line.start(command).await?;
    ends.send(&message).await?;
    Ok(ends)
}

/// Says a word. Whoever does not hear it has gone, which shows at the next thing that is read.
async fn say(exec: &mut Ends, word: Word) {
    let _heard = exec.send(&word.to_bytes()).await;
}

/// Tells the agent that its dump is not wanted any more, and waits until it has gone; whether it has.
async fn dismiss(exec: &mut Ends) -> bool {
    let leaving = async {
        say(exec, Word::Done).await;
        loop {
            match exec.next_until(exec.deadline()).await {
                Ok(Some(_)) => {}
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    };
    timeout(GOODBYE, leaving).await.unwrap_or(false)
}

/// Whether connecting again may help against this.
fn may_pass(error: &TransportError) -> bool {
    let disturbed = matches!(error, TransportError::Handshake { .. });
    disturbed || error.is_temporary()
}
