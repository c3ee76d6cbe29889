//! An SQLite database file: the header says how large the file must be
//! (<https://www.sqlite.org/fileformat2.html>, section 1.3). It may not know what the pages hold.

use super::cursor::{Carry, Cursor};
use super::verdict::{Evidence, Incomplete};

const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;
const KIND: &str = "an SQLite database";

/// The header of the file; the rest is only counted.
#[derive(Clone, Default)]
pub(super) struct SqliteFile {
    header: Carry,
}

impl SqliteFile {
    pub(super) fn feed(&mut self, cursor: &mut Cursor<'_>) {
        if self.header.bytes().len() < HEADER_BYTES {
            self.header.fill(cursor, HEADER_BYTES);
        }
    }

    pub(super) fn finish(self, bytes: u64) -> Result<Evidence, Incomplete> {
        let header = self.header.bytes();
        let compared = header.len().min(MAGIC.len());
        if header.get(..compared) != MAGIC.get(..compared) {
            return Err(Incomplete::not_this_kind(KIND));
        }
        if header.len() < HEADER_BYTES {
            return Err(Incomplete::truncated(bytes, "the header"));
        }
        let page_bytes = match number(header, 16, 2) {
            1 => 65_536,
            size @ 512..=32_768 if size.is_power_of_two() => size,
            size => return Err(Incomplete::malformed(18, format!("a page size of {size} bytes"))),
        };
        let pages = number(header, 28, 4);
        if pages == 0 || number(header, 24, 4) != number(header, 92, 4) {
            return Err(Incomplete::Unsupported {
                what: "an SQLite file whose header does not say its size".to_owned(),
                remedy: "it was last written by an SQLite older than 3.7; run `VACUUM` on it once with a newer one",
            });
        }
        // At most 2^32 pages of 2^16 bytes.
        let expected = page_bytes * pages;
        match bytes.checked_sub(expected) {
            None => Err(Incomplete::truncated(bytes, format!("its {pages} pages of {page_bytes} bytes"))),
            Some(0) => Ok(Evidence {
                shows: format!("header and all {pages} pages of {page_bytes} bytes"),
                ..Evidence::default()
            }),
            Some(more) => Err(Incomplete::malformed(bytes, format!("{more} bytes after the last page"))),
        }
    }
}

/// A big-endian number of up to eight bytes.
fn number(header: &[u8], at: usize, bytes: usize) -> u64 {
    header.iter().skip(at).take(bytes).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
