//! What can be said on the command line about keys. It may not know what any of it does.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// Makes a pair of keys: the private one in a file, the public one for the configuration
    Generate(KeyGenerate),
    /// Makes the recovery sheet for the safe
    Sheet(KeySheet),
    /// Says to whom backups are encrypted, and whether the private key that the configuration names fits
    Show(KeyShow),
}

/// `key generate`.
#[derive(Debug, Args)]
pub struct KeyGenerate {
    /// The file for the private key, which must not exist.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// The recovery sheet, a PDF that must not exist.
    #[arg(long, value_name = "SHEET.pdf")]
    pub sheet: Option<PathBuf>,
    /// Prints the private key itself on the sheet: whoever has the paper then reads every backup.
    #[arg(long, requires = "sheet")]
    pub with_secret: bool,
}

/// `key sheet`.
#[derive(Debug, Args)]
pub struct KeySheet {
    /// The file with the private key.
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
    /// The recovery sheet, a PDF that must not exist.
    #[arg(long, value_name = "SHEET.pdf")]
    pub to: PathBuf,
    /// Prints the private key itself on the sheet: whoever has the paper then reads every backup.
    #[arg(long)]
    pub with_secret: bool,
}

/// `key show`.
#[derive(Debug, Args)]
pub struct KeyShow {
    /// Looks at this private key instead of the one that the configuration names.
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}
