//! The calendar at work: the version in force, what another one would change, and publishing it. Closed verdicts stay as they
//! were; open tickets are counted anew.
//!
//! A ticket is counted by the days of the capital, where those are who attend it, and by the feasts of the place where its unit is:
//! nobody is there to be attended on them (procedure, 8.1). Where each unit is stands in the version itself, so that a version
//! says all that a limit hangs on.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::{Caller, DeskError, now};
use crate::calendar::{Calendar, Change, NonBusinessDay, Settings, Version, in_force, preview};
use crate::desk::Refused;
use crate::desk::access::{Action, may};
use crate::desk::ticket::Ticket;
use crate::jobs::office::Office;
use crate::store::error::StoreError;
use crate::store::ticket_lists::{Filter, PAGE_MAX};

/// Business days within which a ticket is attended (R028).
pub const BUSINESS_DAYS: u32 = crate::due::rules::TICKET_DAYS;
/// Where the office is that attends: its local holidays close it (procedure, 8.1).
pub const PLACE: &str = crate::calendar::holidays::CAPITAL;

/// The calendars of a version: the office's, and one for each place where a unit is.
#[derive(Debug, Clone)]
pub struct Calendars {
    /// The version.
    pub version: Version,
    /// The calendar of the office that attends.
    pub here: Calendar,
    elsewhere: BTreeMap<String, Calendar>,
}

impl Calendars {
    /// Those of a version.
    pub fn of(version: Version) -> Self {
        let here = Calendar::new(&version, Some(PLACE));
        let there =
            |(unit, place): (&i64, &String)| (place.clone(), Calendar::new(&version, version.places(Some(*unit))));
        let elsewhere = version.seats.iter().map(there).collect();
        Self { here, elsewhere, version }
    }

    /// The calendar by which the tickets of a unit are counted.
    pub fn of_unit(&self, unit: Option<i64>) -> &Calendar {
        let place = unit.and_then(|unit| self.version.seats.get(&unit));
        place.and_then(|place| self.elsewhere.get(place)).unwrap_or(&self.here)
    }
}

/// The calendars in force on a day.
///
/// # Errors
/// [`StoreError`].
pub async fn calendars(office: Office<'_>, day: NaiveDate) -> Result<Calendars, StoreError> {
    Ok(Calendars::of(in_force_on(office, day).await?))
}

/// The version in force on a day, and the calendar that it makes of the office.
///
/// # Errors
/// [`StoreError`].
pub async fn current(office: Office<'_>, day: NaiveDate) -> Result<(Version, Calendar), StoreError> {
    current_of(office, day, None).await
}

/// The same for what a unit asks for.
///
/// # Errors
/// [`StoreError`].
pub async fn current_of(
    office: Office<'_>,
    day: NaiveDate,
    unit: Option<i64>,
) -> Result<(Version, Calendar), StoreError> {
    let version = in_force_on(office, day).await?;
    let calendar = Calendar::new(&version, version.places(unit));
    Ok((version, calendar))
}

/// The version in force on a day. The first one comes with the program.
async fn in_force_on(office: Office<'_>, day: NaiveDate) -> Result<Version, StoreError> {
    let mut versions = office.store.calendars().await?;
    if versions.is_empty() {
        office.store.put_first_calendar(&Version::initial(now(office).at)).await?;
        versions = office.store.calendars().await?;
    }
    let version = in_force(&versions, day).or(versions.first()).cloned();
    Ok(version.unwrap_or_else(|| Version::initial(now(office).at)))
}

/// What another version would say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Days that come to it.
    pub added: Vec<NonBusinessDay>,
    /// Days of those that were added before that go.
    pub removed: Vec<NaiveDate>,
    /// Units with the place where each is now.
    pub seats: Vec<(i64, String)>,
    /// How days are counted, if otherwise.
    pub settings: Option<Settings>,
    /// Why.
    pub note: String,
}

/// The version that would be published, and the open tickets whose limits it moves.
///
/// # Errors
/// [`DeskError`].
pub async fn propose(
    office: Office<'_>,
    who: &Caller,
    wanted: Wanted,
) -> Result<(Version, Vec<Change<Ticket>>), DeskError> {
    if !may(&who.actor, Action::PublishCalendar) {
        return Err(Refused::NotAllowed.into());
    }
    let now = now(office);
    let note = crate::desk::text::line("note", &wanted.note, 200, true)?;
    let old = calendars(office, now.day).await?;
    let newest = office.store.calendars().await?.into_iter().next_back().unwrap_or_else(|| old.version.clone());
    let by = who.actor.id.to_string();
    let mut version = newest.next(now.day, by, now.at, note);
    version.extra.retain(|day| !wanted.removed.contains(&day.date));
    for (unit, place) in wanted.seats {
        let place = spelt(&version, &crate::desk::text::line("place", &place, 200, false)?);
        version.seat(unit, &place)?;
    }
    for day in wanted.added {
        if let Some(place) = &day.place
            && !version.all_places().contains(place.as_str())
        {
            return Err(Refused::field("place", "ninguna unidad está en ese lugar; elija uno de la lista").into());
        }
        version.add(day)?;
    }
    version.settings = wanted.settings.unwrap_or(version.settings);
    let new = Calendars::of(version);
    let moved = moved(&pending(office).await?, &old, &new);
    Ok((new.version, moved))
}

/// The tickets whose limits move, the first to be due first, each by the calendars of its unit.
fn moved(open: &[Ticket], old: &Calendars, new: &Calendars) -> Vec<Change<Ticket>> {
    let mut by_unit: BTreeMap<Option<i64>, Vec<(Ticket, NaiveDate, u32)>> = BTreeMap::new();
    for ticket in open {
        by_unit.entry(ticket.unit).or_default().push((ticket.clone(), ticket.entered_day, BUSINESS_DAYS));
    }
    let of = |(unit, open): (&Option<i64>, &Vec<_>)| preview(open, old.of_unit(*unit), new.of_unit(*unit));
    let mut moved: Vec<Change<Ticket>> = by_unit.iter().flat_map(of).collect();
    moved.sort_by_key(|change| (change.what.last_limit, change.what.id));
    moved
}

/// A place as it is written already: neither case nor accents make two of one.
fn spelt(version: &Version, place: &str) -> String {
    let same = |known: &&str| crate::desk::text::folded(known) == crate::desk::text::folded(place);
    version.all_places().into_iter().find(same).unwrap_or(place).to_owned()
}

/// All tickets that wait to be attended.
pub(super) async fn pending(office: Office<'_>) -> Result<Vec<Ticket>, StoreError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = office.store.queue(&Filter::default(), after, PAGE_MAX).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.last_limit, last.id));
        all.extend(page.into_iter().filter(|ticket| ticket.state.is_pending()));
    }
    Ok(all)
}

/// Publishes a version that was proposed, and counts every pending ticket anew.
///
/// # Errors
/// [`DeskError`]; [`Refused::Changed`] where another version was published since.
pub async fn publish(office: Office<'_>, who: &Caller, wanted: Wanted) -> Result<Version, DeskError> {
    let (version, moved) = propose(office, who, wanted).await?;
    let now = now(office);
    let recounted: Vec<(Ticket, NaiveDate)> = moved.into_iter().map(|change| (change.what, change.new)).collect();
    let detail = json!({ "calendar": version.id });
    let published = office.store.publish_calendar(&version, &recounted, &detail, &who.doing(now)).await?;
    if published { Ok(version) } else { Err(Refused::Changed.into()) }
}
