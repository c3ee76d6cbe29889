//! What goes wrong with the database, and what to do about it. It may not know what was to be stored.

use std::error::Error;
use std::path::PathBuf;

use crate::register::error::RegisterError;

/// The cause of a failure, told once: the driver repeats what it wraps.
type Cause = Box<dyn Error + Send + Sync>;

/// What can go wrong. `database` is its URL, which holds no password.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL is of neither database.
    #[error("`{url}` is no URL of a database; write `sqlite:/PATH` or `postgres://USER@HOST:5432/DATABASE`")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it, where the driver can say.
        #[source]
        source: Option<Cause>,
    },

    /// The URL holds a password, and would be shown in listings and logs. So it is not shown here.
    #[error("the URL of the database holds a password; take it out and give it as `password` of `database`")]
    PasswordInUrl,

    /// The file of the database, or its folder, cannot be made.
    #[error("cannot make the database file {path}; the user of the service must own its folder: run `chown`", path = path.display())]
    MakeFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },

    /// The database cannot be opened.
    #[error("cannot open the database {database}{advice}")]
    Open {
        /// The database.
        database: String,
        /// What to do, with what separates it from the rest; may be empty.
        advice: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },

    /// A newer program has changed the database.
    #[error(
        "the database {database} was made by a newer Resguardo: it has the migration {version}, which this program does \
         not know; install the newer program again"
    )]
    Newer {
        /// The database.
        database: String,
        /// The first migration that is not known.
        version: i64,
    },

    /// The database was made by another edition of a migration, which no released program has.
    #[error(
        "the database {database} was made by a changed migration {version}, so nobody knows its shape; install the program \
         that made it, or begin with an empty database"
    )]
    Changed {
        /// The database.
        database: String,
        /// The migration.
        version: i64,
    },

    /// The database cannot be brought to this program's shape.
    #[error("cannot bring the database {database} to the shape of this program{advice}")]
    Migrate {
        /// The database.
        database: String,
        /// What to do; may be empty.
        advice: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },

    /// Something cannot be read.
    #[error("cannot read {what} from the database {database}{advice}")]
    Read {
        /// What was read.
        what: &'static str,
        /// The database.
        database: String,
        /// What to do; may be empty.
        advice: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },

    /// Something cannot be stored, and nothing of its change was.
    #[error("cannot store {what} in the database {database}{advice}")]
    Write {
        /// What was stored.
        what: String,
        /// The database.
        database: String,
        /// What to do; may be empty.
        advice: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },

    /// The database did not answer in time. Of a change nobody knows whether it was stored: read before you repeat it.
    #[error("the database {database} did not answer within {seconds} s")]
    Slow {
        /// The database.
        database: String,
        /// How long it was waited for.
        seconds: u64,
    },

    /// A row bears a number that was never given.
    #[error("there is no {what} in the database {database} that could be changed")]
    Unknown {
        /// What it is, with its number.
        what: String,
        /// The database.
        database: String,
    },

    /// A line of the register was to be taken over that does not follow the last one.
    #[error(
        "the register's line {sequence} ({year}-{number}) does not follow what the database {database} holds, where the \
         next is {next_sequence} ({year}-{next_number})"
    )]
    NotNext {
        /// The database.
        database: String,
        /// The line's place in the chain.
        sequence: i64,
        /// Its year.
        year: i32,
        /// Its number in the year.
        number: i64,
        /// The place that would be next.
        next_sequence: i64,
        /// The number that would be next.
        next_number: i64,
    },

    /// An entry of the register cannot be written as a line.
    #[error("cannot seal the register's entry {year}-{number}")]
    Seal {
        /// The year.
        year: i32,
        /// The number that it would have had.
        number: i64,
        /// Why.
        #[source]
        source: RegisterError,
    },
}

/// What an operator can do about a failure, if that can be told from it.
pub(super) fn advice(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Io(_) => "; is PostgreSQL running there?",
        sqlx::Error::PoolTimedOut => "; it is not there, or was busy for too long",
        sqlx::Error::Tls(_) => "; the `sslmode` of its URL says whether the connection is encrypted",
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("28P01" | "28000") => "; is its password right?",
            Some("3D000") => "; there is no such database yet: make it with `createdb`",
            Some("42501") => "; its login lacks the right: make it the owner of the database",
            Some("53100") => "; the disk of PostgreSQL is full",
            Some("57P03" | "57P01") => "; PostgreSQL is starting or stopping: try again",
            code => code.and_then(|code| code.parse::<u32>().ok()).map_or("", sqlite_advice),
        },
        _ => "",
    }
}

/// The same for SQLite, whose codes bear their kind in the lowest byte.
fn sqlite_advice(code: u32) -> &'static str {
    match code & 0xff {
        5 | 6 => "; another program holds it locked: end that one",
        8 | 14 | 23 => "; the user of the service must own the file and its folder: run `chown`",
        10 => "; its disk fails or went away: look at `dmesg`",
        11 | 26 => "; the file is damaged: put it aside and restore it from a backup",
        13 => "; its disk is full: make room",
        _ => "",
    }
}

/// The innermost cause that says everything.
pub(super) fn cause(error: sqlx::Error) -> Cause {
    match error {
        sqlx::Error::Database(error) => error.into_error(),
        sqlx::Error::Io(error) => error.into(),
        sqlx::Error::Tls(error) | sqlx::Error::Configuration(error) => error,
        error => error.into(),
    }
}
