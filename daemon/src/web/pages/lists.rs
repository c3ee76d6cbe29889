//! Lists for spreadsheets, beside the pages that show them: a path names the list, its part and the program's format. It may not know
//! how a table is written.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::desk::access::{Action, sees_all_equipment};
use crate::figures::month::Month;
use crate::jobs::error::chain;
use crate::jobs::lists::{List, ListError, Part, table};
use crate::jobs::quality::register::Extent;
use crate::tables::{csv, xlsx};
use crate::upkeep::semester::Semester;
use crate::web::app::App;
use crate::web::download::listed;
use crate::web::failure::Failure;
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeQuality), "/listas/registro/{archivo}", register);
    routes.get(Access::May(Action::SeeReports), "/listas/solicitudes/{archivo}", tickets);
    routes.get(Access::May(Action::SeeReports), "/listas/indicadores/{archivo}", indicators);
    routes.get(Access::May(Action::SeeTasks), "/listas/tareas/{archivo}", tasks);
    routes.get(Access::May(Action::SeeEquipment), "/listas/equipos/{archivo}", equipment);
    routes.get(Access::May(Action::SeeEquipment), "/listas/programa/{archivo}", items);
}

type Asked = (State<Arc<App>>, Path<String>);

async fn register(visit: Visit, (State(app), Path(file)): Asked) -> Result<Response, Failure> {
    handed_out(&app, &visit, List::Register, &file, period).await
}

async fn tickets(visit: Visit, (State(app), Path(file)): Asked) -> Result<Response, Failure> {
    handed_out(&app, &visit, List::Tickets, &file, period).await
}

async fn indicators(visit: Visit, (State(app), Path(file)): Asked) -> Result<Response, Failure> {
    handed_out(&app, &visit, List::Indicators, &file, period).await
}

async fn tasks(visit: Visit, (State(app), Path(file)): Asked) -> Result<Response, Failure> {
    handed_out(&app, &visit, List::Tasks, &file, period).await
}

async fn equipment(visit: Visit, (State(app), Path(file)): Asked) -> Result<Response, Failure> {
    // The inventory as it is has no period.
    let all = |name: &str| (name == "equipos").then(|| Part::of(chrono::NaiveDate::MIN, chrono::NaiveDate::MAX));
    handed_out(&app, &visit, List::Equipment, &file, all).await
}

async fn items(visit: Visit, (State(app), Path(file)): Asked) -> Result<Response, Failure> {
    let semester = |name: &str| Semester::of_word(name).map(|semester| Part::of(semester.days().0, semester.days().1));
    handed_out(&app, &visit, List::Items, &file, semester).await
}

/// The days of a month or a year by its name.
fn period(name: &str) -> Option<Part> {
    let month = Month::parse(name).map(|month| Part::of(month.first(), month.last()));
    month.or_else(|| match Extent::of_year(name)? {
        Extent::Year(year) => {
            Some(Part::of(Month::parse(&format!("{year}-01"))?.first(), Month::parse(&format!("{year}-12"))?.last()))
        }
        Extent::Month(_) | Extent::Entry(..) => None,
    })
}

async fn handed_out(
    app: &App,
    visit: &Visit,
    list: List,
    file: &str,
    part_of: impl Fn(&str) -> Option<Part>,
) -> Result<Response, Failure> {
    let (name, format) = file.rsplit_once('.').ok_or(Failure::NotFound)?;
    let mut part = part_of(name).ok_or(Failure::NotFound)?;
    if !["csv", "xlsx"].contains(&format) {
        return Err(Failure::NotFound);
    }
    if list == List::Items {
        // Nobody gets of a programme what its page does not show them.
        let semester = Semester::of_word(name).ok_or(Failure::NotFound)?;
        crate::jobs::upkeep::programme::view(app.office(), visit.by(), semester).await?;
    }
    if !sees_all_equipment(visit.actor()) {
        part.units = Some(visit.actor().heads.clone());
    }
    let turn = app.downloads.turn(visit.actor().id).await?;
    let table = table(app.office(), list, &part).await.map_err(|error| match error {
        ListError::Long => Failure::Conflict(error.to_string()),
        error => Failure::Internal(chain(&error)),
    })?;
    let (kind, bytes) = match format {
        "csv" => ("text/csv; charset=utf-8", csv::write(&table).map_err(|error| Failure::Internal(chain(&error)))?),
        _ => (XLSX, xlsx::write(&table).map_err(|error| Failure::Internal(chain(&error)))?),
    };
    let shown = if name == list.name() { name.to_owned() } else { format!("{} {name}", list.name()) };
    Ok(listed(&format!("{shown}.{format}"), kind, bytes, turn))
}
