//! One's own password. It may not know what makes one good.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::jobs::error::chain;
use crate::jobs::people::{self, PasswordError};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::Entering, "/clave", ask);
    routes.post(Access::Entering, "/clave", change);
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    page: Page,
    form: Form,
    login: &'a str,
    directory: bool,
    must_change: bool,
}

fn page_of(visit: &Visit, form: Form) -> PasswordPage<'_> {
    let (user, must_change) = (&visit.session.user, visit.session.must_change);
    let page = visit.page("Cambiar la contraseña");
    PasswordPage { page, form, login: &user.login, directory: user.directory, must_change }
}

async fn ask(visit: Visit) -> Result<Response, Failure> {
    show(&page_of(&visit, visit.form(Fields::default())))
}

async fn change(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let Some(token) = &visit.guest.token else { return Err(Failure::NotSignedIn) };
    let form = visit.form(Fields::default());
    let new = fields.text("new");
    if new != fields.text("again") {
        let form = form.wrong("again", "no es igual a la contraseña nueva; escriba las dos de nuevo");
        return show_again(&page_of(&visit, form));
    }
    let current = fields.text("current");
    let changed = people::change_password(app.office(), &visit.session, token, current, new, visit.address()).await;
    let (field, said) = match changed {
        Ok(()) => return Ok(visit.done("/", "Su contraseña cambió.")),
        Err(error @ PasswordError::Wrong) => ("current", error),
        Err(error @ (PasswordError::Weak(_) | PasswordError::Same)) => ("new", error),
        Err(error @ (PasswordError::Throttled { .. } | PasswordError::Directory | PasswordError::Changed)) => {
            ("", error)
        }
        Err(error @ (PasswordError::Check(_) | PasswordError::Store(_))) => {
            return Err(Failure::Internal(chain(&error)));
        }
    };
    show_again(&page_of(&visit, form.wrong(field, &said.to_string())))
}
