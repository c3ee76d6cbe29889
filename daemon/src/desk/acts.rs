//! What can be done with a ticket, and what it makes of it (procedure, 6.2): the state machine with its guards and
//! effects, as one pure function.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::access::{OnTicket, may_on};
use super::check::{self, Draft};
use super::people::Actor;
use super::ticket::{Case, Cause, Decision, ExceptionKind, Mode, Rating, RulingKind, State};
use super::{Refused, text, verdict};

/// The most characters of a text of several lines.
pub const TEXT_MAX: usize = 10_000;
/// The most characters of a line.
pub const LINE_MAX: usize = 200;

/// What somebody wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A technician takes it.
    Take,
    /// The head gives it to somebody, who attends tickets.
    Assign {
        /// To whom.
        to: Actor,
    },
    /// What was found before anything is done; with it, work begins.
    Analyse {
        /// In words.
        text: String,
    },
    /// Proposes a new limit, with the ruling that explains it.
    Extend {
        /// Why.
        cause: Cause,
        /// In words.
        reason: String,
        /// The new limit.
        new_limit: NaiveDate,
        /// The ruling.
        ruling: Draft,
    },
    /// Decides the extension that waits for it.
    DecideExtension {
        /// Whether it holds.
        confirmed: bool,
    },
    /// Registers that it hangs on others, and waits for them.
    Except {
        /// On whom.
        kind: ExceptionKind,
        /// In words.
        reason: String,
        /// The ministry's ticket, or the purchase.
        reference: String,
    },
    /// Decides the exception that waits for it.
    DecideException {
        /// Whether it holds.
        confirmed: bool,
    },
    /// The others have answered: work goes on.
    Resume,
    /// Issues the closing ruling: with it, the ticket is attended.
    Rule {
        /// How it was attended.
        mode: Mode,
        /// The ruling.
        ruling: Draft,
    },
    /// Says that the last ruling about parts was delivered to the head of the unit.
    Deliver,
    /// The head of the unit says that it was received.
    Acknowledge,
    /// Closes it.
    Finish,
    /// Rates it.
    Rate {
        /// How it was.
        rating: Rating,
        /// In words.
        comment: String,
    },
    /// Answers a rating of *no conforme*.
    Answer {
        /// In words.
        text: String,
    },
    /// Declares it void.
    Void {
        /// Why.
        reason: String,
    },
}

/// When something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Its civil day in the office's time zone.
    pub day: NaiveDate,
}

/// What people are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A person by their id.
    Person(i64),
    /// Whoever is head of the department of information technology.
    Chiefs,
    /// The direction and whoever acts for it.
    Direction,
    /// Whoever keeps accounts.
    Administrators,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The ticket as it is now; what is new in it has the id 0.
    pub case: Case,
    /// The word of the event.
    pub kind: &'static str,
    /// What the event says.
    pub detail: Value,
    /// Letters to be sent: the template's name, and to whom.
    pub letters: Vec<(&'static str, Told)>,
}

/// Does something with a ticket, or says why not. `is_business` says of a day whether a limit may fall on it.
///
/// # Errors
/// [`Refused`], which changes nothing.
#[expect(clippy::too_many_lines, reason = "each arm is one act of the procedure's table, which is read as a whole")]
pub fn act(
    mut case: Case,
    who: &Actor,
    act: Act,
    now: Now,
    is_business: &dyn Fn(NaiveDate) -> bool,
) -> Result<Done, Refused> {
    allowed(&case, who, &act)?;
    in_state(&case, &act)?;
    let mut letters = Vec::new();
    let requester = Told::Person(case.ticket.requester);
    let (kind, detail) = match act {
        Act::Take => assign(&mut case, who.id, now, "taken"),
        Act::Assign { to } => {
            if !may_on(&to, OnTicket::Take, &case.ticket) {
                return Err(Refused::field(
                    "to",
                    "esa persona no atiende solicitudes, o es quien la hizo; elija a otra",
                ));
            }
            letters.push(("asignada", Told::Person(to.id)));
            assign(&mut case, to.id, now, "assigned")
        }
        Act::Analyse { text } => {
            let text = text::lines("analysis", &text, TEXT_MAX, true)?;
            let ticket = &mut case.ticket;
            (ticket.state, ticket.analysis, ticket.analysed) = (State::Attending, Some(text.clone()), Some(now.at));
            ("analysed", json!({ "text": text }))
        }
        Act::Extend { cause, reason, new_limit, ruling } => {
            letters.push(("ampliacion_propuesta", Told::Chiefs));
            check::extend(&mut case, who, (cause, &reason, new_limit), &ruling, now, is_business)?
        }
        Act::DecideExtension { confirmed } => {
            letters.push((if confirmed { "ampliacion_confirmada" } else { "ampliacion_rechazada" }, requester));
            decide_extension(&mut case, who, confirmed, now)?
        }
        Act::Except { kind, reason, reference } => {
            letters.push(("excepcion_propuesta", Told::Chiefs));
            check::except(&mut case, who, (kind, &reason, &reference), now)?
        }
        Act::DecideException { confirmed } => decide_exception(&mut case, who, confirmed, now)?,
        Act::Resume => {
            case.ticket.state = State::Attending;
            ("resumed", json!({}))
        }
        Act::Rule { mode, ruling } => rule(&mut case, who, mode, &ruling, now)?,
        Act::Deliver => deliver(&mut case, now, &mut letters)?,
        Act::Acknowledge => acknowledge(&mut case, now)?,
        Act::Finish => {
            finish(&mut case, who, now)?;
            letters.push(("ticket_finalizado", requester));
            ("finished", json!({ "verdict": case.ticket.verdict }))
        }
        Act::Rate { rating, comment } => {
            let needs = rating == Rating::Unsatisfied;
            let comment = text::lines("comment", &comment, TEXT_MAX, needs)?;
            let ticket = &mut case.ticket;
            (ticket.state, ticket.rating, ticket.rated) = (State::Rated, Some(rating), Some(now.at));
            ticket.rating_comment = (!comment.is_empty()).then(|| comment.clone());
            if needs {
                letters.push(("calificada_no_conforme", Told::Chiefs));
            }
            ("rated", json!({ "rating": rating, "comment": comment }))
        }
        Act::Answer { text } => {
            let text = text::lines("answer", &text, TEXT_MAX, true)?;
            (case.ticket.answer, case.ticket.answered) = (Some(text.clone()), Some(now.at));
            letters.push(("respuesta_no_conforme", requester));
            ("answered", json!({ "text": text }))
        }
        Act::Void { reason } => {
            let reason = text::lines("reason", &reason, TEXT_MAX, true)?;
            (case.ticket.state, case.ticket.void_reason) = (State::Void, Some(reason.clone()));
            letters.push(("anulada", requester));
            ("voided", json!({ "reason": reason }))
        }
    };
    case.ticket.version += 1;
    // Nobody is written to about what they did themselves.
    letters.retain(|(_, told)| *told != Told::Person(who.id));
    Ok(Done { case, kind, detail, letters })
}

/// Whether they may, whatever the state.
fn allowed(case: &Case, who: &Actor, act: &Act) -> Result<(), Refused> {
    let action = match act {
        Act::Take => OnTicket::Take,
        Act::Assign { .. } => OnTicket::Assign,
        Act::Analyse { .. } | Act::Extend { .. } | Act::Except { .. } | Act::Resume | Act::Rule { .. } => {
            OnTicket::Attend
        }
        Act::DecideExtension { .. } | Act::DecideException { .. } => OnTicket::Decide,
        Act::Deliver => OnTicket::Deliver,
        Act::Acknowledge => OnTicket::Acknowledge,
        Act::Finish => OnTicket::Finish,
        Act::Rate { .. } => OnTicket::Rate,
        Act::Answer { .. } => OnTicket::Answer,
        // Whose it is does not change with the state, which is looked at next and says more.
        Act::Void { .. } => {
            let own = case.ticket.requester == who.id || who.is(super::people::Role::Chief);
            return if own { Ok(()) } else { Err(Refused::NotAllowed) };
        }
    };
    if may_on(who, action, &case.ticket) { Ok(()) } else { Err(Refused::NotAllowed) }
}

/// Whether the ticket is in a state for it.
fn in_state(case: &Case, act: &Act) -> Result<(), Refused> {
    use State::{Assigned, Attending, Entered, Finished, Rated, Ruled, Waiting};
    let ticket = &case.ticket;
    let fits: &[State] = match act {
        Act::Take => &[Entered],
        Act::Assign { .. } => &[Entered, Assigned, Attending, Waiting],
        Act::Analyse { .. } => &[Assigned],
        Act::Extend { .. } | Act::Except { .. } | Act::Rule { .. } => &[Attending],
        Act::Resume => &[Waiting],
        Act::DecideExtension { .. } => &[Attending, Waiting],
        // What was registered late may be decided late: it counts all the same, and the report says so.
        Act::DecideException { .. } => &[Attending, Waiting, Ruled, Finished, Rated],
        Act::Deliver | Act::Acknowledge => &[Attending, Waiting, Ruled, Finished, Rated],
        Act::Finish => &[Ruled],
        Act::Rate { .. } => &[Finished],
        Act::Answer { .. } => &[Rated],
        Act::Void { .. } => &[Entered, Assigned],
    };
    if fits.contains(&ticket.state) { Ok(()) } else { Err(Refused::State(ticket.state)) }
}

fn assign(case: &mut Case, to: i64, now: Now, kind: &'static str) -> (&'static str, Value) {
    let ticket = &mut case.ticket;
    if ticket.state == State::Entered {
        ticket.state = State::Assigned;
    }
    let from = ticket.assignee.replace(to);
    ticket.assigned = Some(now.at);
    (kind, json!({ "from": from, "to": to }))
}

fn decide_extension(case: &mut Case, who: &Actor, confirmed: bool, now: Now) -> Result<(&'static str, Value), Refused> {
    let extension = case.extensions.iter_mut().find(|one| one.decision.is_none()).ok_or(Refused::NothingPending)?;
    if extension.proposed_by == who.id {
        return Err(Refused::SamePerson);
    }
    extension.decision = Some(Decision { at: now.at, by: who.id, confirmed });
    let new_limit = extension.new_limit;
    if confirmed {
        case.ticket.last_limit = case.ticket.last_limit.max(new_limit);
    }
    let kind = if confirmed { "extension_confirmed" } else { "extension_refused" };
    Ok((kind, json!({ "new_limit": new_limit })))
}

fn decide_exception(case: &mut Case, who: &Actor, confirmed: bool, now: Now) -> Result<(&'static str, Value), Refused> {
    let exception = case.exceptions.iter_mut().find(|one| one.decision.is_none()).ok_or(Refused::NothingPending)?;
    if exception.registered_by == who.id {
        return Err(Refused::SamePerson);
    }
    exception.decision = Some(Decision { at: now.at, by: who.id, confirmed });
    let kind = if confirmed { "exception_confirmed" } else { "exception_refused" };
    Ok((kind, json!({ "kind": exception.kind })))
}

fn rule(case: &mut Case, who: &Actor, mode: Mode, ruling: &Draft, now: Now) -> Result<(&'static str, Value), Refused> {
    // The verdict is frozen here, so that everything it hangs on must be decided.
    check::nothing_pending(case)?;
    let ruling = ruling.issue(RulingKind::Closing, who, now)?;
    let excepted = case.is_excepted();
    let ticket = &mut case.ticket;
    let verdict = verdict(ticket.first_limit, ticket.last_limit, now.day, excepted);
    (ticket.state, ticket.mode, ticket.verdict) = (State::Ruled, Some(mode), Some(verdict));
    (ticket.attended, ticket.attended_day) = (Some(now.at), Some(now.day));
    case.rulings.push(ruling);
    Ok(("ruled", json!({ "mode": mode, "verdict": verdict })))
}

fn deliver(
    case: &mut Case,
    now: Now,
    letters: &mut Vec<(&'static str, Told)>,
) -> Result<(&'static str, Value), Refused> {
    let head = case.unit_head;
    let waiting = case.rulings.iter_mut().find(|one| one.kind == RulingKind::Parts && one.delivered.is_none());
    let ruling = waiting.ok_or(Refused::NothingPending)?;
    let Some(head) = head else {
        return Err(Refused::field(
            "unit",
            "la unidad de quien lo solicita no tiene jefe registrado; pida que lo registren",
        ));
    };
    (ruling.delivered_to, ruling.delivered) = (Some(head), Some(now.at));
    letters.push(("dictamen_entregado", Told::Person(head)));
    Ok(("ruling_delivered", json!({ "ruling": ruling.number, "to": head })))
}

fn acknowledge(case: &mut Case, now: Now) -> Result<(&'static str, Value), Refused> {
    let waiting = case.rulings.iter_mut().find(|one| one.delivered.is_some() && one.acknowledged.is_none());
    let ruling = waiting.ok_or(Refused::NothingPending)?;
    ruling.acknowledged = Some(now.at);
    Ok(("ruling_acknowledged", json!({ "ruling": ruling.number })))
}

fn finish(case: &mut Case, who: &Actor, now: Now) -> Result<(), Refused> {
    let undelivered = case.rulings.iter().find(|one| one.kind == RulingKind::Parts && one.delivered.is_none());
    if let Some(ruling) = undelivered {
        return Err(Refused::NotDelivered(ruling.number.clone()));
    }
    let ticket = &mut case.ticket;
    (ticket.state, ticket.finished, ticket.finished_by) = (State::Finished, Some(now.at), Some(who.id));
    Ok(())
}
