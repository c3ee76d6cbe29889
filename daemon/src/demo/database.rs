//! The demonstration's database: a throwaway PostgreSQL where its programs are installed, else an SQLite file.

use std::io;
use std::path::Path;

use super::postgres::Postgres;
use super::sqlite::Sqlite;

/// Complaints in the sample: about 40 MiB of database.
pub const COMPLAINTS: u64 = 60_000;

/// A database with the sample in it.
pub enum Database {
    /// A server of our own, which ends when this is dropped.
    Postgres(Postgres),
    /// A file.
    Sqlite(Sqlite),
}

impl Database {
    /// Makes a database: PostgreSQL in a folder of its own, or SQLite in `folder`. Returns also why it is not
    /// PostgreSQL, for whoever wonders.
    ///
    /// # Errors
    /// Whatever keeps even an SQLite file from being written.
    pub fn make(folder: &Path) -> io::Result<(Self, Option<String>)> {
        match Postgres::start(COMPLAINTS) {
            Ok(postgres) => Ok((Self::Postgres(postgres), None)),
            Err(why) => Sqlite::make(folder, COMPLAINTS).map(|sqlite| (Self::Sqlite(sqlite), Some(why))),
        }
    }

    /// What it is, for a person.
    pub fn shown(&self) -> String {
        match self {
            Self::Postgres(postgres) => format!("PostgreSQL {} (a throwaway server)", postgres.version()),
            Self::Sqlite(_) => "SQLite".to_owned(),
        }
    }

    /// The dataset's keys in the configuration, as JSON, which is YAML too.
    pub fn dataset(&self) -> serde_json::Value {
        match self {
            Self::Postgres(postgres) => postgres.dataset(),
            Self::Sqlite(sqlite) => sqlite.dataset(),
        }
    }

    /// Folders that the dump tools need in `PATH`.
    pub fn tools(&self) -> Option<&Path> {
        match self {
            Self::Postgres(postgres) => Some(postgres.tools()),
            Self::Sqlite(_) => None,
        }
    }

    /// Loads a dump beside the original and compares every row. Returns how many rows are the same.
    ///
    /// # Errors
    /// A sentence that says what differs.
    pub fn compare(&self, dump: &mut dyn io::Read) -> Result<u64, String> {
        match self {
            Self::Postgres(postgres) => postgres.compare(dump),
            Self::Sqlite(sqlite) => sqlite.compare(dump),
        }
    }
}
