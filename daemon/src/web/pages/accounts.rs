//! What an administrator does with accounts: makes them, switches them on and off, and gives a new first password. It may not
//! know the rules of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::people::unit_choices;
use super::person::{account, units_of};
use crate::desk::access::Action;
use crate::desk::people::Role;
use crate::jobs::people::accounts::{self, Created};
use crate::jobs::people::listing;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const CHANGES: Access = Access::May(Action::ChangePeople);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(CHANGES, "/nueva-persona", ask);
    routes.post(CHANGES, "/nueva-persona", create);
    routes.post(CHANGES, "/personas/{login}/desactivar", disable);
    routes.post(CHANGES, "/personas/{login}/activar", enable);
    routes.post(CHANGES, "/personas/{login}/clave", reset);
}

#[derive(Template)]
#[template(path = "new_person.html")]
struct NewPage {
    page: Page,
    form: Form,
    units: Vec<Choice>,
    roles: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "first_password.html")]
struct FirstPasswordPage {
    page: Page,
    login: String,
    /// The password, which is nowhere else.
    password: String,
}

async fn page_of(app: &App, visit: &Visit, form: Form) -> Result<NewPage, Failure> {
    let units = unit_choices("Ninguna", &units_of(app, visit).await?);
    let none = std::iter::once(Choice::new("", "Ninguno: solicita soporte como todo el personal"));
    let roles = none.chain(Role::ALL.iter().map(|role| Choice::new(role.word(), role.label()))).collect();
    Ok(NewPage { page: visit.page("Nueva persona"), form, units, roles })
}

async fn ask(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let form = visit.form(Fields::default());
    show(&page_of(&app, &visit, form).await?)
}

async fn create(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let form = visit.form(fields.clone());
    let account = match account(&app, &visit, &fields).await? {
        Ok(account) => account,
        Err((field, text)) => return show_again(&page_of(&app, &visit, form.wrong(field, text)).await?),
    };
    let roles: Vec<Role> = Role::of_word(fields.text("role")).into_iter().collect();
    match accounts::create(app.office(), visit.by(), &account, &roles).await {
        Ok(created) => given(&visit, created, "La persona se agregó."),
        Err(error) => show_again(&page_of(&app, &visit, form.unchanged(error)?).await?),
    }
}

/// Shows a first password, the only time; where there is none, the account.
fn given(visit: &Visit, created: Created, word: &str) -> Result<Response, Failure> {
    match created.password {
        None => Ok(visit.done(&format!("/personas/{}", created.login), word)),
        Some(password) => {
            let page = visit.page("Contraseña provisional");
            show(&FirstPasswordPage { page, login: created.login, password })
        }
    }
}

async fn disable(State(app): State<Arc<App>>, visit: Visit, Path(login): Path<String>) -> Result<Response, Failure> {
    let user = listing::person(app.office(), visit.by(), &login).await?.user;
    accounts::disable(app.office(), visit.by(), user.id).await?;
    Ok(visit.done(&format!("/personas/{}", user.login), "La cuenta quedó inactiva y sus sesiones se cerraron."))
}

async fn enable(State(app): State<Arc<App>>, visit: Visit, Path(login): Path<String>) -> Result<Response, Failure> {
    let user = listing::person(app.office(), visit.by(), &login).await?.user;
    accounts::enable(app.office(), visit.by(), user.id).await?;
    Ok(visit.done(&format!("/personas/{}", user.login), "La cuenta quedó activa."))
}

async fn reset(State(app): State<Arc<App>>, visit: Visit, Path(login): Path<String>) -> Result<Response, Failure> {
    let user = listing::person(app.office(), visit.by(), &login).await?.user;
    let created = accounts::reset(app.office(), visit.by(), user.id).await?;
    given(&visit, created, "La contraseña cambió.")
}
