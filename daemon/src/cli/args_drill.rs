//! What can be said of restore drills on the command line. It may not know what any of it does.

use clap::Args;

/// `drill`.
#[derive(Debug, Args)]
pub struct Drill {
    /// Datasets as SERVER/DATASET, or plans; every dataset of every plan, if none is named.
    #[arg(value_name = "SERVER/DATASET|PLAN")]
    pub names: Vec<String>,
    /// Reads from this disk only; else from the one that was drilled longest ago.
    #[arg(long, value_name = "NAME")]
    pub disk: Option<String>,
    /// Does it in this process instead of asking the daemon, which must not be running.
    #[arg(long)]
    pub here: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `drills`.
#[derive(Debug, Args)]
pub struct Drills {
    /// Only those of this SERVER/DATASET.
    pub dataset: Option<String>,
    /// At most so many; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: u32,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}
