//! The register's secret key in the state folder: made once, readable by its owner alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::error::ServiceError;
use crate::config::model::SecretSource;
use crate::config::secret::{self, SecretError};
use crate::register::key::Key;

/// The file of the secret key.
const SECRET: &str = "register.key";
/// The file of the public key, for whoever checks a disk elsewhere.
const PUBLIC: &str = "register.pub";

/// The key of this installation, made now if there is none.
///
/// # Errors
/// [`ServiceError::Key`], [`ServiceError::BadKey`], and what keeps a secret from being read.
pub(super) fn load(state: &Path) -> Result<Key, ServiceError> {
    let path = state.join(SECRET);
    let failed = |act, source| ServiceError::Key { act, path: path.clone(), source };
    if !path.try_exists().map_err(|source| failed("look for", source))? {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| failed("make", io::Error::other(error)))?;
        let key = Key::from_secret(&bytes);
        write(state, SECRET, 0o600, &key.to_hex()).map_err(|source| failed("write", source))?;
        write(state, PUBLIC, 0o644, &key.public().hex()).map_err(|source| failed("write", source))?;
        tracing::info!(fingerprint = key.public().fingerprint(), "the register has a new key");
        return Ok(key);
    }
    let text = secret::read(&SecretSource::File(path.clone()), "the register's key").map_err(|error| match error {
        SecretError::Read { source, .. } => failed("read", source),
        other => ServiceError::Secret(other),
    })?;
    Key::from_hex(text.expose()).map_err(|source| ServiceError::BadKey { path, source })
}

/// Writes a small file so that it is there whole or not at all.
fn write(folder: &Path, name: &str, mode: u32, text: &str) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.unfinished"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&unfinished, folder.join(name))?;
    File::open(folder)?.sync_all()
}
