//! The file of an import: which columns it has. It may not know who is there already.

use super::error::PeopleError;
pub(super) use crate::jobs::csv_file::normal;
use crate::jobs::csv_file::{self, Of};
pub use crate::jobs::csv_file::{BYTES_MAX, LINES_MAX};

/// The columns, in any order, and what else each may be called.
const COLUMNS: [(&str, &str); 6] = [
    ("login", "usuario"),
    ("name", "nombre"),
    ("post", "puesto"),
    ("email", "correo"),
    ("unit", "unidad"),
    ("superior", "jefe"),
];

/// A line of the file; its fields are those of [`COLUMNS`], in their order.
pub(super) type Row = csv_file::Row<6>;

/// Reads a file that is [`normal`].
///
/// # Errors
/// [`PeopleError::Field`] of `file`, where it is no such file as a whole.
pub(super) fn read(text: &str) -> Result<Vec<Row>, PeopleError> {
    let of = Of { none: "ninguna persona", many: "personas" };
    csv_file::read(text, &COLUMNS, of).map_err(|what| PeopleError::field("file", what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_semicolons_and_any_order_of_columns_are_read_alike() {
        let one = "login,name,post,email,unit,superior\nana,Ana Pérez,Técnica,,DTI,\n\nluis,\"López, Luis\",,,,ana\n";
        let other = "\u{feff}name;login;superior;unit;post;email\r\nAna Pérez;ana;;DTI;Técnica;\r\n\r\nLópez, Luis;luis;ana;;;\r\n";
        let rows = read(one).unwrap();
        assert_eq!(rows, read(&normal(other)).unwrap());
        let spanish = other.replace("name;login;superior;unit;post;email", "Nombre;USUARIO;jefe;unidad;puesto;correo");
        assert_eq!(rows, read(&normal(&spanish)).unwrap());
        assert_eq!(rows, read(&normal(&spanish.replace("\r\n", "\r"))).unwrap(), "lines as an old Macintosh ends them");
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
            ("login,name,post,email,unit,superior\na\0,b,,,,\n", "no son texto"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let many = format!("login,name,post,email,unit,superior\n{}", "a,b,,,,\n".repeat(2001));
        assert!(read(&many).unwrap_err().to_string().contains("más de 2000"));
    }
}
