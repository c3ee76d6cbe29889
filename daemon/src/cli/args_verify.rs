//! What can be said on the command line of readings and their consequences. It may not know what any of it does.

use clap::Args;

/// `checks`.
#[derive(Debug, Args)]
pub struct Checks {
    /// Only those of this backup.
    #[arg(value_name = "SERVER/DATASET/STAMP")]
    pub archive: Option<String>,
    /// At most so many; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: u32,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `accept`.
#[derive(Debug, Args)]
pub struct Accept {
    /// The dataset.
    #[arg(value_name = "SERVER/DATASET")]
    pub dataset: String,
}

/// `disk repair`.
#[derive(Debug, Args)]
pub struct DiskRepair {
    /// The disk with the damaged copies: its name, or the path of any disk.
    #[arg(value_name = "DISK")]
    pub disk: String,
    /// The backups; without any, those that the daemon knows to be damaged, or without a daemon all that are found so.
    #[arg(value_name = "SERVER/DATASET/STAMP")]
    pub archives: Vec<String>,
    /// Takes the good copies from this disk: its name, or the path of any disk. May be given several times; else from every disk
    /// that is here.
    #[arg(long = "from", value_name = "NAME|PATH")]
    pub from: Vec<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}
