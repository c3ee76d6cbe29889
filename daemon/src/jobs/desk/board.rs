//! The figures of the desk for a month, for its head, the direction and quality management. A ticket belongs to the month in which
//! something happened to it: received by its entry, attended by its ruling, closed by its closing. It may not know pages.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Caller, DeskError, calendar, now};
use crate::calendar::Calendar;
use crate::desk::access::{Action, may};
use crate::desk::{Refused, Verdict};
pub use crate::figures::month::Month;
pub use crate::figures::tally::{Division, Figures, Part, Ratings};
use crate::figures::tally::{Tally, division, ratings, sums};
use crate::jobs::office::Office;
use crate::store::board::AccountTally;
use crate::store::board_lists::{Counted, CountedBy, CountedFilter, Proposal, Proposed};
use crate::store::desk_people::Face;
use crate::store::error::StoreError;

/// How many of each list a board shows; the rest stands on the list's own pages.
pub const SHOWN: u32 = 20;

/// A business day with who marked the daily review (R033, R034).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDay {
    /// The day.
    pub day: NaiveDate,
    /// Who marked it, in their order.
    pub by: Vec<i64>,
}

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
    /// Extensions that were asked for: the first [`SHOWN`] of so many.
    pub extensions: (Vec<Proposed>, i64),
    /// Exceptions that were registered: the first [`SHOWN`] of so many.
    pub exceptions: (Vec<Proposed>, i64),
    /// Tickets that were attended too late: the first [`SHOWN`] of so many.
    pub late: (Vec<Counted>, i64),
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
    let calendars = calendar::calendars(office, today).await?;
    let tallies = store.tallies(first, last).await?;
    let between = |unit, from, to| calendars.of_unit(unit).business_days_between(from, to);
    let all = sums(&tallies, &between);
    let reviews = reviews(office, &calendars.here, month, today).await?;
    let mut people: BTreeSet<i64> = reviews.iter().flat_map(|day| day.by.iter().copied()).collect();
    people.extend(tallies.iter().filter_map(|tally| tally.assignee));
    let faces = store.faces(&people).await?;
    let (categories, units) = (names_of_categories(office).await?, names_of_units(office).await?);
    let technicians: BTreeMap<i64, String> = faces.iter().map(|(id, face)| (*id, face.name.clone())).collect();
    let by = |of: fn(&Tally) -> Option<i64>, names: &BTreeMap<i64, String>, none: &str| {
        division(&tallies, &between, of, names, none)
    };
    let late = CountedFilter { verdict: Some(Verdict::Late), ..CountedFilter::new(CountedBy::Attended) };
    Ok(Board {
        month,
        today,
        pending: store.pending_after(last).await?,
        overdue: store.queue_counts(today).await?.overdue,
        categories: by(|tally| Some(tally.category), &categories, "–"),
        units: by(|tally| tally.unit, &units, "sin unidad"),
        technicians: by(|tally| tally.assignee, &technicians, "sin asignar"),
        ratings: ratings(&tallies),
        extensions: asked(office, Proposal::Extension, (first, last)).await?,
        exceptions: asked(office, Proposal::Exception, (first, last)).await?,
        late: (store.counted((first, last), &late, None, SHOWN).await?, all.with(Verdict::Late)),
        accounts: store.account_tallies(first, last).await?,
        all,
        reviews,
        faces,
    })
}

async fn asked(
    office: Office<'_>,
    what: Proposal,
    days: (NaiveDate, NaiveDate),
) -> Result<(Vec<Proposed>, i64), StoreError> {
    Ok((office.store.proposed(what, days, None, SHOWN).await?, office.store.count_proposed(what, days).await?))
}

pub(in crate::jobs) async fn names_of_categories(office: Office<'_>) -> Result<BTreeMap<i64, String>, StoreError> {
    let categories = office.store.categories().await?;
    Ok(categories.into_iter().map(|category| (category.id, category.name)).collect())
}

pub(in crate::jobs) async fn names_of_units(office: Office<'_>) -> Result<BTreeMap<i64, String>, StoreError> {
    Ok(office.store.units().await?.into_iter().map(|unit| (unit.id, unit.name)).collect())
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
