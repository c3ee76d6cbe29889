//! Private keys for reading what is encrypted: where they come from, and what to say where one is missing or does not fit.

use std::path::Path;

use super::archives::Found;
use super::error::JobError;
use crate::config::model::{Config, SecretSource};
use crate::config::secret;
use crate::crypt::{CryptError, Identity};
use crate::vault::error::VaultError;

/// The private keys in a file that an operator named.
///
/// # Errors
/// [`JobError::Key`] or [`JobError::Identity`].
pub fn from_file(file: &Path) -> Result<Identity, JobError> {
    from(&SecretSource::File(file.to_owned()), &file.display().to_string())
}

/// The private keys that the configuration names, if it does.
///
/// # Errors
/// [`JobError::Key`] or [`JobError::Identity`].
pub fn configured(config: &Config) -> Result<Option<Identity>, JobError> {
    let source = config.encryption.identity.as_ref();
    source.map(|source| from(source, "`encryption.identity`")).transpose()
}

fn from(source: &SecretSource, place: &str) -> Result<Identity, JobError> {
    let secret = secret::read(source, "the private key");
    let secret = secret.map_err(|source| JobError::Key { source })?;
    let parsed = Identity::from_file_text(secret.expose());
    parsed.map_err(|source| JobError::Identity { place: place.to_owned(), source })
}

/// An error of reading as people need it: which archive, and whose key would open it.
pub(super) fn explained(found: &Found, error: VaultError) -> JobError {
    let recipients = recipients(found);
    let archive = found.entry.name().to_owned();
    match error {
        VaultError::Locked { .. } => JobError::Locked { archive, recipients: recipients.join(", ") },
        VaultError::Decrypt { source: CryptError::NotForUs { given }, disk, key } => {
            // Where the manifest names this key, the archive was meant for it and is damaged.
            let meant = given.split(", ").any(|given| recipients.iter().any(|known| known == given));
            if meant {
                return VaultError::Decrypt { disk, key, source: CryptError::NotForUs { given } }.into();
            }
            JobError::WrongKey { archive, recipients: recipients.join(", "), given }
        }
        error => error.into(),
    }
}

/// The public keys of whoever can read a backup; none for a plain one.
pub fn recipients(found: &Found) -> &[String] {
    let encryption = found.entry.manifest.as_ref().ok().and_then(|manifest| manifest.encryption.as_ref());
    encryption.map_or(&[], |encryption| &encryption.recipients)
}
