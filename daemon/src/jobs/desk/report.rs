//! Tickets as programs read them. It may not know who reads.

use std::collections::BTreeMap;

use serde_json::Value;

pub use super::told_rows::*;
use super::view::{Page, View};
use crate::desk::ticket::{self, Ticket};
use crate::store::calendars::Review;
use crate::store::desk_people::Face;
use crate::store::desk_rows::{Attachment, Event};
use crate::store::ticket_lists::Counts;

type Faces = BTreeMap<i64, Face>;

fn person(faces: &Faces, id: Option<i64>) -> Option<Person> {
    faces.get(&id?).map(|face| Person { login: face.login.clone(), name: face.name.clone() })
}

impl From<Counts> for QueueCounts {
    fn from(counts: Counts) -> Self {
        let Counts { pending, overdue, due_today, waiting, unassigned, ruled } = counts;
        Self { pending, overdue, due_today, waiting, unassigned, ruled }
    }
}

impl From<Review> for ReviewReport {
    fn from(Review { day, at, pending, user: _ }: Review) -> Self {
        Self { day, at, pending }
    }
}

/// A page of a list: of the queue where there are counts, whose key is the limit and the id of its last ticket.
pub fn page(page: Page, counts: Option<Counts>) -> TicketPage {
    let last = page.tickets.last().filter(|_| page.more);
    let next = last.map(|last| match counts {
        Some(_) => format!("{}_{}", last.last_limit, last.id),
        None => last.id.to_string(),
    });
    let faces = page.faces;
    let line = |ticket: Ticket| TicketLine {
        requester: person(&faces, Some(ticket.requester)),
        assignee: person(&faces, ticket.assignee),
        number: ticket.number,
        subject: ticket.subject,
        state: ticket.state,
        category: ticket.category,
        entered: ticket.entered,
        first_limit: ticket.first_limit,
        last_limit: ticket.last_limit,
        verdict: ticket.verdict,
        rating: ticket.rating,
        version: ticket.version,
    };
    TicketPage { items: page.tickets.into_iter().map(line).collect(), next, counts: counts.map(QueueCounts::from) }
}

/// A file.
pub fn file(file: &Attachment) -> FileReport {
    FileReport {
        id: uuid::Uuid::from_bytes(file.id).simple().to_string(),
        name: file.name.clone(),
        kind: file.kind.clone(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
        at: file.at,
    }
}

fn decision(faces: &Faces, decision: Option<ticket::Decision>) -> Option<DecisionReport> {
    decision.map(|one| DecisionReport { at: one.at, by: person(faces, Some(one.by)), confirmed: one.confirmed })
}

fn event(faces: &Faces, event: Event) -> EventReport {
    let mut detail = event.detail;
    for name in ["from", "to", "requester"] {
        if let Some(value) = detail.get_mut(name)
            && let Some(id) = value.as_i64()
        {
            *value = faces.get(&id).map_or(Value::Null, |face| Value::from(face.login.clone()));
        }
    }
    EventReport { n: event.n, at: event.at, kind: event.kind, by: person(faces, event.actor), detail }
}

/// A ticket with everything.
pub fn ticket(view: View) -> TicketReport {
    let View { case, events, comments, files, visits, following, followed, faces } = view;
    let who = |id: i64| person(&faces, Some(id));
    let numbers: Vec<String> = case.rulings.iter().map(|ruling| ruling.number.clone()).collect();
    let ticket = case.ticket;
    TicketReport {
        requester: who(ticket.requester),
        unit: faces.get(&ticket.requester).and_then(|face| face.unit.clone()),
        assignee: person(&faces, ticket.assignee),
        finished_by: person(&faces, ticket.finished_by),
        number: ticket.number,
        version: ticket.version,
        state: ticket.state,
        subject: ticket.subject,
        description: ticket.description,
        location: ticket.location,
        phone: ticket.phone,
        category: ticket.category,
        equipment: ticket.equipment,
        entered: ticket.entered,
        entered_day: ticket.entered_day,
        assigned: ticket.assigned,
        mode: ticket.mode,
        analysis: ticket.analysis,
        analysed: ticket.analysed,
        first_limit: ticket.first_limit,
        last_limit: ticket.last_limit,
        calendar: ticket.calendar,
        attended: ticket.attended,
        finished: ticket.finished,
        verdict: ticket.verdict,
        rating: ticket.rating,
        rating_comment: ticket.rating_comment,
        rated: ticket.rated,
        answer: ticket.answer,
        answered: ticket.answered,
        void_reason: ticket.void_reason,
        follows: followed.map(|ticket| ticket.number),
        followed_by: following.into_iter().map(|ticket| ticket.number).collect(),
        rulings: case.rulings.into_iter().map(|one| ruling(&faces, one)).collect(),
        extensions: case.extensions.into_iter().map(|one| extension(&faces, &numbers, one)).collect(),
        exceptions: case.exceptions.into_iter().map(|one| exception(&faces, one)).collect(),
        visits: visits
            .into_iter()
            .map(|one| VisitReport { at: one.at, place: one.place, note: one.note, entered_by: who(one.entered_by) })
            .collect(),
        comments: comments
            .into_iter()
            .map(|one| CommentReport { author: who(one.author), at: one.at, text: one.text, internal: one.internal })
            .collect(),
        files: files.iter().map(file).collect(),
        events: events.into_iter().map(|one| event(&faces, one)).collect(),
    }
}

fn ruling(faces: &Faces, one: ticket::Ruling) -> RulingReport {
    RulingReport {
        issued_by: person(faces, Some(one.issued_by)),
        delivered_to: person(faces, one.delivered_to),
        number: one.number,
        kind: one.kind,
        findings: one.findings,
        actions: one.actions,
        recommendation: one.recommendation,
        parts: one.parts,
        issued: one.issued,
        delivered: one.delivered,
        acknowledged: one.acknowledged,
    }
}

fn extension(faces: &Faces, rulings: &[String], one: ticket::Extension) -> ExtensionReport {
    ExtensionReport {
        cause: one.cause,
        reason: one.reason,
        new_limit: one.new_limit,
        ruling: rulings.get(one.ruling).cloned(),
        proposed: one.proposed,
        proposed_by: person(faces, Some(one.proposed_by)),
        late: one.late,
        decision: decision(faces, one.decision),
    }
}

fn exception(faces: &Faces, one: ticket::Exception) -> ExceptionReport {
    ExceptionReport {
        kind: one.kind,
        reason: one.reason,
        reference: one.reference,
        registered: one.registered,
        registered_by: person(faces, Some(one.registered_by)),
        late: one.late,
        decision: decision(faces, one.decision),
    }
}
