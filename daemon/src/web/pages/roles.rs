//! Giving somebody a role for some days, and taking it away. It may not know which roles agree.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::person::{Again, shown};
use crate::desk::Refused;
use crate::desk::access::Action;
use crate::desk::people::Role;
use crate::jobs::people::{listing, roles};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.post(Access::May(Action::ChangePeople), "/personas/{login}/cargos", grant);
    routes.post(Access::May(Action::ChangePeople), "/personas/{login}/cargos/quitar", revoke);
}

async fn grant(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(login): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let user = listing::person(app.office(), visit.by(), &login).await?.user;
    let form = visit.form(fields.clone());
    let again = |form: Form| shown(&app, &visit, &login, Again::Role(form));
    let asked = || -> Result<_, Refused> {
        let role =
            Role::of_word(fields.text("role")).ok_or_else(|| Refused::field("role", "elija un cargo de la lista"));
        Ok((role?, dates::read("from", fields.text("from"))?, dates::read("until", fields.text("until"))?))
    };
    let (role, from, until) = match asked() {
        Ok(asked) => asked,
        Err(refused) => return again(form.refused(refused)?).await,
    };
    match roles::grant(app.office(), visit.by(), user.id, role, (from, until)).await {
        Ok(()) => Ok(visit.done(&format!("/personas/{}", user.login), "El cargo se dio.")),
        Err(error) => again(form.unchanged(error)?).await,
    }
}

async fn revoke(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(login): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let user = listing::person(app.office(), visit.by(), &login).await?.user;
    let role = Role::of_word(fields.text("role")).ok_or(Failure::Malformed)?;
    let from = dates::read("from", fields.text("from"))?.ok_or(Failure::Malformed)?;
    roles::revoke(app.office(), visit.by(), user.id, role, from).await?;
    Ok(visit.done(&format!("/personas/{}", user.login), "El cargo se quitó."))
}
