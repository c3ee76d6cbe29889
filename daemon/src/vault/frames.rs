//! Parts of an archive: which frames hold them, and only these read and decompressed. The bytes come from whoever can give
//! a range of the archive, be it a disk, a store or something that decrypts. It may not know what the parts mean.

use std::io::{self, Read};
use std::ops::Range;

use super::error::VaultError;
use super::read_back::Archive;
use crate::pipeline::inflate::{Damage, InflateError, inflate};
use crate::pipeline::seek_table::SeekTable;

/// The bytes of one read.
const READ_BYTES: u64 = 4 << 20;

/// Gives the bytes of an archive from one offset to another.
pub type Ranges<'a> = dyn FnMut(Range<u64>) -> Result<Vec<u8>, VaultError> + 'a;

/// The ranges of an archive that is open, decrypted where it is encrypted.
pub fn of_archive<'a>(archive: &'a mut Archive<'_>) -> impl FnMut(Range<u64>) -> Result<Vec<u8>, VaultError> + 'a {
    move |range| archive.part(range)
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Bytes of the archive that were read.
    pub read_bytes: u64,
    /// Bytes of the dump that were given.
    pub plain_bytes: u64,
}

/// Frames that stand together, and where they begin.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    frames: Range<usize>,
    archive: u64,
    plain: u64,
}

/// The frames that hold these bytes of the dump, which are in order and do not overlap.
fn runs(table: &SeekTable, wanted: &[Range<u64>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut wanted = wanted.iter().filter(|range| !range.is_empty()).peekable();
    let (mut archive, mut plain) = (0, 0);
    for (index, entry) in table.entries.iter().enumerate() {
        let end = plain + u64::from(entry.plain);
        while wanted.next_if(|range| range.end <= plain).is_some() {}
        if wanted.peek().is_some_and(|range| range.start < end) && entry.plain > 0 {
            match runs.last_mut().filter(|run| run.frames.end == index) {
                Some(run) => run.frames.end = index + 1,
                None => runs.push(Run { frames: index..index + 1, archive, plain }),
            }
        }
        archive += u64::from(entry.compressed);
        plain = end;
    }
    runs
}

/// Reads these bytes of the dump, which are in order and do not overlap, and gives them on. Each frame is checked by its
/// own checksum and by that of the seek table.
///
/// # Errors
/// [`VaultError::Damaged`] with the first frame that is damaged, after which nothing is given any more;
/// [`VaultError::Inflate`] where the archive or the taker fails.
pub fn read(
    (disk, key): (&str, &str),
    table: &SeekTable,
    wanted: &[Range<u64>],
    ranges: &mut Ranges<'_>,
    threads: usize,
    mut give: impl FnMut(&[u8]) -> io::Result<()> + Send,
) -> Result<Taken, VaultError> {
    let mut taken = Taken::default();
    for run in runs(table, wanted) {
        let part = SeekTable { entries: table.entries.get(run.frames.clone()).unwrap_or_default().to_vec() };
        let end = run.archive + part.compressed_bytes();
        let mut failed = None;
        let from =
            Reader { ranges: &mut *ranges, at: run.archive, end, buffer: Vec::new(), used: 0, failed: &mut failed };
        let mut at = run.plain;
        let inflated = inflate(from, &part, threads, |plain| {
            let frame = at..at + plain.len() as u64;
            at = frame.end;
            let first = wanted.partition_point(|range| range.end <= frame.start);
            let within = wanted.iter().skip(first).take_while(|range| range.start < frame.end);
            for range in within {
                let cut = cut(plain, frame.start, range);
                taken.plain_bytes += cut.len() as u64;
                give(cut)?;
            }
            Ok(())
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let (disk, key) = (disk.to_owned(), key.to_owned());
        let inflated = inflated.map_err(|source| VaultError::Inflate {
            disk: disk.clone(),
            key: key.clone(),
            source: moved(source, run.archive),
        })?;
        if let Some(first) = inflated.damage.into_iter().next() {
            let first = place(first, &run);
            return Err(VaultError::Damaged { disk, key, count: inflated.damaged_frames, first });
        }
        taken.read_bytes += inflated.archive_bytes;
    }
    Ok(taken)
}

/// The part of a frame's bytes, which begin at `start`, that lies within a range.
fn cut<'a>(plain: &'a [u8], start: u64, range: &Range<u64>) -> &'a [u8] {
    let at = |offset: u64| usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX).min(plain.len());
    plain.get(at(range.start)..at(range.end)).unwrap_or_default()
}

/// Damage by its place in the whole archive.
fn place(damage: Damage, run: &Run) -> Damage {
    Damage {
        frame: damage.frame + run.frames.start as u64,
        archive_start: damage.archive_start + run.archive,
        archive_end: damage.archive_end + run.archive,
        plain_start: damage.plain_start + run.plain,
        plain_end: damage.plain_end + run.plain,
        ..damage
    }
}

fn moved(error: InflateError, by: u64) -> InflateError {
    match error {
        InflateError::Read { at, source } => InflateError::Read { at: at + by, source },
        error => error,
    }
}

/// A part of an archive, read piece by piece. What the disk says is put aside, because it says more than an I/O error.
struct Reader<'a, 'b> {
    ranges: &'a mut Ranges<'b>,
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    used: usize,
    failed: &'a mut Option<VaultError>,
}

impl Read for Reader<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.buffer.len() && self.at < self.end {
            let range = self.at..self.end.min(self.at + READ_BYTES);
            self.buffer = match (self.ranges)(range) {
                Ok(bytes) => bytes,
                Err(error) => {
                    *self.failed = Some(error);
                    return Err(io::ErrorKind::Other.into());
                }
            };
            if self.buffer.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.used = 0;
            self.at += self.buffer.len() as u64;
        }
        let taken = out.len().min(self.buffer.len() - self.used);
        out[..taken].copy_from_slice(&self.buffer[self.used..self.used + taken]);
        self.used += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::seek_table::Entry;
    use proptest::prelude::*;
    use resguardo_agent::framer::{Settings, fill_from, frame};

    fn archive(plain: &[u8], frame_bytes: usize) -> (Vec<u8>, SeekTable) {
        let (mut bytes, mut table) = (Vec::new(), SeekTable::default());
        let settings = Settings { frame_bytes, level: 1, threads: 1, sealed: true };
        frame(settings, fill_from(plain, frame_bytes), |frame| {
            let compressed: &[u8] = &frame.compressed;
            table.entries.push(Entry {
                compressed: u32::try_from(compressed.len()).unwrap(),
                plain: frame.plain_length,
                checksum: frame.content_checksum().unwrap(),
            });
            bytes.extend_from_slice(compressed);
            Ok(())
        })
        .unwrap();
        (bytes, table)
    }

    /// Ranges in order that do not overlap, from cuts in any order.
    fn ranges(mut cuts: Vec<u64>) -> Vec<Range<u64>> {
        cuts.sort_unstable();
        cuts.dedup();
        cuts.chunks_exact(2).map(|pair| pair[0]..pair[1]).collect()
    }

    fn take(bytes: &[u8], table: &SeekTable, wanted: &[Range<u64>]) -> (Result<Taken, VaultError>, Vec<u8>) {
        let mut given = Vec::new();
        let mut of = |range: Range<u64>| {
            let index = |at: u64| usize::try_from(at).unwrap();
            Ok(bytes[index(range.start)..index(range.end)].to_vec())
        };
        let taken = read(("disco", "clave"), table, wanted, &mut of, 2, |plain| {
            given.extend_from_slice(plain);
            Ok(())
        });
        (taken, given)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_ranges_come_back_as_they_are_in_the_dump(
            length in 0_usize..60_000,
            cuts in proptest::collection::vec(0_u64..60_000, 0..12),
        ) {
            let plain: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let (bytes, table) = archive(&plain, 4096);
            let wanted: Vec<_> = ranges(cuts).into_iter().filter(|range| range.end <= length as u64).collect();
            let (taken, given) = take(&bytes, &table, &wanted);
            let expected: Vec<u8> = wanted
                .iter()
                .flat_map(|range| plain[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec())
                .collect();
            prop_assert_eq!(taken.unwrap().plain_bytes, expected.len() as u64);
            prop_assert_eq!(given, expected);
        }
    }

    #[test]
    fn only_the_frames_that_hold_a_range_are_read() {
        let (bytes, table) = archive(&vec![7; 40_960], 4096);
        let (taken, _given) = take(&bytes, &table, &[8192..8193, 12_287..12_289]);
        let expected = u64::from(table.entries[2].compressed) + u64::from(table.entries[3].compressed);
        assert_eq!(taken.unwrap(), Taken { read_bytes: expected, plain_bytes: 3 });
    }

    #[test]
    fn a_damaged_frame_is_named_by_its_place_in_the_archive() {
        let plain: Vec<u8> = (0..40_960_u32).map(|at| u8::try_from((at * at) % 249).unwrap()).collect();
        let (mut bytes, table) = archive(&plain, 4096);
        let at: usize = table.entries.iter().take(5).map(|entry| entry.compressed as usize).sum();
        bytes[at + 20] ^= 1;
        let wanted = std::iter::once(20_480..20_481).collect::<Vec<_>>();
        let (taken, _given) = take(&bytes, &table, &wanted);
        let Err(VaultError::Damaged { first, .. }) = taken else { panic!("{taken:?}") };
        assert_eq!((first.frame, first.plain_start), (5, 20_480));
        let (taken, _given) = take(&bytes, &table, &[0..20_480, 24_576..40_960]);
        assert_eq!(taken.unwrap().plain_bytes, 36_864);
    }
}
