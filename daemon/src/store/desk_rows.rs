//! The desk's rows that are no part of its rules. They may not know SQL.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::columns::{Columns, FromColumns, Read, wrong};

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place among those of the ticket, from 1.
    pub n: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The civil day of that.
    pub day: NaiveDate,
    /// A word.
    pub kind: String,
    /// Who; none for what the program did by itself.
    pub actor: Option<i64>,
    /// From which address; empty for what came from none.
    pub address: String,
    /// What exactly.
    pub detail: Value,
}

/// Something that was said about a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// By whom.
    pub author: i64,
    /// What.
    pub text: String,
    /// Whether only those who attend see it.
    pub internal: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// A file of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// 128 random bits.
    pub id: [u8; 16],
    /// Its name as people see it.
    pub name: String,
    /// `pdf` or `jpeg`.
    pub kind: String,
    /// Its size.
    pub bytes: i64,
    /// Its digest, in hexadecimal.
    pub sha256: String,
    /// By whom.
    pub uploaded_by: i64,
    /// When.
    pub at: DateTime<Utc>,
}

/// A visit on site (R042).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// When it was.
    pub at: DateTime<Utc>,
    /// Where.
    pub place: String,
    /// What was done.
    pub note: String,
    /// When it was written down.
    pub entered: DateTime<Utc>,
    /// By whom.
    pub entered_by: i64,
}

/// A letter that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLetter {
    /// So that nobody is told twice of the same.
    pub key: String,
    /// To whom.
    pub user: i64,
    /// The template's name.
    pub template: String,
    /// What the template needs.
    pub data: Value,
}

/// What a person may ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether new tickets may have it.
    pub active: bool,
}

impl FromColumns for Event {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            n: row.int("n")?,
            at: row.moment("at")?,
            day: row.day("day")?,
            kind: row.text("kind")?,
            actor: row.maybe_int("actor")?,
            address: row.text("address")?,
            detail: row.json("detail")?,
        })
    }
}

impl FromColumns for Comment {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            author: row.int("author")?,
            text: row.text("text")?,
            internal: row.flag("internal")?,
            at: row.moment("at")?,
        })
    }
}

impl FromColumns for Attachment {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.bytes("id")?.try_into().map_err(|_| wrong("id", "it has not 16 bytes"))?,
            name: row.text("name")?,
            kind: row.text("kind")?,
            bytes: row.int("bytes")?,
            sha256: row.text("sha256")?,
            uploaded_by: row.int("uploaded_by")?,
            at: row.moment("at")?,
        })
    }
}

impl FromColumns for Visit {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            at: row.moment("at")?,
            place: row.text("place")?,
            note: row.text("note")?,
            entered: row.moment("entered")?,
            entered_by: row.int("entered_by")?,
        })
    }
}

impl FromColumns for Category {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { id: row.int("id")?, name: row.text("name")?, active: row.flag("active")? })
    }
}
