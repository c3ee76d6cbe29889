//! Writing requests and records. It may not know who reads them.

use std::io::{self, Write};

use serde::Serialize;

use super::{End, FRAME_HEADER_BYTES, Hello, MAGIC, MESSAGE_BYTES_MAX, Refused, Request, VERSION};
use crate::frame::{COMPRESSED_BYTES_MAX, Frame};

pub(super) const HELLO: u8 = 1;
pub(super) const FRAME: u8 = 2;
pub(super) const END: u8 = 3;
pub(super) const REFUSED: u8 = 4;

/// Writes a request: its length in four bytes, little-endian, and its JSON.
///
/// # Errors
/// Whatever `out` returns, and `InvalidInput` where the request is larger than [`MESSAGE_BYTES_MAX`].
pub fn write_request(out: &mut impl Write, request: &Request) -> io::Result<()> {
    let json = json(request)?;
    out.write_all(&length(json.len())?)?;
    out.write_all(&json)?;
    out.flush()
}

/// Writes the preamble, which needs no request: it tells whoever is there what answers.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_preamble(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    out.write_all(&[0, 0])?;
    out.flush()
}

/// Writes the hello.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_hello(out: &mut impl Write, hello: &Hello) -> io::Result<()> {
    message(out, HELLO, hello)
}

/// Writes a frame.
///
/// # Errors
/// Whatever `out` returns, and `InvalidInput` for a frame beyond the bounds or without a digest.
pub fn write_frame(out: &mut impl Write, frame: &Frame) -> io::Result<()> {
    if frame.compressed.len() > COMPRESSED_BYTES_MAX {
        return Err(too_large(frame.compressed.len()));
    }
    let unsealed = || io::Error::new(io::ErrorKind::InvalidInput, "a frame without a digest cannot be sent");
    let digest = frame.digest.ok_or_else(unsealed)?;
    let mut header = [0; 8 + FRAME_HEADER_BYTES];
    header[0] = FRAME;
    header[4..8].copy_from_slice(&length(FRAME_HEADER_BYTES + frame.compressed.len())?);
    header[8..16].copy_from_slice(&frame.sequence.to_le_bytes());
    header[16..24].copy_from_slice(&frame.plain_offset.to_le_bytes());
    header[24..28].copy_from_slice(&frame.plain_length.to_le_bytes());
    // Bytes 28 to 32 say what the frame needs to be read: nothing, in this version.
    header[32..64].copy_from_slice(&digest.0);
    out.write_all(&header)?;
    out.write_all(&frame.compressed)
}

/// Writes the end.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_end(out: &mut impl Write, end: &End) -> io::Result<()> {
    message(out, END, end)
}

/// Writes a refusal.
///
/// # Errors
/// Whatever `out` returns.
pub fn write_refused(out: &mut impl Write, refused: &Refused) -> io::Result<()> {
    message(out, REFUSED, refused)
}

fn message(out: &mut impl Write, kind: u8, value: &impl Serialize) -> io::Result<()> {
    let json = json(value)?;
    out.write_all(&[kind, 0, 0, 0])?;
    out.write_all(&length(json.len())?)?;
    out.write_all(&json)?;
    out.flush()
}

fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(value)?;
    if json.len() > MESSAGE_BYTES_MAX { Err(too_large(json.len())) } else { Ok(json) }
}

fn length(bytes: usize) -> io::Result<[u8; 4]> {
    u32::try_from(bytes).map(u32::to_le_bytes).map_err(|_| too_large(bytes))
}

fn too_large(bytes: usize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("a record of {bytes} bytes is over the wire format's bound"))
}
