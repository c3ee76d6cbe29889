//! The wire format against garbage, truncation, reordering and oversize claims.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests write to memory, which does not fail")]

use proptest::prelude::*;
use resguardo_shared::digest::Digest;
use resguardo_shared::dump::Part;
use resguardo_shared::frame::Frame;
use resguardo_shared::wire::{self, Decoder, End, Exit, Hello, Id, Record, Request, Totals, WireError, Word, Words};

fn frames(lengths: &[u32]) -> Vec<Frame> {
    let mut plain_offset = 0;
    let make = |(sequence, &plain_length): (usize, &u32)| {
        let compressed = vec![0xA5; 100 + sequence];
        let digest = Some(Digest::of(&compressed));
        let frame = Frame { sequence: sequence as u64, plain_offset, plain_length, digest, compressed };
        plain_offset += u64::from(plain_length);
        frame
    };
    lengths.iter().enumerate().map(make).collect()
}

fn end(frames: &[Frame]) -> End {
    let totals = Totals {
        frames: frames.len() as u64,
        plain_bytes: frames.iter().map(|frame| u64::from(frame.plain_length)).sum(),
        plain_sha256: Digest::of(b"plain"),
        compressed_bytes: frames.iter().map(|frame| frame.compressed.len() as u64).sum(),
    };
    End { exit: Exit::Status(0), stderr: "nota: año\n".into(), stderr_dropped: 0, counts: None, totals }
}

fn answer(frames: &[Frame], end: &End) -> Vec<u8> {
    let mut bytes = Vec::new();
    wire::write_preamble(&mut bytes).unwrap();
    wire::write_hello(&mut bytes, &Hello { agent: "0.1.0".into(), waits: true }).unwrap();
    for frame in frames {
        wire::write_frame(&mut bytes, frame).unwrap();
    }
    wire::write_end(&mut bytes, end).unwrap();
    bytes
}

fn decode(mut pieces: impl Iterator<Item = Vec<u8>>) -> Result<(Vec<Record>, bool), WireError> {
    let mut decoder = Decoder::default();
    let mut records = Vec::new();
    pieces.try_for_each(|piece| {
        let mut input = piece.as_slice();
        while let Some(record) = decoder.next(&mut input)? {
            records.push(record);
        }
        assert!(input.is_empty(), "the decoder leaves nothing behind");
        Ok(())
    })?;
    Ok((records, decoder.is_over()))
}

proptest! {
    #[test]
    fn what_is_written_is_read_in_pieces_of_any_size(
        lengths in proptest::collection::vec(1u32..4_000_000, 0..20), size in 1usize..300,
    ) {
        let frames = frames(&lengths);
        let end = end(&frames);
        let bytes = answer(&frames, &end);
        let (records, over) = decode(bytes.chunks(size).map(<[u8]>::to_vec)).unwrap();
        prop_assert!(over);
        prop_assert_eq!(records.len(), frames.len() + 2);
        prop_assert!(matches!(&records[0], Record::Hello(_)));
        for (record, frame) in records[1..].iter().zip(&frames) {
            prop_assert_eq!(record, &Record::Frame(frame.clone()));
        }
        prop_assert_eq!(records.last(), Some(&Record::End(end)));
    }

    #[test]
    fn a_cut_answer_is_never_over(lengths in proptest::collection::vec(1u32..9, 0..5), cut in any::<proptest::sample::Index>()) {
        let frames = frames(&lengths);
        let bytes = answer(&frames, &end(&frames));
        let cut = cut.index(bytes.len());
        let (_, over) = decode([bytes[..cut].to_vec()].into_iter()).unwrap();
        prop_assert!(!over);
    }

    #[test]
    fn garbage_is_refused_or_waits_for_more_and_never_panics(
        head in prop_oneof![Just(vec![]), Just(answer(&frames(&[3, 4]), &end(&frames(&[3, 4]))))],
        keep in 0usize..400, garbage in proptest::collection::vec(any::<u8>(), 0..2000),
    ) {
        let bytes = [&head[..head.len().min(keep)], &garbage].concat();
        if let Ok((records, _)) = decode(bytes.chunks(97).map(<[u8]>::to_vec)) {
            prop_assert!(records.len() <= 4);
        }
    }

    #[test]
    fn one_flipped_byte_never_changes_a_frame_unnoticed(position in 8usize..500, bit in 0u8..8) {
        let frames = frames(&[3, 4]);
        let mut bytes = answer(&frames, &end(&frames));
        let position = position % bytes.len();
        bytes[position] ^= 1 << bit;
        if let Ok((records, true)) = decode([bytes].into_iter()) {
            for record in records {
                if let Record::Frame(frame) = record {
                    prop_assert!(frames.contains(&frame) || !frame.is_intact());
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn another_connection_goes_on_wherever_one_was_cut(
        lengths in proptest::collection::vec(1u32..4_000_000, 0..20),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let frames = frames(&lengths);
        let end = end(&frames);
        let mut decoder = Decoder::default();
        let mut came = Vec::new();
        let mut take = |decoder: &mut Decoder, bytes: &[u8]| {
            let mut input = bytes;
            while let Some(record) = decoder.next(&mut input).unwrap() {
                came.push(record);
            }
        };
        for cut in cuts {
            let next = usize::try_from(decoder.frames()).unwrap();
            let answer = answer(&frames[next..], &end);
            take(&mut decoder, &answer[..cut.index(answer.len())]);
            decoder.reconnect();
        }
        let next = usize::try_from(decoder.frames()).unwrap();
        take(&mut decoder, &answer(&frames[next..], &end));
        prop_assert!(decoder.is_over());
        came.retain(|record| !matches!(record, Record::Hello(_)));
        let whole: Vec<Record> = frames.into_iter().map(Record::Frame).chain([Record::End(end)]).collect();
        prop_assert_eq!(came, whole);
    }

    #[test]
    fn words_are_read_in_pieces_of_any_size(numbers in proptest::collection::vec(any::<u64>(), 0..20), size in 1usize..40) {
        let words: Vec<Word> = numbers.into_iter().map(Word::Taken).chain([Word::Done]).collect();
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_bytes()).collect();
        let mut reader = Words::default();
        let mut read = Vec::new();
        for mut piece in bytes.chunks(size) {
            while let Some(word) = reader.next(&mut piece).unwrap() {
                read.push(word);
            }
        }
        prop_assert_eq!(read, words);
    }

    #[test]
    fn bytes_that_are_no_words_are_refused_and_never_panic(garbage in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut reader = Words::default();
        let mut input = garbage.as_slice();
        let mut read = 0;
        while let Ok(Some(_)) = reader.next(&mut input) {
            read += 1;
        }
        prop_assert!(read <= garbage.len() / 16);
    }
}

#[test]
fn a_name_of_a_dump_can_be_a_part_of_a_path_and_nothing_else_is_one() {
    let id = Id::new(*b"\x00sixteen bytes \xff");
    assert_eq!(id.text().parse(), Ok(id));
    assert_eq!(id.text().len(), 32);
    assert!(!format!("{id:?}").contains(&id.text()), "whoever knows the name may take the dump");
    for bad in ["", "00", "../../../../../../etc/passwd/////", "0123456789ABCDEF0123456789ABCDEF", &"0".repeat(33)] {
        assert!(bad.parse::<Id>().is_err(), "{bad}");
    }
}

#[test]
fn frames_that_are_lost_doubled_or_swapped_are_refused() {
    let frames = frames(&[5, 6, 7]);
    for order in [vec![0, 2], vec![0, 0, 1, 2], vec![1, 0, 2], vec![1]] {
        let picked: Vec<Frame> = order.iter().map(|&index: &usize| frames[index].clone()).collect();
        let refused = decode([answer(&picked, &end(&picked))].into_iter());
        assert!(matches!(refused, Err(WireError::OutOfOrder { .. })), "{order:?}: {refused:?}");
    }
}

#[test]
fn an_end_that_counts_other_frames_is_refused() {
    let frames = frames(&[5, 6, 7]);
    let refused = decode([answer(&frames[..2], &end(&frames))].into_iter());
    assert!(matches!(refused, Err(WireError::OtherTotals { theirs_frames: 3, frames: 2, .. })), "{refused:?}");
}

#[test]
fn an_oversize_claim_is_refused_before_a_byte_of_it_is_kept() {
    let mut bytes = answer(&[], &end(&[]));
    bytes[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    let refused = decode([bytes].into_iter());
    assert!(matches!(refused, Err(WireError::TooLarge { kind: 1, .. })), "{refused:?}");
}

#[test]
fn a_login_message_is_shown_and_named_as_what_it_is() {
    let refused = decode([b"Bienvenido a MINECO\n".to_vec()].into_iter()).unwrap_err();
    assert!(refused.to_string().contains("login shell"), "{refused}");
}

#[test]
fn another_version_says_what_to_install() {
    let mut bytes = answer(&[], &end(&[]));
    bytes[4] = 9;
    assert_eq!(decode([bytes].into_iter()).unwrap_err(), WireError::OtherVersion { theirs: 9 });
}

#[test]
fn a_request_comes_back_as_it_went_and_too_large_a_one_is_refused() {
    let dump = serde_json::from_str(r#"{"kind":"files","path":"/srv/ñ"}"#).unwrap();
    let (id, next) = (Id::new(*b"sixteen bytes of"), Some(7));
    let request =
        Request { version: wire::VERSION, id, next, outage_seconds: 60, dump, part: Part::Main, level: 3, threads: 0 };
    let mut bytes = Vec::new();
    wire::write_request(&mut bytes, &request).unwrap();
    assert_eq!(wire::read_request(&mut bytes.as_slice()).unwrap(), request);
    assert!(wire::read_request(&mut &bytes[..bytes.len() - 1]).is_err());
    assert!(wire::read_request(&mut [0xff; 8].as_slice()).is_err());
}
