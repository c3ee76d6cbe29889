//! One item of a programme that is still open: its week, its technician and what is to be done. It may not know which of them there
//! may be.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::programme::{named, path_of};
use crate::desk::access::Action;
use crate::jobs::upkeep::programme::{self, Wanted};
use crate::upkeep::semester::Semester;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const DRAFTS: Access = Access::May(Action::DraftProgramme);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(DRAFTS, "/mantenimiento/{semestre}/{numero}", ask);
    routes.post(DRAFTS, "/mantenimiento/{semestre}/{numero}", change);
}

#[derive(Template)]
#[template(path = "programme_item.html")]
struct ItemPage {
    page: Page,
    path: String,
    number: i64,
    form: Form,
    weeks: Vec<Choice>,
    technicians: Vec<Choice>,
}

/// The page of an item, with a form that was sent or as it is stored.
async fn page(
    app: &App,
    visit: &Visit,
    (semester, number): (Semester, i64),
    again: Option<Form>,
) -> Result<ItemPage, Failure> {
    let view = programme::view(app.office(), visit.by(), semester).await?;
    let item = view.items.iter().find(|item| item.number == number).ok_or(Failure::NotFound)?;
    if !view.programme.is_open() {
        return Err(Failure::Conflict("el programa ya se envió, y sus renglones ya no cambian".to_owned()));
    }
    let mut ids = programme::technicians(app.office()).await?;
    ids.extend(item.technician.filter(|technician| !ids.contains(technician)));
    let faces = app.store.faces(&ids.iter().copied().collect()).await?;
    let technician = |id: &i64| Choice::new(id.to_string(), faces.get(id).map_or("", |face| &face.name));
    let weeks = programme::weeks(app.office(), semester).await?;
    let code = view.equipment.get(&item.equipment).map(|piece| piece.about.code.clone()).unwrap_or_default();
    let stored = [
        ("version", view.programme.version.to_string()),
        ("week", item.week.word()),
        ("technician", item.technician.map(|id| id.to_string()).unwrap_or_default()),
        ("activity", item.activity.clone()),
    ];
    Ok(ItemPage {
        page: visit.page(&format!("Renglón {number}: equipo {code}")),
        path: path_of(semester),
        number,
        form: again.unwrap_or_else(|| visit.form(Fields::of(stored))),
        weeks: weeks.into_iter().map(|week| Choice::new(week.word(), week.label())).collect(),
        technicians: std::iter::once(Choice::new("", "Nadie todavía")).chain(ids.iter().map(technician)).collect(),
    })
}

async fn ask(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((semester, item)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let at = (named(&semester)?, number(&item).ok_or(Failure::NotFound)?);
    show(&page(&app, &visit, at, None).await?)
}

async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((semester, item)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (semester, item) = (named(&semester)?, number(&item).ok_or(Failure::NotFound)?);
    let version = fields.number("version").unwrap_or_default();
    let wanted = Wanted {
        week: fields.text("week"),
        technician: fields.number("technician"),
        activity: fields.text("activity"),
    };
    match programme::change_item(app.office(), visit.by(), semester, (version, item), &wanted).await {
        Ok(()) => Ok(visit.done(&path_of(semester), "El renglón se guardó.")),
        Err(error) => {
            let form = visit.form(fields.clone()).not_kept(error)?;
            show_again(&page(&app, &visit, (semester, item), Some(form)).await?)
        }
    }
}
