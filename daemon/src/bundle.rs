//! ZIP files and only here ZIP files: one that is written entry by entry with the digest of each, and what of another's is safe to
//! open. It may not know what is in them.
//!
//! The same entries in the same order are the same bytes: all bear one day, and nothing tells of this machine.

use std::fs::File;
use std::io::{self, BufWriter, Cursor, Read, Seek as _, SeekFrom, Write as _};

use chrono::{Datelike as _, NaiveDate};
use resguardo_shared::digest::{Digest, Hasher};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Bytes that are copied at once.
const PIECE: usize = 64 * 1024;
/// What every ZIP file begins with.
const MAGIC: &[u8] = b"PK\x03\x04";
/// The mode that unpacked files get.
const MODE: u32 = 0o644;

/// Whether an entry is worth compressing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text, which becomes a tenth.
    Text,
    /// What is compressed in itself: PDF, JPEG.
    Packed,
}

/// A ZIP file that is being written.
pub struct Bundle {
    zip: ZipWriter<BufWriter<File>>,
    day: DateTime,
    listed: Vec<(String, Digest)>,
}

impl Bundle {
    /// Begins one in an empty file; all its entries bear this day.
    pub fn new(file: File, day: NaiveDate) -> Self {
        let part = |number: u32| u8::try_from(number).unwrap_or(1);
        let day = u16::try_from(day.year())
            .ok()
            .and_then(|year| DateTime::from_date_and_time(year, part(day.month()), part(day.day()), 0, 0, 0).ok())
            .unwrap_or_default();
        Self { zip: ZipWriter::new(BufWriter::new(file)), day, listed: Vec::new() }
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// What the system says.
    pub fn add(&mut self, name: &str, bytes: &[u8], content: Content) -> io::Result<()> {
        self.start(name, content)?;
        self.zip.write_all(bytes)?;
        self.listed.push((name.to_owned(), Digest::of(bytes)));
        Ok(())
    }

    /// Adds a file from its beginning, a piece at a time.
    ///
    /// # Errors
    /// What the system says.
    pub fn copy(&mut self, name: &str, file: &mut File, content: Content) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        self.start(name, content)?;
        let (mut hasher, mut piece) = (Hasher::default(), vec![0; PIECE]);
        loop {
            let read = file.read(&mut piece)?;
            let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            hasher.update(bytes);
            self.zip.write_all(bytes)?;
        }
        self.listed.push((name.to_owned(), hasher.finish()));
        Ok(())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.listed.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// All entries as `sha256sum -c` reads them, by their names.
    pub fn manifest(&self) -> String {
        let mut lines: Vec<String> = self.listed.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        lines.sort_by(|one, other| one.get(66..).cmp(&other.get(66..)));
        lines.concat()
    }

    /// Ends it; the file and how many bytes it has.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> io::Result<(File, u64)> {
        let mut file = self.zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        let bytes = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        Ok((file, bytes))
    }

    fn start(&mut self, name: &str, content: Content) -> io::Result<()> {
        let method = match content {
            Content::Text => CompressionMethod::Deflated,
            Content::Packed => CompressionMethod::Stored,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(self.day)
            .unix_permissions(MODE)
            .system(zip::System::Unix);
        Ok(self.zip.start_file(name, options)?)
    }
}

/// Whether these bytes begin as a ZIP file does.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Whether a ZIP file has at most so many entries, which unpack to at most so many bytes together. They are unpacked for that, since
/// what a file says of itself need not be true.
///
/// # Errors
/// Where it is none, or is damaged.
pub fn unpacks_within(bytes: &[u8], entries_max: usize, bytes_max: u64) -> io::Result<bool> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    if zip.len() > entries_max {
        return Ok(false);
    }
    let mut left = bytes_max;
    for place in 0..zip.len() {
        let entry = zip.by_index(place)?;
        let unpacked = io::copy(&mut entry.take(left.saturating_add(1)), &mut io::sink())?;
        match left.checked_sub(unpacked) {
            Some(rest) => left = rest,
            None => return Ok(false),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Vec<u8> {
        let day = NaiveDate::from_ymd_opt(2026, 10, 31).unwrap();
        let mut bundle = Bundle::new(tempfile::tempfile().unwrap(), day);
        bundle.add("b/uno.txt", b"uno", Content::Text).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 200_000]).unwrap();
        bundle.copy("a/dos.bin", &mut file, Content::Packed).unwrap();
        let manifest = bundle.manifest();
        assert!(manifest.find("a/dos.bin") < manifest.find("b/uno.txt"), "{manifest}");
        assert!(manifest.contains(&format!("{}  b/uno.txt\n", Digest::of(b"uno"))), "{manifest}");
        let (mut file, bytes) = bundle.finish().unwrap();
        let mut all = Vec::new();
        file.read_to_end(&mut all).unwrap();
        assert_eq!(all.len() as u64, bytes);
        all
    }

    #[test]
    fn the_same_entries_are_the_same_bytes() {
        assert_eq!(made(), made());
    }

    #[test]
    fn what_unpacks_to_too_much_is_seen_before_it_is_read() {
        let all = made();
        assert!(is_zip(&all) && !is_zip(b"codigo,tipo"));
        assert!(unpacks_within(&all, 2, 200_003).unwrap());
        assert!(!unpacks_within(&all, 2, 200_002).unwrap());
        assert!(!unpacks_within(&all, 1, 1 << 30).unwrap());
        assert!(unpacks_within(b"PK\x03\x04nothing", 9, 9).is_err());
    }
}
