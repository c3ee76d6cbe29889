//! The members of a tar archive: where each begins, how far it goes, and what it is called. It rides on the walk of
//! [`super::tar`], which knows the headers; it may not know what a list of members is for.

use super::cursor::{Cursor, len};
use super::tar::{TarArchive, number};
use super::verdict::{Evidence, Incomplete};

/// One member of a tar archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Where its first header block begins, in bytes of the archive; a long name or attributes come before its own header.
    pub offset: u64,
    /// Bytes from there to the next member.
    pub bytes: u64,
    /// tar's type: `0` file, `1` hard link, `2` symbolic link, `5` folder, `g` a header for all that follow.
    pub kind: u8,
    /// Bytes of its content.
    pub size: u64,
    /// Its path as the archive has it. Any bytes but NUL.
    pub path: Vec<u8>,
    /// What a link leads to; empty for everything else.
    pub link: Vec<u8>,
}

/// What is known of the member whose headers are passing, and those that have passed.
#[derive(Clone, Default)]
pub(super) struct Listing {
    start: Option<u64>,
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    current: Option<Member>,
    done: Vec<Member>,
}

impl Listing {
    /// A header block at `start`, whose field says `size`.
    pub(super) fn header(&mut self, typeflag: u8, size: u64, block: &[u8], start: u64) {
        match typeflag {
            b'L' | b'K' | b'x' | b'X' => self.start = self.start.or(Some(start)),
            b'V' => {}
            b'g' => {
                self.current = Some(Member { offset: start, bytes: 0, kind: b'g', size, path: vec![], link: vec![] })
            }
            _ => {
                let real = if typeflag == b'S' { block.get(483..495).and_then(number) } else { None };
                let own = if matches!(typeflag, b'1' | b'2' | b'5') { 0 } else { real.unwrap_or(size) };
                let is_link = matches!(typeflag, b'1' | b'2');
                let link = self.link.take().unwrap_or_else(|| text(block.get(157..257)).to_vec());
                self.current = Some(Member {
                    offset: self.start.take().unwrap_or(start),
                    bytes: 0,
                    kind: if typeflag == 0 { b'0' } else { typeflag },
                    size: self.size.take().unwrap_or(own),
                    path: self.path.take().unwrap_or_else(|| name(block)),
                    link: if is_link { link } else { Vec::new() },
                });
            }
        }
    }

    /// A long name or a long link, which ends with a NUL.
    pub(super) fn long(&mut self, typeflag: u8, bytes: &[u8]) {
        let bytes = Some(text(Some(bytes)).to_vec());
        if typeflag == b'L' { self.path = bytes } else { self.link = bytes }
    }

    /// A `KEY=VALUE` of a pax header. That of a sparse file gives its real name and size besides.
    pub(super) fn record(&mut self, record: &[u8]) {
        let value = |key: &[u8]| record.strip_prefix(key);
        let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse().ok();
        if let Some(path) = value(b"GNU.sparse.name=") {
            self.path = Some(path.to_vec());
        } else if let Some(path) = value(b"path=") {
            self.path.get_or_insert_with(|| path.to_vec());
        } else if let Some(link) = value(b"linkpath=") {
            self.link = Some(link.to_vec());
        } else if let Some(size) = value(b"GNU.sparse.realsize=").or_else(|| value(b"GNU.sparse.size=")) {
            self.size = number(size);
        } else if let Some(size) = value(b"size=") {
            self.size = self.size.or_else(|| number(size));
        }
    }

    /// The member at hand, if there is one, goes up to here.
    pub(super) fn ends(&mut self, end: u64) {
        if let Some(member) = self.current.take() {
            self.done.push(Member { bytes: end.saturating_sub(member.offset), ..member });
        }
    }
}

/// A field of text up to its NUL.
fn text(field: Option<&[u8]>) -> &[u8] {
    field.unwrap_or_default().split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The name in a header block: POSIX headers have a folder before it where others keep other things.
fn name(block: &[u8]) -> Vec<u8> {
    let name = text(block.get(..100));
    let prefix = if block.get(257..263) == Some(b"ustar\0") { text(block.get(345..500)) } else { &[] };
    if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
}

/// Walks a tar archive and hands out its members. It keeps those of one slice, and one header.
pub struct TarMembers {
    archive: TarArchive,
    bytes: u64,
}

impl TarMembers {
    /// A walk from the first byte.
    #[expect(clippy::new_without_default, reason = "a walk is begun on purpose")]
    pub fn new() -> Self {
        let mut archive = TarArchive::default();
        archive.listing = Some(Listing::default());
        Self { archive, bytes: 0 }
    }

    /// Walks over the next bytes, and gives the members whose headers they close. Their data may still be to come.
    ///
    /// # Errors
    /// [`Incomplete`] where it is no archive, or a damaged one.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Member>, Incomplete> {
        let mut cursor = Cursor { rest: bytes, at: self.bytes };
        self.archive.feed(&mut cursor)?;
        self.bytes += len(bytes);
        Ok(self.archive.listing.as_mut().map(|listing| std::mem::take(&mut listing.done)).unwrap_or_default())
    }

    /// Judges whether the archive was whole.
    ///
    /// # Errors
    /// [`Incomplete`], with what is missing.
    pub fn finish(self) -> Result<Evidence, Incomplete> {
        self.archive.finish(self.bytes)
    }
}
