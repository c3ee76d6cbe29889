//! Where the frames of an archive lie, by their own headers: for an archive whose seek table does not read. It may not
//! know why it does not.

use std::io::{self, Read};

use resguardo_shared::frame::{COMPRESSED_BYTES_MAX, FRAME_BYTES, FRAME_BYTES_MAX};
use zstd::zstd_safe::{DCtx, find_frame_compressed_size, get_frame_content_size};

use super::seek_table::{Entry, FRAMES_MAX, SKIPPABLE_MAGIC, SeekTable};

/// What a frame begins with (RFC 8878).
const FRAME_MAGIC: u32 = 0xFD2F_B528;
/// The bytes in which a next frame is looked for behind one whose header does not read: the largest frame, and the
/// beginning of the one after it.
const WINDOW_BYTES: usize = COMPRESSED_BYTES_MAX + MAGIC_BYTES;
const MAGIC_BYTES: usize = 4;

/// Lists the frames of an archive. Bytes that are no frame become an entry as well, with as much content as most frames
/// have, and is named by its place. Nothing from `end` on is taken for a frame.
///
/// # Errors
/// What the medium says.
pub fn walk(archive: impl Read, end: u64) -> io::Result<SeekTable> {
    let mut archive = archive.take(end);
    let mut table = SeekTable::default();
    let mut window = Vec::with_capacity(WINDOW_BYTES);
    let mut usual = None;
    loop {
        let missing = WINDOW_BYTES - window.len();
        (&mut archive).take(missing as u64).read_to_end(&mut window)?;
        let at_end = window.len() < WINDOW_BYTES;
        if window.is_empty() || begins_table(&window) || table.entries.len() >= FRAMES_MAX {
            return Ok(even(table));
        }
        let entry = match frame(&window, at_end) {
            Some(entry) => {
                usual.get_or_insert(entry.plain);
                entry
            }
            None => gap(&window, at_end, usual.unwrap_or_else(|| number(FRAME_BYTES))),
        };
        window.drain(..usize::try_from(entry.compressed).unwrap_or(usize::MAX).clamp(1, window.len()));
        table.entries.push(entry);
    }
}

/// All frames but the last have the same content: one whose header says otherwise is damaged, and must not move the
/// places of those after it.
fn even(mut table: SeekTable) -> SeekTable {
    let Some((_last, others)) = table.entries.split_last_mut() else { return table };
    let mut sizes: Vec<u32> = others.iter().map(|entry| entry.plain).collect();
    sizes.sort_unstable();
    if let Some(&usual) = sizes.get(sizes.len() / 2) {
        others.iter_mut().for_each(|entry| entry.plain = usual);
    }
    table
}

/// The frame at the beginning of the window, if one is there that ends where the next one begins.
fn frame(window: &[u8], at_end: bool) -> Option<Entry> {
    if magic(window) != Some(FRAME_MAGIC) {
        return None;
    }
    let length = find_frame_compressed_size(window).ok().filter(|&length| length <= COMPRESSED_BYTES_MAX)?;
    let plain = get_frame_content_size(window).ok()??;
    let plain = u32::try_from(plain).ok().filter(|&plain| plain <= number(FRAME_BYTES_MAX))?;
    let (own, rest) = window.split_at_checked(length)?;
    let is_followed = rest.is_empty() && at_end || begins_table(rest) || magic(rest) == Some(FRAME_MAGIC);
    let checksum = own.last_chunk().copied().map_or(0, u32::from_le_bytes);
    let stands = has_checksum(own) && if is_followed { !swallows(own) || reads(own, plain) } else { reads(own, plain) };
    stands.then_some(Entry { compressed: number(length), plain, checksum })
}

/// Whether the header says that a checksum of the content ends the frame (RFC 8878, 3.1.1.1.1), as it does in each of
/// ours: without that bit a frame reads, and is four bytes too short.
fn has_checksum(frame: &[u8]) -> bool {
    frame.get(MAGIC_BYTES).is_some_and(|descriptor| descriptor & 0b100 != 0)
}

/// Whether whole frames lie within this one up to its end. A block whose damaged size leads into the next frame's first
/// block makes one of two; what was a frame in the dump itself is followed by the checksum of the frame that holds it.
fn swallows(frame: &[u8]) -> bool {
    (1..frame.len()).any(|at| {
        let mut rest = frame.get(at..).unwrap_or_default();
        while magic(rest) == Some(FRAME_MAGIC) && is_header(rest) {
            let Some(next) = find_frame_compressed_size(rest).ok().and_then(|length| rest.get(length..)) else { break };
            rest = next;
        }
        rest.is_empty()
    })
}

/// Whether a frame decompresses: one that is followed by nothing known is either damaged itself, or is the last before damage.
fn reads(frame: &[u8], plain: u32) -> bool {
    let mut content = Vec::with_capacity(usize::try_from(plain).unwrap_or(0));
    DCtx::create().decompress(&mut content, frame).is_ok()
}

/// What lies between here and the next frame that reads, or the end.
fn gap(window: &[u8], at_end: bool, plain: u32) -> Entry {
    let begins = |at: &usize| {
        let rest = window.get(*at..).unwrap_or_default();
        begins_table(rest) || magic(rest) == Some(FRAME_MAGIC) && is_header(rest)
    };
    let all = if at_end { window.len() } else { COMPRESSED_BYTES_MAX };
    let length = (1..all).find(begins).unwrap_or(all);
    Entry { compressed: number(length), plain, checksum: 0 }
}

/// Whether a header of ours follows: any four bytes may be a frame's first by chance.
fn is_header(bytes: &[u8]) -> bool {
    matches!(get_frame_content_size(bytes), Ok(Some(plain)) if plain <= FRAME_BYTES_MAX as u64)
}

fn begins_table(bytes: &[u8]) -> bool {
    magic(bytes) == Some(SKIPPABLE_MAGIC)
}

fn magic(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().copied().map(u32::from_le_bytes)
}

fn number(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use resguardo_agent::framer::{Settings, fill_from, frame as make};

    /// Frames of 64 KiB, half of which compress, one behind the other, and their table.
    fn archive(frames: usize) -> (Vec<u8>, SeekTable) {
        let settings = Settings { frame_bytes: 65_536, level: 1, threads: 1, sealed: true };
        let noise = |at: usize| u8::try_from((at.wrapping_mul(2_654_435_761) >> 13) & 255).unwrap_or(0);
        let dump: Vec<u8> = (0..frames * 65_536 - 100).map(|at| if at % 1000 < 500 { 7 } else { noise(at) }).collect();
        let (mut bytes, mut table) = (Vec::new(), SeekTable::default());
        make(settings, fill_from(dump.as_slice(), 65_536), |frame| {
            let compressed = number(frame.compressed.len());
            let checksum = frame.content_checksum().unwrap_or(0);
            table.entries.push(Entry { compressed, plain: frame.plain_length, checksum });
            bytes.extend_from_slice(&frame.compressed);
            Ok(())
        })
        .unwrap();
        (bytes, table)
    }

    #[test]
    fn the_frames_are_found_without_their_table() {
        let (bytes, table) = archive(5);
        assert_eq!(walk(bytes.as_slice(), u64::MAX).unwrap(), table);
        let mut whole = bytes.clone();
        whole.extend(table.to_bytes());
        assert_eq!(walk(whole.as_slice(), u64::MAX).unwrap(), table);
        whole[bytes.len()] ^= 1;
        assert_eq!(walk(whole.as_slice(), bytes.len() as u64).unwrap(), table);
        assert_eq!(walk([].as_slice(), u64::MAX).unwrap(), SeekTable::default());
    }

    #[test]
    fn one_damaged_frame_leaves_the_places_of_the_others() {
        let (mut bytes, table) = archive(6);
        let lengths =
            |table: &SeekTable| table.entries.iter().map(|entry| (entry.compressed, entry.plain)).collect::<Vec<_>>();
        let true_ones = lengths(&table);
        let mut start = 0;
        for (which, entry) in table.entries.iter().enumerate() {
            // The magic number, the header, and the header of the first block: what says where the frame ends.
            for (at, value) in (0..12).flat_map(|at| (0..=u8::MAX).map(move |value| (at, value))) {
                let was = std::mem::replace(&mut bytes[start + at], value);
                let found = walk(bytes.as_slice(), u64::MAX).unwrap();
                bytes[start + at] = was;
                assert!(
                    lengths(&found).get(..5) == true_ones.get(..5)
                        && found.compressed_bytes() == table.compressed_bytes(),
                    "byte {at} of frame {which} was {was} and is {value}: {:?}",
                    lengths(&found)
                );
            }
            start += entry.compressed as usize;
        }
    }

    #[test]
    fn an_archive_within_an_archive_is_content() {
        let (inner, _table) = archive(3);
        let settings = Settings { frame_bytes: 65_536, level: 1, threads: 1, sealed: true };
        let (mut bytes, mut lengths) = (Vec::new(), Vec::new());
        // Noise before and behind, so that the blocks hold the frames of the inner one as they are.
        let noise: Vec<u8> =
            (0_u32..90_000).map(|at| (at.wrapping_mul(at ^ 0x9E37_79B9) >> 15).to_le_bytes()[0]).collect();
        let dump = [noise.as_slice(), &inner, &noise, &inner].concat();
        make(settings, fill_from(dump.as_slice(), 65_536), |frame| {
            lengths.push(number(frame.compressed.len()));
            bytes.extend_from_slice(&frame.compressed);
            Ok(())
        })
        .unwrap();
        let found = walk(bytes.as_slice(), u64::MAX).unwrap();
        assert_eq!(found.entries.iter().map(|entry| entry.compressed).collect::<Vec<_>>(), lengths);
        let inner_magic = bytes.windows(4).filter(|four| *four == FRAME_MAGIC.to_le_bytes()).count();
        assert!(inner_magic > lengths.len(), "the inner archive was compressed away: nothing is tried");
    }
}
