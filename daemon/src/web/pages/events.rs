//! *Listados de asistencia*: trainings, talks and meetings, who was there, and the form DIACO-RH-FO-02 (R118). It may not know what
//! an event must be like.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::Datelike as _;

use super::shown::sentence;
use crate::desk::access::Action;
use crate::desk::event::{Attendee, Event, EventKind, Written};
use crate::jobs::desk::now;
use crate::jobs::quality::QualityError;
use crate::jobs::quality::events::{Seen, correct, enter, event, of_year};
use crate::store::training_events::TrainingEvent;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::paper::attendance;
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

const SEES: Access = Access::May(Action::SeeQuality);
const WRITES: Access = Access::May(Action::WriteEvents);
const NEW: &str = "/asistencias/nueva";
/// Years that the list is shown for.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/asistencias", list);
    routes.get(WRITES, NEW, ask_new);
    routes.post(WRITES, NEW, create);
    routes.get(SEES, "/asistencias/{evento}", show_event);
    routes.post(WRITES, "/asistencias/{evento}", change);
    routes.get(SEES, "/asistencias/{evento}/rh-fo-02", paper);
}

/// An event as the list shows it.
struct Row {
    number: String,
    topic: String,
    kind: String,
    day: String,
    people: usize,
    void: bool,
}

#[derive(Template)]
#[template(path = "events.html")]
struct EventsPage {
    page: Page,
    year: i32,
    rows: Vec<Row>,
    writes: bool,
}

/// What is shown of an event that is there.
struct Shown {
    number: String,
    kind: String,
    when: String,
    facts: Vec<(&'static str, String)>,
    attendees: Vec<Attendee>,
    signed: usize,
    void: bool,
}

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    page: Page,
    shown: Option<Shown>,
    /// The form of whoever enters or corrects it.
    form: Option<Form>,
    kinds: Vec<Choice>,
    /// Where the form is sent.
    path: String,
}

async fn list(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let asked = asked.text("anio").parse().ok().filter(|year| YEARS.contains(year));
    let year = asked.unwrap_or_else(|| now(app.office()).day.year());
    let row = |one: TrainingEvent| Row {
        number: one.number,
        topic: one.event.topic,
        kind: sentence(one.event.kind.label()),
        day: dates::day(one.event.day),
        people: one.event.attendees.len(),
        void: one.event.void,
    };
    let rows = of_year(app.office(), visit.by(), year).await?.into_iter().map(row).collect();
    let page = visit.page(&format!("Listados de asistencia: {year}"));
    show(&EventsPage { page, year, rows, writes: visit.may(Action::WriteEvents) })
}

fn page(visit: &Visit, seen: Option<&Seen>, form: Option<Form>) -> EventPage {
    let title = seen.map_or("Agregar un evento", |seen| &seen.row.event.topic);
    EventPage {
        page: visit.page(title),
        shown: seen.map(shown),
        form,
        kinds: EventKind::ALL.iter().map(|kind| Choice::new(kind.word(), sentence(kind.label()))).collect(),
        path: seen.map_or_else(|| NEW.to_owned(), |seen| format!("/asistencias/{}", seen.row.number)),
    }
}

fn hour(hour: Option<chrono::NaiveTime>) -> String {
    hour.map(|hour| hour.format("%H:%M").to_string()).unwrap_or_default()
}

fn shown(seen: &Seen) -> Shown {
    let event = &seen.row.event;
    let hours: Vec<String> = [event.starts, event.ends].into_iter().flatten().map(|at| hour(Some(at))).collect();
    let facts = [("Lugar", &event.place), ("Facilitador", &event.speaker), ("Objetivo", &event.objective)];
    Shown {
        number: seen.row.number.clone(),
        kind: sentence(event.kind.label()),
        when: [dates::day(event.day), hours.join(" a ")].join(" ").trim_end().to_owned(),
        facts: facts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name, text.clone()))
            .collect(),
        attendees: event.attendees.clone(),
        signed: seen.signed.len(),
        void: event.void,
    }
}

/// The form that shows an event as it is stored.
fn form_of(visit: &Visit, seen: &Seen) -> Option<Form> {
    if !visit.may(Action::WriteEvents) || !seen.signed.is_empty() {
        return None;
    }
    let Event { kind, topic, day, starts, ends, place, speaker, objective, attendees, void } = &seen.row.event;
    let line = |one: &Attendee| {
        let text = format!("{}; {}; {}", one.name, one.post, one.unit);
        text.trim_end_matches([';', ' ']).to_owned()
    };
    let mut texts = vec![
        ("version", seen.row.version.to_string()),
        ("kind", kind.word().to_owned()),
        ("topic", topic.clone()),
        ("day", dates::day(*day)),
        ("starts", hour(*starts)),
        ("ends", hour(*ends)),
        ("place", place.clone()),
        ("speaker", speaker.clone()),
        ("objective", objective.clone()),
        ("attendees", attendees.iter().map(line).collect::<Vec<_>>().join("\n")),
    ];
    if *void {
        texts.push(("void", "1".to_owned()));
    }
    Some(visit.form(Fields::of(texts)))
}

async fn ask_new(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let today = dates::day(now(app.office()).day);
    show(&page(&visit, None, Some(visit.form(Fields::of([("day", today)])))))
}

async fn show_event(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let seen = event(app.office(), visit.by(), &number).await?;
    show(&page(&visit, Some(&seen), form_of(&visit, &seen)))
}

/// What the form holds.
fn written(fields: &Fields) -> Result<Written, QualityError> {
    let text = |name: &str| fields.text(name).to_owned();
    Ok(Written {
        kind: text("kind"),
        topic: text("topic"),
        day: dates::read("day", fields.text("day"))?,
        starts: text("starts"),
        ends: text("ends"),
        place: text("place"),
        speaker: text("speaker"),
        objective: text("objective"),
        attendees: text("attendees"),
        void: fields.has("void"),
    })
}

async fn create(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let done = match written(&fields) {
        Ok(written) => enter(app.office(), visit.by(), &written).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(number) => Ok(visit.done(&format!("/asistencias/{number}"), "El evento quedó registrado.")),
        Err(error) => {
            let form = visit.form(fields).unrecorded(error)?;
            show_again(&page(&visit, None, Some(form)))
        }
    }
}

async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let version = fields.number("version").unwrap_or_default();
    let done = match written(&fields) {
        Ok(written) => correct(app.office(), visit.by(), (&number, version), &written).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(visit.done(&format!("/asistencias/{number}"), "El evento se corrigió.")),
        Err(error) => {
            let form = visit.form(fields).unrecorded(error)?;
            let seen = event(app.office(), visit.by(), &number).await?;
            show_again(&page(&visit, Some(&seen), Some(form)))
        }
    }
}

async fn paper(State(app): State<Arc<App>>, visit: Visit, Path(number): Path<String>) -> Result<Response, Failure> {
    attendance(&app, &visit, &number).await
}
