//! The units of the institution with their heads. It may not know who may be a head.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::desk::access::Action;
use crate::desk::people::UnitKind;
use crate::jobs::people::units::{self, UnitForm};
use crate::jobs::people::{PeopleError, listing};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const CHANGES: Access = Access::May(Action::ChangePeople);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(CHANGES, "/unidades", list);
    routes.get(CHANGES, "/unidades/nueva", ask_new);
    routes.post(CHANGES, "/unidades/nueva", create);
    routes.get(CHANGES, "/unidades/{id}", ask);
    routes.post(CHANGES, "/unidades/{id}", change);
}

#[derive(Template)]
#[template(path = "units.html")]
struct UnitsPage {
    page: Page,
    units: Vec<Row>,
}

/// A unit as the list shows it.
struct Row {
    id: i64,
    name: String,
    kind: &'static str,
    head: String,
    active: bool,
}

#[derive(Template)]
#[template(path = "unit.html")]
struct UnitPage<'a> {
    page: Page,
    form: Form,
    kinds: Vec<Choice>,
    /// Where the form is sent.
    path: &'a str,
    is_new: bool,
}

fn page_of<'a>(visit: &Visit, title: &str, form: Form, path: &'a str) -> UnitPage<'a> {
    let kinds = UnitKind::ALL.iter().map(|kind| Choice::new(kind.word(), kind.label())).collect();
    UnitPage { page: visit.page(title), form, kinds, path, is_new: path == "/unidades/nueva" }
}

async fn head_of(app: &App, visit: &Visit, id: Option<i64>) -> Result<String, Failure> {
    match id {
        None => Ok(String::new()),
        Some(id) => Ok(listing::login_of(app.office(), visit.by(), id).await?),
    }
}

async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let mut rows = Vec::new();
    for unit in units::units(app.office(), visit.by()).await? {
        let head = head_of(&app, &visit, unit.head).await?;
        rows.push(Row { id: unit.id, name: unit.name, kind: unit.kind.label(), head, active: unit.active });
    }
    show(&UnitsPage { page: visit.page("Unidades"), units: rows })
}

async fn ask_new(visit: Visit) -> Result<Response, Failure> {
    let form = visit.form(Fields::of([("active", "1".to_owned()), ("kind", UnitKind::Department.word().to_owned())]));
    show(&page_of(&visit, "Nueva unidad", form, "/unidades/nueva"))
}

async fn ask(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let known = units::units(app.office(), visit.by()).await?;
    let unit = number(&id).and_then(|id| known.into_iter().find(|unit| unit.id == id)).ok_or(Failure::NotFound)?;
    let head = head_of(&app, &visit, unit.head).await?;
    let active = if unit.active { "1" } else { "" };
    let form = visit.form(Fields::of([
        ("version", unit.version.to_string()),
        ("name", unit.name.clone()),
        ("kind", unit.kind.word().to_owned()),
        ("head", head),
        ("active", active.to_owned()),
    ]));
    show(&page_of(&visit, &unit.name, form, &format!("/unidades/{}", unit.id)))
}

/// What was sent, or the form with what is wrong with it.
async fn sent(
    app: &App,
    visit: &Visit,
    fields: &Fields,
    form: Form,
) -> Result<Result<(UnitForm, Form), Form>, Failure> {
    let Some(kind) = UnitKind::of_word(fields.text("kind")) else {
        return Ok(Err(form.wrong("kind", "elija qué es de la lista")));
    };
    let head = match fields.text("head").trim() {
        "" => None,
        login => match listing::person(app.office(), visit.by(), login).await {
            Ok(person) => Some(person.user.id),
            Err(PeopleError::Unknown(_)) => {
                return Ok(Err(
                    form.wrong("head", "no hay nadie con ese usuario; escríbalo como aparece en la lista de personas")
                ));
            }
            Err(other) => return Err(other.into()),
        },
    };
    let unit = UnitForm { name: fields.text("name").to_owned(), kind, head, active: fields.has("active") };
    Ok(Ok((unit, form)))
}

async fn create(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let again = |form| show_again(&page_of(&visit, "Nueva unidad", form, "/unidades/nueva"));
    let (unit, form) = match sent(&app, &visit, &fields, visit.form(fields.clone())).await? {
        Ok(sent) => sent,
        Err(form) => return again(form),
    };
    match units::create(app.office(), visit.by(), &unit).await {
        Ok(()) => Ok(visit.done("/unidades", "La unidad se agregó.")),
        Err(error) => again(form.unchanged(error)?),
    }
}

async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id = number(&id).ok_or(Failure::NotFound)?;
    let path = format!("/unidades/{id}");
    let again = |form| show_again(&page_of(&visit, "Unidad", form, &path));
    let (unit, form) = match sent(&app, &visit, &fields, visit.form(fields.clone())).await? {
        Ok(sent) => sent,
        Err(form) => return again(form),
    };
    let version = fields.number("version").unwrap_or_default();
    match units::change(app.office(), visit.by(), id, version, &unit).await {
        Ok(()) => Ok(visit.done("/unidades", "La unidad se guardó.")),
        Err(error) => again(form.unchanged(error)?),
    }
}
