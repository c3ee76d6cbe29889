//! Tables as XLSX: texts that are texts, days that are days, a header that stays, and the same bytes for the same table. It may not
//! know what is in them.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{Cell, Table};

/// Letters that a cell of Excel may have, and what says that there were more.
const LETTERS_MAX: usize = 32_000;
/// When every workbook was made, since the hour of its making would make two of one table differ.
const MADE: (u16, u8, u8) = (2025, 4, 1);

/// A whole table.
///
/// # Errors
/// A row or a text that no spreadsheet holds.
pub fn write(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(MADE.0, MADE.1, MADE.2)?;
    book.set_properties(&DocProperties::new().set_author("Resguardo").set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name(table.title)?;
    sheet.set_freeze_panes(1, 0)?;
    let head = Format::new().set_bold();
    for (at, column) in (0u16..).zip(table.columns) {
        sheet.set_column_width(at, f64::from(column.width))?;
        sheet.write_string_with_format(0, at, column.name, &head)?;
    }
    let formats = Formats {
        day: Format::new().set_num_format("dd-mm-yyyy"),
        moment: Format::new().set_num_format("dd-mm-yyyy hh:mm:ss"),
        hundredths: Format::new().set_num_format("0.00"),
    };
    for (line, row) in (1u32..).zip(&table.rows) {
        for (at, cell) in (0u16..).zip(row) {
            formats.put(sheet, line, at, cell)?;
        }
    }
    book.save_to_buffer()
}

struct Formats {
    day: Format,
    moment: Format,
    hundredths: Format,
}

impl Formats {
    fn put(&self, sheet: &mut Worksheet, line: u32, at: u16, cell: &Cell) -> Result<(), XlsxError> {
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => {
                let text: String = text.chars().take(LETTERS_MAX).collect();
                sheet.write_string(line, at, text)?;
            }
            Cell::Whole(number) => match i32::try_from(*number) {
                Ok(number) => {
                    sheet.write_number(line, at, f64::from(number))?;
                }
                // Excel keeps fifteen digits of a number, and all of a text.
                Err(_) => {
                    sheet.write_string(line, at, number.to_string())?;
                }
            },
            Cell::Hundredths(number) => match i32::try_from(*number) {
                Ok(number) => {
                    sheet.write_number_with_format(line, at, f64::from(number) / 100.0, &self.hundredths)?;
                }
                Err(_) => {
                    sheet.write_string(line, at, number.to_string())?;
                }
            },
            Cell::Day(day) => {
                let text = day.format("%Y-%m-%d").to_string();
                sheet.write_datetime_with_format(line, at, ExcelDateTime::parse_from_str(&text)?, &self.day)?;
            }
            Cell::Moment(moment) => {
                let text = moment.format("%Y-%m-%dT%H:%M:%S").to_string();
                sheet.write_datetime_with_format(line, at, ExcelDateTime::parse_from_str(&text)?, &self.moment)?;
            }
        }
        Ok(())
    }
}
