//! Whom to reach and whom to believe. It may not know how.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

/// A login on a server. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Target {
    /// The server's name in messages.
    pub name: String,
    /// Host name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The login.
    pub user: String,
    /// The text of the private key, OpenSSH or PEM.
    pub key_pem: Zeroizing<String>,
    /// The private key's passphrase, if it has one.
    pub passphrase: Option<Zeroizing<String>>,
    /// Whom to believe that the server is the server.
    pub host_keys: HostKeys,
    /// The server through which this one is reached; it is asked for its own host key and login.
    pub jump: Option<Box<Target>>,
    /// Longest time to connect, check the host and log in.
    pub connect: Duration,
    /// Interval of keep-alives; the fifth silent interval ends the session.
    pub keepalive: Duration,
    /// Longest silence of a running command; `None` for no limit.
    pub idle: Option<Duration>,
}

/// Whom to believe. There is no way to believe everybody.
#[derive(Debug, Clone)]
pub enum HostKeys {
    /// Exactly these keys, each `ALGORITHM BASE64`.
    Pinned(Vec<String>),
    /// A `known_hosts` file in OpenSSH's format.
    KnownHosts {
        /// Where it is. A missing file refuses every host.
        path: PathBuf,
    },
}

/// How many bytes a server may send before it must wait for us.
///
/// russh announces the window once, when a channel opens, and adjusts it back only below its half, so a stream runs at
/// about window / (2 × round trip). A window that is too large is no gift either: when our side is slower than the wire,
/// sshd piles the surplus up, and 16 MiB of it doubled sshd's CPU time. Hence two sizes, and a larger one only after the
/// round trip asked for it (see [`connect`](super::connect)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// 4 MiB, for streams that are compressed on our side and may lag behind the wire.
    Lan,
    /// 8 MiB, for an agent's frames, which are taken as fast as they come; what a disk does not take at once may fill it.
    Agent,
}

impl Window {
    /// Bytes.
    pub(super) fn bytes(self) -> u32 {
        match self {
            Self::Lan => 4 << 20,
            Self::Agent => 8 << 20,
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("host_keys", &self.host_keys)
            .field("jump", &self.jump)
            .field("connect", &self.connect)
            .field("keepalive", &self.keepalive)
            .field("idle", &self.idle)
            .finish_non_exhaustive()
    }
}
