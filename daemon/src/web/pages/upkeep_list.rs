//! Lists of items of programmes: what a technician has to do this week, what somebody answers for, and what a figure of a month counts.
//! It may not know how they are found.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::upkeep_item::badge;
use crate::desk::access::Action;
use crate::figures::month::Month;
use crate::jobs::desk::now;
use crate::jobs::monthly::month_name;
use crate::jobs::upkeep::month::{Counted, list};
use crate::jobs::upkeep::rounds::{own, round};
use crate::store::assigned::Assigned;
use crate::upkeep::semester::Week;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::ExecuteUpkeep), "/mantenimiento/semana", week);
    routes.get(Access::May(Action::SeeReports), "/mantenimiento/lista", counted);
    routes.get(Access::SignedIn, "/mis-equipos", mine);
}

#[derive(Template)]
#[template(path = "upkeep_list.html")]
struct ListPage {
    page: Page,
    /// Where it leads back to, and what that is.
    back: (String, &'static str),
    hint: String,
    /// Other lists: path, label, and whether it is this one.
    others: Vec<(String, &'static str, bool)>,
    rows: Vec<Row>,
    empty: &'static str,
}

/// An item as a list shows it.
struct Row {
    path: String,
    code: String,
    what: String,
    unit: String,
    week: String,
    location: String,
    state: (&'static str, &'static str),
    /// What else is to be known: overdue, to be confirmed, moved.
    more: String,
    tone: &'static str,
}

fn row(one: &Assigned, units: &BTreeMap<i64, String>) -> Row {
    Row {
        path: one.path(),
        code: one.code.clone(),
        what: [one.kind.label(), &one.model].join(" ").trim().to_owned(),
        unit: units.get(&one.item.unit).cloned().unwrap_or_default(),
        week: one.week().label(),
        location: one.location.clone(),
        state: badge(one.state()),
        more: String::new(),
        tone: "warn",
    }
}

async fn week(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let all = asked.text("de") == "todos";
    let found = round(app.office(), visit.by(), !all).await?;
    let late = |one: &Assigned, this: Week| if one.week() < this { "Atrasado".to_owned() } else { String::new() };
    let rows = found.items.iter().map(|one| Row { more: late(one, found.week), ..row(one, &found.units) }).collect();
    show(&ListPage {
        page: visit.page("Mantenimiento de la semana"),
        back: ("/mantenimiento".to_owned(), "Mantenimiento"),
        hint: format!("Lo que toca hasta {}, lo atrasado primero.", found.week.label()),
        others: vec![
            ("/mantenimiento/semana".to_owned(), "Los asignados a mí", !all),
            ("/mantenimiento/semana?de=todos".to_owned(), "Todos", all),
        ],
        rows,
        empty: "No hay nada por hacer esta semana.",
    })
}

async fn mine(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let items = own(app.office(), visit.by()).await?;
    let units: BTreeMap<i64, String> = app.store.units().await?.into_iter().map(|unit| (unit.id, unit.name)).collect();
    let waits = |one: &Assigned| if one.to_confirm { "Espera su conformidad".to_owned() } else { String::new() };
    let rows = items.iter().map(|one| Row { more: waits(one), ..row(one, &units) }).collect();
    show(&ListPage {
        page: visit.page("Mis equipos"),
        back: ("/".to_owned(), "Inicio"),
        hint: "El mantenimiento preventivo de los equipos que están a su cargo.".to_owned(),
        others: Vec::new(),
        rows,
        empty: "Ningún equipo a su cargo está en un programa de mantenimiento.",
    })
}

/// The path of the list behind a figure of a month.
pub(super) fn href(month: Month, counted: Counted) -> String {
    format!("/mantenimiento/lista?mes={month}&que={}", counted.word())
}

async fn counted(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let month = Month::parse(asked.text("mes")).unwrap_or_else(|| Month::of(now(app.office()).day));
    let wanted = Counted::of_word(asked.text("que")).unwrap_or(Counted::Programmed);
    let found = list(app.office(), visit.by(), month, wanted).await?;
    let rows = found.items.iter().map(|(one, moved)| {
        let moved = moved.as_ref().map(|moved| format!("{}: de {}", moved.name(), moved.old_week.word()));
        let done = one.progress.ending.as_ref().filter(|_| wanted == Counted::Executed);
        let done = done.map(|ending| dates::day(ending.day));
        Row { more: moved.or(done).unwrap_or_default(), tone: "calm", ..row(one, &found.units) }
    });
    let count = found.items.len();
    show(&ListPage {
        page: visit.page(&format!("Mantenimiento: {} en {}", wanted.label().to_lowercase(), month_name(month))),
        back: (format!("/informes/{month}"), "Informe del mes"),
        hint: if count == 1 { "Es 1.".to_owned() } else { format!("Son {count}.") },
        others: Counted::ALL.iter().map(|one| (href(month, *one), one.label(), *one == wanted)).collect(),
        rows: rows.collect(),
        empty: "No hay nada que mostrar.",
    })
}
