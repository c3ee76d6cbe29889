//! The sample in an SQLite file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use resguardo_shared::digest::{Digest, Hasher};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};

use super::sample::{SCHEMA, tables};

/// An SQLite file with the sample in it.
pub struct Sqlite {
    path: PathBuf,
}

impl Sqlite {
    /// Writes the sample into `folder`.
    ///
    /// # Errors
    /// Whatever SQLite or the system says.
    pub fn make(folder: &Path, complaints: u64) -> io::Result<Self> {
        let path = folder.join("diaco_en_linea.db");
        let made = fill(&path, complaints);
        made.map(|()| Self { path }).map_err(io::Error::other)
    }

    /// The dataset's keys in the configuration.
    pub fn dataset(&self) -> serde_json::Value {
        serde_json::json!({ "name": "diaco_en_linea", "kind": "sqlite", "path": self.path })
    }

    /// Writes a dump beside the original and compares every row.
    ///
    /// # Errors
    /// A sentence that says what differs.
    pub fn compare(&self, dump: &mut dyn io::Read) -> Result<u64, String> {
        let restored = self.path.with_extension("restored");
        let mut file = File::create(&restored).map_err(|error| error.to_string())?;
        io::copy(dump, &mut file).map_err(|error| error.to_string())?;
        let theirs = rows(&restored).map_err(|error| error.to_string())?;
        let ours = rows(&self.path).map_err(|error| error.to_string())?;
        // Only the archive is to stay.
        std::fs::remove_file(&restored).map_err(|error| error.to_string())?;
        if ours == theirs { Ok(ours.0) } else { Err("the restored rows are not those of the source".to_owned()) }
    }
}

fn fill(path: &Path, complaints: u64) -> rusqlite::Result<()> {
    let mut database = Connection::open(path)?;
    database.execute_batch(SCHEMA)?;
    let transaction = database.transaction()?;
    for table in tables() {
        let marks = vec!["?"; table.columns.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name, table.columns.join(", "));
        let mut insert = transaction.prepare(&sql)?;
        for row in table.rows(complaints) {
            insert.execute(params_from_iter(row))?;
        }
    }
    transaction.commit()
}

/// How many rows all tables have, and their digest.
fn rows(path: &Path) -> rusqlite::Result<(u64, Digest)> {
    let database = Connection::open(path)?;
    let mut hasher = Hasher::default();
    let mut count = 0;
    for table in tables() {
        let mut select = database.prepare(&format!("SELECT * FROM {} ORDER BY rowid", table.name))?;
        let columns = select.column_count();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            count += 1;
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Text(text) | ValueRef::Blob(text) => hasher.update(text),
                    other => hasher.update(format!("{other:?}").as_bytes()),
                }
                hasher.update(&[0]);
            }
        }
    }
    Ok((count, hasher.finish()))
}
