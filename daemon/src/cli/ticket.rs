//! `resguardo ticket`: tickets at the terminal, by the service. It may not decide who may do what.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::args_desk::{Asking, Proposal, TicketList, TicketNew, TicketText, TicketVerb, Which};
use super::desk_text::long;
use super::exit::{Failure, code};
use super::{desk_lists as lists, print, socket};
use crate::desk::ticket::{Cause, ExceptionKind, Mode, Rating};
use crate::jobs::desk::report::{ReviewReport, TicketPage, TicketReport};
use crate::jobs::desk::request::TicketRequest;
use crate::jobs::desk::wanted::{
    Analysis, Assignment, ClosingRuling, Decision, NewAnswer, NewComment, NewException, NewLimit, NewRating, NewVisit,
    Seen, Voiding, Wanted,
};
use crate::service::client;
use crate::service::protocol::Request;
use crate::service::tickets::{Asked, List, What};

/// Stands for the version that the ticket has when the service is asked.
const CURRENT: i64 = 0;

/// `resguardo ticket`.
pub(super) fn run(config: &Path, verb: &TicketVerb) -> Result<u8, Failure> {
    let seen = Seen { version: CURRENT };
    match verb {
        TicketVerb::List(asked) => list(config, asked),
        TicketVerb::Review(asking) => review(config, asking),
        TicketVerb::Show(asked) => show(config, &asked.asking, What::Show { number: asked.number.clone() }),
        TicketVerb::New(asked) => new(config, asked),
        TicketVerb::Take(asked) => act(config, &asked.asking, &asked.number, Wanted::Take(seen)),
        TicketVerb::Resume(asked) => act(config, &asked.asking, &asked.number, Wanted::Resume(seen)),
        TicketVerb::Finish(asked) => act(config, &asked.asking, &asked.number, Wanted::Finish(seen)),
        TicketVerb::Acknowledge(asked) => act(config, &asked.asking, &asked.number, Wanted::Acknowledge(seen)),
        TicketVerb::Deliver(asked) => act(config, &asked.asking, &asked.number, Wanted::Deliver(seen)),
        TicketVerb::Assign(asked) => {
            let wanted = Wanted::Assign(Assignment { version: CURRENT, to: asked.to.clone() });
            act(config, &asked.asking, &asked.number, wanted)
        }
        TicketVerb::Analyse(asked) => {
            let wanted = Wanted::Analyse(Analysis { version: CURRENT, analysis: text(asked, "the analysis")? });
            act(config, &asked.asking, &asked.number, wanted)
        }
        TicketVerb::Void(asked) => {
            let wanted = Wanted::Void(Voiding { version: CURRENT, reason: text(asked, "the reason")? });
            act(config, &asked.asking, &asked.number, wanted)
        }
        TicketVerb::Answer(asked) => {
            let wanted = Wanted::Answer(NewAnswer { version: CURRENT, answer: text(asked, "the answer")? });
            act(config, &asked.asking, &asked.number, wanted)
        }
        TicketVerb::Comment(asked) => {
            let said = NewComment { text: text(&asked.text, "the comment")?, internal: asked.internal };
            act(config, &asked.text.asking, &asked.text.number, Wanted::Comment(said))
        }
        TicketVerb::Decide(asked) => {
            let decision = Decision { version: CURRENT, confirmed: !asked.refuse };
            let wanted = match asked.what {
                Proposal::Extension => Wanted::DecideExtension(decision),
                Proposal::Exception => Wanted::DecideException(decision),
            };
            act(config, &asked.asking, &asked.number, wanted)
        }
        other => written(config, other),
    }
}

/// What is written down with several fields.
fn written(config: &Path, verb: &TicketVerb) -> Result<u8, Failure> {
    match verb {
        TicketVerb::Extend(asked) => {
            let wanted = Wanted::Extend(NewLimit {
                version: CURRENT,
                cause: word("cause", &asked.cause, Cause::of_word, Cause::ALL, Cause::word)?,
                reason: asked.reason.clone(),
                new_limit: asked.until,
                findings: long(asked.findings.as_ref(), asked.file.as_deref(), "what was found")?,
                parts: asked.parts.clone(),
                recommendation: asked.recommendation.clone(),
            });
            act(config, &asked.asking, &asked.number, wanted)
        }
        TicketVerb::Except(asked) => {
            let wanted = Wanted::Except(NewException {
                version: CURRENT,
                kind: word("kind", &asked.kind, ExceptionKind::of_word, ExceptionKind::ALL, ExceptionKind::word)?,
                reason: asked.reason.clone(),
                reference: asked.reference.clone(),
            });
            act(config, &asked.asking, &asked.number, wanted)
        }
        TicketVerb::Rule(asked) => {
            let wanted = Wanted::Rule(ClosingRuling {
                version: CURRENT,
                mode: word("mode", &asked.mode, Mode::of_word, Mode::ALL, Mode::word)?,
                findings: long(asked.findings.as_ref(), asked.file.as_deref(), "what was found")?,
                actions: asked.actions.clone(),
                recommendation: asked.recommendation.clone(),
            });
            act(config, &asked.asking, &asked.number, wanted)
        }
        TicketVerb::Visit(asked) => {
            let wrong = |_| Failure::new(code::USAGE, "--at: write the moment as 2026-11-22T14:30:00-06:00");
            let at: DateTime<Utc> = DateTime::parse_from_rfc3339(&asked.at).map_err(wrong)?.to_utc();
            let wanted = NewVisit { version: CURRENT, at, place: asked.place.clone(), note: asked.note.clone() };
            act(config, &asked.asking, &asked.number, Wanted::Visit(wanted))
        }
        TicketVerb::Rate(asked) => {
            let rating = word("rating", &asked.rating, Rating::of_word, Rating::ALL, Rating::word)?;
            let wanted = NewRating { version: CURRENT, rating, comment: asked.comment.clone() };
            act(config, &asked.asking, &asked.number, Wanted::Rate(wanted))
        }
        _ => Err(Failure::new(code::USAGE, "there is nothing of that kind to do with a ticket")),
    }
}

/// One of several words.
pub(super) fn word<T: Copy>(
    name: &str,
    text: &str,
    of: fn(&str) -> Option<T>,
    all: &[T],
    word: fn(T) -> &'static str,
) -> Result<T, Failure> {
    let words = || all.iter().map(|&one| word(one)).collect::<Vec<_>>().join(", ");
    of(text).ok_or_else(|| Failure::new(code::USAGE, format!("--{name}: write one of {}", words())))
}

fn text(asked: &TicketText, what: &str) -> Result<String, Failure> {
    long(asked.text.as_ref(), asked.file.as_deref(), what)
}

/// Asks the desk.
pub(super) fn ask<T: serde::de::DeserializeOwned>(config: &Path, asking: &Asking, what: What) -> Result<T, Failure> {
    let asked = Asked { on_behalf: asking.on_behalf.clone(), what };
    Ok(client::ask_once(&socket::of(config)?, Request::Tickets(asked))?)
}

fn act(config: &Path, asking: &Asking, number: &str, wanted: Wanted) -> Result<u8, Failure> {
    show(config, asking, What::Do { number: number.to_owned(), wanted: Box::new(wanted) })
}

/// Asks for something that is answered with a ticket, and prints it.
fn show(config: &Path, asking: &Asking, what: What) -> Result<u8, Failure> {
    let is_whole = matches!(what, What::Show { .. });
    let ticket: TicketReport = ask(config, asking, what)?;
    if asking.json {
        print::value(&ticket)?;
    } else if is_whole {
        print::out(&lists::ticket(&ticket))?;
    } else {
        print::out(&lists::done(&ticket))?;
    }
    Ok(code::DONE)
}

fn list(config: &Path, asked: &TicketList) -> Result<u8, Failure> {
    let list = match asked.list {
        Which::Queue => List::Queue,
        Which::Own => List::Own,
        Which::All => List::All,
        Which::Unit => List::Unit,
    };
    let words = asked.words.clone().unwrap_or_default();
    let (state, assignee) = (asked.state.clone(), asked.assignee.clone());
    let page: TicketPage = ask(config, &asked.asking, What::List { list, state, assignee, words, limit: asked.limit })?;
    if asked.asking.json {
        print::value(&page)?;
    } else {
        print::out(&lists::tickets(&page))?;
        if page.next.is_some() {
            print::note("resguardo: there are more; name words or a state, or a greater --limit");
        }
    }
    Ok(code::DONE)
}

fn review(config: &Path, asking: &Asking) -> Result<u8, Failure> {
    let marked: ReviewReport = ask(config, asking, What::Review)?;
    if asking.json {
        print::value(&marked)?;
    } else {
        print::out(&format!(
            "{}: the open tickets were looked through, {} of them pending\n",
            marked.day, marked.pending
        ))?;
    }
    Ok(code::DONE)
}

fn new(config: &Path, asked: &TicketNew) -> Result<u8, Failure> {
    let request = TicketRequest {
        subject: asked.subject.clone(),
        description: long(asked.description.as_ref(), asked.file.as_deref(), "the description")?,
        location: asked.location.clone(),
        category: asked.category,
        phone: asked.phone.clone(),
        equipment: asked.equipment.clone(),
        requester: asked.requester.clone(),
        follows: asked.follows.clone(),
    };
    show(config, &asked.asking, What::New(request))
}
