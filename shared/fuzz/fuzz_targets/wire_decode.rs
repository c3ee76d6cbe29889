//! An agent's answer from whoever pretends to be one: it is decoded the same however it is cut into pieces, and never
//! with a panic.
#![no_main]

use std::mem::discriminant;

use libfuzzer_sys::fuzz_target;
use resguardo_shared::wire::{Decoder, Record, WireError};

fn decode(bytes: &[u8], piece: usize) -> (Vec<Record>, Option<WireError>) {
    let mut decoder = Decoder::default();
    let mut records = Vec::new();
    for mut piece in bytes.chunks(piece) {
        while !piece.is_empty() {
            match decoder.next(&mut piece) {
                Ok(Some(record)) => records.push(record),
                Ok(None) => break,
                Err(error) => return (records, Some(error)),
            }
        }
    }
    (records, None)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&piece, answer)) = bytes.split_first() else { return };
    let (records, error) = decode(answer, usize::MAX);
    let (in_pieces, error_in_pieces) = decode(answer, usize::from(piece).max(1));
    assert_eq!(records, in_pieces);
    // The first bytes of an answer that is none are quoted as far as they have come.
    assert_eq!(error.as_ref().map(discriminant), error_in_pieces.as_ref().map(discriminant));
});
