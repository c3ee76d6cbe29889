//! What can be said on the command line when everything is looked at. It may not know how.

use clap::Args;

/// `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Only this server, and nothing of this machine. May be given several times.
    #[arg(long = "server", value_name = "NAME")]
    pub servers: Vec<String>,
    /// Also shows what is well.
    #[arg(long, conflicts_with_all = ["json", "nagios"])]
    pub all: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
    /// Prints one line with performance data, as a plugin of Nagios does.
    #[arg(long, conflicts_with = "json")]
    pub nagios: bool,
}
