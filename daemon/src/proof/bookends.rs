//! The first and the last bytes of a stream, for the dumps whose first and last lines are known.
//! It may not know which lines those are.

use super::cursor::{extend_to, len};
use super::verdict::Incomplete;

/// How much of a stream's end is kept, in bytes: where a trailer is looked for.
const TAIL_BYTES: usize = 4096;
/// How much of a stream's beginning is kept, in bytes.
const HEAD_BYTES: usize = 128;

/// The first 128 and the last 4096 bytes, and how many came in all.
#[derive(Clone, Default)]
pub(super) struct Bookends {
    head: Vec<u8>,
    tail: Vec<u8>,
    bytes: u64,
}

impl Bookends {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        extend_to(&mut self.head, bytes, HEAD_BYTES);
        self.bytes += len(bytes);
        let last = bytes.len().saturating_sub(TAIL_BYTES);
        self.tail.extend(bytes.iter().skip(last));
        // Twice the tail is let stand, so that small slices do not move it each time.
        if self.tail.len() >= 2 * TAIL_BYTES {
            self.tail.drain(..self.tail.len() - TAIL_BYTES);
        }
    }

    /// How many bytes came.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The last 4096 bytes, or all if fewer came.
    pub(super) fn tail(&self) -> &[u8] {
        let start = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.get(start..).unwrap_or_default()
    }

    /// Refuses a stream that does not begin with `opening`. One that is cut inside the opening is truncated.
    pub(super) fn begins_with(&self, opening: &'static str, kind: &'static str) -> Result<(), Incomplete> {
        if self.head.starts_with(opening.as_bytes()) {
            Ok(())
        } else if opening.as_bytes().starts_with(&self.head) {
            Err(Incomplete::truncated(self.bytes, "its first lines"))
        } else {
            Err(Incomplete::not_this_kind(kind))
        }
    }
}

/// Whether `text` stands anywhere in `bytes`. An empty text stands everywhere.
pub(super) fn holds(bytes: &[u8], text: &str) -> bool {
    text.is_empty() || bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
