//! What verification finds, in sentences for a person. It may not know how it was found.

use std::fmt;

/// The most problems that are listed; what is more is counted.
const PROBLEMS_MAX: usize = 200;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The register is not what it was.
    Wrong,
    /// Nothing is wrong, but a person may want to know.
    Note,
}

/// One thing that was found, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How much it weighs.
    pub weight: Weight,
    /// The file, `FO-06-2026.jsonl` or `head.json`.
    pub file: Option<String>,
    /// The line of the file, from 1.
    pub line: Option<u64>,
    /// The entry as people name it: `2026-47`.
    pub entry: Option<String>,
    /// What is wrong, an English sentence without its full stop.
    pub what: String,
}

impl Problem {
    /// Something wrong that has no line.
    pub(super) fn wrong(file: Option<&str>, what: String) -> Self {
        Self { weight: Weight::Wrong, file: file.map(str::to_owned), line: None, entry: None, what }
    }

    /// Something to know.
    pub(super) fn note(what: String) -> Self {
        Self { weight: Weight::Note, file: None, line: None, entry: None, what }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            f.write_str(file)?;
            if let Some(line) = self.line {
                write!(f, ", line {line}")?;
            }
            if let Some(entry) = &self.entry {
                write!(f, " (entry {entry})")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.what)
    }
}

/// Problems in the making: as many as a person reads, and how many more.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) listed: Vec<Problem>,
    pub(super) unlisted: u64,
}

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        if self.listed.len() < PROBLEMS_MAX {
            self.listed.push(problem);
        } else {
            self.unlisted += 1;
        }
    }
}
