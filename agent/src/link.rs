//! Between a dump and whoever takes it: the frames that were not taken yet, in bounded memory, and the connection over
//! which they go, which may be lost and come back. It may not know how a connection is made, nor what is dumped.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use resguardo_shared::frame::Frame;
use resguardo_shared::wire::{self, End, Hello, Refused, Word, Words};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::process::Killer;

/// The most bytes of frames that wait until they are taken; one frame may wait whatever its size.
const WAITING_BYTES: usize = 32 * 1024 * 1024;
/// What a frame costs besides its bytes.
const FRAME_COST: usize = 128;
/// How much longer than an outage a connection may be silent before it counts as lost. The daemon says something every
/// 15 seconds.
const SILENCE: Duration = Duration::from_secs(120);
/// How often a thread that waits for a connection looks whether that is still the one.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 500_000_000 };

/// How a dump ended: with its end, or with the reason why it gave none.
pub type Answer = Result<End, String>;

/// The frames that wait, and the connection.
#[derive(Debug)]
pub struct Link {
    state: Mutex<State>,
    changed: Condvar,
    /// How long the dump may be without a connection.
    outage: Duration,
}

/// Both ends of a connection, and somebody who waits for its end.
#[derive(Debug)]
pub struct Connection {
    /// What the daemon says.
    pub input: OwnedFd,
    /// What it is told.
    pub output: OwnedFd,
    /// Who is told how the dump ended; its closing tells the end of this connection.
    pub told: Option<UnixStream>,
}

#[derive(Debug)]
struct State {
    /// Frames that were not taken yet, the first of them with the number `first`.
    frames: VecDeque<Arc<Frame>>,
    first: u64,
    bytes: usize,
    answer: Option<Arc<Answer>>,
    /// Which connection this is, from 1; the threads of earlier ones end.
    connection: u64,
    connected: bool,
    /// When something was last heard, or the connection was lost.
    heard: Instant,
    told: Option<UnixStream>,
    /// Nobody wants the dump any more.
    over: bool,
    killer: Option<Killer>,
}

/// What is to be written next.
enum Next {
    Frame(Arc<Frame>),
    Answer(Arc<Answer>),
    Nothing,
}

impl Link {
    /// A link without a connection, which must come within `outage`.
    pub fn new(outage: Duration) -> Arc<Self> {
        let state = State {
            frames: VecDeque::new(),
            first: 0,
            bytes: 0,
            answer: None,
            connection: 0,
            connected: false,
            heard: Instant::now(),
            told: None,
            over: false,
            killer: None,
        };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new(), outage })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while<'a>(
        &'a self,
        guard: MutexGuard<'a, State>,
        condition: impl FnMut(&mut State) -> bool,
    ) -> MutexGuard<'a, State> {
        self.changed.wait_while(guard, condition).unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a frame, once there is room for it.
    ///
    /// # Errors
    /// `BrokenPipe` when nobody wants it any more.
    pub fn push(&self, frame: Frame) -> io::Result<()> {
        let cost = cost(&frame);
        let mut state = self.wait_while(self.lock(), |state| {
            !state.over && state.bytes > 0 && state.bytes.saturating_add(cost) > WAITING_BYTES
        });
        if state.over {
            return Err(gone());
        }
        state.bytes += cost;
        state.frames.push_back(Arc::new(frame));
        self.changed.notify_all();
        Ok(())
    }

    /// Says how the dump ended; no frame comes after that.
    pub fn finish(&self, answer: Answer) {
        self.lock().answer = Some(Arc::new(answer));
        self.changed.notify_all();
    }

    /// Makes sure that this is ended as soon as nobody wants the dump any more.
    pub fn guard(&self, killer: Killer) {
        let mut state = self.lock();
        if state.over {
            killer.kill();
        } else {
            state.killer = Some(killer);
        }
    }

    /// Waits until nobody wants the dump any more: the daemon says so, or is away for too long. Returns who waits for the
    /// end of the last connection, and why the dump gave no end, if it did not.
    pub fn wait_over(&self) -> (Option<UnixStream>, Option<String>) {
        let mut state = self.lock();
        while !state.over {
            let patience = if state.connected { self.outage.saturating_add(SILENCE) } else { self.outage };
            let left = patience.saturating_sub(state.heard.elapsed());
            if left.is_zero() {
                state.end();
                self.changed.notify_all();
            } else {
                state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        let refusal = state.answer.as_deref().and_then(|answer| answer.as_ref().err().cloned());
        (state.told.take(), refusal)
    }

    /// Goes on over this connection with frame `next`; an earlier connection is given up.
    ///
    /// # Errors
    /// The connection again, and why nothing goes on over it: a sentence for a person.
    pub fn attach(self: &Arc<Self>, connection: Connection, next: u64) -> Result<(), (Connection, String)> {
        let mut state = self.lock();
        if state.over {
            return Err((connection, "the dump has ended, because it was not wanted any more".to_owned()));
        }
        if !state.holds(next) {
            let (first, end) = (state.first, state.end_of_frames());
            return Err((connection, format!("frame {next} is asked for, and frames {first} to {end} are here")));
        }
        state.take(next);
        state.connection += 1;
        (state.connected, state.heard, state.told) = (true, Instant::now(), connection.told);
        let number = state.connection;
        drop(state);
        self.changed.notify_all();
        let (input, output) = (File::from(connection.input), File::from(connection.output));
        // Whoever writes must be able to learn that another connection has taken its place.
        let _blocking = fcntl_getfl(&output).and_then(|flags| fcntl_setfl(&output, flags | OFlags::NONBLOCK));
        let link = Arc::clone(self);
        thread::spawn(move || link.listen(number, input));
        let link = Arc::clone(self);
        thread::spawn(move || {
            // Only the small records need a buffer.
            let outlet = Outlet { link: Arc::clone(&link), number, file: output };
            if link.speak(number, next, &mut BufWriter::with_capacity(16 * 1024, outlet)).is_err() {
                link.lose(number);
            }
        });
        Ok(())
    }

    /// Writes what there is to write until this connection is not the one any more.
    fn speak(&self, number: u64, mut next: u64, out: &mut impl Write) -> io::Result<()> {
        let agent = env!("CARGO_PKG_VERSION").to_owned();
        wire::write_hello(out, &Hello { agent, waits: !self.outage.is_zero() })?;
        loop {
            match self.next(number, next)? {
                Next::Frame(frame) => {
                    wire::write_frame(out, &frame)?;
                    out.flush()?;
                    next += 1;
                }
                Next::Answer(answer) => {
                    match &*answer {
                        Ok(end) => wire::write_end(out, end)?,
                        Err(reason) => wire::write_refused(out, &Refused { reason: reason.clone() })?,
                    }
                    // The connection is open until the daemon has said that it wants no more, or is lost.
                    drop(self.wait_while(self.lock(), |state| state.is_current(number)));
                    return Ok(());
                }
                Next::Nothing => return Ok(()),
            }
        }
    }

    fn next(&self, number: u64, next: u64) -> io::Result<Next> {
        let waits =
            |state: &mut State| state.is_current(number) && next == state.end_of_frames() && state.answer.is_none();
        let state = self.wait_while(self.lock(), waits);
        if !state.is_current(number) {
            return Ok(Next::Nothing);
        }
        let place = next.checked_sub(state.first).and_then(|place| usize::try_from(place).ok());
        match (place.and_then(|place| state.frames.get(place)), &state.answer) {
            (Some(frame), _) => Ok(Next::Frame(Arc::clone(frame))),
            (None, Some(answer)) if next == state.end_of_frames() => Ok(Next::Answer(Arc::clone(answer))),
            // It says that it has taken what it was not sent yet.
            _ => Err(gone()),
        }
    }

    /// Hears what the daemon says until this connection is not the one any more.
    fn listen(&self, number: u64, mut input: File) {
        let mut words = Words::default();
        let mut buffer = [0; 4096];
        while self.lock().is_current(number) {
            if !is_ready(&input, PollFlags::IN) {
                continue;
            }
            let read = match input.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                    continue;
                }
                Err(_) => break,
            };
            let mut bytes = buffer.get(..read).unwrap_or_default();
            while !bytes.is_empty() {
                match words.next(&mut bytes) {
                    Ok(Some(word)) => self.hear(number, word),
                    Ok(None) => {}
                    Err(_) => return self.lose(number),
                }
            }
        }
        self.lose(number);
    }

    fn hear(&self, number: u64, word: Word) {
        let mut state = self.lock();
        if !state.is_current(number) {
            return;
        }
        state.heard = Instant::now();
        match word {
            // Frames before the first were taken already.
            Word::Taken(next) if next <= state.end_of_frames() => state.take(next),
            Word::Taken(_) => {
                drop(state);
                return self.lose(number);
            }
            Word::Done => state.end(),
        }
        self.changed.notify_all();
    }

    /// The connection is lost, if it is still the one.
    fn lose(&self, number: u64) {
        let mut state = self.lock();
        if state.is_current(number) {
            (state.connected, state.heard, state.told) = (false, Instant::now(), None);
            if self.outage.is_zero() {
                state.end();
            }
        }
        self.changed.notify_all();
    }
}

impl State {
    fn is_current(&self, number: u64) -> bool {
        self.connected && self.connection == number && !self.over
    }

    fn end_of_frames(&self) -> u64 {
        self.first + self.frames.len() as u64
    }

    fn holds(&self, next: u64) -> bool {
        (self.first..=self.end_of_frames()).contains(&next)
    }

    /// Forgets the frames before `next`.
    fn take(&mut self, next: u64) {
        while self.first < next
            && let Some(frame) = self.frames.pop_front()
        {
            self.first += 1;
            self.bytes -= cost(&frame);
        }
    }

    fn end(&mut self) {
        self.over = true;
        self.frames.clear();
        self.bytes = 0;
        if let Some(killer) = self.killer.take() {
            killer.kill();
        }
    }
}

fn cost(frame: &Frame) -> usize {
    frame.compressed.len() + FRAME_COST
}

fn gone() -> io::Error {
    io::Error::from(io::ErrorKind::BrokenPipe)
}

/// Waits a moment until a file is ready, or broken, which whoever reads or writes it then learns.
fn is_ready(file: &File, wanted: PollFlags) -> bool {
    let mut files = [PollFd::new(file, wanted)];
    !matches!(poll(&mut files, Some(&LOOK)), Ok(0) | Err(rustix::io::Errno::INTR))
}

/// Writes to a connection as long as that is the one.
struct Outlet {
    link: Arc<Link>,
    number: u64,
    file: File,
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while self.link.lock().is_current(self.number) {
            match self.file.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    is_ready(&self.file, PollFlags::OUT);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return written,
            }
        }
        Err(gone())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
