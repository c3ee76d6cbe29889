//! Private keys: read one, make one. It may not know where they are kept, and shows them to nobody.

use std::io;
use std::sync::Arc;

use russh::keys::{PrivateKey, decode_secret_key};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{LineEnding, PublicKey};
use zeroize::Zeroizing;

use super::{Target, TransportError};

/// Makes a new ed25519 key: the private key's OpenSSH text, and the public key.
///
/// # Errors
/// When the system gives no randomness.
pub fn generate_key() -> io::Result<(Zeroizing<String>, PublicKey)> {
    let key = generate()?;
    let pem = key.to_openssh(LineEnding::LF).map_err(io::Error::other)?;
    Ok((pem, key.public_key().clone()))
}

pub(super) fn generate() -> io::Result<PrivateKey> {
    let mut seed = Zeroizing::new([0_u8; 32]);
    getrandom::fill(seed.as_mut()).map_err(io::Error::other)?;
    Ok(PrivateKey::from(Ed25519Keypair::from_seed(&seed)))
}

/// Reads the target's private key, with its passphrase if it is encrypted.
///
/// # Errors
/// Tells a missing passphrase from a wrong one, and both from a text that is no key.
pub(super) fn load(target: &Target) -> Result<Arc<PrivateKey>, TransportError> {
    let server = || target.name.clone();
    let passphrase = target.passphrase.as_ref().map(|text| text.as_str());
    match decode_secret_key(&target.key_pem, passphrase) {
        Ok(key) => Ok(Arc::new(key)),
        Err(source) if !is_encrypted(&target.key_pem) => Err(TransportError::Key { server: server(), source }),
        Err(_) if passphrase.is_none() => Err(TransportError::PassphraseMissing { server: server() }),
        Err(_) => Err(TransportError::PassphraseWrong { server: server() }),
    }
}

/// An OpenSSH key says so inside, the older formats in a header.
fn is_encrypted(pem: &str) -> bool {
    match PrivateKey::from_openssh(pem) {
        Ok(key) => key.is_encrypted(),
        Err(_) => pem.contains("BEGIN ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED"),
    }
}
