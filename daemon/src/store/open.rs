//! Opening a database: its URL, its file, its connections and its shape. It may not know what is stored.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgPool, SqlitePool};

use super::db::{Db, Store, read};
use super::error::{StoreError, advice, cause};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a writer waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// How long the one that writes is waited for within this process; the index of a large disk is stored in one go.
const TURN: Duration = Duration::from_secs(60);
/// How long a connection to PostgreSQL is waited for, new or not.
const CONNECT: Duration = Duration::from_secs(10);
/// Connections that read at once. Each is a thread and a cache, and is made when it is first needed.
const SQLITE_READERS: u32 = 2;
/// What the cache of each of those may grow to, in KiB: the open tickets of a large desk and the index of their words. SQLite's own
/// 2 MiB are too few for them, and what is not in the cache is copied anew for each question.
const SQLITE_CACHE_KIB: u32 = 16 * 1024;
/// Connections to PostgreSQL, of which it has a hundred for everybody.
const POSTGRES_CONNECTIONS: u32 = 8;
/// A connection that rested longer may have been cut meanwhile: a server that ended is not there again in so short a time, and
/// whatever is asked before that fails and takes its connection with it.
const RESTED: Duration = Duration::from_millis(50);
/// What PostgreSQL itself ends, so that a lock does not outlive who waits for it. A migration that needs longer says
/// `SET LOCAL statement_timeout` itself.
const POSTGRES_LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "50s"), ("lock_timeout", "20s"), ("idle_in_transaction_session_timeout", "60s")];
/// What takes longer than the questions of a desk: to start helpers for one of them costs 5 ms, to compile one 50.
const POSTGRES_PLANS: [(&str, &str); 2] = [("max_parallel_workers_per_gather", "0"), ("jit", "off")];

impl Store {
    /// Opens `sqlite:PATH` or `postgres://USER@HOST:PORT/DATABASE` and brings it to the shape of this program. The file
    /// of SQLite is made where there is none, with its folders, for its owner alone.
    ///
    /// # Errors
    /// [`StoreError::Url`] and [`StoreError::PasswordInUrl`]; [`StoreError::MakeFile`]; [`StoreError::Open`] with advice
    /// where there is some; [`StoreError::Newer`], [`StoreError::Changed`] and [`StoreError::Migrate`].
    pub async fn open(url: &str, password: Option<&str>) -> Result<Self, StoreError> {
        if holds_password(url) {
            return Err(StoreError::PasswordInUrl);
        }
        let db = match url.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => {
                let path = Path::new(path.strip_prefix("//").unwrap_or(path));
                make_file(path).map_err(|source| StoreError::MakeFile { path: path.to_owned(), source })?;
                open_sqlite(url, path).await?
            }
            None if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Db::Postgres(open_postgres(url, password).await?)
            }
            _ => return Err(StoreError::Url { url: url.to_owned(), source: None }),
        };
        Ok(Self { db, database: url.into() })
    }
}

impl Store {
    /// Opens the same for looking alone: nothing is made, brought to another shape or written. What a file's own log holds is read
    /// with it; where there is none, nobody writes, and SQLite is told not to make one.
    ///
    /// # Errors
    /// As [`Store::open`], but for those of making and changing.
    pub async fn look(url: &str, password: Option<&str>) -> Result<Self, StoreError> {
        if holds_password(url) {
            return Err(StoreError::PasswordInUrl);
        }
        let db = match url.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => {
                let path = Path::new(path.strip_prefix("//").unwrap_or(path));
                let mut log = path.as_os_str().to_owned();
                log.push("-wal");
                let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY);
                let options = options.immutable(!Path::new(&log).exists());
                let pool =
                    SqlitePoolOptions::new().max_connections(1).acquire_timeout(TURN).connect_with(options).await;
                let pool = pool.map_err(|error| open_error(url, error))?;
                Db::Sqlite { write: pool.clone(), read: pool }
            }
            None if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                let read_only = ("default_transaction_read_only", "on");
                Db::Postgres(connect_postgres(url, password, Some(read_only)).await?)
            }
            _ => return Err(StoreError::Url { url: url.to_owned(), source: None }),
        };
        Ok(Self { db, database: url.into() })
    }

    /// The first of what is wrong in the pages of the database itself; PostgreSQL looks after its own.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn damage(&self) -> Result<Option<String>, StoreError> {
        let sql = match self.db {
            Db::Sqlite { .. } => "SELECT quick_check AS value FROM pragma_quick_check LIMIT 5",
            Db::Postgres(_) => "SELECT 'ok' AS value FROM _sqlx_migrations LIMIT 1",
        };
        let said: Vec<String> = read!(self, "the database's own check", sql)?;
        let damage: Vec<String> = said.into_iter().filter(|line| line != "ok").collect();
        Ok((!damage.is_empty()).then(|| damage.join("; ")))
    }
}

/// Whether a URL has a password, in either of the places where one can be.
fn holds_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let login = authority.rsplit_once('@').map_or("", |(login, _)| login);
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    login.contains(':') || query.split('&').any(|pair| pair.starts_with("password="))
}

/// Makes the file before SQLite does, which would let others read it. The log beside it gets the same mode.
fn make_file(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => File::open(folder)?.sync_all(),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

async fn open_sqlite(url: &str, path: &Path) -> Result<Db, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).foreign_keys(true).busy_timeout(BUSY);
    let writer = options.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    // Connections to a file do not age: none is looked after, so nothing wakes a daemon at rest.
    let pool = || {
        let lasting = SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None).test_before_acquire(false);
        lasting.acquire_timeout(TURN)
    };
    let write = pool().max_connections(1).connect_with(writer).await.map_err(|error| open_error(url, error))?;
    migrate_sqlite(&write).await.map_err(|error| migrate_error(url, error))?;
    // A negative size is one in KiB.
    let reader = options.read_only(true).pragma("cache_size", format!("-{SQLITE_CACHE_KIB}"));
    let read = pool().max_connections(SQLITE_READERS).connect_lazy_with(reader);
    Ok(Db::Sqlite { write, read })
}

/// In one transaction that holds the right to write, so that two programs that start at once make the tables once.
async fn migrate_sqlite(write: &SqlitePool) -> Result<(), MigrateError> {
    let mut tx = write.begin_with("BEGIN IMMEDIATE").await?;
    SQLITE.run_direct(None, &mut *tx, false).await?;
    Ok(tx.commit().await?)
}

async fn open_postgres(url: &str, password: Option<&str>) -> Result<PgPool, StoreError> {
    let pool = connect_postgres(url, password, None).await?;
    // The driver takes a lock of its own for this.
    POSTGRES.run(&pool).await.map_err(|error| migrate_error(url, error))?;
    Ok(pool)
}

async fn connect_postgres(url: &str, password: Option<&str>, more: Option<(&str, &str)>) -> Result<PgPool, StoreError> {
    let parsed = PgConnectOptions::from_str(url);
    let parsed = parsed.map_err(|error| StoreError::Url { url: url.to_owned(), source: Some(cause(error)) })?;
    let mut options =
        parsed.application_name("resguardo").options(POSTGRES_LIMITS.into_iter().chain(POSTGRES_PLANS).chain(more));
    if let Some(password) = password {
        options = options.password(password);
    }
    let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(CONNECT);
    // Asked whether it is still there only after a rest: else each question would be two.
    let pool = pool.test_before_acquire(false).before_acquire(|connection, about| {
        Box::pin(async move { Ok(about.idle_for <= RESTED || connection.ping().await.is_ok()) })
    });
    pool.connect_with(options).await.map_err(|error| open_error(url, error))
}

fn open_error(url: &str, error: sqlx::Error) -> StoreError {
    StoreError::Open { database: url.to_owned(), advice: advice(&error), source: cause(error) }
}

fn migrate_error(url: &str, error: MigrateError) -> StoreError {
    let database = url.to_owned();
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer { database, version },
        MigrateError::VersionMismatch(version) => StoreError::Changed { database, version },
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            StoreError::Migrate { database, advice: advice(&error), source: cause(error) }
        }
        error => StoreError::Migrate { database, advice: "", source: error.into() },
    }
}

#[cfg(test)]
mod tests {
    use super::holds_password;

    #[test]
    fn a_password_is_found_wherever_a_url_may_hold_one() {
        for url in [
            "postgres://u:secret@h/d",
            "postgres://u:@h/d",
            "postgres://u@h/d?password=x",
            "postgresql://h/d?a=b&password=x",
        ] {
            assert!(holds_password(url), "{url}");
        }
        for url in
            ["postgres://u@h:5432/d", "postgres://h:5432/d?host=/run", "sqlite:/a:b@c", "postgres://u@[::1]:5432/d"]
        {
            assert!(!holds_password(url), "{url}");
        }
    }
}
