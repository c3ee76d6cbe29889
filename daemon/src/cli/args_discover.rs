//! What can be said on the command line about a server that is asked what there is to keep. It may not know how it is asked.

use std::path::PathBuf;

use clap::Args;

/// `discover`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Discover {
    /// A server of the configuration, or the name or address of one that is not in it yet.
    pub host: String,
    /// The login on a new server.
    #[arg(long, value_name = "LOGIN")]
    pub user: Option<String>,
    /// The SSH port of a new server.
    #[arg(long, default_value_t = 22)]
    pub port: u16,
    /// The file of the private key for a new server.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// What a new server is to be called. Default: its host.
    #[arg(long)]
    pub name: Option<String>,
    /// The server of the configuration through which a new one is reached.
    #[arg(long, value_name = "SERVER")]
    pub jump: Option<String>,
    /// The fingerprint of a new server's host key, as its own console shows it; any other key is refused.
    #[arg(long, value_name = "SHA256:…")]
    pub fingerprint: Option<String>,
    /// How dumps of a new server are taken.
    #[arg(long, default_value = "agent", value_parser = ["agent", "installed", "plain"])]
    pub mode: String,
    /// What is to be kept of what is found: numbers and ranges such as `1,3-5`, `all` or `none`. Default: asks.
    #[arg(long)]
    pub pick: Option<String>,
    /// Asks nothing: takes `--pick all` unless another is given, and needs `--fingerprint` for a new server.
    #[arg(long)]
    pub non_interactive: bool,
    /// Adds what was picked without trying whether it can be dumped.
    #[arg(long)]
    pub no_trial: bool,
    /// Prints the configuration as it would become, and writes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Prints what is found as JSON, and asks and writes nothing.
    #[arg(long)]
    pub json: bool,
}
