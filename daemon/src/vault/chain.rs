//! The register's files on a disk: each year's lines and the signed head. They are small, and written whole. It may not
//! know what a line says.

use super::error::VaultError;
use super::layout::{HEAD, REGISTER, file_name};
use super::store::Store;
use crate::register::head::HEAD_BYTES_MAX;
use crate::register::seal::year_of;

/// The most bytes that a year may have: fifty datasets each hour make some 500 MB, more than any plan needs; fifty
/// each day make 30.
pub const YEAR_BYTES_MAX: u64 = 256 << 20;

/// The register as it lies on a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDisk {
    /// Each year's file by its name (`FO-06-2026.jsonl`) and content, in order of years.
    pub files: Vec<(String, Vec<u8>)>,
    /// The head, where there is one.
    pub head: Option<Vec<u8>>,
}

/// Reads the register of a disk; empty where there is none.
///
/// # Errors
/// [`VaultError::Operation`], also for a file of more than [`YEAR_BYTES_MAX`].
pub fn read(store: &Store) -> Result<OnDisk, VaultError> {
    let objects = store.list(REGISTER)?;
    let keys = objects.iter().map(|object| object.key.as_str());
    let years = keys.filter(|key| key.strip_prefix(REGISTER).and_then(year_of).is_some());
    let mut files = Vec::new();
    for key in years {
        if let Some(content) = store.read_small(key, YEAR_BYTES_MAX)? {
            files.push((file_name(key).to_owned(), content));
        }
    }
    Ok(OnDisk { files, head: read_head(store)? })
}

/// Reads the head alone, where there is one.
///
/// # Errors
/// [`VaultError::Operation`].
pub fn read_head(store: &Store) -> Result<Option<Vec<u8>>, VaultError> {
    store.read_small(HEAD, HEAD_BYTES_MAX)
}

/// Reads one year's file by its name, where there is one.
///
/// # Errors
/// [`VaultError::Operation`], also for a file of more than [`YEAR_BYTES_MAX`].
pub fn read_year(store: &Store, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
    store.read_small(&format!("{REGISTER}{name}"), YEAR_BYTES_MAX)
}

/// Writes the years that changed and then the head: a disk that is pulled out between the two holds more than its head
/// says, and never less.
///
/// # Errors
/// [`VaultError::Operation`], [`VaultError::Full`], or [`VaultError::Short`]; what was there before is then still whole.
pub fn write(store: &Store, changed: Vec<(String, Vec<u8>)>, head: Vec<u8>) -> Result<(), VaultError> {
    for (name, content) in changed {
        let key = format!("{REGISTER}{name}");
        let bytes = content.len() as u64;
        if bytes > YEAR_BYTES_MAX || year_of(&name).is_none() {
            let what = format!("a year's file of the register has at most {YEAR_BYTES_MAX} bytes; {name} has {bytes}");
            return Err(super::store::operation_io(store.disk(), "write", &key, std::io::Error::other(what)));
        }
        store.write_small(&key, content)?;
    }
    store.write_small(HEAD, head)
}
