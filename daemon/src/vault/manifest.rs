//! The manifest: what a backup is, how it was made, and what proves it. It is written last; without it there is no
//! backup. Every version of the format is read forever.

use resguardo_shared::digest::Digest;
use resguardo_shared::dump::{Dump, Part};
use resguardo_shared::wire::{Counts, Exit};
use serde::{Deserialize, Serialize};

use super::seal;
use crate::crypt::Recipient;
use crate::proof::Evidence;

/// The version of the format of a manifest whose archives are plain.
pub const FORMAT: u16 = 1;
/// The version of one whose archives are encrypted: a program that knows nothing of that must leave it alone, and say why.
pub const FORMAT_ENCRYPTED: u16 = 2;
/// The most bytes that a manifest may have.
pub const MANIFEST_BYTES_MAX: u64 = 1 << 20;

/// A backup of one dataset on one disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`] or [`FORMAT_ENCRYPTED`].
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
    /// `agent`, `installed`, `plain` or `local`.
    pub mode: String,
    /// The fingerprint of the host key that the server showed; empty where the dump was taken on the same machine.
    pub host_key: String,
    /// To whom the archives are encrypted; `None` where anybody can read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    /// The archives, the main one last.
    pub files: Vec<File>,
    /// The list of the main archive's members, for a tree of files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Members>,
    /// What a person should know, though it does not spoil the backup.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The disk that this manifest lies on.
    pub disk: DiskName,
    /// When and how the archives were read back from this disk.
    pub read_back: ReadBack,
}

/// To whom archives are encrypted, in the format of age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// The public keys, `age1…`, whose owners can read them.
    pub recipients: Vec<String>,
}

impl Encryption {
    /// An encryption to these recipients; none for none.
    pub fn to(recipients: &[Recipient]) -> Option<Self> {
        let recipients: Vec<String> = recipients.iter().map(ToString::to_string).collect();
        if recipients.is_empty() { None } else { Some(Self { recipients }) }
    }
}

/// One archive of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Which part of the dataset.
    pub part: Part,
    /// Its file name, beside the manifest.
    pub name: String,
    /// Bytes of the archive as it lies on the disk, encrypted or not.
    pub archive_bytes: u64,
    /// The digest of the archive as it lies on the disk.
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

/// The list of an archive's members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    /// Its file name, beside the manifest.
    pub name: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// The digest of the file.
    pub sha256: Digest,
    /// How many members it lists.
    pub count: u64,
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
    /// A byte of it is not what was written.
    #[error("it was changed after it was written: the digest in its second line is not that of its other lines")]
    Seal,
}

impl Manifest {
    /// Reads a manifest. One without a seal was written before there were any.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn from_json(json: &[u8]) -> Result<Self, ManifestError> {
        let value: serde_json::Value = serde_json::from_slice(json)?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format > u64::from(FORMAT_ENCRYPTED) => return Err(ManifestError::Newer(format)),
            _ => {}
        }
        let manifest: Self = serde_json::from_slice(&seal::unsealed(json).ok_or(ManifestError::Seal)?)?;
        if manifest.files.is_empty() {
            return Err(ManifestError::Empty);
        }
        // A manifest must never lead a restore or a removal out of its own folder.
        let strange = |char: char| matches!(char, '/' | '\\') || char.is_control();
        let outside = |name: &&str| name.contains(strange) || name.starts_with('.') || name.is_empty();
        let strange_name = manifest.names().find(outside).map(str::to_owned);
        strange_name.map_or(Ok(manifest), |name| Err(ManifestError::Name(name)))
    }

    /// The manifest as it lies on a disk, with its seal.
    ///
    /// # Errors
    /// What the JSON writer says.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(seal::sealed(&json))
    }

    /// The format of a manifest with this encryption.
    pub fn format_of(encryption: Option<&Encryption>) -> u16 {
        if encryption.is_some() { FORMAT_ENCRYPTED } else { FORMAT }
    }

    /// The main archive.
    pub fn main(&self) -> Option<&File> {
        self.files.iter().find(|file| file.part == Part::Main)
    }

    /// The names of all files that lie beside it and that it gives digests of.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str()).chain(self.members.iter().map(|members| members.name.as_str()))
    }

    /// Bytes of all archives.
    pub fn archive_bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.archive_bytes))
    }

    /// Bytes of all dumps.
    pub fn plain_bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.plain_bytes))
    }

    /// Everything that lies beside the manifest and belongs to it, by file name and digest: what
    /// [`Manifest::sha256_file`] lists, so that what comes to be listed there is copied with the rest.
    pub fn listed(&self) -> Vec<(String, Digest)> {
        let pair =
            |line: &str| line.split_once("  ").and_then(|(digest, name)| Some((name.to_owned(), digest.parse().ok()?)));
        self.sha256_file().lines().filter_map(pair).collect()
    }

    /// The file for `sha256sum -c`, in the format of coreutils.
    pub fn sha256_file(&self) -> String {
        let archives = self.files.iter().map(|file| (file.archive_sha256, &file.name));
        let members = self.members.iter().map(|members| (members.sha256, &members.name));
        archives.chain(members).map(|(digest, name)| format!("{digest}  {name}\n")).collect()
    }
}
