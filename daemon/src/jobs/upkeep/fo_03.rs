//! An item that was moved to another week on paper, form DIACO-IN-FO-03 (R068). It may not know how it looks on paper.

use chrono::{DateTime, NaiveDateTime, Timelike as _, Utc};
use resguardo_forms_model::fo_03::Rescheduling as Content;
use resguardo_forms_model::{Form, Line, Record, Signature, Text};

use super::UpkeepError;
use super::item::{Case, rescheduling};
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::jobs::quality::sheet::{About, sheet};
use crate::upkeep::done::{Found, ItemState, Rescheduling, Work};

/// The record of a rescheduling by its name, such as `FO-03-2026-007`.
///
/// # Errors
/// [`UpkeepError`].
pub async fn record(office: Office<'_>, by: By<'_>, name: &str) -> Result<Record, UpkeepError> {
    let (case, one) = rescheduling(office, by, name).await?;
    let told = Told { office, case: &case, one: &one };
    let done = told.done();
    // The day of the last thing that happened: printing it again gives the same paper.
    let last =
        one.aware.map(|(at, _)| at).into_iter().chain(done.as_ref().map(|(_, _, at)| *at)).chain([one.made.0]).max();
    let about = About {
        form: Form::Fo03,
        made: one.day,
        issued: told.civil(last.unwrap_or(one.made.0)).date(),
        record: one.name(),
        signatures: told.signatures(),
    };
    Ok(Record::Fo03(Box::new(sheet(office, about, told.content()).await?)))
}

/// A rescheduling being told.
struct Told<'a> {
    office: Office<'a>,
    case: &'a Case,
    one: &'a Rescheduling,
}

impl Told<'_> {
    fn content(&self) -> Content {
        let (case, one) = (self.case, self.one);
        let about = &case.piece.about;
        let serial = if about.serial.is_empty() { String::new() } else { format!("serie {}", about.serial) };
        let model = [about.brand.as_str(), &about.model].join(" ").trim().to_owned();
        let parts = [about.kind.label().to_owned(), model, serial];
        let equipment: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let name = |id| Line::from(case.view.name(id));
        let done = self.done();
        Content {
            number: Line::from(one.name()),
            programme: Line::from(format!("{}, revisión 1", case.view.programme.semester)),
            item: u32::try_from(one.item).unwrap_or(u32::MAX),
            inventory: Line::from(&about.code),
            equipment: Line::from(equipment.join(", ")),
            unit: Line::from(case.view.unit(case.item.unit)),
            responsible: case.piece.responsible.map(name),
            activity: Some(Line::from(&case.item.activity)),
            original_week: Line::from(one.old_week.label()),
            original_date: None,
            reason: Text::from(&one.reason),
            informed_by: Line::from(&one.informed.0),
            informed: self.civil(one.informed.1),
            new_week: Line::from(one.new_week.label()),
            new_date: None,
            registered_by: name(one.made.1),
            registered: self.civil(one.made.0),
            authorised_by: Some(name(one.made.1)),
            authorised: Some(self.civil(one.made.0)),
            aware: one.aware.map(|(_, by)| name(by)),
            aware_at: one.aware.map(|(at, _)| self.civil(at)),
            executed: done.as_ref().map(|(day, ..)| *day),
            result: done.map(|(_, found, _)| Text::from(found.label())),
        }
    }

    /// How the item was done after all: the day, how the piece was left, and when that was entered.
    fn done(&self) -> Option<(chrono::NaiveDate, Found, DateTime<Utc>)> {
        let visit = self.case.view.visit(&self.case.item).filter(|_| self.case.state == ItemState::Done)?;
        match &visit.work {
            Work::Done { found, .. } => Some((visit.day, *found, visit.made.0)),
            Work::NotDone(_) => None,
        }
    }

    fn signatures(&self) -> Vec<Signature> {
        let block = |act: &str, done: Option<(DateTime<Utc>, i64)>, what: &str| {
            let face = done.and_then(|(_, by)| self.case.view.faces.get(&by));
            let at = done.map(|(at, _)| self.civil(at));
            Signature {
                act: Line::from(act),
                name: face.map(|face| Line::from(&face.name)),
                post: face.filter(|face| !face.post.is_empty()).map(|face| Line::from(&face.post)),
                date: at.map(|at| at.date()),
                note: at.map(|at| Line::from(format!("{what} en el sistema el {}", at.format("%d-%m-%Y a las %H:%M")))),
            }
        };
        vec![
            block("Registrado y autorizado por (jefe del DTI)", Some(self.one.made), "Registrado"),
            block("Enterado (jefe de proceso)", self.one.aware, "Enterado"),
        ]
    }

    /// A moment as the clocks on the walls showed it, to the second.
    fn civil(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let civil = at.with_timezone(&self.office.config.time_zone).naive_local();
        civil.with_nanosecond(0).unwrap_or(civil)
    }
}
