//! What can be said on the command line. It may not know what any of it does.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::args_account::AccountVerb;
use super::args_crypt::KeyVerb;
use super::args_daemon::{Cancel, Excuse, Notify, RegisterVerb, RunLog, Runs, Slots, Status, Top};
use super::args_desk::{CalendarVerb, TicketVerb};
use super::args_discover::Discover;
use super::args_disk::{DiskAdopt, DiskEject, DiskList, DiskRetire, IndexVerb};
use super::args_doctor::Doctor;
use super::args_drill::{Drill, Drills};
use super::args_keep::{Pin, Pins, Prune, Unpin};
use super::args_people::{AuditVerb, TokenVerb, UnitVerb, UserVerb};
use super::args_report::ReportVerb;
use super::args_restore::{Contents, Restore};
use super::args_verify::{Accept, Checks, DiskRepair};

/// Keeps backups, and the register that proves them.
#[derive(Debug, Parser)]
#[command(name = "resguardo", version, after_help = super::exit::HELP)]
pub struct Arguments {
    /// The configuration.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "RESGUARDO_CONFIG",
        default_value = "/etc/resguardo/resguardo.yaml"
    )]
    pub config: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Asks a server what there is on it, lets you pick, tries each, and adds it to the configuration
    Discover(Discover),
    /// Checks the configuration and says all that is wrong with it
    Check(Check),
    /// Looks whether everything is ready for the next backup, and says what to do where it is not; changes nothing
    Doctor(Doctor),
    /// Prepares, lists, ejects, retires, adopts and mends disks
    Disk {
        /// What to do with the disk.
        #[command(subcommand)]
        verb: DiskVerb,
    },
    /// Brings the index back from the disks
    Index {
        /// What to do with the index.
        #[command(subcommand)]
        verb: IndexVerb,
    },
    /// Runs the service: backs up every plan by its schedule and answers the other commands
    Daemon,
    /// Says how everything stands, what needs a hand first
    Status(Status),
    /// Shows how everything stands, over and over until Ctrl-C: what needs a hand, what is under way, every dataset by week.
    Top(Top),
    /// Prints what is measured, in OpenMetrics, as Prometheus reads it
    Metrics,
    /// Backs up plans or datasets now
    Backup(Backup),
    /// Lists the newest runs
    Runs(Runs),
    /// Shows what was logged of a run
    Log(RunLog),
    /// Ends a run
    Cancel(Cancel),
    /// Lists the times that plans were due, and what became of each
    Slots(Slots),
    /// Says beforehand that a plan might not be kept for some time
    Excuse(Excuse),
    /// Lists the newest backups: by the daemon's index, or by the disks themselves
    Archives(Archives),
    /// Reads backups from their disks and compares every digest
    Verify(Verify),
    /// Removes from the disks that are here what the rules keep no more
    Prune(Prune),
    /// Has a backup stay whatever the rules say
    Pin(Pin),
    /// Leaves a pinned backup to the rules again
    Unpin(Unpin),
    /// Lists the backups that were pinned
    Pins(Pins),
    /// Lists the newest readings of what lies on disks
    Checks(Checks),
    /// Says that the last backup of a dataset, which is odd, is right
    Accept(Accept),
    /// Lists what a backup of a tree of files holds
    Contents(Contents),
    /// Restores a backup, or some files of it: into a folder, to standard output, or onto a server
    Restore(Restore),
    /// Makes the keys of encrypted backups, and the recovery sheet for the safe
    Key {
        /// What to do with keys.
        #[command(subcommand)]
        verb: KeyVerb,
    },
    /// Restores backups for a test into throwaway servers, and counts what came back
    Drill(Drill),
    /// Lists the newest restore drills
    Drills(Drills),
    /// Reads, checks and corrects the register DIACO-IN-FO-06
    Register {
        /// What to do with the register.
        #[command(subcommand)]
        verb: RegisterVerb,
    },
    /// Prints controlled forms as PDF/A
    Report {
        /// Which form.
        #[command(subcommand)]
        verb: ReportVerb,
    },
    /// Attends the tickets of the support desk
    Ticket {
        /// What to do with tickets.
        #[command(subcommand)]
        verb: TicketVerb,
    },
    /// Leads requests for mail accounts, each of a ticket, to the ministry's answer
    Account {
        /// What to do with requests for mail accounts.
        #[command(subcommand)]
        verb: AccountVerb,
    },
    /// Lists what is due, by day, with why it is that day
    Due(super::args_due::Due),
    /// Keeps the calendar by which the support desk counts
    Calendar {
        /// What to do with the calendar.
        #[command(subcommand)]
        verb: CalendarVerb,
    },
    /// Keeps the accounts of the support desk
    User {
        /// What to do with accounts.
        #[command(subcommand)]
        verb: UserVerb,
    },
    /// Keeps the institution's units and their heads
    Unit {
        /// What to do with units.
        #[command(subcommand)]
        verb: UnitVerb,
    },
    /// Keeps the keys by which other programs ask the support desk
    Token {
        /// What to do with keys.
        #[command(subcommand)]
        verb: TokenVerb,
    },
    /// Reads and verifies the log of who did what with accounts and settings
    Audit {
        /// What to do with the log.
        #[command(subcommand)]
        verb: AuditVerb,
    },
    /// Shows desktop notifications to whoever is logged in; a service of the user's session
    Notify(Notify),
    /// Prints the allow-list for an agent behind a forced command
    AgentAllow(AgentAllow),
    /// Shows the whole of it with a server, data and a disk of its own
    Demo(Demo),
    /// Prints the completions for a shell
    Completions(Completions),
    /// Writes the manual pages into a folder
    Man(Man),
    /// Writes the operator's manual, in Spanish, as PDF
    Manual(Manual),
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to do with a disk.
#[derive(Debug, Subcommand)]
pub enum DiskVerb {
    /// Makes a folder, or a configured object store, a disk of Resguardo
    Init(DiskInit),
    /// Says of every disk where it is, what it is for, what it holds and is owed, and where it is heading
    List(DiskList),
    /// Unmounts a disk so that it may be unplugged
    Eject(DiskEject),
    /// Takes a disk out of service for good; its copies still count for restores
    Retire(DiskRetire),
    /// Says what a disk of another machine holds, and takes it over
    Adopt(DiskAdopt),
    /// Mends damaged or missing copies on a disk from good ones on another
    Repair(DiskRepair),
}

/// `disk init`.
#[derive(Debug, Args)]
pub struct DiskInit {
    /// The mount point of the disk, or the name of an object store in the configuration.
    pub place: String,
    /// The label, which is the disk's name in the configuration.
    #[arg(long, value_name = "LABEL")]
    pub label: String,
    /// Where the disk is kept: "caja fuerte, Dirección".
    #[arg(long, value_name = "TEXT")]
    pub custody: Option<String>,
    /// To whom the disk is given: the service's user. Unless told, to the owner of the state folder, where root prepares.
    #[arg(long, value_name = "USER")]
    pub owner: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Plans, or datasets as SERVER/DATASET; every plan, if none is named.
    #[arg(value_name = "PLAN|DATASET")]
    pub names: Vec<String>,
    /// Runs in this process instead of asking the daemon.
    #[arg(long, conflicts_with = "detach")]
    pub here: bool,
    /// Does not wait for the end of it.
    #[arg(long)]
    pub detach: bool,
    /// Prints JSON instead of the summary.
    #[arg(long)]
    pub json: bool,
}

/// `archives`.
#[derive(Debug, Args)]
pub struct Archives {
    /// Only this disk: its name, or the path of any disk, which is then read. May be given several times.
    #[arg(long = "disk", value_name = "NAME|PATH")]
    pub disks: Vec<String>,
    /// Only this dataset.
    #[arg(long, value_name = "SERVER/DATASET")]
    pub dataset: Option<String>,
    /// At most so many of the daemon's index; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: u32,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Backups (SERVER/DATASET/STAMP, SERVER/DATASET for the newest, or a file of one), or disks by name or path.
    #[arg(value_name = "ARCHIVE|DISK", required = true)]
    pub names: Vec<String>,
    /// The private key for encrypted backups, as `age-keygen` writes it. Without one only their archives are compared.
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `agent-allow`.
#[derive(Debug, Args)]
pub struct AgentAllow {
    /// The server's name.
    pub server: String,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Leaves everything in this folder, which must be empty or new.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The folder, which is made if it is not there.
    pub folder: PathBuf,
}

/// `manual`.
#[derive(Debug, Args)]
pub struct Manual {
    /// The file, which must not be there yet; `-` for standard output. Default: "Manual de operación.pdf".
    #[arg(long, value_name = "FILE")]
    pub to: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        super::Arguments::command().debug_assert();
    }
}
