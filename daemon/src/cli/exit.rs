//! Exit codes: part of the interface, documented in the help and the README, and never changed.

use crate::config::problem::Problems;
use crate::jobs::error::{JobError, chain};

/// The codes.
pub(super) mod code {
    /// Everything was done.
    pub(in crate::cli) const DONE: u8 = 0;
    /// Something unexpected.
    pub(in crate::cli) const FAILED: u8 = 1;
    /// The command line does not read.
    pub(in crate::cli) const USAGE: u8 = 2;
    /// The configuration has problems.
    pub(in crate::cli) const CONFIG: u8 = 3;
    /// No disk could be written to.
    pub(in crate::cli) const DISK: u8 = 4;
    /// A server was not reached, not believed, or did not let us work.
    pub(in crate::cli) const SERVER: u8 = 5;
    /// The dump failed or is not complete.
    pub(in crate::cli) const DUMP: u8 = 6;
    /// Some was kept and some failed.
    pub(in crate::cli) const PARTLY: u8 = 7;
    /// Damage was found.
    pub(in crate::cli) const DAMAGE: u8 = 8;
    /// Another run is under way.
    pub(in crate::cli) const BUSY: u8 = 9;
    /// No such archive, disk, plan or dataset.
    pub(in crate::cli) const UNKNOWN: u8 = 10;
    /// Something would be overwritten.
    pub(in crate::cli) const EXISTS: u8 = 11;
    /// Interrupted from the keyboard.
    pub(in crate::cli) const INTERRUPTED: u8 = 130;
}

/// The codes, for the help.
pub(super) const HELP: &str = "\
Exit codes:
  0  everything was done                      7  some was kept and some failed
  1  something unexpected failed              8  damage was found
  2  the command line does not read           9  another run is under way
  3  the configuration has problems          10  no such archive, disk, plan or dataset
  4  no disk could be written to             11  something would be overwritten
  5  a server was not reached or believed   130  interrupted
  6  the dump failed or is not complete";

/// What is printed when a command fails, and its code.
#[derive(Debug)]
pub(super) struct Failure {
    /// The exit code.
    pub(super) code: u8,
    /// What happened and what to do, without the program's name. May have several lines.
    pub(super) message: String,
}

impl Failure {
    /// A failure with its words.
    pub(super) fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A configuration with problems.
    pub(super) fn config(problems: Problems) -> Self {
        Self::new(code::CONFIG, problems.to_string())
    }

    /// Something that no code was given to.
    pub(super) fn unexpected(what: &str, error: &(dyn std::error::Error + 'static)) -> Self {
        Self::new(code::FAILED, format!("{what}: {}", chain(error)))
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        Self::new(of(&error), chain(&error))
    }
}

/// The exit code of a job's error.
pub(super) fn of(error: &JobError) -> u8 {
    use crate::source::SourceError;
    match error {
        JobError::Unknown { .. } | JobError::NoArchive { .. } => code::UNKNOWN,
        JobError::Busy { .. } => code::BUSY,
        JobError::Exists { .. } => code::EXISTS,
        JobError::Secret { .. } => code::CONFIG,
        JobError::Server { .. } => code::SERVER,
        JobError::Dump { source, .. } => match source {
            SourceError::Transport(_)
            | SourceError::Binary { .. }
            | SourceError::OtherMachine { .. }
            | SourceError::Bring { .. }
            | SourceError::Wire(_)
            | SourceError::AgentEnded { .. } => code::SERVER,
            _ => code::DUMP,
        },
        JobError::Fewer { .. } => code::DUMP,
        JobError::NoDisk { .. } => code::DISK,
        JobError::Disk(error) if error.is_dump() => code::DUMP,
        JobError::Disk(error) if error.is_damage() => code::DAMAGE,
        JobError::Disk(_) => code::DISK,
        JobError::Receive { .. } | JobError::State { .. } | JobError::Restore { .. } | JobError::Write { .. } => {
            code::FAILED
        }
    }
}
