//! What is answered about tickets and the calendar. Whoever asks is the user of the desk with the login that the system knows
//! them by; root may ask on behalf of another one. It may not decide anything.

use super::answer::{Answer, failed, refusal, value};
use super::answer_accounts;
use super::protocol::{Refusal, RefusalKind};
use super::tickets::{Asked, List, Moved, MovedTicket, NewDay, What};
use crate::calendar::{Kind, NonBusinessDay};
use crate::desk::people::Actor;
use crate::desk::ticket::State;
use crate::jobs::desk::calendar::{PLACE, Wanted as NewVersion, propose, publish};
use crate::jobs::desk::request::{entered, login};
use crate::jobs::desk::wanted::Wanted;
use crate::jobs::desk::{Caller, DeskError, days, now, report, view, wanted};
use crate::jobs::due;
use crate::jobs::error::chain;
use crate::jobs::office::Office;
use crate::jobs::people::units::unit_named;
use crate::jobs::people::{PeopleError, session};
use crate::store::ticket_lists::Filter;

/// The system's own administrator, who may ask on behalf of others.
const ROOT: &str = "root";

/// Why root rates for nobody.
const RATES_ALONE: &str = "a rating is the requester's own, and nobody rates for another (--as): they rate on the ticket's \
                           page, by their own key of the API, or here under their own login of this machine";

/// A refusal of the desk, in Spanish as it comes.
pub(super) fn refused(error: DeskError) -> Refusal {
    match error {
        DeskError::NotFound => refusal(RefusalKind::Unknown, error.to_string()),
        DeskError::Store(error) => {
            tracing::error!(error = chain(&error), "an answer cannot be given");
            refusal(RefusalKind::Failed, chain(&error))
        }
        other => refusal(RefusalKind::Request, other.to_string()),
    }
}

/// Answers.
pub(super) async fn tickets(office: Office<'_>, unix: &str, asked: Asked) -> Answer {
    let on_behalf = asked.on_behalf.is_some();
    if let (What::ToDo, ROOT, false) = (&asked.what, unix, on_behalf) {
        return to_do(office, &due::office_itself()).await;
    }
    let who = caller(office, unix, asked.on_behalf.as_deref()).await?;
    match asked.what {
        What::List { list, state, assignee, words, limit } => {
            let filter = filter(office, state.as_deref(), assignee.as_deref(), words).await?;
            listed(office, &who, list, &filter, limit).await
        }
        What::Show { number } => shown(office, &who, &number).await,
        What::New(request) => {
            let (ticket, _) = entered(office, &who, request, None).await.map_err(refused)?;
            shown(office, &who, &ticket.number).await
        }
        What::Review => value(Ok(report::ReviewReport::from(view::review(office, &who).await.map_err(refused)?))),
        What::Do { number, wanted } => {
            let mut wanted = *wanted;
            if on_behalf && matches!(wanted, Wanted::Rate(_)) {
                return Err(refusal(RefusalKind::Request, RATES_ALONE));
            }
            if wanted.version() == Some(0) {
                let seen = view::ticket(office, &who, &number).await.map_err(refused)?;
                wanted.set_version(seen.case.ticket.version);
            }
            wanted::done(office, &who, &number, wanted).await.map_err(refused)?;
            shown(office, &who, &number).await
        }
        What::Accounts { list, before, limit } => answer_accounts::list(office, &who, list, before, limit).await,
        What::Account { number } => answer_accounts::one(office, &who, &number).await,
        What::NewAccount { number, wanted } => answer_accounts::begin(office, &who, &number, wanted).await,
        What::StepAccount { number, wanted } => answer_accounts::step(office, &who, on_behalf, &number, *wanted).await,
        What::Year { year } => {
            let year = year.unwrap_or_else(|| chrono::Datelike::year(&now(office).day));
            let unknown = || refusal(RefusalKind::Unknown, format!("the calendar does not know the year {year}"));
            value(Ok(days::year(office, year).await.map_err(failed)?.ok_or_else(unknown)?))
        }
        What::Due { entry } => value(Ok(days::due(office, entry).await.map_err(refused)?)),
        What::ToDo => to_do(office, &who.actor).await,
        What::Day { day, publish } => changed(office, &who, added(day), publish).await,
        What::Seat { unit, place, note, publish } => {
            let unknown = |error: PeopleError| refusal(RefusalKind::Unknown, error.to_string());
            let unit = unit_named(office, &unit).await.map_err(unknown)?;
            let wanted = NewVersion { seats: vec![(unit.id, place)], note, ..NewVersion::default() };
            changed(office, &who, wanted, publish).await
        }
    }
}

/// What is due for somebody.
async fn to_do(office: Office<'_>, who: &Actor) -> Answer {
    value(Ok(due::report::list(due::of(office, who).await.map_err(failed)?)))
}

/// Who asks, as the desk knows them.
pub(super) async fn caller(office: Office<'_>, unix: &str, on_behalf: Option<&str>) -> Result<Caller, Refusal> {
    if on_behalf.is_some() && unix != ROOT {
        return Err(refusal(RefusalKind::Request, "only root may ask on behalf of another one (--as)"));
    }
    let name = on_behalf.unwrap_or(unix);
    let user = login(office, name).await.map_err(failed)?.filter(|user| user.active);
    let unknown = || {
        let remedy = format!("`resguardo user add {name} --name NAME --role technician` makes one");
        let root = if unix == ROOT && on_behalf.is_none() { "; root may also ask with `--as LOGIN`" } else { "" };
        refusal(RefusalKind::Unknown, format!("the desk has no active user with the login {name}: {remedy}{root}"))
    };
    let user = user.ok_or_else(unknown)?;
    let actor = session::actor(office, &user, office.now()).await.map_err(failed)?;
    Ok(Caller { actor, address: None })
}

async fn filter(
    office: Office<'_>,
    state: Option<&str>,
    assignee: Option<&str>,
    words: String,
) -> Result<Filter, Refusal> {
    let known = |word: &str| {
        let words = || State::ALL.iter().map(|state| state.word()).collect::<Vec<_>>().join(", ");
        let none = || refusal(RefusalKind::Request, format!("{word:?} is no state; write one of {}", words()));
        State::of_word(word).ok_or_else(none)
    };
    let assignee = match assignee {
        None => None,
        Some(name) => {
            let user = login(office, name).await.map_err(failed)?;
            let none = || refusal(RefusalKind::Unknown, format!("the desk has no user with the login {name}"));
            Some(user.ok_or_else(none)?.id)
        }
    };
    Ok(Filter { state: state.map(known).transpose()?, assignee, words, ..Filter::default() })
}

async fn listed(office: Office<'_>, who: &Caller, list: List, filter: &Filter, limit: u32) -> Answer {
    let page = match list {
        List::Queue => {
            let (page, counts) = view::queue(office, who, filter, None, limit).await.map_err(refused)?;
            return value(Ok(report::page(page, Some(counts))));
        }
        List::Own => view::own(office, who, filter, None, limit).await,
        List::All => view::all(office, who, filter, None, limit).await,
        List::Unit => {
            let none = || refusal(RefusalKind::Request, "you head no unit");
            let unit = who.actor.heads.first().copied().ok_or_else(none)?;
            view::of_unit(office, who, unit, filter, None, limit).await
        }
    };
    value(Ok(report::page(page.map_err(refused)?, None)))
}

async fn shown(office: Office<'_>, who: &Caller, number: &str) -> Answer {
    value(Ok(report::ticket(view::ticket(office, who, number).await.map_err(refused)?)))
}

/// A version with another day.
fn added(day: NewDay) -> NewVersion {
    let NewDay { date, kind, name, citation, from_hour, place, note } = day;
    let place = (kind == Kind::Local).then(|| place.unwrap_or_else(|| PLACE.to_owned()));
    let day = NonBusinessDay { date, kind, name, citation, place, counts_for_deadlines: true, from_hour };
    NewVersion { added: vec![day], note, ..NewVersion::default() }
}

/// What another version changes; published, if that is wanted.
async fn changed(office: Office<'_>, who: &Caller, wanted: NewVersion, publishes: bool) -> Answer {
    let (version, moved) = propose(office, who, wanted.clone()).await.map_err(refused)?;
    let version = if publishes { publish(office, who, wanted).await.map_err(refused)?.id } else { version.id };
    let moved =
        moved.into_iter().map(|change| MovedTicket { number: change.what.number, old: change.old, new: change.new });
    value(Ok(Moved { version, published: publishes, moved: moved.collect() }))
}
