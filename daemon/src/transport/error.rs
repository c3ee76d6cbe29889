//! How reaching a server or running a command on it fails, in words for whoever reads them at three in the morning.
//! It may not know why anybody wanted the server.

use std::io;
use std::path::PathBuf;

/// A failed act, with the server's name and what to do. Displayed without its source and without any secret.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The name has no address.
    #[error("server {server}: the name {host} does not resolve; check the name and this machine's DNS")]
    Resolve {
        /// The server.
        server: String,
        /// The name.
        host: String,
        /// The resolver's word.
        #[source]
        source: io::Error,
    },
    /// No TCP connection.
    #[error("server {server}: no connection to {host} port {port}; check that it is up, and the firewalls between")]
    Connect {
        /// The server.
        server: String,
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// Connecting, checking the host or logging in took too long.
    #[error(
        "server {server}: {host} port {port} did not finish {step} within {seconds} s; is it an SSH server, and overloaded?"
    )]
    ConnectTimeout {
        /// The server.
        server: String,
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
        /// What was under way.
        step: &'static str,
        /// The limit for everything together.
        seconds: f64,
    },
    /// The two sides could not agree on how to speak.
    #[error(
        "server {server}: the SSH handshake with {host} port {port} failed; if the server is old, it may offer only \
         algorithms that are no longer safe, such as ssh-rsa signatures with SHA-1"
    )]
    Handshake {
        /// The server.
        server: String,
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
        /// russh's word.
        #[source]
        source: Box<russh::Error>,
    },
    /// Nothing is known about the host.
    #[error(transparent)]
    HostUnknown(Box<UnknownHost>),
    /// The host offers another key than the one that is known.
    #[error(transparent)]
    HostChanged(Box<ChangedHost>),
    /// The host offers a key that must no longer be trusted.
    #[error(
        "server {server}: {host} port {port} offered the host key {fingerprint}, WHICH IS REVOKED in {path} line {line}, so \
         nothing was sent. Whoever holds that key may not be the server; ask its administrator"
    )]
    HostRevoked {
        /// The server.
        server: String,
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
        /// The offered key's fingerprint.
        fingerprint: String,
        /// The file.
        path: PathBuf,
        /// The line that revokes.
        line: usize,
    },
    /// A line about the host cannot be understood.
    #[error(
        "server {server}: line {line} of {path} is or may be about {host} and cannot be read, so its key cannot be decided; \
         correct or remove that line"
    )]
    HostUndecided {
        /// The server.
        server: String,
        /// Name or address.
        host: String,
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// The file of known hosts cannot be read.
    #[error(
        "server {server}: the file of known hosts {path} cannot be read, so no host can be believed; create it with the server's key"
    )]
    KnownHostsUnreadable {
        /// The server.
        server: String,
        /// The file.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// A pinned host key is no key.
    #[error(
        "server {server}: pinned host key {number} cannot be read; write it as `ALGORITHM BASE64`, like a .pub file"
    )]
    PinUnreadable {
        /// The server.
        server: String,
        /// Which one, from 1.
        number: usize,
        /// The parser's word.
        #[source]
        source: ssh_key::Error,
    },
    /// The private key cannot be read.
    #[error(
        "server {server}: its private key cannot be read; it must be an OpenSSH or PEM private key (ed25519, ECDSA or RSA)"
    )]
    Key {
        /// The server.
        server: String,
        /// The parser's word.
        #[source]
        source: russh::keys::Error,
    },
    /// The private key needs a passphrase and none is configured.
    #[error(
        "server {server}: its private key is encrypted and no passphrase is configured; set `passphrase` for this server"
    )]
    PassphraseMissing {
        /// The server.
        server: String,
    },
    /// The passphrase does not open the private key.
    #[error(
        "server {server}: the configured passphrase does not open its private key; correct `passphrase` for this server"
    )]
    PassphraseWrong {
        /// The server.
        server: String,
    },
    /// The server knows the login or the key not.
    #[error("server {server}: login as {user} with key {key} was refused; {remedy}")]
    Refused {
        /// The server.
        server: String,
        /// The login.
        user: String,
        /// Fingerprint of the key that was offered.
        key: String,
        /// What to do.
        remedy: String,
    },
    /// The server before this one failed.
    #[error("server {server}: it is reached through {hop}, and that failed")]
    Jump {
        /// The server that was wanted.
        server: String,
        /// The server between.
        hop: String,
        /// What failed there.
        #[source]
        source: Box<TransportError>,
    },
    /// The server before this one is reached, but does not lead on.
    #[error(
        "server {server}: {hop} does not lead on to {host} port {port}; check AllowTcpForwarding on {hop} and its way to {host}"
    )]
    Forward {
        /// The server that was wanted.
        server: String,
        /// The server between.
        hop: String,
        /// Name or address, as seen from the server between.
        host: String,
        /// Port.
        port: u16,
        /// russh's word.
        #[source]
        source: Box<russh::Error>,
    },
    /// The server would not run a command.
    #[error(
        "server {server}: the command `{command}` was not started; check the login's shell, forced command and MaxSessions"
    )]
    Exec {
        /// The server.
        server: String,
        /// The command's first 200 characters.
        command: String,
    },
    /// The connection ended without the command's channel being closed.
    #[error("server {server}: the connection was lost while {during} ({reason}); what arrived is incomplete")]
    Lost {
        /// The server.
        server: String,
        /// What was under way.
        during: &'static str,
        /// What is known of the reason.
        reason: String,
    },
    /// A running command said nothing for too long.
    #[error(
        "server {server}: the command was silent for {seconds} s; see whether it hangs there, or allow more with `idle`"
    )]
    Stalled {
        /// The server.
        server: String,
        /// The limit.
        seconds: f64,
    },
    /// The command ended before it took all that was sent.
    #[error("server {server}: the command ended before it read all of its input")]
    InputRefused {
        /// The server.
        server: String,
    },
    /// A small command said too much.
    #[error("server {server}: the command printed more than {limit} bytes, which its answer never has")]
    StdoutTooLong {
        /// The server.
        server: String,
        /// Bytes allowed.
        limit: usize,
    },
}

/// A host about which nothing is known, and how to make it known.
#[derive(Debug, thiserror::Error)]
#[error(
    "server {server}: the host key of {host} port {port} is not known ({whence}), so nothing was sent. It offered \
     {algorithm} {fingerprint}. Do not ask the network whether that is right: on the server's own console run \
     `ssh-keygen -lf {key_file}` and compare. Only if both are equal, add this line to {add_to}: {line}{note}"
)]
pub struct UnknownHost {
    /// The server.
    pub server: String,
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Where we looked.
    pub whence: String,
    /// Algorithm of the offered key.
    pub algorithm: String,
    /// Its fingerprint, `SHA256:…`.
    pub fingerprint: String,
    /// Where sshd keeps its public key of that algorithm by default.
    pub key_file: &'static str,
    /// What the line is to be added to.
    pub add_to: String,
    /// The line to add.
    pub line: String,
    /// What else the reader must know, or nothing.
    pub note: String,
}

/// A host that offers another key than the one that is known.
#[derive(Debug, thiserror::Error)]
#[error(
    "server {server}: THE HOST KEY OF {host} PORT {port} HAS CHANGED, so nothing was sent. Somebody may be posing as the \
     server. Known is {known_algorithm} {known} ({whence}); offered was {offered_algorithm} {offered}. Do not go on before \
     the server's administrator confirms the new fingerprint in person or by telephone; only then replace the known key"
)]
pub struct ChangedHost {
    /// The server.
    pub server: String,
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Where the known key stands: file and line, or the pinned keys.
    pub whence: String,
    /// Algorithm of the known key.
    pub known_algorithm: String,
    /// Fingerprint of the known key.
    pub known: String,
    /// Algorithm of the offered key.
    pub offered_algorithm: String,
    /// Fingerprint of the offered key.
    pub offered: String,
}

impl TransportError {
    /// Whether the same act may succeed later without anybody's doing. Keys, hosts and logins need a person.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::ConnectTimeout { .. }
            | Self::Lost { .. }
            | Self::Stalled { .. } => true,
            Self::Jump { source, .. } => source.is_temporary(),
            // The way on may be down for now; a prohibition may not.
            Self::Forward { source, .. } => {
                matches!(**source, russh::Error::ChannelOpenFailure(russh::ChannelOpenFailure::ConnectFailed))
            }
            Self::Handshake { source, .. } => {
                matches!(**source, russh::Error::HUP | russh::Error::Disconnect | russh::Error::IO(_))
            }
            Self::HostUnknown(_)
            | Self::HostChanged(_)
            | Self::HostRevoked { .. }
            | Self::HostUndecided { .. }
            | Self::KnownHostsUnreadable { .. }
            | Self::PinUnreadable { .. }
            | Self::Key { .. }
            | Self::PassphraseMissing { .. }
            | Self::PassphraseWrong { .. }
            | Self::Refused { .. }
            | Self::Exec { .. }
            | Self::InputRefused { .. }
            | Self::StdoutTooLong { .. } => false,
        }
    }
}
