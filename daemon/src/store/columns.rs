//! A row of either database, read by the names of its columns. It may not know which tables there are.

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

/// What reading a column can end in.
pub(super) type Read<T> = Result<T, sqlx::Error>;

/// A row. Only the first five know a database.
pub(super) trait Columns {
    fn maybe_int(&self, name: &str) -> Read<Option<i64>>;
    fn maybe_text(&self, name: &str) -> Read<Option<String>>;
    fn id(&self, name: &str) -> Read<Uuid>;
    fn bytes(&self, name: &str) -> Read<Vec<u8>>;
    fn maybe_bytes(&self, name: &str) -> Read<Option<Vec<u8>>>;

    fn int(&self, name: &str) -> Read<i64> {
        self.maybe_int(name)?.ok_or_else(|| wrong(name, "it is empty"))
    }

    fn text(&self, name: &str) -> Read<String> {
        self.maybe_text(name)?.ok_or_else(|| wrong(name, "it is empty"))
    }

    fn maybe_moment(&self, name: &str) -> Read<Option<DateTime<Utc>>> {
        let micros = self.maybe_int(name)?;
        let moment = |micros| DateTime::from_timestamp_micros(micros).ok_or_else(|| wrong(name, "it is no moment"));
        micros.map(moment).transpose()
    }

    fn moment(&self, name: &str) -> Read<DateTime<Utc>> {
        self.maybe_moment(name)?.ok_or_else(|| wrong(name, "it is empty"))
    }

    /// A day in the office's time zone.
    fn maybe_day(&self, name: &str) -> Read<Option<NaiveDate>> {
        let day = |text: String| text.parse().map_err(|_| wrong(name, "it is no day"));
        self.maybe_text(name)?.map(day).transpose()
    }

    fn day(&self, name: &str) -> Read<NaiveDate> {
        self.maybe_day(name)?.ok_or_else(|| wrong(name, "it is empty"))
    }

    fn flag(&self, name: &str) -> Read<bool> {
        self.int(name).map(|value| value != 0)
    }

    /// A word that a newer program may have written is an error, and no guess.
    fn word<T>(&self, name: &str, of_word: fn(&str) -> Option<T>) -> Read<T> {
        let word = self.text(name)?;
        of_word(&word).ok_or_else(|| wrong(name, &format!("`{word}` is no word that this program knows")))
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Read<T> {
        serde_json::from_str(&self.text(name)?).map_err(|error| wrong(name, &error.to_string()))
    }
}

/// What a row can be read as.
pub(super) trait FromColumns: Sized {
    fn from_columns(row: &impl Columns) -> Read<Self>;
}

/// The one number of a query that names it `value`.
impl FromColumns for i64 {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        row.int("value")
    }
}

/// The one text of a query that names it `value`.
impl FromColumns for String {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        row.text("value")
    }
}

/// The one moment of a query that names it `value`.
impl FromColumns for DateTime<Utc> {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        row.moment("value")
    }
}

/// Two rows side by side, none of whose columns share a name.
impl<A: FromColumns, B: FromColumns> FromColumns for (A, B) {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok((A::from_columns(row)?, B::from_columns(row)?))
    }
}

macro_rules! columns {
    ($row:ty) => {
        impl Columns for $row {
            fn maybe_int(&self, name: &str) -> Read<Option<i64>> {
                self.try_get(name)
            }

            fn maybe_text(&self, name: &str) -> Read<Option<String>> {
                self.try_get(name)
            }

            fn id(&self, name: &str) -> Read<Uuid> {
                self.try_get(name)
            }

            fn bytes(&self, name: &str) -> Read<Vec<u8>> {
                self.try_get(name)
            }

            fn maybe_bytes(&self, name: &str) -> Read<Option<Vec<u8>>> {
                self.try_get(name)
            }
        }
    };
}

columns!(SqliteRow);
columns!(PgRow);

/// One row of an answer.
pub(super) fn read_one<R: Columns, T: FromColumns>(row: &R) -> Read<T> {
    T::from_columns(row)
}

/// All rows of an answer.
pub(super) fn read_all<T: FromColumns>(rows: &[impl Columns]) -> Read<Vec<T>> {
    rows.iter().map(T::from_columns).collect()
}

/// A word that may be missing.
pub(super) fn maybe_word<T>(row: &impl Columns, name: &str, of_word: fn(&str) -> Option<T>) -> Read<Option<T>> {
    match row.maybe_text(name)? {
        Some(_) => row.word(name, of_word).map(Some),
        None => Ok(None),
    }
}

pub(super) fn wrong(column: &str, what: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: what.into() }
}
