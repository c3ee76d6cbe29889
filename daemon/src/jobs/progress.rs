//! What a job tells whoever looks on. It may not know how it is shown.

use serde::{Deserialize, Serialize};

/// Something that happened to one dataset.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Its backup begins. `expected_bytes` is the size of its last dump.
    Began {
        /// `SERVER/DATASET`.
        dataset: String,
        /// Bytes of dump, by the last one.
        expected_bytes: Option<u64>,
        /// Milliseconds from the last byte of dump to its end, by the dataset's history.
        #[serde(default)]
        tail_ms: Option<u64>,
    },
    /// A step begins.
    Step(Step),
    /// More has come.
    Bytes {
        /// Bytes of dump.
        plain: u64,
        /// Bytes of archive.
        archive: u64,
    },
    /// A disk has taken more of the archive.
    Taken {
        /// The disk.
        disk: String,
        /// Bytes of archive, of the part that is under way.
        bytes: u64,
    },
    /// The link to the server was lost; the dump waits there.
    LinkLost {
        /// How, with all causes.
        why: String,
        /// How long it waits, in seconds.
        seconds: u64,
    },
    /// The link is back, and the dump goes on.
    LinkBack {
        /// How long it was away, in seconds.
        seconds: u64,
    },
    /// The hours in which dumps may be taken are over; the dump stands still.
    Paused {
        /// When they begin again, in RFC 3339.
        until: String,
    },
    /// The dump goes on.
    Resumed,
    /// A disk dropped out.
    DiskFailed {
        /// The disk.
        disk: String,
        /// Why, with all causes.
        why: String,
    },
    /// Something a person should know.
    Warning(String),
    /// Its backup is over.
    Ended,
}

/// A step of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Connecting to the server.
    Connect,
    /// Receiving the dump.
    Receive,
    /// Syncing the disks.
    Sync,
    /// Reading back from the disks.
    ReadBack,
    /// Writing names, checksums and manifests.
    Publish,
}

impl Step {
    /// The step for a person.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::Receive => "receiving",
            Self::Sync => "syncing",
            Self::ReadBack => "reading back",
            Self::Publish => "publishing",
        }
    }
}

/// Takes events, from several threads.
pub type Listener<'a> = &'a (dyn Fn(Event) + Sync);
