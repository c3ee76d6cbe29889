//! The arguments of `due`.

use clap::Args;

/// `due`.
#[derive(Debug, Args)]
pub struct Due {
    /// Asks on behalf of this user of the desk; only root may. Root who names nobody sees what the whole office has to do.
    #[arg(long = "as", value_name = "LOGIN")]
    pub on_behalf: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}
