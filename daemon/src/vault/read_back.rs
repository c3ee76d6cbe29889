//! Reading an archive from its medium, past the page cache: what the kernel remembers of a write proves nothing about
//! the disk. An encrypted archive is read like any other by whoever has a key; its digest needs none.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Mutex;

use resguardo_shared::digest::Digest;

use super::aligned::Aligned;
use super::error::VaultError;
use super::holes::Holes;
use super::layout::is_encrypted;
use super::ranged::Ranged;
use super::store::{Store, operation_io};
use crate::crypt::{CryptError, Identity, decrypt};
use crate::pipeline::digesting::{Digesting, Tally};
use crate::pipeline::inflate::{Inflated, inflate_digested};
use crate::pipeline::seek_table::{BadSeekTable, FOOTER_BYTES, SeekTable};
use crate::proof::{Evidence, Expect, Inspector};

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
    /// Sizes and digests; those of the archive are of the file as it lies on the medium.
    pub inflated: Inflated,
    /// What the dump shows about its completeness.
    pub evidence: Result<Evidence, crate::proof::Incomplete>,
    /// How it was read.
    pub how: How,
}

/// Whatever can be read from any place.
trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// An archive that is open for reading at any place: frames, and at its end their table. What was encrypted reads as if it
/// never had been, and bytes that were changed since are then an error of the kind `InvalidData`.
pub struct Archive<'a> {
    inside: Box<dyn ReadSeek + 'a>,
    disk: String,
    key: String,
    /// How it is read.
    pub how: How,
}

impl Read for Archive<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.inside.read(out)
    }
}

impl Archive<'_> {
    /// The bytes from one offset to another.
    ///
    /// # Errors
    /// [`VaultError::Operation`], [`VaultError::Altered`] for what was changed since it was encrypted.
    pub(super) fn part(&mut self, range: Range<u64>) -> Result<Vec<u8>, VaultError> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::InvalidData => {
                let what = "it was changed since it was encrypted".to_owned();
                VaultError::Altered { disk: self.disk.clone(), key: self.key.clone(), what }
            }
            _ => operation_io(&self.disk, "read", &self.key, error),
        };
        let bytes = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let mut part = vec![0; bytes];
        let read = self.inside.seek(SeekFrom::Start(range.start)).and_then(|_| self.inside.read_exact(&mut part));
        read.map_err(failed).map(|()| part)
    }
}

impl Seek for Archive<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inside.seek(to)
    }
}

/// Opens an archive for reading; one whose name says that it is encrypted, with the private key.
///
/// # Errors
/// [`VaultError::Locked`] without a key, [`VaultError::Decrypt`] where it does not fit or the head or the end of the file is
/// damaged, [`VaultError::Operation`].
pub fn open<'a>(store: &'a Store, key: &str, identity: Option<&Identity>) -> Result<Archive<'a>, VaultError> {
    let (medium, how) = medium(store, key)?;
    unlocked(store, key, identity, medium, how)
}

/// Opens a file for reading as it lies on the medium, encrypted or not. No key is needed.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn open_as_it_lies<'a>(store: &'a Store, key: &str) -> Result<Archive<'a>, VaultError> {
    let (inside, how) = medium(store, key)?;
    Ok(Archive { inside, disk: store.disk().to_owned(), key: key.to_owned(), how })
}

/// The same, but what a local medium does not give reads as zeros and is noted, so that the rest can be looked at too.
///
/// # Errors
/// [`VaultError::Operation`].
pub(super) fn open_with_holes<'a>(
    store: &'a Store,
    key: &str,
    holes: &'a Mutex<Holes>,
) -> Result<Archive<'a>, VaultError> {
    let Some(folder) = &store.folder else { return open_as_it_lies(store, key) };
    let opened = Aligned::open(&folder.join(key), Some(holes));
    let (file, direct) = opened.map_err(|error| operation_io(store.disk(), "read", key, error))?;
    let how = if direct { How::Direct } else { How::Dropped };
    Ok(Archive { inside: Box::new(file), disk: store.disk().to_owned(), key: key.to_owned(), how })
}

fn medium<'a>(store: &'a Store, key: &str) -> Result<(Box<dyn ReadSeek + 'a>, How), VaultError> {
    let Some(folder) = &store.folder else { return Ok((Box::new(Ranged::open(store, key)?), How::Remote)) };
    let opened = Aligned::open(&folder.join(key), None);
    let (file, direct) = opened.map_err(|error| operation_io(store.disk(), "read", key, error))?;
    Ok((Box::new(file), if direct { How::Direct } else { How::Dropped }))
}

fn unlocked<'a>(
    store: &Store,
    key: &str,
    identity: Option<&Identity>,
    medium: impl ReadSeek + 'a,
    how: How,
) -> Result<Archive<'a>, VaultError> {
    let (disk, key) = (store.disk().to_owned(), key.to_owned());
    let inside: Box<dyn ReadSeek + 'a> = if is_encrypted(&key) {
        let Some(identity) = identity else { return Err(VaultError::Locked { disk, key }) };
        match decrypt(identity, medium) {
            Ok(inside) => Box::new(inside),
            Err(CryptError::Read(source)) => return Err(operation_io(&disk, "read", &key, source)),
            Err(source) => return Err(VaultError::Decrypt { disk, key, source }),
        }
    } else {
        Box::new(medium)
    };
    Ok(Archive { inside, disk, key, how })
}

/// Digests an archive as it lies on the medium, encrypted or not. No key is needed.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn digest(store: &Store, key: &str) -> Result<(u64, Digest, How), VaultError> {
    let (archive, how) = medium(store, key)?;
    let (bytes, digest) =
        Digest::of_reader(archive).map_err(|error| operation_io(store.disk(), "read back", key, error))?;
    Ok((bytes, digest, how))
}

/// Reads the seek table at the end of an archive, which is then at its beginning again.
///
/// # Errors
/// [`VaultError::SeekTable`] or [`VaultError::Operation`].
pub fn seek_table(archive: &mut Archive<'_>) -> Result<SeekTable, VaultError> {
    let (disk, key) = (archive.disk.clone(), archive.key.clone());
    let bad = |source| VaultError::SeekTable { disk: disk.clone(), key: key.clone(), source };
    let short = || bad(BadSeekTable("the archive is cut short"));
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::InvalidData => bad(BadSeekTable("it was changed since it was encrypted")),
        io::ErrorKind::UnexpectedEof => short(),
        _ => operation_io(&disk, "read", &key, error),
    };
    let bytes = archive.seek(SeekFrom::End(0)).map_err(failed)?;
    let footer_at = bytes.checked_sub(FOOTER_BYTES as u64).ok_or_else(short)?;
    let mut footer = [0; FOOTER_BYTES];
    archive.seek(SeekFrom::Start(footer_at)).and_then(|_| archive.read_exact(&mut footer)).map_err(failed)?;
    // The footer bounds what is read next.
    let table_bytes = SeekTable::bytes_by_footer(&footer).map_err(bad)?;
    let table_at = bytes.checked_sub(table_bytes as u64).ok_or_else(short)?;
    let mut table = vec![0; table_bytes];
    archive.seek(SeekFrom::Start(table_at)).and_then(|_| archive.read_exact(&mut table)).map_err(failed)?;
    archive.rewind().map_err(failed)?;
    let table = SeekTable::from_bytes(&table).map_err(bad)?;
    if table.compressed_bytes() == table_at { Ok(table) } else { Err(short()) }
}

/// Reads an archive whole: digests it, decrypts it where it is encrypted, decompresses it, digests the dump, asks the dump
/// whether it is complete, and gives it to `give`.
///
/// # Errors
/// [`VaultError`], as [`open`] and [`seek_table`] say; damaged frames are part of the result.
pub fn inspect(
    store: &Store,
    key: &str,
    identity: Option<&Identity>,
    expect: &Expect,
    threads: usize,
    mut give: impl FnMut(&[u8]) -> io::Result<()> + Send,
) -> Result<Inspected, VaultError> {
    let (mut archive, tally) = open_digesting(store, key, identity)?;
    let table = seek_table(&mut archive)?;
    let mut inspector = Inspector::new(expect);
    let how = archive.how;
    let inflated = inflate_digested(archive, &tally, &table, threads, |plain| {
        inspector.feed(plain);
        give(plain)
    });
    let failed = |source| VaultError::Inflate { disk: store.disk().to_owned(), key: key.to_owned(), source };
    let inflated = inflated.map_err(failed)?;
    Ok(Inspected { inflated, evidence: inspector.finish(), how })
}

/// Opens an archive that digests its file while it is read from the beginning to the end.
fn open_digesting<'a>(
    store: &'a Store,
    key: &str,
    identity: Option<&Identity>,
) -> Result<(Archive<'a>, Tally), VaultError> {
    let (medium, how) = medium(store, key)?;
    let medium = Digesting::new(medium);
    let tally = medium.tally();
    Ok((unlocked(store, key, identity, medium, how)?, tally))
}
