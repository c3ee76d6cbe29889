//! A tree of files, or some of it, unpacked on this machine by the system's tar: under a name that says that it is not
//! finished, until everything was verified and tar has ended well.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use resguardo_shared::dump::Part;

use super::archives::Found;
use super::error::JobError;
use super::members::{Listing, select};
use super::patterns::Pattern;
use super::restore::{Given, Reading, What, is_taker, main_file, to_stream};

/// The file that says of a folder that could not be unpacked under another name that it is not whole.
const NOT_WHOLE: &str = "RESTORE-NOT-FINISHED.txt";

/// Where a tree is unpacked, and what becomes of it.
struct Stage {
    /// Where tar writes.
    into: PathBuf,
    /// The name that it gets in the end; `None` where it has it already.
    named: Option<PathBuf>,
}

/// Unpacks a tree of files into a folder that is empty or does not exist.
///
/// # Errors
/// [`JobError::Restore`] for a backup of another kind, [`JobError::Exists`], damage, or what tar says.
pub fn everything(found: &Found, folder: &Path, reading: Reading<'_>) -> Result<Given, JobError> {
    main_file(found)?;
    if !is_free(folder)? {
        return Err(JobError::Exists { path: folder.to_owned() });
    }
    let stage = Stage::new(folder)?;
    stage.end(unpack(found, What::Part(Part::Main), &stage.into, &[], reading))
}

/// Unpacks the members that these patterns match. A folder that holds things already keeps them: not one of the members
/// may be there. Returns also how many there were.
///
/// # Errors
/// As [`everything`], and [`JobError::Restore`] where a pattern matches nothing.
pub fn some(
    found: &Found,
    patterns: &[Pattern],
    folder: &Path,
    reading: Reading<'_>,
) -> Result<(Given, u64), JobError> {
    let is_free = is_free(folder)?;
    let mut listing = Listing::open(found, reading)?;
    let selection = select(found, &mut listing, patterns, (!is_free).then_some(folder))?;
    let what = What::Members(&selection);
    let given = if is_free {
        let stage = Stage::new(folder)?;
        stage.end(unpack(found, what, &stage.into, &[], reading))?
    } else {
        // Among what is there, nothing can be given its name at the end; so everything is read and checked beforehand.
        let silent = Reading { tell: &|_bytes| (), ..reading };
        to_stream(found, what, silent, &mut io::sink())?;
        unpack(found, what, folder, &["--keep-old-files"], reading)?
    };
    Ok((Given { read_bytes: given.read_bytes + listing.read_bytes, ..given }, selection.count))
}

/// Whether a folder is empty or does not exist.
fn is_free(folder: &Path) -> Result<bool, JobError> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(source) => Err(JobError::Write { act: "read", path: folder.to_owned(), source }),
    }
}

impl Stage {
    fn new(folder: &Path) -> Result<Self, JobError> {
        let failed = |act, path: &Path| {
            let path = path.to_owned();
            move |source| JobError::Write { act, path, source }
        };
        let folder = std::path::absolute(folder).map_err(failed("find", folder))?;
        let there = folder.canonicalize().ok();
        let folder = there.clone().unwrap_or(folder);
        if there.is_some() && !can_be_replaced(&folder) {
            let text = "This restore has not finished, or has failed: what lies here is not whole.\n";
            let mark = folder.join(NOT_WHOLE);
            fs::write(&mark, text).map_err(failed("write", &mark))?;
            return Ok(Self { into: folder, named: None });
        }
        let into = folder.with_added_extension("unfinished");
        if let Some(parent) = into.parent() {
            fs::create_dir_all(parent).map_err(failed("make the folder", parent))?;
        }
        match fs::create_dir(&into) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(JobError::Exists { path: into }),
            made => made.map_err(failed("make the folder", &into))?,
        }
        if let Some(there) = there.and_then(|path| path.metadata().ok()) {
            // The folder that takes the place of the empty one is like it.
            let _not_root = std::os::unix::fs::chown(&into, Some(there.uid()), Some(there.gid()));
            fs::set_permissions(&into, there.permissions()).map_err(failed("set the mode of", &into))?;
        }
        Ok(Self { into, named: Some(folder) })
    }

    /// Gives the folder its name, or removes what is not whole.
    fn end(&self, result: Result<Given, JobError>) -> Result<Given, JobError> {
        let Some(named) = &self.named else {
            if result.is_ok() {
                let _left = fs::remove_file(self.into.join(NOT_WHOLE));
            }
            return result;
        };
        let result = result.and_then(|given| match fs::rename(&self.into, named) {
            Ok(()) => Ok(given),
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
                Err(JobError::Exists { path: named.clone() })
            }
            Err(source) => Err(JobError::Write { act: "name", path: named.clone(), source }),
        });
        if result.is_err() {
            // This run made it, and nobody else knows its name.
            let _left = fs::remove_dir_all(&self.into);
        }
        result
    }
}

/// Whether another folder can take the place of an empty one: not that of a mount, nor of the folder we stand in.
fn can_be_replaced(folder: &Path) -> bool {
    let device = |path: &Path| path.metadata().map(|found| found.dev()).ok();
    let stands_here = std::env::current_dir().is_ok_and(|here| here == folder);
    !stands_here && folder.parent().is_some_and(|parent| device(parent) == device(folder))
}

/// Has tar unpack what is wanted, and tells the truth of how it ended.
fn unpack(
    found: &Found,
    what: What<'_>,
    folder: &Path,
    options: &[&str],
    reading: Reading<'_>,
) -> Result<Given, JobError> {
    let refused = |what: String| JobError::Restore { archive: found.entry.name().to_owned(), what };
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--xattrs", "--acls", "--preserve-permissions", "--file=-"]);
    tar.args(options).arg("--directory").arg(folder).stdin(Stdio::piped());
    // An interrupt from the keyboard is ours to deal with, and would otherwise reach tar as well.
    tar.process_group(0);
    let mut tar = tar.spawn().map_err(|error| refused(format!("tar cannot be started: {error}")))?;
    let given = feed(found, what, reading, &mut tar);
    if given.as_ref().is_err_and(|error| !is_taker(error)) {
        let _ended_already = tar.kill();
    }
    let status = tar.wait().map_err(|error| refused(format!("tar cannot be waited for: {error}")))?;
    match given {
        // When tar ends early, its status says more than our broken pipe.
        Err(error) if !is_taker(&error) || status.success() => Err(error),
        _ if !status.success() => {
            Err(refused(format!("tar failed ({status}); what it unpacked in {} is not whole", folder.display())))
        }
        given => given,
    }
}

fn feed(found: &Found, what: What<'_>, reading: Reading<'_>, tar: &mut Child) -> Result<Given, JobError> {
    let no_input =
        || JobError::Restore { archive: found.entry.name().to_owned(), what: "tar takes no input".to_owned() };
    // Dropped at the end, it closes tar's input.
    let mut input = tar.stdin.take().ok_or_else(no_input)?;
    let given = to_stream(found, what, reading, &mut input)?;
    input.flush().map_err(|source| JobError::Write { act: "write to", path: "tar".into(), source })?;
    Ok(given)
}
