//! The key that signs heads of the register, and its public half. It may not know where the secret is kept.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use resguardo_shared::digest::Digest;
use zeroize::Zeroizing;

use super::error::RegisterError;
use super::seal::is_hex;

/// The secret key (ed25519, RFC 8032). It is wiped from memory when it is dropped, and nothing shows it but
/// [`Key::to_hex`].
pub struct Key(SigningKey);

/// The public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl Key {
    /// The key with these 32 random bytes for its secret.
    pub fn from_secret(secret: &Zeroizing<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The key whose secret stands in a file: 64 lower-case hexadecimal digits, space around them does not matter.
    ///
    /// # Errors
    /// [`RegisterError::Hex`].
    pub fn from_hex(secret: &str) -> Result<Self, RegisterError> {
        let secret = Zeroizing::new(from_hex::<32>("register key", secret.trim())?);
        Ok(Self::from_secret(&secret))
    }

    /// The secret, for the file that keeps it.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(to_hex(&*Zeroizing::new(self.0.to_bytes())))
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature of these bytes, 128 hexadecimal digits.
    pub(super) fn sign(&self, bytes: &[u8]) -> String {
        to_hex(&self.0.sign(bytes).to_bytes())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.public().fingerprint())
    }
}

impl PublicKey {
    /// Reads 64 lower-case hexadecimal digits, space around them does not matter.
    ///
    /// # Errors
    /// [`RegisterError::Hex`] or [`RegisterError::NoKey`].
    pub fn from_hex(hex: &str) -> Result<Self, RegisterError> {
        let hex = hex.trim();
        let bytes = from_hex::<32>("public key", hex)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| RegisterError::NoKey(hex.to_owned()))
    }

    /// The key, 64 lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        to_hex(self.0.as_bytes())
    }

    /// What people compare, on paper too: the first half of the SHA-256 of the key's 32 bytes, in groups of four.
    pub fn fingerprint(&self) -> String {
        let digits = Digest::of(self.0.as_bytes()).to_string();
        let group = |at: usize| digits.get(at * 4..at * 4 + 4).unwrap_or_default();
        (0..8).map(group).collect::<Vec<_>>().join("-")
    }

    /// Whether this key made this signature of these bytes.
    pub(super) fn signed(&self, bytes: &[u8], signature: &str) -> bool {
        let signature = from_hex::<64>("signature", signature);
        signature.is_ok_and(|bytes_of| self.0.verify_strict(bytes, &Signature::from_bytes(&bytes_of)).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

fn to_hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a string does not fail.
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}

/// Only lower case: one key or signature has one spelling, so that no change of it goes unseen.
fn from_hex<const N: usize>(what: &'static str, hex: &str) -> Result<[u8; N], RegisterError> {
    let bad = || RegisterError::Hex { what, digits: N * 2 };
    if hex.len() != N * 2 || !is_hex(hex) {
        return Err(bad());
    }
    let mut bytes = [0; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        let pair = hex.get(at * 2..at * 2 + 2).ok_or_else(bad)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
    }
    Ok(bytes)
}
