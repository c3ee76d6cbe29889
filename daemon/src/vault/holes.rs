//! Parts of a file that its medium does not give: found sector by sector, noted, and read as zeros, so that a disk with a
//! few bad sectors is known by them and not by the first alone.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use rustix::io::Errno;

use super::aligned::ALIGNMENT;

/// After so many bad sectors a disk is not asked for each one any more: each costs it many seconds.
const SECTORS_MAX: u64 = 64;
/// After so many reads in a row that gave nothing, the disk is gone rather than bad in places.
const IN_A_ROW_MAX: u32 = 8;
/// Places that are listed one by one.
const LISTED_MAX: usize = 100;

/// A part of a file that its medium does not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Where it begins, in bytes.
    pub start: u64,
    /// Where it ends.
    pub end: u64,
    /// What the system says.
    pub what: String,
}

/// All of them, in order.
#[derive(Debug, Default)]
pub struct Holes {
    /// At most the first hundred.
    pub listed: Vec<Hole>,
    sectors: u64,
    in_a_row: u32,
}

/// Whether an error is one of the medium: it may give the next sector.
pub fn is_medium(error: &io::Error) -> bool {
    let medium = [Errno::IO, Errno::NODATA, Errno::ILSEQ, Errno::REMOTEIO, Errno::BADMSG, Errno::UCLEAN];
    error.raw_os_error().is_some_and(|code| medium.iter().any(|errno| errno.raw_os_error() == code))
}

impl Holes {
    /// Reads a part of a file sector by sector, after it could not be read at once.
    ///
    /// # Errors
    /// What the system says of a disk that gives nothing any more.
    pub(super) fn read_around(&mut self, file: &File, part: &mut [u8], at: u64, first: io::Error) -> io::Result<()> {
        let mut given = false;
        let mut start = at;
        for sector in part.chunks_mut(ALIGNMENT) {
            let end = start + sector.len() as u64;
            let read = if self.sectors < SECTORS_MAX {
                file.read_at(sector, start).map(drop)
            } else {
                Err(io::Error::new(first.kind(), first.to_string()))
            };
            match read {
                Ok(()) => given = true,
                Err(error) => {
                    sector.fill(0);
                    self.sectors += 1;
                    self.note(start, end, &error);
                }
            }
            start = end;
        }
        self.in_a_row = if given { 0 } else { self.in_a_row + 1 };
        if self.in_a_row >= IN_A_ROW_MAX { Err(first) } else { Ok(()) }
    }

    fn note(&mut self, start: u64, end: u64, error: &io::Error) {
        let room = self.listed.len() < LISTED_MAX;
        match self.listed.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ if room => self.listed.push(Hole { start, end, what: error.to_string() }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that gives what lies in a buffer, and an error of the medium elsewhere: this process's own memory.
    fn medium() -> File {
        File::open("/proc/self/mem").unwrap()
    }

    #[test]
    fn what_the_medium_gives_is_read_and_the_rest_is_named_by_its_bytes() {
        let given = vec![7_u8; 3 * ALIGNMENT];
        let start = given.as_ptr().addr() as u64;
        let mut holes = Holes::default();
        let mut part = vec![1; 2 * ALIGNMENT];
        holes.read_around(&medium(), &mut part, start, io::Error::other("first")).unwrap();
        assert!(part.iter().all(|byte| *byte == 7) && holes.listed.is_empty());
        // Nothing is ever mapped at the very beginning.
        holes.read_around(&medium(), &mut part, 0, io::Error::other("first")).unwrap();
        assert!(part.iter().all(|byte| *byte == 0));
        assert_eq!(holes.listed.len(), 1);
        assert_eq!((holes.listed[0].start, holes.listed[0].end), (0, 2 * ALIGNMENT as u64));
        assert!(holes.listed[0].what.contains("Input/output error"), "{:?}", holes.listed);
    }

    #[test]
    fn a_disk_that_gives_nothing_any_more_is_given_up() {
        let mut holes = Holes::default();
        let mut part = vec![0; 16 * ALIGNMENT];
        let starts = (0..100).map(|number| number * 16 * ALIGNMENT as u64);
        let reads = starts.map(|start| holes.read_around(&medium(), &mut part, start, io::Error::from(Errno::IO)));
        assert_eq!(reads.take_while(Result::is_ok).count(), usize::try_from(IN_A_ROW_MAX).unwrap() - 1);
        assert!(is_medium(&io::Error::from(Errno::IO)) && !is_medium(&io::Error::from(Errno::NOENT)));
    }
}
