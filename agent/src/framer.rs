//! Makes frames of a dump on several cores, in order and in bounded memory. It may not know where the dump comes from
//! or where the frames go.
//!
//! One thread reads, one digests the dump, several compress, one gives the frames away in order. A fixed number of
//! buffers goes round, and a fixed number of tickets, each for one frame until it is given away: whoever reads waits for
//! both, and that is the back-pressure.

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use resguardo_shared::digest::{Digest, Hasher};
use resguardo_shared::frame::Frame;
use resguardo_shared::wire::Totals;
use zstd::zstd_safe::{CCtx, CParameter, compress_bound, get_error_name};

/// The most threads that compress: each holds about 10 MiB, and all of the daemon must stay within 64.
pub const THREADS_MAX: usize = 4;

/// How frames are made.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Bytes of dump in a frame.
    pub frame_bytes: usize,
    /// The zstd level.
    pub level: i32,
    /// Threads that compress; 0 for one a core. Never more than [`THREADS_MAX`].
    pub threads: usize,
    /// Whether frames get a digest, because they leave this process.
    pub sealed: bool,
}

/// Why no frames could be made of a dump.
#[derive(Debug, thiserror::Error)]
pub enum FramerError {
    /// The dump could not be read.
    #[error("cannot read the dump")]
    Read(#[source] io::Error),
    /// A frame could not be given away.
    #[error("cannot give a frame away")]
    Give(#[source] io::Error),
    /// zstd would not.
    #[error("zstd cannot compress: {0}")]
    Zstd(&'static str),
}

/// A piece of dump on its way. Whoever drops the last reference to the buffer sends it round again.
struct Piece {
    sequence: u64,
    plain_offset: u64,
    plain: Arc<Vec<u8>>,
}

type Pressed = Result<Frame, FramerError>;

/// The number of compressing threads that `wanted` comes to on this machine.
pub fn threads(wanted: usize) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let wanted = if wanted == 0 { cores } else { wanted };
    wanted.clamp(1, THREADS_MAX)
}

/// Makes frames of a dump. `fill` is given an empty buffer and hands back one with at most `frame_bytes` of dump, an
/// empty one at the end; only the last may be less than full. `give` gets the frames in order, on a thread of its own.
///
/// # Errors
/// [`FramerError`]; after one, no more frames are given.
pub fn frame(
    settings: Settings,
    mut fill: impl FnMut(Vec<u8>) -> io::Result<Vec<u8>>,
    give: impl FnMut(Frame) -> io::Result<()> + Send,
) -> Result<Totals, FramerError> {
    let threads = threads(settings.threads);
    let buffers = threads + 2;
    let (free_in, free_out) = sync_channel::<Vec<u8>>(buffers);
    let (ticket_in, ticket_out) = sync_channel::<()>(buffers + 1);
    for _ in 0..buffers {
        // The queues have room for all of them, and nobody has hung up yet.
        let _fits = (free_in.try_send(Vec::new()), ticket_in.try_send(()));
    }
    let _fits = ticket_in.try_send(());
    let (work_in, work_out) = sync_channel::<Piece>(buffers);
    let work_out = Mutex::new(work_out);
    let (digest_in, digest_out) = sync_channel::<Arc<Vec<u8>>>(buffers);
    let (pressed_in, pressed_out) = sync_channel::<Pressed>(1);

    thread::scope(|scope| {
        let digester = {
            let free = free_in.clone();
            scope.spawn(move || digest(&digest_out, &free))
        };
        for _ in 0..threads {
            let (work, pressed, free) = (&work_out, pressed_in.clone(), free_in.clone());
            scope.spawn(move || compress(settings, work, &pressed, &free));
        }
        drop((pressed_in, free_in));
        // Once the giver has gone, its tickets end, and with them the reading.
        let giver = scope.spawn(move || give_in_order(&pressed_out, give, &ticket_in));

        let read = read(&mut fill, &ticket_out, &free_out, &work_in, &digest_in);
        drop((work_in, digest_in, free_out));
        let given = giver.join().map_err(|_| FramerError::Zstd("a thread panicked"))?;
        let digested = digester.join().map_err(|_| FramerError::Zstd("a thread panicked"))?;
        // Where giving failed, reading stopped because of it.
        let (frames, compressed_bytes) = given?;
        let plain_bytes = read?;
        Ok(Totals { frames, plain_bytes, plain_sha256: digested, compressed_bytes })
    })
}

/// Reads until the dump ends or somebody downstream has gone. Returns the bytes of dump.
fn read(
    fill: &mut impl FnMut(Vec<u8>) -> io::Result<Vec<u8>>,
    tickets: &Receiver<()>,
    free: &Receiver<Vec<u8>>,
    work: &SyncSender<Piece>,
    digest: &SyncSender<Arc<Vec<u8>>>,
) -> Result<u64, FramerError> {
    let mut plain_bytes = 0;
    for sequence in 0.. {
        let (Ok(()), Ok(buffer)) = (tickets.recv(), free.recv()) else { break };
        let plain = fill(buffer).map_err(FramerError::Read)?;
        if plain.is_empty() {
            break;
        }
        let plain_offset = plain_bytes;
        plain_bytes += plain.len() as u64;
        let plain = Arc::new(plain);
        let sent =
            digest.send(Arc::clone(&plain)).is_ok() && work.send(Piece { sequence, plain_offset, plain }).is_ok();
        if !sent {
            break;
        }
    }
    Ok(plain_bytes)
}

fn digest(pieces: &Receiver<Arc<Vec<u8>>>, free: &SyncSender<Vec<u8>>) -> Digest {
    let mut hasher = Hasher::default();
    for plain in pieces {
        hasher.update(&plain);
        recycle(plain, free);
    }
    hasher.finish()
}

/// Sends a buffer round again if this was the last reference to it.
fn recycle(buffer: Arc<Vec<u8>>, free: &SyncSender<Vec<u8>>) {
    if let Some(mut buffer) = Arc::into_inner(buffer) {
        buffer.clear();
        // A reader that has gone needs no buffer.
        let _gone = free.try_send(buffer);
    }
}

fn compress(
    settings: Settings,
    work: &Mutex<Receiver<Piece>>,
    pressed: &SyncSender<Pressed>,
    free: &SyncSender<Vec<u8>>,
) {
    // One buffer a thread has room for the worst; what goes on is cut to size.
    let mut scratch = Vec::with_capacity(compress_bound(settings.frame_bytes));
    let mut context = CCtx::create();
    let ready = [CParameter::CompressionLevel(settings.level), CParameter::ChecksumFlag(true)]
        .into_iter()
        .try_for_each(|parameter| context.set_parameter(parameter).map(drop));
    let mut wanted = match ready {
        Ok(()) => true,
        Err(code) => {
            let _gone = pressed.send(Err(FramerError::Zstd(get_error_name(code))));
            false
        }
    };
    loop {
        let piece = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(piece) = piece else { return };
        if wanted {
            let result = compress_piece(&mut context, &mut scratch, &piece, settings.sealed);
            let failed = result.is_err();
            wanted = pressed.send(result).is_ok() && !failed;
        }
        // Also when nothing is wanted any more: the reader must not wait for a buffer when it could learn of the end.
        recycle(piece.plain, free);
    }
}

fn compress_piece(context: &mut CCtx<'_>, scratch: &mut Vec<u8>, piece: &Piece, sealed: bool) -> Pressed {
    scratch.clear();
    scratch.reserve(compress_bound(piece.plain.len()));
    context.compress2(scratch, &piece.plain).map_err(|code| FramerError::Zstd(get_error_name(code)))?;
    let frame = Frame {
        sequence: piece.sequence,
        plain_offset: piece.plain_offset,
        plain_length: u32::try_from(piece.plain.len()).map_err(|_| FramerError::Zstd("the piece is too long"))?,
        digest: sealed.then(|| Digest::of(scratch)),
        compressed: scratch.as_slice().to_vec(),
    };
    Ok(frame)
}

/// Gives the frames away in order. The ticket of each goes back only then, which bounds how many frames can wait.
fn give_in_order(
    pressed: &Receiver<Pressed>,
    mut give: impl FnMut(Frame) -> io::Result<()>,
    tickets: &SyncSender<()>,
) -> Result<(u64, u64), FramerError> {
    let (mut next, mut compressed_bytes) = (0, 0);
    let mut early = BTreeMap::new();
    for result in pressed {
        let frame = result?;
        early.insert(frame.sequence, frame);
        while let Some(frame) = early.remove(&next) {
            next += 1;
            compressed_bytes += frame.compressed.len() as u64;
            give(frame).map_err(FramerError::Give)?;
            // A reader that has gone needs no ticket.
            let _gone = tickets.try_send(());
        }
    }
    Ok((next, compressed_bytes))
}

/// A `fill` for [`frame`] that reads from a blocking reader.
pub fn fill_from(mut input: impl io::Read, frame_bytes: usize) -> impl FnMut(Vec<u8>) -> io::Result<Vec<u8>> {
    move |mut buffer| {
        buffer.resize(frame_bytes, 0);
        let mut filled = 0;
        while filled < frame_bytes {
            match input.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        buffer.truncate(filled);
        Ok(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SMALL: Settings = Settings { frame_bytes: 1000, level: 3, threads: 3, sealed: true };

    fn all(settings: Settings, dump: &[u8]) -> (Vec<Frame>, Totals) {
        let mut frames = Vec::new();
        let totals = frame(settings, fill_from(dump, settings.frame_bytes), |frame| {
            frames.push(frame);
            Ok(())
        });
        (frames, totals.unwrap())
    }

    proptest! {
        #[test]
        fn frames_come_in_order_and_hold_the_dump(dump in proptest::collection::vec(0u8..4, 0..20_000)) {
            let (frames, totals) = all(SMALL, &dump);
            let mut plain = Vec::new();
            for (index, frame) in frames.iter().enumerate() {
                prop_assert_eq!(frame.sequence, index as u64);
                prop_assert_eq!(frame.plain_offset, plain.len() as u64);
                prop_assert!(frame.is_intact());
                plain.extend(zstd::bulk::decompress(&frame.compressed, 1000).unwrap());
            }
            prop_assert_eq!(totals.plain_sha256, Digest::of(&dump));
            prop_assert_eq!(totals.frames, frames.len() as u64);
            prop_assert_eq!(totals.compressed_bytes, frames.iter().map(|f| f.compressed.len() as u64).sum::<u64>());
            prop_assert_eq!(plain, dump);
        }
    }

    #[test]
    fn the_number_of_threads_does_not_change_a_byte() {
        let dump: Vec<u8> = (0..100_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        let one = all(Settings { threads: 1, ..SMALL }, &dump);
        assert!(one == all(Settings { threads: 4, ..SMALL }, &dump));
    }

    #[test]
    fn a_reader_that_fails_in_the_middle_gives_no_totals() {
        let mut calls = 0;
        let fill = |mut buffer: Vec<u8>| {
            calls += 1;
            if calls == 9 {
                return Err(io::Error::other("cut"));
            }
            buffer.resize(1000, 7);
            Ok(buffer)
        };
        assert!(matches!(frame(SMALL, fill, |_| Ok(())), Err(FramerError::Read(_))));
    }

    #[test]
    fn a_taker_that_goes_away_stops_the_reader() {
        let endless = |mut buffer: Vec<u8>| {
            buffer.resize(1000, 7);
            Ok(buffer)
        };
        let mut given = 0;
        let give = |_| {
            given += 1;
            if given == 20 { Err(io::Error::from(io::ErrorKind::BrokenPipe)) } else { Ok(()) }
        };
        assert!(matches!(frame(SMALL, endless, give), Err(FramerError::Give(_))));
    }
}
