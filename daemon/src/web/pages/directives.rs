//! The directives for backups (R102): the one in force and who has read it, those before and to come, and issuing another one. It may
//! not know what a directive must be like.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::shown::name;
use crate::desk::access::Action;
use crate::desk::directive::{Directive, current, in_force};
use crate::jobs::quality::directives::{DirectiveError, View, acknowledge, issue, view};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const ISSUES: Access = Access::May(Action::IssueDirective);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeDirectives), "/directrices", list);
    routes.get(ISSUES, "/directrices/nueva", ask);
    routes.post(ISSUES, "/directrices/nueva", publish);
    routes.post(Access::May(Action::AcknowledgeDirective), "/directrices/{id}/enterado", read);
}

/// A directive as its page shows it.
struct Shown {
    number: i64,
    from: String,
    issued: String,
    by: String,
    text: String,
    /// Who has read it: name and when.
    read: Vec<(String, String)>,
    /// Technicians who have not; of one that is over nobody is asked any more.
    unread: Vec<String>,
    /// Whether whoever looks on is to read it.
    mine: bool,
}

#[derive(Template)]
#[template(path = "directives.html")]
struct DirectivesPage {
    page: Page,
    form: Form,
    now: Option<Shown>,
    /// Those to come, the next one first.
    ahead: Vec<Shown>,
    /// Those before, the last one first.
    past: Vec<Shown>,
    issues: bool,
}

#[derive(Template)]
#[template(path = "new_directive.html")]
struct NewPage {
    page: Page,
    form: Form,
}

fn shown(app: &App, visit: &Visit, view: &View, directive: &Directive) -> Shown {
    let zone = app.config.time_zone;
    let acks = || view.acks.iter().filter(|ack| ack.directive == directive.number);
    let has_read = |user: i64| acks().any(|ack| ack.user == user);
    let is_current = current(&view.directives, view.today).iter().any(|one| one.number == directive.number);
    let waits = view.technicians.iter().filter(|&&user| is_current && !has_read(user));
    let me = visit.actor().id;
    Shown {
        number: directive.number,
        from: dates::day(directive.valid_from),
        issued: dates::moment(directive.issued, zone),
        by: name(&view.faces, Some(directive.issued_by)),
        text: directive.text.clone(),
        read: acks().map(|ack| (name(&view.faces, Some(ack.user)), dates::moment(ack.at, zone))).collect(),
        unread: waits.map(|user| name(&view.faces, Some(*user))).collect(),
        mine: is_current && visit.may(Action::AcknowledgeDirective) && !has_read(me),
    }
}

async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let view = view(app.office(), visit.by()).await?;
    let now = in_force(&view.directives, view.today);
    let number = now.map_or(0, |now| now.number);
    let of = |directive: &Directive| shown(&app, &visit, &view, directive);
    show(&DirectivesPage {
        page: visit.page("Directrices de respaldo"),
        form: visit.form(Fields::default()),
        now: now.map(of),
        ahead: view.directives.iter().filter(|one| one.number > number).map(of).collect(),
        past: view.directives.iter().rev().filter(|one| one.number < number).map(of).collect(),
        issues: visit.may(Action::IssueDirective),
    })
}

fn page(visit: &Visit, form: Form) -> NewPage {
    NewPage { page: visit.page("Emitir una directriz de respaldo"), form }
}

async fn ask(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let known = view(app.office(), visit.by()).await?;
    let text = known.directives.last().map(|last| last.text.clone()).unwrap_or_default();
    let form = visit.form(Fields::of([("valid_from", dates::day(known.today)), ("text", text)]));
    show(&page(&visit, form))
}

async fn publish(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let form = visit.form(fields.clone());
    let valid_from = match dates::read("valid_from", fields.text("valid_from")) {
        Ok(day) => day,
        Err(refused) => return show_again(&page(&visit, form.refused(refused)?)),
    };
    match issue(app.office(), visit.by(), fields.text("text"), valid_from).await {
        Ok(directive) => {
            let said = format!("Se emitió la directriz {}. Se avisó a los técnicos.", directive.number);
            Ok(visit.done("/directrices", &said))
        }
        Err(DirectiveError::Wrong(wrong)) => {
            let form = wrong.into_iter().try_fold(form, Form::refused)?;
            show_again(&page(&visit, form))
        }
        Err(DirectiveError::People(error)) => Err(error.into()),
        Err(DirectiveError::Store(error)) => Err(error.into()),
    }
}

async fn read(State(app): State<Arc<App>>, visit: Visit, Path(number): Path<String>) -> Result<Response, Failure> {
    let number = crate::web::fields::number(&number).ok_or(Failure::NotFound)?;
    acknowledge(app.office(), visit.by(), number).await?;
    Ok(visit.done("/directrices", &format!("Quedó registrado que usted leyó la directriz {number}.")))
}
