//! The way back: an archive in, its dump out in order, frames decompressed on several cores, and every digest taken on
//! the way. Damage is named by frame and byte range; what comes after it is still read, and no longer given.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use resguardo_shared::digest::{Digest, Hasher};
use resguardo_shared::frame::{COMPRESSED_BYTES_MAX, FRAME_BYTES_MAX};
use zstd::zstd_safe::{DCtx, get_error_name};

use super::digesting::{Digesting, Tally};
use super::seek_table::{Entry, SeekTable};

/// Places of damage that are listed one by one; the rest is counted.
const DAMAGE_LISTED_MAX: usize = 100;

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated {
    /// Bytes of the archive.
    pub archive_bytes: u64,
    /// The digest of the archive as it was read.
    pub archive_sha256: Digest,
    /// Its frames, damaged ones too.
    pub frames: u64,
    /// Bytes of dump that were given: all of it, or all before the first damage.
    pub plain_bytes: u64,
    /// The digest of what was given; the dump's digest if there is no damage.
    pub plain_sha256: Digest,
    /// The frames that could not be decompressed, at most the first hundred of them.
    pub damage: Vec<Damage>,
    /// How many frames could not be decompressed.
    pub damaged_frames: u64,
}

/// A frame that cannot be decompressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "frame {frame} (bytes {archive_start} to {archive_end} of the archive, {plain_start} to {plain_end} of the dump): {what}"
)]
pub struct Damage {
    /// Its number, from 0.
    pub frame: u64,
    /// Where it begins in the archive.
    pub archive_start: u64,
    /// Where it ends in the archive.
    pub archive_end: u64,
    /// Where its content begins in the dump.
    pub plain_start: u64,
    /// Where its content ends in the dump.
    pub plain_end: u64,
    /// What zstd says.
    pub what: String,
    /// Whether the frame itself is whole, and only its entry in the seek table is not.
    pub in_table: bool,
}

/// Why an archive could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum InflateError {
    /// The medium does not give it.
    #[error("the archive cannot be read at byte {at}")]
    Read {
        /// Where, in bytes.
        at: u64,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The dump could not be given on.
    #[error("the dump cannot be written on")]
    Give(#[source] io::Error),
    /// The seek table claims a frame beyond all bounds.
    #[error("the seek table claims {bytes} bytes for frame {frame}")]
    TooLarge {
        /// The frame.
        frame: u64,
        /// What is claimed.
        bytes: u32,
    },
}

struct Packed {
    place: Place,
    entry: Entry,
    buffers: Buffers,
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    frame: u64,
    archive: u64,
    plain: u64,
}

struct Unpacked {
    place: Place,
    entry: Entry,
    /// Whether the seek table has its checksum, or why it has no content.
    plain: Result<bool, String>,
    buffers: Buffers,
}

/// What goes round, and is the ticket for one frame in flight: a buffer for each of its forms.
#[derive(Default)]
struct Buffers {
    compressed: Vec<u8>,
    plain: Vec<u8>,
}

/// Reads an archive whose frames `table` lists, digests it, and gives its dump to `give` in order.
///
/// # Errors
/// [`InflateError`]; damage to frames is no error but part of the result.
pub fn inflate(
    archive: impl Read,
    table: &SeekTable,
    threads: usize,
    give: impl FnMut(&[u8]) -> io::Result<()> + Send,
) -> Result<Inflated, InflateError> {
    let archive = Digesting::new(archive);
    let tally = archive.tally();
    inflate_digested(archive, &tally, table, threads, give)
}

/// The same for an archive that is digested outside of what is read here, because it is encrypted: `tally` knows its digest
/// once it has been read.
///
/// # Errors
/// As [`inflate`].
pub fn inflate_digested(
    mut archive: impl Read,
    tally: &Tally,
    table: &SeekTable,
    threads: usize,
    give: impl FnMut(&[u8]) -> io::Result<()> + Send,
) -> Result<Inflated, InflateError> {
    let threads = threads.max(1);
    // One frame is read, one waits for each of the threads, and one is with each of them.
    let depth = 2 * threads + 1;
    let (work_in, work_out) = sync_channel::<Packed>(depth);
    let work_out = Mutex::new(work_out);
    let (ticket_in, ticket_out) = sync_channel::<Buffers>(depth);
    for _ in 0..depth {
        let _fits = ticket_in.try_send(Buffers::default());
    }
    let order = Mutex::new(Order::default());
    let giver = Mutex::new(Giver::new(give, ticket_in));
    // Whoever takes the dump may log something, which belongs to the run that reads.
    let span = tracing::Span::current();
    let read = thread::scope(|scope| {
        let unpack = || span.in_scope(|| unpack_and_give(&work_out, &order, &giver));
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(unpack)).collect();
        let read = read_frames(&mut archive, table, &ticket_out, &work_in);
        drop((work_in, ticket_out));
        let ends = workers.into_iter().map(|worker| worker.join());
        let given = ends.map(|end| end.unwrap_or_else(|_| Err(io::Error::other("a thread panicked"))));
        given.fold(Ok(()), Result::and).map_err(InflateError::Give)?;
        read
    })?;
    read_rest(&mut archive, read)?;
    let mut inflated = giver.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
    (inflated.archive_bytes, inflated.archive_sha256) = tally.finish();
    Ok(inflated)
}

fn read_frames(
    archive: &mut impl Read,
    table: &SeekTable,
    tickets: &Receiver<Buffers>,
    work: &SyncSender<Packed>,
) -> Result<u64, InflateError> {
    let mut place = Place::default();
    for &entry in &table.entries {
        let length = usize::try_from(entry.compressed).unwrap_or(usize::MAX);
        let plain = usize::try_from(entry.plain).unwrap_or(usize::MAX);
        if length > COMPRESSED_BYTES_MAX || plain > FRAME_BYTES_MAX {
            return Err(InflateError::TooLarge { frame: place.frame, bytes: entry.compressed.max(entry.plain) });
        }
        let Ok(mut buffers) = tickets.recv() else { break };
        let compressed = &mut buffers.compressed;
        compressed.resize(length, 0);
        archive.read_exact(compressed).map_err(|source| InflateError::Read { at: place.archive, source })?;
        if work.send(Packed { place, entry, buffers }).is_err() {
            break;
        }
        place.frame += 1;
        place.archive += u64::from(entry.compressed);
        place.plain += u64::from(entry.plain);
    }
    Ok(place.archive)
}

/// What comes after the frames counts for the archive's digest as well.
fn read_rest(archive: &mut impl Read, at: u64) -> Result<(), InflateError> {
    let mut rest = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match archive.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => rest += read as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(InflateError::Read { at: at + rest, source }),
        }
    }
}

/// Unpacks frames; whoever has one whose turn it is gives it and all that follow it, while the others go on unpacking.
/// A thread that only gave would be waited for by the others, or they by it.
fn unpack_and_give<G: FnMut(&[u8]) -> io::Result<()>>(
    work: &Mutex<Receiver<Packed>>,
    order: &Mutex<Order>,
    giver: &Mutex<Giver<G>>,
) -> io::Result<()> {
    let mut context = DCtx::create();
    loop {
        let packed = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Packed { place, entry, mut buffers }) = packed else { return Ok(()) };
        let plain = unpack_frame(&mut context, entry, &mut buffers);
        let mut next =
            order.lock().unwrap_or_else(PoisonError::into_inner).put(Unpacked { place, entry, plain, buffers });
        while let Some(piece) = next {
            giver.lock().unwrap_or_else(PoisonError::into_inner).give(piece)?;
            next = order.lock().unwrap_or_else(PoisonError::into_inner).next();
        }
    }
}

/// Puts frames that were unpacked in any order into the order of the archive.
#[derive(Default)]
struct Order {
    early: BTreeMap<u64, Unpacked>,
    next: u64,
    /// Whether a thread gives at this time, which will ask for the next one.
    gives: bool,
}

impl Order {
    /// Takes a frame; whoever gets one back is to give it.
    fn put(&mut self, piece: Unpacked) -> Option<Unpacked> {
        self.early.insert(piece.place.frame, piece);
        if self.gives { None } else { self.next() }
    }

    /// The frame whose turn it is, for the thread that gives.
    fn next(&mut self) -> Option<Unpacked> {
        let piece = self.early.remove(&self.next);
        self.gives = piece.is_some();
        self.next += u64::from(self.gives);
        piece
    }
}

/// Decompresses one frame into a buffer that has room for what the table claims, which was bounded, so that no frame can
/// swell beyond the bound.
///
/// Each frame ends with a checksum of its own, which zstd has compared; the seek table only repeats it.
fn unpack_frame(context: &mut DCtx<'_>, entry: Entry, buffers: &mut Buffers) -> Result<bool, String> {
    let Buffers { compressed, plain } = buffers;
    let length = usize::try_from(entry.plain).unwrap_or(0);
    plain.clear();
    plain.reserve_exact(length);
    context.decompress(plain, compressed).map_err(|code| get_error_name(code).to_owned())?;
    if plain.len() != length {
        return Err(format!("it holds {} bytes and not {length}", plain.len()));
    }
    Ok(compressed.last_chunk().copied().map(u32::from_le_bytes) == Some(entry.checksum))
}

/// What is given, in order.
struct Giver<G> {
    give: G,
    /// Gone once the dump is not taken any more, so that no more of it is read.
    tickets: Option<SyncSender<Buffers>>,
    hasher: Hasher,
    inflated: Inflated,
    /// Whoever takes the dump must not be given one with a gap.
    gap: bool,
}

impl<G: FnMut(&[u8]) -> io::Result<()>> Giver<G> {
    fn new(give: G, tickets: SyncSender<Buffers>) -> Self {
        let nothing = Digest([0; 32]);
        let inflated = Inflated {
            archive_bytes: 0,
            frames: 0,
            archive_sha256: nothing,
            plain_bytes: 0,
            plain_sha256: nothing,
            damage: Vec::new(),
            damaged_frames: 0,
        };
        Self { give, tickets: Some(tickets), hasher: Hasher::default(), inflated, gap: false }
    }

    fn give(&mut self, Unpacked { place, entry, plain, buffers }: Unpacked) -> io::Result<()> {
        // They come back only if all goes well, with a panic as with an error.
        let tickets = self.tickets.take();
        self.inflated.frames += 1;
        match plain {
            Ok(_) if self.gap => {}
            Ok(listed) => {
                self.hasher.update(&buffers.plain);
                self.inflated.plain_bytes += buffers.plain.len() as u64;
                (self.give)(&buffers.plain)?;
                if !listed {
                    self.inflated.note(place, entry, "its checksum is not the one in the seek table".to_owned(), true);
                }
            }
            Err(what) => {
                self.gap = true;
                self.inflated.note(place, entry, what, false);
            }
        }
        if let Some(tickets) = &tickets {
            let _reader_is_done = tickets.try_send(buffers);
        }
        self.tickets = tickets;
        Ok(())
    }

    fn finish(self) -> Inflated {
        Inflated { plain_sha256: self.hasher.finish(), ..self.inflated }
    }
}

impl Inflated {
    fn note(&mut self, place: Place, entry: Entry, what: String, in_table: bool) {
        self.damaged_frames += 1;
        if self.damage.len() < DAMAGE_LISTED_MAX {
            self.damage.push(Damage {
                frame: place.frame,
                archive_start: place.archive,
                archive_end: place.archive + u64::from(entry.compressed),
                plain_start: place.plain,
                plain_end: place.plain + u64::from(entry.plain),
                what,
                in_table,
            });
        }
    }
}
