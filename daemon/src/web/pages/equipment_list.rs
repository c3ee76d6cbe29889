//! The inventory of equipment, with its search. It may not know how it is searched, nor who sees what of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::people::unit_choices;
use crate::desk::access::Action;
use crate::jobs::upkeep::inventory::{self, Asked as Wanted};
use crate::upkeep::equipment::{Equipment, Kind};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::guard::percent;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// Pieces on a page.
const SIZE: u32 = 50;
/// Letters that are searched for, or of a code behind which the list goes on, at most.
const WORDS_MAX: usize = 100;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeEquipment), "/equipos", list);
}

#[derive(Template)]
#[template(path = "equipment_list.html")]
struct ListPage {
    page: Page,
    form: Form,
    units: Vec<Choice>,
    kinds: Vec<Choice>,
    states: Vec<Choice>,
    items: Vec<Row>,
    changes: bool,
    /// Where the labels of these are; empty for who prints none.
    labels: String,
    first: String,
    next: String,
}

/// A piece as the list shows it.
struct Row {
    code: String,
    kind: &'static str,
    model: String,
    unit: String,
    responsible: String,
    location: String,
    retired: bool,
}

async fn list(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let cut = |name: &str| asked.text(name).chars().take(WORDS_MAX).collect::<String>();
    let (words, after) = (cut("q"), Some(cut("despues")).filter(|after| !after.is_empty()));
    let kind = Kind::of_word(asked.text("tipo"));
    let state = ["baja", "todos"].into_iter().find(|state| *state == asked.text("estado")).unwrap_or_default();
    let wanted = Wanted {
        words: words.clone(),
        unit: asked.number("unidad"),
        kind,
        retired: match state {
            "baja" => Some(true),
            "todos" => None,
            _ => Some(false),
        },
    };
    let found = inventory::list(app.office(), visit.by(), wanted, after.as_deref(), SIZE).await?;
    let units = inventory::units(app.office(), visit.by()).await?;
    let faces = app.store.faces(&inventory::responsible(&found.items)).await?;
    let unit = asked.number("unidad").map(|unit| unit.to_string()).unwrap_or_default();
    let kind = kind.map_or("", Kind::word);
    let path = format!("/equipos?q={}&unidad={unit}&tipo={kind}&estado={state}", percent(&words));
    let names: BTreeMap<i64, &str> = units.iter().map(|unit| (unit.id, unit.name.as_str())).collect();
    let row = |item: Equipment| Row {
        kind: item.about.kind.label(),
        model: [item.about.brand, item.about.model].join(" ").trim().to_owned(),
        unit: names.get(&item.unit).copied().unwrap_or_default().to_owned(),
        responsible: item.responsible.and_then(|id| faces.get(&id)).map_or_else(String::new, |face| face.name.clone()),
        location: item.about.location,
        retired: item.retired.is_some(),
        code: item.about.code,
    };
    show(&ListPage {
        page: visit.page("Equipos"),
        units: unit_choices("Todas", &units),
        kinds: std::iter::once(Choice::new("", "Todos")).chain(kind_choices()).collect(),
        states: [("", "En uso"), ("baja", "De baja"), ("todos", "Todos")]
            .map(|(value, label)| Choice::new(value, label))
            .into(),
        items: found.items.into_iter().map(row).collect(),
        changes: visit.may(Action::ChangeEquipment),
        labels: if visit.may(Action::ExecuteUpkeep) {
            format!("/equipos/etiquetas?unidad={unit}")
        } else {
            String::new()
        },
        next: found.next.map(|last| format!("{path}&despues={}", percent(&last))).unwrap_or_default(),
        first: after.map(|_| path).unwrap_or_default(),
        form: visit.form(Fields::of([
            ("q", words),
            ("unidad", unit),
            ("tipo", kind.to_owned()),
            ("estado", state.to_owned()),
        ])),
    })
}

/// The kinds to choose from.
pub(super) fn kind_choices() -> impl Iterator<Item = Choice> {
    Kind::ALL.iter().map(|kind| Choice::new(kind.word(), kind.label()))
}
