//! Tables as CSV for Excel of Guatemala: UTF-8 with a mark, since Excel takes anything else for its old letters; commas, which is the
//! separator of lists of es-GT, where numbers have points; lines that end in CR and LF; every cell in quotes, so that a semicolon in
//! one is no separator either. It may not know what is in them.

use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

use super::{Cell, Column, Table};

/// By this Excel knows UTF-8.
const MARK: &str = "\u{feff}";
/// What a spreadsheet takes for the beginning of a formula, in letters of either width, or skips before one.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A table that is being written.
pub struct CsvTable<W: Write>(Writer<W>);

impl<W: Write> CsvTable<W> {
    /// Begins one with the names of its columns.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(mut out: W, columns: &[Column]) -> io::Result<Self> {
        out.write_all(MARK.as_bytes())?;
        let mut csv =
            WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Always).from_writer(out);
        csv.write_record(columns.iter().map(|column| column.name))?;
        Ok(Self(csv))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// What the system says.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        Ok(self.0.write_record(cells.iter().map(text))?)
    }

    /// Ends it.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

/// A whole table.
///
/// # Errors
/// What the system says.
pub fn write(table: &Table) -> io::Result<Vec<u8>> {
    let mut csv = CsvTable::new(Vec::new(), table.columns)?;
    table.rows.iter().try_for_each(|row| csv.row(row))?;
    csv.finish()
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => safe(text),
        Cell::Whole(number) => number.to_string(),
        Cell::Hundredths(number) => hundredths(*number),
        Cell::Day(day) => day.format("%d-%m-%Y").to_string(),
        Cell::Moment(moment) => moment.format("%d-%m-%Y %H:%M:%S").to_string(),
    }
}

/// A text that no spreadsheet takes for a formula: it is shown as it is, behind an apostrophe.
fn safe(text: &str) -> String {
    if text.trim_start_matches(' ').starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

fn hundredths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let number = number.unsigned_abs();
    format!("{sign}{}.{:02}", number / 100, number % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::column;

    #[test]
    fn a_text_is_never_a_formula_and_stays_readable() {
        for text in ["=cmd|' /C calc'!A0", "+SUM(1+1)", "-2+3", "@SUM(A1)", "\t=1+1", "\r\n=1+1", "＝1+1", " =1+1"] {
            assert_eq!(safe(text), format!("'{text}"));
        }
        assert_eq!(safe("a;=1+1"), "a;=1+1");
        assert_eq!(safe("+502 2422-0000"), "'+502 2422-0000");
    }

    #[test]
    fn a_table_is_what_excel_reads() {
        let row = vec![Cell::from("a;=1+1 \"b\""), Cell::Hundredths(-150), Cell::Day("2026-10-31".parse().unwrap())];
        let columns = const { &[column("Qué", 10), column("Horas", 5), column("Día", 10)] };
        let table = Table { title: "x", columns, rows: vec![row] };
        let text = String::from_utf8(write(&table).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}\"Qué\",\"Horas\",\"Día\"\r\n\"a;=1+1 \"\"b\"\"\",\"-1.50\",\"31-10-2026\"\r\n");
    }
}
