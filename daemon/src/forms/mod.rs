//! Controlled forms on paper: a record goes to `resguardo-forms`, a program of its own that stands beside this one, and comes
//! back as PDF/A. It may not know where records come from, nor how a form looks.

pub mod catalogue;
pub mod press;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use resguardo_forms_model::{Record, RecordError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use crate::manual;
use catalogue::Version;

/// Its name beside this program.
const PROGRAM: &str = "resguardo-forms";
/// How long a form may take; the program itself gives up earlier.
const PATIENCE: Duration = Duration::from_secs(30);
/// A form of five thousand rows has a tenth of this.
const PDF_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of what it says that are kept.
const SAID_BYTES_MAX: u64 = 4 * 1024;

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// It is not installed.
    #[error("no form can be printed without {}; install it beside resguardo", program.display())]
    Missing {
        /// Where it should be.
        program: PathBuf,
    },
    /// It cannot be run, or hung up.
    #[error("{} cannot be run", program.display())]
    Run {
        /// Where it is.
        program: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The record is none.
    #[error("the record of the form cannot be written")]
    Record(#[from] RecordError),
    /// It says why not.
    #[error("{PROGRAM} ended with {status}: {said}")]
    Failed {
        /// How it ended.
        status: String,
        /// What it said.
        said: String,
    },
    /// It took too long.
    #[error("{PROGRAM} took more than {} seconds and was stopped", PATIENCE.as_secs())]
    Slow,
    /// It gave more than any form has.
    #[error("{PROGRAM} gave more than {PDF_BYTES_MAX} bytes")]
    TooLarge,
}

/// A record as PDF/A. Printing it again gives the same bytes. Layouts of `templates`, a folder, stand for the program's own.
///
/// # Errors
/// [`FormError`]; what the program says of a template of one's own names its file and line.
pub async fn print(record: &Record, templates: Option<&Path>) -> Result<Vec<u8>, FormError> {
    run(&with(templates), &record.to_json()?).await
}

/// The empty form of a version, to be filled by hand when nothing else works.
///
/// # Errors
/// As [`print`].
pub async fn blank(version: &Version, templates: Option<&Path>) -> Result<Vec<u8>, FormError> {
    let mut args = with(templates);
    args.extend(["--blank".into(), version.form.code().into()]);
    args.extend(version.version.iter().flat_map(|name| ["--form-version".into(), name.into()]));
    args.extend(version.valid_from.iter().flat_map(|day| ["--effective".into(), day.to_string().into()]));
    run(&args, &[]).await
}

/// Whether all layouts of a folder can be printed.
///
/// # Errors
/// As [`print`]; the first layout that cannot, by its file and line.
pub async fn check(templates: &Path) -> Result<(), FormError> {
    let args = [with(Some(templates)), vec!["--check".into()]].concat();
    run(&args, &[]).await.map(drop)
}

/// The operator's manual: what it is called, its edition and its chapters, which print as they are.
///
/// # Errors
/// As [`print`].
pub async fn manual(edition: &str, templates: Option<&Path>) -> Result<Vec<u8>, FormError> {
    let (title, date, chapters) = (manual::TITLE, manual::DATE, manual::chapters());
    let book = serde_json::json!({ "title": title, "edition": edition, "date": date, "chapters": chapters });
    let args = [with(templates), vec!["--manual".into()]].concat();
    run(&args, book.to_string().as_bytes()).await
}

fn with(templates: Option<&Path>) -> Vec<OsString> {
    templates.iter().flat_map(|folder| ["--templates".into(), folder.as_os_str().to_owned()]).collect()
}

fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_default().with_file_name(PROGRAM)
}

async fn run(args: &[OsString], input: &[u8]) -> Result<Vec<u8>, FormError> {
    let program = program();
    if !program.is_file() {
        return Err(FormError::Missing { program });
    }
    let run = |source| FormError::Run { program: program.clone(), source };
    let mut command = Command::new(&program);
    command
        .args(args)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let child = command.spawn().map_err(run)?;
    let (status, pdf, said) =
        tokio::time::timeout(PATIENCE, converse(child, input)).await.map_err(|_| FormError::Slow)?.map_err(run)?;
    if !status.success() {
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        return Err(FormError::Failed { status: status.to_string(), said });
    }
    if pdf.len() as u64 > PDF_BYTES_MAX {
        return Err(FormError::TooLarge);
    }
    Ok(pdf)
}

/// Gives it the record and takes what it gives, both at once: neither waits for the other.
async fn converse(mut child: Child, record: &[u8]) -> std::io::Result<(std::process::ExitStatus, Vec<u8>, Vec<u8>)> {
    let broken = || std::io::Error::other("a pipe is missing");
    let mut input = child.stdin.take().ok_or_else(broken)?;
    let mut output = child.stdout.take().ok_or_else(broken)?.take(PDF_BYTES_MAX + 1);
    let mut errors = child.stderr.take().ok_or_else(broken)?.take(SAID_BYTES_MAX);
    let (mut pdf, mut said) = (Vec::new(), Vec::new());
    let give = async {
        // One that does not read its input says itself why.
        let _hung_up = input.write_all(record).await;
        drop(input);
        Ok(0)
    };
    tokio::try_join!(give, output.read_to_end(&mut pdf), errors.read_to_end(&mut said))?;
    // Whatever it still wants to say is not waited for.
    drop((output, errors));
    Ok((child.wait().await?, pdf, said))
}
