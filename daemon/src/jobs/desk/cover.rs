//! The cover sheet of a request for a mail account, which is put before the ministry's own form (4.4, R091). It may not know how it
//! looks on paper.

use chrono::NaiveDate;
use resguardo_forms_model::cover::{Cover, Step};
use resguardo_forms_model::{Attachment, Form, Line, Person, Record, Signature};

use super::view::{self, View};
use super::{Caller, DeskError, accounts};
use crate::desk::account::{AccountRequest, StepKind};
use crate::jobs::office::Office;
use crate::jobs::quality::sheet::{About, sheet};

/// The record of the cover sheet of a ticket's request.
///
/// # Errors
/// [`DeskError::NotFound`] where they may not see the ticket, where it asks for no account, and where the ministry has no form for
/// what is asked.
pub async fn record(office: Office<'_>, who: &Caller, number: &str) -> Result<Record, DeskError> {
    let (_, request) = accounts::request(office, who, number).await?;
    let request = request.ok_or(DeskError::NotFound)?;
    let ministry_form = request.kind.form().ok_or(DeskError::NotFound)?;
    let view = view::ticket(office, who, number).await?;
    let uploader = request.uploaded_by.unwrap_or(request.started_by);
    let faces = office.store.faces(&[request.started_by, uploader].into()).await?;
    let name = |id: i64| faces.get(&id).map(|face| Line::from(&face.name));
    let about = |step| match step {
        StepKind::Give => Some(Line::from(ministry_form)),
        StepKind::Authorize => request.authorized_by.as_deref().map(Line::from),
        StepKind::Receive => request.superior.as_ref().map(|superior| Line::from(format!("firmado por {superior}"))),
        StepKind::Upload => request.uploaded_by.and_then(name),
        StepKind::Answer => request.outcome.map(|outcome| Line::from(outcome.label())),
        StepKind::Tell => None,
    };
    let step = |&kind: &StepKind| {
        let day = request.day_of(kind);
        Step { name: Line::from(kind.label()), day, about: day.and_then(|_| about(kind)) }
    };
    let face = view.faces.get(&view.case.ticket.requester);
    let content = Cover {
        number: Line::from(&view.case.ticket.number),
        kind: Line::from(request.kind.label()),
        ministry_form: Line::from(ministry_form),
        person: Line::from(&request.person),
        requester: Person {
            name: Line::from(face.map(|face| face.name.as_str()).unwrap_or_default()),
            post: face.map(|face| Line::from(&face.post)),
            unit: face.and_then(|face| face.unit.as_deref()).map(Line::from),
            ..Person::default()
        },
        started: request.started,
        steps: request.kind.steps().iter().map(step).collect::<Vec<_>>().into(),
        external_number: request.external_number.as_deref().map(Line::from),
        outcome: request.outcome.map(|outcome| Line::from(outcome.label())),
        scan: scan(&view, &request),
    };
    let block =
        |act: &str, name: Option<Line>| Signature { act: Line::from(act), name, post: None, date: None, note: None };
    let about = About {
        form: Form::Cover,
        made: request.started,
        issued: last_day(&request),
        record: view.case.ticket.number.clone(),
        signatures: vec![block("Entrega (técnico)", name(uploader)), block("Jefe DTI", None)],
    };
    Ok(Record::Cover(Box::new(sheet(office, about, content).await?)))
}

/// The day of the last step: printing it again gives the same paper.
fn last_day(request: &AccountRequest) -> NaiveDate {
    request.kind.steps().iter().filter_map(|&step| request.day_of(step)).fold(request.started, NaiveDate::max)
}

fn scan(view: &View, request: &AccountRequest) -> Option<Attachment> {
    let file = view.files.iter().find(|file| Some(file.id) == request.scan)?;
    let bytes = u64::try_from(file.bytes).ok()?;
    Some(Attachment { name: Line::from(&file.name), bytes, sha256: file.sha256.parse().ok()? })
}
