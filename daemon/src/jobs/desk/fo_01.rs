//! The report of a ticket with its technical ruling, form DIACO-IN-FO-01 (R047), as whoever may see the ticket sees it. It may
//! not know how it looks on paper.

use chrono::{DateTime, NaiveDateTime, Timelike as _, Utc};
use chrono_tz::Tz;
use resguardo_forms_model::fo_01::{self, Delivery, Limit};
use resguardo_forms_model::{self as model, Form, Line, Noted, Person, Record, Signature, Text};

use super::calendar::{BUSINESS_DAYS, current_of};
use super::view::{self, View};
use super::{Caller, DeskError, now};
use crate::calendar::Calendar;
use crate::desk::Verdict;
use crate::desk::ticket::{Cause, Decision, Exception, ExceptionKind, Extension, Mode, Rating, Ruling, RulingKind};
use crate::jobs::office::Office;
use crate::jobs::quality::sheet::{About, sheet};
use crate::store::desk_rows::Attachment;

/// The record of a ticket's report.
///
/// # Errors
/// [`DeskError::NotFound`] also where they may not see the ticket.
pub async fn record(office: Office<'_>, who: &Caller, number: &str) -> Result<Record, DeskError> {
    let view = view::ticket(office, who, number).await?;
    let ticket = &view.case.ticket;
    let (_, calendar) = current_of(office, now(office).day, ticket.unit).await?;
    let category = office.store.categories().await?.into_iter().find(|one| one.id == ticket.category);
    let mail = office.store.user(ticket.requester).await?.and_then(|user| user.email);
    let told = Told { view: &view, zone: office.config.time_zone, calendar: &calendar };
    let content = told.ticket(category.map(|one| one.name).unwrap_or_default(), mail);
    // The day of the last thing that happened: printing it again gives the same paper.
    let issued = view.events.last().map_or(ticket.entered_day, |event| event.day);
    let about = About {
        form: Form::Fo01,
        // What is attended stays under the version of that day.
        made: ticket.attended_day.unwrap_or_else(|| now(office).day),
        issued,
        record: ticket.number.clone(),
        signatures: told.signatures(),
    };
    Ok(Record::Fo01(Box::new(sheet(office, about, content).await?)))
}

/// A ticket being told.
struct Told<'a> {
    view: &'a View,
    zone: Tz,
    calendar: &'a Calendar,
}

impl Told<'_> {
    fn ticket(&self, category: String, mail: Option<String>) -> fo_01::Ticket {
        let (case, view) = (&self.view.case, self.view);
        let ticket = &case.ticket;
        let face = view.faces.get(&ticket.requester);
        let entered_by = view.events.first().and_then(|event| event.actor).filter(|actor| *actor != ticket.requester);
        let note = |at: Option<DateTime<Utc>>, by: Option<i64>, text: &Option<String>| {
            let (at, text) = (self.civil(at?), text.as_ref()?);
            Some(Noted { at, by: self.name(by), text: Text::from(text.as_str()) })
        };
        fo_01::Ticket {
            number: Line::from(&ticket.number),
            follows: view.followed.as_ref().map(|followed| Line::from(&followed.number)),
            state: Line::from(ticket.state.label()),
            entered: self.civil(ticket.entered),
            entered_by: entered_by.map(|actor| self.name(Some(actor))),
            requester: Person {
                name: self.name(Some(ticket.requester)),
                post: face.and_then(|face| line(&face.post)),
                unit: face.and_then(|face| face.unit.as_deref()).and_then(line),
                place: line(&ticket.location),
                phone: line(&ticket.phone),
                mail: mail.as_deref().and_then(line),
            },
            category: Line::from(category),
            equipment: line(&ticket.equipment),
            subject: Line::from(&ticket.subject),
            description: Text::from(ticket.description.as_str()),
            attachments: view.files.iter().filter_map(attachment).collect::<Vec<_>>().into(),
            assignee: ticket.assignee.map(|assignee| self.name(Some(assignee))),
            assigned: ticket.assigned.map(|at| self.civil(at)),
            analysis: note(ticket.analysed, self.by("analysed"), &ticket.analysis),
            mode: ticket.mode.map(|mode| match mode {
                Mode::Remote => fo_01::Mode::Remote,
                Mode::OnSite => fo_01::Mode::OnSite,
            }),
            // What was done stands in the rulings, and is not said twice.
            actions: Vec::new().into(),
            visits: view.visits.iter().map(|visit| self.visit(visit)).collect::<Vec<_>>().into(),
            extensions: case.extensions.iter().map(|one| self.extension(one)).collect::<Vec<_>>().into(),
            exceptions: case.exceptions.iter().map(|one| self.exception(one)).collect::<Vec<_>>().into(),
            rulings: case.rulings.iter().map(|one| self.ruling(one)).collect::<Vec<_>>().into(),
            limit: self.limit(),
            attended: ticket.attended.map(|at| self.civil(at)),
            finished: ticket.finished.map(|at| self.civil(at)),
            finished_by: ticket.finished_by.map(|by| self.name(Some(by))),
            verdict: ticket.verdict.map(verdict),
            rating: ticket.rating.zip(ticket.rated).map(|(rating, at)| fo_01::Rating {
                satisfied: rating == Rating::Satisfied,
                at: self.civil(at),
                comment: ticket.rating_comment.as_deref().and_then(text),
                answer: note(ticket.answered, self.by("answered"), &ticket.answer),
            }),
            void_reason: ticket.void_reason.as_deref().and_then(text),
        }
    }

    /// A moment as the clocks on the walls showed it, to the second.
    fn civil(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let civil = at.with_timezone(&self.zone).naive_local();
        civil.with_nanosecond(0).unwrap_or(civil)
    }

    fn name(&self, id: Option<i64>) -> Line {
        Line::from(id.and_then(|id| self.view.faces.get(&id)).map_or("", |face| &face.name))
    }

    /// Who did something the last time that it was done.
    fn by(&self, kind: &str) -> Option<i64> {
        self.view.events.iter().rev().find(|event| event.kind == kind).and_then(|event| event.actor)
    }

    fn visit(&self, visit: &crate::store::desk_rows::Visit) -> fo_01::Visit {
        fo_01::Visit {
            at: self.civil(visit.at),
            place: Line::from(&visit.place),
            by: self.name(Some(visit.entered_by)),
            note: text(&visit.note),
        }
    }

    fn decision(&self, decision: &Option<Decision>) -> Option<model::Decision> {
        let Decision { at, by, confirmed } = decision.as_ref()?;
        Some(model::Decision { at: self.civil(*at), by: self.name(Some(*by)), confirmed: *confirmed })
    }

    fn extension(&self, one: &Extension) -> fo_01::Extension {
        fo_01::Extension {
            cause: match one.cause {
                Cause::System => fo_01::Cause::System,
                Cause::Parts => fo_01::Cause::Parts,
            },
            reason: Text::from(one.reason.as_str()),
            new_limit: one.new_limit,
            ruling: self.view.case.rulings.get(one.ruling).map(|ruling| Line::from(&ruling.number)),
            proposed: self.civil(one.proposed),
            proposed_by: self.name(Some(one.proposed_by)),
            late: one.late,
            decision: self.decision(&one.decision),
        }
    }

    fn exception(&self, one: &Exception) -> fo_01::Exception {
        fo_01::Exception {
            kind: match one.kind {
                ExceptionKind::Servers => fo_01::ExceptionKind::Servers,
                ExceptionKind::Contract => fo_01::ExceptionKind::Contract,
            },
            reason: Text::from(one.reason.as_str()),
            reference: line(&one.reference),
            registered: self.civil(one.registered),
            registered_by: self.name(Some(one.registered_by)),
            late: one.late,
            decision: self.decision(&one.decision),
        }
    }

    fn ruling(&self, one: &Ruling) -> fo_01::Ruling {
        let face = |id: i64| self.view.faces.get(&id);
        fo_01::Ruling {
            number: Line::from(&one.number),
            kind: match one.kind {
                RulingKind::Closing => fo_01::RulingKind::Closing,
                RulingKind::System => fo_01::RulingKind::System,
                RulingKind::Parts => fo_01::RulingKind::Parts,
            },
            findings: Text::from(one.findings.as_str()),
            actions: text(&one.actions),
            conclusion: None,
            recommendation: text(&one.recommendation),
            parts: text(&one.parts),
            issued: self.civil(one.issued),
            issued_by: self.name(Some(one.issued_by)),
            issued_by_post: face(one.issued_by).and_then(|face| line(&face.post)),
            delivery: one.delivered_to.zip(one.delivered).map(|(to, at)| Delivery {
                to: self.name(Some(to)),
                post: face(to).and_then(|face| line(&face.post)),
                at: self.civil(at),
                acknowledged: one.acknowledged.map(|at| self.civil(at)),
            }),
        }
    }

    fn limit(&self) -> Limit {
        let ticket = &self.view.case.ticket;
        let steps = self.calendar.explain(ticket.entered_day, BUSINESS_DAYS);
        let explained: Vec<String> =
            steps.iter().map(|step| format!("{}: {}", step.date.format("%d-%m-%Y"), step.reason)).collect();
        let used = ticket.attended_day.map(|day| self.calendar.business_days_between(ticket.entered_day, day));
        Limit {
            first: ticket.first_limit,
            last: ticket.last_limit,
            days_allowed: BUSINESS_DAYS,
            days_used: used.map(|days| u32::try_from(days).unwrap_or_default()),
            calendar: Some(Line::from(format!("versión {}", ticket.calendar))),
            explained: text(&explained.join("; ")),
        }
    }

    /// Who attended, who leads, and who asked: what the system knows of each, and room for a hand.
    fn signatures(&self) -> Vec<Signature> {
        let (ticket, faces) = (&self.view.case.ticket, &self.view.faces);
        let closing = self.view.case.rulings.iter().rev().find(|ruling| ruling.kind == RulingKind::Closing);
        let block = |act: &str, id: Option<i64>, done: Option<(DateTime<Utc>, String)>| {
            let face = id.and_then(|id| faces.get(&id));
            let at = done.as_ref().map(|(at, _)| self.civil(*at));
            Signature {
                act: Line::from(act),
                name: face.map(|face| Line::from(&face.name)),
                post: face.and_then(|face| line(&face.post)),
                date: at.map(|at| at.date()),
                note: done.zip(at).map(|((_, what), at)| {
                    Line::from(format!("{what} en el sistema el {}", at.format("%d-%m-%Y a las %H:%M")))
                }),
            }
        };
        let made = closing.map(|ruling| (ruling.issued, "Dictamen emitido".to_owned()));
        let author = closing.map(|ruling| ruling.issued_by).or(ticket.assignee);
        let rated = ticket.rated.zip(ticket.rating);
        let rated = rated.map(|(at, rating)| (at, format!("Calificada «{}»", rating.label())));
        vec![
            block("Elaborado por (técnico)", author, made),
            block("Revisado por (jefe del DTI)", None, None),
            block("Enterado (solicitante)", Some(ticket.requester), rated),
        ]
    }
}

fn verdict(verdict: Verdict) -> fo_01::Verdict {
    match verdict {
        Verdict::Kept => fo_01::Verdict::Kept,
        Verdict::KeptExtended => fo_01::Verdict::KeptExtended,
        Verdict::Excepted => fo_01::Verdict::Excepted,
        Verdict::Late => fo_01::Verdict::Late,
    }
}

fn attachment(file: &Attachment) -> Option<model::Attachment> {
    let bytes = u64::try_from(file.bytes).ok()?;
    Some(model::Attachment { name: Line::from(&file.name), bytes, sha256: file.sha256.parse().ok()? })
}

/// A line, if there is one.
fn line(text: &str) -> Option<Line> {
    (!text.is_empty()).then(|| Line::from(text))
}

/// A text, if there is one.
fn text(text: &str) -> Option<Text> {
    (!text.is_empty()).then(|| Text::from(text))
}
