//! Takes the frames of one dump, compares each with its digest, digests the archive they make, and sends it out.

use bytes::Bytes;
use resguardo_shared::digest::{Digest, Hasher};
use resguardo_shared::frame::Frame;

use super::fan_out::{FanOut, NobodyLeft, TooSlow};
use super::seek_table::{Entry, FRAMES_MAX, SeekTable};

/// An archive that has been sent to its takers, except for its last bytes' arrival, which only they know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Bytes of the archive, with its seek table.
    pub archive_bytes: u64,
    /// The digest of the archive.
    pub archive_sha256: Digest,
    /// The frames.
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
    /// Every taker failed.
    #[error(transparent)]
    NobodyLeft(#[from] NobodyLeft),
}

/// Receives a dump's frames until `frames` ends, and closes the archive with its seek table. The caller decides with
/// [`FanOut::finish`] whether it counts. `tell` hears of each frame and of takers that were given up.
///
/// # Errors
/// [`ReceiveError`]; nothing that was sent may then be kept.
pub fn receive(
    frames: impl Iterator<Item = Frame>,
    fan_out: &mut FanOut,
    mut tell: impl FnMut(Told<'_>),
) -> Result<Received, ReceiveError> {
    let mut hasher = Hasher::default();
    let mut table = SeekTable::default();
    let mut archive_bytes = 0;
    let mut send = |bytes: Bytes, fan_out: &mut FanOut, tell: &mut dyn FnMut(Told<'_>)| -> Result<(), NobodyLeft> {
        hasher.update(&bytes);
        archive_bytes += bytes.len() as u64;
        fan_out.send(&bytes)?.iter().for_each(|slow| tell(Told::GivenUp(slow)));
        Ok(())
    };
    for frame in frames {
        let sequence = frame.sequence;
        if !frame.is_intact() {
            return Err(ReceiveError::Damaged { sequence });
        }
        table.entries.push(entry(&frame).ok_or(ReceiveError::NotAFrame { sequence })?);
        if table.entries.len() > FRAMES_MAX {
            return Err(ReceiveError::TooLarge);
        }
        tell(Told::Frame { plain: u64::from(frame.plain_length), compressed: frame.compressed.len() as u64 });
        send(Bytes::from(frame.compressed), fan_out, &mut tell)?;
        fan_out.taken(|name, bytes| tell(Told::Taken { name, bytes }));
    }
    send(Bytes::from(table.to_bytes()), fan_out, &mut tell)?;
    Ok(Received { archive_bytes, archive_sha256: hasher.finish(), table })
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
