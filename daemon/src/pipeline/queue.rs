//! A queue of bytes with a bound in bytes, between the pipeline and one taker. The far end learns whether the sender
//! finished or gave up, because the two must never look alike.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

/// The sending end. Dropping it without [`Sender::finish`] is giving up.
#[derive(Debug)]
pub struct Sender(Arc<Shared>);

/// The taking end. Dropping it says that no more is wanted.
#[derive(Debug)]
pub struct Receiver(Arc<Shared>);

/// What the taker gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The next bytes.
    Bytes(Bytes),
    /// The sender finished: everything has come.
    Finished,
    /// The sender gave up: what has come is worth nothing.
    GivenUp,
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It is in the queue.
    Taken,
    /// There is no room.
    Full,
    /// Nobody takes any more.
    Gone,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    bytes_max: usize,
}

#[derive(Debug)]
struct State {
    pieces: VecDeque<Bytes>,
    bytes: usize,
    last: Option<Piece>,
    taker: bool,
}

/// A queue that holds `bytes_max` bytes, or a single larger piece.
pub fn queue(bytes_max: usize) -> (Sender, Receiver) {
    let state = State { pieces: VecDeque::new(), bytes: 0, last: None, taker: true };
    let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new(), bytes_max });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self, last: Piece) {
        let mut state = self.lock();
        if state.last.is_none() {
            state.last = Some(last);
        }
        self.changed.notify_all();
    }
}

impl Sender {
    /// Offers bytes, without waiting.
    pub fn offer(&self, bytes: &Bytes) -> Offer {
        let mut state = self.0.lock();
        if !state.taker {
            return Offer::Gone;
        }
        if state.bytes > 0 && state.bytes + bytes.len() > self.0.bytes_max {
            return Offer::Full;
        }
        state.bytes += bytes.len();
        state.pieces.push_back(bytes.clone());
        self.0.changed.notify_all();
        Offer::Taken
    }

    /// Waits until the taker has taken something, or gone, or the time is over.
    pub fn wait(&self, longest: Duration) {
        let state = self.0.lock();
        let before = state.pieces.len();
        let unchanged = |state: &mut State| state.taker && state.pieces.len() == before;
        let _guard = self.0.changed.wait_timeout_while(state, longest, unchanged);
    }

    /// Bytes that wait to be taken.
    pub fn waiting_bytes(&self) -> u64 {
        self.0.lock().bytes as u64
    }

    /// Whether the taker has nothing to do.
    pub fn is_empty(&self) -> bool {
        self.0.lock().pieces.is_empty()
    }

    /// Says that everything has been sent.
    pub fn finish(self) {
        self.0.close(Piece::Finished);
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.close(Piece::GivenUp);
    }
}

impl Receiver {
    /// The next piece, when there is one.
    pub fn take(&self) -> Piece {
        let mut state = self.0.lock();
        loop {
            if let Some(bytes) = state.pieces.pop_front() {
                state.bytes -= bytes.len();
                self.0.changed.notify_all();
                return Piece::Bytes(bytes);
            }
            if let Some(last) = &state.last {
                return last.clone();
            }
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.taker = false;
        state.pieces.clear();
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_comes_in_order_and_then_the_finish() {
        let (sender, receiver) = queue(10);
        assert_eq!(sender.offer(&Bytes::from_static(b"uno")), Offer::Taken);
        assert_eq!(sender.offer(&Bytes::from_static(b"dos")), Offer::Taken);
        assert_eq!(sender.offer(&Bytes::from_static(b"cuatro")), Offer::Full);
        sender.finish();
        assert_eq!(receiver.take(), Piece::Bytes(Bytes::from_static(b"uno")));
        assert_eq!(receiver.take(), Piece::Bytes(Bytes::from_static(b"dos")));
        assert_eq!(receiver.take(), Piece::Finished);
        assert_eq!(receiver.take(), Piece::Finished);
    }

    #[test]
    fn a_sender_that_is_dropped_gave_up() {
        let (sender, receiver) = queue(10);
        sender.offer(&Bytes::from_static(b"uno"));
        drop(sender);
        assert_eq!(receiver.take(), Piece::Bytes(Bytes::from_static(b"uno")));
        assert_eq!(receiver.take(), Piece::GivenUp);
    }

    #[test]
    fn a_taker_that_is_dropped_is_gone() {
        let (sender, receiver) = queue(10);
        drop(receiver);
        assert_eq!(sender.offer(&Bytes::from_static(b"uno")), Offer::Gone);
    }

    #[test]
    fn a_piece_larger_than_the_bound_passes_alone() {
        let (sender, receiver) = queue(2);
        assert_eq!(sender.offer(&Bytes::from_static(b"cuatro")), Offer::Taken);
        assert_eq!(sender.offer(&Bytes::from_static(b"x")), Offer::Full);
        receiver.take();
        assert_eq!(sender.offer(&Bytes::from_static(b"x")), Offer::Taken);
    }
}
