//! What a file is by its first bytes; its name and what a browser says of it count for nothing.

/// The kinds that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A document.
    Pdf,
    /// A photograph.
    Jpeg,
}

impl Kind {
    /// Its word in the database and in programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpeg",
        }
    }

    /// The kind of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pdf, Self::Jpeg].into_iter().find(|kind| kind.word() == word)
    }

    /// Its type for a browser.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// The kind of these bytes, or what they look like instead.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.starts_with(b"%PDF-") {
            return Ok(Self::Pdf);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Ok(Self::Jpeg);
        }
        Err(looks_like(bytes))
    }
}

/// What bytes look like that are neither PDF nor JPEG, in Spanish.
pub(super) fn looks_like(bytes: &[u8]) -> &'static str {
    const SIGNS: &[(&[u8], &str)] = &[
        (b"\x89PNG", "una imagen PNG"),
        (b"GIF8", "una imagen GIF"),
        (b"BM", "una imagen BMP"),
        (b"II*\0", "una imagen TIFF"),
        (b"MM\0*", "una imagen TIFF"),
        (b"PK", "un archivo ZIP o un documento de Office"),
        (b"\xd0\xcf\x11\xe0", "un documento de Office antiguo"),
        (b"{\\rtf", "un documento RTF"),
        (b"Rar!", "un archivo RAR"),
        (b"7z\xbc\xaf", "un archivo 7z"),
        (b"\x1f\x8b", "un archivo comprimido"),
        (b"MZ", "un programa"),
        (b"\x7fELF", "un programa"),
        (b"#!", "un programa"),
        (b"<?php", "un programa"),
        (b"%PDF-", "un PDF"),
        (b"\xff\xd8\xff", "una imagen JPEG"),
    ];
    let start = bytes.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if let Some((_, what)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign) || start.starts_with(sign)) {
        return what;
    }
    let lower: Vec<u8> = start.iter().take(1024).map(u8::to_ascii_lowercase).collect();
    let holds = |what: &[u8]| memchr::memmem::find(&lower, what).is_some();
    if bytes.get(4..8) == Some(b"ftyp") {
        return if holds(b"heic") || holds(b"heix") || holds(b"mif1") { "una imagen HEIC" } else { "un video" };
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return "una imagen WebP";
    }
    if holds(b"<svg") {
        return "una imagen SVG";
    }
    if holds(b"<html") || holds(b"<!doctype") || holds(b"<script") || holds(b"<?xml") {
        return "una página web";
    }
    if holds(b"%pdf-") {
        return "un PDF con algo antepuesto";
    }
    if std::str::from_utf8(&lower).is_ok() && !lower.contains(&0) { "un texto" } else { "otra cosa" }
}
