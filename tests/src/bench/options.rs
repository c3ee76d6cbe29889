//! The command line of the measurements.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

const USAGE: &str = "tests/bench [--runs N] [--bytes N[M|G]] [--folder DIR] [--only SECTION...]\n\
     sections: dump tools distance live tree encrypted restore verify memory service desk pack profile (default: all but profile)";

/// What is to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Shell pipelines and ours, on a dump that lies in memory.
    Dump,
    /// restic, Borg and ours.
    Tools,
    /// A round trip of 40 ms.
    Distance,
    /// A database that is dumped while we wait.
    Live,
    /// A tree of files.
    Tree,
    /// Ours with and without encryption.
    Encrypted,
    /// A whole dump restored, and one file.
    Restore,
    /// Verification, beside pipes.
    Verify,
    /// The peak memory of the program.
    Memory,
    /// The service after ten years: its answers, and what it costs at rest.
    Service,
    /// The support desk with a million tickets.
    Desk,
    /// The auditor's pack of a month with two thousand tickets.
    Pack,
    /// Which processes and threads the time goes to.
    Profile,
}

impl Section {
    /// All, in their order.
    pub(crate) const ALL: [Self; 13] = [
        Self::Dump,
        Self::Tools,
        Self::Distance,
        Self::Live,
        Self::Tree,
        Self::Encrypted,
        Self::Restore,
        Self::Verify,
        Self::Memory,
        Self::Service,
        Self::Desk,
        Self::Pack,
        Self::Profile,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Dump => "dump",
            Self::Tools => "tools",
            Self::Distance => "distance",
            Self::Live => "live",
            Self::Tree => "tree",
            Self::Encrypted => "encrypted",
            Self::Restore => "restore",
            Self::Verify => "verify",
            Self::Memory => "memory",
            Self::Service => "service",
            Self::Desk => "desk",
            Self::Pack => "pack",
            Self::Profile => "profile",
        }
    }
}

/// The command line, taken apart.
#[derive(Debug)]
pub(crate) struct Options {
    /// How often each contender runs.
    pub(crate) runs: usize,
    /// Bytes of the dump.
    pub(crate) bytes: u64,
    /// The folder on a real file system in which everything is written.
    pub(crate) folder: PathBuf,
    only: Vec<Section>,
}

impl Options {
    /// The options of this process.
    pub(crate) fn from_arguments() -> Result<Self> {
        let mut options = Self { runs: 3, bytes: 2_000_000_000, folder: PathBuf::from("/var/tmp"), only: Vec::new() };
        let mut arguments = std::env::args().skip(1).peekable();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--runs" => options.runs = arguments.next().context(USAGE)?.parse().context("--runs")?,
                "--bytes" => options.bytes = bytes(&arguments.next().context(USAGE)?)?,
                "--folder" => options.folder = arguments.next().context(USAGE)?.into(),
                "--only" => {
                    while let Some(word) = arguments.next_if(|word| !word.starts_with("--")) {
                        let known = Section::ALL.into_iter().find(|section| section.word() == word);
                        options.only.push(known.with_context(|| format!("no section {word}\n{USAGE}"))?);
                    }
                }
                _ => bail!("{USAGE}"),
            }
        }
        if options.runs == 0 || options.bytes < 10_000_000 {
            bail!("at least one run of at least 10M");
        }
        Ok(options)
    }

    /// Whether this section was asked for.
    pub(crate) fn wants(&self, section: Section) -> bool {
        if self.only.is_empty() { section != Section::Profile } else { self.only.contains(&section) }
    }
}

fn bytes(text: &str) -> Result<u64> {
    let (digits, unit) = match text.strip_suffix('G') {
        Some(digits) => (digits, 1_000_000_000),
        None => text.strip_suffix('M').map_or((text, 1), |digits| (digits, 1_000_000)),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .context("--bytes takes a number, as 200M or 2G")
}
