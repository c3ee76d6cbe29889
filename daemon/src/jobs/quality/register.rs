//! A part of the register as people read it: entries with the corrections of them applied, and what verifying the whole chain
//! says. It may not know how it looks.

use chrono::{Datelike as _, NaiveDate};

use crate::desk::access::Action;
use crate::jobs::hand_out;
use crate::jobs::office::Office;
use crate::jobs::people::PeopleError;
use crate::jobs::people::by::By;
use crate::register::correction::corrected;
use crate::register::entry::{Draft, Entry, name};
use crate::register::head::Head;
use crate::register::key::Key;
use crate::register::seal::file_name;
use crate::register::verify::{Report, Verifier};
use crate::store::rows::Line;

/// Lines that are read from the store at once.
const BATCH: u32 = 1000;
/// What the line of a correction holds.
const CORRECTS: &str = "\"corrige\":{";

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One entry: its year, and its number in that.
    Entry(i32, i64),
    /// What was entered in a month: its first day.
    Month(NaiveDate),
    /// What was entered in a year.
    Year(i32),
}

impl Extent {
    /// A month by its name: `2026-11`.
    pub fn of_month(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-').filter(|(year, month)| (year.len(), month.len()) == (4, 2))?;
        (is_number(year) && is_number(month)).then_some(())?;
        NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1).map(Self::Month)
    }

    /// A year by its name: `2026`.
    pub fn of_year(text: &str) -> Option<Self> {
        text.parse().ok().filter(|_| text.len() == 4 && is_number(text)).map(Self::Year)
    }

    /// An entry by its name: `2026-47`.
    pub fn of_entry(text: &str) -> Option<Self> {
        let (year, number) = text.split_once('-')?;
        (is_number(year) && is_number(number)).then_some(())?;
        Some(Self::Entry(year.parse().ok()?, number.parse().ok()?))
    }

    /// Its name: `2026-11`, `2026`, `2026-47`.
    pub fn name(&self) -> String {
        match self {
            Self::Entry(year, number) => name(*year, *number),
            Self::Month(first) => first.format("%Y-%m").to_string(),
            Self::Year(year) => year.to_string(),
        }
    }

    /// Its id as it stands on paper: `FO-06-2026-11`, `FO-06-2026`, and `FO-06-asiento-2026-47`, since months have numbers, too.
    pub fn record(&self) -> String {
        let kind = if matches!(self, Self::Entry(..)) { "asiento-" } else { "" };
        format!("FO-06-{kind}{}", self.name())
    }

    /// The part of an id as it stands on paper.
    pub fn of_record(id: &str) -> Option<Self> {
        let name = id.strip_prefix("FO-06-")?;
        match name.strip_prefix("asiento-") {
            Some(entry) => Self::of_entry(entry),
            None => Self::of_year(name).or_else(|| Self::of_month(name)),
        }
    }

    fn holds(&self, entry: &Entry) -> bool {
        let day = entry.draft.at.date_naive();
        match self {
            Self::Entry(year, number) => (entry.year, entry.number) == (*year, *number),
            Self::Month(first) => (day.year(), day.month()) == (first.year(), first.month()),
            Self::Year(year) => day.year() == *year,
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// An entry of it.
#[derive(Debug, Clone)]
pub struct Row {
    /// As it was made.
    pub entry: Entry,
    /// As it is to be read once its corrections are applied.
    pub shown: Draft,
    /// The hash of its line.
    pub hash: String,
    /// The names of its corrections.
    pub corrected_by: Vec<String>,
}

/// The part.
#[derive(Debug)]
pub struct Excerpt {
    /// Its entries, in the order of the chain.
    pub rows: Vec<Row>,
    /// Where the whole chain stands; none where the register is empty.
    pub head: Option<Head>,
    /// What verifying the whole chain says.
    pub report: Report,
}

/// Reads a part of the register, and verifies all of it.
///
/// # Errors
/// [`PeopleError::NotAllowed`], [`PeopleError::Unknown`] for an entry that there is not, [`PeopleError::Store`].
pub async fn read(office: Office<'_>, by: By<'_>, key: &Key, extent: Extent) -> Result<Excerpt, PeopleError> {
    by.may(Action::SeeQuality)?;
    // Before the lines: one that is entered meanwhile is verified with the next head.
    let head = hand_out::head(office, key).await?;
    let last = head.as_ref().map_or(0, |head| head.sequence);
    let mut verifier = Verifier::default();
    let (mut found, mut corrections): (Vec<(Entry, String)>, Vec<Entry>) = (Vec::new(), Vec::new());
    let mut after = 0;
    while after < last {
        let batch = office.store.lines(after, BATCH).await?;
        let Some(end) = batch.last() else { break };
        after = end.sequence;
        for Line { year, number, text, hash, .. } in batch.into_iter().filter(|line| line.sequence <= last) {
            verifier.feed(&file_name(year), u64::try_from(number).unwrap_or(0), text.as_bytes());
            // What does not read, the verification names.
            let Ok(entry) = Entry::parse(&text) else { continue };
            if text.contains(CORRECTS) {
                corrections.push(entry.clone());
            }
            if extent.holds(&entry) {
                found.push((entry, hash));
            }
        }
    }
    if let (Extent::Entry(..), true) = (extent, found.is_empty()) {
        return Err(PeopleError::Unknown(format!("el asiento {} en el registro", extent.name())));
    }
    let row = |(entry, hash): (Entry, String)| {
        let corrects = |other: &&Entry| {
            let of = other.draft.corrects.as_ref();
            of.is_some_and(|of| (of.year, of.number) == (entry.year, entry.number))
        };
        let corrected_by = corrections.iter().filter(corrects).map(Entry::name).collect();
        Row { shown: corrected(&entry, &corrections), hash, corrected_by, entry }
    };
    let rows = found.into_iter().map(row).collect();
    Ok(Excerpt { rows, report: verifier.finish(head.as_ref(), Some(&key.public())), head })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extent_is_read_by_the_name_that_it_has() {
        let first = |year, month| NaiveDate::from_ymd_opt(year, month, 1).unwrap();
        assert_eq!(Extent::of_month("2026-11"), Some(Extent::Month(first(2026, 11))));
        assert_eq!(Extent::of_year("2026"), Some(Extent::Year(2026)));
        assert_eq!(Extent::of_entry("2026-147"), Some(Extent::Entry(2026, 147)));
        for extent in [Extent::Month(first(2026, 1)), Extent::Month(first(2026, 12))] {
            assert_eq!(Extent::of_month(&extent.name()), Some(extent));
        }
        for wrong in ["+202-11", "2026-+1", "2026-13", "2026-1", "26-11", "2026", "", "-", "2026-11-01"] {
            assert_eq!(Extent::of_month(wrong), None, "{wrong}");
        }
        for wrong in ["20266", "x", "", "-202"] {
            assert_eq!(Extent::of_year(wrong), None, "{wrong}");
        }
        for wrong in ["2026", "2026-", "-1", "2026-+1", "2026--1", "2026-99999999999999999999"] {
            assert_eq!(Extent::of_entry(wrong), None, "{wrong}");
        }
    }
}
