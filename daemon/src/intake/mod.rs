//! A file that somebody uploaded: judged by its content alone, made harmless, or refused in words that say what to do
//! instead. Only here are `image` and `lopdf` named. It may not know SQL, HTTP or files: bytes in, bytes out.
//!
//! A JPEG is decoded and encoded anew, so that nothing of it is left but its pixels. A PDF is kept byte for byte, and
//! therefore searched for everything that acts by itself: see `pdf.rs` for how it is read without trusting any of it.

mod active;
mod inflate;
mod jpeg;
mod kind;
mod name;
mod object;
mod pdf;
mod rebuilt;
mod refused;
mod scan;
#[cfg(test)]
mod bound_tests;
#[cfg(test)]
mod jpeg_tests;
#[cfg(test)]
mod pdf_tests;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use resguardo_shared::digest::Digest;
use tokio::sync::Mutex;

pub use kind::Kind;
pub use name::content_disposition;
pub use refused::Refused;

/// Files that a ticket holds at most.
pub const FILES_MAX: usize = 5;
/// Bytes of one file at most, as uploaded and as kept.
pub const FILE_BYTES_MAX: usize = 10 << 20;
/// Bytes of all files of one ticket at most.
pub const TICKET_BYTES_MAX: u64 = 25 << 20;
/// Pixels of a JPEG at most.
pub const PIXELS_MAX: u64 = 40_000_000;
/// Letters of a name at most, with its extension.
pub const NAME_CHARS_MAX: usize = 120;

/// One file is judged at a time, so that what they need in memory does not add up when many come at once; in the order in which
/// they came, so that whoever brings slow ones does not keep the others waiting for all of them.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A file that may be kept and handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// How it is shown and handed out: one path component, composed letters, with the extension of its kind.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What to keep: a PDF as it came, a JPEG encoded anew.
    pub bytes: Vec<u8>,
    /// The digest of `bytes`.
    pub sha256: Digest,
}

/// Judges one file. It blocks and uses a core, for some seconds at worst: call it where that is allowed, and never from a task.
///
/// # Errors
/// [`Refused`], in Spanish, for whoever uploaded it.
pub fn accept(name: &str, bytes: Vec<u8>) -> Result<Accepted, Refused> {
    let _turn = ONE_AT_A_TIME.blocking_lock();
    // The libraries below read what anybody may send; what makes one of them panic is a broken file, and no more.
    catch_unwind(AssertUnwindSafe(|| judge(name, bytes))).unwrap_or(Err(Refused::Unreadable))
}

/// Whether a ticket that holds so many files of so many bytes has room for another one.
///
/// # Errors
/// [`Refused::TooManyFiles`], [`Refused::TicketFull`].
pub fn room(files: usize, bytes: u64, more: u64) -> Result<(), Refused> {
    if files >= FILES_MAX {
        return Err(Refused::TooManyFiles);
    }
    if bytes.saturating_add(more) > TICKET_BYTES_MAX {
        return Err(Refused::TicketFull);
    }
    Ok(())
}

fn judge(name: &str, bytes: Vec<u8>) -> Result<Accepted, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Refused::TooLarge);
    }
    let kind = Kind::of(&bytes).map_err(|looks_like| Refused::Kind { looks_like })?;
    let bytes = match kind {
        Kind::Jpeg => jpeg::made_anew(bytes)?,
        Kind::Pdf => pdf::examined(bytes)?,
    };
    Ok(Accepted { name: name::named(name, kind), kind, sha256: Digest::of(&bytes), bytes })
}
