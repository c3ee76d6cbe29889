//! A question whose conditions hang on what is asked for. Its text is put together of pieces of this program alone; what
//! people wrote is only ever bound.

use super::columns::{FromColumns, read_one};
use super::db::{Db, Store};
use super::error::StoreError;

/// A question in the making.
#[derive(Debug, Default)]
pub(super) struct Question {
    sql: String,
    values: Vec<Value>,
}

/// What is bound.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Int(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl Question {
    pub(super) fn new(sql: &'static str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new() }
    }

    /// More text, in which each `?` stands for the next of these values.
    pub(super) fn with<const N: usize>(mut self, sql: &'static str, values: [Value; N]) -> Self {
        let mut pieces = sql.split('?');
        self.sql.push_str(pieces.next().unwrap_or_default());
        for (piece, value) in pieces.zip(values) {
            self.values.push(value);
            self.sql.push_str(&format!("${}{piece}", self.values.len()));
        }
        self
    }

    /// More text and its value, if there is one.
    pub(super) fn maybe(self, sql: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(sql, [value.into()]),
            None => self,
        }
    }

    /// Asks it.
    pub(super) async fn ask<T: FromColumns + Send + Unpin>(
        self,
        store: &Store,
        what: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        let Self { sql, values } = self;
        let rows = async {
            // Nothing of it was written by anybody but this program.
            let sql = sqlx::AssertSqlSafe(sql);
            match &store.db {
                Db::Sqlite { read, .. } => {
                    let query = values.into_iter().fold(sqlx::query(sql), |query, value| match value {
                        Value::Int(value) => query.bind(value),
                        Value::Text(value) => query.bind(value),
                    });
                    query.try_map(|row| read_one::<sqlx::sqlite::SqliteRow, _>(&row)).fetch_all(read).await
                }
                Db::Postgres(pool) => {
                    let query = values.into_iter().fold(sqlx::query(sql), |query, value| match value {
                        Value::Int(value) => query.bind(value),
                        Value::Text(value) => query.bind(value),
                    });
                    query.try_map(|row| read_one::<sqlx::postgres::PgRow, _>(&row)).fetch_all(pool).await
                }
            }
        };
        store.answer(what, rows).await
    }
}
