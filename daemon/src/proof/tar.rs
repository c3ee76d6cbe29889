//! A tar archive as GNU tar writes it (ustar, GNU and pax headers, sparse files): every header's checksum is right, every
//! member is whole, and the archive is closed by two blocks of zeros. It may not know what members hold, and makes
//! nothing of their names but a list, where one is wanted. The format: <https://www.gnu.org/software/tar/manual/html_node/Standard.html>.

use super::cursor::{Carry, Cursor};
use super::members::Listing;
use super::verdict::{Evidence, Incomplete};

const BLOCK: usize = 512;
const BLOCK_BYTES: u64 = 512;
/// The longest extended header or long name that is read, in bytes; attributes of one file stay far below.
const EXTENSION_BYTES_MAX: u64 = 1 << 20;
const KIND: &str = "a tar archive";

/// The state between two pieces of an archive.
#[derive(Clone, Default)]
pub(super) struct TarArchive {
    carry: Carry,
    step: Step,
    skip: u64,
    /// What the bytes being skipped are of.
    inside: &'static str,
    /// The size that a pax header gives to the member after it.
    size: Option<u64>,
    /// A header that belongs to the next member has come, and that member has not.
    awaits_member: bool,
    members: u64,
    /// The list of members, where one is wanted.
    pub(super) listing: Option<Listing>,
}

#[derive(Clone, Copy, Default)]
enum Step {
    /// The very first block.
    #[default]
    First,
    /// A header or a block of zeros.
    Header,
    /// The second block of zeros.
    Zeros,
    /// More of a GNU sparse file's map, before this many bytes of data.
    SparseMap(u64),
    /// A pax header of this many bytes.
    Pax(usize),
    /// A long name (`L`) or a long link (`K`) of this many bytes, which only a list of members needs.
    Long(u8, usize),
    /// After the end: zeros up to the end of tar's record.
    End,
}

impl TarArchive {
    pub(super) fn feed(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Incomplete> {
        while cursor.skip(&mut self.skip) && !cursor.rest.is_empty() {
            let need = match self.step {
                Step::End => return self.padding(cursor),
                Step::Pax(bytes) | Step::Long(_, bytes) => bytes.next_multiple_of(BLOCK),
                _ => BLOCK,
            };
            let Some(piece) = self.carry.fill(cursor, need) else { return Ok(()) };
            let all_zero = piece.iter().all(|byte| *byte == 0);
            match self.step {
                Step::First | Step::Header if all_zero => {
                    if self.awaits_member {
                        return Err(Incomplete::malformed(cursor.at, "an extended header without its member"));
                    }
                    self.step = Step::Zeros;
                }
                Step::Zeros if all_zero => self.step = Step::End,
                Step::Zeros => return Err(Incomplete::malformed(cursor.at, "a lone block of zeros")),
                Step::First if !checksum_is_right(piece) => return Err(Incomplete::not_this_kind(KIND)),
                Step::First | Step::Header => {
                    let header = Header::read(piece, cursor.at)?;
                    if let Some(listing) = &mut self.listing {
                        listing.header(header.typeflag, header.size, piece, cursor.at - BLOCK_BYTES);
                    }
                    self.header(&header, cursor.at)?;
                }
                Step::SparseMap(size) => {
                    if piece.get(504) == Some(&0) {
                        self.data(size, cursor.at)?;
                    }
                }
                Step::Pax(bytes) => {
                    let records = piece.get(..bytes).unwrap_or(piece);
                    self.size = pax_size(records, cursor.at)?;
                    if let Some(listing) = &mut self.listing {
                        each_record(records, cursor.at, |record| listing.record(record))?;
                    }
                    self.step = Step::Header;
                }
                Step::Long(typeflag, bytes) => {
                    if let Some(listing) = &mut self.listing {
                        listing.long(typeflag, piece.get(..bytes).unwrap_or(piece));
                    }
                    self.step = Step::Header;
                }
                Step::End => {}
            }
        }
        Ok(())
    }

    fn header(&mut self, header: &Header, at: u64) -> Result<(), Incomplete> {
        match header.typeflag {
            b'L' | b'K' | b'g' | b'x' | b'X' => {
                if header.size > EXTENSION_BYTES_MAX {
                    return Err(Incomplete::malformed(at, format!("an extended header of {} bytes", header.size)));
                }
                self.awaits_member |= header.typeflag != b'g';
                match usize::try_from(header.size) {
                    Ok(bytes @ 1..) if header.typeflag == b'x' => self.step = Step::Pax(bytes),
                    Ok(bytes @ 1..) if matches!(header.typeflag, b'L' | b'K') && self.listing.is_some() => {
                        self.step = Step::Long(header.typeflag, bytes);
                    }
                    _ => self.data(header.size, at)?,
                }
                self.inside = "an extended header";
                return Ok(());
            }
            // A volume's label describes the archive and is no file.
            b'V' => return self.data(header.size, at),
            b'M' => {
                return Err(Incomplete::Unsupported {
                    what: "a tar archive in several volumes".to_owned(),
                    remedy: "make it without `--multi-volume`",
                });
            }
            _ => {}
        }
        self.members += 1;
        self.awaits_member = false;
        let size = self.size.take().unwrap_or(header.size);
        match header.typeflag {
            // A hard link has no data of its own, whatever its size says; GNU tar reads it likewise.
            b'1' => self.data(0, at),
            b'S' if header.sparse_map_goes_on => {
                self.step = Step::SparseMap(size);
                Ok(())
            }
            _ => self.data(size, at),
        }
    }

    /// Passes over a member's data and the zeros that fill its last block.
    fn data(&mut self, size: u64, at: u64) -> Result<(), Incomplete> {
        self.skip = size
            .checked_next_multiple_of(BLOCK_BYTES)
            .ok_or_else(|| Incomplete::malformed(at, format!("a member of {size} bytes")))?;
        self.inside = "a member's data";
        self.step = Step::Header;
        if let Some(listing) = &mut self.listing {
            listing.ends(at.saturating_add(self.skip));
        }
        Ok(())
    }

    fn padding(&self, cursor: &mut Cursor<'_>) -> Result<(), Incomplete> {
        match cursor.rest.iter().position(|byte| *byte != 0) {
            None => Ok(()),
            Some(zeros) => {
                cursor.take(zeros + 1);
                Err(Incomplete::malformed(cursor.at, "data after the end of the archive"))
            }
        }
    }

    pub(super) fn finish(self, bytes: u64) -> Result<Evidence, Incomplete> {
        let inside = match self.step {
            Step::End if self.members == 0 => return Err(Incomplete::NoMembers),
            Step::End => {
                let shows = format!("{} members and the end-of-archive blocks", self.members);
                return Ok(Evidence { shows, members: Some(self.members), ..Evidence::default() });
            }
            Step::First if !looks_like_a_header(self.carry.bytes()) => {
                return Err(Incomplete::not_this_kind(KIND));
            }
            _ if self.skip > 0 => self.inside,
            Step::Pax(_) | Step::Long(..) => "an extended header",
            Step::SparseMap(_) => "a sparse file's map",
            Step::First | Step::Header | Step::Zeros if self.carry.is_between() => "the end-of-archive blocks",
            Step::First | Step::Header | Step::Zeros => "a header",
        };
        Err(Incomplete::truncated(bytes, inside))
    }
}

/// Less than a block cannot be judged by its checksum. The message of a command is a line of text without zeros.
fn looks_like_a_header(bytes: &[u8]) -> bool {
    bytes.contains(&0) || !bytes.ends_with(b"\n")
}

/// What is needed of a header block.
struct Header {
    typeflag: u8,
    size: u64,
    sparse_map_goes_on: bool,
}

impl Header {
    fn read(block: &[u8], at: u64) -> Result<Self, Incomplete> {
        if !checksum_is_right(block) {
            return Err(Incomplete::malformed(at, "a header whose checksum is wrong"));
        }
        let size = number(block.get(124..136).unwrap_or_default())
            .ok_or_else(|| Incomplete::malformed(at, "a header without a readable size"))?;
        let byte = |offset: usize| block.get(offset).copied().unwrap_or_default();
        Ok(Self { typeflag: byte(156), size, sparse_map_goes_on: byte(482) != 0 })
    }
}

/// The sum of all bytes, the checksum's own eight taken as spaces. Some old writers summed signed bytes.
fn checksum_is_right(block: &[u8]) -> bool {
    let Some(claimed) = block.get(148..156).and_then(number).and_then(|sum| i64::try_from(sum).ok()) else {
        return false;
    };
    let own = 148..156;
    let summed = block.iter().enumerate().map(|(at, byte)| if own.contains(&at) { b' ' } else { *byte });
    let (unsigned, signed) = summed
        .fold((0, 0), |(unsigned, signed), byte| (unsigned + i64::from(byte), signed + i64::from(byte.cast_signed())));
    claimed == unsigned || claimed == signed
}

/// A field of a header: octal digits between spaces and a space or NUL, or big-endian binary after a byte of 0x80.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    match field.split_first()? {
        (0x80, digits) => {
            digits.iter().try_fold(0_u64, |number, byte| number.checked_mul(256)?.checked_add(u64::from(*byte)))
        }
        _ => {
            let digits = field.trim_ascii_start().split(|byte| matches!(*byte, b' ' | 0)).next()?;
            digits.iter().try_fold(0_u64, |number, byte| {
                let digit = byte.checked_sub(b'0').filter(|digit| *digit < 8)?;
                number.checked_mul(8)?.checked_add(u64::from(digit))
            })
        }
    }
}

/// The size in a pax header.
fn pax_size(records: &[u8], at: u64) -> Result<Option<u64>, Incomplete> {
    let mut size = Ok(None);
    each_record(records, at, |record| {
        if let Some(value) = record.strip_prefix(b"size=") {
            size = decimal(value).map(Some).ok_or_else(|| malformed_record(at));
        }
    })?;
    size
}

/// Shows each `KEY=VALUE` of a pax header, which is lines of `LENGTH KEY=VALUE`; a value may hold line feeds, so the
/// lengths count.
fn each_record<'a>(records: &'a [u8], at: u64, mut see: impl FnMut(&'a [u8])) -> Result<(), Incomplete> {
    let mut rest = records;
    while !rest.is_empty() {
        let malformed = || malformed_record(at);
        let digits = rest.split(|byte| *byte == b' ').next().ok_or_else(malformed)?;
        let length = decimal(digits).and_then(|length| usize::try_from(length).ok()).ok_or_else(malformed)?;
        let record = rest.get(digits.len() + 1..length).and_then(|record| record.strip_suffix(b"\n"));
        see(record.ok_or_else(malformed)?);
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(())
}

fn malformed_record(at: u64) -> Incomplete {
    Incomplete::malformed(at, "an extended header whose records are wrong")
}

fn decimal(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
