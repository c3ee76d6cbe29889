//! A file that goes out: always as a download that no browser opens by itself. It may not know whose it is.

use std::fs::File;
use std::io::{self, Cursor};
use std::os::unix::fs::FileExt as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::io::ReaderStream;

use super::turns::Turn;
use crate::intake::content_disposition;
use crate::store::desk_rows::Attachment;

/// Bytes that are handed over at once.
const PIECE: usize = 64 * 1024;

/// A file on its way, which keeps its turn until it was taken or given up.
struct Going {
    bytes: Cursor<Vec<u8>>,
    _turn: Turn,
}

impl AsyncRead for Going {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_read(context, into)
    }
}

/// The answer that hands out a file.
pub(super) fn download(about: &Attachment, bytes: Vec<u8>, turn: Turn) -> Response {
    let kind = if about.kind == "jpeg" { "image/jpeg" } else { "application/pdf" };
    named(&about.name, kind, bytes, turn)
}

/// The answer that hands out a PDF of this program's own.
pub(super) fn paper(name: &str, pdf: Vec<u8>, turn: Turn) -> Response {
    named(name, "application/pdf", pdf, turn)
}

/// The answer that hands out a table.
pub(super) fn listed(name: &str, kind: &str, bytes: Vec<u8>, turn: Turn) -> Response {
    named(name, kind, bytes, turn)
}

/// The answer that hands out a file from the disk, which several may fetch at once.
pub(super) fn fetched(name: &str, kind: &str, file: Arc<File>, bytes: u64, turn: Turn) -> Response {
    let body = Body::from_stream(ReaderStream::with_capacity(Fetching { file, at: 0, _turn: turn }, PIECE));
    (headers(name, kind, bytes), body).into_response()
}

/// A file on its way, with a place in it of its own.
struct Fetching {
    file: Arc<File>,
    at: u64,
    _turn: Turn,
}

impl AsyncRead for Fetching {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // A piece of a file that was just written lies in memory, and is not waited for.
        let mut piece = vec![0; into.remaining().min(PIECE)];
        let read = self.file.read_at(&mut piece, self.at)?;
        into.put_slice(piece.get(..read).unwrap_or_default());
        self.at += u64::try_from(read).unwrap_or_default();
        Poll::Ready(Ok(()))
    }
}

fn named(name: &str, kind: &str, bytes: Vec<u8>, turn: Turn) -> Response {
    let length = bytes.len() as u64;
    let going = Going { bytes: Cursor::new(bytes), _turn: turn };
    (headers(name, kind, length), Body::from_stream(ReaderStream::with_capacity(going, PIECE))).into_response()
}

fn headers(name: &str, kind: &str, bytes: u64) -> [(header::HeaderName, String); 5] {
    [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, content_disposition(name)),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ]
}
