//! Why a job failed: the act, with the error of whoever did it as its source.

use std::path::PathBuf;

use crate::config::secret::SecretError;
use crate::crypt::BadIdentity;
use crate::pipeline::receive::ReceiveError;
use crate::source::SourceError;
use crate::transport::TransportError;
use crate::vault::error::VaultError;

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// A name that the configuration does not know.
    #[error("there is no {what} {name:?}; there are: {known}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// No such archive.
    #[error("there is no archive {name} on {searched}; `resguardo archives` lists what there is")]
    NoArchive {
        /// The name.
        name: String,
        /// Where was looked.
        searched: String,
    },
    /// Another run is under way.
    #[error(
        "another Resguardo works here (it holds {path}): ask the service without `--here`, or wait until the other \
         command has ended"
    )]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// The state folder does not work.
    #[error("cannot {act} {path}; it must be a folder that {user} can write, see `paths.state`", user = "this user")]
    State {
        /// The operation, as a verb.
        act: &'static str,
        /// The path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A secret cannot be had.
    #[error("server {server}: a secret is missing")]
    Secret {
        /// The server or disk.
        server: String,
        /// Which, and why.
        #[source]
        source: SecretError,
    },
    /// Something was asked of this machine that can only be asked of a server.
    #[error("server {server} is this machine itself (`mode: local`): {what}")]
    Local {
        /// The server.
        server: String,
        /// Why not, and what to do instead.
        what: &'static str,
    },
    /// A private key cannot be had.
    #[error("there is no private key to read with")]
    Key {
        /// Why.
        #[source]
        source: SecretError,
    },
    /// A file of private keys is none.
    #[error("{place} holds no private key of age")]
    Identity {
        /// The file, or where the configuration names it.
        place: String,
        /// What is wrong with it.
        #[source]
        source: BadIdentity,
    },
    /// It is encrypted, and no private key was given.
    #[error(
        "{archive} is encrypted and no private key was given; say `--identity FILE` with the private key of one of its \
         recipients: {recipients}"
    )]
    Locked {
        /// The archive.
        archive: String,
        /// The public keys of its recipients.
        recipients: String,
    },
    /// It is encrypted to others.
    #[error(
        "{archive}: the private key that was given (its public key is {given}) is not one of its recipients; say \
         `--identity FILE` with the private key of one of these: {recipients}"
    )]
    WrongKey {
        /// The archive.
        archive: String,
        /// The public keys of its recipients.
        recipients: String,
        /// The public key that belongs to the private one.
        given: String,
    },
    /// The server was not reached, not believed, or refused the login.
    #[error("{dataset}: cannot reach its server")]
    Server {
        /// `SERVER/DATASET`.
        dataset: String,
        /// Why.
        #[source]
        source: TransportError,
    },
    /// The dump failed.
    #[error("{dataset}: cannot take the {part} dump")]
    Dump {
        /// `SERVER/DATASET`.
        dataset: String,
        /// Which part.
        part: &'static str,
        /// Why.
        #[source]
        source: SourceError,
    },
    /// The dump holds fewer objects than its source.
    #[error(
        "{dataset}: the dump holds {held} {what} and its source counted {counted}; it is not complete and was not kept"
    )]
    Fewer {
        /// `SERVER/DATASET`.
        dataset: String,
        /// What was counted.
        what: &'static str,
        /// What the dump holds.
        held: u64,
        /// What the source counted.
        counted: u64,
    },
    /// What arrived was damaged, or had nowhere to go.
    #[error("{dataset}: cannot receive the dump")]
    Receive {
        /// `SERVER/DATASET`.
        dataset: String,
        /// Why.
        #[source]
        source: ReceiveError,
    },
    /// The hours in which dumps may be taken are over.
    #[error("{dataset}: the plan's window is closed ({why}); it is tried again when the window opens, at {opens}")]
    Window {
        /// `SERVER/DATASET`.
        dataset: String,
        /// What that means for this dump.
        why: &'static str,
        /// When it opens, in RFC 3339.
        opens: String,
    },
    /// It was ended before it was done.
    #[error("{dataset}: the run was ended before this was kept")]
    Cancelled {
        /// `SERVER/DATASET`.
        dataset: String,
    },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] VaultError),
    /// No disk is left.
    #[error("{dataset}: no disk kept it: {why}")]
    NoDisk {
        /// `SERVER/DATASET`.
        dataset: String,
        /// What each disk said.
        why: String,
    },
    /// The archive cannot be given as wanted.
    #[error("{archive}: {what}")]
    Restore {
        /// The archive.
        archive: String,
        /// What is wrong and what would help.
        what: String,
    },
    /// A damaged copy cannot be mended.
    #[error("{archive} on {disk} cannot be mended: {why}")]
    NotMended {
        /// The archive.
        archive: String,
        /// The disk.
        disk: String,
        /// Why, and what would help.
        why: String,
    },
    /// It was ended before everything had its name.
    #[error("{archive}: the restore was interrupted, and nothing that it made has its final name")]
    Interrupted {
        /// The archive.
        archive: String,
    },
    /// The server would not take it.
    #[error("server {server}: cannot load {target}: {what}")]
    Load {
        /// The server.
        server: String,
        /// The database or path.
        target: String,
        /// What is wrong, what is left of it, and what would help.
        what: String,
    },
    /// A restore onto a server did not come to its end.
    #[error("server {server}: the restore into {target} has failed; {left}")]
    Unfinished {
        /// The server.
        server: String,
        /// The database or path.
        target: String,
        /// What is left of it on the server.
        left: String,
        /// Why.
        #[source]
        source: Box<JobError>,
    },
    /// Something is there already, on a server.
    #[error("server {server}: {target} {what}; nothing was changed")]
    Taken {
        /// The server.
        server: String,
        /// The database or path.
        target: String,
        /// What is there, and what would help.
        what: String,
    },
    /// Something is there already.
    #[error("{path} exists already and nothing is overwritten; choose another folder or move it away")]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// A restored file cannot be written.
    #[error("cannot {act} {path}")]
    Write {
        /// The operation, as a verb.
        act: &'static str,
        /// The path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// What kind of thing failed, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name that does not exist.
    Unknown,
    /// Somebody else works here.
    Busy,
    /// Something is there already.
    Exists,
    /// The configuration, or a secret that it names.
    Configuration,
    /// The server.
    Server,
    /// The dump.
    Dump,
    /// The disk.
    Disk,
    /// Damage on a disk.
    Damage,
    /// The hours in which dumps may be taken were over.
    Window,
    /// It was ended.
    Cancelled,
    /// A server did not take what was to be restored.
    Load,
    /// Something else.
    Other,
}

impl Kind {
    /// The word in the database and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Busy => "busy",
            Self::Exists => "exists",
            Self::Configuration => "configuration",
            Self::Server => "server",
            Self::Dump => "dump",
            Self::Disk => "disk",
            Self::Damage => "damage",
            Self::Window => "window",
            Self::Cancelled => "cancelled",
            Self::Load => "load",
            Self::Other => "other",
        }
    }
}

impl JobError {
    /// What kind of thing failed.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Unknown { .. } | Self::NoArchive { .. } | Self::Local { .. } => Kind::Unknown,
            Self::Busy { .. } => Kind::Busy,
            Self::Exists { .. } | Self::Taken { .. } => Kind::Exists,
            Self::Secret { .. } | Self::Key { .. } | Self::Identity { .. } => Kind::Configuration,
            Self::Server { .. } => Kind::Server,
            Self::Dump { source, .. } => match source {
                SourceError::Transport(_)
                | SourceError::Binary { .. }
                | SourceError::OtherMachine { .. }
                | SourceError::Bring { .. }
                | SourceError::Wire(_)
                | SourceError::Outage { .. }
                | SourceError::PlainCut { .. }
                | SourceError::AgentEnded { .. } => Kind::Server,
                _ => Kind::Dump,
            },
            Self::NotMended { .. } => Kind::Damage,
            Self::Fewer { .. } => Kind::Dump,
            Self::Window { .. } => Kind::Window,
            Self::Cancelled { .. } | Self::Interrupted { .. } => Kind::Cancelled,
            Self::Load { .. } => Kind::Load,
            Self::Unfinished { source, .. } => source.kind(),
            Self::NoDisk { .. } => Kind::Disk,
            Self::Disk(error) if error.is_dump() => Kind::Dump,
            Self::Disk(error) if error.is_damage() => Kind::Damage,
            Self::Disk(_) => Kind::Disk,
            Self::Locked { .. }
            | Self::WrongKey { .. }
            | Self::Receive { .. }
            | Self::State { .. }
            | Self::Restore { .. }
            | Self::Write { .. } => Kind::Other,
        }
    }
}

/// An error and all its causes, in one line. Displays never repeat their source, so nothing is said twice.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // A transparent wrapper says what its source says.
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
