//! The pipeline from frames to an archive and back, with every kind of damage. Whatever happens, it ends: each test that
//! could hang runs under a watchdog.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use resguardo_agent::framer::{Settings, fill_from, frame};
use resguardo_shared::digest::Digest;
use resguardo_shared::frame::{COMPRESSED_BYTES_MAX, FRAME_BYTES_MAX, Frame};

use super::fan_out::{FanOut, NobodyLeft};
use super::inflate::{InflateError, Inflated, inflate};
use super::queue::{Piece, queue};
use super::receive::{ReceiveError, Received, Told, receive};
use super::seek_table::SeekTable;

/// Longer than any of these tests takes on the slowest machine; only a hang comes this far.
const WATCHDOG: Duration = Duration::from_secs(120);

/// Runs something that must end.
fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = sync_channel(1);
    thread::spawn(move || done.send(work()));
    result.recv_timeout(WATCHDOG).expect("it must end, and without a panic")
}

fn frames(dump: &[u8], frame_bytes: usize) -> Vec<Frame> {
    let mut frames = Vec::new();
    let settings = Settings { frame_bytes, level: 1, threads: 2, sealed: true };
    frame(settings, fill_from(dump, frame_bytes), |frame| {
        frames.push(frame);
        Ok(())
    })
    .unwrap();
    frames
}

/// The archive that `receive` makes of these frames, as one taker gets it.
fn archive(frames: Vec<Frame>) -> (Vec<u8>, Received) {
    let (sender, taker) = queue(usize::MAX);
    let mut fan_out = FanOut::new(vec![("disco".into(), sender)], WATCHDOG);
    let received = receive(frames.into_iter(), &[], &mut fan_out, |_| ()).unwrap();
    fan_out.finish();
    let mut archive = Vec::new();
    loop {
        match taker.take() {
            Piece::Bytes(bytes) => archive.extend_from_slice(&bytes),
            Piece::Finished => return (archive, received),
            Piece::GivenUp => panic!("the sender gave up"),
        }
    }
}

fn inflated(archive: Vec<u8>, table: SeekTable, threads: usize) -> (Result<Inflated, InflateError>, Vec<u8>) {
    ends(move || {
        let mut plain = Vec::new();
        let result = inflate(archive.as_slice(), &table, threads, |bytes| {
            plain.extend_from_slice(bytes);
            Ok(())
        });
        (result, plain)
    })
}

fn dump() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..3000),
        (any::<u8>(), 0_usize..3000).prop_map(|(byte, length)| vec![byte; length]),
    ]
}

proptest! {
    #[test]
    fn an_intact_archive_gives_its_dump_and_both_digests(
        dump in dump(), frame_bytes in 1_usize..700, threads in 0_usize..4,
    ) {
        let (archive, received) = archive(frames(&dump, frame_bytes));
        prop_assert_eq!(received.archive_bytes, archive.len() as u64);
        prop_assert_eq!(received.archive_sha256, Digest::of(&archive));
        let (result, plain) = inflated(archive, received.table, threads);
        let result = result.unwrap();
        prop_assert_eq!(&plain, &dump);
        prop_assert_eq!((result.plain_bytes, result.plain_sha256), (dump.len() as u64, Digest::of(&dump)));
        prop_assert_eq!((result.archive_bytes, result.archive_sha256), (received.archive_bytes, received.archive_sha256));
        prop_assert_eq!((result.damaged_frames, result.damage), (0, vec![]));
    }

    #[test]
    fn a_changed_byte_is_found_in_its_frame_and_nothing_after_it_is_given(
        dump in proptest::collection::vec(any::<u8>(), 1..3000), frame_bytes in 100_usize..700,
        place in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let (mut archive, received) = archive(frames(&dump, frame_bytes));
        let place = place.index(usize::try_from(received.table.compressed_bytes()).unwrap());
        archive[place] ^= flip;
        let digest = Digest::of(&archive);
        let (result, plain) = inflated(archive, received.table.clone(), 2);
        let result = result.unwrap();
        prop_assert_eq!(result.archive_sha256, digest);
        let (mut start, mut number, mut plain_start) = (0, 0, 0);
        for entry in &received.table.entries {
            let end = start + u64::from(entry.compressed);
            if (start..end).contains(&(place as u64)) {
                break;
            }
            (start, number, plain_start) = (end, number + 1, plain_start + u64::from(entry.plain));
        }
        // Some bits of a zstd frame mean nothing: what matters is that no wrong byte is ever given.
        if result.damaged_frames == 0 {
            prop_assert_eq!(plain, dump);
        } else {
            prop_assert_eq!(result.damaged_frames, 1);
            let damage = &result.damage[0];
            prop_assert_eq!((damage.frame, damage.archive_start, damage.plain_start), (number, start, plain_start));
            let from = usize::try_from(damage.plain_start).unwrap();
            prop_assert_eq!(&plain, &dump[..from], "what comes after a gap is not given");
        }
    }

    #[test]
    fn a_cut_archive_is_a_read_error_that_names_the_frame_it_is_cut_in(
        dump in proptest::collection::vec(any::<u8>(), 1..3000), cut in any::<prop::sample::Index>(),
    ) {
        let (mut archive, received) = archive(frames(&dump, 300));
        let cut = cut.index(usize::try_from(received.table.compressed_bytes()).unwrap());
        archive.truncate(cut);
        let (result, plain) = inflated(archive, received.table, 2);
        let Err(InflateError::Read { at, .. }) = result else { panic!("{result:?}") };
        prop_assert!(at <= cut as u64);
        prop_assert!(dump.starts_with(&plain));
    }

    #[test]
    fn a_table_that_lies_ends_in_damage_or_an_error_and_never_in_wrong_bytes(
        dump in proptest::collection::vec(any::<u8>(), 1..2000), which in any::<prop::sample::Index>(),
        compressed in any::<u32>(), plain in any::<u32>(), checksum in any::<u32>(), lie in 0..5_u8,
    ) {
        let (archive, received) = archive(frames(&dump, 300));
        let mut table = received.table;
        let which = which.index(table.entries.len());
        let entry = &mut table.entries[which];
        let before = *entry;
        match lie {
            0 => entry.compressed = compressed % 2000,
            1 => entry.plain = plain % 2000,
            2 => entry.checksum = checksum,
            3 => *entry = super::seek_table::Entry { compressed, plain, checksum },
            _ => *entry = super::seek_table::Entry { compressed: 0, plain: 0, checksum: 0 },
        }
        prop_assume!(*entry != before);
        let (result, _) = inflated(archive, table, 2);
        prop_assert!(result.is_err() || result.unwrap().damaged_frames > 0);
    }

    #[test]
    fn garbage_in_place_of_an_archive_ends(
        garbage in proptest::collection::vec(any::<u8>(), 0..2000),
        entries in proptest::collection::vec((0_u32..300, 0_u32..300, any::<u32>()), 0..20), threads in 0_usize..4,
    ) {
        let entry = |(compressed, plain, checksum)| super::seek_table::Entry { compressed, plain, checksum };
        let table = SeekTable { entries: entries.into_iter().map(entry).collect() };
        let (result, plain) = inflated(garbage, table, threads);
        prop_assert!(result.is_err() || plain.is_empty());
    }
}

#[test]
fn a_frame_beyond_all_bounds_is_refused_before_memory_is_taken_for_it() {
    let too_large = [(u32::MAX, 5), (5, u32::MAX)];
    let bounds = [COMPRESSED_BYTES_MAX, FRAME_BYTES_MAX].map(|bytes| u32::try_from(bytes).unwrap() + 1);
    for (compressed, plain) in too_large.into_iter().chain([(bounds[0], 1), (1, bounds[1])]) {
        let entry = super::seek_table::Entry { compressed, plain, checksum: 0 };
        let (result, _) = inflated(vec![0; 100], SeekTable { entries: vec![entry] }, 2);
        assert!(matches!(result, Err(InflateError::TooLarge { frame: 0, .. })), "{result:?}");
    }
}

#[test]
fn a_taker_of_the_dump_that_fails_or_panics_ends_the_reading() {
    let (archive, received) = archive(frames(&vec![7; 500_000], 1000));
    for panics in [false, true] {
        let (archive, table) = (archive.clone(), received.table.clone());
        let mut given = 0;
        let result = ends(move || {
            inflate(archive.as_slice(), &table, 2, |_| {
                given += 1;
                assert!(!panics || given < 4, "a taker that panics");
                if given < 4 { Ok(()) } else { Err(io::Error::other("no more")) }
            })
        });
        assert!(matches!(result, Err(InflateError::Give(_))), "{result:?}");
    }
}

/// Gives the bytes in small pieces, interrupted now and then, and fails at one of them.
struct Failing {
    bytes: io::Cursor<Vec<u8>>,
    fails_at: u64,
    reads: usize,
}

impl Read for Failing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        if self.reads.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.bytes.position() >= self.fails_at {
            return Err(io::Error::from_raw_os_error(5));
        }
        let length = out.len().min(97);
        self.bytes.read(&mut out[..length])
    }
}

#[test]
fn a_medium_that_fails_anywhere_is_a_read_error_and_an_interruption_is_none() {
    let (archive, received) = archive(frames(&[7; 20_000], 1000));
    let length = archive.len() as u64;
    for fails_at in (0..length).step_by(61).chain([length - 1, u64::MAX]) {
        let (bytes, table) = (io::Cursor::new(archive.clone()), received.table.clone());
        let result = ends(move || inflate(Failing { bytes, fails_at, reads: 0 }, &table, 2, |_| Ok(())));
        if fails_at == u64::MAX {
            assert_eq!(result.unwrap().archive_sha256, received.archive_sha256);
        } else {
            let Err(InflateError::Read { at, source }) = result else { panic!("{fails_at}: {result:?}") };
            assert!(at <= fails_at + 97 && source.raw_os_error() == Some(5), "{fails_at}: {at} {source}");
        }
    }
}

#[test]
fn no_more_frames_are_read_than_are_given_on_but_for_a_few() {
    struct Counting<'a>(&'a [u8], &'a AtomicUsize);
    impl Read for Counting<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(out)?;
            self.1.fetch_add(read, Ordering::SeqCst);
            Ok(read)
        }
    }
    ends(|| {
        let dump: Vec<u8> =
            (0..200_000_u32).flat_map(|number| (number.wrapping_mul(2_654_435_761)).to_be_bytes()).collect();
        let (archive, received) = archive(frames(&dump, 1000));
        let largest = received.table.entries.iter().map(|entry| entry.compressed).max().unwrap();
        let (read, mut given, threads) = (AtomicUsize::new(0), 0_u64, 2);
        inflate(Counting(&archive, &read), &received.table, threads, |_| {
            let passed: u64 = received
                .table
                .entries
                .iter()
                .take(usize::try_from(given).unwrap())
                .map(|entry| u64::from(entry.compressed))
                .sum();
            let ahead = read.load(Ordering::SeqCst) as u64 - passed;
            assert!(ahead <= u64::from(largest) * (2 * threads as u64 + 2), "{ahead} bytes ahead");
            given += 1;
            Ok(())
        })
        .unwrap();
    });
}

fn received(frames: Vec<Frame>) -> (Result<Received, ReceiveError>, Vec<Piece>) {
    let (sender, taker) = queue(usize::MAX);
    let mut fan_out = FanOut::new(vec![("disco".into(), sender)], WATCHDOG);
    let result = receive(frames.into_iter(), &[], &mut fan_out, |_| ());
    drop(fan_out);
    let mut pieces = vec![taker.take()];
    while matches!(pieces.last(), Some(Piece::Bytes(_))) {
        pieces.push(taker.take());
    }
    (result, pieces)
}

#[test]
fn a_frame_that_arrived_damaged_is_refused_and_its_takers_are_told_that_nothing_counts() {
    let mut frames = frames(&[7; 5000], 1000);
    frames[2].compressed[6] ^= 1;
    let (result, pieces) = received(frames);
    assert_eq!(result, Err(ReceiveError::Damaged { sequence: 2 }));
    assert_eq!((pieces.len(), pieces.last()), (3, Some(&Piece::GivenUp)));
}

#[test]
fn what_is_no_zstd_frame_with_a_checksum_is_refused() {
    let without = zstd::bulk::compress(&[7; 1000], 1).unwrap();
    for compressed in [without, vec![0x28, 0xB5, 0x2F], vec![], b"no es una trama".to_vec()] {
        let frame = Frame {
            sequence: 0,
            plain_offset: 0,
            plain_length: 1000,
            digest: Some(Digest::of(&compressed)),
            compressed,
        };
        assert_eq!(received(vec![frame]).0, Err(ReceiveError::NotAFrame { sequence: 0 }));
    }
}

#[test]
fn a_dump_without_frames_is_an_archive_that_holds_nothing() {
    let (archive, received) = archive(Vec::new());
    let (result, plain) = inflated(archive, received.table, 2);
    assert_eq!((result.unwrap().plain_bytes, plain.len()), (0, 0));
}

#[test]
fn a_taker_that_hangs_costs_the_others_its_patience_and_no_more() {
    let dump: Vec<u8> =
        (0..100_000_u32).flat_map(|number| (number.wrapping_mul(2_654_435_761)).to_be_bytes()).collect();
    let frames = frames(&dump, 10_000);
    let (taken, told) = ends(move || {
        let (hanging, _kept) = queue(20_000);
        let (good, taker) = queue(20_000);
        let mut fan_out =
            FanOut::new(vec![("usb".into(), hanging), ("disco".into(), good)], Duration::from_millis(300));
        let good = thread::spawn(move || {
            let mut taken = Vec::new();
            while let Piece::Bytes(bytes) = taker.take() {
                taken.extend_from_slice(&bytes);
            }
            taken
        });
        let mut told = Vec::new();
        let received = receive(frames.into_iter(), &[], &mut fan_out, |what| {
            if let Told::GivenUp(slow) = what {
                told.push(slow.name.clone());
            }
        });
        fan_out.finish();
        assert_eq!(received.unwrap().table.plain_bytes(), 400_000);
        (good.join().unwrap(), told)
    });
    assert_eq!(told, ["usb"]);
    assert!(taken.len() > 300_000);
}

#[test]
fn with_every_taker_gone_receiving_ends() {
    let (sender, taker) = queue(10);
    drop(taker);
    let mut fan_out = FanOut::new(vec![("usb".into(), sender)], WATCHDOG);
    let result = receive(frames(&[7; 5000], 1000).into_iter(), &[], &mut fan_out, |_| ());
    assert_eq!(result, Err(ReceiveError::NobodyLeft(NobodyLeft)));
}

#[test]
fn a_taker_that_is_only_slow_gets_everything() {
    let (slow, taker) = queue(1);
    let mut fan_out = FanOut::new(vec![("usb".into(), slow)], WATCHDOG);
    let reader = thread::spawn(move || {
        let mut taken = 0;
        while let Piece::Bytes(bytes) = taker.take() {
            taken += bytes.len();
            thread::yield_now();
        }
        taken
    });
    for _ in 0..2000 {
        assert_eq!(fan_out.send(&Bytes::from_static(b"trama")), Ok(vec![]));
    }
    fan_out.finish();
    assert_eq!(reader.join().unwrap(), 10_000);
}
