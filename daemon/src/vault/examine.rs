//! Looking at an archive that may be damaged, all of it: each frame that does not read is named, also where the seek table
//! is broken, and where the medium does not give some of its bytes.

use std::io;
use std::sync::{Mutex, PoisonError};

use super::error::VaultError;
use super::holes::{Hole, Holes};
use super::manifest::File;
use super::read_back::{How, open_as_it_lies, open_with_holes, seek_table};
use super::store::{Store, operation_io};
use crate::pipeline::inflate::{InflateError, Inflated, inflate};
use crate::pipeline::seek_table::SeekTable;
use crate::pipeline::walk::walk;
use crate::proof::{Evidence, Expect, Incomplete, Inspector};

/// What an archive holds and shows, however damaged it is.
#[derive(Debug)]
pub struct Examined {
    /// Sizes and digests, and the frames that do not read.
    pub inflated: Inflated,
    /// What the dump shows about its completeness.
    pub evidence: Result<Evidence, Incomplete>,
    /// How it was read.
    pub how: How,
    /// What is wrong with the seek table.
    pub table: Option<Tail>,
    /// What the medium did not give.
    pub holes: Vec<Hole>,
}

/// A seek table that is not what its frames say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// Where the first wrong byte is in the archive.
    pub start: u64,
    /// Where the last wrong one ends.
    pub end: u64,
    /// What is wrong with it.
    pub what: String,
}

/// Reads an archive whole and gives its dump to `give`, which may end the reading by an error.
///
/// # Errors
/// [`VaultError`] where the disk gives nothing any more, or `give` does not take it; damage is part of the result.
pub fn examine(
    store: &Store,
    key: &str,
    file: &File,
    expect: &Expect,
    threads: usize,
    mut give: impl FnMut(&[u8]) -> io::Result<()> + Send,
) -> Result<Examined, VaultError> {
    let holes = Mutex::new(Holes::default());
    let (table, tail) = frames(store, key, file, &holes)?;
    // The second reading notes what the first one did.
    *holes.lock().unwrap_or_else(PoisonError::into_inner) = Holes::default();
    let archive = open_with_holes(store, key, &holes)?;
    let how = archive.how;
    let mut inspector = Inspector::new(expect);
    let inflated = inflate(archive, &table, threads, |plain| {
        inspector.feed(plain);
        give(plain)
    });
    let failed = |source| VaultError::Inflate { disk: store.disk().to_owned(), key: key.to_owned(), source };
    let inflated = inflated.map_err(failed)?;
    let holes = holes.into_inner().unwrap_or_else(PoisonError::into_inner).listed;
    Ok(Examined { inflated, evidence: inspector.finish(), how, table: tail, holes })
}

/// The frames by the seek table, if it is sound and agrees with the manifest; else by their own headers, and what is wrong
/// with the table.
fn frames(
    store: &Store,
    key: &str,
    file: &File,
    holes: &Mutex<Holes>,
) -> Result<(SeekTable, Option<Tail>), VaultError> {
    let listed = open_as_it_lies(store, key).and_then(|mut archive| seek_table(&mut archive));
    let agrees = |table: &SeekTable| {
        table.entries.len() as u64 == file.frames && table.plain_bytes() == file.plain_bytes && is_bounded(table)
    };
    let (listed, what) = match listed {
        Ok(table) if agrees(&table) => return Ok((table, None)),
        Ok(table) => (Some(table), "it is not what the manifest and the frames say".to_owned()),
        Err(VaultError::SeekTable { source, .. }) => (None, source.0.to_owned()),
        // The medium does not give it; the frames are still looked at.
        Err(VaultError::Operation { source, .. }) => (None, source.to_string()),
        Err(error) => return Err(error),
    };
    let bytes = store.stat(key)?.map_or(0, |object| object.bytes);
    let table_bytes = SeekTable::bytes_of(file.frames);
    // Where nothing was cut off or added, the manifest says where the table begins, whatever stands there.
    let end = if bytes == file.archive_bytes { bytes.saturating_sub(table_bytes) } else { bytes };
    let archive = open_with_holes(store, key, holes)?;
    let walked = walk(archive, end).map_err(|error| operation_io(store.disk(), "read", key, error))?;
    if listed.as_ref() == Some(&walked) {
        // It is the manifest that is wrong.
        return Ok((walked, None));
    }
    let (start, end) = wrong_bytes(store, key, &walked, bytes);
    Ok((walked, Some(Tail { start, end, what })))
}

/// Whether no frame is beyond the bounds within which frames are read.
fn is_bounded(table: &SeekTable) -> bool {
    use resguardo_shared::frame::{COMPRESSED_BYTES_MAX, FRAME_BYTES_MAX};
    let fits = |bytes: u32, most: usize| usize::try_from(bytes).is_ok_and(|bytes| bytes <= most);
    table.entries.iter().all(|entry| fits(entry.compressed, COMPRESSED_BYTES_MAX) && fits(entry.plain, FRAME_BYTES_MAX))
}

/// Which bytes of the table are not what its frames call for; all of it where it has another length.
fn wrong_bytes(store: &Store, key: &str, walked: &SeekTable, bytes: u64) -> (u64, u64) {
    let start = walked.compressed_bytes().min(bytes);
    let wanted = walked.to_bytes();
    let Ok(found) = store.read_range(key, start, bytes.min(start + wanted.len() as u64)) else { return (start, bytes) };
    if found.len() != wanted.len() || start + wanted.len() as u64 != bytes {
        return (start, bytes);
    }
    let differs: Vec<u64> =
        (start..).zip(found.iter().zip(&wanted)).filter(|(_, (a, b))| a != b).map(|(at, _)| at).collect();
    match (differs.first(), differs.last()) {
        (Some(&first), Some(&last)) => (first, last + 1),
        _ => (start, bytes),
    }
}

impl Examined {
    /// Whether a part of the archive is one that the medium did not give.
    pub fn is_hole(&self, start: u64, end: u64) -> bool {
        self.holes.iter().any(|hole| hole.start < end && start < hole.end)
    }
}

/// Whether an error is that of a taker who wants no more.
pub fn is_end(error: &VaultError) -> bool {
    matches!(error, VaultError::Inflate { source: InflateError::Give(_), .. })
}
