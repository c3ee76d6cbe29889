//! The page of a step: its form, and doing it. What may be done and what comes of it, others say.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime, TimeZone as _, Utc};

use super::new_ticket::of_form;
use super::steps::{self, Kind, Step, is_offered};
use crate::desk::Refused;
use crate::desk::people::{Actor, Role};
use crate::desk::ticket::{Cause, ExceptionKind, Mode, Rating};
use crate::jobs::desk::{DeskError, act, enter, now, view};
use crate::jobs::people;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/solicitudes/{numero}/{paso}", ask);
    routes.post(Access::SignedIn, "/solicitudes/{numero}/{paso}", take);
}

/// A field with what it offers.
struct Shown {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    kind: Kind,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "step.html")]
struct StepPage {
    page: Page,
    form: Form,
    number: String,
    subject: String,
    word: &'static str,
    intro: &'static str,
    button: &'static str,
    grave: bool,
    fields: Vec<Shown>,
}

/// The people who may be given a ticket: their login, and who they are.
async fn technicians(app: &App) -> Result<Vec<Choice>, Failure> {
    let today = now(app.office()).day;
    let mut ids: std::collections::BTreeSet<i64> =
        app.store.holders(Role::Technician, today).await?.into_iter().collect();
    ids.extend(app.store.holders(Role::Chief, today).await?);
    let faces = app.store.faces(&ids).await?;
    let mut choices: Vec<Choice> = faces.into_values().map(|face| Choice::new(face.login, face.name)).collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    choices.insert(0, Choice::new("", "Elija a alguien"));
    Ok(choices)
}

async fn shown(app: &App, field: &steps::Field) -> Result<Shown, Failure> {
    macro_rules! all {
        ($kind:ty) => {
            <$kind>::ALL.iter().map(|one| Choice::new(one.word(), one.label())).collect()
        };
    }
    let choices = match field.kind {
        Kind::Area | Kind::Line | Kind::Date => Vec::new(),
        Kind::Modes => all!(Mode),
        Kind::Causes => all!(Cause),
        Kind::Exceptions => all!(ExceptionKind),
        Kind::Ratings => all!(Rating),
        Kind::Technicians => technicians(app).await?,
    };
    Ok(Shown { name: field.name, label: field.label, hint: field.hint, kind: field.kind, choices })
}

async fn page(app: &App, visit: &Visit, number: &str, step: &'static Step, form: Form) -> Result<StepPage, Failure> {
    let view = view::ticket(app.office(), &visit.caller(), number).await?;
    let mut fields = Vec::new();
    for field in step.fields {
        fields.push(shown(app, field).await?);
    }
    let ticket = view.case.ticket;
    Ok(StepPage {
        page: visit.page(&format!("{}: {}", step.button, ticket.number)),
        form,
        number: ticket.number,
        subject: ticket.subject,
        word: step.word,
        intro: step.intro,
        // The procedure calls this one by its name.
        button: if step.word == "calificar" { "enviar calificación" } else { step.button },
        grave: step.grave,
        fields,
    })
}

async fn ask(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((number, word)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let step = steps::known(&word).filter(|step| !step.fields.is_empty()).ok_or(Failure::NotFound)?;
    let view = view::ticket(app.office(), &visit.caller(), &number).await?;
    if !is_offered(step, &view.case, visit.actor()) {
        let state = view.case.ticket.state.label();
        return Err(Failure::Conflict(format!("esto no se puede hacer con la solicitud {number}, que está «{state}»")));
    }
    let mut known = vec![("version", view.case.ticket.version.to_string())];
    // A request for a mail account hangs on the ministry by its nature.
    if step.word == "exceptuar"
        && let Some(request) = app.store.account_request(view.case.ticket.id).await?
    {
        known.push(("kind", ExceptionKind::Servers.word().to_owned()));
        known.push(("reference", request.external_number.unwrap_or_default()));
    }
    show(&page(&app, &visit, &number, step, visit.form(Fields::of(known))).await?)
}

async fn take(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((number, word)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let step = steps::known(&word).ok_or(Failure::NotFound)?;
    let version = fields.number("version").unwrap_or_default();
    let form = visit.form(fields.clone());
    let wrong = Box::pin(faults(&app, &visit, &number, step, &fields)).await?;
    if !wrong.is_empty() {
        return again(&app, &visit, &number, step, form, wrong.into_iter().map(DeskError::from).collect()).await;
    }
    let done = if step.word == "visita" {
        visited(&app, &visit, (&number, version), &fields).await
    } else {
        Box::pin(acted(&app, &visit, (&number, version), step, &fields)).await
    };
    match done {
        Ok(()) => Ok(visit.done(&format!("/solicitudes/{number}"), "Quedó registrado.")),
        // What has no form says on a page of its own why it was not done.
        Err(error) if step.fields.is_empty() => Err(error.into()),
        Err(DeskError::Refused(refused @ (Refused::State(_) | Refused::Changed))) => Err(refused.into()),
        Err(error) => again(&app, &visit, &number, step, form, vec![error]).await,
    }
}

/// Shows a form again with all that is wrong with it, but only to whom it would be shown.
async fn again(
    app: &App,
    visit: &Visit,
    number: &str,
    step: &'static Step,
    form: Form,
    errors: Vec<DeskError>,
) -> Result<Response, Failure> {
    let view = view::ticket(app.office(), &visit.caller(), number).await?;
    if !is_offered(step, &view.case, visit.actor()) {
        return Err(Failure::Forbidden);
    }
    let form = errors.into_iter().try_fold(form, |form, error| of_form(form, told(step, error)))?;
    show_again(&page(app, visit, number, step, form).await?)
}

/// What is wrong with the fields of a form, all at once and in their order; of a day and an hour also what only the ticket tells.
/// Where the step is not offered nothing is: the rules say why.
async fn faults(app: &App, visit: &Visit, number: &str, step: &Step, fields: &Fields) -> Result<Vec<Refused>, Failure> {
    let case = view::ticket(app.office(), &visit.caller(), number).await?.case;
    if !is_offered(step, &case, visit.actor()) {
        return Ok(Vec::new());
    }
    let mut wrong = steps::faults(step, fields);
    let is_wrong = |name: &str, wrong: &[Refused]| {
        wrong.iter().any(|one| matches!(one, Refused::Field { field, .. } if *field == name))
    };
    let told = match step.word {
        "ampliar" if !is_wrong("new_limit", &wrong) => match dates::read("new_limit", fields.text("new_limit"))? {
            Some(day) => act::extends_to(app.office(), &visit.caller(), number, day).await,
            None => Ok(()),
        },
        "visita" if !is_wrong("at", &wrong) => {
            let at = when(app, fields.text("at"));
            at.and_then(|at| enter::visit_time(&case.ticket, at, now(app.office()))).map_err(DeskError::from)
        }
        _ => Ok(()),
    };
    match told {
        Ok(()) => {}
        Err(DeskError::Refused(refused @ (Refused::Field { .. } | Refused::Day { .. }))) => wrong.push(refused),
        Err(error) => return Err(error.into()),
    }
    let place = |refused: &Refused| {
        let name = if let Refused::Field { field, .. } = refused { field } else { "new_limit" };
        step.fields.iter().position(|field| field.name == name)
    };
    wrong.sort_by_key(place);
    Ok(wrong)
}

/// The same error, which says by its label which field it is about.
fn told(step: &Step, error: DeskError) -> DeskError {
    match error {
        DeskError::Refused(Refused::Field { field, what }) => {
            let label = step.fields.iter().find(|known| known.name == field).map(|known| known.label);
            let label = label.map(|label| label.trim_end_matches(" (opcional)"));
            let what = label.map_or(what.clone(), |label| format!("{label}: {what}"));
            DeskError::Refused(Refused::Field { field, what })
        }
        other => other,
    }
}

async fn acted(app: &App, visit: &Visit, at: (&str, i64), step: &Step, fields: &Fields) -> Result<(), DeskError> {
    let to = match step.word {
        "asignar" => named(app, fields.text("to")).await?,
        _ => None,
    };
    let act = steps::act(step.word, fields, to)?.ok_or(DeskError::NotFound)?;
    Box::pin(act::act(app.office(), &visit.caller(), at, act)).await.map(drop)
}

/// Somebody who is named by their login, as they are today.
async fn named(app: &App, login: &str) -> Result<Option<Actor>, DeskError> {
    let office = app.office();
    let Some(user) = app.store.user_of_login(login).await?.filter(|user| user.active) else { return Ok(None) };
    Ok(Some(people::session::actor(office, &user, office.now()).await?))
}

/// A moment as people write it.
fn when(app: &App, text: &str) -> Result<DateTime<Utc>, Refused> {
    let wrong = || Refused::field("at", "escriba la fecha y la hora como 22-11-2026 14:30");
    let local = NaiveDateTime::parse_from_str(text.trim(), "%d-%m-%Y %H:%M").map_err(|_| wrong())?;
    Ok(app.config.time_zone.from_local_datetime(&local).earliest().ok_or_else(wrong)?.to_utc())
}

async fn visited(app: &App, visit: &Visit, at: (&str, i64), fields: &Fields) -> Result<(), DeskError> {
    let moment = when(app, fields.text("at"))?;
    let (place, note) = (fields.text("place"), fields.text("note"));
    enter::visit(app.office(), &visit.caller(), at, moment, place, note).await.map(drop)
}
