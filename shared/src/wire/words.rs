//! What the daemon says while a dump is under way: small words of one length, after its request. It may not know what
//! follows from them.

use std::collections::VecDeque;

/// The bytes of a word.
pub const WORD_BYTES: usize = 16;
const TAKEN: u8 = 1;
const DONE: u8 = 2;

/// A word of the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// It has taken every frame before this one, and will not ask for them again. Also said when nothing has changed,
    /// so that the agent knows that somebody is there.
    Taken(u64),
    /// It wants no more: the dump may be over, or is given up.
    Done,
}

/// Bytes that are no word of the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a word of kind {kind} is none of this version")]
pub struct WordError {
    /// The word's kind byte.
    pub kind: u8,
}

impl Word {
    /// Its bytes: the kind, seven zeros, and the number in eight bytes, little-endian.
    pub fn to_bytes(self) -> [u8; WORD_BYTES] {
        let (kind, number) = match self {
            Self::Taken(next) => (TAKEN, next),
            Self::Done => (DONE, 0),
        };
        let mut bytes = [0; WORD_BYTES];
        bytes[0] = kind;
        bytes[8..].copy_from_slice(&number.to_le_bytes());
        bytes
    }

    fn of(bytes: [u8; WORD_BYTES]) -> Result<Self, WordError> {
        let [kind, zeros @ .., a, b, c, d, e, f, g, h] = bytes;
        let number = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        match kind {
            _ if zeros != [0; 7] => Err(WordError { kind }),
            TAKEN => Ok(Self::Taken(number)),
            DONE if number == 0 => Ok(Self::Done),
            _ => Err(WordError { kind }),
        }
    }
}

/// Puts words together from pieces of any size. It holds less than a word.
#[derive(Debug, Default)]
pub struct Words {
    partial: VecDeque<u8>,
}

impl Words {
    /// Takes bytes from the front of `input` until one word is complete. `None` says that all of `input` is taken and
    /// more is needed.
    ///
    /// # Errors
    /// [`WordError`]; whoever says such a thing is no daemon of this version.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Word>, WordError> {
        let (now, later) = input.split_at(input.len().min(WORD_BYTES - self.partial.len()));
        self.partial.extend(now);
        *input = later;
        let Some(word) = self.partial.make_contiguous().first_chunk().copied() else { return Ok(None) };
        self.partial.clear();
        Word::of(word).map(Some)
    }
}
