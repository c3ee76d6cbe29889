//! The name of a file: cleaned before anything else is asked of it, and written into a header so that it cannot end one.
//! Nothing is ever stored under such a name.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Kind, NAME_CHARS_MAX};
use crate::desk::text;

/// What a file of this kind is called that somebody called `given`.
pub(super) fn named(given: &str, kind: Kind) -> String {
    let clean = text::cleaned(given).replace('\n', " ");
    let last = clean.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String = last.chars().map(|letter| if "<>:\"|?*".contains(letter) { '_' } else { letter }).collect();
    let safe = safe.trim_end_matches(is_edge);
    let (stem, extension) = split(safe, kind);
    let room = NAME_CHARS_MAX - 1 - extension.chars().count();
    let beyond = stem.chars().count().saturating_sub(room);
    let stem: String = stem.chars().skip(beyond).collect();
    let stem = stem.trim_matches(is_edge);
    if stem.is_empty() {
        return format!("archivo.{extension}");
    }
    if is_device(stem) {
        let stem: String = stem.chars().take(room - 1).collect();
        return format!("_{stem}.{extension}");
    }
    format!("{stem}.{extension}")
}

/// Windows drops these at the end of a name, and they hide a file elsewhere at its beginning.
fn is_edge(letter: char) -> bool {
    letter == '.' || letter.is_whitespace()
}

/// The name without one of our extensions, and the extension of its kind, as it was spelled if it was right.
fn split(name: &str, kind: Kind) -> (&str, String) {
    let (ours, other): (&[&str], &[&str]) = match kind {
        Kind::Pdf => (&["pdf"], &["jpg", "jpeg"]),
        Kind::Jpeg => (&["jpg", "jpeg"], &["pdf"]),
    };
    let is = |extension: &str, among: &[&str]| among.iter().any(|known| extension.eq_ignore_ascii_case(known));
    let usual = ours.first().copied().unwrap_or_default().to_owned();
    match name.rsplit_once('.') {
        Some((stem, extension)) if is(extension, ours) => (stem, extension.to_owned()),
        Some((stem, extension)) if is(extension, other) => (stem, usual),
        _ => (name, usual),
    }
}

/// Whether Windows takes a name for a device, whatever its extension.
fn is_device(stem: &str) -> bool {
    let first = stem.split('.').next().unwrap_or_default().trim().to_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&first.as_str()) {
        return true;
    }
    let number = first.strip_prefix("COM").or_else(|| first.strip_prefix("LPT"));
    number.is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(|one| "0123456789¹²³".contains(one)))
}

/// The header `Content-Disposition` of a download (RFC 6266): the name in ASCII for old browsers, and as it is
/// (RFC 8187) for all others. Whatever the name holds, the result is visible ASCII on one line.
pub fn content_disposition(name: &str) -> String {
    let plain = name.nfd().filter(|letter| !is_combining_mark(*letter));
    let fallback: String = plain
        .map(|letter| match letter {
            '"' | '\\' | '%' | ';' => '_',
            ' ' => ' ',
            letter if letter.is_ascii_graphic() => letter,
            _ => '_',
        })
        .collect();
    let mut header = format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''");
    for byte in name.nfc().collect::<String>().bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            header.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _infallible = write!(header, "%{byte:02X}");
        }
    }
    header
}
