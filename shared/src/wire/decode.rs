//! Reading requests and records from bytes that nobody vouches for. It may not block, and it allocates only what a
//! bound allows.

use std::io::{self, Read};

use serde::de::DeserializeOwned;

use super::encode::{END, FRAME, HELLO, REFUSED};
use super::{End, FRAME_HEADER_BYTES, Hello, MAGIC, MESSAGE_BYTES_MAX, Refused, Request, VERSION};
use crate::digest::Digest;
use crate::frame::{COMPRESSED_BYTES_MAX, FRAME_BYTES_MAX, Frame};

/// What the agent says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The opening.
    Hello(Hello),
    /// A frame, next in order; its digest is not yet compared.
    Frame(Frame),
    /// The end of the dump, in agreement with the frames that came.
    End(End),
    /// A refusal; nothing follows it.
    Refused(Refused),
}

/// Why bytes are not an agent's answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Something else answers.
    #[error(
        "the far side does not answer as an agent does; its first bytes are {0:?} (a message of the login shell? \
         its start-up files must print nothing in a session without a terminal)"
    )]
    NotAnAgent(String),
    /// The far side speaks another version.
    #[error(
        "the agent speaks version {theirs} of the wire format and this program version {VERSION}: install the agent that belongs to it"
    )]
    OtherVersion {
        /// The agent's version.
        theirs: u16,
    },
    /// A length beyond the bound for its kind.
    #[error("a record of kind {kind} claims {bytes} bytes, more than its bound")]
    TooLarge {
        /// The record's kind byte.
        kind: u8,
        /// The bytes it claims.
        bytes: u64,
    },
    /// A record of a kind that this version does not know, or one out of its place.
    #[error("a record of kind {kind} is out of place after {frames} frames")]
    OutOfPlace {
        /// The record's kind byte.
        kind: u8,
        /// How many frames came before it.
        frames: u64,
    },
    /// A frame that is not the next one.
    #[error("frame {came} at byte {offset} came where frame {expected} was due: frames were lost or reordered")]
    OutOfOrder {
        /// The sequence number that came.
        came: u64,
        /// Its offset.
        offset: u64,
        /// The sequence number that was due.
        expected: u64,
    },
    /// A frame whose header makes no sense.
    #[error("frame {sequence} has a bad header: {what}")]
    BadFrame {
        /// The frame's sequence number.
        sequence: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// JSON that is not what its record's kind demands.
    #[error("a record of kind {kind} does not read: {what}")]
    BadMessage {
        /// The record's kind byte.
        kind: u8,
        /// What is wrong.
        what: String,
    },
    /// The end's sums are not those of the frames that came.
    #[error(
        "the agent counts {theirs_frames} frames and {theirs_bytes} bytes of dump, but {frames} frames and {bytes} bytes came"
    )]
    OtherTotals {
        /// Frames by the agent's count.
        theirs_frames: u64,
        /// Bytes of dump by the agent's count.
        theirs_bytes: u64,
        /// Frames that came.
        frames: u64,
        /// Bytes of dump that came.
        bytes: u64,
    },
}

/// The bytes of the preamble, and of a record's own header.
const PREAMBLE_BYTES: usize = 8;

/// Puts records together from pieces of any size, and insists on their order.
#[derive(Debug)]
pub struct Decoder {
    stage: Stage,
    /// The bytes of what is being put together: preamble, record header or payload.
    partial: Vec<u8>,
    kind: u8,
    needed: usize,
    frames: u64,
    plain_bytes: u64,
    compressed_bytes: u64,
    greeted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Preamble,
    Header,
    Payload,
    Over,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            stage: Stage::Preamble,
            partial: Vec::new(),
            kind: 0,
            needed: PREAMBLE_BYTES,
            frames: 0,
            plain_bytes: 0,
            compressed_bytes: 0,
            greeted: false,
        }
    }
}

impl Decoder {
    /// Takes bytes from the front of `input` until one record is complete. `None` says that all of `input` is taken
    /// and more is needed.
    ///
    /// # Errors
    /// [`WireError`]; after one the decoder is of no more use.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Record>, WireError> {
        loop {
            if self.stage == Stage::Over && !input.is_empty() {
                return Err(WireError::OutOfPlace { kind: input[0], frames: self.frames });
            }
            let taken = input.len().min(self.needed - self.partial.len());
            let (now, later) = input.split_at(taken);
            self.partial.extend_from_slice(now);
            *input = later;
            if self.stage == Stage::Over || self.partial.len() < self.needed {
                if self.stage == Stage::Preamble {
                    check_magic(&self.partial)?;
                }
                return Ok(None);
            }
            match self.stage {
                Stage::Preamble => self.preamble()?,
                Stage::Header => self.header()?,
                Stage::Payload => return self.payload().map(Some),
                Stage::Over => return Ok(None),
            }
        }
    }

    /// Begins anew with the answer on another connection, whose first frame must be the one after the last that came.
    pub fn reconnect(&mut self) {
        self.expect(Stage::Preamble, PREAMBLE_BYTES);
        self.greeted = false;
    }

    /// Whether an end or a refusal has come, so that nothing is missing.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Frames that have come.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    fn expect(&mut self, stage: Stage, needed: usize) {
        self.stage = stage;
        self.needed = needed;
        self.partial.clear();
        // Exactly what the bound has let pass: growing by doubling would hold up to twice as much.
        self.partial.reserve_exact(needed);
    }

    fn preamble(&mut self) -> Result<(), WireError> {
        check_magic(&self.partial)?;
        let theirs = u16::from_le_bytes([self.partial[4], self.partial[5]]);
        if theirs != VERSION {
            return Err(WireError::OtherVersion { theirs });
        }
        self.expect(Stage::Header, 8);
        Ok(())
    }

    fn header(&mut self) -> Result<(), WireError> {
        let kind = self.partial[0];
        let bytes = u32::from_le_bytes([self.partial[4], self.partial[5], self.partial[6], self.partial[7]]);
        let bound = match kind {
            HELLO if !self.greeted => MESSAGE_BYTES_MAX,
            FRAME if self.greeted => FRAME_HEADER_BYTES + COMPRESSED_BYTES_MAX,
            END if self.greeted => MESSAGE_BYTES_MAX,
            REFUSED => MESSAGE_BYTES_MAX,
            _ => return Err(WireError::OutOfPlace { kind, frames: self.frames }),
        };
        let needed = usize::try_from(bytes).unwrap_or(usize::MAX);
        if needed > bound || needed == 0 {
            return Err(WireError::TooLarge { kind, bytes: u64::from(bytes) });
        }
        self.kind = kind;
        self.expect(Stage::Payload, needed);
        Ok(())
    }

    fn payload(&mut self) -> Result<Record, WireError> {
        let payload = std::mem::take(&mut self.partial);
        let record = match self.kind {
            HELLO => {
                self.greeted = true;
                Record::Hello(message(HELLO, &payload)?)
            }
            FRAME => Record::Frame(self.frame(payload)?),
            END => Record::End(self.end(&payload)?),
            _ => Record::Refused(message(REFUSED, &payload)?),
        };
        if matches!(record, Record::End(_) | Record::Refused(_)) {
            self.expect(Stage::Over, 0);
        } else {
            self.expect(Stage::Header, 8);
        }
        Ok(record)
    }

    fn frame(&mut self, mut payload: Vec<u8>) -> Result<Frame, WireError> {
        let sequence = self.frames;
        let bad = |what| WireError::BadFrame { sequence, what };
        let Some((header, compressed)) = payload.split_first_chunk::<FRAME_HEADER_BYTES>() else {
            return Err(bad("it is cut short"));
        };
        let came = u64::from_le_bytes(field(header, 0));
        let offset = u64::from_le_bytes(field(header, 8));
        let plain_length = u32::from_le_bytes(field(header, 16));
        let needs = u32::from_le_bytes(field(header, 20));
        let digest = Digest(field(header, 24));
        if came != self.frames || offset != self.plain_bytes {
            return Err(WireError::OutOfOrder { came, offset, expected: self.frames });
        }
        if needs != 0 {
            return Err(bad("it needs something that this version cannot give"));
        }
        if plain_length == 0 || usize::try_from(plain_length).is_ok_and(|length| length > FRAME_BYTES_MAX) {
            return Err(bad("its content's length is zero or over the bound"));
        }
        if compressed.is_empty() {
            return Err(bad("it is empty"));
        }
        self.frames += 1;
        self.plain_bytes += u64::from(plain_length);
        payload.drain(..FRAME_HEADER_BYTES);
        self.compressed_bytes += u64::try_from(payload.len()).unwrap_or(u64::MAX);
        Ok(Frame { sequence, plain_offset: offset, plain_length, digest: Some(digest), compressed: payload })
    }

    fn end(&self, payload: &[u8]) -> Result<End, WireError> {
        let end: End = message(END, payload)?;
        let theirs = (end.totals.frames, end.totals.plain_bytes, end.totals.compressed_bytes);
        if theirs != (self.frames, self.plain_bytes, self.compressed_bytes) {
            return Err(WireError::OtherTotals {
                theirs_frames: end.totals.frames,
                theirs_bytes: end.totals.plain_bytes,
                frames: self.frames,
                bytes: self.plain_bytes,
            });
        }
        Ok(end)
    }
}

/// The `N` bytes at `start`, which the caller knows to be inside.
fn field<const N: usize>(header: &[u8; FRAME_HEADER_BYTES], start: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&header[start..start + N]);
    bytes
}

/// Bytes that are no agent's are refused as soon as they differ, since the rest may never come.
fn check_magic(bytes: &[u8]) -> Result<(), WireError> {
    let seen = bytes.len().min(MAGIC.len());
    if bytes[..seen] == MAGIC[..seen] {
        return Ok(());
    }
    Err(WireError::NotAnAgent(String::from_utf8_lossy(bytes).into_owned()))
}

fn message<T: DeserializeOwned>(kind: u8, payload: &[u8]) -> Result<T, WireError> {
    serde_json::from_slice(payload).map_err(|error| WireError::BadMessage { kind, what: error.to_string() })
}

/// Reads one request.
///
/// # Errors
/// Whatever `input` returns, and `InvalidData` for a request that is too large or does not read.
pub fn read_request(input: &mut impl Read) -> io::Result<Request> {
    let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > MESSAGE_BYTES_MAX {
        return Err(invalid(format!("a request of {length} bytes is over the bound")));
    }
    let mut json = vec![0; length];
    input.read_exact(&mut json)?;
    serde_json::from_slice(&json).map_err(|error| invalid(format!("the request does not read: {error}")))
}
