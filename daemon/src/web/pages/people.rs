//! The list of people, with its search. It may not know how they are searched.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::desk::access::Action;
use crate::jobs::office::day;
use crate::jobs::people::listing::{self, Person};
use crate::jobs::people::units;
use crate::store::people_rows::{PeopleFilter, Unit};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::guard::percent;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// People on a page.
const SIZE: u32 = 50;
/// Letters that are searched for, or of a login behind which the list goes on, at most.
const WORDS_MAX: usize = 100;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeePeople), "/personas", list);
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Page,
    form: Form,
    units: Vec<Choice>,
    states: Vec<Choice>,
    people: Vec<Row>,
    changes: bool,
    first: String,
    next: String,
}

/// Somebody as the list shows them.
struct Row {
    login: String,
    name: String,
    post: String,
    unit: String,
    roles: String,
    active: bool,
}

async fn list(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let cut = |name: &str| asked.text(name).chars().take(WORDS_MAX).collect::<String>();
    let (words, after) = (cut("q"), Some(cut("despues")).filter(|after| !after.is_empty()));
    let state = asked.text("estado");
    let filter = PeopleFilter {
        words: Some(words.clone()).filter(|words| !words.trim().is_empty()),
        unit: asked.number("unidad"),
        active: match state {
            "inactivas" => Some(false),
            "todas" => None,
            _ => Some(true),
        },
        role: None,
    };
    let found = listing::people(app.office(), visit.by(), &filter, after.as_deref(), SIZE).await?;
    let units = units::units(app.office(), visit.by()).await?;
    let unit = asked.number("unidad").map(|unit| unit.to_string()).unwrap_or_default();
    let in_path = if ["inactivas", "todas"].contains(&state) { state } else { "" };
    let path = format!("/personas?q={}&unidad={unit}&estado={in_path}", percent(&words));
    let today = day(&app.config, app.office().now());
    let names: BTreeMap<i64, &str> = units.iter().map(|unit| (unit.id, unit.name.as_str())).collect();
    let row = |person: Person| {
        let unit = person.user.unit.and_then(|unit| names.get(&unit)).copied().unwrap_or_default().to_owned();
        let roles = person.grants.iter().filter(|grant| grant.holds(today)).map(|grant| grant.role.label());
        let roles = roles.collect::<Vec<_>>().join(", ");
        let user = person.user;
        Row { login: user.login, name: user.name, post: user.post, unit, roles, active: user.active }
    };
    show(&PeoplePage {
        page: visit.page("Personas"),
        form: visit.form(Fields::of([
            ("q", words.clone()),
            ("unidad", asked.text("unidad").to_owned()),
            ("estado", state.to_owned()),
        ])),
        units: unit_choices("Todas", &units),
        states: [("", "Activas"), ("inactivas", "Inactivas"), ("todas", "Todas")]
            .map(|(value, label)| Choice::new(value, label))
            .into(),
        people: found.items.into_iter().map(row).collect(),
        changes: visit.may(Action::ChangePeople),
        next: found.next.map(|last| format!("{path}&despues={}", percent(&last))).unwrap_or_default(),
        first: after.map(|_| path).unwrap_or_default(),
    })
}

/// The units to choose from; `none` says what it means to choose none.
pub(super) fn unit_choices(none: &str, units: &[Unit]) -> Vec<Choice> {
    let active = units.iter().filter(|unit| unit.active);
    std::iter::once(Choice::new("", none))
        .chain(active.map(|unit| Choice::new(unit.id.to_string(), unit.name.clone())))
        .collect()
}
