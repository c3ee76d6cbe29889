//! The SQL text of `mariadb-dump` and `mysqldump`: it closes with a comment, and each table stands at the beginning of
//! a line, because line feeds inside values are written as `\n`. It may not know SQL.

use super::bookends::Bookends;
use super::cursor::{extend_to, split_line};
use super::inserts::Insert;
use super::rows::{RowCounts, shown};
use super::verdict::{Evidence, Incomplete};

const TRAILER: &str = "-- Dump completed";
const SERVER: &[u8] = b"-- Server version\t";
/// Longer than any beginning of a line that is looked for: that of a table with a name of 64 characters of four bytes.
const HEAD_BYTES: usize = 320;
/// How statements begin that bring rows.
const ROWS: [&[u8]; 2] = [b"INSERT ", b"REPLACE "];
const TABLE: [&[u8]; 2] = [b"CREATE TABLE `", b"CREATE TABLE IF NOT EXISTS `"];

/// The ends of the text and the beginning of the line at hand.
#[derive(Clone, Default)]
pub(super) struct MysqlText {
    ends: Bookends,
    line: Vec<u8>,
    in_body: bool,
    tables: u64,
    server: Option<String>,
    /// The statement with rows that is being read.
    insert: Option<Insert>,
    counts: RowCounts,
    /// The table that rows came of last, and how many were not added yet.
    last: (Vec<u8>, u64),
}

impl MysqlText {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.ends.feed(bytes);
        let mut rest = bytes;
        while let Some((first, after)) = rest.split_first() {
            if let Some(insert) = &mut self.insert {
                rest = insert.scan(rest);
                if insert.is_over() {
                    self.insert_ended();
                }
            } else if self.may_bring_rows() {
                self.line.push(*first);
                rest = after;
                if ROWS.contains(&self.line.as_slice()) {
                    self.line.clear();
                    self.insert = Some(Insert::default());
                } else if *first == b'\n' {
                    self.line_ended();
                }
            } else {
                let (line, next) = split_line(rest);
                extend_to(&mut self.line, line, HEAD_BYTES);
                if line.ends_with(b"\n") {
                    self.line_ended();
                }
                rest = next;
            }
        }
    }

    /// Whether the line at hand is so far the beginning of a statement with rows.
    fn may_bring_rows(&self) -> bool {
        !self.in_body && ROWS.iter().any(|word| word.starts_with(&self.line))
    }

    fn insert_ended(&mut self) {
        let Some((table, rows)) = self.insert.take().and_then(Insert::into_rows) else {
            // What is left of the line is not the beginning of one.
            self.line.push(b' ');
            return self.counts.give_up();
        };
        if self.last.0 == table {
            self.last.1 += rows;
        } else {
            let (table, rows) = std::mem::replace(&mut self.last, (table, rows));
            self.add(&table, rows);
        }
    }

    fn add(&mut self, table: &[u8], rows: u64) {
        if !table.is_empty() {
            self.counts.add(String::from_utf8_lossy(table).into_owned(), rows);
        }
    }

    /// Routines, triggers and events stand between two `DELIMITER` lines and may make tables when they run.
    fn line_ended(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.starts_with(b"DELIMITER ") {
            self.in_body = line.trim_ascii_end() != b"DELIMITER ;";
        } else if !self.in_body
            && let Some(name) = TABLE.iter().find_map(|begins| line.strip_prefix(*begins))
        {
            self.tables += 1;
            match name_of(name) {
                // A table without rows has no statement that would name it.
                Some(name) => self.add(&name, 0),
                None => self.counts.give_up(),
            }
        } else if let (false, Some(version), None) = (self.in_body, line.strip_prefix(SERVER), &self.server) {
            self.server = Some(shown(version));
        }
    }

    pub(super) fn finish(mut self) -> Result<Evidence, Incomplete> {
        let tail = self.ends.tail();
        let last = tail.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        // Without its line feed the last line itself may be cut.
        if !tail.ends_with(b"\n") || !last.starts_with(TRAILER.as_bytes()) {
            return Err(Incomplete::NoTrailer { expected: TRAILER.to_owned() });
        }
        let (table, rows) = std::mem::take(&mut self.last);
        self.add(&table, rows);
        let whole = self.insert.is_none();
        let (rows, said) = self.counts.finish();
        let shows = format!("trailer `{TRAILER}`{said}");
        let (tables, server) = (Some(self.tables), self.server);
        Ok(Evidence { shows, tables, members: None, rows: rows.filter(|_| whole), server })
    }
}

/// The name up to its closing backtick, in which one of its own is written twice.
fn name_of(text: &[u8]) -> Option<Vec<u8>> {
    let mut name = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.iter().position(|byte| *byte == b'`')?;
        name.extend(rest.iter().take(end));
        rest = rest.get(end + 1..)?;
        match rest.strip_prefix(b"`") {
            Some(after) => {
                name.push(b'`');
                rest = after;
            }
            None => return Some(name),
        }
    }
}
