//! Events with their lists of attendance (R118): entered, corrected until the signed list is attached, and printed on form
//! DIACO-RH-FO-02. It may not know pages.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use resguardo_forms_model::rh_fo_02::{self, Attendance};
use resguardo_forms_model::{self as model, Form, Line, Record, Signature, Text};

use super::QualityError;
use super::sheet::{About, sheet};
use crate::desk::access::Action;
use crate::desk::event::{Attendee, Event, Written, checked, lines};
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::PeopleError;
use crate::jobs::people::by::By;
use crate::store::desk_rows::Attachment;
use crate::store::error::StoreError;
use crate::store::people_rows::PeopleFilter;
use crate::store::training_events::TrainingEvent;

/// The first year of which there are events.
const FIRST_YEAR: i32 = 2000;
/// The most people who are looked through for logins.
const PEOPLE_MAX: u32 = 10_000;

/// An event with its signed lists.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The event.
    pub row: TrainingEvent,
    /// The signed lists that are attached.
    pub signed: Vec<Attachment>,
}

/// The events of a year, the last first.
///
/// # Errors
/// [`QualityError`].
pub async fn of_year(office: Office<'_>, by: By<'_>, year: i32) -> Result<Vec<TrainingEvent>, QualityError> {
    by.may(Action::SeeQuality)?;
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).ok_or(QualityError::NotFound);
    Ok(office.store.training_events(day(1, 1)?, day(12, 31)?).await?)
}

/// An event.
///
/// # Errors
/// [`QualityError::NotFound`].
pub async fn event(office: Office<'_>, by: By<'_>, number: &str) -> Result<Seen, QualityError> {
    by.may(Action::SeeQuality)?;
    let row = office.store.training_event(number).await?.ok_or(QualityError::NotFound)?;
    let signed = office.store.signed_copies(&row.number).await?;
    Ok(Seen { row, signed })
}

/// Enters an event; its number.
///
/// # Errors
/// [`QualityError`]; every field that needs something else by its name.
pub async fn enter(office: Office<'_>, by: By<'_>, written: &Written) -> Result<String, QualityError> {
    by.may(Action::WriteEvents)?;
    let created_by = by.actor().ok_or(PeopleError::NotAllowed)?.id;
    let event = Event { void: false, ..read(office, written).await? };
    let row = TrainingEvent { id: 0, number: String::new(), event, version: 1, created: now(office).at, created_by };
    let line = by.draft(office, "event_added", String::new(), told(&row.event));
    office.store.file_training_event(&row, line).await?.ok_or(QualityError::Changed)
}

/// Corrects an event that was read in this version.
///
/// # Errors
/// [`QualityError::Signed`] where the signed list was attached.
pub async fn correct(
    office: Office<'_>,
    by: By<'_>,
    (number, version): (&str, i64),
    written: &Written,
) -> Result<(), QualityError> {
    by.may(Action::WriteEvents)?;
    let before = event(office, by, number).await?;
    if !before.signed.is_empty() {
        return Err(QualityError::Signed);
    }
    let event = read(office, written).await?;
    if event.day.year() != before.row.event.day.year() {
        return Err(QualityError::field("day", "el número es de ese año; anule este evento y agregue otro"));
    }
    let detail = format!("{} -> {}", told(&before.row.event), told(&event));
    let line = by.draft(office, "event_corrected", String::new(), detail);
    let row = TrainingEvent { event, version, ..before.row };
    office.store.file_training_event(&row, line).await?.map(drop).ok_or(QualityError::Changed)
}

async fn read(office: Office<'_>, written: &Written) -> Result<Event, QualityError> {
    let known = logins(office, written).await?;
    let event = checked(written, &|login| known.get(login).cloned()).map_err(QualityError::Wrong)?;
    if event.day.year() < FIRST_YEAR || event.day.year() > now(office).day.year() + 1 {
        return Err(QualityError::field("day", "revise el año"));
    }
    Ok(event)
}

/// Who is named by their login.
async fn logins(office: Office<'_>, written: &Written) -> Result<BTreeMap<String, Attendee>, StoreError> {
    let named: BTreeSet<String> =
        lines(&written.attendees).filter(|line| !line.contains(';')).map(str::to_lowercase).collect();
    if named.is_empty() {
        return Ok(BTreeMap::new());
    }
    let users = office.store.users(&PeopleFilter::default(), None, PEOPLE_MAX).await?;
    let ids: BTreeSet<i64> = users.iter().filter(|user| named.contains(&user.login)).map(|user| user.id).collect();
    let faces = office.store.faces(&ids).await?.into_values();
    let person = |face: crate::store::desk_people::Face| {
        (face.login, Attendee { name: face.name, post: face.post, unit: face.unit.unwrap_or_default() })
    };
    Ok(faces.map(person).collect())
}

/// An event as the audit log tells it.
fn told(event: &Event) -> String {
    let people: Vec<&str> = event.attendees.iter().map(|one| one.name.as_str()).collect();
    serde_json::json!({
        "kind": event.kind.label(), "topic": event.topic, "day": event.day, "attendees": people, "void": event.void,
    })
    .to_string()
}

/// The record of an event's list of attendance.
///
/// # Errors
/// [`QualityError::NotFound`].
pub async fn record(office: Office<'_>, by: By<'_>, number: &str) -> Result<Record, QualityError> {
    let Seen { row, signed } = event(office, by, number).await?;
    let event = &row.event;
    let line = |text: &str| (!text.is_empty()).then(|| Line::from(text));
    let attendee = |one: &Attendee| rh_fo_02::Attendee {
        name: Line::from(&one.name),
        post: line(&one.post),
        unit: line(&one.unit),
    };
    let content = Attendance {
        topic: Line::from(&event.topic),
        kind: Line::from(event.kind.label()),
        date: event.day,
        start: event.starts,
        end: event.ends,
        place: line(&event.place),
        speaker: line(&event.speaker),
        objective: (!event.objective.is_empty()).then(|| Text::from(event.objective.as_str())),
        attendees: event.attendees.iter().map(attendee).collect::<Vec<_>>().into(),
        scan: signed.first().and_then(scan),
    };
    let block =
        |act: &str, name: Option<Line>| Signature { act: Line::from(act), name, post: None, date: None, note: None };
    let about = About {
        form: Form::RhFo02,
        made: event.day,
        issued: event.day,
        record: row.number.clone(),
        signatures: vec![block("Facilitador", line(&event.speaker)), block("Jefe DTI", None)],
    };
    Ok(Record::RhFo02(Box::new(sheet(office, about, content).await?)))
}

fn scan(file: &Attachment) -> Option<model::Attachment> {
    let bytes = u64::try_from(file.bytes).ok()?;
    Some(model::Attachment { name: Line::from(&file.name), bytes, sha256: file.sha256.parse().ok()? })
}
