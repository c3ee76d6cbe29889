//! What a query asks for, each value held against what it may be. It may not know what is asked.

use chrono::NaiveDate;

use super::problem::Problem;
use crate::web::fields;

/// A day.
///
/// # Errors
/// Where it is none.
pub(super) fn day(field: &'static str, text: Option<&str>) -> Result<Option<NaiveDate>, Problem> {
    let read = |text: &str| {
        // Chrono also reads years of more than four digits.
        let day = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        day.ok_or_else(|| Problem::field(field, "escriba una fecha que exista, como 2026-11-30"))
    };
    text.map(read).transpose()
}

/// A positive number.
///
/// # Errors
/// Where it is none.
pub(super) fn number(field: &'static str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let read = |text| fields::number(text).ok_or_else(|| Problem::field(field, "escriba un número entero y positivo"));
    text.map(read).transpose()
}
