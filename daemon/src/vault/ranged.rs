//! Reading an object of an object store, range by range.

use std::io::{self, Read, Seek, SeekFrom};

use super::aligned::target;
use super::error::VaultError;
use super::store::{Store, operation};

/// The most bytes that are asked for at once.
const RANGE_BYTES: u64 = 4 * 1024 * 1024;

/// An object that is read range by range.
pub(super) struct Ranged<'a> {
    store: &'a Store,
    key: String,
    bytes: u64,
    /// Where the next range begins.
    next: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl<'a> Ranged<'a> {
    /// Opens an object; one that is not there is not found.
    pub(super) fn open(store: &'a Store, key: &str) -> Result<Self, VaultError> {
        let missing = || super::store::operation_io(store.disk(), "read", key, io::ErrorKind::NotFound.into());
        let bytes = store.stat(key)?.ok_or_else(missing)?.bytes;
        Ok(Self { store, key: key.to_owned(), bytes, next: 0, buffer: Vec::new(), used: 0 })
    }

    fn at(&self) -> u64 {
        self.next - (self.buffer.len() - self.used) as u64
    }
}

impl Read for Ranged<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.buffer.len() && self.next < self.bytes {
            let end = self.bytes.min(self.next + RANGE_BYTES);
            self.buffer = self.store.read_range(&self.key, self.next, end).map_err(io::Error::other)?;
            self.used = 0;
            if self.buffer.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.next += self.buffer.len() as u64;
        }
        let taken = out.len().min(self.buffer.len() - self.used);
        out[..taken].copy_from_slice(&self.buffer[self.used..self.used + taken]);
        self.used += taken;
        Ok(taken)
    }
}

impl Seek for Ranged<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = target(to, self.at(), self.bytes)?;
        let buffered = self.next - self.buffer.len() as u64;
        match target.checked_sub(buffered).map(usize::try_from) {
            Some(Ok(within)) if within <= self.buffer.len() => self.used = within,
            _ => {
                self.next = target;
                self.buffer.clear();
                self.used = 0;
            }
        }
        Ok(target)
    }
}

impl Store {
    /// Reads the bytes from `start` to `end` of an object.
    pub(super) fn read_range(&self, key: &str, start: u64, end: u64) -> Result<Vec<u8>, VaultError> {
        let read = self.runtime.block_on(async { self.operator.read_with(key).range(start..end).await });
        read.map(|buffer| buffer.to_vec()).map_err(|error| operation(&self.disk, "read", key, error))
    }
}
