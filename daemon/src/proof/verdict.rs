//! What an inspection ends in: the evidence that a dump is complete, or the reason why it is not.
//! Nothing here may know how either is found.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a complete dump showed, as the manifest and the register keep it.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// One English phrase: "table of contents and all 12 data blocks".
    pub shows: String,
    /// How many tables the dump makes; `None` where the kind has none or they could not be counted for certain.
    pub tables: Option<u64>,
    /// How many files, folders and links an archive of files holds; `None` for the other kinds.
    pub members: Option<u64>,
    /// How many rows of each table the dump holds, in the order of their names; `None` where they were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<TableRows>>,
    /// The version of the database server, as the dump itself tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// How many rows of a table a dump holds.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    /// `SCHEMA.TABLE`, or `TABLE` where there are no schemas, without quotes; [`LARGE_OBJECTS`] for what is no table.
    pub name: String,
    /// Rows.
    pub rows: u64,
}

/// The name under which PostgreSQL's large objects are counted. A table's name has a dot.
pub const LARGE_OBJECTS: &str = "large objects";

/// Why a dump is not complete, or is not what was asked for. No variant can be mended by a retry of the inspection:
/// the dump must be made again.
#[derive(Error, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incomplete {
    /// Not one byte came.
    #[error("the dump is empty; see what the dump command wrote to its standard error")]
    Empty,
    /// Fewer bytes came than the configuration promises.
    #[error("the dump has {bytes} bytes, and a complete one has at least {min_bytes} (`min_bytes`)")]
    TooSmall {
        /// How many bytes came.
        bytes: u64,
        /// How many a complete dump has at least.
        min_bytes: u64,
    },
    /// The text that closes every complete dump of this kind is not at its end.
    #[error(
        "the dump does not end with `{expected}`: it was cut short, or its options leave that line out \
         (such as `--compact` and `--skip-comments`)"
    )]
    NoTrailer {
        /// The text that is missing.
        expected: String,
    },
    /// The dump ends where more must follow.
    #[error("the dump ends after {at} bytes, inside {inside}")]
    Truncated {
        /// How many bytes came.
        at: u64,
        /// What was left unfinished.
        inside: String,
    },
    /// The bytes contradict the format.
    #[error("the dump is damaged near byte {at}: {what}")]
    Malformed {
        /// How many bytes had been read when it was noticed.
        at: u64,
        /// What was found.
        what: String,
    },
    /// The bytes are of another kind, such as an error message in place of a dump.
    #[error("the dump is not {expected}: it begins with `{found}`")]
    NotThisKind {
        /// The kind that was asked for.
        expected: &'static str,
        /// The first bytes that came, escaped.
        found: String,
    },
    /// The kind is right, but its version or variant cannot be judged.
    #[error("{what} cannot be checked: {remedy}")]
    Unsupported {
        /// What was found.
        what: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// An archive of files that is well formed and holds nothing, not even the folder itself.
    #[error("the archive holds no member, not even the folder itself; see whether its path exists on the server")]
    NoMembers,
}

impl Incomplete {
    pub(super) fn malformed(at: u64, what: impl Into<String>) -> Self {
        Self::Malformed { at, what: what.into() }
    }

    pub(super) fn truncated(at: u64, inside: impl Into<String>) -> Self {
        Self::Truncated { at, inside: inside.into() }
    }

    /// The inspector adds what was found: only it keeps the first bytes whatever the slices.
    pub(super) fn not_this_kind(expected: &'static str) -> Self {
        Self::NotThisKind { expected, found: String::new() }
    }
}
