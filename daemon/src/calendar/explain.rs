//! Why a deadline is the day that it is, day by day, in Spanish. It may not know the page that shows it.

use chrono::NaiveDate;

use super::days::Calendar;
use super::holidays::FIRST;
use super::version::NonBusinessDay;

/// A civil day between an entry and its deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The day.
    pub date: NaiveDate,
    /// Whether it was counted.
    pub counts: bool,
    /// How many business days were counted with this one.
    pub count: u32,
    /// Why it was counted or not: `día de ingreso: no se cuenta`, `sábado`, `Viernes Santo (…)`, `día hábil 1 de 3`.
    pub reason: String,
}

impl Calendar {
    /// Each civil day from the entry to what [`Calendar::add_business_days`] gives, both with it.
    pub fn explain(&self, entry: NaiveDate, n: u32) -> Vec<Step> {
        let due = self.add_business_days(entry, n);
        let first = self.first_counted(entry);
        let mut count = 0_u32;
        let mut step = |date: NaiveDate| {
            let why_not = self.why_not(date);
            let counts = n > 0 && date >= first && why_not.is_none();
            count += u32::from(counts);
            let reason = match why_not {
                _ if date < first => "día de ingreso: no se cuenta".to_owned(),
                Some(closed) => closed.to_string(),
                None if !counts => "no se cuenta ningún día".to_owned(),
                None => self.special(date).map_or_else(
                    || format!("día hábil {count} de {n}"),
                    |special| format!("día hábil {count} de {n}; {}", open_although(special)),
                ),
            };
            Step { date, counts, count, reason }
        };
        // No day before the calendar is counted, so that none is shown: it would be hundreds of thousands.
        entry.max(FIRST).iter_days().take_while(|date| *date <= due).map(&mut step).collect()
    }
}

/// What is to be said of a special day that counts all the same.
fn open_although(day: &NonBusinessDay) -> String {
    let NonBusinessDay { name, citation, .. } = day;
    match day.from_hour {
        Some(hour) if hour > 0 => format!("se trabaja hasta las {hour}:00: {name} ({citation})"),
        _ => format!("no suspende los plazos: {name} ({citation})"),
    }
}
