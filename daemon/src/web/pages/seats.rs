//! Where each unit is: the feasts of that place count for what it asks for. A unit that moves makes another version of the calendar,
//! and which open tickets it moves is shown before.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::calendar::{Moved, shown};
use super::new_ticket::of_form;
use crate::desk::Refused;
use crate::desk::access::Action;
use crate::jobs::desk::calendar::{PLACE, Wanted, current, propose, publish};
use crate::jobs::desk::{DeskError, now};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::PublishCalendar), "/calendario/sedes", ask);
    routes.post(Access::May(Action::PublishCalendar), "/calendario/sedes", change);
}

#[derive(Template)]
#[template(path = "seats.html")]
struct SeatsPage {
    page: Page,
    form: Form,
    units: Vec<Choice>,
    /// Each unit with its id and its place.
    seats: Vec<(i64, String, String)>,
    /// The tickets whose limits would move, once that was asked for.
    moved: Option<Vec<Moved>>,
}

async fn page(app: &App, visit: &Visit, form: Form, moved: Option<Vec<Moved>>) -> Result<SeatsPage, Failure> {
    let (version, _) = current(app.office(), now(app.office()).day).await?;
    let known: Vec<_> = app.store.units().await?.into_iter().filter(|unit| unit.active).collect();
    let place = |id: i64| version.seats.get(&id).map_or(PLACE, String::as_str).to_owned();
    let units = known.iter().map(|unit| Choice::new(unit.id.to_string(), unit.name.clone()));
    Ok(SeatsPage {
        page: visit.page("Sedes de las unidades"),
        form,
        units: std::iter::once(Choice::new("", "Elija una")).chain(units).collect(),
        seats: known.iter().map(|unit| (unit.id, unit.name.clone(), place(unit.id))).collect(),
        moved,
    })
}

async fn ask(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let unit = asked.number("unidad");
    let (version, _) = current(app.office(), now(app.office()).day).await?;
    let place = unit.map(|unit| version.seats.get(&unit).map_or(PLACE, String::as_str).to_owned());
    let unit = unit.map(|unit| unit.to_string()).unwrap_or_default();
    let form = visit.form(Fields::of([("unit", unit), ("place", place.unwrap_or_default())]));
    show(&page(&app, &visit, form, None).await?)
}

/// Shows first which tickets move; the second button publishes.
async fn change(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let office = app.office();
    let form = visit.form(fields.clone());
    let again = async |form: Form| show_again(&page(&app, &visit, form, None).await?);
    let mut wrong = Vec::new();
    let unit = fields.number("unit").unwrap_or_default();
    if !app.store.units().await?.iter().any(|known| known.id == unit && known.active) {
        wrong.push(Refused::field("unit", "elija la unidad"));
    }
    if fields.text("place").trim().is_empty() {
        wrong.push(Refused::field("place", format!("escriba el lugar; la capital es «{PLACE}»")));
    }
    if fields.text("note").trim().is_empty() {
        wrong.push(Refused::field("note", "escriba por qué se publica esta versión"));
    }
    if !wrong.is_empty() {
        return again(wrong.into_iter().try_fold(form, Form::refused)?).await;
    }
    let place = fields.text("place").to_owned();
    let wanted = Wanted { seats: vec![(unit, place)], note: fields.text("note").to_owned(), ..Wanted::default() };
    let why = |form: Form, error: DeskError| match error {
        DeskError::Day(why) => Ok(form.wrong("place", &why.to_string())),
        error => of_form(form, error),
    };
    if fields.has("publish") {
        return match publish(office, &visit.caller(), wanted).await {
            Ok(version) => {
                let word = format!("Se publicó la versión {} del calendario.", version.id);
                Ok(visit.done("/calendario/sedes", &word))
            }
            Err(error) => again(why(form, error)?).await,
        };
    }
    match propose(office, &visit.caller(), wanted).await {
        Ok((_, moved)) => show(&page(&app, &visit, form, Some(shown(moved))).await?),
        Err(error) => again(why(form, error)?).await,
    }
}
