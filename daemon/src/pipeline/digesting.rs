//! Digesting what is read, on its way to whoever reads it.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use resguardo_shared::digest::{Digest, Hasher};

/// Reads on from `R` and digests each byte once, in the order of the file, whatever else is read in between.
pub struct Digesting<R> {
    inner: R,
    at: u64,
    tally: Tally,
}

/// What has been digested so far: the beginning of the file, so many bytes long. It is known apart from the reader, which
/// may by then be deep inside of another.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<(Hasher, u64)>>);

impl<R> Digesting<R> {
    /// Digests what is read from here on as the beginning of the file.
    pub fn new(inner: R) -> Self {
        Self { inner, at: 0, tally: Tally::default() }
    }

    /// What will have been digested.
    pub fn tally(&self) -> Tally {
        self.tally.clone()
    }
}

impl Tally {
    /// How many bytes were digested, and their digest.
    pub fn finish(&self) -> (u64, Digest) {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (state.1, state.0.clone().finish())
    }

    fn take(&self, at: u64, bytes: &[u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What lies before was digested when it was first read; what lies behind a gap will be, when it is read in order.
        let known = state.1.checked_sub(at).and_then(|known| usize::try_from(known).ok());
        if let Some(new) = known.and_then(|known| bytes.get(known..)) {
            state.0.update(new);
            state.1 += new.len() as u64;
        }
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.tally.take(self.at, &out[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Digesting<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_counts_once_whatever_is_read_in_between() {
        let file: Vec<u8> = (0..=255).collect();
        let mut reader = Digesting::new(io::Cursor::new(&file));
        let tally = reader.tally();
        let mut part = [0; 100];
        for start in [200, 0, 50, 10, 150] {
            reader.seek(SeekFrom::Start(start)).unwrap();
            let _short_at_the_end = reader.read(&mut part).unwrap();
        }
        assert_eq!(tally.finish(), (250, Digest::of(&file[..250])));
        reader.rewind().unwrap();
        io::copy(&mut reader, &mut io::sink()).unwrap();
        assert_eq!(tally.finish(), (256, Digest::of(&file)));
    }
}
