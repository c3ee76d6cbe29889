//! Counts the tables that the SQL text of `pg_dump` makes: statements at the beginning of a line that stand neither in
//! rows of COPY nor in a string, a quoted name, a comment or a function body. The count is the best that is possible
//! without parsing SQL: a name with a line feed in it may hide a COPY statement. If the text seems to end within a
//! string, the count is withheld. It may not know whether the dump is complete.

use super::cursor::{extend_to, split_line};
use super::rows::{RowCounts, copy_target, shown};
use super::verdict::TableRows;

/// Longer than any beginning of a line that is looked for: `COPY` with a schema's and a table's name, each of at most 63
/// bytes that are all quotes and written twice.
const HEAD_BYTES: usize = 384;
const SERVER: &[u8] = b"-- Dumped from database version ";
/// How the line ends that begins rows of COPY.
const COPY_END: &[u8] = b" FROM stdin;\n";
/// The longest name between the dollars of a quote; PostgreSQL's names have at most 63 bytes.
const TAG_BYTES: usize = 66;

/// The state of the scan.
#[derive(Clone, Default)]
pub(super) struct TableCount {
    place: Place,
    /// The last byte may belong to a word, in which a dollar opens nothing.
    in_word: bool,
    /// The line at hand began outside of everything quoted.
    began_in_code: bool,
    in_line: bool,
    head: Vec<u8>,
    end: Vec<u8>,
    token: Option<Vec<u8>>,
    tables: u64,
    server: Option<String>,
    counts: RowCounts,
    /// The table whose rows are at hand, and how many have come.
    target: String,
    came: u64,
}

#[derive(Clone, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Code,
    /// After one dash, which may begin a comment.
    Dash,
    Comment,
    Single,
    Double,
    /// Within `$tag$`, which may open a quote: what came of it.
    Opening(Vec<u8>),
    /// Within a quote: its tag, and how much of it has been seen again.
    Dollar(Vec<u8>, usize),
    /// Within rows of COPY.
    Rows,
}

impl TableCount {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (line, next) = split_line(rest);
            if self.place == Place::Rows {
                self.rows(line);
            } else {
                self.statement(line);
            }
            rest = next;
        }
    }

    /// The count, unless the text seems to have ended within something quoted.
    pub(super) fn tables(&self) -> Option<u64> {
        (self.place == Place::Code).then_some(self.tables)
    }

    /// The rows of each table, where they can be told from the text for certain, and what else is to be said of them.
    pub(super) fn into_rows(self) -> (Option<Vec<TableRows>>, &'static str) {
        let certain = self.place == Place::Code;
        let (rows, said) = self.counts.finish();
        (rows.filter(|_| certain), said)
    }

    /// The version of the server.
    pub(super) fn server(&self) -> Option<String> {
        self.server.clone()
    }

    /// The token of `\restrict`, if the text has that line.
    pub(super) fn restricted_with(&self) -> Option<&[u8]> {
        self.token.as_deref()
    }

    /// A line, or a piece of one, within rows of COPY.
    fn rows(&mut self, line: &[u8]) {
        extend_to(&mut self.head, line, 3);
        if line.ends_with(b"\n") {
            if self.head == b"\\.\n" {
                self.place = Place::Code;
                self.counts.add(std::mem::take(&mut self.target), std::mem::take(&mut self.came));
            } else {
                self.came += 1;
            }
            self.head.clear();
        }
    }

    /// A line, or a piece of one, outside of rows.
    fn statement(&mut self, line: &[u8]) {
        if !self.in_line {
            self.in_line = true;
            self.in_word = false;
            self.began_in_code = self.place == Place::Code;
            if self.began_in_code && line.starts_with(b"\\") {
                // A command to psql, whose quotes follow other rules; it ends with its line.
                self.place = Place::Comment;
            }
        }
        extend_to(&mut self.head, line, HEAD_BYTES);
        self.end.extend(line.iter().skip(line.len().saturating_sub(COPY_END.len())));
        self.end.drain(..self.end.len().saturating_sub(COPY_END.len()));
        self.scan(line);
        if line.ends_with(b"\n") {
            self.line_ended();
        }
    }

    fn line_ended(&mut self) {
        let head = self.head.as_slice();
        if self.began_in_code {
            if head.starts_with(b"CREATE TABLE ") || head.starts_with(b"CREATE UNLOGGED TABLE ") {
                self.tables += 1;
            } else if let (Some(token), None) = (head.strip_prefix(br"\restrict "), &self.token) {
                self.token = Some(token.trim_ascii_end().to_vec());
            } else if head.starts_with(b"COPY ") && self.end == COPY_END && self.place == Place::Code {
                self.place = Place::Rows;
                match copy_target(head) {
                    Some(target) => self.target = target,
                    None => self.counts.give_up(),
                }
            } else if head.starts_with(b"INSERT INTO ") {
                self.counts.give_up();
            } else if let (Some(version), None) = (head.strip_prefix(SERVER), &self.server) {
                self.server = Some(shown(version));
            }
        }
        self.in_line = false;
        self.head.clear();
        self.end.clear();
    }

    fn scan(&mut self, line: &[u8]) {
        let mut rest = line;
        loop {
            // Long values in strings are passed over in one step.
            if self.place == Place::Single {
                let value_bytes = rest.iter().position(|byte| *byte == b'\'').unwrap_or(rest.len());
                rest = rest.get(value_bytes..).unwrap_or_default();
            }
            let Some((byte, after)) = rest.split_first() else { return };
            self.step(*byte);
            rest = after;
        }
    }

    fn step(&mut self, byte: u8) {
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        match (&mut self.place, byte) {
            (Place::Dash, b'-') => self.place = Place::Comment,
            (Place::Code | Place::Dash, _) => {
                self.place = match byte {
                    b'\'' => Place::Single,
                    b'"' => Place::Double,
                    b'-' => Place::Dash,
                    b'$' if !self.in_word => Place::Opening(vec![b'$']),
                    _ => Place::Code,
                };
                self.in_word = is_word || byte == b'$';
            }
            (Place::Comment, b'\n') | (Place::Single, b'\'') | (Place::Double, b'"') => self.place = Place::Code,
            (Place::Opening(tag), b'$') => {
                tag.push(b'$');
                self.place = Place::Dollar(std::mem::take(tag), 0);
            }
            (Place::Opening(tag), _) => {
                // A digit after the dollar is a parameter's, not a quote's.
                if is_word && tag.len() < TAG_BYTES && !(tag.len() == 1 && byte.is_ascii_digit()) {
                    tag.push(byte);
                } else {
                    self.place = Place::Code;
                    self.step(byte);
                }
            }
            (Place::Dollar(tag, seen), _) => {
                *seen = if tag.get(*seen) == Some(&byte) { *seen + 1 } else { usize::from(byte == b'$') };
                if *seen == tag.len() {
                    self.place = Place::Code;
                }
            }
            (Place::Comment | Place::Double | Place::Single | Place::Rows, _) => {}
        }
    }
}
