//! The allow-list: what a forced-command agent may dump. A key that opens only this opens no shell.
//!
//! The file is JSON, `{"version": 1, "dumps": [...]}`, each dump as [`Dump`] writes it; `resguardo agent-allow SERVER`
//! prints it for a server of the configuration. A request must equal an entry in every field.

use std::fs;
use std::path::{Path, PathBuf};

use resguardo_shared::dump::Dump;
use serde::{Deserialize, Serialize};

/// What may be dumped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowList {
    /// The version of this file's format: 1.
    pub version: u16,
    /// The dumps, each in full.
    pub dumps: Vec<Dump>,
}

/// Why an allow-list allows nothing.
#[derive(Debug, thiserror::Error)]
pub enum AllowError {
    /// The file cannot be read.
    #[error("the allow-list {path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The file is not an allow-list.
    #[error("the allow-list {path} does not read")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What and where.
        #[source]
        source: serde_json::Error,
    },
    /// The file's version is another.
    #[error("the allow-list {path} has version {version}, and this agent reads version 1")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u16,
    },
}

impl AllowList {
    /// Reads an allow-list.
    ///
    /// # Errors
    /// [`AllowError`]; nothing is then allowed.
    pub fn read(path: &Path) -> Result<Self, AllowError> {
        let path_buf = || path.to_owned();
        let text = fs::read_to_string(path).map_err(|source| AllowError::Read { path: path_buf(), source })?;
        let list: Self =
            serde_json::from_str(&text).map_err(|source| AllowError::Parse { path: path_buf(), source })?;
        if list.version == 1 { Ok(list) } else { Err(AllowError::Version { path: path_buf(), version: list.version }) }
    }

    /// Whether this dump is named.
    pub fn allows(&self, dump: &Dump) -> bool {
        self.dumps.contains(dump)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_in_every_field_is_allowed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let named = r#"{"kind":"files","path":"/srv/web","exclude":["./cache/*"]}"#;
        fs::write(file.path(), format!(r#"{{"version":1,"dumps":[{named}]}}"#)).unwrap();
        let list = AllowList::read(file.path()).unwrap();
        assert!(list.allows(&serde_json::from_str(named).unwrap()));
        for other in [r#"{"kind":"files","path":"/etc"}"#, r#"{"kind":"files","path":"/srv/web"}"#] {
            assert!(!list.allows(&serde_json::from_str(other).unwrap()), "{other}");
        }
    }

    #[test]
    fn a_list_that_does_not_read_allows_nothing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for bad in ["", "{}", r#"{"version":1,"dumps":[],"all":true}"#, r#"{"version":2,"dumps":[]}"#] {
            fs::write(file.path(), bad).unwrap();
            assert!(AllowList::read(file.path()).is_err(), "{bad}");
        }
    }
}
