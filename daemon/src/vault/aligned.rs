//! Reading a local file past the page cache: directly, or, where the file system knows no direct reads, after the cache
//! was told to forget it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{Advice, OFlags, fadvise};

use super::holes::{self, Holes};

/// The bytes of one read. Direct reads want them large, and aligned.
const READ_BYTES: usize = 1024 * 1024;
/// The alignment that direct reads demand on any disk of today.
pub(super) const ALIGNMENT: usize = 4096;

/// A file that is read into an aligned part of a buffer.
pub(super) struct Aligned<'a> {
    file: File,
    /// Where parts that the medium does not give are noted; without, they end the reading.
    holes: Option<&'a Mutex<Holes>>,
    /// Bytes of the file when it was opened.
    bytes: u64,
    /// Where the next read begins; always aligned before the last one.
    next: u64,
    buffer: Vec<u8>,
    start: usize,
    from: usize,
    to: usize,
    /// How much of what is read next lies before the place that was sought.
    skip: usize,
}

impl<'a> Aligned<'a> {
    /// Opens a file; whether it is read directly comes with it.
    pub(super) fn open(path: &Path, holes: Option<&'a Mutex<Holes>>) -> io::Result<(Self, bool)> {
        let plain = File::open(path)?;
        // Dirty pages cannot be dropped, and a direct read of them would not touch the medium.
        plain.sync_data()?;
        let _advice = fadvise(&plain, 0, None, Advice::DontNeed);
        let flags = OFlags::RDONLY | OFlags::DIRECT | OFlags::CLOEXEC;
        match rustix::fs::open(path, flags, rustix::fs::Mode::empty()) {
            Ok(direct) => Ok((Self::new(File::from(direct), holes)?, true)),
            Err(_) => Ok((Self::new(plain, holes)?, false)),
        }
    }

    fn new(file: File, holes: Option<&'a Mutex<Holes>>) -> io::Result<Self> {
        let bytes = file.metadata()?.len();
        let buffer = vec![0; READ_BYTES + ALIGNMENT];
        let start = buffer.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Ok(Self { file, holes, bytes, next: 0, buffer, start, from: start, to: start, skip: 0 })
    }

    /// Reads the next part. A read that is short before the end leaves the next one aligned, whatever it gave.
    fn refill(&mut self) -> io::Result<()> {
        let part = &mut self.buffer[self.start..self.start + READ_BYTES];
        let read = match (self.file.read_at(part, self.next), self.holes) {
            (Err(error), Some(holes)) if holes::is_medium(&error) => {
                let left = usize::try_from(self.bytes - self.next).unwrap_or(READ_BYTES);
                let part = &mut part[..READ_BYTES.min(left.next_multiple_of(ALIGNMENT))];
                holes.lock().unwrap_or_else(PoisonError::into_inner).read_around(&self.file, part, self.next, error)?;
                part.len().min(left)
            }
            (read, _) => read?,
        };
        let ends = self.next + read as u64 >= self.bytes;
        let kept = if ends { read } else { read - read % ALIGNMENT };
        if kept <= self.skip {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        (self.from, self.to) = (self.start + self.skip, self.start + kept);
        self.skip = 0;
        self.next += kept as u64;
        Ok(())
    }

    /// Where it stands.
    fn at(&self) -> u64 {
        // Either something is left in the buffer, or something is to be skipped, or neither.
        self.next + self.skip as u64 - (self.to - self.from) as u64
    }
}

impl Read for Aligned<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.from == self.to && self.at() < self.bytes {
            self.refill()?;
        }
        let taken = out.len().min(self.to - self.from);
        out[..taken].copy_from_slice(&self.buffer[self.from..self.from + taken]);
        self.from += taken;
        Ok(taken)
    }
}

impl Seek for Aligned<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = target(to, self.at(), self.bytes)?;
        let buffered = self.next - (self.to - self.start) as u64;
        match target.checked_sub(buffered).map(usize::try_from) {
            // What was read already is still there.
            Some(Ok(within)) if self.skip == 0 && within <= self.to - self.start => self.from = self.start + within,
            _ => {
                let over = target % ALIGNMENT as u64;
                self.next = target - over;
                self.skip = usize::try_from(over).unwrap_or(0);
                (self.from, self.to) = (self.start, self.start);
            }
        }
        Ok(target)
    }
}

/// Where a file of so many bytes is to be read next.
pub(super) fn target(to: SeekFrom, at: u64, bytes: u64) -> io::Result<u64> {
    let target = match to {
        SeekFrom::Start(offset) => Some(offset),
        SeekFrom::Current(offset) => at.checked_add_signed(offset),
        SeekFrom::End(offset) => bytes.checked_add_signed(offset),
    };
    // Beyond the end there is nothing to be read, and no reason to go there.
    target.filter(|&target| target <= bytes).ok_or_else(|| io::ErrorKind::InvalidInput.into())
}
