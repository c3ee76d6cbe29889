//! A consistent copy of an SQLite database that is in use, by the backup API, for servers without the `sqlite3`
//! program. The copy is proved before its first byte is given.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, backup::Backup};

/// Copies the database at `source` into a file in `scratch`, has it checked, and writes it to `out`.
///
/// # Errors
/// A sentence for a person.
pub fn give(source: &Path, scratch: &Path, out: &mut impl Write) -> Result<(), String> {
    if !source.is_file() {
        return Err(format!("there is no database file {}", source.display()));
    }
    let folder = Folder::new(scratch)?;
    let copy = folder.0.join("copy");
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

/// A folder that only we can enter, and that goes away with us.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(scratch: &Path) -> Result<Self, String> {
        use std::os::unix::fs::DirBuilderExt;
        let path = scratch.join(format!("resguardo.{}", std::process::id()));
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|error| format!("cannot make the folder {} for the copy: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Whoever removed it before us did what we wanted.
        let _removed = std::fs::remove_dir_all(&self.0);
    }
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
        std::fs::write(&restored, &copy).unwrap();
        let count: i64 =
            Connection::open(&restored).unwrap().query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count(),
            0
        );
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
        let mut bytes = std::fs::read(&path).unwrap();
        let length = bytes.len();
        bytes[length - 100..].fill(0xA5);
        std::fs::write(&path, bytes).unwrap();
        let mut copy = Vec::new();
        assert!(give(&path, folder.path(), &mut copy).is_err());
        assert!(copy.is_empty());
    }
}
