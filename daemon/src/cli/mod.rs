//! The command line: one verb a file, each of which parses, calls and prints. It may not decide anything about backups.

mod agent_allow;
mod archives;
mod args;
mod backup;
mod bars;
mod check;
mod demo;
mod disk;
mod exit;
mod log;
mod print;
mod restore;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

pub use args::Arguments;
use args::Verb;
use exit::{Failure, code};

use crate::config::{self, model::Config};

/// Parses the command line, does what it says, and returns the exit code. Only here is an error printed.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version are no errors, and clap knows where each belongs; a closed terminal is nobody's fault.
        Err(error) => {
            let _closed = error.print();
            return ExitCode::from(if error.use_stderr() { code::USAGE } else { code::DONE });
        }
    };
    match run(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            print::error(&failure);
            ExitCode::from(failure.code)
        }
    }
}

fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let config = arguments.config.as_path();
    match &arguments.verb {
        Verb::Check(check) => check::run(config, check),
        Verb::Disk { verb: args::DiskVerb::Init(init) } => disk::init(config, init),
        Verb::Backup(backup) => backup::run(&load(config)?, backup),
        Verb::Archives(archives) => archives::run(config, archives),
        Verb::Verify(verify) => verify::run(config, verify),
        Verb::Restore(restore) => restore::run(config, restore),
        Verb::AgentAllow(allow) => agent_allow::run(&load(config)?, allow),
        Verb::Demo(demo) => demo::run(demo),
    }
}

/// Loads the configuration, or says all that is wrong with it.
fn load(file: &Path) -> Result<Config, Failure> {
    config::load(file).map_err(Failure::config)
}

/// Loads the configuration where some word needs it. Paths of disks need none, so that a disk can be read on a machine
/// that has nothing but this program.
fn load_for<'a>(file: &Path, words: impl IntoIterator<Item = &'a String>) -> Result<Option<Config>, Failure> {
    let mut words = words.into_iter().peekable();
    let none = words.peek().is_none();
    let names = words.any(|word| !crate::jobs::disks::is_path(word));
    if none || names { load(file).map(Some) } else { Ok(None) }
}
