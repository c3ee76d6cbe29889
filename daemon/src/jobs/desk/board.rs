//! The figures of the desk for a month, for its head, the direction and quality management. A ticket belongs to the month in which
//! something happened to it: received by its entry, attended by its ruling, closed by its closing. It may not know pages.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Months, NaiveDate};

use super::{Caller, DeskError, calendar, now};
use crate::calendar::Calendar;
use crate::desk::access::{Action, may};
use crate::desk::ticket::Rating;
use crate::desk::{Refused, Verdict};
use crate::jobs::office::Office;
use crate::store::board::{AccountTally, Happened, LateTicket, Proposed, Tally};
use crate::store::desk_people::Face;
use crate::store::error::StoreError;

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// Its first day.
    first: NaiveDate,
}

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// A month as programs write it, `2026-01`; `None` for what is none between 2000 and 2200.
    pub fn parse(text: &str) -> Option<Self> {
        let first: NaiveDate = format!("{text}-01").parse().ok()?;
        (text.len() == 7 && (2000..=2200).contains(&first.year())).then_some(Self { first })
    }

    /// Its first day.
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> NaiveDate {
        let next = self.first.checked_add_months(Months::new(1));
        next.and_then(|next| next.pred_opt()).unwrap_or(self.first)
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        Self { first: self.first.checked_sub_months(Months::new(1)).unwrap_or(self.first) }
    }

    /// The one after.
    #[must_use]
    pub fn after(self) -> Self {
        Self { first: self.first.checked_add_months(Months::new(1)).unwrap_or(self.first) }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

/// The figures of some tickets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Made in the month.
    pub received: i64,
    /// Attended in the month.
    pub attended: i64,
    /// Declared void in the month.
    pub void: i64,
    /// Of those that were attended, by their verdicts.
    pub verdicts: BTreeMap<Verdict, i64>,
    /// Business days from the entry to the ruling of those that were attended, with how many took so long.
    waits: BTreeMap<i64, i64>,
}

impl Figures {
    /// How many of those that were attended have a verdict.
    pub fn with(&self, verdict: Verdict) -> i64 {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    /// Twice the median of the business days to attend, which is thereby whole; none where nothing was attended.
    pub fn median_twice(&self) -> Option<i64> {
        let all: i64 = self.waits.values().sum();
        let at = |place: i64| {
            let mut left = place;
            self.waits.iter().find(|(_, count)| {
                left -= **count;
                left < 0
            })
        };
        // Of an even number there are two in the middle.
        let (low, high) = (at((all - 1) / 2)?, at(all / 2)?);
        (all > 0).then_some(low.0 + high.0)
    }

    fn add(&mut self, tally: &Tally, calendar: &Calendar) {
        match tally.happened {
            Happened::Entered => self.received += tally.count,
            Happened::Voided => self.void += tally.count,
            Happened::Finished => {}
            Happened::Ruled => {
                self.attended += tally.count;
                if let Some(verdict) = tally.verdict {
                    *self.verdicts.entry(verdict).or_default() += tally.count;
                }
                if let Some((entered, attended)) = tally.days {
                    let days = calendar.business_days_between(entered, attended).max(0);
                    *self.waits.entry(days).or_default() += tally.count;
                }
            }
        }
    }
}

/// What requesters said of the tickets that were closed in the month, whenever they said it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratings {
    /// Closed in the month.
    pub finished: i64,
    /// Of these, rated *conforme*.
    pub satisfied: i64,
    /// Of these, rated *servicio no conforme*.
    pub unsatisfied: i64,
}

impl Ratings {
    /// How many were rated at all.
    pub fn rated(&self) -> i64 {
        self.satisfied + self.unsatisfied
    }
}

/// A business day with who marked the daily review (R033, R034).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDay {
    /// The day.
    pub day: NaiveDate,
    /// Who marked it, in their order.
    pub by: Vec<i64>,
}

/// Figures by what they are divided by: a name each, the most attended first.
pub type Division = Vec<(String, Figures)>;

/// The board of a month.
#[derive(Debug, Clone)]
pub struct Board {
    /// The month.
    pub month: Month,
    /// Today.
    pub today: NaiveDate,
    /// All tickets.
    pub all: Figures,
    /// Waiting to be attended when the month was over, or now where it is not.
    pub pending: i64,
    /// Waiting now, past their limit.
    pub overdue: i64,
    /// By category.
    pub categories: Division,
    /// By the unit of whoever asked.
    pub units: Division,
    /// By whose they are.
    pub technicians: Division,
    /// What requesters said.
    pub ratings: Ratings,
    /// Extensions that were asked for.
    pub extensions: Vec<Proposed>,
    /// Exceptions that were registered.
    pub exceptions: Vec<Proposed>,
    /// Tickets that were attended too late.
    pub late: Vec<LateTicket>,
    /// Requests for mail accounts.
    pub accounts: Vec<AccountTally>,
    /// The business days of the month until today.
    pub reviews: Vec<ReviewDay>,
    /// Everybody who is named in the reviews.
    pub faces: BTreeMap<i64, Face>,
}

/// The board of a month; of this one where none is asked for, or one that is still to come.
///
/// # Errors
/// [`DeskError`].
pub async fn board(office: Office<'_>, who: &Caller, month: Option<Month>) -> Result<Board, DeskError> {
    if !may(&who.actor, Action::SeeBoard) {
        return Err(Refused::NotAllowed.into());
    }
    let (store, today) = (office.store, now(office).day);
    let this = Month::of(today);
    let month = month.filter(|month| *month <= this).unwrap_or(this);
    let (first, last) = (month.first(), month.last());
    let (_, calendar) = calendar::current(office, today).await?;
    let tallies = store.tallies(first, last).await?;
    let mut all = Figures::default();
    tallies.iter().for_each(|tally| all.add(tally, &calendar));
    let reviews = reviews(office, &calendar, month, today).await?;
    let mut people: BTreeSet<i64> = reviews.iter().flat_map(|day| day.by.iter().copied()).collect();
    people.extend(tallies.iter().filter_map(|tally| tally.assignee));
    let faces = store.faces(&people).await?;
    let (categories, units) = (names_of_categories(office).await?, names_of_units(office).await?);
    let technicians: BTreeMap<i64, String> = faces.iter().map(|(id, face)| (*id, face.name.clone())).collect();
    let by = |of: fn(&Tally) -> Option<i64>, names: &BTreeMap<i64, String>, none: &str| {
        division(&tallies, &calendar, of, names, none)
    };
    Ok(Board {
        month,
        today,
        pending: store.pending_after(last).await?,
        overdue: store.queue_counts(today).await?.overdue,
        categories: by(|tally| Some(tally.category), &categories, "–"),
        units: by(|tally| tally.unit, &units, "sin unidad"),
        technicians: by(|tally| tally.assignee, &technicians, "sin asignar"),
        ratings: ratings(&tallies),
        extensions: store.extensions_between(first, last).await?,
        exceptions: store.exceptions_between(first, last).await?,
        late: store.late_between(first, last).await?,
        accounts: store.account_tallies(first, last).await?,
        all,
        reviews,
        faces,
    })
}

async fn names_of_categories(office: Office<'_>) -> Result<BTreeMap<i64, String>, StoreError> {
    let categories = office.store.categories().await?;
    Ok(categories.into_iter().map(|category| (category.id, category.name)).collect())
}

async fn names_of_units(office: Office<'_>) -> Result<BTreeMap<i64, String>, StoreError> {
    Ok(office.store.units().await?.into_iter().map(|unit| (unit.id, unit.name)).collect())
}

fn division(
    tallies: &[Tally],
    calendar: &Calendar,
    of: fn(&Tally) -> Option<i64>,
    names: &BTreeMap<i64, String>,
    none: &str,
) -> Division {
    let mut figures: BTreeMap<Option<i64>, Figures> = BTreeMap::new();
    // What was only closed in the month has no figure in any of the divisions.
    for tally in tallies.iter().filter(|tally| tally.happened != Happened::Finished) {
        figures.entry(of(tally)).or_default().add(tally, calendar);
    }
    let name = |id: Option<i64>| id.and_then(|id| names.get(&id)).map_or(none, String::as_str).to_owned();
    let mut division: Division = figures.into_iter().map(|(id, figures)| (name(id), figures)).collect();
    division.sort_by(|(name, a), (other, b)| (b.attended, b.received, name).cmp(&(a.attended, a.received, other)));
    division
}

fn ratings(tallies: &[Tally]) -> Ratings {
    let mut ratings = Ratings::default();
    for tally in tallies.iter().filter(|tally| tally.happened == Happened::Finished) {
        ratings.finished += tally.count;
        match tally.rating {
            Some(Rating::Satisfied) => ratings.satisfied += tally.count,
            Some(Rating::Unsatisfied) => ratings.unsatisfied += tally.count,
            None => {}
        }
    }
    ratings
}

async fn reviews(
    office: Office<'_>,
    calendar: &Calendar,
    month: Month,
    today: NaiveDate,
) -> Result<Vec<ReviewDay>, StoreError> {
    let marks = office.store.reviews(month.first()).await?;
    let days = month.first().iter_days().take_while(|day| *day <= month.last().min(today));
    let by = |day: NaiveDate| marks.iter().filter(|mark| mark.day == day).map(|mark| mark.user).collect();
    let business = days.filter(|day| calendar.is_business_day(*day));
    Ok(business.map(|day| ReviewDay { day, by: by(day) }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(waits: &[(i64, i64)]) -> Option<i64> {
        Figures { waits: waits.iter().copied().collect(), ..Figures::default() }.median_twice()
    }

    #[test]
    fn the_median_is_the_middle_one_or_lies_between_the_two_in_the_middle() {
        assert_eq!(waits(&[]), None);
        assert_eq!(waits(&[(3, 1)]), Some(6));
        assert_eq!(waits(&[(1, 1), (2, 1)]), Some(3));
        assert_eq!(waits(&[(0, 2), (1, 1), (9, 2)]), Some(2));
        assert_eq!(waits(&[(0, 5), (9, 1)]), Some(0));
    }

    #[test]
    fn a_month_is_read_as_programs_write_it_and_has_its_neighbours() {
        let month = Month::parse("2026-02").unwrap();
        assert_eq!((month.last().to_string(), month.to_string()), ("2026-02-28".to_owned(), "2026-02".to_owned()));
        assert_eq!(
            (Month::parse("2026-01").unwrap().before().to_string(), month.after().to_string()),
            ("2025-12".to_owned(), "2026-03".to_owned())
        );
        for bad in ["", "2026", "2026-13", "1999-12", "2201-01", "2026-1", "2026-01-01", "' OR 1"] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }
}
