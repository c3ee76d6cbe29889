//! `resguardo report pack`: the auditor's pack of a month or a semester, as the service makes it. It may not know what is in it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::args_report::PackAsked;
use super::exit::{Failure, code};
use super::report::period;
use super::{print, socket};
use crate::jobs::pack::Period;
use crate::people::token::unhex;
use crate::service::client;
use crate::service::packs::PackReport;
use crate::service::protocol::{Line, Request};

/// `resguardo report pack`.
pub(super) fn run(config: &Path, asked: &PackAsked) -> Result<u8, Failure> {
    let period = period(&asked.period)?;
    let name = format!("Paquete {}.zip", period.name());
    let path = asked.to.as_deref().unwrap_or(&name);
    let socket = socket::of(config)?;
    if path == "-" {
        let report = fetch(&socket, period, &mut io::stdout().lock())?;
        return told(&report);
    }
    let failed = |error: io::Error| Failure::unexpected(&format!("{path} cannot be written"), &error);
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let what = format!("{path} is there already; name another file with --output, or remove it");
            Failure::new(code::EXISTS, what)
        }
        _ => failed(error),
    })?;
    let taken = take(&socket, period, file, failed);
    if taken.is_err() {
        // Half a pack is none.
        let _gone = std::fs::remove_file(path);
    }
    let report = taken?;
    print::out(&format!("{path}\n"))?;
    told(&report)
}

fn take(
    socket: &Path,
    period: Period,
    file: File,
    failed: impl Fn(io::Error) -> Failure,
) -> Result<PackReport, Failure> {
    let mut out = BufWriter::new(file);
    let report = fetch(socket, period, &mut out)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    let bytes = file.sync_all().and_then(|()| file.metadata()).map_err(&failed)?.len();
    if bytes == report.bytes { Ok(report) } else { Err(failed(ErrorKind::UnexpectedEof.into())) }
}

/// Writes what comes.
fn fetch(socket: &Path, period: Period, out: &mut impl Write) -> Result<PackReport, Failure> {
    let mut written = Ok(());
    let report = client::ask(socket, Request::Pack { period: period.name() })?.answer(|line| {
        if let (Line::Text(hex), true) = (&line, written.is_ok()) {
            written = out.write_all(&unhex(hex));
        }
    })?;
    let written = written.and_then(|()| out.flush());
    written.map_err(|error| Failure::unexpected("the pack cannot be written", &error))?;
    Ok(report)
}

/// What could not be put in is said, and the exit code says that there is something.
fn told(report: &PackReport) -> Result<u8, Failure> {
    if report.missing.is_empty() {
        return Ok(code::DONE);
    }
    let lines: String = report.missing.iter().map(|what| format!("\n  {what}")).collect();
    Err(Failure::new(code::PARTLY, format!("the pack lacks (FALTANTES.txt):{lines}")))
}
