//! The programme of a semester on paper, form DIACO-IN-FO-02 (R060 to R065), as whoever may see it sees it. It may not know how it
//! looks on paper.

use chrono::{DateTime, NaiveDateTime, Timelike as _, Utc};
use chrono_tz::Tz;
use resguardo_forms_model::fo_02::{self, Approval, Copy};
use resguardo_forms_model::{Count, Form, Line, Record, Signature, Text};

use super::UpkeepError;
use super::programme::{View, view};
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::jobs::quality::sheet::{About, sheet};
use crate::upkeep::done::{Conformity, ItemState, ItemVisit, Work};
use crate::upkeep::programme::{Handed, Item};
use crate::upkeep::semester::Semester;

/// The most notes; all of them stand in the system.
const NOTES_MAX: usize = 200;

/// The record of a programme.
///
/// # Errors
/// [`UpkeepError`].
pub async fn record(office: Office<'_>, by: By<'_>, semester: Semester) -> Result<Record, UpkeepError> {
    let view = view(office, by, semester).await?;
    let told = Told { view: &view, zone: office.config.time_zone };
    // The day of the last thing that happened: printing it again gives the same paper.
    let happened = [
        Some(view.programme.made),
        view.programme.sent.map(|(at, _)| at),
        view.programme.decision.as_ref().map(|decision| decision.at),
        view.programme.finish.as_ref().map(|finish| finish.at),
    ];
    let copied = view.copies.iter().flat_map(|copy| [Some(copy.given), copy.acknowledged]);
    let entered = view.moves.iter().map(|one| Some(one.made.0));
    let visited = view.visits.iter().flat_map(|visit| [Some(visit.made.0), confirmed(visit)]);
    let last =
        happened.into_iter().chain(copied).chain(entered).chain(visited).flatten().max().unwrap_or(view.programme.made);
    let about = About {
        form: Form::Fo02,
        made: told.civil(view.programme.made).date(),
        issued: told.civil(last).date(),
        record: format!("FO-02-{}-{}", semester.year(), semester.half()),
        signatures: told.signatures(),
    };
    Ok(Record::Fo02(Box::new(sheet(office, about, told.programme()).await?)))
}

/// When somebody said that what was done at a visit is right.
fn confirmed(visit: &ItemVisit) -> Option<DateTime<Utc>> {
    match &visit.work {
        Work::Done { conformity: Conformity::Own(_, at), .. } => *at,
        Work::Done { .. } | Work::NotDone(_) => None,
    }
}

/// A programme being told.
struct Told<'a> {
    view: &'a View,
    zone: Tz,
}

impl Told<'_> {
    fn programme(&self) -> fo_02::Programme {
        let programme = &self.view.programme;
        let comment = |text: &str| (!text.is_empty()).then(|| Text::from(text));
        fo_02::Programme {
            year: programme.semester.year(),
            semester: programme.semester.half(),
            revision: 1,
            made: self.civil(programme.made).date(),
            state: Line::from(programme.state.label().to_lowercase()),
            items: self.view.items.iter().map(|item| self.item(item)).collect::<Vec<_>>().into(),
            totals: self.totals().into(),
            decision: programme.decision.as_ref().map(|decision| Approval {
                by: self.name(decision.by),
                post: self.post(decision.by),
                at: self.civil(decision.at),
                approved: decision.approved,
                comment: comment(&decision.comment),
            }),
            content_digest: programme.digest,
            copies: self.view.copies.iter().map(|copy| self.copy(copy)).collect::<Vec<_>>().into(),
            notes: self.notes(),
        }
    }

    /// What else has to be known: the items that were moved, and why those that were not done were not.
    fn notes(&self) -> Option<Text> {
        let moved = self.view.moves.iter().map(|one| {
            format!(
                "Renglón {}: reprogramado de {} a {}, {}.",
                one.item,
                one.old_week.word(),
                one.new_week.word(),
                one.name()
            )
        });
        let left = self.view.items.iter().filter(|item| self.view.state(item) == ItemState::NotDone);
        let left = left.filter_map(|item| {
            let reason = self.view.progress(item).ending?.reason;
            Some(format!("Renglón {}: no ejecutado: {reason}", item.number))
        });
        let finished = self.view.programme.finish.as_ref();
        let finished = finished.map(|finish| {
            format!("Finalizado por {} el {}.", self.view.name(finish.by), self.civil(finish.at).format("%d-%m-%Y"))
        });
        let notes: Vec<String> = finished.into_iter().chain(moved).chain(left).take(NOTES_MAX).collect();
        (!notes.is_empty()).then(|| Text::from(notes.join("\n")))
    }

    /// Who says that an item is right.
    fn conformity(&self, item: &Item) -> Option<Line> {
        let Work::Done { conformity, .. } = &self.view.visit(item)?.work else { return None };
        Some(Line::from(match conformity {
            Conformity::Own(id, Some(at)) => {
                format!("{}, {}", self.view.name(*id), self.civil(*at).format("%d-%m-%Y"))
            }
            Conformity::Own(id, None) => format!("pendiente: {}", self.view.name(*id)),
            Conformity::Received(name) => format!("recibió {name}"),
        }))
    }

    fn item(&self, item: &Item) -> fo_02::Item {
        let piece = self.view.equipment.get(&item.equipment);
        let about = piece.map(|piece| &piece.about);
        let model = about.map(|about| {
            let serial = if about.serial.is_empty() { String::new() } else { format!("serie {}", about.serial) };
            let parts = [[about.brand.as_str(), &about.model].join(" ").trim().to_owned(), serial];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        });
        let (state, progress) = (self.view.state(item), self.view.progress(item));
        let is_done = state == ItemState::Done;
        let week = match progress.moved {
            Some(moved) => format!("{}; reprogramada: {}", item.week.label(), moved.label()),
            None => item.week.label(),
        };
        fo_02::Item {
            number: u32::try_from(item.number).unwrap_or(u32::MAX),
            inventory: Line::from(about.map_or("", |about| &about.code)),
            kind: Line::from(about.map_or(String::new(), |about| about.kind.label().to_lowercase())),
            model: model.filter(|model| !model.is_empty()).map(Line::from),
            unit: self.unit(item.unit),
            responsible: piece.and_then(|piece| piece.responsible).map(|id| self.name(id)),
            place: about.filter(|about| !about.location.is_empty()).map(|about| Line::from(&about.location)),
            activity: Line::from(&item.activity),
            week: Line::from(week),
            technician: item.technician.map(|id| self.name(id)),
            done: progress.ending.filter(|_| is_done).map(|ending| ending.day),
            state: Line::from(state.label()),
            conformity: self.conformity(item),
        }
    }

    fn totals(&self) -> Vec<Count> {
        let of = |state| self.view.items.iter().filter(|item| self.view.state(item) == state).count();
        let count = |name: &str, count: usize| Count {
            name: Line::from(name),
            count: u64::try_from(count).unwrap_or(u64::MAX),
        };
        let retired = of(ItemState::Retired);
        let mut totals = vec![count("Programados", self.view.items.len() - retired)];
        if self.view.programme.holds() || self.view.programme.is_finished() {
            totals.push(count("Ejecutados", of(ItemState::Done)));
            totals.push(count("No ejecutados", of(ItemState::NotDone)));
            totals.push(count("Por ejecutar", of(ItemState::Programmed) + of(ItemState::Rescheduled)));
        }
        totals.push(count("Retirados", retired));
        totals
    }

    fn copy(&self, copy: &Handed) -> Copy {
        Copy {
            unit: self.unit(copy.unit),
            to: self.name(copy.recipient),
            medium: Line::from(copy.medium.label().to_lowercase()),
            at: Some(self.civil(copy.given)),
            acknowledged: copy.acknowledged.map(|at| self.civil(at)),
        }
    }

    /// Who made it and who approved it: what the system knows of each, and room for a hand (R063).
    fn signatures(&self) -> Vec<Signature> {
        let programme = &self.view.programme;
        let block = |act: &str, done: Option<(DateTime<Utc>, i64)>, what: &str| Signature {
            act: Line::from(act),
            name: done.map(|(_, by)| self.name(by)),
            post: done.and_then(|(_, by)| self.post(by)),
            date: done.map(|(at, _)| self.civil(at).date()),
            note: done.map(|(at, _)| {
                let at = self.civil(at).format("%d-%m-%Y a las %H:%M");
                Line::from(format!("{what} en el sistema el {at}"))
            }),
        };
        let approved = programme.decision.as_ref().filter(|decision| decision.approved);
        let approved = approved.map(|decision| (decision.at, decision.by));
        vec![
            block("Elaborado por (jefe del DTI)", Some((programme.made, programme.made_by)), "Elaborado"),
            block("Aprobado por (dirección o subdirección)", approved, "Aprobado"),
        ]
    }

    /// A moment as the clocks on the walls showed it, to the second.
    fn civil(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let civil = at.with_timezone(&self.zone).naive_local();
        civil.with_nanosecond(0).unwrap_or(civil)
    }

    fn name(&self, id: i64) -> Line {
        Line::from(self.view.faces.get(&id).map_or("", |face| &face.name))
    }

    fn post(&self, id: i64) -> Option<Line> {
        self.view.faces.get(&id).filter(|face| !face.post.is_empty()).map(|face| Line::from(&face.post))
    }

    fn unit(&self, id: i64) -> Line {
        Line::from(self.view.units.iter().find(|unit| unit.id == id).map_or("", |unit| &unit.name))
    }
}
