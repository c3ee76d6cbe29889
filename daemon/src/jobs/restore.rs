//! From an archive back to what it was made of. Everything is verified while it is written, and nothing has its final
//! name before that; what exists is never overwritten.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use resguardo_shared::dump::{Dump, Part};
use tokio_util::sync::CancellationToken;

use super::archives::Found;
use super::error::JobError;
use super::members::{self, Selection};
use super::unlock::explained;
use super::verify::{judge, readable};
use crate::crypt::Identity;
use crate::pipeline::inflate::InflateError;
use crate::proof::Expect;
use crate::vault::error::VaultError;
use crate::vault::hold;
use crate::vault::layout::dump_name;
use crate::vault::manifest;
use crate::vault::read_back;
use crate::vault::store::Store;

/// One write is at most this large: the kernel is several times slower with larger ones to new pages.
const WRITE_BYTES: usize = 1024 * 1024;

/// How a backup is read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The private key, for what is encrypted.
    pub identity: Option<&'a Identity>,
    /// Threads that decompress.
    pub threads: usize,
    /// Who hears of the bytes of dump as they are given on.
    pub tell: &'a (dyn Fn(u64) + Sync),
    /// Ends it.
    pub cancel: &'a CancellationToken,
}

/// What was read and given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Given {
    /// Bytes of dump that were given on.
    pub plain_bytes: u64,
    /// Bytes that were read from the disk for it.
    pub read_bytes: u64,
}

/// What of a backup is wanted.
#[derive(Clone, Copy)]
pub enum What<'a> {
    /// All of a part.
    Part(Part),
    /// Some members of a tree of files.
    Members(&'a Selection),
}

impl Reading<'_> {
    /// Whether to go on.
    pub(super) fn goes_on(&self) -> io::Result<()> {
        if self.cancel.is_cancelled() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// What went wrong, unless it was ended on purpose.
    pub(super) fn error(&self, found: &Found, error: VaultError) -> JobError {
        if self.cancel.is_cancelled() {
            return JobError::Interrupted { archive: found.entry.name().to_owned() };
        }
        explained(found, error)
    }
}

impl Given {
    fn and(self, other: Self) -> Self {
        Self { plain_bytes: self.plain_bytes + other.plain_bytes, read_bytes: self.read_bytes + other.read_bytes }
    }
}

/// The copies of a backup, the best first: whole by its manifest and sizes, and on a disk of this machine.
pub fn best_first(copies: &mut [Found]) {
    copies.sort_by_key(|found| (!found.entry.exists(), !found.disk.place.can_rename()));
}

/// Whether a copy can be begun with: its manifest reads, its archives are there, and each of them ends with its seek table.
/// Costs a read of some KiB.
///
/// # Errors
/// Damage.
pub fn begins(found: &Found, identity: Option<&Identity>) -> Result<(), JobError> {
    let store = Store::open(&found.disk.name, &found.disk.place)?;
    for file in &readable(found)?.files {
        let key = key(found, &file.name);
        if found.entry.missing.contains(&file.name) {
            let what = "it is missing, or has another size than its manifest says".to_owned();
            return Err(VaultError::Altered { disk: found.disk.name.clone(), key, what }.into());
        }
        let mut archive = read_back::open(&store, &key, identity).map_err(|error| explained(found, error))?;
        read_back::seek_table(&mut archive)?;
    }
    Ok(())
}

/// Writes the dumps of a backup into a folder, and returns their paths.
///
/// # Errors
/// [`JobError::Locked`], [`JobError::WrongKey`], [`JobError::Exists`], damage, or what the system says; no file then has its final name unless it was whole.
pub fn to_folder(
    found: &Found,
    folder: &Path,
    part: Option<Part>,
    reading: Reading<'_>,
) -> Result<(Vec<PathBuf>, Given), JobError> {
    let failed = |act, path: &Path| {
        let path = path.to_owned();
        move |source| JobError::Write { act, path, source }
    };
    let files = chosen(found, part)?;
    fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
    let path = |file: &manifest::File| folder.join(dump_name(&file.name));
    if let Some(path) = files.iter().map(|file| path(file)).find(|path| path.exists()) {
        return Err(JobError::Exists { path });
    }
    let (mut restored, mut given) = (Vec::new(), Given::default());
    for file in files {
        let path = path(file);
        let unfinished = path.with_added_extension("unfinished");
        given = given.and(write_file(&unfinished, |out| give(found, file, reading, out))?);
        // A link fails where a rename would overwrite; only file systems without links get the rename.
        match fs::hard_link(&unfinished, &path) {
            Ok(()) => fs::remove_file(&unfinished).map_err(failed("remove", &unfinished))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(JobError::Exists { path }),
            Err(_) => fs::rename(&unfinished, &path).map_err(failed("name", &path))?,
        }
        restored.push(path);
    }
    Ok((restored, given))
}

fn write_file(
    path: &Path,
    give: impl FnOnce(&mut (dyn Write + Send)) -> Result<Given, JobError>,
) -> Result<Given, JobError> {
    use std::os::unix::fs::OpenOptionsExt;
    let failed = |act| {
        let path = path.to_owned();
        move |source| JobError::Write { act, path, source }
    };
    // A dump holds everything that the database kept from people: only its owner reads it.
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file: File = match open {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(JobError::Exists { path: path.to_owned() });
        }
        open => open.map_err(failed("write"))?,
    };
    let given = give(&mut file).and_then(|given| file.sync_all().map(|()| given).map_err(failed("sync")));
    if given.is_err() {
        // What is left is plainly named, but should not stay in the way of the next attempt.
        let _left = fs::remove_file(path);
    }
    given
}

/// Writes what is wanted of a backup. It is verified on the way, so that a failure shows only at the end: whoever takes it
/// must look at the result.
///
/// # Errors
/// Damage, or what `out` says.
pub fn to_stream(
    found: &Found,
    what: What<'_>,
    reading: Reading<'_>,
    out: &mut (dyn Write + Send),
) -> Result<Given, JobError> {
    match what {
        What::Part(part) => {
            let files = chosen(found, Some(part))?;
            files.into_iter().try_fold(Given::default(), |sum, file| Ok(sum.and(give(found, file, reading, out)?)))
        }
        What::Members(selection) => members::give(found, selection, reading, out),
    }
}

/// Whether an error is only that of whoever took the dump and wants no more of it.
pub(super) fn is_taker(error: &JobError) -> bool {
    matches!(error, JobError::Disk(VaultError::Inflate { source: InflateError::Give(_), .. }) | JobError::Write { .. })
}

/// The archives of a backup that are wanted.
///
/// # Errors
/// [`JobError::Restore`] where it has no such part.
pub(super) fn chosen(found: &Found, part: Option<Part>) -> Result<Vec<&manifest::File>, JobError> {
    let manifest = readable(found)?;
    let files: Vec<_> = manifest.files.iter().filter(|file| part.is_none_or(|part| file.part == part)).collect();
    if files.is_empty() {
        let what = "it has no such part; its manifest names those it has".to_owned();
        return Err(JobError::Restore { archive: found.entry.name().to_owned(), what });
    }
    Ok(files)
}

/// The archive of a tree of files.
///
/// # Errors
/// [`JobError::Restore`] for a backup of another kind.
pub(super) fn main_file(found: &Found) -> Result<&manifest::File, JobError> {
    let manifest = readable(found)?;
    let main = manifest.main().filter(|_| matches!(manifest.dump, Dump::Files(_)));
    main.ok_or_else(|| JobError::Restore {
        archive: found.entry.name().to_owned(),
        what: "only a tree of files has members and can be extracted; restore the dump itself".to_owned(),
    })
}

/// The key of a file of a backup.
pub(super) fn key(found: &Found, name: &str) -> String {
    format!("{}{name}", found.entry.folder())
}

fn give(
    found: &Found,
    file: &manifest::File,
    reading: Reading<'_>,
    out: &mut (dyn Write + Send),
) -> Result<Given, JobError> {
    let store = Store::open(&found.disk.name, &found.disk.place)?;
    let _held = hold::share(&store, &found.entry.key)?;
    let key = key(found, &file.name);
    let expect = Expect::of(&readable(found)?.dump, file.part);
    let inspected = read_back::inspect(&store, &key, reading.identity, &expect, reading.threads, |plain| {
        reading.goes_on()?;
        (reading.tell)(plain.len() as u64);
        plain.chunks(WRITE_BYTES).try_for_each(|chunk| out.write_all(chunk))
    });
    let inspected = inspected.map_err(|error| reading.error(found, error))?;
    let (plain_bytes, read_bytes) = (inspected.inflated.plain_bytes, inspected.inflated.archive_bytes);
    judge(file, inspected, &found.disk.name, &key)?;
    out.flush().map_err(|source: io::Error| JobError::Write { act: "write", path: PathBuf::from(&key), source })?;
    Ok(Given { plain_bytes, read_bytes })
}
