//! The seek table that closes an archive: zstd's seekable format, version 0.1.0 (`zstd_seekable_compression_format.md`
//! in zstd's contrib folder). It is a skippable frame, so that plain `zstd -d` passes over it.

/// What the table's own frame begins with.
pub(super) const SKIPPABLE_MAGIC: u32 = 0x184D_2A5E;
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
const CHECKSUM_FLAG: u8 = 0x80;
const ENTRY_BYTES: usize = 12;
const HEADER_BYTES: usize = 8;
/// The bytes at the very end of an archive from which the size of the table follows.
pub const FOOTER_BYTES: usize = 9;
/// The most frames that an archive may have: 4 TiB of dump, and a table of 12 MiB.
pub const FRAMES_MAX: usize = 1 << 20;

/// One frame of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Bytes of the frame in the archive.
    pub compressed: u32,
    /// Bytes of its content in the dump.
    pub plain: u32,
    /// The low 32 bits of the content's XXH64.
    pub checksum: u32,
}

/// All frames of an archive, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeekTable {
    /// The frames.
    pub entries: Vec<Entry>,
}

/// Why bytes are not a seek table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the seek table at the end of the archive does not read: {0}")]
pub struct BadSeekTable(pub &'static str);

impl SeekTable {
    /// The bytes that close an archive.
    pub fn to_bytes(&self) -> Vec<u8> {
        let frames = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let content = self.entries.len() * ENTRY_BYTES + FOOTER_BYTES;
        let mut bytes = Vec::with_capacity(HEADER_BYTES + content);
        bytes.extend(SKIPPABLE_MAGIC.to_le_bytes());
        bytes.extend(u32::try_from(content).unwrap_or(u32::MAX).to_le_bytes());
        for entry in &self.entries {
            bytes.extend(entry.compressed.to_le_bytes());
            bytes.extend(entry.plain.to_le_bytes());
            bytes.extend(entry.checksum.to_le_bytes());
        }
        bytes.extend(frames.to_le_bytes());
        bytes.push(CHECKSUM_FLAG);
        bytes.extend(SEEKABLE_MAGIC.to_le_bytes());
        bytes
    }

    /// How many bytes the table of so many frames has.
    pub fn bytes_of(frames: u64) -> u64 {
        (HEADER_BYTES + FOOTER_BYTES) as u64 + frames.saturating_mul(ENTRY_BYTES as u64)
    }

    /// How many bytes the whole table has, by the footer of an archive.
    ///
    /// # Errors
    /// [`BadSeekTable`] for a footer that is none, is of another kind, or claims more than [`FRAMES_MAX`] frames.
    pub fn bytes_by_footer(footer: &[u8; FOOTER_BYTES]) -> Result<usize, BadSeekTable> {
        let (frames, rest) = footer.split_at(4);
        if rest.get(1..) != Some(SEEKABLE_MAGIC.to_le_bytes().as_slice()) {
            return Err(BadSeekTable("its magic number is missing"));
        }
        if rest.first() != Some(&CHECKSUM_FLAG) {
            return Err(BadSeekTable("it has no checksums"));
        }
        let frames = usize::try_from(number(frames)).unwrap_or(usize::MAX);
        if frames > FRAMES_MAX {
            return Err(BadSeekTable("it claims too many frames"));
        }
        Ok(HEADER_BYTES + frames * ENTRY_BYTES + FOOTER_BYTES)
    }

    /// Reads a whole table.
    ///
    /// # Errors
    /// [`BadSeekTable`] for anything but what [`SeekTable::to_bytes`] writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadSeekTable> {
        let footer = bytes.last_chunk().ok_or(BadSeekTable("it is cut short"))?;
        if Self::bytes_by_footer(footer)? != bytes.len() {
            return Err(BadSeekTable("its length is not what it says"));
        }
        let body = bytes.get(HEADER_BYTES..bytes.len() - FOOTER_BYTES).ok_or(BadSeekTable("it is cut short"))?;
        let entry = |bytes: &[u8; ENTRY_BYTES]| Entry {
            compressed: number(&bytes[0..4]),
            plain: number(&bytes[4..8]),
            checksum: number(&bytes[8..12]),
        };
        let (entries, _none) = body.as_chunks::<ENTRY_BYTES>();
        let table = Self { entries: entries.iter().map(entry).collect() };
        if table.to_bytes() == bytes { Ok(table) } else { Err(BadSeekTable("its header is wrong")) }
    }

    /// Bytes of all frames in the archive.
    pub fn compressed_bytes(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.compressed)).sum()
    }

    /// Bytes of the dump.
    pub fn plain_bytes(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.plain)).sum()
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().copied().map_or(0, u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_table_comes_back_as_it_went(numbers in proptest::collection::vec(any::<(u32, u32, u32)>(), 0..50)) {
            let entry = |(compressed, plain, checksum)| Entry { compressed, plain, checksum };
            let table = SeekTable { entries: numbers.into_iter().map(entry).collect() };
            let bytes = table.to_bytes();
            prop_assert_eq!(SeekTable::bytes_by_footer(bytes.last_chunk().unwrap()), Ok(bytes.len()));
            prop_assert_eq!(SeekTable::from_bytes(&bytes), Ok(table));
        }

        #[test]
        fn garbage_is_refused(garbage in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(SeekTable::from_bytes(&garbage).is_err());
        }
    }
}
