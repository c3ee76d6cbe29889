//! Preventive maintenance in a month: what its report counts, and the records behind each figure. It may not know pages.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::UpkeepError;
use super::inventory::may;
use super::rounds::units;
use crate::desk::access::Action;
use crate::figures::month::Month;
use crate::figures::monthly::Maintenance;
use crate::figures::upkeep::{Fate, OfMonth};
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::store::assigned::{Assigned, AssignedFilter};
use crate::store::error::StoreError;
use crate::upkeep::done::{ItemState, Rescheduling};
use crate::upkeep::programme::State;
use crate::upkeep::semester::Semester;

/// The most items of one programme: more than any institution has pieces.
const ITEMS_MAX: u32 = 100_000;

words! {
    /// What of a month is asked for.
    Counted {
        /// What was programmed for it.
        Programmed = "programados", "Programados";
        /// What was done in it.
        Executed = "ejecutados", "Ejecutados";
        /// What was moved to another week in it.
        Rescheduled = "reprogramados", "Reprogramados";
        /// What was open when it was over.
        Pending = "pendientes", "Pendientes";
    }
}

/// What a month has.
struct Gathered {
    /// The items of its semester and the one before, and those that were done or moved in it.
    items: BTreeMap<(Semester, i64), Assigned>,
    /// What was moved in it, each with its item.
    moves: Vec<((Semester, i64), Rescheduling)>,
}

async fn gather(office: Office<'_>, month: Month) -> Result<Gathered, StoreError> {
    let days = (month.first(), month.last());
    let programmes: BTreeMap<i64, Semester> =
        office.store.programmes().await?.into_iter().map(|programme| (programme.id, programme.semester)).collect();
    let moves = office.store.reschedulings_between(days).await?;
    let moves: Vec<((Semester, i64), Rescheduling)> =
        moves.into_iter().filter_map(|one| Some(((*programmes.get(&one.programme)?, one.item), one))).collect();
    let this = Semester::of(days.0);
    let mut semesters: BTreeSet<Semester> = [this, this.and_then(Semester::before)].into_iter().flatten().collect();
    semesters.extend(moves.iter().map(|((semester, _), _)| *semester));
    let of_semester = |semester| AssignedFilter { semester: Some(semester), ..AssignedFilter::default() };
    let filters = semesters.into_iter().map(of_semester);
    let mut items = BTreeMap::new();
    for filter in filters.chain([AssignedFilter { done: Some(days), ..AssignedFilter::default() }]) {
        let found = office.store.assigned(&filter, ITEMS_MAX).await?;
        items.extend(found.into_iter().map(|one| ((one.semester, one.item.number), one)));
    }
    Ok(Gathered { items, moves })
}

/// The fate of an item.
pub(super) fn fate(one: &Assigned) -> Fate {
    let ended = one.progress.ending.as_ref().map(|ending| ending.day);
    let retired = one.retired.as_ref().map(|(day, _)| *day);
    let state = one.state();
    Fate::of(state, if state == ItemState::Retired { retired } else { ended })
}

fn of_month(one: &Assigned) -> OfMonth {
    let finished = one.programme == State::Finished;
    OfMonth { semester: one.semester, week: one.item.week, now: one.week(), fate: fate(one), finished }
}

/// The figures of a month, counted until a day of it.
///
/// # Errors
/// [`StoreError`].
pub(in crate::jobs) async fn count(
    office: Office<'_>,
    month: Month,
    until: NaiveDate,
) -> Result<Maintenance, StoreError> {
    let gathered = gather(office, month).await?;
    let items: Vec<OfMonth> = gathered.items.values().map(of_month).collect();
    let rescheduled = i64::try_from(gathered.moves.len()).unwrap_or(i64::MAX);
    Ok(Maintenance::count(month, until, &items, rescheduled))
}

/// The records behind a figure of a month.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The items, each with its rescheduling where those are asked for.
    pub items: Vec<(Assigned, Option<Rescheduling>)>,
    /// The names of their units.
    pub units: BTreeMap<i64, String>,
}

/// The records behind a figure of a month.
///
/// # Errors
/// [`UpkeepError::NotAllowed`]; [`UpkeepError::NotFound`] for a month that is still to come; [`UpkeepError::Store`].
pub async fn list(office: Office<'_>, by: By<'_>, month: Month, counted: Counted) -> Result<Listed, UpkeepError> {
    may(by, Action::SeeReports)?;
    let today = now(office).day;
    if month > Month::of(today) {
        return Err(UpkeepError::NotFound);
    }
    let until = month.last().min(today);
    let Gathered { items, moves } = gather(office, month).await?;
    let only = |is: &dyn Fn(OfMonth) -> bool| {
        let mut only: Vec<_> = items.values().filter(|one| is(of_month(one))).map(|one| (one.clone(), None)).collect();
        only.sort_by(|(one, _), (other, _)| (one.week(), &one.code).cmp(&(other.week(), &other.code)));
        only
    };
    let items = match counted {
        Counted::Rescheduled => {
            moves.into_iter().filter_map(|(of, one)| Some((items.get(&of)?.clone(), Some(one)))).collect()
        }
        Counted::Programmed => only(&|of| of.is_programmed(month)),
        Counted::Executed => only(&|of| of.is_executed(month)),
        Counted::Pending => only(&|of| of.is_pending(until)),
    };
    Ok(Listed { items, units: units(office).await? })
}
