//! What the agent and the daemon say to each other. `shared/WIRE.md` is the same as prose.
//!
//! The daemon writes one request to the agent's standard input, and then small words: which frames it has taken, and
//! that it wants no more. The agent answers on its standard output with a preamble and records: one hello, the frames in
//! order, one end; or a refusal at any point. A dump has a name that the daemon makes up, by which another connection
//! goes on where one was lost. Every length is bounded, so that a broken or hostile far side costs a refusal and not
//! memory. Nothing here knows where the bytes come from.

mod decode;
mod encode;
mod id;
mod words;

pub use decode::{Decoder, Record, WireError, read_request};
pub use encode::{write_end, write_frame, write_hello, write_preamble, write_refused, write_request};
pub use id::Id;
pub use words::{WORD_BYTES, Word, WordError, Words};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::dump::{Dump, Part};

/// The version of the wire format.
pub const VERSION: u16 = 2;
/// What every answer opens with.
pub const MAGIC: [u8; 4] = *b"RSGD";
/// The most bytes of a request, and of a record that is not a frame.
pub const MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// The bytes of a frame's own header, before its compressed bytes.
pub const FRAME_HEADER_BYTES: usize = 56;
/// The bytes of stderr that an end carries at most.
pub const STDERR_BYTES_MAX: usize = 16 * 1024;

/// What the daemon asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// [`VERSION`] of the daemon.
    pub version: u16,
    /// The dump's name.
    pub id: Id,
    /// `None` to begin the dump, or to take it from its first frame on if it has begun under this name; else the first
    /// frame that is wanted of a dump that must have begun.
    pub next: Option<u64>,
    /// How long the dump may wait for another connection when this one is lost, in seconds; 0 for not at all.
    pub outage_seconds: u64,
    /// What to dump.
    pub dump: Dump,
    /// Which part of it.
    pub part: Part,
    /// The zstd level.
    pub level: i32,
    /// Threads that compress; 0 for as many as the server has cores, within the agent's own bound.
    pub threads: usize,
}

/// What the agent opens with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The version of the agent's program.
    pub agent: String,
    /// Whether the dump outlives the connection; where it does not, the loss of it ends the dump.
    pub waits: bool,
}

/// How a dump ended, beyond its frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// How the dump command ended.
    pub exit: Exit,
    /// The last of what it said on standard error.
    pub stderr: String,
    /// Bytes of standard error that were not kept.
    pub stderr_dropped: u64,
    /// How many objects the source counted before and after the dump, where it counts.
    pub counts: Option<Counts>,
    /// What went over the wire.
    pub totals: Totals,
}

/// How many objects the source holds, counted before and after the dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Before the dump.
    pub before: u64,
    /// After the dump.
    pub after: u64,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// It exited with this status.
    Status(i32),
    /// This signal ended it.
    Signal(String),
    /// Nobody knows.
    Missing,
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(f, "exit status {status}"),
            Self::Signal(name) => write!(f, "signal {name}"),
            Self::Missing => f.write_str("no exit status"),
        }
    }
}

/// The sums over a dump's frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Frames.
    pub frames: u64,
    /// Bytes of the dump.
    pub plain_bytes: u64,
    /// The digest of the dump.
    pub plain_sha256: Digest,
    /// Bytes of all frames.
    pub compressed_bytes: u64,
}

/// Why the agent will not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// What it will not do and why, and what would help: a sentence for a person.
    pub reason: String,
}
