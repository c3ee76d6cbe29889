//! Why a day is the one by which something is due: what was counted, and which days were not. It may not know what is due.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::rules;
use crate::calendar::{Calendar, Closed, names};
use crate::figures::month::Month;

/// Holidays that are named.
const NAMED: usize = 4;

/// A day as the procedure writes it.
pub(super) fn spanish(day: NaiveDate) -> String {
    day.format("%d-%m-%Y").to_string()
}

/// Which days between two, the second with it, no term counts: `; no se cuentan el 02-04-2026 (Jueves Santo) ni los fines de semana`, or
/// nothing.
pub(super) fn uncounted(calendar: &Calendar, from: NaiveDate, to: NaiveDate) -> String {
    let (mut holidays, mut weekends) = (Vec::new(), false);
    for day in from.iter_days().skip(1).take_while(|day| *day <= to) {
        match calendar.why_not(day) {
            Some(Closed::Holiday { name, .. }) => holidays.push(format!("el {} ({name})", spanish(day))),
            Some(Closed::Saturday | Closed::Sunday) => weekends = true,
            None => {}
        }
    }
    let more = holidays.len().saturating_sub(NAMED);
    holidays.truncate(NAMED);
    if more > 0 {
        holidays.push(format!("otros {more} días de asueto"));
    }
    if weekends {
        holidays.push("los fines de semana".to_owned());
    }
    match holidays.split_last() {
        None => String::new(),
        Some((only, [])) => format!("; no se cuentan {only}"),
        Some((last, others)) => format!("; no se cuentan {} ni {last}", others.join(", ")),
    }
}

/// The day so many business days after another one, and why it is that.
pub(super) fn after(calendar: &Calendar, from: NaiveDate, days: u32, since: &str) -> (NaiveDate, String) {
    let day = calendar.add_business_days(from, days);
    let what = if days == 1 { "1 día hábil".to_owned() } else { format!("{days} días hábiles") };
    (day, format!("{what} desde {since}, el {}{}", spanish(from), uncounted(calendar, from, day)))
}

/// The day by which what is told of a month is delivered, and why it is that (R070, R112).
pub(super) fn report_day(calendar: &Calendar, month: Month) -> Option<(NaiveDate, String)> {
    let first = month.after().first();
    let day = calendar.nth_business_day_of_month(first.year(), first.month(), rules::REPORT_DAY)?;
    let uncounted = uncounted(calendar, month.last(), day);
    Some((day, format!("{}.º día hábil de {}{uncounted}", rules::REPORT_DAY, month_name(month.after()))))
}

/// A month with its year.
pub(super) fn month_name(month: Month) -> String {
    format!("{} de {}", names::month(month.first()), month.first().year())
}

/// The last business day before a day.
pub(super) fn last_before(calendar: &Calendar, day: NaiveDate) -> NaiveDate {
    let before = (1..=31).filter_map(|days| day.checked_sub_days(Days::new(days)));
    before.into_iter().find(|day| calendar.is_business_day(*day)).unwrap_or(day)
}

/// The last business day of a day's ISO week, and why it is that; the Sunday of a week without any.
pub(super) fn week_end(calendar: &Calendar, day: NaiveDate) -> (NaiveDate, String) {
    let week = day.week(Weekday::Mon);
    let (monday, sunday) = (week.first_day(), week.last_day());
    let name = format!("{:04}-W{:02}", monday.iso_week().year(), monday.iso_week().week());
    let back = (0..7).rev().filter_map(|days| monday.checked_add_days(Days::new(days)));
    let last = back.into_iter().find(|day| calendar.is_business_day(*day));
    match last {
        Some(last) => (last, format!("último día hábil de la semana {name}")),
        None => (sunday, format!("fin de la semana {name}, en la que no hay ningún día hábil")),
    }
}

/// The business day on or after a day.
pub(super) fn on_or_after(calendar: &Calendar, day: NaiveDate) -> NaiveDate {
    day.iter_days().take(31).find(|day| calendar.is_business_day(*day)).unwrap_or(day)
}
