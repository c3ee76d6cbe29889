//! An XLSX that somebody uploaded, as the CSV text that is read on: the first sheet, each row on the line of its number. It may not
//! know what its columns are.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx, open_workbook_from_rs};
use csv::WriterBuilder;

use crate::bundle::unpacks_within;

/// The most bytes of a file.
const FILE_BYTES_MAX: usize = 512 * 1024;
/// The most bytes that it may unpack to: texts and sheets become a tenth, and a bomb a thousandth.
const UNPACKED_BYTES_MAX: u64 = 24 * 1024 * 1024;
/// The most files that it may be made of.
const ENTRIES_MAX: usize = 200;
/// The last row that is looked at.
const ROWS_MAX: u32 = 5_000;
/// The last column that is looked at.
const COLUMNS_MAX: u32 = 64;

/// The text of the first sheet, with commas; what is empty behind the last row and column is not there.
///
/// # Errors
/// Why it cannot be read, in Spanish.
pub fn csv_of_xlsx(bytes: &[u8]) -> Result<String, String> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err("tiene más de 512 KiB; divídalo en varios archivos".to_owned());
    }
    let broken = "no se puede leer como hoja de cálculo; guárdelo de nuevo como «Libro de Excel (.xlsx)» o como CSV";
    match unpacks_within(bytes, ENTRIES_MAX, UNPACKED_BYTES_MAX) {
        Ok(true) => {}
        Ok(false) => {
            return Err("se descomprime a más de 24 MiB; deje solo la hoja con los datos y pruebe de nuevo".into());
        }
        Err(_) => return Err(broken.to_owned()),
    }
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|_| broken)?;
    let sheet = book.sheet_names().into_iter().next().ok_or(broken)?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| broken)?;
    let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    while let Some(cell) = cells.next_cell().map_err(|_| broken)? {
        let text = told(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        if row >= ROWS_MAX {
            return Err(format!("tiene algo escrito más abajo de la fila {ROWS_MAX}; bórrelo o divídalo"));
        }
        if column >= COLUMNS_MAX {
            return Err(format!("tiene algo escrito más allá de la columna {COLUMNS_MAX}; bórrelo"));
        }
        rows.entry(row).or_default().insert(column, text);
    }
    written(&rows).ok_or_else(|| broken.to_owned())
}

fn written(rows: &BTreeMap<u32, BTreeMap<u32, String>>) -> Option<String> {
    let columns = rows.values().filter_map(|row| row.keys().next_back()).max().map_or(0, |last| last + 1);
    let mut csv = WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let lines = rows.keys().next_back().map_or(0, |last| last + 1);
    let none = BTreeMap::new();
    for line in 0..lines {
        let row = rows.get(&line).unwrap_or(&none);
        csv.write_record((0..columns).map(|at| row.get(&at).map_or("", String::as_str))).ok()?;
    }
    String::from_utf8(csv.into_inner().ok()?).ok()
}

/// A cell as somebody would have typed it: a whole number without a point, a day as 22-11-2026. Errors of formulas are nothing.
fn told(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) => line(text),
        DataRef::SharedString(text) => line(text),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => line(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => if *yes { "sí" } else { "no" }.to_owned(),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{day:02}-{month:02}-{year:04}")
        }
    }
}

/// In one line, so that lines and rows stay the same.
fn line(text: &str) -> String {
    text.split(['\r', '\n']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Bundle, Content};
    use crate::tables::{Cell, Table, column, xlsx};
    use std::io::Read as _;

    fn sheet() -> Vec<u8> {
        let columns = const { &[column("código", 10), column("serie", 10), column("desde", 12), column("nota", 9)] };
        let row = |code: &str, serial: Cell| {
            vec![Cell::from(code), serial, Cell::Day("2026-10-31".parse().unwrap()), Cell::from("=1+1")]
        };
        let rows =
            vec![row("PC-1", Cell::Whole(12345)), row("PC,2", Cell::Hundredths(250)), row("a\r\nb", Cell::Empty)];
        xlsx::write(&Table { title: "Equipos", columns, rows }).unwrap()
    }

    #[test]
    fn a_sheet_that_was_written_is_read_back_as_it_was_meant() {
        let text = csv_of_xlsx(&sheet()).unwrap();
        let expected =
            "código,serie,desde,nota\nPC-1,12345,31-10-2026,=1+1\n\"PC,2\",2.5,31-10-2026,=1+1\na b,,31-10-2026,=1+1\n";
        assert_eq!(text, expected);
        assert_eq!(sheet(), sheet(), "the same table is the same bytes");
    }

    #[test]
    fn a_bomb_and_what_is_no_sheet_are_refused() {
        let day = "2026-10-31".parse().unwrap();
        let mut bomb = Bundle::new(tempfile::tempfile().unwrap(), day);
        bomb.add("xl/worksheets/sheet1.xml", &vec![b' '; 40 << 20], Content::Text).unwrap();
        let mut bytes = Vec::new();
        bomb.finish().unwrap().0.read_to_end(&mut bytes).unwrap();
        assert!(bytes.len() < FILE_BYTES_MAX);
        assert!(csv_of_xlsx(&bytes).unwrap_err().contains("descomprime"));
        for other in [&b"PK\x03\x04"[..], b"PK\x03\x04 nothing at all", b""] {
            assert!(csv_of_xlsx(other).unwrap_err().contains("no se puede leer"));
        }
        assert!(csv_of_xlsx(&vec![0; FILE_BYTES_MAX + 1]).unwrap_err().contains("512 KiB"));
    }
}
