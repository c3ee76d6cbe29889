//! Sealing: how a draft becomes the line at its place in the chain. It may not know which place that is.

use resguardo_shared::digest::Digest;
use serde::Serialize;

use super::entry::{Draft, Entry, FORM, VERSION};
use super::error::RegisterError;

/// What the first entry of all calls the hash of the line before it.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The most bytes that a line may have.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// Where an entry stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its place in the whole chain, from 1.
    pub sequence: i64,
    /// Its number in its year, from 1.
    pub number: i64,
    /// The hash of the line before it, 64 lower-case hexadecimal digits; [`FIRST`] for the first of all.
    pub previous: String,
}

/// A line that is ready to stand in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The line, without its line break.
    pub text: String,
    /// Its hash, 64 lower-case hexadecimal digits.
    pub hash: String,
}

/// The hash of a line: the SHA-256 of its bytes without the line break.
pub fn hash(line: &[u8]) -> String {
    Digest::of(line).to_string()
}

/// The file name of a year, the same on every disk.
pub fn file_name(year: i32) -> String {
    format!("FO-06-{year:04}.jsonl")
}

/// The year of a file name.
pub fn year_of(file_name: &str) -> Option<i32> {
    let digits = file_name.strip_prefix("FO-06-")?.strip_suffix(".jsonl")?;
    let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// Makes the line of a draft at its place. The same draft at the same place makes the same line.
///
/// # Errors
/// [`RegisterError::Place`], [`RegisterError::Year`], [`RegisterError::Week`] or [`RegisterError::TooLong`].
pub fn seal(draft: &Draft, place: &Place) -> Result<Sealed, RegisterError> {
    check_place(place)?;
    // A clock without a battery says 1970, and even that is registered.
    if !(1970..=9999).contains(&draft.year()) {
        return Err(RegisterError::Year(draft.year()));
    }
    if !is_week(&draft.week) {
        return Err(RegisterError::Week(draft.week.clone()));
    }
    let entry = Entry {
        form: FORM.to_owned(),
        version: VERSION.to_owned(),
        sequence: place.sequence,
        year: draft.year(),
        number: place.number,
        draft: draft.clone(),
        previous: place.previous.clone(),
    };
    let text = to_line(&entry)?;
    let hash = hash(text.as_bytes());
    Ok(Sealed { text, hash })
}

fn to_line(entry: &impl Serialize) -> Result<String, RegisterError> {
    let text = serde_json::to_string(entry).map_err(RegisterError::Write)?;
    if text.len() > LINE_BYTES_MAX { Err(RegisterError::TooLong { bytes: text.len() }) } else { Ok(text) }
}

fn check_place(place: &Place) -> Result<(), RegisterError> {
    let &Place { sequence, number, ref previous } = place;
    let why = if sequence < 1 || number < 1 {
        "both count from 1"
    } else if number > sequence {
        "a year cannot have more entries than the chain"
    } else if (sequence == 1) != (previous == FIRST) {
        "the first entry, and only the first, has zeros for the hash before it"
    } else if !is_hash(previous) {
        "the hash before it is not 64 lower-case hexadecimal digits"
    } else {
        return Ok(());
    };
    Err(RegisterError::Place { sequence, number, why })
}

/// Whether this is a hash as the register writes it.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && is_hex(text)
}

/// Whether these are lower-case hexadecimal digits.
pub(super) fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_week(text: &str) -> bool {
    let Some((year, week)) = text.split_once("-W") else { return false };
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(year, 4) && digits(week, 2) && week.parse().is_ok_and(|week: u8| (1..=53).contains(&week))
}
