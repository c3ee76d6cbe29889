//! Dates, lists and numbers of things in Spanish as it is written in Guatemala. It may not know what they are about.

use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _};

use super::clean;
use crate::calendar::names::{WEEKDAYS, month};

/// A time on the wall: `domingo 22 de noviembre de 2026, 02:00`.
pub(super) fn time(at: DateTime<FixedOffset>) -> String {
    let weekday = usize::try_from(at.weekday().num_days_from_monday()).ok().and_then(|day| WEEKDAYS.get(day));
    let (weekday, month) = (weekday.unwrap_or(&""), month(at.date_naive()));
    format!("{weekday} {} de {month} de {}, {:02}:{:02}", at.day(), at.year(), at.hour(), at.minute())
}

/// A time with its seconds, for clocks that disagree.
pub(super) fn time_to_the_second(at: DateTime<FixedOffset>) -> String {
    format!("{}:{:02}", time(at), at.second())
}

/// Words in a row: `a`, `a y b`, `a, b y c`.
pub(super) fn row(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| clean::line(word, 100)).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        // `y` is `e` before the sound of an i.
        Some((last, rest)) => {
            let lower = last.to_lowercase();
            let and = if lower.starts_with('i') || lower.starts_with("hi") { "e" } else { "y" };
            format!("{} {and} {last}", rest.join(", "))
        }
    }
}

/// One thing a line, each at most 500 characters long, and of more than 30 only the first.
pub(super) fn list(items: impl ExactSizeIterator<Item = String>) -> String {
    const MOST: usize = 30;
    let more = items.len().saturating_sub(MOST);
    let mut lines: Vec<String> = items.take(MOST).map(|item| format!("- {}", clean::line(&item, 500))).collect();
    if more > 0 {
        lines.push(format!("- … y {more} más"));
    }
    lines.join("\n")
}

/// A number of things: `1 disco`, `3 discos`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
