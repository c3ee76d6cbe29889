//! One statement of `mysqldump` that brings rows: ``INSERT INTO `t` VALUES (…),(…);``, read as it streams past, however
//! long it is. It may not know what stands around it, and nothing of values but where they end.

use super::cursor::Cursor;

const VALUES: &[u8] = b"VALUES";
/// Longer names are no names.
const NAME_BYTES_MAX: usize = 512;

/// How far a statement has been read, from behind its first word.
#[derive(Clone, Default)]
pub(super) struct Insert {
    place: Place,
    table: Vec<u8>,
    rows: u64,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Before the table's name.
    #[default]
    Before,
    Name,
    /// After a backtick in the name: its end, or the first of two.
    NameTick,
    /// Before `VALUES`, of which so many letters have come.
    Head(usize),
    /// In the name of a column.
    Column,
    /// Between rows.
    Between,
    /// In a row, so many parentheses deep.
    Row(u32),
    /// In a text of a row.
    Text(u32),
    /// After a backslash in a text.
    Escape(u32),
    Over,
    /// Over, and not understood.
    Strange,
}

impl Insert {
    /// Reads on, and returns what comes after the statement.
    pub(super) fn scan<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut cursor = Cursor { rest: bytes, at: 0 };
        while !cursor.rest.is_empty() && !self.is_over() {
            // Nearly all of a dump is rows and the texts in them, which are passed over in long steps.
            match self.place {
                Place::Row(depth) => {
                    let found = memchr::memchr3(b'\'', b'(', b')', cursor.rest);
                    cursor.take(found.unwrap_or(cursor.rest.len()));
                    self.place = match cursor.take(1) {
                        [b'\''] => Place::Text(depth),
                        [b'('] => Place::Row(depth.saturating_add(1)),
                        [b')'] if depth <= 1 => Place::Between,
                        [b')'] => Place::Row(depth - 1),
                        _ => Place::Row(depth),
                    };
                }
                Place::Text(depth) => {
                    let found = memchr::memchr2(b'\'', b'\\', cursor.rest);
                    cursor.take(found.unwrap_or(cursor.rest.len()));
                    self.place = match cursor.take(1) {
                        [b'\''] => Place::Row(depth),
                        [b'\\'] => Place::Escape(depth),
                        _ => Place::Text(depth),
                    };
                }
                Place::Between if cursor.rest.starts_with(b",(") => {
                    cursor.take(2);
                    self.rows += 1;
                    self.place = Place::Row(1);
                }
                _ => {
                    if let [byte] = cursor.take(1) {
                        self.step(*byte);
                    }
                }
            }
        }
        cursor.rest
    }

    fn step(&mut self, byte: u8) {
        self.place = match (self.place, byte) {
            (Place::Before, b'`') => Place::Name,
            (Place::Before, b' ') => Place::Before,
            (Place::Before, _) if byte.is_ascii_alphabetic() => Place::Before,
            (Place::Name, b'`') => Place::NameTick,
            (Place::Name, _) if self.table.len() < NAME_BYTES_MAX => {
                self.table.push(byte);
                Place::Name
            }
            (Place::NameTick, b'`') => {
                self.table.push(byte);
                Place::Name
            }
            (Place::NameTick, _) => Place::Head(0),
            (Place::Head(_), b'`') => Place::Column,
            (Place::Column, b'`') => Place::Head(0),
            (Place::Column, _) => Place::Column,
            (Place::Head(_), b';') | (Place::Before | Place::Name | Place::Strange, _) => Place::Strange,
            (Place::Head(come), _) => match (VALUES.get(come) == Some(&byte), come + 1 == VALUES.len()) {
                (true, true) => Place::Between,
                (true, false) => Place::Head(come + 1),
                (false, _) => Place::Head(0),
            },
            (Place::Between, b'(') => {
                self.rows += 1;
                Place::Row(1)
            }
            (Place::Between, b';') => Place::Over,
            (Place::Between, _) => Place::Between,
            (Place::Escape(depth), _) => Place::Text(depth),
            (place @ (Place::Row(_) | Place::Text(_) | Place::Over), _) => place,
        };
    }

    /// Whether its end has come, or something that is not understood.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.place, Place::Over | Place::Strange)
    }

    /// The table and how many rows it was brought, if that is certain.
    pub(super) fn into_rows(self) -> Option<(Vec<u8>, u64)> {
        (self.place == Place::Over).then_some((self.table, self.rows))
    }
}
