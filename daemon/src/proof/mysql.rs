//! The SQL text of `mariadb-dump` and `mysqldump`: it closes with a comment, and each table stands at the beginning of
//! a line, because line feeds inside values are written as `\n`. It may not know SQL.

use super::bookends::Bookends;
use super::cursor::{extend_to, split_line};
use super::verdict::{Evidence, Incomplete};

const TRAILER: &str = "-- Dump completed";
/// Longer than any beginning of a line that is looked for.
const HEAD_BYTES: usize = 32;

/// The ends of the text and the beginning of the line at hand.
#[derive(Clone, Default)]
pub(super) struct MysqlText {
    ends: Bookends,
    line: Vec<u8>,
    in_body: bool,
    tables: u64,
}

impl MysqlText {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.ends.feed(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let (line, next) = split_line(rest);
            extend_to(&mut self.line, line, HEAD_BYTES);
            if line.ends_with(b"\n") {
                self.line_ended();
            }
            rest = next;
        }
    }

    /// Routines, triggers and events stand between two `DELIMITER` lines and may make tables when they run.
    fn line_ended(&mut self) {
        let line = self.line.as_slice();
        if line.starts_with(b"DELIMITER ") {
            self.in_body = line.trim_ascii_end() != b"DELIMITER ;";
        } else if !self.in_body
            && (line.starts_with(b"CREATE TABLE `") || line.starts_with(b"CREATE TABLE IF NOT EXISTS `"))
        {
            self.tables += 1;
        }
        self.line.clear();
    }

    pub(super) fn finish(self) -> Result<Evidence, Incomplete> {
        let tail = self.ends.tail();
        let last = tail.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        // Without its line feed the last line itself may be cut.
        if !tail.ends_with(b"\n") || !last.starts_with(TRAILER.as_bytes()) {
            return Err(Incomplete::NoTrailer { expected: TRAILER.to_owned() });
        }
        Ok(Evidence { shows: format!("trailer `{TRAILER}`"), tables: Some(self.tables), members: None })
    }
}
