//! What can be said on the command line. It may not know what any of it does.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Checks the configuration and says all that is wrong with it
    Check(Check),
    /// Prepares disks
    Disk {
        /// What to do with the disk.
        #[command(subcommand)]
        verb: DiskVerb,
    },
    /// Backs up plans or datasets now
    Backup(Backup),
    /// Lists the backups on the disks that are here
    Archives(Archives),
    /// Reads backups from their disks and compares every digest
    Verify(Verify),
    /// Restores a backup into a folder or to standard output
    Restore(Restore),
    /// Prints the allow-list for an agent behind a forced command
    AgentAllow(AgentAllow),
    /// Shows the whole of it with a server, data and a disk of its own
    Demo(Demo),
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
    /// Prints JSON instead of the summary.
    #[arg(long)]
    pub json: bool,
}

/// `archives`.
#[derive(Debug, Args)]
pub struct Archives {
    /// Only this disk: its name, or the path of any disk. May be given several times.
    #[arg(long = "disk", value_name = "NAME|PATH")]
    pub disks: Vec<String>,
    /// Only this dataset.
    #[arg(long, value_name = "SERVER/DATASET")]
    pub dataset: Option<String>,
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
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup: SERVER/DATASET/STAMP, SERVER/DATASET for the newest, or a file of one.
    #[arg(value_name = "ARCHIVE")]
    pub archive: String,
    /// The folder to restore into, or - for standard output.
    #[arg(long, value_name = "DIR|-")]
    pub to: String,
    /// Only from this disk: its name, or the path of any disk.
    #[arg(long, value_name = "NAME|PATH")]
    pub disk: Option<String>,
    /// Only this part of the backup.
    #[arg(long)]
    pub part: Option<Part>,
    /// Unpacks a tree of files into the folder.
    #[arg(long, conflicts_with = "part")]
    pub extract: bool,
}

/// A part of a backup.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Part {
    /// The data.
    Main,
    /// The roles of a PostgreSQL cluster.
    Roles,
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        super::Arguments::command().debug_assert();
    }
}
