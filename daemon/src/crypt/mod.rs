//! Archives that only whoever holds a key can read, in the format of age (age-encryption.org/v1); only here is its library
//! named. It may not know what is encrypted.
//!
//! An archive is encrypted to everybody in [`Seal::recipients`]: those of the configuration, and one whose private key was
//! made for this run, lives in memory, and proves what was written when it is read back. When the run is over that key is
//! gone, and nobody reads the archive without one of the others.

mod keys;
mod stream;
#[cfg(test)]
mod tests;

pub use keys::{BadIdentity, Identity, Recipient, Seal};
pub use stream::{CryptError, Decrypting, Encrypting, decrypt, encrypt};
