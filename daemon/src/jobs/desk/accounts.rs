//! Requests for mail accounts at work: each step is stored with an event of its ticket and the letters about it. It may not know
//! pages.

use std::collections::BTreeMap;

use super::{Caller, DeskError, calendar, now, told, view};
use crate::desk::Refused;
use crate::desk::access::{Action, may};
use crate::desk::account::{self, AccountKind, AccountRequest, Done, Step};
use crate::desk::acts::Now;
use crate::desk::ticket::Ticket;
use crate::jobs::office::Office;
use crate::store::account_requests::Waiting;
use crate::store::desk_people::Face;
use crate::store::ticket_file::Added;

/// The most requests that the list of those that wait shows.
const WAITING_MAX: u32 = 500;

/// The request that belongs to a ticket which they may see.
///
/// # Errors
/// [`DeskError`].
pub async fn request(
    office: Office<'_>,
    who: &Caller,
    number: &str,
) -> Result<(Ticket, Option<AccountRequest>), DeskError> {
    let ticket = view::case(office, who, number).await?.ticket;
    let request = office.store.account_request(ticket.id).await?;
    Ok((ticket, request))
}

/// Begins the request of a ticket about mail (R080).
///
/// # Errors
/// [`DeskError`]; [`Refused::Changed`] where it was begun by somebody else.
pub async fn start(
    office: Office<'_>,
    who: &Caller,
    number: &str,
    kind: AccountKind,
    person: &str,
) -> Result<AccountRequest, DeskError> {
    let ticket = view::case(office, who, number).await?.ticket;
    let now = now(office);
    let done = account::start(&ticket, &who.actor, kind, person, now)?;
    file(office, who, &ticket, None, done, now).await
}

/// Takes a step of a request that whoever takes it saw in this version.
///
/// # Errors
/// [`DeskError`]; nothing is changed then.
pub async fn act(
    office: Office<'_>,
    who: &Caller,
    (number, version): (&str, i64),
    step: Step,
) -> Result<AccountRequest, DeskError> {
    let (ticket, request) = request(office, who, number).await?;
    let request = request.ok_or(DeskError::NotFound)?;
    let now = now(office);
    let scan = match &step {
        Step::Receive { scan, .. } => Some(*scan),
        _ => None,
    };
    let done = account::act(request, &ticket, &who.actor, step, now)?;
    if let Some(scan) = scan {
        let files = office.store.attachments(ticket.id).await?;
        if !files.iter().any(|file| file.id == scan && file.kind == "pdf") {
            return Err(
                Refused::field("scan", "elija el PDF del formulario firmado; adjúntelo antes a la solicitud").into()
            );
        }
    }
    file(office, who, &ticket, Some(version), done, now).await
}

async fn file(
    office: Office<'_>,
    who: &Caller,
    ticket: &Ticket,
    before: Option<i64>,
    done: Done,
    now: Now,
) -> Result<AccountRequest, DeskError> {
    let Done { request, kind, detail, letters } = done;
    let mut letters = told::letters(office, ticket, &letters, who.actor.id, now).await?;
    for letter in &mut letters {
        // The version of the request rises with each of its steps, that of the ticket does not.
        letter.key = format!("{}/{}", letter.key, request.version);
    }
    let added = Added { kind, detail, letters, ..Added::default() };
    if !office.store.file_account(&request, before, &added, &who.doing(now)).await? {
        return Err(Refused::Changed.into());
    }
    office.store.account_request(ticket.id).await?.ok_or(DeskError::NotFound)
}

/// A request that waits for the ministry, and for how many business days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aged {
    /// The request and its ticket.
    pub waiting: Waiting,
    /// Business days since it was sent there.
    pub days: i64,
}

/// What waits for the ministry, the oldest first (R087), with the names of who asked and who sent it.
///
/// # Errors
/// [`DeskError`].
pub async fn waiting(office: Office<'_>, who: &Caller) -> Result<(Vec<Aged>, BTreeMap<i64, Face>), DeskError> {
    if !may(&who.actor, Action::SeeQueue) {
        return Err(Refused::NotAllowed.into());
    }
    let today = now(office).day;
    let (_, calendar) = calendar::current(office, today).await?;
    let waiting = office.store.accounts_waiting(WAITING_MAX).await?;
    let ids = waiting.iter().flat_map(|one| [Some(one.requester), one.request.uploaded_by]).flatten().collect();
    let faces = office.store.faces(&ids).await?;
    let aged = |waiting: Waiting| {
        let since = waiting.request.uploaded.unwrap_or(today);
        Aged { days: calendar.business_days_between(since, today).max(0), waiting }
    };
    Ok((waiting.into_iter().map(aged).collect(), faces))
}
