//! *Tareas adicionales*: what was done in a month besides requests (R110). It may not know until when it may be corrected.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::shown::name;
use crate::desk::Refused;
use crate::desk::access::Action;
use crate::figures::fraction::decimal;
use crate::figures::month::Month;
use crate::jobs::desk::now;
use crate::jobs::monthly::tasks::{self, TaskForm, add, correct, doers, of_month};
use crate::jobs::monthly::{MonthlyError, month_name};
use crate::store::additional_tasks::AdditionalTask;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

const WRITES: Access = Access::May(Action::WriteTasks);
const NEW: &str = "/informes/tareas/nueva";

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeTasks), "/informes/tareas", list);
    routes.get(WRITES, NEW, ask_new);
    routes.post(WRITES, NEW, create);
    routes.get(WRITES, "/informes/tareas/{id}", ask);
    routes.post(WRITES, "/informes/tareas/{id}", change);
}

/// A task as the list shows it.
struct Row {
    /// Where it is corrected; empty where it is not, or not by them.
    path: String,
    day: String,
    text: String,
    by: String,
    hours: String,
    evidence: String,
    void: bool,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct TasksPage {
    page: Page,
    month: String,
    before: String,
    /// Empty where it is still to come.
    after: String,
    rows: Vec<Row>,
    total_hours: String,
    is_open: bool,
    writes: bool,
}

#[derive(Template)]
#[template(path = "task.html")]
struct TaskPage {
    page: Page,
    form: Form,
    doers: Vec<Choice>,
    /// Where the form is sent.
    path: String,
    /// Where the list is.
    list: String,
    is_new: bool,
}

fn list_of(month: Month) -> String {
    format!("/informes/tareas?mes={month}")
}

async fn list(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let found = of_month(app.office(), &visit.caller(), Month::parse(asked.text("mes"))).await?;
    let writes = visit.may(Action::WriteTasks);
    let may = writes && found.is_open;
    let counted = found.tasks.iter().filter(|task| !task.void);
    let hours: i64 = counted.filter_map(|task| task.hours).sum();
    let row = |task: &AdditionalTask| Row {
        path: if may { format!("/informes/tareas/{}", task.id) } else { String::new() },
        day: dates::day(task.day),
        text: task.text.clone(),
        by: name(&found.faces, Some(task.done_by)),
        hours: task.hours.map(decimal).unwrap_or_default(),
        evidence: task.evidence.clone(),
        void: task.void,
    };
    let month = found.month;
    show(&TasksPage {
        page: visit.page(&format!("Tareas adicionales: {}", month_name(month))),
        month: month.to_string(),
        before: month.before().to_string(),
        after: if month < found.this { month.after().to_string() } else { String::new() },
        rows: found.tasks.iter().map(row).collect(),
        total_hours: if hours > 0 { decimal(hours) } else { String::new() },
        is_open: found.is_open,
        writes,
    })
}

async fn page_of(app: &App, visit: &Visit, form: Form, before: Option<&AdditionalTask>) -> Result<TaskPage, Failure> {
    let known = doers(app.office(), &visit.caller(), before.map(|task| task.done_by)).await?;
    let title = if before.is_some() { "Corregir una tarea adicional" } else { "Agregar una tarea adicional" };
    Ok(TaskPage {
        page: visit.page(title),
        form,
        doers: known.into_iter().map(|face| Choice::new(face.id.to_string(), face.name)).collect(),
        path: before.map_or_else(|| NEW.to_owned(), |task| format!("/informes/tareas/{}", task.id)),
        list: before.map_or_else(|| "/informes/tareas".to_owned(), |task| list_of(Month::of(task.day))),
        is_new: before.is_none(),
    })
}

async fn ask_new(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let today = now(app.office()).day.to_string();
    let form = visit.form(Fields::of([("day", today), ("done_by", visit.actor().id.to_string())]));
    show(&page_of(&app, &visit, form, None).await?)
}

async fn known(app: &App, visit: &Visit, id: &str) -> Result<AdditionalTask, Failure> {
    let id = number(id).ok_or(Failure::NotFound)?;
    Ok(tasks::task(app.office(), &visit.caller(), id).await?)
}

async fn ask(State(app): State<Arc<App>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let task = known(&app, &visit, &id).await?;
    let mut texts = vec![
        ("version", task.version.to_string()),
        ("day", task.day.to_string()),
        ("text", task.text.clone()),
        ("done_by", task.done_by.to_string()),
        ("hours", task.hours.map(decimal).unwrap_or_default()),
        ("evidence", task.evidence.clone()),
    ];
    if task.void {
        texts.push(("void", "1".to_owned()));
    }
    let form = visit.form(Fields::of(texts));
    show(&page_of(&app, &visit, form, Some(&task)).await?)
}

/// What the form holds.
fn written(fields: &Fields) -> Result<TaskForm, Refused> {
    Ok(TaskForm {
        day: dates::read("day", fields.text("day"))?,
        text: fields.text("text").to_owned(),
        done_by: fields.number("done_by").unwrap_or_default(),
        hours: fields.text("hours").to_owned(),
        evidence: fields.text("evidence").to_owned(),
        void: fields.has("void"),
    })
}

async fn create(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let done = match written(&fields) {
        Ok(form) => add(app.office(), &visit.caller(), &form).await,
        Err(refused) => Err(MonthlyError::from(refused)),
    };
    match done {
        Ok(month) => Ok(visit.done(&list_of(month), "La tarea se agregó.")),
        Err(error) => {
            let form = missing(&fields, visit.form(fields.clone()), error)?;
            show_again(&page_of(&app, &visit, form, None).await?)
        }
    }
}

async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let task = known(&app, &visit, &id).await?;
    let version = fields.number("version").unwrap_or_default();
    let done = match written(&fields) {
        Ok(form) => correct(app.office(), &visit.caller(), (task.id, version), &form).await,
        Err(refused) => Err(MonthlyError::from(refused)),
    };
    match done {
        Ok(month) => Ok(visit.done(&list_of(month), "La tarea se corrigió.")),
        Err(error) => {
            let form = missing(&fields, visit.form(fields.clone()), error)?;
            show_again(&page_of(&app, &visit, form, Some(&task)).await?)
        }
    }
}

/// The form with all that it lacks, or with the one thing that is wrong with it.
fn missing(fields: &Fields, form: Form, error: MonthlyError) -> Result<Form, Failure> {
    let lacks = [("day", "escriba el día"), ("text", "escriba qué se hizo")];
    let lacks: Vec<_> = lacks.into_iter().filter(|(field, _)| fields.text(field).trim().is_empty()).collect();
    if lacks.is_empty() || !matches!(error, MonthlyError::Refused(Refused::Field { .. })) {
        return form.unreported(error);
    }
    Ok(lacks.into_iter().fold(form, |form, (field, what)| form.wrong(field, what)))
}
