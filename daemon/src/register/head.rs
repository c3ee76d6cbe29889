//! The head: where the chain stands, signed. It shows a tail that was cut, and what each disk was given, so that one
//! disk tells of another. It may not know the lines themselves.
//!
//! **The signed text** is the head as compact JSON (no space, keys in the order of the file, text in UTF-8) without
//! `firma` and without a line break: just what `jq -cj 'del(.firma)' head.json` writes. `firma` is its ed25519
//! signature (RFC 8032) and `clave` the public key, both in hexadecimal.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::entry::FORM;
use super::error::RegisterError;
use super::key::{Key, PublicKey};

/// The version of the format.
pub const FORMAT: u16 = 1;
/// The most bytes that a head may have.
pub const HEAD_BYTES_MAX: u64 = 1 << 20;

/// The last entry of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Its year.
    pub year: i32,
    /// Its number in the year.
    pub number: i64,
    /// Its place in the whole chain, which is how many entries there are.
    pub sequence: i64,
    /// The hash of its line.
    pub hash: String,
}

/// Where the chain stood, signed. The same for all disks but for the time that it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`FORM`].
    #[serde(rename = "registro")]
    pub form: String,
    /// [`FORMAT`].
    #[serde(rename = "formato")]
    pub format: u16,
    /// The year of the last entry.
    #[serde(rename = "anio")]
    pub year: i32,
    /// The number of the last entry in its year.
    #[serde(rename = "correlativo")]
    pub number: i64,
    /// The place of the last entry in the chain, which is how many entries there are.
    #[serde(rename = "secuencia")]
    pub sequence: i64,
    /// The hash of the last line.
    pub hash: String,
    /// When it was signed, RFC 3339.
    #[serde(rename = "firmado")]
    pub at: String,
    /// What each disk was given last, as far as the signer knows.
    #[serde(rename = "discos")]
    pub disks: Vec<GivenHead>,
    /// The public key, 64 hexadecimal digits.
    #[serde(rename = "clave")]
    pub key: String,
    /// The signature of everything else, 128 hexadecimal digits.
    #[serde(rename = "firma", default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
}

/// What a disk was given last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenHead {
    /// The disk's id.
    pub id: Uuid,
    /// Its label.
    #[serde(rename = "etiqueta")]
    pub label: String,
    /// The place of the last entry that it was given.
    #[serde(rename = "secuencia")]
    pub sequence: i64,
    /// The hash of that entry's line.
    pub hash: String,
    /// When, RFC 3339.
    #[serde(rename = "entregado")]
    pub at: String,
}

/// Signs where the chain stands. `disks` says what each disk will have been given once this head lies on it.
///
/// # Errors
/// [`RegisterError::Write`], which does not happen.
pub fn sign(key: &Key, tip: &Tip, at: DateTime<FixedOffset>, disks: Vec<GivenHead>) -> Result<Head, RegisterError> {
    let mut head = Head {
        form: FORM.to_owned(),
        format: FORMAT,
        year: tip.year,
        number: tip.number,
        sequence: tip.sequence,
        hash: tip.hash.clone(),
        at: at.to_rfc3339_opts(SecondsFormat::Secs, false),
        disks,
        key: key.public().hex(),
        signature: String::new(),
    };
    head.signature = key.sign(&head.signed_text()?);
    Ok(head)
}

impl Head {
    /// Reads `head.json`. It must be written as [`Head::to_json`] writes it, to the byte: a head is small, and one that
    /// anybody else wrote is of no use.
    ///
    /// # Errors
    /// [`RegisterError::HeadParse`], [`RegisterError::HeadNewer`], [`RegisterError::OtherForm`] or
    /// [`RegisterError::HeadChanged`].
    pub fn from_json(json: &[u8]) -> Result<Self, RegisterError> {
        let value: serde_json::Value = serde_json::from_slice(json).map_err(RegisterError::HeadParse)?;
        match value.get("formato").and_then(serde_json::Value::as_u64) {
            Some(format) if format > u64::from(FORMAT) => return Err(RegisterError::HeadNewer(format)),
            _ => {}
        }
        let head: Self = serde_json::from_value(value).map_err(RegisterError::HeadParse)?;
        if head.form != FORM {
            return Err(RegisterError::OtherForm { found: head.form });
        }
        if head.to_json()? == json { Ok(head) } else { Err(RegisterError::HeadChanged) }
    }

    /// The head as it lies on a disk.
    ///
    /// # Errors
    /// [`RegisterError::Write`], which does not happen.
    pub fn to_json(&self) -> Result<Vec<u8>, RegisterError> {
        let mut json = serde_json::to_vec_pretty(self).map_err(RegisterError::Write)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Checks the signature, and that it was made with the trusted key where one is given. Without one this shows only
    /// that the head is as somebody signed it.
    ///
    /// # Errors
    /// [`RegisterError::Signature`], [`RegisterError::OtherKey`], [`RegisterError::Hex`] or [`RegisterError::NoKey`].
    pub fn check(&self, trusted: Option<&PublicKey>) -> Result<(), RegisterError> {
        let key = PublicKey::from_hex(&self.key)?;
        if !key.signed(&self.signed_text()?, &self.signature) {
            return Err(RegisterError::Signature { fingerprint: key.fingerprint() });
        }
        match trusted {
            Some(trusted) if *trusted != key => {
                Err(RegisterError::OtherKey { found: key.fingerprint(), trusted: trusted.fingerprint() })
            }
            _ => Ok(()),
        }
    }

    /// The text that is signed, see above.
    ///
    /// # Errors
    /// [`RegisterError::Write`], which does not happen.
    pub fn signed_text(&self) -> Result<Vec<u8>, RegisterError> {
        let bare = Self { signature: String::new(), ..self.clone() };
        serde_json::to_vec(&bare).map_err(RegisterError::Write)
    }
}
