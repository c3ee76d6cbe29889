//! One piece of equipment: what it is, changing it, retiring it, and entering a new one. It may not know the rules of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::equipment_list::kind_choices;
use super::people::unit_choices;
use super::upkeep_item::badge;
use crate::desk::Refused;
use crate::desk::access::Action;
use crate::jobs::desk::now;
use crate::jobs::upkeep::inventory::{self, Form as Wanted};
use crate::jobs::upkeep::{UpkeepError, rounds};
use crate::upkeep::equipment::{About, Equipment, Retirement, Written};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::guard::percent;
use crate::web::page::{Page, show, show_again, show_as};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Visit, see_other};

const CHANGES: Access = Access::May(Action::ChangeEquipment);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(CHANGES, "/equipos/nuevo", ask_new);
    routes.post(CHANGES, "/equipos/nuevo", add);
    // The code on its label leads here, whoever reads it.
    routes.get(Access::SignedIn, "/equipos/{codigo}", piece);
    routes.post(CHANGES, "/equipos/{codigo}", change);
    routes.post(CHANGES, "/equipos/{codigo}/baja", retire);
}

#[derive(Template)]
#[template(path = "new_equipment.html")]
struct NewPage {
    page: Page,
    form: Form,
    units: Vec<Choice>,
    kinds: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "equipment.html")]
struct PiecePage {
    page: Page,
    code: String,
    facts: Vec<(&'static str, String)>,
    retired: Option<[(&'static str, String); 3]>,
    units: Vec<Choice>,
    kinds: Vec<Choice>,
    /// Whether they may change it, and it may still be changed.
    changes: bool,
    /// What the audit log has of it; empty for who does not see that.
    log: String,
    /// What is programmed for it: path, week, what, and where it stands.
    upkeep: Vec<(String, String, String, (&'static str, &'static str))>,
    /// Whether they do that, and print its label.
    executes: bool,
    form: Form,
    retire_form: Form,
}

/// Which of the page's forms is shown again.
enum Again {
    Nothing,
    Change(Form),
    Retire(Form),
}

async fn new_page(app: &App, visit: &Visit, form: Form) -> Result<NewPage, Failure> {
    let units = inventory::units(app.office(), visit.by()).await?;
    let units = unit_choices("Elija una", &units);
    Ok(NewPage { page: visit.page("Nuevo equipo"), form, units, kinds: kind_choices().collect() })
}

async fn ask_new(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    show(&new_page(&app, &visit, visit.form(Fields::default())).await?)
}

/// What a form wants.
fn wanted(fields: &Fields) -> Wanted<'_> {
    let written = Written {
        code: fields.text("code"),
        kind: fields.text("kind"),
        brand: fields.text("brand"),
        model: fields.text("model"),
        serial: fields.text("serial"),
        location: fields.text("location"),
    };
    Wanted { written, unit: fields.number("unit"), responsible: fields.text("responsible") }
}

async fn add(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    match inventory::add(app.office(), visit.by(), &wanted(&fields)).await {
        Ok(code) => Ok(visit.done(&format!("/equipos/{code}"), "El equipo se agregó.")),
        Err(error) => {
            let form = visit.form(fields.clone()).not_kept(error)?;
            show_again(&new_page(&app, &visit, form).await?)
        }
    }
}

async fn piece(State(app): State<Arc<App>>, visit: Visit, Path(code): Path<String>) -> Result<Response, Failure> {
    // Whoever does not see the inventory is led to the pieces that they answer for, whether this is one or not.
    if !visit.may(Action::SeeEquipment) {
        return Ok(see_other("/mis-equipos"));
    }
    shown(&app, &visit, &code, Again::Nothing).await
}

/// The page of a piece, with a form that has faults or as it is stored.
async fn shown(app: &App, visit: &Visit, code: &str, again: Again) -> Result<Response, Failure> {
    let known = inventory::one(app.office(), visit.by(), code).await?;
    let units = inventory::units(app.office(), visit.by()).await?;
    let faces = app.store.faces(&inventory::responsible(std::slice::from_ref(&known))).await?;
    let face = known.responsible.and_then(|id| faces.get(&id));
    let unit = units.iter().find(|unit| unit.id == known.unit).map(|unit| unit.name.clone()).unwrap_or_default();
    let today = now(app.office()).day;
    let facts = facts(&known, unit.clone(), face.map(|face| face.name.clone()).unwrap_or_default());
    let (mut form, mut retire_form) = (
        visit.form(stored(&known, face.map(|face| face.login.clone()).unwrap_or_default())),
        visit.form(Fields::of([("day", today.to_string()), ("version", known.version.to_string())])),
    );
    let status = if matches!(again, Again::Nothing) { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match again {
        Again::Nothing => {}
        Again::Change(with_faults) => form = with_faults,
        Again::Retire(with_faults) => retire_form = with_faults,
    }
    let mut choices = unit_choices("Elija una", &units);
    if !choices.iter().any(|choice| choice.value == known.unit.to_string()) {
        choices.push(Choice::new(known.unit.to_string(), unit));
    }
    let log = format!("/auditoria?que={}", percent(&format!("equipment {}", known.about.code)));
    let upkeep = rounds::of_piece(app.office(), known.id).await?;
    let upkeep =
        upkeep.iter().map(|one| (one.path(), one.week().label(), one.item.activity.clone(), badge(one.state())));
    let page = PiecePage {
        page: visit.page(&format!("Equipo {}", known.about.code)),
        upkeep: upkeep.collect(),
        executes: visit.may(Action::ExecuteUpkeep),
        facts,
        units: choices,
        kinds: kind_choices().collect(),
        changes: visit.may(Action::ChangeEquipment) && known.retired.is_none(),
        log: if visit.may(Action::SeeAudit) { log } else { String::new() },
        retired: known.retired.map(|Retirement { day, reason, document }| {
            [("De baja desde", dates::day(day)), ("Motivo", reason), ("Documento", document)]
        }),
        code: known.about.code,
        form,
        retire_form,
    };
    show_as(status, &page)
}

fn facts(known: &Equipment, unit: String, responsible: String) -> Vec<(&'static str, String)> {
    let About { kind, brand, model, serial, location, .. } = known.about.clone();
    vec![
        ("Tipo", kind.label().to_owned()),
        ("Marca", brand),
        ("Modelo", model),
        ("Serie", serial),
        ("Unidad", unit),
        ("Responsable", responsible),
        ("Ubicación", location),
    ]
}

/// What the form of a piece holds as it is stored.
fn stored(known: &Equipment, responsible: String) -> Fields {
    let About { kind, brand, model, serial, location, .. } = known.about.clone();
    Fields::of([
        ("version", known.version.to_string()),
        ("kind", kind.word().to_owned()),
        ("brand", brand),
        ("model", model),
        ("serial", serial),
        ("unit", known.unit.to_string()),
        ("responsible", responsible),
        ("location", location),
    ])
}

async fn change(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let version = fields.number("version").unwrap_or_default();
    match inventory::change(app.office(), visit.by(), &code, version, &wanted(&fields)).await {
        Ok(()) => Ok(visit.done(&format!("/equipos/{}", percent(&code)), "El equipo se guardó.")),
        Err(error) => {
            let form = visit.form(fields.clone()).not_kept(error)?;
            shown(&app, &visit, &code, Again::Change(form)).await
        }
    }
}

async fn retire(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let version = fields.number("version").unwrap_or_default();
    let (day, unread) = match dates::read("day", fields.text("day")) {
        Ok(day) => (day, None),
        Err(fault) => (None, Some(fault)),
    };
    let why = (day, fields.text("reason"), fields.text("document"));
    match inventory::retire(app.office(), visit.by(), &code, version, why).await {
        Ok(()) => Ok(visit.done(&format!("/equipos/{}", percent(&code)), "El equipo quedó de baja.")),
        Err(mut error) => {
            // A day that does not read is wrong as it stands, and not missing.
            if let (UpkeepError::Wrong(faults), Some(fault)) = (&mut error, unread) {
                faults.retain(|fault| !matches!(fault, Refused::Field { field: "day", .. }));
                faults.push(fault);
            }
            let form = visit.form(fields.clone()).not_kept(error)?;
            shown(&app, &visit, &code, Again::Retire(form)).await
        }
    }
}
