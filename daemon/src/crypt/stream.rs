//! Bytes on their way into an encrypted file and out of it, in order or from any place.

use std::io::{self, Read, Seek, SeekFrom, Write};

use age::stream::{StreamReader, StreamWriter};

use super::keys::{Identity, Recipient};

/// The most bytes that the head of an encrypted file may have: some hundred recipients.
const HEADER_BYTES_MAX: u64 = 64 * 1024;

/// Encrypts what is written to it. Without [`Encrypting::finish`] what was written is cut short, and is refused by whoever
/// reads it.
pub struct Encrypting<W>(StreamWriter<W>);

/// Begins a file that is encrypted to all of these.
///
/// # Errors
/// What `out` says, or that there are no recipients.
pub fn encrypt<W: Write>(recipients: &[Recipient], out: W) -> io::Result<Encrypting<W>> {
    let to = recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(to).map_err(io::Error::other)?;
    encryptor.wrap_output(out).map(Encrypting)
}

impl<W: Write> Encrypting<W> {
    /// Writes what is left, and that this is the end.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for Encrypting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Why an encrypted file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CryptError {
    /// No private key fits; or the part of its head that was meant for it is damaged.
    #[error("it is not encrypted to {given}, or its head is damaged")]
    NotForUs {
        /// The public keys that belong to the private ones.
        given: String,
    },
    /// It is no file of age, or its head or its end were changed.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// The medium does not give it.
    #[error("it cannot be read")]
    Read(#[source] io::Error),
}

/// What is inside of an encrypted file. Every byte that it gives was proved to be what was once written; bytes that were
/// changed are an error of the kind `InvalidData`, after which nothing more is given.
pub struct Decrypting<R> {
    inside: StreamReader<R>,
    /// Bytes inside.
    bytes: u64,
    at: u64,
    failed: bool,
}

/// Opens an encrypted file at its beginning. That it ends where it was once finished is proved at once.
///
/// # Errors
/// [`CryptError`].
pub fn decrypt<R: Read + Seek>(identity: &Identity, mut input: R) -> Result<Decrypting<R>, CryptError> {
    look_at_header(&mut input)?;
    let decryptor = age::Decryptor::new(input).map_err(|error| refused(error, identity))?;
    let keys = identity.0.iter().map(|key| key as &dyn age::Identity);
    let mut inside = decryptor.decrypt(keys).map_err(|error| refused(error, identity))?;
    let end = inside.seek(SeekFrom::End(0)).and_then(|bytes| inside.rewind().map(|()| bytes));
    let bytes = end.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            CryptError::Damaged("its end was changed, or is missing".to_owned())
        }
        _ => CryptError::Read(error),
    })?;
    Ok(Decrypting { inside, bytes, at: 0, failed: false })
}

/// The library reads a head of any length into memory, so its end is looked for first.
fn look_at_header(input: &mut (impl Read + Seek)) -> Result<(), CryptError> {
    let mut head = Vec::new();
    input.by_ref().take(HEADER_BYTES_MAX).read_to_end(&mut head).map_err(CryptError::Read)?;
    input.rewind().map_err(CryptError::Read)?;
    let ends = head.windows(5).any(|window| window == b"\n--- ");
    if ends { Ok(()) } else { Err(CryptError::Damaged("it does not begin as a file of age".to_owned())) }
}

fn refused(error: age::DecryptError, identity: &Identity) -> CryptError {
    let given = || identity.recipients().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match error {
        age::DecryptError::NoMatchingKeys => CryptError::NotForUs { given: given() },
        age::DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => CryptError::Read(error),
        error => CryptError::Damaged(error.to_string()),
    }
}

impl<R: Read> Read for Decrypting<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(changed(self.at));
        }
        match self.inside.read(out) {
            Ok(read) => {
                self.at += read as u64;
                Ok(read)
            }
            Err(error) => {
                // The library does not go on after an error.
                self.failed = true;
                let damage = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
                Err(if damage { changed(self.at) } else { error })
            }
        }
    }
}

fn changed(at: u64) -> io::Error {
    let what = format!("what is encrypted from byte {at} of its content on is not what was once written");
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<R: Read + Seek> Seek for Decrypting<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
            SeekFrom::End(offset) => self.bytes.checked_add_signed(offset),
        };
        // The library panics where it is led beyond the end.
        let Some(target) = target.filter(|&target| target <= self.bytes) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if self.failed {
            return Err(changed(self.at));
        }
        let reached = self.inside.seek(SeekFrom::Start(target));
        self.failed = reached.is_err();
        self.at = reached.map_err(
            |error| {
                if error.kind() == io::ErrorKind::InvalidData { changed(target) } else { error }
            },
        )?;
        Ok(self.at)
    }
}
