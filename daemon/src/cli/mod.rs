//! The command line: one verb a file, each of which parses, calls and prints. It may not decide anything about backups.

mod accept;
mod account;
mod agent_allow;
mod archives;
mod archives_index;
mod args;
mod args_account;
mod args_crypt;
mod args_daemon;
mod args_desk;
mod args_discover;
mod args_doctor;
mod args_keep;
mod args_people;
mod args_disk;
mod args_due;
mod args_verify;
mod args_drill;
mod args_report;
mod args_restore;
mod backup;
mod backup_here;
mod backup_report;
mod bars;
mod cancel;
mod check;
mod checks;
mod daemon;
mod completions;
mod contents;
mod demo;
mod discover;
mod discover_found;
mod discover_server;
mod desk_calendar;
mod desk_lists;
mod desk_text;
mod doctor;
mod demo_service;
mod disk;
mod disk_adopt;
mod disk_eject;
mod disk_list;
mod disk_owner;
mod disk_retire;
mod disk_repair;
mod drill;
mod due;
mod excuse;
mod exit;
mod follow;
mod interrupt;
mod key;
mod key_sheet;
mod index;
mod log;
mod man;
mod manual;
mod metrics;
mod notify;
mod people;
mod people_keys;
mod people_lists;
mod pin;
mod print;
mod prune;
mod register;
mod register_disks;
mod register_form;
mod register_verify;
mod report;
mod report_pack;
mod restore;
mod restore_on;
mod restore_progress;
mod run_log;
mod runs;
mod slots;
mod socket;
mod status;
mod ticket;
mod times;
mod top;
mod verify;
mod verify_copies;
mod verify_fresh;

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
        Verb::Discover(asked) => discover::run(config, asked),
        Verb::Check(check) => check::run(config, check),
        Verb::Doctor(asked) => doctor::run(config, asked),
        Verb::Disk { verb } => disk::run(config, verb),
        Verb::Index { verb: args_disk::IndexVerb::Rebuild(rebuild) } => index::rebuild(config, rebuild),
        Verb::Status(status) => status::run(config, status),
        Verb::Top(top) => top::run(config, top),
        Verb::Metrics => metrics::run(config),
        Verb::Backup(backup) => backup::run(config, backup),
        Verb::Runs(runs) => runs::run(config, runs),
        Verb::Log(log) => run_log::run(config, log),
        Verb::Cancel(cancel) => cancel::run(config, cancel),
        Verb::Slots(slots) => slots::run(config, slots),
        Verb::Excuse(excuse) => excuse::run(config, excuse),
        Verb::Archives(archives) => archives::run(config, archives),
        Verb::Verify(verify) => verify::run(config, verify),
        Verb::Prune(prune) => prune::run(config, prune),
        Verb::Pin(asked) => pin::pin(config, asked),
        Verb::Unpin(asked) => pin::unpin(config, asked),
        Verb::Pins(asked) => pin::list(config, asked),
        Verb::Checks(checks) => checks::run(config, checks),
        Verb::Accept(accept) => accept::run(config, accept),
        Verb::Contents(contents) => contents::run(config, contents),
        Verb::Restore(restore) => restore::run(config, restore),
        Verb::Key { verb } => key::run(config, verb),
        Verb::Drill(drill) => drill::run(config, drill),
        Verb::Drills(drills) => drill::list(config, drills),
        Verb::Register { verb } => register::run(config, verb),
        Verb::Notify(notify) => notify::run(config, notify),
        Verb::User { verb } => people::user(config, verb),
        Verb::Unit { verb } => people::unit(config, verb),
        Verb::Token { verb } => people_keys::token(config, verb),
        Verb::Audit { verb } => people_keys::audit(config, verb),
        Verb::Report { verb } => report::run(config, verb),
        Verb::Ticket { verb } => ticket::run(config, verb),
        Verb::Account { verb } => account::run(config, verb),
        Verb::Due(asked) => due::run(config, asked),
        Verb::Calendar { verb } => desk_calendar::run(config, verb),
        Verb::AgentAllow(allow) => agent_allow::run(&load(config)?, allow),
        Verb::Daemon => daemon::run(load(config)?),
        Verb::Demo(demo) => demo::run(demo),
        Verb::Completions(completions) => completions::run(completions),
        Verb::Man(man) => man::run(man),
        Verb::Manual(manual) => manual::run(manual),
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
