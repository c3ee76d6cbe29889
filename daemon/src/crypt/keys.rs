//! Public and private keys. A private key is wiped from memory with its last copy and is never shown.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use age::secrecy::ExposeSecret;
use zeroize::Zeroizing;

/// A public key, to whose owner archives are encrypted: `age1…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(pub(super) age::x25519::Recipient);

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Recipient {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The private keys of one file, normally one. Copies share the same memory, which is wiped with the last of them.
#[derive(Clone)]
pub struct Identity(pub(super) Arc<[age::x25519::Identity]>);

/// Only the public keys, which belong to the private ones.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Identity").field(&self.recipients()).finish()
    }
}

/// Why a text is no file of private keys. What stands in it is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadIdentity {
    /// A line is none.
    #[error("line {0} is neither a comment nor a private key of age: AGE-SECRET-KEY-1…")]
    Line(usize),
    /// There are public keys where private ones belong.
    #[error("line {0} is a public key; the private one begins with AGE-SECRET-KEY-1")]
    Public(usize),
    /// It is an encrypted file.
    #[error("it is encrypted by a passphrase; decrypt it first with `age -d`")]
    Encrypted,
    /// There are no keys.
    #[error("it has no private key: a line that begins with AGE-SECRET-KEY-1")]
    None,
}

impl Identity {
    /// A new private key.
    pub fn generate() -> Self {
        Self(Arc::new([age::x25519::Identity::generate()]))
    }

    /// Reads a file of private keys as `age-keygen` writes it: a key a line, and comments.
    ///
    /// # Errors
    /// [`BadIdentity`], with the line and nothing of what stands in it.
    pub fn from_file_text(text: &str) -> Result<Self, BadIdentity> {
        let mut keys = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if line == 1 && text.starts_with("age-encryption.org/") || text.starts_with("-----BEGIN AGE ENCRYPTED") {
                return Err(BadIdentity::Encrypted);
            }
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            match text.parse() {
                Ok(key) => keys.push(key),
                Err(_) if text.parse::<Recipient>().is_ok() => return Err(BadIdentity::Public(line)),
                Err(_) => return Err(BadIdentity::Line(line)),
            }
        }
        if keys.is_empty() { Err(BadIdentity::None) } else { Ok(Self(keys.into())) }
    }

    /// The file as `age-keygen` writes it. `made` is a time as text.
    pub fn to_file_text(&self, made: &str) -> Zeroizing<String> {
        // Room for all of it at once, since growing would leave copies behind that nobody wipes.
        let mut text = Zeroizing::new(String::with_capacity(64 + made.len() + self.0.len() * 256));
        text.push_str(&format!("# created: {made}\n"));
        for key in self.0.iter() {
            text.push_str(&format!("# public key: {}\n", key.to_public()));
            text.push_str(key.to_string().expose_secret());
            text.push('\n');
        }
        text
    }

    /// The private keys as text, for a sheet of paper in a safe and nothing else.
    pub fn expose(&self) -> Vec<Zeroizing<String>> {
        self.0.iter().map(|key| Zeroizing::new(key.to_string().expose_secret().to_owned())).collect()
    }

    /// The public keys that belong to these private ones.
    pub fn recipients(&self) -> Vec<Recipient> {
        self.0.iter().map(|key| Recipient(key.to_public())).collect()
    }
}

/// To whom the archives of one run are encrypted, and with what they can be read while it lasts.
#[derive(Debug, Clone)]
pub struct Seal {
    recipients: Vec<Recipient>,
    witness: Identity,
}

impl Seal {
    /// A seal for these recipients; none for none, since archives are then plain.
    pub fn new(recipients: &[Recipient]) -> Option<Self> {
        if recipients.is_empty() {
            return None;
        }
        let witness = Identity::generate();
        let recipients = recipients.iter().cloned().chain(witness.recipients()).collect();
        Some(Self { recipients, witness })
    }

    /// Everybody to whom an archive is encrypted, the run itself among them.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// What decrypts these archives as long as the run lasts.
    pub fn witness(&self) -> &Identity {
        &self.witness
    }
}
