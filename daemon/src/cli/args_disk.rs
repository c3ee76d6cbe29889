//! What can be said on the command line about disks, and about the index that is rebuilt from them. It may not know what
//! any of it does.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `disk list`.
#[derive(Debug, Args)]
pub struct DiskList {
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `disk eject`.
#[derive(Debug, Args)]
pub struct DiskEject {
    /// The disk's name in the configuration.
    pub name: String,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `disk retire`.
#[derive(Debug, Args)]
pub struct DiskRetire {
    /// The disk's name.
    pub name: String,
    /// Why it is taken out of service.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Does so though it holds the last good copy of something.
    #[arg(long)]
    pub yes: bool,
    /// Works in this process instead of asking the daemon.
    #[arg(long)]
    pub here: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `disk adopt`.
#[derive(Debug, Args)]
pub struct DiskAdopt {
    /// The mount point of the disk.
    pub path: PathBuf,
    /// Only says what the disk holds; needs neither daemon nor configuration.
    #[arg(long)]
    pub dry_run: bool,
    /// Works in this process instead of asking the daemon.
    #[arg(long, conflicts_with = "dry_run")]
    pub here: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to do with the index.
#[derive(Debug, Subcommand)]
pub enum IndexVerb {
    /// Brings runs, backups and the register back from the disks that are here
    Rebuild(IndexRebuild),
}

/// `index rebuild`.
#[derive(Debug, Args)]
pub struct IndexRebuild {
    /// Works in this process instead of asking the daemon.
    #[arg(long)]
    pub here: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}
