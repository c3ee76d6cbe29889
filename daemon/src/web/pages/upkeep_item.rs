//! One item of a programme that was approved: where it stands, what happened to it, and the ways to what may be done with it; made to
//! be read beside the machine. It may not know the rules of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::programme::{named, path_of};
use crate::desk::access::OnItem;
use crate::jobs::upkeep::entries;
use crate::jobs::upkeep::item::{Case, case, may};
use crate::upkeep::done::{Conformity, ItemState, Work, open};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/mantenimiento/{semestre}/renglon/{numero}", shown);
    routes.post(Access::SignedIn, "/mantenimiento/{semestre}/renglon/{numero}/conformidad", confirm);
}

#[derive(Template)]
#[template(path = "upkeep_item.html")]
struct ItemPage {
    page: Page,
    path: String,
    state: (&'static str, &'static str),
    facts: Vec<(&'static str, String)>,
    /// Where the programme is; empty for who does not see it.
    programme: String,
    /// Where the piece is; empty likewise.
    piece: String,
    may: Steps,
    /// Whether they are asked if what was done is right.
    confirms: bool,
    /// The reschedulings: name, what, since when somebody knows of it, and whether they may say so now.
    moves: Vec<Moved>,
    done: Option<Done>,
    story: Vec<(String, String)>,
    form: Form,
}

/// What they may enter now.
#[derive(Default)]
struct Steps {
    execute: bool,
    reschedule: bool,
    say: bool,
}

/// A rescheduling as it is shown.
struct Moved {
    name: String,
    what: String,
    reason: String,
    aware: String,
    knows: bool,
}

/// What was done.
struct Done {
    day: String,
    by: String,
    found: &'static str,
    checks: Vec<(String, bool)>,
    notes: String,
    conformity: String,
}

/// Where an item stands: its text and tone.
pub(super) fn badge(state: ItemState) -> (&'static str, &'static str) {
    let tone = match state {
        ItemState::Programmed | ItemState::Retired => "calm",
        ItemState::Rescheduled => "warn",
        ItemState::Done => "good",
        ItemState::NotDone => "bad",
    };
    (state.label(), tone)
}

/// The path of an item.
pub(super) fn path(case: &Case) -> String {
    format!("{}/renglon/{}", path_of(case.view.programme.semester), case.item.number)
}

/// What a piece is, in words.
pub(super) fn words(case: &Case) -> String {
    let about = &case.piece.about;
    [about.kind.label(), &about.brand, &about.model].join(" ").trim().to_owned()
}

fn facts(case: &Case) -> Vec<(&'static str, String)> {
    let about = &case.piece.about;
    let mut facts = vec![
        ("Equipo", words(case)),
        ("Semana", case.week().label()),
        ("Actividad", case.item.activity.clone()),
        ("Unidad", case.view.unit(case.item.unit)),
        ("Ubicación", about.location.clone()),
        ("Responsable", case.piece.responsible.map(|id| case.view.name(id)).unwrap_or_default()),
        ("Técnico", case.item.technician.map(|id| case.view.name(id)).unwrap_or_default()),
    ];
    let reason = case.progress.ending.as_ref().filter(|_| case.state == ItemState::NotDone);
    facts.extend(reason.map(|ending| ("Por qué no se ejecutó", ending.reason.clone())));
    let retired = case.piece.retired.as_ref().filter(|_| case.state == ItemState::Retired);
    facts.extend(retired.map(|retired| ("De baja", format!("{}, {}", dates::day(retired.day), retired.document))));
    facts
}

fn done(app: &App, case: &Case) -> Option<Done> {
    let visit = case.view.visit(&case.item)?;
    let Work::Done { checks, found, notes, conformity } = &visit.work else { return None };
    let conformity = match conformity {
        Conformity::Own(id, Some(at)) => {
            format!("{}, {}", case.view.name(*id), dates::moment(*at, app.config.time_zone))
        }
        Conformity::Own(id, None) => format!("pendiente de {}", case.view.name(*id)),
        Conformity::Received(name) => format!("recibió {name}"),
    };
    Some(Done {
        day: dates::day(visit.day),
        by: case.view.name(visit.made.1),
        found: found.label(),
        checks: checks.clone(),
        notes: notes.clone(),
        conformity,
    })
}

/// What happened, by its order: when and who, and what.
fn story(app: &App, case: &Case) -> Vec<(String, String)> {
    let zone = app.config.time_zone;
    let mut all: Vec<(i64, (chrono::DateTime<chrono::Utc>, i64), String)> = Vec::new();
    all.extend(case.notices().map(|one| {
        let week = one.week.label();
        let proposed = one.proposed.map(|week| format!(" Propone {}.", week.label())).unwrap_or_default();
        let what = if one.available {
            format!("Estará disponible en {week}.")
        } else {
            format!("No estará disponible en {week}: {}{proposed}", one.reason)
        };
        (one.entry, one.made, what)
    }));
    all.extend(case.moves().map(|one| {
        let what = format!("Reprogramado de {} a {}, {}.", one.old_week.word(), one.new_week.word(), one.name());
        (one.entry, one.made, what)
    }));
    all.extend(case.visits().map(|one| {
        let day = dates::day(one.day);
        let what = match &one.work {
            Work::Done { found, .. } => format!("Ejecutado el {day}: {}.", found.label()),
            Work::NotDone(reason) => format!("No ejecutado el {day}: {reason}"),
        };
        (one.entry, one.made, what)
    }));
    all.sort_by_key(|(entry, ..)| *entry);
    let told = |(_, (at, by), what)| (format!("{}, {}", dates::moment(at, zone), case.view.name(by)), what);
    all.into_iter().map(told).collect()
}

fn page(app: &App, visit: &Visit, case: &Case, form: Form) -> ItemPage {
    let by = visit.by();
    let is_open = case.view.programme.holds() && open(case.state).is_ok();
    let steps = Steps {
        execute: is_open && may(by, OnItem::Execute, case),
        reschedule: is_open && may(by, OnItem::Reschedule, case),
        say: is_open && may(by, OnItem::SayAvailability, case),
    };
    let zone = app.config.time_zone;
    let heads = may(by, OnItem::SayAvailability, case);
    let moved = |one: &crate::upkeep::done::Rescheduling| Moved {
        name: one.name(),
        what: format!("{} → {}", one.old_week.label(), one.new_week.label()),
        reason: one.reason.clone(),
        aware: one
            .aware
            .map_or_else(String::new, |(at, by)| format!("{}, {}", case.view.name(by), dates::moment(at, zone))),
        knows: one.aware.is_none() && heads && one.made.1 != visit.actor().id,
    };
    let sees = visit.may(crate::desk::access::Action::SeeEquipment);
    let waits = case
        .view
        .visit(&case.item)
        .is_some_and(|visit| matches!(&visit.work, Work::Done { conformity: Conformity::Own(_, None), .. }));
    ItemPage {
        page: visit.page(&format!("Mantenimiento de {}", case.piece.about.code)),
        path: path(case),
        state: badge(case.state),
        facts: facts(case),
        programme: if sees { path_of(case.view.programme.semester) } else { String::new() },
        piece: if sees { format!("/equipos/{}", case.piece.about.code) } else { String::new() },
        may: steps,
        confirms: waits && may(by, OnItem::Confirm, case),
        moves: case.moves().map(moved).collect(),
        done: done(app, case),
        story: story(app, case),
        form,
    }
}

async fn shown(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((semester, item)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let item = number(&item).ok_or(Failure::NotFound)?;
    let case = case(app.office(), visit.by(), named(&semester)?, item).await?;
    show(&page(&app, &visit, &case, visit.form(Fields::default())))
}

async fn confirm(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((semester, item)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (semester, item) = (named(&semester)?, number(&item).ok_or(Failure::NotFound)?);
    match entries::confirm(app.office(), visit.by(), semester, item).await {
        Ok(()) => {
            let path = format!("{}/renglon/{item}", path_of(semester));
            Ok(visit.done(&path, "Su conformidad quedó registrada."))
        }
        Err(error) => {
            let form = visit.form(fields).not_kept(error)?;
            let case = case(app.office(), visit.by(), semester, item).await?;
            show_again(&page(&app, &visit, &case, form))
        }
    }
}
