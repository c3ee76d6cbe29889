//! The weeks of a month and what the register FO-06 says of each (procedure, R100 and 7.7, I4). A week belongs to the month in which it
//! ends, so that each counts once, and is over when the month is. It may not know where entries are kept.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::month::Month;
use crate::register::entry::{Draft, Origin, Outcome};

/// The most lines of a week's note.
const NOTED_MAX: usize = 20;

/// A week of backups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// `2026-W41`.
    pub week: String,
    /// Its Monday.
    pub first: NaiveDate,
    /// Its Sunday.
    pub last: NaiveDate,
    /// Sources whose backup was called for.
    pub required: i64,
    /// Those of them with a backup.
    pub executed: i64,
    /// Those of them whose backup was read back from a medium.
    pub verified: i64,
    /// What went wrong, in Spanish.
    pub notes: Vec<String>,
}

impl Week {
    /// Whether each source has a backup that was read back. A week of which the register says nothing has not.
    pub fn is_met(&self) -> bool {
        self.required > 0 && self.verified == self.required
    }
}

/// The weeks that end in a month, as the register calls them, with their first and last days.
pub fn weeks(month: Month) -> Vec<(String, NaiveDate, NaiveDate)> {
    let sundays = month.first().iter_days().take_while(|day| *day <= month.last());
    let sundays = sundays.filter(|day| day.weekday() == Weekday::Sun);
    let week = |sunday: NaiveDate| {
        let iso = sunday.iso_week();
        let monday = sunday.checked_sub_days(Days::new(6)).unwrap_or(sunday);
        (format!("{:04}-W{:02}", iso.year(), iso.week()), monday, sunday)
    };
    sundays.map(week).collect()
}

/// A source, by its server and its name.
type Source<'a> = (&'a str, &'a str);

fn source(origin: &Origin) -> Source<'_> {
    (&origin.server, &origin.name)
}

/// What the register says of the weeks of a month that had ended on a day; entries of other weeks are passed over.
pub fn of_month(month: Month, until: NaiveDate, entries: &[Draft]) -> Vec<Week> {
    let over = weeks(month).into_iter().filter(|(_, _, last)| *last <= until);
    over.map(|(week, first, last)| of_week(week, first, last, entries)).collect()
}

fn of_week(week: String, first: NaiveDate, last: NaiveDate, entries: &[Draft]) -> Week {
    let (mut called, mut made, mut read) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut excused, mut failed) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries.iter().filter(|entry| entry.week == week) {
        let source = source(&entry.origin);
        match entry.outcome {
            // None of these settles anything.
            Outcome::Correction | Outcome::Copied | Outcome::Void => continue,
            Outcome::Extraordinary => {}
            Outcome::Done | Outcome::DoneLate | Outcome::Missed | Outcome::Failed | Outcome::Excused => {
                called.insert(source);
            }
        }
        match entry.outcome {
            Outcome::Excused => drop(excused.insert(source)),
            Outcome::Failed => drop(failed.insert(source)),
            Outcome::Done | Outcome::DoneLate | Outcome::Extraordinary => {
                made.insert(source);
                if entry.media.iter().any(|medium| medium.read_at.is_some()) {
                    read.insert(source);
                }
            }
            _ => {}
        }
    }
    // Where no plan called for anything, what somebody backed up is what there was to back up.
    let required = if called.is_empty() { made.clone() } else { called };
    let count = |of: &BTreeSet<Source<'_>>| i64::try_from(required.intersection(of).count()).unwrap_or(i64::MAX);
    let lacking = required.iter().filter(|source| !read.contains(*source));
    let note = |source: &Source<'_>| {
        let why = match source {
            source if made.contains(source) => "sin lectura de verificación",
            source if excused.contains(source) => "excusado",
            source if failed.contains(source) => "fallido",
            _ => "no realizado",
        };
        format!("{}/{}: {why}", source.0, source.1)
    };
    let mut notes: Vec<String> = lacking.map(note).collect();
    if required.is_empty() {
        notes.push("el registro FO-06 no tiene asientos de esta semana".to_owned());
    }
    if notes.len() > NOTED_MAX {
        let more = notes.len() - NOTED_MAX;
        notes.truncate(NOTED_MAX);
        notes.push(format!("y {more} más"));
    }
    Week { executed: count(&made), verified: count(&read), required: count(&required), week, first, last, notes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::sample::{draft as sample, hourly};

    #[test]
    fn each_week_belongs_to_one_month_only() {
        let names = |month: &str| -> Vec<String> {
            weeks(Month::parse(month).unwrap()).into_iter().map(|(week, ..)| week).collect()
        };
        assert_eq!(names("2026-11"), ["2026-W44", "2026-W45", "2026-W46", "2026-W47", "2026-W48"]);
        assert_eq!(names("2027-01"), ["2026-W53", "2027-W01", "2027-W02", "2027-W03", "2027-W04"]);
        let mut month = Month::parse("2024-01").unwrap();
        let mut last: Option<NaiveDate> = None;
        for _ in 0..60 {
            for (_, monday, sunday) in weeks(month) {
                assert!(last.is_none_or(|last| last.succ_opt() == Some(monday)), "{monday} follows {last:?}");
                last = Some(sunday);
            }
            month = month.after();
        }
    }

    fn entry(week: &str, name: &str, outcome: Outcome, read: bool) -> Draft {
        let at = hourly(1).into_iter().next().unwrap();
        let mut draft = Draft { week: week.to_owned(), outcome, ..sample(at) };
        name.clone_into(&mut draft.origin.name);
        draft.media.iter_mut().for_each(|medium| medium.read_at = read.then_some(at));
        draft
    }

    #[test]
    fn a_week_is_met_when_each_source_was_read_back_and_not_otherwise() {
        let month = Month::parse("2026-11").unwrap();
        let entries = [
            // All is well, after a first failure.
            entry("2026-W44", "a", Outcome::Failed, false),
            entry("2026-W44", "a", Outcome::DoneLate, true),
            entry("2026-W44", "b", Outcome::Done, true),
            // Made, and never read.
            entry("2026-W45", "a", Outcome::Done, false),
            // One is excused, one was missed, and an extraordinary backup stands for a third.
            entry("2026-W46", "a", Outcome::Excused, false),
            entry("2026-W46", "b", Outcome::Missed, false),
            entry("2026-W46", "c", Outcome::Failed, false),
            entry("2026-W46", "c", Outcome::Extraordinary, true),
            // Nobody planned anything.
            entry("2026-W47", "a", Outcome::Extraordinary, true),
            entry("2026-W47", "a", Outcome::Void, false),
        ];
        let weeks = of_month(month, month.last(), &entries);
        let figures: Vec<_> =
            weeks.iter().map(|week| (week.required, week.executed, week.verified, week.is_met())).collect();
        assert_eq!(figures, [(2, 2, 2, true), (1, 1, 0, false), (3, 1, 1, false), (1, 1, 1, true), (0, 0, 0, false)]);
        assert_eq!(of_month(month, "2026-11-14".parse().unwrap(), &entries), weeks[..2], "those that are over");
        let server = &entries[0].origin.server;
        assert_eq!(weeks[1].notes, [format!("{server}/a: sin lectura de verificación")]);
        assert_eq!(weeks[2].notes, [format!("{server}/a: excusado"), format!("{server}/b: no realizado")]);
        assert!(weeks[4].notes[0].contains("no tiene asientos"));
    }
}
