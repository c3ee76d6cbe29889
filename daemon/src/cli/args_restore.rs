//! What can be said of restoring. It may not know what any of it does.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

/// `contents`.
#[derive(Debug, Args)]
pub struct Contents {
    /// The backup: SERVER/DATASET/STAMP, SERVER/DATASET for the newest, or a file of one.
    #[arg(value_name = "ARCHIVE")]
    pub archive: String,
    /// Only what matches: `*` and `?` stay within a folder, `**` goes through folders, a folder means all below it.
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Only from this disk: its name, or the path of any disk.
    #[arg(long, value_name = "NAME|PATH")]
    pub disk: Option<String>,
    /// The private key for an encrypted backup, as `age-keygen` writes it.
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `restore`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("place").required(true).args(["to", "on"])))]
pub struct Restore {
    /// The backup: SERVER/DATASET/STAMP, SERVER/DATASET for the newest, or a file of one.
    #[arg(value_name = "ARCHIVE")]
    pub archive: String,
    /// The folder to restore into, or - for standard output.
    #[arg(long, value_name = "DIR|-")]
    pub to: Option<String>,
    /// Only from this disk: its name, or the path of any disk.
    #[arg(long, value_name = "NAME|PATH")]
    pub disk: Option<String>,
    /// The private key for an encrypted backup, as `age-keygen` writes it.
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Only this part of the backup.
    #[arg(long)]
    pub part: Option<Part>,
    /// Unpacks a tree of files into the folder.
    #[arg(long, conflicts_with_all = ["part", "on"])]
    pub extract: bool,
    /// Unpacks only what matches: `*` and `?` stay within a folder, `**` goes through folders, a folder means all below it.
    #[arg(long = "member", value_name = "PATTERN", num_args = 1.., conflicts_with = "part")]
    pub members: Vec<String>,
    /// Loads it onto this server of the configuration.
    #[arg(long, value_name = "SERVER", conflicts_with = "to")]
    pub on: Option<String>,
    /// The dataset whose connection to the database is used there, where it is not the backup's own.
    #[arg(long, value_name = "SERVER/DATASET", requires = "on")]
    pub dataset: Option<String>,
    /// The database to load into, which is made; the backup's own, if none is named.
    #[arg(long, value_name = "NAME", requires = "on", conflicts_with = "path")]
    pub database: Option<String>,
    /// The file or folder on the server to restore into; the backup's own, if none is named.
    #[arg(long, value_name = "PATH", requires = "on")]
    pub path: Option<String>,
    /// Fills a database that exists and is empty.
    #[arg(long, requires = "on", conflicts_with = "overwrite")]
    pub into_existing: bool,
    /// Lets what exists there give way, and says how before it does. Roles that exist get the attributes of the backup.
    #[arg(long, requires = "on")]
    pub overwrite: bool,
    /// Loads the roles of a PostgreSQL cluster first. Those that exist stay as they are.
    #[arg(long, requires = "on", conflicts_with = "part")]
    pub roles: bool,
    /// Does not ask.
    #[arg(long, requires = "on")]
    pub yes: bool,
    /// Prints what was done as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A part of a backup.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Part {
    /// The data.
    Main,
    /// The roles of a PostgreSQL cluster.
    Roles,
}
