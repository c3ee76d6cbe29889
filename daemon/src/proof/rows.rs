//! Counting the rows of tables in what dumps hold: the lines of COPY, the names of tables, and a list that stays short
//! enough for a manifest. It may not know where in a dump they stand.

use std::collections::BTreeMap;

use super::verdict::TableRows;

/// The most tables whose rows are listed.
pub(super) const TABLES_MAX: usize = 5000;
/// The most bytes that the names of all listed tables may have, as JSON may write them.
const NAMES_BYTES_MAX: usize = 256 * 1024;
/// The longest text of a dump that is shown, such as a version.
const SHOWN_CHARS: usize = 100;
/// How a dump of PostgreSQL closes the rows of a table within its custom format.
const END: &[u8; 5] = b"\\.\n\n\n";

/// The rows of each table, as far as they are known.
#[derive(Clone, Default)]
pub(super) struct RowCounts {
    tables: BTreeMap<String, u64>,
    names_bytes: usize,
    given_up: bool,
    too_many: bool,
}

impl RowCounts {
    /// Adds rows to a table.
    pub(super) fn add(&mut self, name: String, rows: u64) {
        if self.given_up || self.too_many {
            return;
        }
        if let Some(known) = self.tables.get_mut(&name) {
            *known += rows;
            return;
        }
        self.names_bytes += name.chars().map(|char| char.escape_default().len().max(char.len_utf8())).sum::<usize>();
        self.too_many = self.tables.len() >= TABLES_MAX || self.names_bytes > NAMES_BYTES_MAX;
        if self.too_many {
            self.tables.clear();
        } else {
            self.tables.insert(name, rows);
        }
    }

    /// The dump writes rows in a way that is not counted.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
        self.tables.clear();
    }

    /// The list, if there is one, and what is to be said where it was left out for its length.
    pub(super) fn finish(self) -> (Option<Vec<TableRows>>, &'static str) {
        match self {
            Self { given_up: true, .. } => (None, ""),
            Self { too_many: true, .. } => (None, "; it has too many tables to list the rows of each"),
            Self { tables, .. } => {
                (Some(tables.into_iter().map(|(name, rows)| TableRows { name, rows }).collect()), "")
            }
        }
    }
}

/// The lines of a table's data within PostgreSQL's custom format, where line feeds in values are escaped.
#[derive(Clone, Default)]
pub(super) struct CopiedLines {
    lines: u64,
    last: [u8; END.len()],
}

impl CopiedLines {
    /// Counts on in the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.lines += u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX);
        if let Some(last) = bytes.last_chunk() {
            self.last = *last;
        } else {
            self.last.rotate_left(bytes.len());
            self.last.iter_mut().rev().zip(bytes.iter().rev()).for_each(|(kept, byte)| *kept = *byte);
        }
    }

    /// How many of them were rows: a backslash in a value is doubled, so that the end is not taken for one.
    pub(super) fn rows(&self) -> u64 {
        let closing = if self.last == *END { 3 } else { 0 };
        self.lines.saturating_sub(closing)
    }
}

/// The table of a line `COPY schema.table (…) FROM stdin;`, without quotes; `None` if the line is none such.
pub(super) fn copy_target(line: &[u8]) -> Option<String> {
    let (schema, rest) = identifier(line.strip_prefix(b"COPY ")?)?;
    let (table, rest) = identifier(rest.strip_prefix(b".")?)?;
    rest.starts_with(b" ").then(|| format!("{schema}.{table}"))
}

/// A name at the beginning of a text, in double quotes or bare, and what follows it.
fn identifier(text: &[u8]) -> Option<(String, &[u8])> {
    let Some(mut quoted) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|byte| matches!(byte, b'.' | b' ')).filter(|end| *end > 0)?;
        let (name, rest) = text.split_at_checked(end)?;
        return Some((String::from_utf8_lossy(name).into_owned(), rest));
    };
    let mut name = Vec::new();
    loop {
        let end = quoted.iter().position(|byte| *byte == b'"')?;
        name.extend(quoted.iter().take(end));
        quoted = quoted.get(end + 1..)?;
        match quoted.strip_prefix(b"\"") {
            Some(rest) => {
                name.push(b'"');
                quoted = rest;
            }
            None => return Some((String::from_utf8_lossy(&name).into_owned(), quoted)),
        }
    }
}

/// A text of a dump for people: one line, and not long.
pub(super) fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim().chars().filter(|char| !char.is_control()).take(SHOWN_CHARS).collect()
}
