//! Requests for mail accounts at work: each step is stored with an event of its ticket and the letters about it. It may not know
//! pages.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Caller, DeskError, calendar, now, told, view};
use crate::desk::Refused;
use crate::desk::access::{Action, OnTicket, may_on};
use crate::desk::account::{self, AccountKind, AccountRequest, Done, Step};
use crate::desk::acts::Now;
use crate::desk::ticket::{State, Ticket};
use crate::jobs::office::Office;
use crate::jobs::page::cut;
use crate::store::account_requests::Waiting;
use crate::store::desk_people::Face;
use crate::store::ticket_file::Added;

/// The most requests that wait for the ministry, where all are asked for at once.
const WAITING_MAX: u32 = 5_000;

/// The most requests of a page.
const PAGE_MAX: u32 = 199;

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
    let step = in_person(office, who, &ticket, step).await?;
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

/// The same step; whoever authorises it in person does so in their own name, whatever was sent.
async fn in_person(office: Office<'_>, who: &Caller, ticket: &Ticket, step: Step) -> Result<Step, DeskError> {
    match step {
        Step::Authorize { on, .. } if may_on(&who.actor, OnTicket::AuthorizeAccount, ticket) => {
            let user = office.store.user(who.actor.id).await?.ok_or(DeskError::NotFound)?;
            Ok(Step::Authorize { on, by: user.name })
        }
        other => Ok(other),
    }
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

/// A request, and for how many business days the ministry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aged {
    /// The request and its ticket.
    pub waiting: Waiting,
    /// Business days since it was sent there; 0 where it was not.
    pub days: i64,
}

/// A page of what waits for the ministry.
#[derive(Debug, Clone)]
pub struct WaitingPage {
    /// The requests, the oldest first.
    pub waiting: Vec<Aged>,
    /// Who asked and who sent them.
    pub faces: BTreeMap<i64, Face>,
    /// How many wait in all.
    pub total: i64,
    /// The key of the last one here, where more follow.
    pub next: Option<(NaiveDate, i64)>,
}

/// Requests, and everybody who is named in them.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// The requests.
    pub items: Vec<Aged>,
    /// The id before which there are more, if there are.
    pub next: Option<i64>,
    /// The names.
    pub faces: BTreeMap<i64, Face>,
}

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Those that wait for the ministry, the oldest first and all at once (R087).
    Waiting,
    /// Those that have a step to come, the newest first.
    Open,
    /// All, the newest first.
    All,
}

/// What waits for the ministry, the oldest first (R087), after a key.
///
/// # Errors
/// [`DeskError`].
pub async fn waiting(
    office: Office<'_>,
    who: &Caller,
    after: Option<(NaiveDate, i64)>,
    size: u32,
) -> Result<WaitingPage, DeskError> {
    view::permitted(who, Action::SeeQueue)?;
    let mut found = office.store.accounts_waiting(after, size.saturating_add(1)).await?;
    let more = cut(&mut found, size);
    let last = found.last().filter(|_| more);
    let next = last.and_then(|one| Some((one.request.uploaded?, one.request.id)));
    let total = office.store.count_accounts_waiting().await?;
    let (waiting, faces) = aged(office, found).await?;
    Ok(WaitingPage { waiting, faces, total, next })
}

/// A list for those who see the queue, a page of `limit` at a time before an id.
///
/// # Errors
/// [`DeskError`].
pub async fn list(
    office: Office<'_>,
    who: &Caller,
    list: List,
    before: Option<i64>,
    limit: u32,
) -> Result<Listed, DeskError> {
    view::permitted(who, Action::SeeQueue)?;
    let limit = limit.clamp(1, PAGE_MAX);
    let mut found = match list {
        List::Waiting => office.store.accounts_waiting(None, WAITING_MAX).await?,
        List::Open => office.store.accounts(true, before, limit + 1).await?,
        List::All => office.store.accounts(false, before, limit + 1).await?,
    };
    let more = list != List::Waiting && cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(|last| last.request.id);
    let (items, faces) = aged(office, found).await?;
    Ok(Listed { items, next, faces })
}

/// One request with its ticket, for whoever may see that.
///
/// # Errors
/// [`DeskError::NotFound`] also where none was begun.
pub async fn one(office: Office<'_>, who: &Caller, number: &str) -> Result<(Aged, BTreeMap<i64, Face>), DeskError> {
    let (ticket, request) = request(office, who, number).await?;
    let request = request.ok_or(DeskError::NotFound)?;
    let (void, requester) = (ticket.state == State::Void, ticket.requester);
    let waiting = Waiting { request, number: ticket.number, subject: ticket.subject, requester, void };
    let (items, faces) = aged(office, vec![waiting]).await?;
    Ok((items.into_iter().next().ok_or(DeskError::NotFound)?, faces))
}

async fn aged(office: Office<'_>, found: Vec<Waiting>) -> Result<(Vec<Aged>, BTreeMap<i64, Face>), DeskError> {
    let today = now(office).day;
    let (_, calendar) = calendar::current(office, today).await?;
    let named = |one: &Waiting| [Some(one.requester), Some(one.request.started_by), one.request.uploaded_by];
    let faces = office.store.faces(&found.iter().flat_map(named).flatten().collect()).await?;
    let aged = |waiting: Waiting| {
        let since = waiting.request.uploaded.unwrap_or(today);
        Aged { days: calendar.business_days_between(since, today).max(0), waiting }
    };
    Ok((found.into_iter().map(aged).collect(), faces))
}
