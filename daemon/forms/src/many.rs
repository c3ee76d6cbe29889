//! Many records through one process: each comes as its length and its JSON, and goes back as whether it is a form, a length, and
//! the PDF or why there is none. It may not know what a form is of.
//!
//! Lengths are four bytes, the highest first. A record that cannot be printed costs its own form alone; what cannot be read as
//! a record at all ends the process, since nobody knows where the next one begins.

use std::error::Error as _;
use std::io::{self, ErrorKind, Read, Write};

use resguardo_forms_model::{RECORD_BYTES_MAX, Record};
use typst::comemo;

use crate::failure::Failure;
use crate::paper::{self, Job};
use crate::templates::Templates;

/// Before a PDF.
const PRINTED: u8 = 0;
/// Before why there is none.
const FAILED: u8 = 1;
/// What was not used for so many forms is forgotten, so that memory does not grow with their number.
const FORMS_REMEMBERED: usize = 2;

/// Prints records until there are no more.
pub(crate) fn print(templates: &Templates, input: &mut impl Read, output: &mut impl Write) -> Result<(), Failure> {
    while let Some(json) = next(input).map_err(Failure::Input)? {
        let (mark, bytes) = match one(&json, templates) {
            Ok(pdf) => (PRINTED, pdf),
            Err(failure) => (FAILED, said(&failure).into_bytes()),
        };
        answer(output, mark, &bytes).map_err(Failure::Output)?;
        comemo::evict(FORMS_REMEMBERED);
    }
    Ok(())
}

fn one(json: &[u8], templates: &Templates) -> Result<Vec<u8>, Failure> {
    let record = Record::read(json).map_err(Failure::Record)?;
    paper::print(Job::of(&record)?, templates.clone())
}

/// The next record; none after the last one.
fn next(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    let read = loop {
        match input.read(&mut length) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    if read == 0 {
        return Ok(None);
    }
    input.read_exact(length.get_mut(read..).unwrap_or_default())?;
    let bytes = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if bytes > RECORD_BYTES_MAX {
        return Err(io::Error::new(ErrorKind::InvalidData, format!("a record has {bytes} bytes")));
    }
    let mut json = vec![0; bytes];
    input.read_exact(&mut json)?;
    Ok(Some(json))
}

fn answer(output: &mut impl Write, mark: u8, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    output.write_all(&[mark])?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(bytes)?;
    output.flush()
}

/// The failure with its causes, in one line.
fn said(failure: &Failure) -> String {
    let mut said = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        said.push_str(&format!(": {error}"));
        cause = error.source();
    }
    said
}
