//! Tables for spreadsheets: written as CSV and as XLSX, and XLSX read as the text that CSV is read from. They may not know what is in
//! them.

pub mod csv;
pub mod read;
pub mod xlsx;

use chrono::{NaiveDate, NaiveDateTime};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text, which is never a formula.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Hundredths of one.
    Hundredths(i64),
    /// A day.
    Day(NaiveDate),
    /// A moment as clocks on the wall showed it.
    Moment(NaiveDateTime),
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub name: &'static str,
    /// How wide it is, in letters.
    pub width: u16,
}

/// A column of this name and width.
pub const fn column(name: &'static str, width: u16) -> Column {
    Column { name, width }
}

/// A table, whole.
#[derive(Debug, Clone)]
pub struct Table {
    /// What it is, for the sheet's name: at most 31 letters.
    pub title: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// Its rows, each with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(maybe: Option<T>) -> Self {
        maybe.map_or(Self::Empty, Into::into)
    }
}
