//! The members of a tree's backup: what there is, and a few of them without reading the rest.

use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::archives::Found;
use super::error::{JobError, chain};
use super::patterns::Pattern;
use super::restore::{Given, Reading, key, main_file};
use super::verify::{judge, readable};
use crate::crypt::Identity;
use crate::proof::{Expect, Member, TarMembers};
use crate::vault::error::VaultError;
use crate::vault::members::{self, List, Lister};
use crate::vault::store::Store;
use crate::vault::{frames, hold, manifest, read_back};

/// The blocks of zeros that close a tar archive.
const END: [u8; 1024] = [0; 1024];

/// The list of a backup's members, whole and proved.
pub struct Listing<'a> {
    store: Store,
    key: String,
    from: From<'a>,
    /// Bytes that have been read from the disk for it so far.
    pub read_bytes: u64,
}

enum From<'a> {
    /// As it lies on the disk.
    Disk(&'a manifest::Members, Option<&'a Identity>),
    /// Made just now, by reading the whole archive.
    Walk(List),
}

impl<'a> Listing<'a> {
    /// Opens the list of a backup; where it has none, or a damaged one, the whole archive is read.
    ///
    /// # Errors
    /// [`JobError::Restore`] for a backup of another kind, or damage.
    pub fn open(found: &'a Found, reading: Reading<'a>) -> Result<Self, JobError> {
        let manifest = readable(found)?;
        let store = Store::open(&found.disk.name, &found.disk.place)?;
        main_file(found)?;
        if let Some(named) = &manifest.members {
            let key = key(found, &named.name);
            match members::read(&store, &key, named, reading.identity, &mut |_member| Ok(())) {
                Ok(read_bytes) => {
                    let from = From::Disk(named, reading.identity);
                    return Ok(Self { store, key, from, read_bytes });
                }
                Err(error) => {
                    tracing::warn!(error = chain(&error), "the whole archive is read instead of its list of members");
                }
            }
        }
        let (list, read_bytes) = walk(found, &store, reading)?;
        Ok(Self { store, key: String::new(), from: From::Walk(list), read_bytes })
    }

    /// Shows every member, in the order of the archive.
    ///
    /// # Errors
    /// Damage that came since the list was opened, or what `see` says.
    pub fn each(&mut self, see: &mut dyn FnMut(Member) -> io::Result<()>) -> Result<(), JobError> {
        match &self.from {
            From::Disk(named, identity) => {
                self.read_bytes += members::read(&self.store, &self.key, named, *identity, see)?;
            }
            From::Walk(list) => list.each(see).map_err(|source| JobError::Write {
                act: "read",
                path: "the list of members".into(),
                source,
            })?,
        }
        Ok(())
    }
}

/// Reads the whole archive, proves it, and lists its members.
fn walk(found: &Found, store: &Store, reading: Reading<'_>) -> Result<(List, u64), JobError> {
    let file = main_file(found)?;
    let key = key(found, &file.name);
    let mut lister = Lister::new(true, &[]);
    let inspected = read_back::inspect(store, &key, reading.identity, &Expect::Tar, reading.threads, |plain| {
        reading.goes_on()?;
        lister.feed(plain);
        Ok(())
    });
    let inspected = inspected.map_err(|error| reading.error(found, error))?;
    let read_bytes = inspected.inflated.archive_bytes;
    judge(file, inspected, &found.disk.name, &key)?;
    let no_list = || JobError::Restore {
        archive: found.entry.name().to_owned(),
        what: "no list of its members can be made; see that /var/tmp has room".to_owned(),
    };
    Ok((lister.finish().ok_or_else(no_list)?, read_bytes))
}

/// A member's path as people know it: without `./` before it and `/` after it. The root is `.`.
pub fn plain_path(path: &[u8]) -> &[u8] {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.strip_suffix(b"/").unwrap_or(path);
    if path.is_empty() { b"." } else { path }
}

/// Whether a member stands for something in the tree.
pub fn is_listed(member: &Member) -> bool {
    member.kind != b'g'
}

/// Some members of a backup: where they lie in its dump.
#[derive(Debug, Default)]
pub struct Selection {
    /// In order, without overlaps.
    ranges: Vec<Range<u64>>,
    /// How many members there are.
    pub count: u64,
    /// The paths that hard links among them lead to.
    targets: HashSet<Vec<u8>>,
}

/// The members that these patterns match, with the files that hard links among them lead to.
///
/// # Errors
/// [`JobError::Restore`] where a pattern matches nothing, so that nothing is ever restored in silence;
/// [`JobError::Exists`] where one of them is in `into` already.
pub fn select(
    found: &Found,
    listing: &mut Listing<'_>,
    patterns: &[Pattern],
    into: Option<&Path>,
) -> Result<Selection, JobError> {
    let mut matched = vec![false; patterns.len()];
    let mut selection = Selection::default();
    listing.each(&mut |member| {
        let path = plain_path(&member.path);
        let mut wanted = false;
        for (pattern, matched) in patterns.iter().zip(&mut matched) {
            if pattern.matches(path) {
                (*matched, wanted) = (true, true);
            }
        }
        if wanted && is_listed(&member) && member.kind == b'1' {
            selection.targets.insert(member.link);
        }
        Ok(())
    })?;
    if let Some((pattern, _)) = patterns.iter().zip(&matched).find(|(_, matched)| !**matched) {
        let what = format!(
            "nothing in it matches {:?}, so nothing was restored; a pattern is compared with whole paths (`**/name` finds a \
             name in any folder), and `resguardo contents {}` lists them",
            pattern.text(),
            found.entry.name()
        );
        return Err(JobError::Restore { archive: found.entry.name().to_owned(), what });
    }
    let mut exists = None;
    listing.each(&mut |member| {
        let path = plain_path(&member.path);
        let wanted = patterns.iter().any(|pattern| pattern.matches(path)) || selection.targets.contains(&member.path);
        if is_listed(&member) && !wanted {
            return Ok(());
        }
        if let Some(into) = into.filter(|_| is_listed(&member) && member.kind != b'5' && exists.is_none()) {
            use std::os::unix::ffi::OsStrExt;
            let path = into.join(std::ffi::OsStr::from_bytes(path));
            exists = path.symlink_metadata().is_ok().then_some(path);
        }
        selection.add(&member);
        Ok(())
    })?;
    exists.map_or(Ok(selection), |path| Err(JobError::Exists { path }))
}

impl Selection {
    fn add(&mut self, member: &Member) {
        self.count += 1;
        let end = member.offset.saturating_add(member.bytes);
        match self.ranges.last_mut().filter(|last| last.end == member.offset) {
            Some(last) => last.end = end,
            None => self.ranges.push(member.offset..end),
        }
    }

    /// Bytes of the dump that they take.
    pub fn bytes(&self) -> u64 {
        self.ranges.iter().fold(0, |sum, range| sum.saturating_add(range.end - range.start))
    }
}

/// Writes the chosen members as a tar archive of their own. Only the frames that hold them are read, and each is checked
/// by its checksums; what comes out is walked as tar itself will, and must hold just these members.
///
/// # Errors
/// Damage, or what `out` says.
pub fn give(
    found: &Found,
    selection: &Selection,
    reading: Reading<'_>,
    out: &mut (dyn Write + Send),
) -> Result<Given, JobError> {
    let store = Store::open(&found.disk.name, &found.disk.place)?;
    let file = main_file(found)?;
    let key = key(found, &file.name);
    let altered =
        |what: &str| VaultError::Altered { disk: found.disk.name.clone(), key: key.clone(), what: what.to_owned() };
    let _held = hold::share(&store, &found.entry.key)?;
    let archive = read_back::open(&store, &key, reading.identity);
    let mut archive = archive.map_err(|error| reading.error(found, error))?;
    let table = read_back::seek_table(&mut archive)?;
    if (table.entries.len() as u64, table.plain_bytes()) != (file.frames, file.plain_bytes) {
        return Err(altered("its seek table is not that of the dump that its manifest names").into());
    }
    let mut walk = TarMembers::new();
    let (mut count, fits) = (0, AtomicBool::new(true));
    let mut ranges = frames::of_archive(&mut archive);
    let from = (found.disk.name.as_str(), key.as_str());
    let mut hand_on = |plain: &[u8]| {
        reading.goes_on()?;
        let passed =
            walk.feed(plain).inspect_err(|_| fits.store(false, Ordering::Relaxed)).map_err(io::Error::other)?;
        count += passed.len() as u64;
        (reading.tell)(plain.len() as u64);
        out.write_all(plain)
    };
    let wanted = &selection.ranges;
    let taken = frames::read(from, &table, wanted, &mut ranges, reading.threads, &mut hand_on);
    let unfit = "the list of members does not fit it";
    let taken = match taken {
        Err(VaultError::Inflate { .. }) if !fits.load(Ordering::Relaxed) => return Err(altered(unfit).into()),
        taken => taken.map_err(|error| reading.error(found, error))?,
    };
    hand_on(&END).map_err(|source| JobError::Write { act: "write", path: key.clone().into(), source })?;
    if count != selection.count || walk.finish().is_err() {
        return Err(altered(unfit).into());
    }
    // The table closes the archive, and is read by its footer first.
    let table_bytes = table.to_bytes().len() as u64;
    Ok(Given { plain_bytes: taken.plain_bytes, read_bytes: taken.read_bytes + table_bytes })
}

#[cfg(test)]
#[path = "members_tests.rs"]
mod tests;
