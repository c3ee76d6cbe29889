//! Why no form was printed, with its exit code and its words for whoever administers the machine.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use resguardo_forms_model::RecordError;

/// A place in a template and what is wrong there.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The file, by its path, or by its name where it is built in.
    pub(crate) file: Option<String>,
    /// Its line and column, from 1.
    pub(crate) at: Option<(usize, usize)>,
    /// The text of that line.
    pub(crate) line: String,
    /// What Typst says.
    pub(crate) message: String,
    /// What it advises.
    pub(crate) hints: Vec<String>,
}

/// Why no form was printed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Standard input broke.
    #[error("the record cannot be read from standard input")]
    Input(#[source] io::Error),
    /// Standard output broke.
    #[error("the form cannot be written to standard output")]
    Output(#[source] io::Error),
    /// The record is not one.
    #[error("this record cannot be printed")]
    Record(#[source] RecordError),
    /// The process could not give up what it does not need.
    #[error("the process cannot be confined")]
    Confine(#[source] io::Error),
    /// The folder of templates cannot be read or made.
    #[error("the folder of templates {} cannot be used", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A template cannot be read or written.
    #[error("the template {} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A template is too large.
    #[error("the file {} has more than {most} bytes: templates and logos are small", path.display())]
    FileSize {
        /// The file.
        path: PathBuf,
        /// What it may have.
        most: u64,
    },
    /// A folder has too many files.
    #[error("the folder of templates {} has more than {most} files: it is for templates and nothing else", path.display())]
    FileCount {
        /// The folder.
        path: PathBuf,
        /// What it may have.
        most: usize,
    },
    /// The built-in fonts do not read, which does not happen.
    #[error("the built-in fonts cannot be read")]
    Fonts,
    /// The record is too long for its QR code, which its bounds prevent.
    #[error("the record's id or the address for checking it is too long for a QR code")]
    Qr,
    /// A template does not compile, or makes what PDF/A does not allow.
    #[error("the layout of {form} does not compile{}", told(faults))]
    Template {
        /// The form's code.
        form: &'static str,
        /// What is wrong, in the order of the file.
        faults: Vec<Fault>,
    },
}

/// The most faults that are told: the first are enough to go on.
const FAULTS_MAX: usize = 5;

/// The faults, each on lines of its own, and what can be done.
fn told(faults: &[Fault]) -> String {
    let mut told = String::from(":");
    for fault in faults.iter().take(FAULTS_MAX) {
        told.push_str(&format!("\n  {fault}"));
    }
    if faults.len() > FAULTS_MAX {
        told.push_str(&format!("\n  and {} more", faults.len() - FAULTS_MAX));
    }
    told.push_str(
        "\nCorrect the file, or move it out of the folder of templates: the built-in layout then takes its place.",
    );
    told
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.at) {
            (Some(file), Some((line, column))) => write!(f, "{file}, line {line}, column {column}: {}", self.message)?,
            (Some(file), None) => write!(f, "{file}: {}", self.message)?,
            (None, _) => write!(f, "{}", self.message)?,
        }
        if !self.line.trim().is_empty() {
            write!(f, "\n    | {}", self.line.trim_end())?;
        }
        self.hints.iter().try_for_each(|hint| write!(f, "\n    hint: {hint}"))
    }
}

impl Failure {
    /// The exit code: part of the interface, and never changed.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Input(_) | Self::Output(_) | Self::Confine(_) | Self::Fonts | Self::Qr => 1,
            Self::Record(_) => 2,
            Self::Folder { .. }
            | Self::File { .. }
            | Self::FileSize { .. }
            | Self::FileCount { .. }
            | Self::Template { .. } => 3,
        }
    }

    /// Says it on standard error, with its causes.
    #[expect(clippy::print_stderr, reason = "here is what this program says of a failure, and nowhere else")]
    pub(crate) fn tell(&self) {
        let mut told = format!("resguardo-forms: {self}");
        let mut cause = self.source();
        while let Some(error) = cause {
            told.push_str(&format!(": {error}"));
            cause = error.source();
        }
        eprintln!("{told}");
    }
}
