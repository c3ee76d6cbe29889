//! Coming in and going out. It may not know how a password is judged.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::jobs::error::chain;
use crate::jobs::people::{self, LoginError};
use crate::web::app::App;
use crate::web::cookie::Cookie;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::origin::local_path;
use crate::web::page::{Page, show, show_as};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Guest, Visit, see_other};

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::Anyone, "/entrar", enter);
    routes.post(Access::Anyone, "/entrar", entered);
    routes.post(Access::Leaving, "/salir", leave);
}

#[derive(Template)]
#[template(path = "enter.html")]
struct EnterPage<'a> {
    page: Page,
    form: Form,
    /// Where they wanted to go.
    next: &'a str,
}

async fn enter(guest: Guest, Asked(asked): Asked) -> Result<Response, Failure> {
    if guest.token.is_some() {
        return Ok(see_other("/"));
    }
    let next = local_path(asked.text("siguiente")).unwrap_or("/");
    let mut page = Page::bare("Entrar");
    if asked.text("sesion") == "terminada" {
        page.word = Some("Su sesión ya había terminado. Puede entrar de nuevo.".to_owned());
    }
    show(&EnterPage { page, form: guest.form(Fields::default()), next })
}

async fn entered(State(app): State<Arc<App>>, guest: Guest, fields: Fields) -> Result<Response, Failure> {
    let (login, password) = (fields.text("login"), fields.text("password"));
    let next = local_path(fields.text("siguiente")).unwrap_or("/").to_owned();
    let said = match people::log_in(app.office(), login, password, guest.address, &guest.agent).await {
        Ok(came) => {
            if let Some(old) = &guest.token {
                people::log_out(app.office(), old).await?;
            }
            let mut answer = see_other(if came.session.must_change { "/clave" } else { &next });
            let cookies = [Cookie::Session.set(&came.token, guest.https), Cookie::Before.clear(guest.https)];
            for line in cookies.into_iter().flatten() {
                answer.headers_mut().append(header::SET_COOKIE, line);
            }
            return Ok(answer);
        }
        Err(error @ (LoginError::Wrong | LoginError::Throttled { .. })) => error,
        Err(error) => return Err(Failure::Internal(chain(&error))),
    };
    let wait = if let LoginError::Throttled { seconds } = said { Some(seconds) } else { None };
    let status = if wait.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
    let kept = Fields::of([("login", login.chars().take(100).collect())]);
    let form = guest.form(kept).wrong(if wait.is_some() { "" } else { "login" }, &said.to_string());
    let mut answer = show_as(status, &EnterPage { page: Page::bare("Entrar"), form, next: &next })?;
    answer.headers_mut().extend(wait.map(|wait| (header::RETRY_AFTER, wait.into())));
    Ok(answer)
}

async fn leave(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    if let Some(token) = &visit.guest.token {
        people::log_out(app.office(), token).await?;
    }
    let mut answer = see_other("/entrar");
    answer.headers_mut().extend(Cookie::Session.clear(visit.guest.https).map(|line| (header::SET_COOKIE, line)));
    Ok(answer)
}
