//! What can be said on the command line to the running service. It may not know what any of it does.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `top`.
#[derive(Debug, Args)]
pub struct Top {
    /// Shows it once and ends, as where it is not shown on a terminal.
    #[arg(long)]
    pub once: bool,
    /// Prints what `status --json` does not have, every dataset by week, as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `runs`.
#[derive(Debug, Args)]
pub struct Runs {
    /// At most so many; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: u32,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `log`.
#[derive(Debug, Args)]
pub struct RunLog {
    /// The run's number.
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    pub run: i64,
    /// Goes on until the run has ended.
    #[arg(long, short)]
    pub follow: bool,
}

/// `cancel`.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The run's number.
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    pub run: i64,
}

/// `slots`.
#[derive(Debug, Args)]
pub struct Slots {
    /// Only those of this plan.
    pub plan: Option<String>,
    /// At most so many; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: u32,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `excuse`.
#[derive(Debug, Args)]
pub struct Excuse {
    /// The plan.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub plan: Option<String>,
    /// Every plan.
    #[arg(long)]
    pub all: bool,
    /// The first day or moment: 2026-12-24, 2026-12-24T18:00, or RFC 3339. From now, if not given.
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// The last day, which is excused to its end, or the last moment.
    #[arg(long, value_name = "DATE")]
    pub until: String,
    /// Why; it stands in the register, so write it in its language.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// What to do with the register.
#[derive(Debug, Subcommand)]
pub enum RegisterVerb {
    /// Lists the newest entries
    List(RegisterList),
    /// Shows an entry with its corrections, field by field
    Show(RegisterShow),
    /// Verifies the chain and the signature on each disk, and the disks against each other
    Verify(RegisterVerify),
    /// Writes the lines of the register, just as they stand in its chain
    Export(RegisterExport),
    /// Corrects an entry by a new one, which says why
    Correct(RegisterCorrect),
}

/// `register list`.
#[derive(Debug, Args)]
pub struct RegisterList {
    /// Only those of this year.
    #[arg(long)]
    pub year: Option<i32>,
    /// At most so many; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: u32,
    /// Reads this disk instead of asking the daemon: its name, or the path of any disk. May be given several times.
    #[arg(long = "disk", value_name = "NAME|PATH")]
    pub disks: Vec<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `register show`.
#[derive(Debug, Args)]
pub struct RegisterShow {
    /// The entry, such as 2026-47.
    #[arg(value_name = "YEAR-NUMBER", value_parser = entry)]
    pub entry: (i32, i64),
    /// Reads this disk instead of asking the daemon: its name, or the path of any disk. May be given several times.
    #[arg(long = "disk", value_name = "NAME|PATH")]
    pub disks: Vec<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `register verify`.
#[derive(Debug, Args)]
pub struct RegisterVerify {
    /// Only this disk: its name, or the path of any disk. May be given several times; else every disk that is here.
    #[arg(long = "disk", value_name = "NAME|PATH")]
    pub disks: Vec<String>,
    /// The public key that the heads must be signed with, 64 hexadecimal digits.
    #[arg(long, value_name = "HEX")]
    pub key: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `register export`.
#[derive(Debug, Args)]
pub struct RegisterExport {
    /// Only those of this year.
    #[arg(long)]
    pub year: Option<i32>,
    /// Writes FO-06-YEAR.jsonl and head.json into this folder instead of standard output; overwrites nothing.
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// `register correct`.
#[derive(Debug, Args)]
pub struct RegisterCorrect {
    /// The entry, such as 2026-47.
    #[arg(value_name = "YEAR-NUMBER", value_parser = entry)]
    pub entry: (i32, i64),
    /// Why; it stands in the register, so write it in its language.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// A field and what it should say: `observaciones=…`, `responsable=…`, `visto_bueno=…`. May be given several times.
    #[arg(long = "set", value_name = "FIELD=TEXT", required = true, value_parser = change)]
    pub changes: Vec<(String, String)>,
}

/// `notify`.
#[derive(Debug, Args)]
pub struct Notify {
    /// Has the daemon send a test message over every channel instead, and ends.
    #[arg(long)]
    pub test: bool,
}

/// An entry as people name it.
fn entry(text: &str) -> Result<(i32, i64), String> {
    let parsed = text.split_once('-').and_then(|(year, number)| Some((year.parse().ok()?, number.parse().ok()?)));
    match parsed {
        Some((year @ 1970..=9999, number @ 1..)) => Ok((year, number)),
        _ => Err("an entry is its year and its number, such as 2026-47".to_owned()),
    }
}

/// A field with its text.
fn change(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, text)) if !field.trim().is_empty() => Ok((field.trim().to_owned(), text.to_owned())),
        _ => Err("a change is FIELD=TEXT, such as observaciones=\"disco cambiado\"".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_named_by_year_and_number() {
        assert_eq!(entry("2026-47"), Ok((2026, 47)));
        for wrong in ["47", "2026", "2026-0", "2026--3", "2026-x", "26-4", ""] {
            assert!(entry(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_change_may_hold_equal_signs() {
        assert_eq!(change("observaciones=a = b"), Ok(("observaciones".to_owned(), "a = b".to_owned())));
        assert!(change("=texto").is_err() && change("observaciones").is_err());
    }
}
