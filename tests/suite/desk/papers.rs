//! Records on paper, and what programs other than ours read there.

use std::io::Write as _;
use std::process::{Command, Stdio};

use resguardo_forms_model::Record;
use system_tests::command::resguardo;

/// What the program that prints makes of a record; another program finds it whole.
pub(crate) fn pdf(record: &Record) -> Vec<u8> {
    let program = resguardo().with_file_name("resguardo-forms");
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&record.to_json().unwrap()).unwrap();
    let pdf = child.wait_with_output().unwrap();
    assert!(pdf.status.success());
    pdf.stdout
}

/// The text of a PDF that another program finds whole, with one space between any two words.
pub(crate) fn text(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("form.pdf");
    std::fs::write(&file, pdf).unwrap();
    assert!(Command::new("qpdf").arg("--check").arg(&file).stdout(Stdio::null()).status().unwrap().success());
    let text = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().unwrap();
    String::from_utf8(text.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A record's paper as text.
pub(crate) fn printed(record: &Record) -> String {
    text(&pdf(record))
}

/// The numbers that stand on a paper behind a row of names, as many as there are.
pub(crate) fn figures<const N: usize>(text: &str, names: &str) -> [i64; N] {
    let (_, behind) = text.split_once(names).unwrap_or_else(|| panic!("{names} is not in\n{text}"));
    let numbers: Vec<i64> = behind.split_whitespace().map_while(|word| word.parse().ok()).take(N).collect();
    numbers.try_into().unwrap_or_else(|_| panic!("not so many numbers behind {names} in\n{text}"))
}
