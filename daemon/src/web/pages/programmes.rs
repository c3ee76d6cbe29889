//! The programmes of maintenance, one for each semester, and drawing one up. It may not know how it is drawn up.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::programme::{badge, path_of};
use crate::desk::access::Action;
use crate::jobs::desk::now;
use crate::jobs::upkeep::programme;
use crate::upkeep::programme::Programme;
use crate::upkeep::semester::Semester;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeEquipment), "/mantenimiento", list);
    routes.post(Access::May(Action::DraftProgramme), "/mantenimiento", draw);
}

#[derive(Template)]
#[template(path = "programmes.html")]
struct ListPage {
    page: Page,
    form: Form,
    rows: Vec<Row>,
    /// The semesters that may still get a programme; none for who makes none.
    semesters: Vec<Choice>,
    /// Whether they do what is programmed.
    executes: bool,
}

/// A programme as the list shows it.
struct Row {
    path: String,
    name: String,
    state: (&'static str, &'static str),
    made: String,
}

async fn page(app: &App, visit: &Visit, form: Form) -> Result<ListPage, Failure> {
    let known = programme::list(app.office(), visit.by()).await?;
    let current = Semester::of(now(app.office()).day);
    let coming = [current, current.and_then(Semester::next)].into_iter().flatten();
    let lacks = |semester: &Semester| !known.iter().any(|known| known.semester == *semester);
    let choice = |semester: Semester| Choice::new(semester.word(), semester.to_string());
    let semesters = if visit.may(Action::DraftProgramme) { coming.filter(lacks).map(choice).collect() } else { vec![] };
    let executes = visit.may(Action::ExecuteUpkeep);
    let row = |known: &Programme| Row {
        path: path_of(known.semester),
        name: known.semester.to_string(),
        state: badge(known.state),
        made: dates::moment(known.made, app.config.time_zone),
    };
    Ok(ListPage { page: visit.page("Mantenimiento"), form, rows: known.iter().map(row).collect(), semesters, executes })
}

async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    show(&page(&app, &visit, visit.form(Fields::default())).await?)
}

async fn draw(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let form = visit.form(fields.clone());
    let Some(semester) = Semester::of_word(fields.text("semester")) else {
        return show_again(&page(&app, &visit, form.wrong("semester", "elija el semestre de la lista")).await?);
    };
    match programme::draw(app.office(), visit.by(), semester).await {
        Ok(()) => Ok(visit.done(&path_of(semester), "El programa quedó elaborado desde el inventario.")),
        Err(error) => {
            let form = form.not_kept(error)?;
            show_again(&page(&app, &visit, form).await?)
        }
    }
}
