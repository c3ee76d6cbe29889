//! The register as it lies on disks, for which neither the service nor a configuration is needed.

use std::collections::BTreeMap;
use std::path::Path;

use super::exit::Failure;
use super::{load_for, print, register};
use crate::jobs::archives;
use crate::jobs::error::{JobError, chain};
use crate::jobs::report::Listing;
use crate::register::entry::Entry;
use crate::register::seal::hash;
use crate::service::protocol::RegisterLine;
use crate::vault::admit::Admitted;
use crate::vault::chain::{self, OnDisk};
use crate::vault::store::Store;

/// The disks that are meant, each with its register. One that was not named and is not here is told on standard error.
///
/// # Errors
/// What a disk says.
pub(super) fn read(config: &Path, words: &[String]) -> Result<Vec<(Admitted, OnDisk)>, Failure> {
    let config = load_for(config, words)?;
    let (disks, absent) = archives::open_disks(config.as_ref(), words)?;
    absent.iter().for_each(|error| print::note(&format!("not here: {}", chain(error))));
    let read = |disk: Admitted| -> Result<_, JobError> {
        let store = Store::open(&disk.name, &disk.place)?;
        let on_disk = chain::read(&store)?;
        Ok((disk, on_disk))
    };
    Ok(disks.into_iter().map(read).collect::<Result<_, _>>()?)
}

/// The newest entries on these disks, newest first; what several hold is listed once.
///
/// # Errors
/// What a disk says, and a line that does not read.
pub(super) fn newest(
    config: &Path,
    words: &[String],
    year: Option<i32>,
    limit: u32,
) -> Result<Listing<RegisterLine>, Failure> {
    let lines = lines(config, words)?;
    let wanted = lines.into_iter().rev().filter(|(entry, _)| year.is_none_or(|year| entry.year == year));
    let mut items: Vec<_> = wanted.map(|(_, line)| line).collect();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Listing { items, more })
}

/// An entry on these disks and then its corrections; empty where there is none.
///
/// # Errors
/// As [`newest`].
pub(super) fn with_corrections(
    config: &Path,
    words: &[String],
    year: i32,
    number: i64,
) -> Result<Vec<RegisterLine>, Failure> {
    let lines = lines(config, words)?;
    let is_it = |entry: &Entry| (entry.year, entry.number) == (year, number);
    let corrects = |entry: &Entry| {
        entry.draft.corrects.as_ref().is_some_and(|corrected| (corrected.year, corrected.number) == (year, number))
    };
    if !lines.iter().any(|(entry, _)| is_it(entry)) {
        return Ok(Vec::new());
    }
    // Corrections come after what they correct, so that the order of the chain is the one to show.
    let wanted = lines.into_iter().filter(|(entry, _)| is_it(entry) || corrects(entry));
    Ok(wanted.map(|(_, line)| line).collect())
}

/// All entries in the order of their chain.
fn lines(config: &Path, words: &[String]) -> Result<Vec<(Entry, RegisterLine)>, Failure> {
    let mut all = BTreeMap::new();
    for (_, on_disk) in read(config, words)? {
        for (_, content) in &on_disk.files {
            for text in String::from_utf8_lossy(content).lines().filter(|line| !line.is_empty()) {
                let entry = register::entry(text)?;
                let hash = hash(text.as_bytes());
                let line = RegisterLine { text: text.to_owned(), hash: hash.clone() };
                // Two disks that disagree both show; `register verify` says which is wrong.
                all.insert((entry.sequence, hash), (entry, line));
            }
        }
    }
    Ok(all.into_values().collect())
}
