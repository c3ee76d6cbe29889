//! The drill of an SQLite database: the file itself, opened and asked whether it is whole.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Instant;

use resguardo_shared::dump::Part;
use rusqlite::{Connection, OpenFlags};

use super::trial::{Halt, Restored, Trial, since};
use crate::jobs::error::chain;

/// So many faults are named.
const NAMED: usize = 10;

pub(super) fn restore(trial: &Trial<'_>) -> Result<Restored, Halt> {
    let path = trial.folder.path.join("base.sqlite");
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.map_err(|error| Halt::NotRun(format!("cannot write {}: {error}", path.display())))?;
    (trial.tell)("restoring");
    let began = Instant::now();
    trial.stream(Part::Main, &mut file).map_err(|error| trial.unanswered(chain(&error)))?;
    drop(file);
    let restore_ms = since(began);
    (trial.tell)("checking");
    let findings =
        checked(&path).map_err(|error| Halt::Failed(format!("SQLite finds fault with the restored file: {error}")))?;
    trial.still_wanted()?;
    Ok(Restored { restore_ms, findings })
}

fn checked(path: &Path) -> Result<Vec<(String, String)>, String> {
    let text = |error: rusqlite::Error| error.to_string();
    let base = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(text)?;
    let faults = texts(&base, "PRAGMA integrity_check", NAMED).map_err(text)?;
    if faults != ["ok"] {
        return Err(faults.join("; "));
    }
    let orphans = texts(
        &base,
        "SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' refers to ' || parent \
        FROM pragma_foreign_key_check",
        NAMED,
    );
    let orphans = orphans.map_err(text)?;
    let tables = texts(
        &base,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
        AND sql NOT LIKE 'CREATE VIRTUAL%'",
        usize::MAX,
    );
    let tables = tables.map_err(text)?;
    let mut rows = 0_u64;
    for table in &tables {
        let sql = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
        let counted: i64 = base.query_row(&sql, [], |row| row.get(0)).map_err(text)?;
        rows += u64::try_from(counted).unwrap_or(0);
    }
    let version = rusqlite::version();
    let keys = if orphans.is_empty() {
        "all refer to rows that are there".to_owned()
    } else {
        // SQLite enforces them only where it is told to, so that a database in use may be like this.
        format!("some refer to nothing, as they did in the database itself: {}", orphans.join("; "))
    };
    let finding = |what: &str, found: String| (what.to_owned(), found);
    Ok(vec![
        finding("server", format!("SQLite {version}")),
        finding("integrity", "ok".to_owned()),
        finding("foreign keys", keys),
        finding("tables", tables.len().to_string()),
        finding("rows", rows.to_string()),
    ])
}

fn texts(base: &Connection, sql: &str, most: usize) -> rusqlite::Result<Vec<String>> {
    let mut statement = base.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.take(most).collect()
}
