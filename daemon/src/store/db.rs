//! One database of two kinds: the connections, and the macros that send one statement to whichever it is. It may not
//! know which tables there are.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use super::error::{StoreError, advice, cause};

/// How long an answer is waited for: a server that went away without a word would be waited for a quarter of an hour.
const READ_SECONDS: u64 = 60;
/// How long one statement that writes may take.
const ALONE_SECONDS: u64 = 60;

/// The database. A clone is another handle of the same connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) db: Db,
    /// Its URL, for messages.
    pub(super) database: Arc<str>,
}

/// The connections.
#[derive(Debug, Clone)]
pub(super) enum Db {
    /// One that writes and a few that read beside it: SQLite lets one write at a time.
    Sqlite { write: SqlitePool, read: SqlitePool },
    /// All of them read and write.
    Postgres(PgPool),
}

/// A transaction that holds the right to write. Dropped before [`Tx::commit`], it changes nothing.
#[derive(Debug)]
pub(super) struct Tx {
    pub(super) open: OpenTx,
    pub(super) database: Arc<str>,
}

/// The transaction of the one or the other.
#[derive(Debug)]
pub(super) enum OpenTx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Reads all rows of a query outside of any transaction, each as it comes, since the driver's own are several times as
/// large: `read!(store, "the runs", "SELECT …", value, …)`.
macro_rules! read {
    ($store:expr, $what:literal, $sql:expr $(, $value:expr)* $(,)?) => {{
        let store: &$crate::store::db::Store = $store;
        let rows = async {
            match &store.db {
                $crate::store::db::Db::Sqlite { read, .. } => {
                    let query = sqlx::query($sql)$(.bind($value))*;
                    query.try_map(|row| $crate::store::columns::read_one::<sqlx::sqlite::SqliteRow, _>(&row)).fetch_all(read).await
                }
                $crate::store::db::Db::Postgres(pool) => {
                    let query = sqlx::query($sql)$(.bind($value))*;
                    query.try_map(|row| $crate::store::columns::read_one::<sqlx::postgres::PgRow, _>(&row)).fetch_all(pool).await
                }
            }
        };
        store.answer($what, rows).await
    }};
}

/// Runs a statement in a transaction and reads the rows that it returns:
/// `returned!(tx, ("the run {}", id), "UPDATE … RETURNING …", value, …)`.
macro_rules! returned {
    ($tx:expr, ($($what:tt)*), $sql:expr $(, $value:expr)* $(,)?) => {{
        let tx: &mut $crate::store::db::Tx = $tx;
        let rows = match &mut tx.open {
            $crate::store::db::OpenTx::Sqlite(open) => sqlx::query($sql)$(.bind($value))*.fetch_all(&mut **open).await
                .and_then(|rows| $crate::store::columns::read_all(&rows)),
            $crate::store::db::OpenTx::Postgres(open) => sqlx::query($sql)$(.bind($value))*.fetch_all(&mut **open).await
                .and_then(|rows| $crate::store::columns::read_all(&rows)),
        };
        rows.map_err(|error| tx.failed(format!($($what)*), error))
    }};
}

/// Runs a statement in a transaction and returns how many rows it changed: `execute!(tx, ("the run {}", id), "…", …)`.
macro_rules! execute {
    ($tx:expr, ($($what:tt)*), $sql:expr $(, $value:expr)* $(,)?) => {{
        let tx: &mut $crate::store::db::Tx = $tx;
        let changed = match &mut tx.open {
            $crate::store::db::OpenTx::Sqlite(open) => sqlx::query($sql)$(.bind($value))*.execute(&mut **open).await
                .map(|done| done.rows_affected()),
            $crate::store::db::OpenTx::Postgres(open) => sqlx::query($sql)$(.bind($value))*.execute(&mut **open).await
                .map(|done| done.rows_affected()),
        };
        changed.map_err(|error| tx.failed(format!($($what)*), error))
    }};
}

/// Runs one statement that needs nothing before or after it, and waits for no other change: `execute_alone!(store, "what", "…", …)`.
macro_rules! execute_alone {
    ($store:expr, $what:literal, $sql:expr $(, $value:expr)* $(,)?) => {{
        let store: &$crate::store::db::Store = $store;
        let done = async {
            match &store.db {
                $crate::store::db::Db::Sqlite { write, .. } => sqlx::query($sql)$(.bind($value))*.execute(write).await.map(drop),
                $crate::store::db::Db::Postgres(pool) => sqlx::query($sql)$(.bind($value))*.execute(pool).await.map(drop),
            }
        };
        store.alone($what, done).await
    }};
}

pub(super) use {execute, execute_alone, read, returned};

impl Store {
    /// Writes everything down and closes the connections, also those of its clones.
    pub async fn close(self) {
        match self.db {
            Db::Sqlite { write, read } => {
                // The last connection that closes folds the log into the file, which one that only reads cannot.
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }

    /// Begins to write, once nobody else does: on SQLite because the transaction asks at once for what a reader would be
    /// refused later, on PostgreSQL by the lock on a row that every writer touches first. So both run one change after
    /// the other, and no number is given twice.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        let open = match &self.db {
            Db::Sqlite { write, .. } => begin_sqlite(write).await.map(OpenTx::Sqlite),
            Db::Postgres(pool) => pool.begin().await.map(OpenTx::Postgres),
        };
        let what = || "anything".to_owned();
        let database = Arc::clone(&self.database);
        let open = open.map_err(|error| write_error(&database, what(), error))?;
        let mut tx = Tx { open, database };
        execute!(&mut tx, ("anything"), "UPDATE counters SET value = value WHERE name = 'register'")?;
        Ok(tx)
    }

    /// Waits for an answer, but not forever.
    pub(super) async fn answer<T>(
        &self,
        what: &'static str,
        rows: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let rows = self.within(READ_SECONDS, rows).await?;
        let database = || self.database.to_string();
        rows.map_err(|error| StoreError::Read {
            what,
            database: database(),
            advice: advice(&error),
            source: cause(error),
        })
    }

    /// Waits until one statement has written, but not forever.
    pub(super) async fn alone(
        &self,
        what: &'static str,
        done: impl Future<Output = Result<(), sqlx::Error>>,
    ) -> Result<(), StoreError> {
        let done = self.within(ALONE_SECONDS, done).await?;
        done.map_err(|error| write_error(&self.database, what.to_owned(), error))
    }

    /// Whatever a future ends in, if it does so in time.
    pub(super) async fn within<T>(&self, seconds: u64, future: impl Future<Output = T>) -> Result<T, StoreError> {
        let done = tokio::time::timeout(Duration::from_secs(seconds), future).await;
        done.map_err(|_| StoreError::Slow { database: self.database.to_string(), seconds })
    }
}

impl Tx {
    /// Makes it last: when this returns, it survives a loss of power.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        let done = match self.open {
            OpenTx::Sqlite(open) => open.commit().await,
            OpenTx::Postgres(open) => open.commit().await,
        };
        done.map_err(|error| write_error(&self.database, "the change as a whole".to_owned(), error))
    }

    /// The next number of a counter, which is made when it is asked for first.
    pub(super) async fn next(&mut self, counter: &str) -> Result<i64, StoreError> {
        let sql = "INSERT INTO counters (name, value) VALUES ($1, 1)
             ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value";
        let values: Vec<i64> = returned!(self, ("the counter `{counter}`"), sql, counter)?;
        let no_row = || self.failed(format!("the counter `{counter}`"), sqlx::Error::RowNotFound);
        values.into_iter().next().ok_or_else(no_row)
    }

    /// The error of a statement.
    pub(super) fn failed(&self, what: String, error: sqlx::Error) -> StoreError {
        write_error(&self.database, what, error)
    }

    /// The error of a row that should have been there.
    pub(super) fn unknown(&self, what: String) -> StoreError {
        StoreError::Unknown { what, database: self.database.to_string() }
    }
}

/// Begins to write on SQLite. Where its disk was full, or failed, SQLite has undone the transaction by itself; the driver
/// then finds none to undo, and takes its connection for one that is still in it, for ever. Another takes its place.
async fn begin_sqlite(write: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    match write.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {}
        begun => return begun,
    }
    write.acquire().await?.close().await?;
    write.begin_with("BEGIN IMMEDIATE").await
}

fn write_error(database: &str, what: String, error: sqlx::Error) -> StoreError {
    StoreError::Write { what, database: database.to_owned(), advice: advice(&error), source: cause(error) }
}

/// A moment as it is stored.
pub(super) fn micros(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_micros()
}

/// A moment that may be missing, as it is stored.
pub(super) fn maybe_micros(moment: Option<DateTime<Utc>>) -> Option<i64> {
    moment.map(micros)
}

/// A list as it is stored.
pub(super) fn json(list: &impl Serialize) -> String {
    serde_json::json!(list).to_string()
}

/// What a person or another program said, as it is stored: PostgreSQL keeps no NUL, and for want of one byte of a dump's
/// last words the outcome of a run must not be lost.
pub(super) fn said(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// The same for what may be missing.
pub(super) fn maybe_said(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| said(text))
}
