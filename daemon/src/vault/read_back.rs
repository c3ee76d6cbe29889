//! Reading an archive from its medium, past the page cache: what the kernel remembers of a write proves nothing about
//! the disk.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use resguardo_shared::digest::Digest;
use rustix::fs::{Advice, OFlags, fadvise};

use super::error::VaultError;
use super::store::{Store, operation, operation_io};
use crate::pipeline::inflate::{Inflated, inflate};
use crate::pipeline::seek_table::{FOOTER_BYTES, SeekTable};
use crate::proof::{Evidence, Expect, Inspector};

/// The bytes of one read. Direct reads want them large, and aligned.
const READ_BYTES: usize = 1024 * 1024;
/// The alignment that direct reads demand on any disk of today.
const ALIGNMENT: usize = 4096;

/// How an archive was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Directly, past the page cache.
    Direct,
    /// Through the page cache, which was dropped first: the file system knows no direct reads.
    Dropped,
    /// From an object store.
    Remote,
}

impl How {
    /// The word in the manifest.
    pub fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Dropped => "dropped",
            Self::Remote => "remote",
        }
    }
}

/// What an archive holds and shows.
#[derive(Debug)]
pub struct Inspected {
    /// Sizes and digests.
    pub inflated: Inflated,
    /// What the dump shows about its completeness.
    pub evidence: Result<Evidence, crate::proof::Incomplete>,
    /// How it was read.
    pub how: How,
}

/// Opens an archive for reading.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn open<'a>(store: &'a Store, key: &'a str) -> Result<(Box<dyn Read + 'a>, How), VaultError> {
    let failed = |error| operation_io(store.disk(), "read", key, error);
    let Some(folder) = &store.folder else {
        let bytes = store.stat(key)?.map_or(0, |object| object.bytes);
        return Ok((Box::new(Remote { store, key, at: 0, bytes, buffer: Vec::new(), used: 0 }), How::Remote));
    };
    let (file, how) = open_local(&folder.join(key)).map_err(failed)?;
    Ok((Box::new(Aligned::new(file).map_err(failed)?), how))
}

fn open_local(path: &Path) -> io::Result<(File, How)> {
    let plain = File::open(path)?;
    // Dirty pages cannot be dropped, and a direct read of them would not touch the medium.
    plain.sync_data()?;
    let _advice = fadvise(&plain, 0, None, Advice::DontNeed);
    match rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECT | OFlags::CLOEXEC, rustix::fs::Mode::empty()) {
        Ok(direct) => Ok((File::from(direct), How::Direct)),
        Err(_) => Ok((plain, How::Dropped)),
    }
}

/// A file that is read into an aligned part of a buffer.
struct Aligned {
    file: File,
    /// Bytes of the file when it was opened.
    bytes: u64,
    /// Where the next read begins; always aligned before the last one.
    at: u64,
    buffer: Vec<u8>,
    start: usize,
    from: usize,
    to: usize,
}

impl Aligned {
    fn new(file: File) -> io::Result<Self> {
        let bytes = file.metadata()?.len();
        let buffer = vec![0; READ_BYTES + ALIGNMENT];
        let start = buffer.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Ok(Self { file, bytes, at: 0, buffer, start, from: start, to: start })
    }

    /// Reads the next part. A read that is short before the end leaves the next one aligned, whatever it gave.
    fn refill(&mut self) -> io::Result<()> {
        let read = self.file.read_at(&mut self.buffer[self.start..self.start + READ_BYTES], self.at)?;
        let ends = self.at + read as u64 >= self.bytes;
        let kept = if ends { read } else { read - read % ALIGNMENT };
        if kept == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        (self.from, self.to) = (self.start, self.start + kept);
        self.at += kept as u64;
        Ok(())
    }
}

impl Read for Aligned {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.from == self.to && self.at < self.bytes {
            self.refill()?;
        }
        let taken = out.len().min(self.to - self.from);
        out[..taken].copy_from_slice(&self.buffer[self.from..self.from + taken]);
        self.from += taken;
        Ok(taken)
    }
}

/// An object that is read range by range.
struct Remote<'a> {
    store: &'a Store,
    key: &'a str,
    at: u64,
    bytes: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl Read for Remote<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.buffer.len() && self.at < self.bytes {
            let end = self.bytes.min(self.at + 4 * READ_BYTES as u64);
            self.buffer = self.store.read_range(self.key, self.at, end).map_err(io::Error::other)?;
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

impl Store {
    /// Reads the bytes from `start` to `end` of an object.
    pub(super) fn read_range(&self, key: &str, start: u64, end: u64) -> Result<Vec<u8>, VaultError> {
        let read = self.runtime.block_on(async { self.operator.read_with(key).range(start..end).await });
        read.map(|buffer| buffer.to_vec()).map_err(|error| operation(&self.disk, "read", key, error))
    }
}

/// Digests an archive as it lies on the medium.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn digest(store: &Store, key: &str) -> Result<(u64, Digest, How), VaultError> {
    let (archive, how) = open(store, key)?;
    let (bytes, digest) =
        Digest::of_reader(archive).map_err(|error| operation_io(store.disk(), "read back", key, error))?;
    Ok((bytes, digest, how))
}

/// Reads the seek table at the end of an archive.
///
/// # Errors
/// [`VaultError::SeekTable`] or [`VaultError::Operation`].
pub fn seek_table(store: &Store, key: &str) -> Result<SeekTable, VaultError> {
    let bad = |source| VaultError::SeekTable { disk: store.disk().to_owned(), key: key.to_owned(), source };
    let short = || bad(crate::pipeline::seek_table::BadSeekTable("the archive is cut short"));
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    let bytes = store.stat(key)?.ok_or_else(|| operation_io(store.disk(), "read", key, missing()))?.bytes;
    let footer_at = bytes.checked_sub(FOOTER_BYTES as u64).ok_or_else(short)?;
    let footer = store.read_range(key, footer_at, bytes)?;
    let table_bytes = SeekTable::bytes_by_footer(footer.last_chunk().ok_or_else(short)?).map_err(bad)?;
    let table_at = bytes.checked_sub(table_bytes as u64).ok_or_else(short)?;
    let table = SeekTable::from_bytes(&store.read_range(key, table_at, bytes)?).map_err(bad)?;
    if table.compressed_bytes() == table_at { Ok(table) } else { Err(short()) }
}

/// Reads an archive whole: digests it, decompresses it, digests the dump, asks the dump whether it is complete, and
/// gives it to `give`.
///
/// # Errors
/// [`VaultError`]; damaged frames are part of the result.
pub fn inspect(
    store: &Store,
    key: &str,
    expect: &Expect,
    threads: usize,
    mut give: impl FnMut(&[u8]) -> io::Result<()> + Send,
) -> Result<Inspected, VaultError> {
    let table = seek_table(store, key)?;
    let (archive, how) = open(store, key)?;
    let mut inspector = Inspector::new(expect);
    let inflated = inflate(archive, &table, threads, |plain| {
        inspector.feed(plain);
        give(plain)
    });
    let failed = |source| VaultError::Inflate { disk: store.disk().to_owned(), key: key.to_owned(), source };
    let inflated = inflated.map_err(failed)?;
    Ok(Inspected { inflated, evidence: inspector.finish(), how })
}
