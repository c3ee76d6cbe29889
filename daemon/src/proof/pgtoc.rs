//! The header and the table of contents of PostgreSQL's custom archive format, read as they stream past: versions 1.12
//! to 1.16, that is `pg_dump` of 9.0 with its later minor versions up to 18. The format is that of `ReadHead` and
//! `ReadToc` in PostgreSQL's `src/bin/pg_dump/pg_backup_archiver.c`. It may not know what follows the table of contents.

use std::collections::{HashMap, HashSet};

use super::cursor::{Carry, Cursor};
use super::rows::{TABLES_MAX, shown};
use super::verdict::Incomplete;

/// The longest text of an entry, in bytes: the definition of a function or view.
const TEXT_BYTES_MAX: i64 = 64 << 20;
/// The most entries that are read; large objects have one each.
const ENTRIES_MAX: i64 = 200_000_000;
/// The most entries with data; their numbers are kept.
const BLOCKS_MAX: usize = 4_000_000;
const KIND: &str = "a PostgreSQL archive in custom format";
/// The longest text that is kept, in bytes; the names of tables are far shorter.
const KEPT_BYTES_MAX: i64 = 256;
/// "PGDMP", the version in three bytes, the width of integers and of offsets, and the format.
const FIXED_BYTES: usize = 11;

/// How the archive writes its numbers.
#[derive(Clone, Copy, Default)]
pub(super) struct Widths {
    /// Bytes of an integer, without its sign byte: 4 or 8.
    pub(super) integer: usize,
    offset: usize,
}

/// What the table of contents says, as far as it has been read.
#[derive(Clone, Default)]
pub(super) struct Toc {
    step: Step,
    minor: u8,
    pub(super) widths: Widths,
    /// The numbers of the entries whose data must follow.
    pub(super) with_data: HashSet<i64>,
    /// How many entries are tables.
    pub(super) tables: u64,
    /// The tables whose rows follow as text of COPY, by their numbers; whether there are others.
    pub(super) copied: HashMap<i64, String>,
    pub(super) has_others: bool,
    /// Whether the data is compressed.
    pub(super) compressed: bool,
    /// The version of the server.
    pub(super) server: Option<String>,
    entries_left: i64,
    id: i64,
    entry: Entry,
    skip: u64,
    /// A text that is to be kept, and its length.
    keep: Option<(Keep, usize)>,
}

/// What is known of the entry at hand.
#[derive(Clone, Default)]
struct Entry {
    has_data: bool,
    is_table_data: bool,
    is_copied: bool,
    tag: Option<Vec<u8>>,
    schema: Option<Vec<u8>>,
}

/// A text that is kept.
#[derive(Clone, Copy)]
enum Keep {
    Server,
    Tag,
    Schema,
}

/// Which piece comes next.
#[derive(Clone, Copy, Default)]
enum Step {
    #[default]
    Fixed,
    Compression,
    /// The time of the dump, as seven integers.
    Time(u8),
    /// The names of the database and of both versions.
    Name(u8),
    Count,
    Field(usize),
    /// What kind of object it is, of so many bytes.
    Description(usize),
    Dependency,
    Offset,
    Done,
}

/// The fields of an entry before its dependencies, in order.
enum Field {
    Id,
    HasData,
    Text,
    /// The name of the object.
    Tag,
    /// The statement before its rows.
    Copy,
    Schema,
    /// What kind of object it is.
    Description,
    Number,
    /// The table's access method: since 1.14.
    TextSince14,
    /// The relation's kind: since 1.16.
    NumberSince16,
}

const ENTRY: [Field; 16] = [
    Field::Id,
    Field::HasData,
    // Table oid, oid and tag.
    Field::Text,
    Field::Text,
    Field::Tag,
    Field::Description,
    // Section.
    Field::Number,
    // Definition, drop and copy statements, schema and tablespace.
    Field::Text,
    Field::Text,
    Field::Copy,
    Field::Schema,
    Field::Text,
    Field::TextSince14,
    Field::NumberSince16,
    // Owner, and whether it has oids.
    Field::Text,
    Field::Text,
];

impl Toc {
    /// Reads on; true when the table of contents is whole, and the cursor stands after it.
    pub(super) fn feed(&mut self, carry: &mut Carry, cursor: &mut Cursor<'_>) -> Result<bool, Incomplete> {
        loop {
            if let Step::Done = self.step {
                return Ok(true);
            }
            if !cursor.skip(&mut self.skip) || cursor.rest.is_empty() {
                return Ok(false);
            }
            if let Some((keep, bytes)) = self.keep {
                let Some(text) = carry.fill(cursor, bytes) else { return Ok(false) };
                match keep {
                    Keep::Server => self.server = Some(shown(text)),
                    Keep::Tag => self.entry.tag = Some(text.to_vec()),
                    Keep::Schema => self.entry.schema = Some(text.to_vec()),
                }
                self.keep = None;
            } else if !self.advance(carry, cursor)? {
                return Ok(false);
            }
        }
    }

    /// Whether nothing of it is still to come.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.step, Step::Done)
    }

    /// Reads one piece; false when the slice ended first.
    fn advance(&mut self, carry: &mut Carry, cursor: &mut Cursor<'_>) -> Result<bool, Incomplete> {
        match self.step {
            Step::Fixed => match carry.fill(cursor, FIXED_BYTES) {
                Some(bytes) => self.fixed(bytes, cursor.at)?,
                None => return Ok(false),
            },
            // A byte that names the algorithm since 1.15, before that a level as an integer.
            Step::Compression if self.minor >= 15 => match carry.fill(cursor, 1) {
                Some(algorithm) => {
                    self.compressed = algorithm != [0];
                    self.step = Step::Time(0);
                }
                None => return Ok(false),
            },
            Step::Description(length) => match carry.fill(cursor, length) {
                Some(bytes) => {
                    self.tables += u64::from(bytes == b"TABLE");
                    self.entry.is_table_data = bytes == b"TABLE DATA";
                    self.step = self.field_after(5);
                }
                None => return Ok(false),
            },
            Step::Offset => match carry.fill(cursor, 1 + self.widths.offset) {
                Some(bytes) => {
                    // Not set (a pipe), set, and no data.
                    if !matches!(bytes.first(), Some(1..=3)) {
                        return Err(Incomplete::malformed(cursor.at, "an entry whose offset is of no known kind"));
                    }
                    self.entry_ended();
                }
                None => return Ok(false),
            },
            _ => match integer(carry, cursor, self.widths)? {
                Some(number) => self.number(number, cursor.at)?,
                None => return Ok(false),
            },
        }
        Ok(true)
    }

    fn fixed(&mut self, bytes: &[u8], at: u64) -> Result<(), Incomplete> {
        let [b'P', b'G', b'D', b'M', b'P', major, minor, _, integer, offset, format] = bytes else {
            return Err(Incomplete::not_this_kind(KIND));
        };
        if *format != 1 {
            return Err(Incomplete::not_this_kind(KIND));
        }
        if *major != 1 || !(12..=16).contains(minor) {
            return Err(Incomplete::Unsupported {
                what: format!("a PostgreSQL archive of version {major}.{minor}"),
                remedy: "versions 1.12 to 1.16 are known (pg_dump 9 to 18); set `format: plain` for this database, \
                         or use a newer Resguardo",
            });
        }
        if !matches!((integer, offset), (4 | 8, 4 | 8)) {
            return Err(Incomplete::malformed(at, format!("integers of {integer} and offsets of {offset} bytes")));
        }
        self.minor = *minor;
        self.widths = Widths { integer: usize::from(*integer), offset: usize::from(*offset) };
        self.step = Step::Compression;
        Ok(())
    }

    /// Takes an integer, which is itself a field or the length of a text.
    fn number(&mut self, number: i64, at: u64) -> Result<(), Incomplete> {
        match self.step {
            Step::Compression => {
                self.compressed = number != 0;
                self.step = Step::Time(0);
            }
            Step::Time(6) => self.step = Step::Name(0),
            Step::Time(seen) => self.step = Step::Time(seen + 1),
            Step::Name(seen) => {
                self.text(number, at, (seen == 1).then_some(Keep::Server))?;
                self.step = if seen == 2 { Step::Count } else { Step::Name(seen + 1) };
            }
            Step::Count => {
                if !(0..=ENTRIES_MAX).contains(&number) {
                    return Err(Incomplete::malformed(at, format!("a table of contents of {number} entries")));
                }
                self.entries_left = number + 1;
                self.entry_ended();
            }
            Step::Field(field) => self.field(field, number, at)?,
            // A missing text ends the list.
            Step::Dependency if number == -1 => self.step = Step::Offset,
            Step::Dependency => self.text(number, at, None)?,
            Step::Fixed | Step::Description(_) | Step::Offset | Step::Done => {}
        }
        Ok(())
    }

    fn field(&mut self, field: usize, number: i64, at: u64) -> Result<(), Incomplete> {
        self.step = self.field_after(field);
        match ENTRY.get(field) {
            Some(Field::Id) if number <= 0 => {
                return Err(Incomplete::malformed(at, format!("an entry with the number {number}")));
            }
            Some(Field::Id) => self.id = number,
            Some(Field::HasData) if number != 0 => {
                self.entry.has_data = true;
                if !self.with_data.insert(self.id) || self.with_data.len() > BLOCKS_MAX {
                    return Err(Incomplete::malformed(at, format!("entry {} twice, or too many", self.id)));
                }
            }
            Some(Field::Description) if number == 5 => self.step = Step::Description(5),
            Some(Field::Description) if number == 10 => self.step = Step::Description(10),
            Some(Field::Tag) => self.text(number, at, Some(Keep::Tag))?,
            Some(Field::Schema) => self.text(number, at, Some(Keep::Schema))?,
            Some(Field::Copy) => {
                self.entry.is_copied = number > 0;
                self.text(number, at, None)?;
            }
            Some(Field::Text | Field::TextSince14 | Field::Description) => self.text(number, at, None)?,
            Some(Field::HasData | Field::Number | Field::NumberSince16) | None => {}
        }
        Ok(())
    }

    /// The step after a field; fields that the archive's version does not have are left out.
    fn field_after(&self, field: usize) -> Step {
        let mut next = field + 1;
        loop {
            match ENTRY.get(next) {
                Some(Field::TextSince14) if self.minor < 14 => next += 1,
                Some(Field::NumberSince16) if self.minor < 16 => next += 1,
                Some(_) => return Step::Field(next),
                None => return Step::Dependency,
            }
        }
    }

    fn entry_ended(&mut self) {
        match std::mem::take(&mut self.entry) {
            Entry { has_data: true, is_table_data: true, is_copied: true, tag: Some(tag), schema: Some(schema) }
                if self.copied.len() <= TABLES_MAX =>
            {
                let name = format!("{}.{}", String::from_utf8_lossy(&schema), String::from_utf8_lossy(&tag));
                self.copied.insert(self.id, name);
            }
            entry => self.has_others |= entry.has_data && entry.is_table_data,
        }
        self.entries_left -= 1;
        self.step = if self.entries_left == 0 { Step::Done } else { Step::Field(0) };
    }

    /// Passes over a text of `length` bytes, or keeps it; -1 says that there is none.
    fn text(&mut self, length: i64, at: u64, keep: Option<Keep>) -> Result<(), Incomplete> {
        match u64::try_from(length) {
            Ok(_) if length <= KEPT_BYTES_MAX && keep.is_some() => {
                self.keep = keep.zip(usize::try_from(length).ok());
                Ok(())
            }
            Ok(bytes) if length <= TEXT_BYTES_MAX => {
                self.skip = bytes;
                Ok(())
            }
            Err(_) if length == -1 => Ok(()),
            _ => Err(Incomplete::malformed(at, format!("a text of {length} bytes in the table of contents"))),
        }
    }
}

/// The next integer: a sign byte and the absolute value, little end first; `None` when the slice ended first.
pub(super) fn integer(carry: &mut Carry, cursor: &mut Cursor<'_>, widths: Widths) -> Result<Option<i64>, Incomplete> {
    let Some([sign, digits @ ..]) = carry.fill(cursor, 1 + widths.integer) else { return Ok(None) };
    let value = digits.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    match (sign, i64::try_from(value)) {
        (0, Ok(value)) => Ok(Some(value)),
        (1, Ok(value)) => Ok(Some(-value)),
        _ => Err(Incomplete::malformed(cursor.at, "a number that is none")),
    }
}
