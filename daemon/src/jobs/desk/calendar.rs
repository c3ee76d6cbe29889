//! The calendar at work: the version in force, what another one would change, and publishing it. Closed verdicts stay as they
//! were; open tickets are counted anew.

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
pub const BUSINESS_DAYS: u32 = 3;
/// Where the office is: its local holidays close it (procedure, 8.1).
pub const PLACE: &str = crate::calendar::holidays::CAPITAL;

/// The version in force on a day, and the calendar that it makes. The first one comes with the program.
///
/// # Errors
/// [`StoreError`].
pub async fn current(office: Office<'_>, day: NaiveDate) -> Result<(Version, Calendar), StoreError> {
    let mut versions = office.store.calendars().await?;
    if versions.is_empty() {
        office.store.put_first_calendar(&Version::initial(now(office).at)).await?;
        versions = office.store.calendars().await?;
    }
    let version = in_force(&versions, day).or(versions.first()).cloned();
    let version = version.unwrap_or_else(|| Version::initial(now(office).at));
    let calendar = Calendar::new(&version, Some(PLACE));
    Ok((version, calendar))
}

/// What another version would say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Days that come to it.
    pub added: Vec<NonBusinessDay>,
    /// Days of those that were added before that go.
    pub removed: Vec<NaiveDate>,
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
    let (old, calendar) = current(office, now.day).await?;
    let newest = office.store.calendars().await?.into_iter().next_back().unwrap_or_else(|| old.clone());
    let by = who.actor.id.to_string();
    let mut version = newest.next(now.day, by, now.at, note);
    version.extra.retain(|day| !wanted.removed.contains(&day.date));
    for day in wanted.added {
        version.add(day)?;
    }
    version.settings = wanted.settings.unwrap_or(version.settings);
    let open = pending(office).await?;
    let open: Vec<(Ticket, NaiveDate, u32)> = open
        .into_iter()
        .map(|ticket| {
            let day = ticket.entered_day;
            (ticket, day, BUSINESS_DAYS)
        })
        .collect();
    let moved = preview(&open, &calendar, &Calendar::new(&version, Some(PLACE)));
    Ok((version, moved))
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
