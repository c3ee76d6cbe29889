//! Where things lie on a disk. Names are what a person with nothing but the disk will read.

/// The marker that makes a folder a disk of ours.
pub const MARKER: &str = "resguardo-disk.json";
/// What this is and how to restore it, in Spanish.
pub const LEEME: &str = "LEEME.txt";
/// The folder of all backups.
pub const ARCHIVES: &str = "archives/";
/// The folder of what is not finished; nothing in it is ever taken for a backup.
pub const UNFINISHED: &str = "unfinished/";
/// The folder of the register's files, one a year: `register/FO-06-2026.jsonl`.
pub const REGISTER: &str = "register/";
/// The signed head of the register, written after the years.
pub const HEAD: &str = "register/head.json";
/// How a manifest's name ends.
pub const MANIFEST_SUFFIX: &str = ".manifest.json";

/// The names of one backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stem(String);

impl Stem {
    /// The backup of a dataset that began at `stamp` (`2026-11-22T020000-0600`).
    pub fn new(server: &str, dataset: &str, stamp: &str) -> Self {
        Self(format!("{ARCHIVES}{server}/{dataset}/{stamp}"))
    }

    /// The stem of a manifest's key.
    pub fn of_manifest(key: &str) -> Option<Self> {
        key.strip_suffix(MANIFEST_SUFFIX).map(|stem| Self(stem.to_owned()))
    }

    /// The stem of a backup by its name, `SERVER/DATASET/STAMP`.
    pub fn of_archive(name: &str) -> Self {
        Self(format!("{ARCHIVES}{name}"))
    }

    /// The key of an archive whose dump would have this suffix.
    pub fn archive(&self, suffix: &str) -> String {
        format!("{}.{suffix}.zst", self.0)
    }

    /// The key of the list of members.
    pub fn members(&self) -> String {
        self.archive(super::members::SUFFIX)
    }

    /// The key of the file for `sha256sum -c`.
    pub fn sha256(&self) -> String {
        format!("{}.sha256", self.0)
    }

    /// The key of the manifest.
    pub fn manifest(&self) -> String {
        format!("{}{MANIFEST_SUFFIX}", self.0)
    }

    /// Whether a key is one of this backup's, by its name.
    pub fn names(&self, key: &str) -> bool {
        key.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with('.') && !rest.contains('/'))
    }

    /// The folder of this dataset, with a slash at its end.
    pub fn folder(&self) -> String {
        self.0.rsplit_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"))
    }
}

/// The last component of a key.
pub fn file_name(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}

/// How the name of an encrypted file ends.
const ENCRYPTED_SUFFIX: &str = ".age";

/// The key of a file once it is encrypted.
pub fn encrypted(key: &str) -> String {
    format!("{key}{ENCRYPTED_SUFFIX}")
}

/// Whether a file is encrypted, by its name, which says so and nothing else does.
pub fn is_encrypted(key: &str) -> bool {
    key.ends_with(ENCRYPTED_SUFFIX)
}

/// The name of what an archive holds: its own without what compression and encryption added.
pub fn dump_name(archive: &str) -> &str {
    let compressed = archive.strip_suffix(ENCRYPTED_SUFFIX).unwrap_or(archive);
    compressed.strip_suffix(".zst").unwrap_or(compressed)
}

/// How the name of a local file ends that is not yet written whole.
pub const UNFINISHED_SUFFIX: &str = ".unfinished";

/// The folder of a run's unfinished files, with a slash at its end.
pub fn unfinished(run: uuid::Uuid) -> String {
    format!("{UNFINISHED}{run}/")
}
