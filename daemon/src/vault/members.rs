//! The list of an archive's members, `STAMP.members.zst` beside it: text, a line a member, in the order of the archive.
//! With it a few members are found without reading the archive. It is made while the archive is read back, in a file
//! that has no name, so that a million members cost no memory; beside an encrypted archive it is encrypted, too, since names
//! tell much (`STAMP.members.zst.age`). It may not know what anybody wants of the members.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, OnceLock};

use resguardo_shared::digest::{Digest, Hasher};

use super::error::VaultError;
use super::layout::UNFINISHED_SUFFIX;
use super::manifest::Members;
use super::read_back;
use super::store::{Store, operation, operation_io};
use crate::crypt::{Encrypting, Identity, Recipient, encrypt};
use crate::proof::{Member, TarMembers};

/// How the list's name ends, after the backup's stem.
pub const SUFFIX: &str = "members";

/// The longest line that is read: tar's headers bound a path, and each of its bytes may need four.
const LINE_BYTES_MAX: u64 = 10 << 20;
/// The largest window that a list's compression may have, as a power of two.
const WINDOW_LOG_MAX: u32 = 23;
/// The bytes of one write. An object store takes no smaller part than 5 MiB.
const PIECE_BYTES: usize = 8 << 20;

/// A list that has no place on a disk yet, compressed, in a file without a name.
#[derive(Debug)]
pub struct List {
    file: File,
    /// Bytes of it.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
    /// How many members it has.
    pub count: u64,
}

/// Where the list of an archive is put once it has been made.
pub type Slot = Arc<OnceLock<List>>;

/// Makes a list of what streams past. A list that cannot be made spoils nothing but itself.
pub struct Lister {
    work: Option<(TarMembers, Encoder)>,
    count: u64,
}

type Encoder = zstd::stream::write::Encoder<'static, Sink>;

/// Where the compressed list goes: into the file, or through its encryption.
enum Sink {
    Plain(Digesting),
    Sealed(Encrypting<Digesting>),
}

impl Sink {
    fn finish(self) -> io::Result<Digesting> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Sealed(sealed) => sealed.finish(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Sealed(sealed) => sealed.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Sealed(sealed) => sealed.flush(),
        }
    }
}

/// A file whose bytes are counted and digested as they are written.
struct Digesting {
    file: File,
    bytes: u64,
    hasher: Hasher,
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Lister {
    /// A list of what will be fed, if it is a tree of files; else nothing. It is encrypted to these, if there are any.
    pub fn new(is_tree: bool, recipients: &[Recipient]) -> Self {
        let begun = is_tree.then(|| begin(recipients)).transpose().unwrap_or_else(|error| given_up(&error));
        Self { work: begun.map(|encoder| (TarMembers::new(), encoder)), count: 0 }
    }

    /// Takes the next bytes of the dump.
    pub fn feed(&mut self, plain: &[u8]) {
        let Some((walk, encoder)) = &mut self.work else { return };
        let listed = walk.feed(plain).map_err(io::Error::other).and_then(|members| {
            self.count += members.len() as u64;
            members.iter().try_for_each(|member| encoder.write_all(&line(member)))
        });
        if let Err(error) = listed {
            self.work = given_up(&error);
        }
    }

    /// The list, if there is one to be made and the archive was whole.
    pub fn finish(self) -> Option<List> {
        let (walk, encoder) = self.work?;
        walk.finish().ok()?;
        match encoder.finish().and_then(Sink::finish) {
            Ok(done) => {
                Some(List { file: done.file, bytes: done.bytes, sha256: done.hasher.finish(), count: self.count })
            }
            Err(error) => given_up(&error),
        }
    }
}

/// The file goes with the process, however that ends. Where `/tmp` is memory, `/var/tmp` is not.
fn begin(recipients: &[Recipient]) -> io::Result<Encoder> {
    let file = tempfile::tempfile_in("/var/tmp").or_else(|_| tempfile::tempfile())?;
    let file = Digesting { file, bytes: 0, hasher: Hasher::default() };
    let sink = if recipients.is_empty() { Sink::Plain(file) } else { Sink::Sealed(encrypt(recipients, file)?) };
    let mut encoder = Encoder::new(sink, 3)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
}

fn given_up<T>(error: &io::Error) -> Option<T> {
    tracing::warn!(%error, "no list of members can be made; single files will be found by reading the whole archive");
    None
}

/// A member as a line: where it begins, the bytes up to the next, its type, the bytes of its content, its path, and for a
/// link what it leads to.
fn line(member: &Member) -> Vec<u8> {
    let Member { offset, bytes, kind, size, .. } = member;
    let mut line = format!("{offset}\t{bytes}\t{}\t{size}\t", char::from(*kind)).into_bytes();
    line.extend(escape(&member.path).into_bytes());
    if !member.link.is_empty() {
        line.push(b'\t');
        line.extend(escape(&member.link).into_bytes());
    }
    line.push(b'\n');
    line
}

fn member(line: &[u8]) -> Option<Member> {
    let mut fields = line.strip_suffix(b"\n")?.split(|byte| *byte == b'\t');
    let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse::<u64>().ok();
    let (offset, bytes) = (number()?, number()?);
    let [kind] = fields.next()? else { return None };
    let size = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let path = unescape(fields.next()?)?;
    let link = fields.next().map_or(Some(Vec::new()), unescape)?;
    Some(Member { offset, bytes, kind: *kind, size, path, link })
}

/// A path as text that has no tabs, line feeds or other control characters: these, the backslash, and what is no UTF-8
/// stand as `\xHH`.
pub fn escape(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() || letter == '\\' {
                let mut bytes = [0; 4];
                letter.encode_utf8(&mut bytes).bytes().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
            } else {
                text.push(letter);
            }
        }
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut pieces = text.split(|byte| *byte == b'\\');
    let mut path = pieces.next()?.to_vec();
    for piece in pieces {
        let (digits, rest) = piece.strip_prefix(b"x")?.split_at_checked(2)?;
        path.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        path.extend(rest);
    }
    Some(path)
}

/// Shows every member of a list.
fn each(list: impl Read, see: &mut dyn FnMut(Member) -> io::Result<()>) -> io::Result<u64> {
    let mut decoder = zstd::stream::read::Decoder::new(list)?;
    decoder.window_log_max(WINDOW_LOG_MAX)?;
    let mut lines = BufReader::with_capacity(1 << 20, decoder);
    let mut buffer = Vec::new();
    let mut count = 0;
    loop {
        buffer.clear();
        if (&mut lines).take(LINE_BYTES_MAX).read_until(b'\n', &mut buffer)? == 0 {
            return Ok(count);
        }
        see(member(&buffer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is no list of members"))?)?;
        count += 1;
    }
}

impl List {
    /// Shows every member, in the order of the archive.
    ///
    /// # Errors
    /// What the system or `see` says.
    pub fn each(&self, see: &mut dyn FnMut(Member) -> io::Result<()>) -> io::Result<()> {
        each(self.reader(), see).map(drop)
    }

    fn reader(&self) -> impl Read {
        At { file: &self.file, at: 0 }
    }
}

/// A file that others read as well, from its beginning.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(out, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Writes a list to its place on a disk, and reads it back from the medium. The only function that writes one.
///
/// # Errors
/// [`VaultError`].
pub fn write(store: &Store, key: &str, list: &List) -> Result<(), VaultError> {
    let first = if store.is_local() { format!("{key}{UNFINISHED_SUFFIX}") } else { key.to_owned() };
    let failed = |error| operation(store.disk(), "write", key, error);
    let writing = store.operator.writer_with(&first).chunk(PIECE_BYTES);
    let mut writer = store.runtime.block_on(async { writing.await }).map_err(failed)?;
    let mut from = list.reader();
    loop {
        let mut piece = Vec::new();
        let read = (&mut from).take(PIECE_BYTES as u64).read_to_end(&mut piece);
        if read.map_err(|error| operation_io(store.disk(), "write", key, error))? == 0 {
            break;
        }
        store.runtime.block_on(writer.write(piece)).map_err(failed)?;
    }
    store.runtime.block_on(writer.close()).map_err(failed)?;
    if store.is_local() {
        store.rename(&first, key)?;
    }
    let (bytes, digest, _how) = read_back::digest(store, key)?;
    if (bytes, digest) == (list.bytes, list.sha256) {
        return Ok(());
    }
    let what = "the list of members".to_owned();
    Err(VaultError::ReadBackDiffers { disk: store.disk().to_owned(), key: key.to_owned(), what })
}

/// Shows every member that a list on a disk names, and compares the list with its digest in the manifest; returns the
/// bytes that were read. What was shown before an error counts for nothing. The only function that reads one.
///
/// # Errors
/// [`VaultError::Altered`] for a list that is missing, damaged or another, or what `see` says.
pub fn read(
    store: &Store,
    key: &str,
    named: &Members,
    identity: Option<&Identity>,
    see: &mut dyn FnMut(Member) -> io::Result<()>,
) -> Result<u64, VaultError> {
    let altered = |what: &str| VaultError::Altered {
        disk: store.disk().to_owned(),
        key: key.to_owned(),
        what: format!("the list of members {what}"),
    };
    if store.stat(key)?.is_none_or(|object| object.bytes != named.bytes) {
        return Err(altered("is missing, or has another size than the manifest says"));
    }
    let (_bytes, digest, _how) = read_back::digest(store, key)?;
    if digest != named.sha256 {
        return Err(altered("is not the one that the manifest names"));
    }
    let list = read_back::open(store, key, identity)?;
    let count = each(list, see).map_err(|error| altered(&format!("does not read ({error})")))?;
    if count != named.count {
        return Err(altered("has another length than the manifest says"));
    }
    Ok(2 * named.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_gives_back_its_member(
            numbers in any::<(u64, u64, u64)>(),
            kind in 33_u8..127,
            path in proptest::collection::vec(1_u8.., 0..60),
            link in proptest::collection::vec(1_u8.., 0..20),
        ) {
            let (offset, bytes, size) = numbers;
            let wanted = Member { offset, bytes, kind, size, path, link };
            let text = line(&wanted);
            prop_assert!(std::str::from_utf8(&text).is_ok());
            prop_assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 1);
            prop_assert_eq!(member(&text), Some(wanted));
        }

        #[test]
        fn garbage_is_no_member_and_no_panic(line in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _any = member(&line);
        }
    }

    #[test]
    fn a_path_is_shown_as_people_write_it() {
        assert_eq!(escape("./año/foto 1.jpg".as_bytes()), "./año/foto 1.jpg");
        assert_eq!(escape(b"a\tb\n\\\xff"), r"a\x09b\x0a\x5c\xff");
    }
}
