//! One person: their account, their roles, and what an administrator can do with them. It may not know the rules of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::people::unit_choices;
use crate::desk::access::Action;
use crate::desk::people::Role;
use crate::jobs::office::day;
use crate::jobs::people::{PeopleError, accounts, listing, units};
use crate::store::people_rows::Unit;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show_as};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeePeople), "/personas/{login}", person);
    routes.post(Access::May(Action::ChangePeople), "/personas/{login}", change);
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    page: Page,
    login: String,
    facts: Vec<(&'static str, String)>,
    active: bool,
    directory: bool,
    grants: Vec<Row>,
    units: Vec<Choice>,
    roles: Vec<Choice>,
    /// Whether they may change this account, and what it may do.
    changes: bool,
    /// The account's form, and that of a new role.
    form: Form,
    role_form: Form,
}

/// A role as it is shown.
struct Row {
    role: &'static str,
    word: &'static str,
    from: String,
    from_iso: String,
    until: String,
    /// Whether it holds today, will, or did: its text and tone.
    state: (&'static str, &'static str),
    is_over: bool,
}

/// Which of the page's forms is shown again.
pub(super) enum Again {
    /// None: as it is stored.
    Nothing,
    /// The account's.
    Account(Form),
    /// That of a new role.
    Role(Form),
}

async fn person(State(app): State<Arc<App>>, visit: Visit, Path(login): Path<String>) -> Result<Response, Failure> {
    shown(&app, &visit, &login, Again::Nothing).await
}

/// The page of somebody, with a form that has faults or as it is stored.
pub(super) async fn shown(app: &App, visit: &Visit, login: &str, again: Again) -> Result<Response, Failure> {
    let person = listing::person(app.office(), visit.by(), login).await?;
    let units = units::units(app.office(), visit.by()).await?;
    let (user, today) = (person.user, day(&app.config, app.office().now()));
    let superior = superior_of(app, visit, user.superior).await?;
    let unit = user.unit.and_then(|id| units.iter().find(|unit| unit.id == id)).map(|unit| unit.name.clone());
    let seen = user.last_login.map(|last| dates::moment(last, app.config.time_zone));
    let facts = vec![
        ("Usuario", user.login.clone()),
        ("Puesto", user.post.clone()),
        ("Unidad", unit.unwrap_or_default()),
        ("Jefe inmediato", superior.clone()),
        ("Correo", user.email.clone().unwrap_or_default()),
        ("Entró por última vez", seen.unwrap_or_else(|| "nunca".to_owned())),
    ];
    let grants = person.grants.iter().rev().map(|grant| Row {
        role: grant.role.label(),
        word: grant.role.word(),
        from: dates::day(grant.from),
        from_iso: grant.from.to_string(),
        until: grant.until.map(dates::day).unwrap_or_default(),
        state: match () {
            () if grant.holds(today) => ("Vigente", "good"),
            () if grant.from > today => ("Futuro", "calm"),
            () => ("Terminado", "calm"),
        },
        is_over: grant.until.is_some_and(|until| until < today),
    });
    let grants = grants.collect();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let stored = [
        ("version", user.version.to_string()),
        ("name", user.name.clone()),
        ("post", user.post.clone()),
        ("email", user.email.clone().unwrap_or_default()),
        ("unit", number(user.unit)),
        ("superior", superior),
        ("directory", if user.directory { "1".to_owned() } else { String::new() }),
    ];
    let (mut form, mut role_form) = (visit.form(Fields::of(stored)), visit.form(Fields::default()));
    let status = if matches!(again, Again::Nothing) { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match again {
        Again::Nothing => {}
        Again::Account(with_faults) => form = with_faults,
        Again::Role(with_faults) => role_form = with_faults,
    }
    let page = PersonPage {
        page: visit.page(&user.name),
        login: user.login.clone(),
        facts,
        active: user.active,
        directory: user.directory,
        grants,
        units: unit_choices("Ninguna", &units),
        roles: Role::ALL.iter().map(|role| Choice::new(role.word(), role.label())).collect(),
        changes: visit.may(Action::ChangePeople),
        form,
        role_form,
    };
    show_as(status, &page)
}

async fn superior_of(app: &App, visit: &Visit, id: Option<i64>) -> Result<String, Failure> {
    match id {
        None => Ok(String::new()),
        Some(id) => Ok(listing::login_of(app.office(), visit.by(), id).await?),
    }
}

async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(login): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let user = listing::person(app.office(), visit.by(), &login).await?.user;
    let form = visit.form(fields.clone());
    let account = match account(&app, &visit, &fields).await? {
        Ok(account) => account,
        Err((field, text)) => return shown(&app, &visit, &login, Again::Account(form.wrong(field, text))).await,
    };
    let version = fields.number("version").unwrap_or_default();
    match accounts::change(app.office(), visit.by(), user.id, version, &account).await {
        Ok(()) => Ok(visit.done(&format!("/personas/{}", user.login), "Los datos se guardaron.")),
        Err(error) => shown(&app, &visit, &login, Again::Account(form.unchanged(error)?)).await,
    }
}

/// The account of a form, or its field that cannot be, with why.
pub(super) async fn account(
    app: &App,
    visit: &Visit,
    fields: &Fields,
) -> Result<Result<accounts::Form, (&'static str, &'static str)>, Failure> {
    let superior = fields.text("superior").trim();
    let superior = match superior {
        "" => None,
        login => match listing::person(app.office(), visit.by(), login).await {
            Ok(person) => Some(person.user.id),
            Err(PeopleError::Unknown(_)) => {
                return Ok(Err((
                    "superior",
                    "no hay nadie con ese usuario; escríbalo como aparece en la lista de personas",
                )));
            }
            Err(other) => return Err(other.into()),
        },
    };
    let text = |name: &str| fields.text(name).to_owned();
    Ok(Ok(accounts::Form {
        login: text("login"),
        name: text("name"),
        post: text("post"),
        email: text("email"),
        unit: fields.number("unit"),
        superior,
        directory: fields.has("directory"),
    }))
}

/// The units that there are, for a form.
pub(super) async fn units_of(app: &App, visit: &Visit) -> Result<Vec<Unit>, Failure> {
    Ok(units::units(app.office(), visit.by()).await?)
}
