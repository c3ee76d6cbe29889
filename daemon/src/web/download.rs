//! A file that goes out: always as a download that no browser opens by itself. It may not know whose it is.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::intake::content_disposition;
use crate::store::desk_rows::Attachment;

/// The answer that hands out a file.
pub(super) fn download(about: &Attachment, bytes: Vec<u8>) -> Response {
    let kind = if about.kind == "jpeg" { "image/jpeg" } else { "application/pdf" };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, content_disposition(&about.name)),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
