//! The manifest: what a backup is, how it was made, and what proves it. It is written last; without it there is no
//! backup. Every version of the format is read forever.

use resguardo_shared::digest::Digest;
use resguardo_shared::dump::{Dump, Part};
use resguardo_shared::wire::{Counts, Exit};
use serde::{Deserialize, Serialize};

use crate::proof::Evidence;

/// The version of the format.
pub const FORMAT: u16 = 1;
/// The most bytes that a manifest may have.
pub const MANIFEST_BYTES_MAX: u64 = 1 << 20;

/// A backup of one dataset on one disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u16,
    /// The run that made it.
    pub run: uuid::Uuid,
    /// The plan, when one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The server's name.
    pub server: String,
    /// The dataset's name.
    pub dataset: String,
    /// How it was dumped.
    pub dump: Dump,
    /// When the dump began, RFC 3339.
    pub started: String,
    /// When the dump had been received, RFC 3339.
    pub ended: String,
    /// What made it: program and version, and the way the dump was taken.
    pub tool: String,
    /// `agent`, `installed` or `plain`.
    pub mode: String,
    /// The fingerprint of the host key that the server showed.
    pub host_key: String,
    /// The archives, the main one last.
    pub files: Vec<File>,
    /// What a person should know, though it does not spoil the backup.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The disk that this manifest lies on.
    pub disk: DiskName,
    /// When and how the archives were read back from this disk.
    pub read_back: ReadBack,
}

/// One archive of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Which part of the dataset.
    pub part: Part,
    /// Its file name, beside the manifest.
    pub name: String,
    /// Bytes of the archive.
    pub archive_bytes: u64,
    /// The digest of the archive.
    pub archive_sha256: Digest,
    /// Its frames.
    pub frames: u64,
    /// Bytes of the dump.
    pub plain_bytes: u64,
    /// The digest of the dump, taken at its source in agent mode and as it arrived in plain mode.
    pub plain_sha256: Digest,
    /// How the dump command ended.
    pub exit: Exit,
    /// What the source counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// What the dump itself shows.
    pub evidence: Evidence,
}

/// A disk's id and label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskName {
    /// Its id.
    pub id: uuid::Uuid,
    /// Its label.
    pub label: String,
}

/// When and how archives were read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadBack {
    /// When, RFC 3339.
    pub at: String,
    /// `direct` (past the page cache), `dropped` (the cache was dropped first) or `remote`.
    pub how: String,
    /// Whether the dump itself was decompressed and digested from this disk, or its archive's digest compared with that
    /// of one that was.
    pub decompressed: bool,
}

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is no JSON of this shape.
    #[error("it is no manifest")]
    Parse(#[from] serde_json::Error),
    /// Its format is newer.
    #[error(
        "its format {0} is newer than this program; use a newer Resguardo, or restore with the tools that LEEME.txt names"
    )]
    Newer(u64),
    /// It names files that are not beside it.
    #[error("it names a file {0:?} that is not beside it")]
    Name(String),
    /// It has no files.
    #[error("it names no archive")]
    Empty,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn from_json(json: &[u8]) -> Result<Self, ManifestError> {
        let value: serde_json::Value = serde_json::from_slice(json)?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format > u64::from(FORMAT) => return Err(ManifestError::Newer(format)),
            _ => {}
        }
        let manifest: Self = serde_json::from_value(value)?;
        if manifest.files.is_empty() {
            return Err(ManifestError::Empty);
        }
        // A manifest must never lead a restore or a removal out of its own folder.
        let strange = |char: char| matches!(char, '/' | '\\') || char.is_control();
        let outside = |file: &&File| file.name.contains(strange) || file.name.starts_with('.') || file.name.is_empty();
        match manifest.files.iter().find(outside) {
            Some(file) => Err(ManifestError::Name(file.name.clone())),
            None => Ok(manifest),
        }
    }

    /// The manifest as it lies on a disk.
    ///
    /// # Errors
    /// What the JSON writer says.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// The main archive.
    pub fn main(&self) -> Option<&File> {
        self.files.iter().find(|file| file.part == Part::Main)
    }

    /// Bytes of all archives.
    pub fn archive_bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.archive_bytes))
    }

    /// Bytes of all dumps.
    pub fn plain_bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.plain_bytes))
    }

    /// The file for `sha256sum -c`, in the format of coreutils.
    pub fn sha256_file(&self) -> String {
        self.files.iter().map(|file| format!("{}  {}\n", file.archive_sha256, file.name)).collect()
    }
}
