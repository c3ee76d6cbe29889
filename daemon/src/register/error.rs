//! Why the register would not. Each message says what was wrong with which field and what to do.

use super::correction::CORRECTABLE;

/// Why the register would not.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// An entry would stand at an impossible place.
    #[error("an entry cannot stand at place {sequence} as number {number}: {why}")]
    Place {
        /// The place in the chain.
        sequence: i64,
        /// The number in the year.
        number: i64,
        /// What is impossible.
        why: &'static str,
    },
    /// The entry's time has a year that no file is named after.
    #[error("an entry of the year {0} cannot be registered; set the clock of this machine")]
    Year(i32),
    /// The week is not an ISO week.
    #[error("{0:?} is not an ISO week such as 2026-W47")]
    Week(String),
    /// The line would be too long.
    #[error("the entry has {bytes} bytes, more than {max}; shorten its observations", max = super::seal::LINE_BYTES_MAX)]
    TooLong {
        /// Bytes of its line.
        bytes: usize,
    },
    /// The JSON writer failed.
    #[error("cannot write it as JSON")]
    Write(#[source] serde_json::Error),
    /// A line is not an entry.
    #[error("the line is not an entry of the register")]
    Parse(#[source] serde_json::Error),
    /// A line or a head belongs to another register.
    #[error("it belongs to {found:?}, not to {form}", form = super::entry::FORM)]
    OtherForm {
        /// What it says it belongs to.
        found: String,
    },
    /// A key or signature is not hexadecimal of the right length.
    #[error("a {what} is {digits} lower-case hexadecimal digits")]
    Hex {
        /// What should have been one.
        what: &'static str,
        /// How many digits it has.
        digits: usize,
    },
    /// The public key is no point of the curve.
    #[error("the public key {0} is not an ed25519 key")]
    NoKey(String),
    /// A correction names a field that is not correctable.
    #[error("{field:?} cannot be corrected; these can: {allowed}", allowed = CORRECTABLE.join(", "))]
    Field {
        /// The field that was asked for.
        field: String,
    },
    /// A correction names a medium that the entry does not have.
    #[error("the entry has no medium {label:?}; it has: {labels}")]
    NoMedium {
        /// The label that was asked for.
        label: String,
        /// The labels that the entry has.
        labels: String,
    },
    /// A correction lacks something.
    #[error("a correction needs {0}")]
    Incomplete(&'static str),
    /// A head is not one.
    #[error("it is no head of the register")]
    HeadParse(#[source] serde_json::Error),
    /// A head's format is newer.
    #[error("the format {0} of the head is newer than this program; use a newer Resguardo")]
    HeadNewer(u64),
    /// A head is written in another way than this program writes it.
    #[error("the head was changed: it is not written as Resguardo writes it")]
    HeadChanged,
    /// The signature does not fit.
    #[error(
        "the signature of the head does not fit it: the head was changed, or was not signed with the key {fingerprint}"
    )]
    Signature {
        /// The fingerprint of the key that the head names.
        fingerprint: String,
    },
    /// The head is signed with another key than the trusted one.
    #[error("the head is signed with the key {found}, not with the trusted key {trusted}")]
    OtherKey {
        /// Fingerprint of the key that the head names.
        found: String,
        /// Fingerprint of the trusted key.
        trusted: String,
    },
}
