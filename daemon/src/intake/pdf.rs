//! A document, which is kept byte for byte and therefore must hold nothing that acts by itself.
//!
//! It is read twice. `scan.rs` searches the bytes for everything that any program could take for an object, in bounded
//! depth, time and memory; what it does not allow is refused. Only then `rebuilt.rs` has `lopdf` read the same objects,
//! through a table of our own making: the one in the file could have it read one object a million times.

use memchr::memmem;

use super::{Refused, kind, rebuilt, scan};

/// Bytes that may stand behind the end, of which some printers and mail programs leave a few.
const TAIL_MAX: usize = 512;
/// How far from its end a document says where its table begins.
const START_WITHIN: usize = 2048;

/// The same document, if it is harmless.
///
/// # Errors
/// [`Refused`], with what was found and how to make a harmless one of it.
pub(super) fn examined(file: Vec<u8>) -> Result<Vec<u8>, Refused> {
    end(&file)?;
    let scan = scan::Scan::of(&file)?;
    rebuilt::read(&file, &scan)?;
    Ok(file)
}

/// Looks at how a document ends: with its own end, and nothing behind it that another program could take for a file.
fn end(file: &[u8]) -> Result<(), Refused> {
    let cut = Refused::BrokenDocument { why: "le falta el final" };
    let Some(end) = memmem::rfind(file, b"%%EOF") else { return Err(cut) };
    let near = file.get(end.saturating_sub(START_WITHIN)..end).unwrap_or_default();
    if memmem::rfind(near, b"startxref").is_none() {
        return Err(cut);
    }
    let tail = file.get(end + b"%%EOF".len()..).unwrap_or_default();
    let tail = tail.trim_ascii_start();
    let blank = tail.iter().all(|byte| byte.is_ascii_whitespace() || [0, 0x1a].contains(byte));
    let looks_like = kind::looks_like(tail);
    let harmless = ["un texto", "otra cosa"].contains(&looks_like) && !tail.contains(&b'<') && tail.len() <= TAIL_MAX;
    if !blank && !harmless {
        return Err(Refused::Appended { looks_like });
    }
    // A ZIP is found from its end, wherever it begins, and its end is 22 bytes and a remark of up to 64 KiB.
    let last = file.get(file.len().saturating_sub(22 + (1 << 16))..).unwrap_or_default();
    if memmem::find(last, b"PK\x05\x06").is_some() {
        return Err(Refused::Appended { looks_like: kind::looks_like(b"PK") });
    }
    Ok(())
}
