//! Turns what is known about a host into a yes, or into a refusal that says what to do. It may not know how to connect.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ssh_key::{Algorithm, PublicKey};

use super::error::{ChangedHost, UnknownHost};
use super::known_hosts::{self, Decision, fingerprint};
use super::{HostKeys, Target, TransportError};

/// A file of known hosts is a few KiB; a larger one than this is something else.
const KNOWN_HOSTS_MOST: u64 = 8 << 20;

/// Whom one server's host key is compared with. Read before anything is sent.
#[derive(Clone)]
pub(super) struct Trust {
    server: String,
    host: String,
    port: u16,
    known: Known,
}

#[derive(Clone)]
enum Known {
    Pinned(Vec<PublicKey>),
    File { path: PathBuf, text: String },
}

impl Trust {
    /// Reads what is known.
    ///
    /// # Errors
    /// When a pinned key or the file cannot be read: nobody is believed then.
    pub(super) fn of(target: &Target) -> Result<Self, TransportError> {
        let known = match &target.host_keys {
            HostKeys::Pinned(keys) => Known::Pinned(pinned(target, keys)?),
            HostKeys::KnownHosts { path } => {
                let text = read(path).map_err(|source| TransportError::KnownHostsUnreadable {
                    server: target.name.clone(),
                    path: path.clone(),
                    source,
                })?;
                Known::File { path: path.clone(), text }
            }
        };
        Ok(Self { server: target.name.clone(), host: target.host.clone(), port: target.port, known })
    }

    /// Algorithms of the known keys, to be asked for first.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        match &self.known {
            Known::Pinned(keys) => keys.iter().map(PublicKey::algorithm).collect(),
            Known::File { text, .. } => known_hosts::algorithms(text, &self.host, self.port),
        }
    }

    /// Says yes to a known key.
    ///
    /// # Errors
    /// For every other key, with what to do.
    pub(super) fn check(&self, offered: &PublicKey) -> Result<(), TransportError> {
        match &self.known {
            Known::Pinned(keys) => self.check_pinned(keys, offered),
            Known::File { path, text } => self.check_file(path, text, offered),
        }
    }

    fn check_pinned(&self, keys: &[PublicKey], offered: &PublicKey) -> Result<(), TransportError> {
        if keys.iter().any(|key| key.key_data() == offered.key_data()) {
            return Ok(());
        }
        let Some(known) = keys.iter().find(|key| key.algorithm() == offered.algorithm()).or(keys.first()) else {
            return Err(self.unknown(
                offered,
                "no host key is pinned".to_owned(),
                "the pinned host keys".to_owned(),
                "",
            ));
        };
        Err(self.changed(offered, "pinned".to_owned(), known.algorithm().as_str(), &fingerprint(known)))
    }

    fn check_file(&self, path: &Path, text: &str, offered: &PublicKey) -> Result<(), TransportError> {
        let path = path.to_owned();
        match known_hosts::decide(text, &self.host, self.port, offered) {
            Decision::Known { .. } => Ok(()),
            Decision::Unknown { authority } => {
                let note = authority.map_or_else(String::new, |line| {
                    format!(" (line {line} there names a certificate authority; host certificates are not used, only plain keys)")
                });
                let file = path.display().to_string();
                Err(self.unknown(offered, format!("it is not in {file}"), file, &note))
            }
            Decision::Changed { line, algorithm, fingerprint } => {
                Err(self.changed(offered, format!("{} line {line}", path.display()), &algorithm, &fingerprint))
            }
            Decision::Revoked { line } => Err(TransportError::HostRevoked {
                server: self.server.clone(),
                host: self.host.clone(),
                port: self.port,
                fingerprint: fingerprint(offered),
                path,
                line,
            }),
            Decision::Unreadable { line } => {
                Err(TransportError::HostUndecided { server: self.server.clone(), host: self.host.clone(), path, line })
            }
        }
    }

    fn unknown(&self, offered: &PublicKey, whence: String, add_to: String, note: &str) -> TransportError {
        let mut plain = offered.clone();
        plain.set_comment("");
        let key = plain.to_openssh().unwrap_or_default();
        TransportError::HostUnknown(Box::new(UnknownHost {
            server: self.server.clone(),
            host: self.host.clone(),
            port: self.port,
            whence,
            algorithm: offered.algorithm().as_str().to_owned(),
            fingerprint: fingerprint(offered),
            key_file: key_file(&offered.algorithm()),
            add_to,
            line: match self.known {
                Known::Pinned(_) => key,
                Known::File { .. } => format!("{} {key}", known_hosts::host_name(&self.host, self.port)),
            },
            note: note.to_owned(),
        }))
    }

    fn changed(&self, offered: &PublicKey, whence: String, algorithm: &str, known: &str) -> TransportError {
        TransportError::HostChanged(Box::new(ChangedHost {
            server: self.server.clone(),
            host: self.host.clone(),
            port: self.port,
            whence,
            known_algorithm: algorithm.to_owned(),
            known: known.to_owned(),
            offered_algorithm: offered.algorithm().as_str().to_owned(),
            offered: fingerprint(offered),
        }))
    }
}

fn pinned(target: &Target, keys: &[String]) -> Result<Vec<PublicKey>, TransportError> {
    let parse = |(index, text): (usize, &String)| {
        PublicKey::from_openssh(text.trim()).map_err(|source| TransportError::PinUnreadable {
            server: target.name.clone(),
            number: index + 1,
            source,
        })
    };
    keys.iter().enumerate().map(parse).collect()
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(KNOWN_HOSTS_MOST + 1).read_to_string(&mut text)?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= KNOWN_HOSTS_MOST) {
        Ok(text)
    } else {
        Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 8 MiB"))
    }
}

fn key_file(algorithm: &Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Ecdsa { .. } => "/etc/ssh/ssh_host_ecdsa_key.pub",
        Algorithm::Rsa { .. } => "/etc/ssh/ssh_host_rsa_key.pub",
        _ => "/etc/ssh/ssh_host_ed25519_key.pub",
    }
}
