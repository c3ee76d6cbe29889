//! Doing something with a ticket: the rules decide, and what they say is stored whole.

use chrono::NaiveDate;

use super::enter::stored;
use super::{Caller, DeskError, calendar, now, told, view};
use crate::desk::acts::{self, Act, Done};
use crate::desk::check;
use crate::desk::ticket::Ticket;
use crate::jobs::office::Office;
use crate::store::ticket_file::Added;

/// Does something with a ticket that whoever wants it saw in this version.
///
/// # Errors
/// [`DeskError`]; nothing is changed then.
pub async fn act(
    office: Office<'_>,
    who: &Caller,
    (number, version): (&str, i64),
    wanted: Act,
) -> Result<Ticket, DeskError> {
    let case = view::case(office, who, number).await?;
    let now = now(office);
    let (_, calendar) = calendar::current_of(office, now.day, case.ticket.unit).await?;
    let is_business = |day| calendar.is_business_day(day);
    let done = acts::act(case, &who.actor, wanted, now, &is_business)?;
    // What the rules refuse is said before who was first: the reason is of more use.
    let Done { case, kind, detail, letters } = done;
    let letters = told::letters(office, &case.ticket, &letters, who.actor.id, now).await?;
    let added = Added { kind, detail, letters, ..Added::default() };
    stored(office.store.file_case(&case, version, &added, &who.doing(now)).await?)
}

/// Whether a ticket may be extended to a day, so that a form can say so beside what else it lacks.
///
/// # Errors
/// [`DeskError`].
pub async fn extends_to(office: Office<'_>, who: &Caller, number: &str, new_limit: NaiveDate) -> Result<(), DeskError> {
    let case = view::case(office, who, number).await?;
    let now = now(office);
    let (_, calendar) = calendar::current_of(office, now.day, case.ticket.unit).await?;
    Ok(check::new_limit_of(&case, new_limit, now, &|day| calendar.is_business_day(day))?)
}
