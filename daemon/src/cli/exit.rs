//! Exit codes: part of the interface, documented in the help and the README, and never changed.

use crate::config::problem::Problems;
use crate::jobs::error::{JobError, chain};
use crate::service::client::ClientError;
use crate::service::protocol::RefusalKind;

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
    /// No daemon is running, or it does not let this user ask.
    pub(in crate::cli) const NO_DAEMON: u8 = 12;
    /// Something needs a hand.
    pub(in crate::cli) const ATTENTION: u8 = 13;
    /// A server did not take what was to be restored.
    pub(in crate::cli) const LOAD: u8 = 14;
    /// Interrupted from the keyboard.
    pub(in crate::cli) const INTERRUPTED: u8 = 130;
}

/// The codes, for the help.
pub(super) const HELP: &str = "\
Exit codes:
  0  everything was done                      7  some was kept and some failed
  1  something unexpected failed, or a run    8  damage was found
     by the daemon: see its errors            9  another run is under way
  2  the command line does not read          10  no such archive, disk, plan, run or entry
  3  the configuration has problems          11  something would be overwritten
  4  no disk could be written to             12  no daemon answers this user
  5  a server was not reached or believed    13  something needs a hand (status, verify)
  6  the dump failed or is not complete     14  a server did not take a restore, and
                                                what is left of it is named
                                           130  interrupted or cancelled
`doctor` alone ends as Nagios wants it: 0 well, 1 warning, 2 critical, 3 not known.";

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

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let code = match &error {
            ClientError::NoDaemon { .. } | ClientError::NotAllowed { .. } => code::NO_DAEMON,
            ClientError::BrokenOff(_) | ClientError::Senseless(_) => code::FAILED,
            ClientError::Refused(refusal) => match refusal.kind {
                RefusalKind::Unknown => code::UNKNOWN,
                RefusalKind::Request => code::USAGE,
                RefusalKind::Busy => code::BUSY,
                RefusalKind::Failed => code::FAILED,
            },
        };
        Self::new(code, chain(&error))
    }
}

/// The exit code of a job's error.
pub(super) fn of(error: &JobError) -> u8 {
    of_kind(error.kind().word())
}

/// The exit code of the word for what kind of thing failed.
pub(super) fn of_kind(kind: &str) -> u8 {
    use crate::jobs::error::Kind;
    let all = [
        (Kind::Unknown, code::UNKNOWN),
        (Kind::Busy, code::BUSY),
        (Kind::Exists, code::EXISTS),
        (Kind::Configuration, code::CONFIG),
        (Kind::Server, code::SERVER),
        (Kind::Dump, code::DUMP),
        (Kind::Disk, code::DISK),
        (Kind::Damage, code::DAMAGE),
        (Kind::Cancelled, code::INTERRUPTED),
        (Kind::Load, code::LOAD),
    ];
    all.into_iter().find(|(known, _)| known.word() == kind).map_or(code::FAILED, |(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manual::{Block, chapters, plain};

    #[test]
    fn the_manual_explains_every_code_of_the_help_and_no_other() {
        let chapter = chapters().iter().find(|chapter| chapter.name == "codigos").unwrap();
        let table = chapter.blocks.iter().find_map(|block| match block {
            Block::Table { rows, .. } => Some(rows),
            _ => None,
        });
        let explained: Vec<u8> = table.unwrap().iter().map(|row| plain(&row[0]).parse().unwrap()).collect();
        // A code stands after two spaces or more, and before two.
        let padded = HELP.replace('\n', "\n  ");
        let mut known: Vec<u8> = padded.split("  ").filter_map(|word| word.trim().parse().ok()).collect();
        known.sort_unstable();
        assert!(known.len() > 14, "{known:?}");
        assert_eq!(explained, known);
    }
}
