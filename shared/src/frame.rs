//! The frame: some MiB of a dump, compressed by themselves. It is what is compressed in parallel, sent, checked,
//! written, sought, verified and restored.

use crate::digest::Digest;

/// Bytes of dump in a frame, except the last one of a dump. At zstd's level 3 smaller frames cost size and larger
/// ones cost memory and speed.
pub const FRAME_BYTES: usize = 4 * 1024 * 1024;

/// The most bytes of dump that anybody may claim for one frame.
pub const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The most bytes that a compressed frame can have: zstd's own bound for [`FRAME_BYTES_MAX`], rounded up.
pub const COMPRESSED_BYTES_MAX: usize = FRAME_BYTES_MAX + FRAME_BYTES_MAX / 128;

/// An independent zstd frame (RFC 8878) with content size and checksum, and where its content stands in the dump.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// 0 for a dump's first frame, then one more each.
    pub sequence: u64,
    /// Where the frame's content begins in the dump, in bytes.
    pub plain_offset: u64,
    /// The length of the frame's content, in bytes.
    pub plain_length: u32,
    /// The digest of `compressed`; `None` for a frame that never leaves the process that made it.
    pub digest: Option<Digest>,
    /// The zstd frame.
    pub compressed: Vec<u8>,
}

impl Frame {
    /// Whether the compressed bytes are those that were sent off, if they were.
    pub fn is_intact(&self) -> bool {
        self.digest.is_none_or(|digest| Digest::of(&self.compressed) == digest)
    }

    /// The checksum of the content that closes the zstd frame: the low 32 bits of its XXH64 (RFC 8878, 3.1.1).
    pub fn content_checksum(&self) -> Option<u32> {
        self.compressed.last_chunk().copied().map(u32::from_le_bytes)
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = self.compressed.len();
        write!(f, "Frame({} at {}, {} in {bytes} bytes)", self.sequence, self.plain_offset, self.plain_length)
    }
}
