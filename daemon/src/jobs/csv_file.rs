//! A file of a spreadsheet: CSV as it writes it, read into lines by the names of its columns. It may not know what they are of.

use crate::desk::text::folded;

/// The most bytes of a file.
pub const BYTES_MAX: usize = 512 * 1024;
/// The most lines of a file.
pub const LINES_MAX: usize = 2000;

/// A line of a file, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row<const N: usize> {
    /// Its number in the file, from 1.
    pub(super) line: u64,
    /// What stands in the columns, in the order in which they were asked for.
    pub(super) fields: [String; N],
}

impl<const N: usize> Row<N> {
    /// What stands in a column.
    pub(super) fn field(&self, place: usize) -> &str {
        self.fields.get(place).map(String::as_str).unwrap_or_default()
    }
}

/// What lines are of, as people are told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of {
    /// Not one: *ninguna persona*.
    pub(super) none: &'static str,
    /// Many: *personas*.
    pub(super) many: &'static str,
}

/// The text of a file with lines that end alike, whichever program wrote it or sent it on.
pub(super) fn normal(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
}

/// Reads a file that is [`normal`]: separated by commas or, as spreadsheets in Spanish write it, semicolons. Each column has its
/// name and what else it may be called, both folded; they stand in any order.
///
/// # Errors
/// Why it is no such file as a whole, in Spanish.
pub(super) fn read<const N: usize>(text: &str, columns: &[(&str, &str); N], of: Of) -> Result<Vec<Row<N>>, String> {
    if text.len() > BYTES_MAX {
        return Err("tiene más de 512 KiB; divídalo en varios archivos".to_owned());
    }
    if text.contains('\0') {
        return Err("tiene signos que no son texto; guárdelo de nuevo como «CSV UTF-8»".to_owned());
    }
    let head = text.lines().next().unwrap_or_default();
    let delimiter = if head.contains(';') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|_| "la primera línea no se entiende".to_owned())?.clone();
    let places = places(&head, columns)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, |place| line(text, place));
            format!("la línea {line} no se entiende; revise las comillas")
        })?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if rows.len() == LINES_MAX {
            return Err(format!("tiene más de {LINES_MAX} {}; divídalo en varios archivos", of.many));
        }
        let fields = places.map(|place| record.get(place).unwrap_or_default().to_owned());
        rows.push(Row { line: record.position().map_or(0, |place| line(text, place)), fields });
    }
    if rows.is_empty() { Err(format!("no tiene {}", of.none)) } else { Ok(rows) }
}

/// Where each column stands.
fn places<const N: usize>(head: &csv::StringRecord, columns: &[(&str, &str); N]) -> Result<[usize; N], String> {
    let is = |name: &str, (english, spanish): (&str, &str)| {
        let name = folded(name);
        name == english || name == spanish
    };
    let all = || columns.map(|(english, spanish)| format!("{english} o {spanish}")).join(", ");
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        let found = head.iter().position(|name| is(name, *column));
        *place = found
            .ok_or_else(|| format!("falta la columna «{}»; la primera línea debe nombrar: {}", column.0, all()))?;
    }
    match head.iter().find(|name| !columns.iter().any(|column| is(name, *column))) {
        Some(other) => Err(format!("la columna «{other}» no se conoce; las columnas son: {}", all())),
        None => Ok(places),
    }
}

/// The line of a record, which begins behind the empty lines before it.
fn line(text: &str, place: &csv::Position) -> u64 {
    let rest = usize::try_from(place.byte()).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| **byte == b'\n').count();
    place.line() + u64::try_from(empty).unwrap_or_default()
}
