//! From an archive back to what it was made of. Everything is verified while it is written, and nothing has its final
//! name before that; what exists is never overwritten.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use resguardo_shared::dump::{Dump, Part};

use super::archives::Found;
use super::error::JobError;
use super::verify::{judge, readable};
use crate::proof::Expect;
use crate::vault::error::VaultError;
use crate::vault::manifest;
use crate::vault::read_back;
use crate::vault::store::Store;

/// One write is at most this large: the kernel is several times slower with larger ones to new pages.
const WRITE_BYTES: usize = 1024 * 1024;

/// Writes the dumps of a backup into a folder, and returns their paths.
///
/// # Errors
/// [`JobError::Exists`], damage, or what the system says; no file then has its final name unless it was whole.
pub fn to_folder(
    found: &Found,
    folder: &Path,
    part: Option<Part>,
    threads: usize,
    tell: &(dyn Fn(u64) + Sync),
) -> Result<Vec<PathBuf>, JobError> {
    let failed = |act, path: &Path| {
        let path = path.to_owned();
        move |source| JobError::Write { act, path, source }
    };
    let files = chosen(found, part)?;
    fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
    let path = |file: &manifest::File| folder.join(file.name.strip_suffix(".zst").unwrap_or(&file.name));
    if let Some(path) = files.iter().map(|file| path(file)).find(|path| path.exists()) {
        return Err(JobError::Exists { path });
    }
    let mut restored = Vec::new();
    for file in files {
        let path = path(file);
        let unfinished = path.with_added_extension("unfinished");
        write_file(&unfinished, |out| give(found, file, threads, tell, out))?;
        // A link fails where a rename would overwrite; only file systems without links get the rename.
        match fs::hard_link(&unfinished, &path) {
            Ok(()) => fs::remove_file(&unfinished).map_err(failed("remove", &unfinished))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(JobError::Exists { path }),
            Err(_) => fs::rename(&unfinished, &path).map_err(failed("name", &path))?,
        }
        restored.push(path);
    }
    Ok(restored)
}

fn write_file(path: &Path, give: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), JobError>) -> Result<(), JobError> {
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
    if let Err(error) = give(&mut file) {
        // What is left is plainly named, but should not stay in the way of the next attempt.
        let _left = fs::remove_file(path);
        return Err(error);
    }
    file.sync_all().map_err(failed("sync"))
}

/// Writes one dump of a backup. It is verified on the way, so that a failure shows only at the end: whoever takes it
/// must look at the result.
///
/// # Errors
/// Damage, or what `out` says.
pub fn to_stream(
    found: &Found,
    part: Option<Part>,
    threads: usize,
    tell: &(dyn Fn(u64) + Sync),
    out: &mut (dyn Write + Send),
) -> Result<(), JobError> {
    let part = part.unwrap_or(Part::Main);
    chosen(found, Some(part))?.into_iter().try_for_each(|file| give(found, file, threads, tell, out))
}

/// Unpacks a tree of files into a folder that is empty or does not exist, by the system's tar.
///
/// # Errors
/// [`JobError::Restore`] for a backup of another kind, [`JobError::Exists`], damage, or what tar says.
pub fn extract(found: &Found, folder: &Path, threads: usize, tell: &(dyn Fn(u64) + Sync)) -> Result<(), JobError> {
    let refused = |what: String| JobError::Restore { archive: found.entry.name().to_owned(), what };
    if !matches!(readable(found)?.dump, Dump::Files(_)) {
        return Err(refused(
            "only a tree of files can be extracted; leave out --extract to have the dump itself".to_owned(),
        ));
    }
    let failed = |act| move |source| JobError::Write { act, path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed("make the folder"))?;
    if fs::read_dir(folder).map_err(failed("read"))?.next().is_some() {
        return Err(JobError::Exists { path: folder.to_owned() });
    }
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--xattrs", "--acls", "--preserve-permissions", "--keep-old-files", "--file=-"]);
    tar.arg("--directory").arg(folder).stdin(Stdio::piped());
    let mut tar = tar.spawn().map_err(|error| refused(format!("tar cannot be started: {error}")))?;
    let stdin = tar.stdin.take().ok_or_else(|| refused("tar takes no input".to_owned()))?;
    let given = { to_stream(found, Some(Part::Main), threads, tell, &mut { stdin }) };
    let status = tar.wait().map_err(|error| refused(format!("tar cannot be waited for: {error}")))?;
    match given {
        // When tar ends early, its status says more than our broken pipe.
        Err(error) if status.success() => Err(error),
        Err(JobError::Disk(error)) if error.is_damage() && !is_broken_pipe(&error) => Err(error.into()),
        _ if !status.success() => {
            Err(refused(format!("tar failed ({status}); what it unpacked in {} is not whole", folder.display())))
        }
        _ => Ok(()),
    }
}

fn is_broken_pipe(error: &VaultError) -> bool {
    use crate::pipeline::inflate::InflateError;
    matches!(error, VaultError::Inflate { source: InflateError::Give(_), .. })
}

fn chosen(found: &Found, part: Option<Part>) -> Result<Vec<&manifest::File>, JobError> {
    let manifest = readable(found)?;
    let files: Vec<_> = manifest.files.iter().filter(|file| part.is_none_or(|part| file.part == part)).collect();
    if files.is_empty() {
        let what = "it has no such part; its manifest names those it has".to_owned();
        return Err(JobError::Restore { archive: found.entry.name().to_owned(), what });
    }
    Ok(files)
}

fn give(
    found: &Found,
    file: &manifest::File,
    threads: usize,
    tell: &(dyn Fn(u64) + Sync),
    out: &mut (dyn Write + Send),
) -> Result<(), JobError> {
    let store = Store::open(&found.disk.name, &found.disk.place)?;
    let key = format!("{}{}", found.entry.folder(), file.name);
    let expect = Expect::of(&readable(found)?.dump, file.part);
    let inspected = read_back::inspect(&store, &key, &expect, threads, |plain| {
        tell(plain.len() as u64);
        plain.chunks(WRITE_BYTES).try_for_each(|chunk| out.write_all(chunk))
    })?;
    judge(file, inspected, &found.disk.name, &key)?;
    out.flush().map_err(|source: io::Error| JobError::Write { act: "write", path: PathBuf::from(&key), source })
}
