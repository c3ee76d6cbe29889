//! What `lopdf` unpacks, bounded: it unpacks a stream as a whole, and ten packed MiB can hold ten GiB.

use lopdf::{Dictionary, Object, Stream};

/// What one packed byte becomes at most.
const RATIO_MAX: usize = 1032;
/// Packed bytes that are tried first.
const FIRST_TRY: usize = 16 << 10;
/// Further packed bytes below which it is not worth going on.
const STEP_MIN: usize = 64;
/// Tries of one stream at most.
const TRIES_MAX: usize = 64;

/// What these packed bytes hold, or nothing if that is more than `most` bytes.
///
/// A longer and longer piece of them is unpacked, each time only so much longer that the result cannot pass `most`. Only
/// the whole counts: a stream may say nothing for long and then go on.
pub(super) fn inflated(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut piece = FIRST_TRY.min(most / RATIO_MAX).min(packed.len());
    for _try in 0..TRIES_MAX {
        let output = unpacked(packed.get(..piece)?)?;
        if piece == packed.len() {
            return Some(output);
        }
        let more = most.checked_sub(output.len())? / RATIO_MAX;
        if more < STEP_MIN {
            return None;
        }
        piece = piece.saturating_add(more.min(piece)).min(packed.len());
    }
    None
}

fn unpacked(piece: &[u8]) -> Option<Vec<u8>> {
    let how = Dictionary::from_iter([("Filter", Object::Name(b"FlateDecode".to_vec()))]);
    Stream::new(how, piece.to_vec()).decompressed_content().ok()
}
