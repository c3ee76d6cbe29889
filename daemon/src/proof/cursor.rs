//! Reading fixed pieces out of a stream that comes in arbitrary slices: what of a slice is left, and the few bytes that
//! are carried into the next one. It may not know any format.

use std::io::BufRead;

/// What is left of the slice at hand, and how many bytes of the stream came before it.
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a [u8],
    pub(super) at: u64,
}

impl<'a> Cursor<'a> {
    /// Takes at most `bytes` from the slice.
    pub(super) fn take(&mut self, bytes: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.rest = rest;
        self.at += len(taken);
        taken
    }

    /// Passes over what is left of `pending` bytes; false when the slice ended first.
    pub(super) fn skip(&mut self, pending: &mut u64) -> bool {
        let wanted = usize::try_from(*pending).unwrap_or(usize::MAX);
        *pending -= len(self.take(wanted));
        *pending == 0
    }
}

/// The beginning of a piece whose end is in a slice to come. It grows only by bytes that came, so a length that a
/// damaged dump claims never allocates by itself.
#[derive(Clone, Default)]
pub(super) struct Carry {
    bytes: Vec<u8>,
    whole: bool,
}

impl Carry {
    /// The next `need` bytes of the stream; `None` when the slice ended first. Ask for the same number again then.
    pub(super) fn fill(&mut self, cursor: &mut Cursor<'_>, need: usize) -> Option<&[u8]> {
        if self.whole {
            self.bytes.clear();
            self.whole = false;
        }
        self.bytes.extend_from_slice(cursor.take(need.saturating_sub(self.bytes.len())));
        self.whole = self.bytes.len() >= need;
        self.whole.then_some(&self.bytes)
    }

    /// Whether no piece is left unfinished.
    pub(super) fn is_between(&self) -> bool {
        self.whole || self.bytes.is_empty()
    }

    /// What came of an unfinished piece, or the last whole one.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Splits after the first line feed; without one, all is the line. `skip_until` searches with the C library's `memchr`,
/// several times as fast as a loop over bytes.
pub(super) fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = bytes;
    // Reading from a slice cannot fail.
    let length = rest.skip_until(b'\n').unwrap_or(bytes.len());
    bytes.split_at(length)
}

/// Appends what `kept` has room for up to `cap` bytes.
pub(super) fn extend_to(kept: &mut Vec<u8>, bytes: &[u8], cap: usize) {
    let room = cap.saturating_sub(kept.len()).min(bytes.len());
    kept.extend(bytes.iter().take(room));
}

/// A length as the streams count it.
pub(super) fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
