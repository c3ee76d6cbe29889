//! Texts and lists that have an end, since what fills them was written by anybody.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The most characters of a [`Line`].
pub const LINE_CHARS_MAX: usize = 1_000;
/// The most characters of a [`Text`].
pub const TEXT_CHARS_MAX: usize = 131_072;
/// The most rows of a list.
pub const ROWS_MAX: usize = 5_000;

/// A short text: a name, a code, a subject. It may be empty, which prints like what is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Line(pub String);

/// A text of many lines, as somebody wrote it. Line feeds separate paragraphs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(pub String);

/// Rows in the order in which they are printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Rows<T>(pub Vec<T>);

/// Whatever prints is a line.
impl<T: fmt::Display> From<T> for Line {
    fn from(text: T) -> Self {
        Self(text.to_string())
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl<T> From<Vec<T>> for Rows<T> {
    fn from(rows: Vec<T>) -> Self {
        Self(rows)
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Reads a text of at most so many characters.
fn at_most<'de, D: Deserializer<'de>>(deserializer: D, most: usize) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    // Bytes first: they are counted already.
    if text.len() > most && text.chars().count() > most {
        return Err(D::Error::custom(format_args!("has more than {most} characters")));
    }
    Ok(text)
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        at_most(deserializer, LINE_CHARS_MAX).map(Self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        at_most(deserializer, TEXT_CHARS_MAX).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor(PhantomData))
    }
}

/// Stops at the row that is one too many, before it takes memory.
struct RowsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for RowsVisitor<T> {
    type Value = Rows<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {ROWS_MAX} rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = seq.next_element()? {
            if rows.len() == ROWS_MAX {
                return Err(A::Error::custom(format_args!("has more than {ROWS_MAX} rows")));
            }
            rows.push(row);
        }
        Ok(Rows(rows))
    }
}
