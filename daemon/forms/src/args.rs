//! The command line.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Parser;
use resguardo_forms_model::Form;

/// Prints a controlled form: its record as JSON on standard input, its PDF (PDF/A-2a, PDF/UA-1) on standard output.
#[derive(Debug, Parser)]
#[command(version, after_help = EXITS)]
pub(crate) struct Args {
    /// Takes each template that lies in this folder instead of the built-in one of its name; a logo, too
    #[arg(long, value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,
    /// Prints the empty form to be filled by hand; nothing is read. FORM is a code: DIACO-IN-FO-01
    #[arg(long, value_name = "FORM", value_parser = form, group = "act")]
    pub(crate) blank: Option<Form>,
    /// The version that the empty form shows
    #[arg(long, value_name = "VERSION", requires = "blank")]
    pub(crate) form_version: Option<String>,
    /// The day since which that version is in force, as YYYY-MM-DD
    #[arg(long, value_name = "DATE", requires = "blank")]
    pub(crate) effective: Option<NaiveDate>,
    /// Compiles all templates and prints nothing
    #[arg(long, group = "act")]
    pub(crate) check: bool,
    /// Prints the operator's manual, whose chapters are on standard input
    #[arg(long, group = "act")]
    pub(crate) manual: bool,
    /// Prints one record after the other: each a length of four bytes and its JSON; back come a byte, a length of four bytes, and the PDF (0) or why there is none (1)
    #[arg(long, group = "act")]
    pub(crate) many: bool,
    /// Writes the built-in templates into a folder, where they can be changed; never over a file that is there
    #[arg(long, value_name = "DIR", group = "act", conflicts_with = "templates")]
    pub(crate) write_templates: Option<PathBuf>,
}

/// The exit codes, for the help.
const EXITS: &str = "\
Exit codes:
  0  the PDF was written          2  the command line or the record does not read
  1  something unexpected failed  3  a template cannot be read or does not compile
A record that takes too much time is ended by SIGXCPU, one that takes too much memory by SIGABRT.";

fn form(code: &str) -> Result<Form, String> {
    Form::of_code(code).ok_or_else(|| {
        let known: Vec<&str> = Form::ALL.iter().map(|form| form.code()).collect();
        format!("no such form; there are {}", known.join(", "))
    })
}
