//! Encrypting an archive on its way to its takers, on a thread of its own, so that it costs time only where it is slower
//! than everything else. It may not know who holds the keys.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use bytes::BytesMut;
use resguardo_shared::digest::Digest;

use super::fan_out::NobodyLeft;
use super::receive::{Outlet, Piece, ReceiveError, Told};
use crate::crypt::{Recipient, encrypt};

/// Encrypted bytes are sent on in pieces of this size: each has a place of its own in the queue of each taker.
const PIECE_BYTES: usize = 1024 * 1024;

/// Encrypts whatever `feed` gives and sends it out; returns the bytes of the encrypted archive and their digest.
///
/// # Errors
/// What `feed` says, or why nothing could be sent any more.
pub(super) fn sealed<T: FnMut(Told<'_>) + Send>(
    recipients: &[Recipient],
    outlet: Outlet<'_, T>,
    feed: impl FnOnce(&mut dyn FnMut(Piece) -> Result<(), NobodyLeft>) -> Result<(), ReceiveError>,
) -> Result<(u64, Digest), ReceiveError> {
    // One frame waits while another is encrypted: memory does not depend on who is faster.
    let (give, take) = sync_channel(1);
    thread::scope(|scope| {
        let span = tracing::Span::current();
        let sealing = scope.spawn(move || span.in_scope(|| seal(recipients, outlet, &take)));
        let fed = feed(&mut |piece| give.send(piece).map_err(|_| NobodyLeft));
        drop(give);
        let sealed = sealing.join().unwrap_or_else(|_| Err(failed("its thread panicked")));
        match (fed, sealed) {
            // The thread knows better than its feeder why nothing was taken any more.
            (Ok(()), sealed) | (Err(ReceiveError::NobodyLeft(_)), sealed @ Err(_)) => sealed,
            (Err(error), _) => Err(error),
        }
    })
}

fn seal<T: FnMut(Told<'_>)>(
    recipients: &[Recipient],
    outlet: Outlet<'_, T>,
    pieces: &Receiver<Piece>,
) -> Result<(u64, Digest), ReceiveError> {
    let sink = Sink { outlet, piece: BytesMut::with_capacity(2 * PIECE_BYTES) };
    let mut writer = encrypt(recipients, sink).map_err(|error| broken(&error))?;
    // Without its table the archive was given up, and is not closed.
    while let Ok(piece) = pieces.recv() {
        match piece {
            Piece::Frame(bytes) => writer.write_all(&bytes).map_err(|error| broken(&error))?,
            Piece::Table(bytes) => {
                writer.write_all(&bytes).map_err(|error| broken(&error))?;
                let mut sink = writer.finish().map_err(|error| broken(&error))?;
                sink.flush().map_err(|error| broken(&error))?;
                return Ok(sink.outlet.finish());
            }
        }
    }
    Err(NobodyLeft.into())
}

/// Only the takers can fail; the rest would be a fault of the library or of the recipients.
fn broken(error: &io::Error) -> ReceiveError {
    match error.get_ref() {
        Some(inner) if inner.is::<NobodyLeft>() => NobodyLeft.into(),
        _ => failed(&error.to_string()),
    }
}

fn failed(what: &str) -> ReceiveError {
    ReceiveError::Encrypt { what: what.to_owned() }
}

struct Sink<'a, T> {
    outlet: Outlet<'a, T>,
    piece: BytesMut,
}

impl<T: FnMut(Told<'_>)> Write for Sink<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.piece.is_empty() {
            let next = BytesMut::with_capacity(2 * PIECE_BYTES);
            let piece = std::mem::replace(&mut self.piece, next);
            self.outlet.send(piece.freeze()).map_err(io::Error::other)?;
        }
        Ok(())
    }
}
