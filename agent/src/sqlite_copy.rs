//! A consistent copy of an SQLite database that is in use, by the backup API, for servers without the `sqlite3`
//! program. The copy is proved before its first byte is given.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, backup::Backup};

/// What the names of folders begin with; the number of a process follows.
const PREFIX: &str = "resguardo.";
/// How old a folder must be to count as left behind.
const OLD: Duration = Duration::from_secs(3600);

/// Copies the database at `source` into a file in `scratch`, has it checked, and writes it to `out`.
///
/// # Errors
/// A sentence for a person.
pub fn give(source: &Path, scratch: &Path, out: &mut impl Write) -> Result<(), String> {
    if !source.is_file() {
        return Err(format!("there is no database file {}", source.display()));
    }
    let folder = Folder::new(scratch)?;
    let copy = folder.path().join("copy");
    copy_database(source, &copy).map_err(|error| format!("{}: {error}", source.display()))?;
    let verdict = integrity(&copy).map_err(|error| format!("the copy cannot be checked: {error}"))?;
    if verdict != "ok" {
        return Err(format!("integrity_check of the copy says: {verdict}"));
    }
    let given = File::open(&copy).and_then(|mut file| io::copy(&mut file, out)).and_then(|_| out.flush());
    given.map_err(|error| format!("the copy cannot be given: {error}"))
}

fn copy_database(source: &Path, copy: &Path) -> rusqlite::Result<()> {
    // Not read-only: a database in WAL mode may need its shared-memory file, which a reader makes.
    let source =
        Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    source.busy_timeout(Duration::from_secs(60))?;
    let mut copy = Connection::open(copy)?;
    // All pages in one step hold one read lock: whatever else writes, this is one moment of the database.
    Backup::new(&source, &mut copy)?.run_to_completion(i32::MAX, Duration::from_millis(250), None)
}

fn integrity(copy: &Path) -> rusqlite::Result<String> {
    Connection::open(copy)?.query_row("PRAGMA integrity_check", [], |row| row.get(0))
}

/// The folder for a copy when nobody names one: `$TMPDIR`, else `/var/tmp`, which survives more than `/tmp` holds.
pub fn scratch() -> PathBuf {
    std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/var/tmp"), PathBuf::from)
}

/// A folder that only we can enter, and that goes away with us. Whoever was killed leaves it to the next one.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Held as long as the folder is in use.
    _lock: File,
}

impl Folder {
    /// Sweeps what killed processes left in `scratch`, and makes a folder there.
    ///
    /// # Errors
    /// A sentence for a person.
    pub fn new(scratch: &Path) -> Result<Self, String> {
        sweep(scratch);
        let path = scratch.join(format!("{PREFIX}{}", std::process::id()));
        let made = DirBuilder::new().mode(0o700).create(&path).and_then(|()| File::open(&path));
        let locked = made.and_then(|folder| folder.try_lock().map(|()| folder).map_err(io::Error::from));
        match locked {
            Ok(lock) => Ok(Self { path, _lock: lock }),
            Err(error) => Err(format!("cannot make the folder {} for the copy: {error}", path.display())),
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Whoever removed it before us did what we wanted.
        let _removed = fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders of this login that nobody has held for a while. What cannot be removed is no hindrance.
fn sweep(scratch: &Path) {
    let Ok(entries) = fs::read_dir(scratch) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let number = path.file_name().and_then(|name| name.to_str()?.strip_prefix(PREFIX));
        if number.is_none_or(|number| number.parse::<u32>().is_err()) || !is_old(&path) {
            continue;
        }
        if let Ok(folder) = File::open(&path)
            && folder.try_lock().is_ok()
        {
            let _gone = fs::remove_dir_all(&path);
        }
    }
}

/// Whether this is a folder of this login, no link, in which nothing was made for a while.
fn is_old(path: &Path) -> bool {
    let own = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(path).is_ok_and(|about| {
        let made = about.modified().ok().and_then(|made| made.elapsed().ok());
        about.is_dir() && about.uid() == own && made.is_some_and(|age| age > OLD)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_holds_what_was_committed_while_another_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quejas.db");
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE t(n); INSERT INTO t VALUES (1);").unwrap();
        writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (2);").unwrap();
        let mut copy = Vec::new();
        give(&path, folder.path(), &mut copy).unwrap();
        let restored = folder.path().join("restored.db");
        fs::write(&restored, &copy).unwrap();
        let count: i64 =
            Connection::open(&restored).unwrap().query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
        assert_eq!(fs::read_dir(folder.path()).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count(), 0);
    }

    #[test]
    fn what_a_killed_copy_left_goes_with_the_next_and_what_is_held_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        let folder = |name: &str| {
            let path = scratch.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("copy"), "x").unwrap();
            let opened = File::open(&path).unwrap();
            opened.set_modified(long_ago).unwrap();
            opened
        };
        let (held, _left, _other) = (folder("resguardo.7000001"), folder("resguardo.7000002"), folder("resguardo.x"));
        held.lock().unwrap();
        let own = Folder::new(scratch.path()).unwrap();
        assert!(own.path().is_dir());
        drop(own);
        let mut names: Vec<_> = fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["resguardo.7000001", "resguardo.x"]);
    }

    #[test]
    fn a_missing_database_is_not_made_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.db");
        let error = give(&path, folder.path(), &mut Vec::new()).unwrap_err();
        assert!(error.starts_with("there is no database file"), "{error}");
        assert!(!path.exists());
    }

    #[test]
    fn a_damaged_database_gives_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.db");
        let db = Connection::open(&path).unwrap();
        db.execute_batch("CREATE TABLE t(n UNIQUE); INSERT INTO t VALUES (1),(2),(3);").unwrap();
        drop(db);
        let mut bytes = fs::read(&path).unwrap();
        let length = bytes.len();
        bytes[length - 100..].fill(0xA5);
        fs::write(&path, bytes).unwrap();
        let mut copy = Vec::new();
        assert!(give(&path, folder.path(), &mut copy).is_err());
        assert!(copy.is_empty());
    }
}
