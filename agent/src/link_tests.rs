//! A link whose connections come and go, over pipes.

use std::io::{PipeReader, PipeWriter};

use resguardo_shared::digest::Digest;
use resguardo_shared::wire::{Decoder, Exit, Record, Totals};

use super::*;

const LONG: Duration = Duration::from_secs(600);

/// The daemon's side of a connection.
struct Daemon {
    words: PipeWriter,
    answer: PipeReader,
}

fn connect(link: &Arc<Link>, next: u64) -> Result<Daemon, String> {
    let (input, words) = io::pipe().unwrap();
    let (answer, mut output) = io::pipe().unwrap();
    wire::write_preamble(&mut output).unwrap();
    let connection = Connection { input: input.into(), output: output.into(), told: None };
    link.attach(connection, next).map_err(|(_, reason)| reason)?;
    Ok(Daemon { words, answer })
}

fn frame(sequence: u64, bytes: usize) -> Frame {
    let compressed = vec![7; bytes];
    let digest = Some(Digest::of(&compressed));
    Frame { sequence, plain_offset: sequence * 10, plain_length: 10, digest, compressed }
}

fn end(frames: u64, bytes: u64) -> End {
    let totals =
        Totals { frames, plain_bytes: frames * 10, plain_sha256: Digest::of(b""), compressed_bytes: frames * bytes };
    End { exit: Exit::Status(0), stderr: String::new(), stderr_dropped: 0, counts: None, totals }
}

impl Daemon {
    fn say(&mut self, word: Word) {
        self.words.write_all(&word.to_bytes()).unwrap();
    }

    /// The next record that is no hello; none when the connection ends.
    fn next(&mut self, decoder: &mut Decoder) -> Option<Record> {
        let mut byte = [0; 1];
        loop {
            // One byte at a time, so that nothing is taken that belongs to the next.
            if self.answer.read(&mut byte).unwrap() == 0 {
                return None;
            }
            match decoder.next(&mut byte.as_slice()).unwrap() {
                Some(Record::Hello(hello)) => assert!(hello.waits),
                Some(record) => return Some(record),
                None => {}
            }
        }
    }

    /// The kind of the next record, whatever its place; 0 for the preamble.
    fn kind(&mut self) -> u8 {
        let mut header = [0; 8];
        self.answer.read_exact(&mut header).unwrap();
        if header.starts_with(b"RSGD") {
            return 0;
        }
        let [kind, _, _, _, length @ ..] = header;
        let mut payload = vec![0; usize::try_from(u32::from_le_bytes(length)).unwrap()];
        self.answer.read_exact(&mut payload).unwrap();
        kind
    }

    fn frame(&mut self, decoder: &mut Decoder) -> u64 {
        match self.next(decoder) {
            Some(Record::Frame(frame)) => frame.sequence,
            other => panic!("no frame but {other:?}"),
        }
    }
}

#[test]
fn what_was_not_taken_is_given_again_and_what_was_taken_is_gone() {
    let link = Link::new(LONG);
    (0..4).for_each(|sequence| link.push(frame(sequence, 100)).unwrap());
    link.finish(Ok(end(4, 100)));
    let mut decoder = Decoder::default();
    let mut daemon = connect(&link, 0).unwrap();
    assert_eq!((daemon.frame(&mut decoder), daemon.frame(&mut decoder)), (0, 1));
    daemon.say(Word::Taken(2));
    drop(daemon);
    drop(link.wait_while(link.lock(), |state| state.first < 2));
    // A cut at the very end: the end was sent, and is sent again.
    for _ in 0..2 {
        let mut daemon = connect(&link, 2).unwrap();
        while daemon.kind() != 3 {}
    }
    let refused = connect(&link, 0);
    assert!(refused.is_err_and(|reason| reason.contains("frames 2 to 4 are here")));
    let mut daemon = connect(&link, 2).unwrap();
    decoder.reconnect();
    assert_eq!((daemon.frame(&mut decoder), daemon.frame(&mut decoder)), (2, 3));
    assert!(matches!(daemon.next(&mut decoder), Some(Record::End(_))));
    daemon.say(Word::Done);
    assert!(link.wait_over().1.is_none());
}

#[test]
fn frames_that_nobody_takes_fill_a_bound_and_then_wait() {
    let link = Link::new(LONG);
    let pushing = Arc::clone(&link);
    let (pushed_in, pushed_out) = std::sync::mpsc::sync_channel(64);
    thread::spawn(move || {
        for sequence in 0.. {
            if pushing.push(frame(sequence, 4 << 20)).is_err() {
                return;
            }
            pushed_in.send(sequence).unwrap();
        }
    });
    let most = u64::try_from(WAITING_BYTES).unwrap() / (4 << 20);
    for _ in 0..most - 1 {
        pushed_out.recv().unwrap();
    }
    assert!(pushed_out.recv_timeout(Duration::from_millis(200)).is_err());
    // What is taken makes room for as much.
    let mut daemon = connect(&link, 0).unwrap();
    while daemon.kind() != 2 {}
    daemon.say(Word::Taken(1));
    assert_eq!(pushed_out.recv().unwrap(), most - 1);
    assert!(pushed_out.recv_timeout(Duration::from_millis(200)).is_err());
    daemon.say(Word::Done);
    let _over = link.wait_over();
    assert!(pushed_out.recv().is_err(), "whoever waits for room learns that nobody wants more");
}

#[test]
fn a_new_connection_takes_the_place_of_one_that_hangs() {
    let link = Link::new(LONG);
    let mut hangs = connect(&link, 0).unwrap();
    // More than the pipe holds, and nobody reads.
    link.push(frame(0, 4 << 20)).unwrap();
    let mut decoder = Decoder::default();
    let mut daemon = connect(&link, 0).unwrap();
    assert_eq!(daemon.frame(&mut decoder), 0);
    // The old one has no word any more, and ends.
    let _closed = hangs.words.write_all(&Word::Done.to_bytes());
    daemon.say(Word::Taken(1));
    link.push(frame(1, 100)).unwrap();
    assert_eq!(daemon.frame(&mut decoder), 1);
    let mut rest = Vec::new();
    hangs.answer.read_to_end(&mut rest).unwrap();
    assert!(rest.len() < 4 << 20);
}

#[test]
fn a_link_that_stays_lost_ends_the_dump() {
    let link = Link::new(Duration::from_millis(100));
    let daemon = connect(&link, 0).unwrap();
    let (running, mut output) = crate::process::Running::start(&["sleep".to_owned(), "1000".to_owned()]).unwrap();
    link.guard(running.killer());
    drop(daemon);
    let _over = link.wait_over();
    assert_eq!(output.read(&mut [0]).unwrap(), 0, "the dump is ended");
    assert!(link.push(frame(0, 1)).is_err());
    assert!(connect(&link, 0).is_err());
    // What begins only then is ended at once.
    let (late, mut output) = crate::process::Running::start(&["sleep".to_owned(), "1000".to_owned()]).unwrap();
    link.guard(late.killer());
    assert_eq!(output.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_link_that_must_hold_ends_with_its_connection() {
    let link = Link::new(Duration::ZERO);
    let daemon = connect(&link, 0).unwrap();
    drop(daemon);
    let _over = link.wait_over();
}

#[test]
fn nonsense_from_the_far_side_loses_the_connection_and_not_the_dump() {
    let link = Link::new(LONG);
    for nonsense in [[9; 16], Word::Taken(1000).to_bytes()] {
        let first = link.lock().first;
        let mut daemon = connect(&link, first).unwrap();
        daemon.words.write_all(&nonsense).unwrap();
        let sequence = link.lock().end_of_frames();
        link.push(frame(sequence, 10)).unwrap();
        let mut rest = Vec::new();
        daemon.answer.read_to_end(&mut rest).unwrap();
        assert!(!link.lock().over);
    }
}
