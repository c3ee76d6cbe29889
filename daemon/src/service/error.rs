//! Why the service cannot start or go on.

use std::io;
use std::path::PathBuf;

use crate::config::secret::SecretError;
use crate::jobs::error::JobError;
use crate::register::error::RegisterError;
use crate::store::error::StoreError;

/// Why the service cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Something in the state folder belongs to somebody else.
    #[error("{path} belongs to user {owner}, and this is user {me}: run it as that user, such as by `sudo -u USER resguardo …`", path = path.display())]
    OtherUser {
        /// The state folder.
        path: PathBuf,
        /// Whose it is, by number.
        owner: u32,
        /// Who this is, by number.
        me: u32,
    },
    /// The lock, or a folder.
    #[error(transparent)]
    Job(#[from] JobError),
    /// A secret cannot be had.
    #[error("the password of the database is missing")]
    Secret(#[from] SecretError),
    /// The database does not work.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key of the register cannot be read or made.
    #[error("cannot {act} the register's key {path}", path = path.display())]
    Key {
        /// The operation, as a verb.
        act: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The key of the register makes no sense.
    #[error("{path} holds no key of the register; restore it from a backup of the state folder, or move it away to begin with a new one", path = path.display())]
    BadKey {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: RegisterError,
    },
    /// The socket cannot be made.
    #[error("cannot listen on {path}; its folder must exist and belong to this user, see `paths.socket`", path = path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The system refuses threads or signals.
    #[error("cannot {act}")]
    System {
        /// The operation, as a verb.
        act: &'static str,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}
