//! Printing, and only here: standard output for what was asked for, standard error for everything else.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table, presets};

use super::exit::{Failure, code};

/// Prints what was asked for.
///
/// # Errors
/// A failure where standard output is gone, except for a reader such as `head` that has seen enough.
pub(super) fn out(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unexpected("cannot print", &error)),
        _ => Ok(()),
    }
}

/// Prints JSON, indented.
///
/// # Errors
/// As [`out`].
pub(super) fn json(value: &serde_json::Value) -> Result<(), Failure> {
    out(&format!("{value:#}\n"))
}

/// Prints a report as JSON, indented.
///
/// # Errors
/// As [`out`].
pub(super) fn value(report: &impl serde::Serialize) -> Result<(), Failure> {
    let value = serde_json::to_value(report).map_err(|error| Failure::unexpected("cannot print", &error))?;
    json(&value)
}

/// Says that a list goes on.
pub(super) fn more(more: bool) {
    if more {
        note("resguardo: there are more; --limit 0 shows all");
    }
}

/// Prints an error on standard error, its first line behind the program's name.
pub(super) fn error(failure: &Failure) {
    note(&format!("resguardo: {}", failure.message));
    if failure.code == code::CONFIG {
        note("resguardo: the configuration has problems; nothing was done");
    }
}

/// Prints a line on standard error.
pub(super) fn note(text: &str) {
    // With standard error gone there is nobody left to tell.
    let _gone = writeln!(io::stderr().lock(), "{text}");
}

/// A table with a head, columns of numbers aligned to the right.
pub(super) fn table(head: &[&str], right: &[usize], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head.iter().map(|name| name.to_uppercase()));
    for row in rows {
        table.add_row(row.into_iter().map(Cell::new));
    }
    for &index in right {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}
