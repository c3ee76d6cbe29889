//! What somebody may see: one ticket with everything, and lists. What they may not see does not exist for them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Caller, DeskError, now};
use crate::desk::Refused;
use crate::desk::access::{Action, OnTicket, may, may_on};
use crate::desk::ticket::{Case, Ticket};
use crate::jobs::office::Office;
use crate::jobs::page::cut;
use crate::store::calendars::Review;
use crate::store::desk_people::Face;
use crate::store::desk_rows::{Attachment, Comment, Event, Visit};
use crate::store::error::StoreError;
use crate::store::ticket_lists::{Counts, Filter, Whose};

/// A ticket with everything that its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The ticket, its rulings, extensions and exceptions.
    pub case: Case,
    /// What happened, in its order.
    pub events: Vec<Event>,
    /// What was said, in its order; internal notes only for those who attend.
    pub comments: Vec<Comment>,
    /// Its files.
    pub files: Vec<Attachment>,
    /// Visits on site.
    pub visits: Vec<Visit>,
    /// Those that follow it, as far as they may be seen.
    pub following: Vec<Ticket>,
    /// The one that it follows, if it may be seen.
    pub followed: Option<Ticket>,
    /// Everybody who is named in it.
    pub faces: BTreeMap<i64, Face>,
}

/// A ticket that they may see.
///
/// # Errors
/// [`DeskError::NotFound`] also where they may not.
pub(super) async fn case(office: Office<'_>, who: &Caller, number: &str) -> Result<Case, DeskError> {
    let case = office.store.case(number).await?.filter(|case| may_on(&who.actor, OnTicket::See, &case.ticket));
    case.ok_or(DeskError::NotFound)
}

/// One ticket, whole.
///
/// # Errors
/// [`DeskError`].
pub async fn ticket(office: Office<'_>, who: &Caller, number: &str) -> Result<View, DeskError> {
    let case = case(office, who, number).await?;
    let (store, id) = (office.store, case.ticket.id);
    let internal = may_on(&who.actor, OnTicket::SeeInternal, &case.ticket);
    let sees = |ticket: &Ticket| may_on(&who.actor, OnTicket::See, ticket);
    let mut events = store.ticket_events(id).await?;
    // That something was said internally is itself internal.
    events.retain(|event| internal || event.detail["internal"] != true);
    let comments = store.comments(id, internal).await?;
    let followed = match case.ticket.follows {
        Some(id) => store.ticket(id).await?.filter(sees),
        None => None,
    };
    let following = store.following(id).await?.into_iter().filter(sees).collect();
    let (files, visits) = (store.attachments(id).await?, store.visits(id).await?);
    let faces = store.faces(&named(&case, &events, &comments)).await?;
    Ok(View { case, events, comments, files, visits, following, followed, faces })
}

fn named(case: &Case, events: &[Event], comments: &[Comment]) -> BTreeSet<i64> {
    let ticket = &case.ticket;
    let of_ticket = [Some(ticket.requester), ticket.assignee, ticket.finished_by, case.unit_head].into_iter().flatten();
    let rulings = case.rulings.iter().flat_map(|ruling| [Some(ruling.issued_by), ruling.delivered_to]).flatten();
    let decided = |decision: &Option<crate::desk::ticket::Decision>| decision.as_ref().map(|decision| decision.by);
    let extensions = case.extensions.iter().flat_map(|one| [Some(one.proposed_by), decided(&one.decision)]).flatten();
    let exceptions = case.exceptions.iter().flat_map(|one| [Some(one.registered_by), decided(&one.decision)]).flatten();
    let said = events.iter().filter_map(|event| event.actor).chain(comments.iter().map(|comment| comment.author));
    of_ticket.chain(rulings).chain(extensions).chain(exceptions).chain(said).collect()
}

/// A file of a ticket with its bytes.
///
/// # Errors
/// [`DeskError::NotFound`] for a file of another ticket as well.
pub async fn file(
    office: Office<'_>,
    who: &Caller,
    number: &str,
    id: &[u8; 16],
) -> Result<(Attachment, Vec<u8>), DeskError> {
    let case = case(office, who, number).await?;
    office.store.attachment(case.ticket.id, id).await?.ok_or(DeskError::NotFound)
}

/// A page of tickets with the names in it.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The tickets.
    pub tickets: Vec<Ticket>,
    /// Whether there are more after these.
    pub more: bool,
    /// Everybody who is named in them.
    pub faces: BTreeMap<i64, Face>,
}

async fn page(office: Office<'_>, mut tickets: Vec<Ticket>, limit: u32) -> Result<Page, StoreError> {
    let more = cut(&mut tickets, limit);
    let ids = tickets.iter().flat_map(|ticket| [Some(ticket.requester), ticket.assignee]).flatten().collect();
    Ok(Page { faces: office.store.faces(&ids).await?, tickets, more })
}

async fn newest(
    office: Office<'_>,
    whose: Whose,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<Page, DeskError> {
    let limit = bounded(limit);
    Ok(page(office, office.store.tickets(whose, filter, before, limit + 1).await?, limit).await?)
}

/// Their own, the newest first.
///
/// # Errors
/// [`DeskError`].
pub async fn own(
    office: Office<'_>,
    who: &Caller,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<Page, DeskError> {
    newest(office, Whose::Requester(who.actor.id), filter, before, limit).await
}

/// Those of a unit whose head they are.
///
/// # Errors
/// [`DeskError`].
pub async fn of_unit(
    office: Office<'_>,
    who: &Caller,
    unit: i64,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<Page, DeskError> {
    if !who.actor.heads.contains(&unit) {
        return Err(DeskError::NotFound);
    }
    newest(office, Whose::Unit(unit), filter, before, limit).await
}

/// Everybody's, the newest first: for those whose work it is.
///
/// # Errors
/// [`DeskError`].
pub async fn all(
    office: Office<'_>,
    who: &Caller,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> Result<Page, DeskError> {
    permitted(who, Action::SeeQueue)?;
    newest(office, Whose::All, filter, before, limit).await
}

/// The open ones, the first to be due first.
///
/// # Errors
/// [`DeskError`].
pub async fn queue(
    office: Office<'_>,
    who: &Caller,
    filter: &Filter,
    after: Option<(NaiveDate, i64)>,
    limit: u32,
) -> Result<(Page, Counts), DeskError> {
    permitted(who, Action::SeeQueue)?;
    let limit = bounded(limit);
    let tickets = office.store.queue(filter, after, limit + 1).await?;
    Ok((page(office, tickets, limit).await?, office.store.queue_counts(now(office).day).await?))
}

/// A page is never asked for whole: one more tells whether there is another.
fn bounded(limit: u32) -> u32 {
    limit.clamp(1, crate::store::ticket_lists::PAGE_MAX - 1)
}

pub(super) fn permitted(who: &Caller, action: Action) -> Result<(), DeskError> {
    if may(&who.actor, action) { Ok(()) } else { Err(Refused::NotAllowed.into()) }
}

/// Marks that they looked through the open tickets today (R033, R034), and returns the mark.
///
/// # Errors
/// [`DeskError`].
pub async fn review(office: Office<'_>, who: &Caller) -> Result<Review, DeskError> {
    permitted(who, Action::MarkReview)?;
    let now = now(office);
    let pending = office.store.queue_counts(now.day).await?.pending;
    let review = Review { day: now.day, user: who.actor.id, at: now.at, pending };
    office.store.put_review(&review).await?;
    Ok(review)
}
