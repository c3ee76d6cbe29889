//! The file of an import: CSV as spreadsheets write it, read into lines. It may not know who is there already.

use super::error::PeopleError;

/// The columns, in any order.
pub(super) const COLUMNS: [&str; 6] = ["login", "name", "post", "email", "unit", "superior"];
/// The most bytes of a file.
pub const BYTES_MAX: usize = 512 * 1024;
/// The most people of a file.
pub const LINES_MAX: usize = 2000;

/// A line of the file, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Its number in the file, from 1.
    pub(super) line: u64,
    /// What stands in [`COLUMNS`], in their order.
    pub(super) fields: [String; 6],
}

/// Reads a file: separated by commas or, as spreadsheets in Spanish write it, semicolons.
///
/// # Errors
/// [`PeopleError::Field`] of `file`, where it is no such file as a whole.
pub(super) fn read(text: &str) -> Result<Vec<Row>, PeopleError> {
    let wrong = |what: String| PeopleError::field("file", what);
    if text.len() > BYTES_MAX {
        return Err(wrong("tiene más de 512 KiB; divídalo en varios archivos".to_owned()));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let head = text.lines().next().unwrap_or_default();
    let delimiter = if head.contains(';') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|_| wrong("la primera línea no se entiende".to_owned()))?.clone();
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let found = head.iter().position(|name| name.eq_ignore_ascii_case(column));
        *place = found.ok_or_else(|| {
            wrong(format!("falta la columna «{column}»; la primera línea debe decir {}", COLUMNS.join(",")))
        })?;
    }
    if let Some(other) = head.iter().find(|name| !COLUMNS.iter().any(|column| name.eq_ignore_ascii_case(column))) {
        return Err(wrong(format!("la columna «{other}» no se conoce; las columnas son {}", COLUMNS.join(","))));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, |place| line(&text, place));
            wrong(format!("la línea {line} no se entiende; revise las comillas"))
        })?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if rows.len() == LINES_MAX {
            return Err(wrong(format!("tiene más de {LINES_MAX} personas; divídalo en varios archivos")));
        }
        let fields = places.map(|place| record.get(place).unwrap_or_default().to_owned());
        rows.push(Row { line: record.position().map_or(0, |place| line(&text, place)), fields });
    }
    if rows.is_empty() {
        return Err(wrong("no tiene ninguna persona".to_owned()));
    }
    Ok(rows)
}

/// The line of a record, which begins behind the empty lines before it.
fn line(text: &str, place: &csv::Position) -> u64 {
    let rest = usize::try_from(place.byte()).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| **byte == b'\n').count();
    place.line() + u64::try_from(empty).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_semicolons_and_any_order_of_columns_are_read_alike() {
        let one = "login,name,post,email,unit,superior\nana,Ana Pérez,Técnica,,DTI,\n\nluis,\"López, Luis\",,,,ana\n";
        let other = "\u{feff}name;login;superior;unit;post;email\r\nAna Pérez;ana;;DTI;Técnica;\r\n\r\nLópez, Luis;luis;ana;;;\r\n";
        let rows = read(one).unwrap();
        assert_eq!(rows, read(other).unwrap());
        assert_eq!(rows[0].fields, ["ana", "Ana Pérez", "Técnica", "", "DTI", ""].map(str::to_owned));
        assert_eq!((rows[1].line, rows[1].fields[1].as_str()), (4, "López, Luis"));
    }

    #[test]
    fn a_file_that_is_none_is_refused_as_a_whole() {
        for (text, says) in [
            ("", "falta la columna «login»"),
            ("login,name,post,email,unit\n", "falta la columna «superior»"),
            ("login,name,post,email,unit,superior,clave\n", "«clave» no se conoce"),
            ("login,name,post,email,unit,superior\n", "ninguna persona"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let many = format!("login,name,post,email,unit,superior\n{}", "a,b,,,,\n".repeat(2001));
        assert!(read(&many).unwrap_err().to_string().contains("más de 2000"));
    }
}
