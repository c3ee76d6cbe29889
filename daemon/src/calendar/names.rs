//! What the days of the week and the months are called in Spanish. It may not know what they are about.

use chrono::{Datelike as _, NaiveDate};

/// The days of the week, Monday first.
pub const WEEKDAYS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
/// The months, January first.
pub const MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

/// The name of a day's month.
pub fn month(day: NaiveDate) -> &'static str {
    usize::try_from(day.month0()).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default()
}
