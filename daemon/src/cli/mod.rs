//! The command line: one verb a file, each of which parses, calls and prints. It may not decide anything about backups.

mod agent_allow;
mod archives;
mod archives_index;
mod args;
mod args_daemon;
mod backup;
mod backup_here;
mod backup_report;
mod bars;
mod cancel;
mod check;
mod daemon;
mod completions;
mod demo;
mod demo_service;
mod disk;
mod disk_owner;
mod excuse;
mod exit;
mod follow;
mod log;
mod man;
mod notify;
mod print;
mod register;
mod register_disks;
mod register_form;
mod register_verify;
mod restore;
mod run_log;
mod runs;
mod slots;
mod socket;
mod status;
mod times;
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
        Verb::Status(status) => status::run(config, status),
        Verb::Backup(backup) => backup::run(config, backup),
        Verb::Runs(runs) => runs::run(config, runs),
        Verb::Log(log) => run_log::run(config, log),
        Verb::Cancel(cancel) => cancel::run(config, cancel),
        Verb::Slots(slots) => slots::run(config, slots),
        Verb::Excuse(excuse) => excuse::run(config, excuse),
        Verb::Archives(archives) => archives::run(config, archives),
        Verb::Verify(verify) => verify::run(config, verify),
        Verb::Restore(restore) => restore::run(config, restore),
        Verb::Register { verb } => register::run(config, verb),
        Verb::Notify(notify) => notify::run(config, notify),
        Verb::AgentAllow(allow) => agent_allow::run(&load(config)?, allow),
        Verb::Daemon => daemon::run(load(config)?),
        Verb::Demo(demo) => demo::run(demo),
        Verb::Completions(completions) => completions::run(completions),
        Verb::Man(man) => man::run(man),
    }
}

/// Loads the configuration, or says all that is wrong with it.
fn load(file: &Path) -> Result<Config, Failure> {
    config::load(file).map_err(Failure::config)
}

/// Loads the configuration unless disks are named and all of them by path, so that a disk can be read on a machine that
/// has nothing but this program.
fn load_for(file: &Path, disks: &[String]) -> Result<Option<Config>, Failure> {
    let by_path = !disks.is_empty() && disks.iter().all(|disk| crate::jobs::disks::is_path(disk));
    if by_path { Ok(None) } else { load(file).map(Some) }
}
