//! Making tickets, and adding to them: files, words, visits.

use chrono::{DateTime, TimeDelta, Utc};
use resguardo_shared::digest::Digest;
use serde_json::json;

use super::{Caller, DeskError, calendar, now, told, view};
use crate::desk::access::{Action, OnTicket, may, may_on};
use crate::desk::acts::{LINE_MAX, Now, TEXT_MAX, Told};
use crate::desk::ticket::{State, Ticket};
use crate::desk::{Refused, text};
use crate::jobs::office::Office;
use crate::store::desk_rows::{Attachment, Comment, NewLetter, Visit};
use crate::store::ticket_file::{Added, Filed};

/// Files that a ticket may have, and all of their bytes (procedure, 10).
pub const FILES_MAX: usize = 5;
/// The bytes of all files of a ticket.
pub const FILES_BYTES_MAX: usize = 25 * 1024 * 1024;
/// How far back a visit may lie.
const VISIT_DAYS_MAX: i64 = 60;

/// A ticket as it is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTicket {
    /// Whose it is, if somebody who attends makes it for another.
    pub requester: Option<i64>,
    /// Where the thing is.
    pub location: String,
    /// Telephone or extension.
    pub phone: String,
    /// The category's id.
    pub category: i64,
    /// The equipment, as far as known.
    pub equipment: String,
    /// In a few words.
    pub subject: String,
    /// In full.
    pub description: String,
    /// The number of the ticket that it follows.
    pub follows: Option<String>,
    /// The key of a request that may come twice.
    pub once: Option<String>,
}

/// A file that was looked at and is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name as people see it.
    pub name: String,
    /// `pdf` or `jpeg`.
    pub kind: &'static str,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Makes a ticket (R024 to R027). A request that comes twice with one key makes one ticket.
///
/// # Errors
/// [`DeskError`].
pub async fn enter(office: Office<'_>, who: &Caller, asked: NewTicket, files: Vec<File>) -> Result<Ticket, DeskError> {
    Ok(Box::pin(enter_once(office, who, asked, files)).await?.0)
}

/// The same, and whether the ticket was made just now, and not on the same request before.
///
/// # Errors
/// [`DeskError`].
pub async fn enter_once(
    office: Office<'_>,
    who: &Caller,
    asked: NewTicket,
    files: Vec<File>,
) -> Result<(Ticket, bool), DeskError> {
    let now = now(office);
    let for_another = asked.requester.filter(|&requester| requester != who.actor.id);
    let action = if for_another.is_some() { Action::CreateForAnother } else { Action::CreateTicket };
    if !may(&who.actor, action) {
        return Err(Refused::NotAllowed.into());
    }
    let requester = for_another.unwrap_or(who.actor.id);
    let once = once(&asked)?;
    if let Some((key, request)) = &once
        && let Some(known) = known(office, who, key, request).await?
    {
        return Ok((known, false));
    }
    let unit =
        match for_another {
            Some(id) => office.store.unit_of(id).await?.ok_or_else(|| {
                Refused::field("requester", "no hay una persona activa con ese usuario; elija a otra")
            })?,
            None => who.actor.unit,
        };
    let (ticket, follows) = (checked(office, &asked, requester, unit, now).await?, asked.follows.as_deref());
    let ticket = Ticket { follows: followed(office, who, follows).await?, ..ticket };
    let files = kept(files, who.actor.id, now, (0, 0))?;
    let letters = vec![received(&ticket)];
    let (category, limit) = (ticket.category, ticket.first_limit);
    let detail = json!({ "requester": requester, "category": category, "limit": limit, "follows": asked.follows });
    let added = Added { kind: "entered", detail, files, letters, once, ..Added::default() };
    match office.store.enter_ticket(ticket, &added, &who.doing(now)).await? {
        Filed::Stored(ticket) => Ok((*ticket, true)),
        // The same request came twice at the same moment.
        Filed::Known | Filed::Changed => {
            let (key, request) = added.once.as_ref().ok_or(DeskError::NotFound)?;
            Ok((known(office, who, key, request).await?.ok_or(DeskError::NotFound)?, false))
        }
    }
}

/// The letter that says that it came (*ticket recibido*). The ticket has no number before it is stored, so that chance makes
/// the letter's key.
fn received(ticket: &Ticket) -> NewLetter {
    let key = format!("ticket_recibido/{}", uuid::Uuid::now_v7());
    let data = json!({ "limit": ticket.first_limit });
    NewLetter { key, user: ticket.requester, template: "ticket_recibido".to_owned(), data }
}

/// The key of a request with the digest of what it asks for.
fn once(asked: &NewTicket) -> Result<Option<(String, [u8; 32])>, Refused> {
    let Some(key) = &asked.once else { return Ok(None) };
    let key = text::line("idempotency_key", key, 100, true)?;
    let said = format!("{asked:?}");
    Ok(Some((key, Digest::of(said.as_bytes()).0)))
}

/// The ticket that was made on the same request before.
async fn known(office: Office<'_>, who: &Caller, key: &str, request: &[u8; 32]) -> Result<Option<Ticket>, DeskError> {
    match office.store.made_once(who.actor.id, key).await? {
        Some((asked, ticket)) if asked == request.as_slice() => Ok(office.store.ticket(ticket).await?),
        Some(_) => Err(DeskError::OtherRequest),
        None => Ok(None),
    }
}

/// The ticket of what was asked, with its limit.
async fn checked(
    office: Office<'_>,
    asked: &NewTicket,
    requester: i64,
    unit: Option<i64>,
    now: Now,
) -> Result<Ticket, DeskError> {
    let subject = text::line("subject", &asked.subject, LINE_MAX, true)?;
    let description = text::lines("description", &asked.description, TEXT_MAX, true)?;
    let location = text::line("location", &asked.location, LINE_MAX, true)?;
    let phone = text::line("phone", &asked.phone, 50, false)?;
    let equipment = text::line("equipment", &asked.equipment, LINE_MAX, false)?;
    let categories = office.store.categories().await?;
    if !categories.iter().any(|category| category.id == asked.category && category.active) {
        return Err(Refused::field("category", "elija una de la lista").into());
    }
    let (version, calendar) = calendar::current_of(office, now.day, unit).await?;
    let limit = calendar.add_business_days(now.day, calendar::BUSINESS_DAYS);
    let ticket = Ticket::new(requester, (now.at, now.day), limit, version.id);
    Ok(Ticket { unit, location, phone, category: asked.category, equipment, subject, description, ..ticket })
}

/// The ticket that another one follows: one's own, or any that one attends.
async fn followed(office: Office<'_>, who: &Caller, number: Option<&str>) -> Result<Option<i64>, DeskError> {
    let Some(number) = number.filter(|number| !number.trim().is_empty()) else { return Ok(None) };
    let ticket = office.store.ticket_by_number(number.trim()).await?;
    let ticket = ticket.filter(|ticket| may_on(&who.actor, OnTicket::Follow, ticket));
    let known = ticket.ok_or_else(|| Refused::field("follows", "no existe esa solicitud, o no es suya"))?;
    Ok(Some(known.id))
}

/// Files as they are kept, under ids that nobody guesses. `has` says how many there are already, and their bytes.
fn kept(files: Vec<File>, by: i64, now: Now, has: (usize, usize)) -> Result<Vec<(Attachment, Vec<u8>)>, DeskError> {
    let bytes = files.iter().map(|file| file.bytes.len()).sum::<usize>() + has.1;
    if files.len() + has.0 > FILES_MAX {
        return Err(Refused::field("files", format!("caben {FILES_MAX} archivos en cada solicitud")).into());
    }
    if bytes > FILES_BYTES_MAX {
        let most = FILES_BYTES_MAX / (1024 * 1024);
        return Err(
            Refused::field("files", format!("los archivos de una solicitud suman {most} MiB como máximo")).into()
        );
    }
    let keep = |file: File| {
        let about = Attachment {
            id: uuid::Uuid::new_v4().into_bytes(),
            name: file.name,
            kind: file.kind.to_owned(),
            bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            sha256: Digest::of(&file.bytes).to_string(),
            uploaded_by: by,
            at: now.at,
        };
        (about, file.bytes)
    };
    Ok(files.into_iter().map(keep).collect())
}

/// Says something about a ticket, with files if there are any: to the other side, or only to those who attend (R007).
///
/// # Errors
/// [`DeskError`].
pub async fn comment(
    office: Office<'_>,
    who: &Caller,
    number: &str,
    words: &str,
    internal: bool,
    files: Vec<File>,
) -> Result<(), DeskError> {
    let action = if internal { OnTicket::CommentInternally } else { OnTicket::Comment };
    let case = view::case(office, who, number).await?;
    if !may_on(&who.actor, action, &case.ticket) {
        return Err(Refused::NotAllowed.into());
    }
    if case.ticket.state == State::Void {
        return Err(Refused::State(State::Void).into());
    }
    let now = now(office);
    let words = text::lines("text", words, TEXT_MAX, files.is_empty())?;
    let has = office.store.attachments(case.ticket.id).await?;
    let bytes = has.iter().map(|file| usize::try_from(file.bytes).unwrap_or(0)).sum();
    let files = kept(files, who.actor.id, now, (has.len(), bytes))?;
    let other = if who.actor.id == case.ticket.requester { case.ticket.assignee } else { Some(case.ticket.requester) };
    let told: Vec<_> =
        other.filter(|_| !internal).map(|other| ("comentario", Told::Person(other))).into_iter().collect();
    let before = case.ticket.version;
    let mut case = case;
    case.ticket.version += 1;
    let letters = told::letters(office, &case.ticket, &told, who.actor.id, now).await?;
    let names: Vec<String> = files.iter().map(|(about, _)| about.name.clone()).collect();
    let comment = Comment { id: 0, author: who.actor.id, text: words, internal, at: now.at };
    let detail = json!({ "internal": internal, "files": names });
    let added = Added { kind: "commented", detail, comment: Some(comment), files, letters, ..Added::default() };
    stored(office.store.file_case(&case, before, &added, &who.doing(now)).await?).map(drop)
}

/// Writes down a visit on site (R042).
///
/// # Errors
/// [`DeskError`].
pub async fn visit(
    office: Office<'_>,
    who: &Caller,
    (number, version): (&str, i64),
    at: DateTime<Utc>,
    place: &str,
    note: &str,
) -> Result<Ticket, DeskError> {
    let mut case = view::case(office, who, number).await?;
    if !may_on(&who.actor, OnTicket::Attend, &case.ticket) {
        return Err(Refused::NotAllowed.into());
    }
    if !matches!(case.ticket.state, State::Attending | State::Waiting) {
        return Err(Refused::State(case.ticket.state).into());
    }
    let now = now(office);
    visit_time(&case.ticket, at, now)?;
    let place = text::line("place", place, LINE_MAX, true)?;
    let note = text::lines("note", note, TEXT_MAX, false)?;
    let visit = Visit { id: 0, at, place: place.clone(), note, entered: now.at, entered_by: who.actor.id };
    case.ticket.version = version + 1;
    let added =
        Added { kind: "visited", detail: json!({ "at": at, "place": place }), visit: Some(visit), ..Added::default() };
    stored(office.store.file_case(&case, version, &added, &who.doing(now)).await?)
}

/// Whether a ticket may have been visited at a moment.
///
/// # Errors
/// [`Refused::Field`], of `at`.
pub fn visit_time(ticket: &Ticket, at: DateTime<Utc>, now: Now) -> Result<(), Refused> {
    let age = now.at - at;
    if age < TimeDelta::minutes(-5) || age > TimeDelta::days(VISIT_DAYS_MAX) || at < ticket.entered {
        return Err(Refused::field("at", "escriba cuándo fue la visita: después del ingreso y antes de ahora"));
    }
    Ok(())
}

/// The ticket as it is now, or that somebody else was first.
pub(super) fn stored(filed: Filed) -> Result<Ticket, DeskError> {
    match filed {
        Filed::Stored(ticket) => Ok(*ticket),
        Filed::Changed | Filed::Known => Err(Refused::Changed.into()),
    }
}
