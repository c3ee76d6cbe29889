//! Takes the frames of one dump, compares each with its digest, digests the archive they make, and sends it out.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use resguardo_shared::digest::{Digest, Hasher};
use resguardo_shared::frame::Frame;

use super::fan_out::{FanOut, NobodyLeft, TooSlow};
use super::sealed::sealed;
use super::seek_table::{Entry, FRAMES_MAX, SeekTable};
use crate::crypt::Recipient;

/// An archive that has been sent to its takers, except for its last bytes' arrival, which only they know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Bytes of the archive as it lies on a disk, with its seek table.
    pub archive_bytes: u64,
    /// The digest of the archive, encrypted or not, as it lies on a disk.
    pub archive_sha256: Digest,
    /// The frames, inside of what is encrypted.
    pub table: SeekTable,
}

/// Why an archive was not sent whole.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// A frame's bytes are not those that were sent off.
    #[error("frame {sequence} arrived damaged: its digest differs from the source's")]
    Damaged {
        /// The frame.
        sequence: u64,
    },
    /// A frame is not what an archive is made of.
    #[error("frame {sequence} is no frame with a checksum")]
    NotAFrame {
        /// The frame.
        sequence: u64,
    },
    /// The dump has more frames than an archive can hold.
    #[error("the dump has more than {FRAMES_MAX} frames; split the dataset")]
    TooLarge,
    /// It could not be encrypted.
    #[error("the archive cannot be encrypted: {what}")]
    Encrypt {
        /// What the library says.
        what: String,
    },
    /// Every taker failed.
    #[error(transparent)]
    NobodyLeft(#[from] NobodyLeft),
}

/// Receives a dump's frames until `frames` ends, and closes the archive with its seek table. With `recipients` the archive
/// is encrypted to them, on a thread of its own. The caller decides with [`FanOut::finish`] whether it counts. `tell` hears
/// of each frame and of takers that were given up.
///
/// # Errors
/// [`ReceiveError`]; nothing that was sent may then be kept.
pub fn receive(
    frames: impl Iterator<Item = Frame>,
    recipients: &[Recipient],
    fan_out: &mut FanOut,
    tell: impl FnMut(Told<'_>) + Send,
) -> Result<Received, ReceiveError> {
    let tell = Mutex::new(tell);
    let mut outlet = Outlet { fan_out, tell: &tell, hasher: Hasher::default(), bytes: 0 };
    let mut table = SeekTable::default();
    let (archive_bytes, archive_sha256) = if recipients.is_empty() {
        check(frames, &mut table, &tell, |piece| outlet.send(Bytes::from(piece.into_bytes())))?;
        outlet.finish()
    } else {
        sealed(recipients, outlet, |give| check(frames, &mut table, &tell, give))?
    };
    Ok(Received { archive_bytes, archive_sha256, table })
}

/// What an archive is made of, before it is encrypted.
pub(super) enum Piece {
    Frame(Vec<u8>),
    /// The last one.
    Table(Vec<u8>),
}

impl Piece {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Frame(bytes) | Self::Table(bytes) => bytes,
        }
    }
}

/// Compares each frame with its digest, enters it in the table, and gives it on, and at the end the table.
fn check(
    frames: impl Iterator<Item = Frame>,
    table: &mut SeekTable,
    tell: &Mutex<impl FnMut(Told<'_>)>,
    mut give: impl FnMut(Piece) -> Result<(), NobodyLeft>,
) -> Result<(), ReceiveError> {
    for frame in frames {
        let sequence = frame.sequence;
        if !frame.is_intact() {
            return Err(ReceiveError::Damaged { sequence });
        }
        table.entries.push(entry(&frame).ok_or(ReceiveError::NotAFrame { sequence })?);
        if table.entries.len() > FRAMES_MAX {
            return Err(ReceiveError::TooLarge);
        }
        let told = Told::Frame { plain: u64::from(frame.plain_length), compressed: frame.compressed.len() as u64 };
        tell.lock().unwrap_or_else(PoisonError::into_inner)(told);
        give(Piece::Frame(frame.compressed))?;
    }
    Ok(give(Piece::Table(table.to_bytes()))?)
}

/// Where the bytes of an archive go, digested on their way.
pub(super) struct Outlet<'a, T> {
    fan_out: &'a mut FanOut,
    tell: &'a Mutex<T>,
    hasher: Hasher,
    bytes: u64,
}

impl<T: FnMut(Told<'_>)> Outlet<'_, T> {
    pub(super) fn send(&mut self, bytes: Bytes) -> Result<(), NobodyLeft> {
        self.hasher.update(&bytes);
        self.bytes += bytes.len() as u64;
        let slow = self.fan_out.send(&bytes)?;
        let mut tell = self.tell.lock().unwrap_or_else(PoisonError::into_inner);
        slow.iter().for_each(|slow| tell(Told::GivenUp(slow)));
        self.fan_out.taken(|name, bytes| tell(Told::Taken { name, bytes }));
        Ok(())
    }

    /// The bytes that were sent, and their digest.
    pub(super) fn finish(self) -> (u64, Digest) {
        (self.bytes, self.hasher.finish())
    }
}

/// What happens while a dump is received.
#[derive(Debug)]
pub enum Told<'a> {
    /// A frame has come.
    Frame {
        /// Bytes of dump.
        plain: u64,
        /// Bytes of archive.
        compressed: u64,
    },
    /// How much a taker has taken.
    Taken {
        /// Its name.
        name: &'a str,
        /// Bytes of archive.
        bytes: u64,
    },
    /// A taker was given up.
    GivenUp(&'a TooSlow),
}

/// A frame's entry. Its header must say that a checksum closes it (RFC 8878, 3.1.1.1.1), since verification stands
/// on that.
fn entry(frame: &Frame) -> Option<Entry> {
    let header = frame.compressed.first_chunk::<5>()?;
    let checksum_flag = header[4] & 0x04 != 0;
    if header[..4] != [0x28, 0xB5, 0x2F, 0xFD] || !checksum_flag {
        return None;
    }
    let compressed = u32::try_from(frame.compressed.len()).ok()?;
    Some(Entry { compressed, plain: frame.plain_length, checksum: frame.content_checksum()? })
}
