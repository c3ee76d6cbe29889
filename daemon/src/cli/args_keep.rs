//! What can be said on the command line of backups that go and backups that stay. It may not know what any of it does.

use clap::Args;

/// `prune`.
#[derive(Debug, Args)]
pub struct Prune {
    /// Touches nothing, and prints for every backup whether it stays, and why.
    #[arg(long)]
    pub dry_run: bool,
    /// Only this disk.
    #[arg(long, value_name = "NAME")]
    pub disk: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `pin`.
#[derive(Debug, Args)]
pub struct Pin {
    /// The backup: SERVER/DATASET/STAMP.
    #[arg(value_name = "ARCHIVE")]
    pub archive: String,
    /// Why it must stay.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// `unpin`.
#[derive(Debug, Args)]
pub struct Unpin {
    /// The backup: SERVER/DATASET/STAMP.
    #[arg(value_name = "ARCHIVE")]
    pub archive: String,
}

/// `pins`.
#[derive(Debug, Args)]
pub struct Pins {
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}
