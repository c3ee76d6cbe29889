//! What a form brought: names with their texts, and files. All of it is in memory and bounded before anybody looks at it. It
//! may not know which forms there are.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Form, FromRequest as _, Multipart, Request};
use axum::http::{HeaderMap, header};

use super::failure::Failure;

/// Fields of one form.
const FIELDS_MAX: usize = 200;
/// Files of one form that are taken in at all; how many may be kept, others say.
const FILES_MAX: usize = 12;

/// What a form brought.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    texts: Vec<(String, String)>,
    files: Vec<SentFile>,
}

/// A file that somebody sent. Nothing of what it says about itself is true before its bytes were looked at.
#[derive(Clone)]
pub struct SentFile {
    /// The field's name.
    pub field: String,
    /// The name that it has where it comes from, as sent.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

impl std::fmt::Debug for SentFile {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SentFile").field("name", &self.name).field("bytes", &self.bytes.len()).finish()
    }
}

impl Fields {
    /// Fields with these texts, as for a form that shows what is stored.
    pub fn of<'a>(texts: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let texts = texts.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        Self { texts, files: Vec::new() }
    }

    /// The text of a field; empty where it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text)
    }

    /// All texts of a field that may stand several times, such as boxes that are ticked.
    pub fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// Whether a box is ticked, or a button of this name was pressed.
    pub fn has(&self, name: &str) -> bool {
        self.texts.iter().any(|(known, _)| known == name)
    }

    /// A whole number, such as an id or a version.
    pub fn number(&self, name: &str) -> Option<i64> {
        number(self.text(name))
    }

    /// The files of a field; one that was left empty by the browser is none.
    pub fn files<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a SentFile> {
        self.files.iter().filter(move |file| file.field == field)
    }
}

/// A positive whole number in plain digits.
pub fn number(text: &str) -> Option<i64> {
    let is_plain = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten().filter(|number| *number > 0)
}

/// The same where a small one is meant, such as a revision.
pub fn whole(text: &str) -> Option<u32> {
    u32::try_from(number(text)?).ok()
}

/// How large the body of a request may be, and of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing: whatever comes is not looked at.
    Nothing,
    /// A form of so many bytes.
    Form(usize),
    /// A form with files, of so many bytes together.
    Files(usize),
}

/// Reads the form of a request, which has so long to come.
pub(super) async fn read(takes: Takes, headers: &HeaderMap, body: Body) -> Result<Fields, Failure> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (most, has_files) = match (takes, essence.as_str()) {
        (Takes::Form(most) | Takes::Files(most), "application/x-www-form-urlencoded") => (most, false),
        (Takes::Files(most), "multipart/form-data") => (most, true),
        // Only forms of other sites, and what is no form, come as anything else.
        _ => return Err(Failure::Stale),
    };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Failure::TooLarge);
    }
    let bytes = to_bytes(body, most).await.map_err(|error| {
        // The limit has no type of its own here; whatever else ends a body is a connection that broke off.
        let is_long =
            std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("length limit"));
        if is_long { Failure::TooLarge } else { Failure::Malformed }
    })?;
    let mut request = Request::new(Body::from(bytes));
    *request.method_mut() = axum::http::Method::POST;
    request.headers_mut().extend(headers.get(header::CONTENT_TYPE).map(|kind| (header::CONTENT_TYPE, kind.clone())));
    DefaultBodyLimit::max(most).apply(&mut request);
    if has_files { with_files(request).await } else { plain(request).await }
}

async fn plain(request: Request) -> Result<Fields, Failure> {
    let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
    let Form(texts) = form.map_err(|_| Failure::Malformed)?;
    if texts.len() > FIELDS_MAX {
        return Err(Failure::Malformed);
    }
    Ok(Fields { texts, files: Vec::new() })
}

async fn with_files(request: Request) -> Result<Fields, Failure> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Failure::Malformed)?;
    let mut fields = Fields::default();
    while let Some(part) = parts.next_field().await.map_err(|_| Failure::Malformed)? {
        let field = part.name().unwrap_or_default().to_owned();
        let name = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|_| Failure::Malformed)?;
        match name {
            // A browser sends an empty part for a file that was not chosen.
            Some(name) if name.is_empty() && bytes.is_empty() => {}
            Some(name) => fields.files.push(SentFile { field, name, bytes }),
            None => fields.texts.push((field, String::from_utf8_lossy(&bytes).into_owned())),
        }
        if fields.texts.len() > FIELDS_MAX || fields.files.len() > FILES_MAX {
            return Err(Failure::Malformed);
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_plain_digits() {
        assert_eq!(number("42"), Some(42));
        for bad in ["", "0", "-1", "+1", "1e3", "0x10", "１", "9223372036854775808", " 1", "1 "] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }
}
