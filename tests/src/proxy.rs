//! A link that a test can trouble: a TCP proxy before a server that cuts, refuses, stalls, slows down, and damages what
//! passes. It may not know what passes.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that are passed on at once.
const PIECE_BYTES: usize = 16 * 1024;

/// The proxy; it listens on a port of its own on 127.0.0.1 until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    /// The port to connect to.
    pub port: u16,
    link: Arc<Link>,
}

/// What happens once to the bytes that the server sends, when so many of them have passed since the proxy began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// All connections are cut.
    Cut,
    /// The client's side of all connections is closed, and the server is told nothing of it.
    HalfOpen,
    /// The client is told that nothing more comes, and may still send.
    HalfClose,
    /// One bit of the byte is another.
    Flip,
    /// These bytes stand before it.
    Inject(Vec<u8>),
    /// Nothing passes any more, in either direction, until [`Proxy::go_on`].
    Stall,
}

#[derive(Debug)]
struct Link {
    to: u16,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    over: bool,
    refuses: bool,
    stalls: bool,
    /// Bytes a second that may pass from the server.
    rate: Option<u64>,
    /// Bytes that have come from the server.
    passed: u64,
    accepted: usize,
    troubles: Vec<(u64, Trouble)>,
    /// The client's side and the server's side of each connection.
    pairs: Vec<(TcpStream, TcpStream)>,
}

impl Proxy {
    /// Stands before a server on a port of 127.0.0.1.
    pub fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let link = Arc::new(Link { to, state: Mutex::default(), changed: Condvar::new() });
        let listening = Arc::clone(&link);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if listening.lock().over {
                    return;
                }
                listening.accept(&stream);
            }
        });
        Self { port, link }
    }

    /// Cuts every connection, now.
    pub fn cut(&self) {
        self.link.lock().trouble(&Trouble::Cut);
        self.link.changed.notify_all();
    }

    /// Troubles what passes, now.
    pub fn trouble(&self, trouble: &Trouble) {
        self.link.lock().trouble(trouble);
        self.link.changed.notify_all();
    }

    /// Troubles what passes once the server has sent so many bytes since the proxy began.
    pub fn trouble_at(&self, bytes: u64, trouble: Trouble) {
        self.link.lock().troubles.push((bytes, trouble));
    }

    /// Refuses new connections, or takes them again.
    pub fn refuse(&self, refuses: bool) {
        self.link.lock().refuses = refuses;
    }

    /// Lets pass again what is held back.
    pub fn go_on(&self) {
        self.link.lock().stalls = false;
        self.link.changed.notify_all();
    }

    /// Takes back the troubles that are still to come.
    pub fn calm(&self) {
        self.link.lock().troubles.clear();
    }

    /// Lets at most so many bytes a second pass from the server on each connection; `None` for all.
    pub fn slow(&self, bytes_per_second: Option<u64>) {
        self.link.lock().rate = bytes_per_second;
    }

    /// Bytes that the server has sent so far.
    pub fn passed(&self) -> u64 {
        self.link.lock().passed
    }

    /// Connections that were taken so far.
    pub fn accepted(&self) -> usize {
        self.link.lock().accepted
    }

    /// Troubles that are still to come.
    pub fn pending(&self) -> usize {
        self.link.lock().troubles.len()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        {
            let mut state = self.link.lock();
            (state.over, state.stalls) = (true, false);
            state.trouble(&Trouble::Cut);
        }
        self.link.changed.notify_all();
        // Wakes the one that listens, so that the port is free again.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Link {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: &Arc<Self>, client: &TcpStream) {
        if self.lock().refuses {
            return;
        }
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.to)) else { return };
        let (Ok(()), Ok(())) = (client.set_nodelay(true), server.set_nodelay(true)) else { return };
        let copies = || Some((client.try_clone().ok()?, server.try_clone().ok()?));
        let (Some(kept), Some(up), Some(down)) = (copies(), copies(), copies()) else { return };
        {
            let mut state = self.lock();
            state.accepted += 1;
            state.pairs.push(kept);
        }
        let link = Arc::clone(self);
        thread::spawn(move || link.pass(up.0, up.1, false));
        let link = Arc::clone(self);
        thread::spawn(move || link.pass(down.1, down.0, true));
    }

    /// Passes on what comes from one side to the other.
    fn pass(&self, mut from: TcpStream, mut to: TcpStream, from_server: bool) {
        let mut buffer = vec![0; PIECE_BYTES];
        while let Ok(read) = from.read(&mut buffer) {
            if read == 0 {
                break;
            }
            let mut piece = buffer.get(..read).unwrap_or_default().to_vec();
            let rate = {
                let mut state = self.lock();
                if from_server {
                    state.count(&mut piece);
                }
                let waiting = self.changed.wait_while(state, |state| state.stalls);
                waiting.unwrap_or_else(PoisonError::into_inner).rate.filter(|_| from_server)
            };
            let begun = Instant::now();
            if to.write_all(&piece).is_err() {
                break;
            }
            if let Some(rate) = rate {
                let due = Duration::from_secs_f64(piece.len() as f64 / rate as f64);
                thread::sleep(due.saturating_sub(begun.elapsed()));
            }
        }
        // A side that is down already is what is wanted.
        to.shutdown(Shutdown::Write).unwrap_or(());
    }
}

impl State {
    /// Counts a piece from the server, and does to it what is due in it.
    fn count(&mut self, piece: &mut Vec<u8>) {
        let (begin, end) = (self.passed, self.passed + piece.len() as u64);
        self.passed = end;
        let (due, later) = std::mem::take(&mut self.troubles).into_iter().partition(|(at, _)| *at < end);
        self.troubles = later;
        let due: Vec<(u64, Trouble)> = due;
        for (at, trouble) in due {
            let place = usize::try_from(at.saturating_sub(begin)).unwrap();
            match trouble {
                Trouble::Flip => piece[place] ^= 0x10,
                Trouble::Inject(bytes) => drop(piece.splice(place..place, bytes)),
                Trouble::Cut | Trouble::HalfOpen | Trouble::HalfClose => {
                    piece.truncate(place);
                    self.trouble(&trouble);
                }
                Trouble::Stall => self.stalls = true,
            }
        }
    }

    fn trouble(&mut self, trouble: &Trouble) {
        for (client, server) in &self.pairs {
            // A side that is down already is what is wanted.
            match trouble {
                Trouble::Cut => {
                    client.shutdown(Shutdown::Both).unwrap_or(());
                    server.shutdown(Shutdown::Both).unwrap_or(());
                }
                Trouble::HalfOpen => client.shutdown(Shutdown::Both).unwrap_or(()),
                Trouble::HalfClose => client.shutdown(Shutdown::Write).unwrap_or(()),
                Trouble::Flip | Trouble::Inject(_) | Trouble::Stall => {}
            }
        }
        match trouble {
            Trouble::Cut => self.pairs.clear(),
            Trouble::Stall => self.stalls = true,
            _ => {}
        }
    }
}
