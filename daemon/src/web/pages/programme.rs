//! The programme of a semester: its weeks with what is to be done in each, and every step from its draft to its copies. It may not
//! know the rules of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::upkeep_item::badge as state_badge;
use crate::desk::access::{Action, sees_all_equipment};
use crate::jobs::upkeep::programme::{self, View};
use crate::jobs::upkeep::{UpkeepError, finish};
use crate::upkeep::done::ItemState;
use crate::upkeep::programme::{Item, Medium, State as Stage};
use crate::upkeep::semester::{Semester, Week};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show_as};
use crate::web::paper;
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const SEES: Access = Access::May(Action::SeeEquipment);
const DRAFTS: Access = Access::May(Action::DraftProgramme);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/mantenimiento/{semestre}", board);
    routes.get(SEES, "/mantenimiento/{semestre}/fo-02", report);
    routes.post(DRAFTS, "/mantenimiento/{semestre}/elaborar", draw);
    routes.post(DRAFTS, "/mantenimiento/{semestre}/enviar", send);
    routes.post(Access::May(Action::DecideProgramme), "/mantenimiento/{semestre}/decidir", decide);
    routes.post(DRAFTS, "/mantenimiento/{semestre}/distribuir", distribute);
    routes.post(SEES, "/mantenimiento/{semestre}/acuse", acknowledge);
    routes.post(DRAFTS, "/mantenimiento/{semestre}/finalizar", end);
}

#[derive(Template)]
#[template(path = "programme.html")]
struct BoardPage {
    page: Page,
    /// Where its forms are sent, each with a step behind it.
    path: String,
    /// `2026-1`.
    name: String,
    state: (&'static str, &'static str),
    facts: Vec<(&'static str, String)>,
    /// Why it was returned, or what was said when it was approved.
    comment: String,
    weeks: Vec<InWeek>,
    copies: Vec<Copied>,
    /// Units whose heads have no copy yet, with those heads; nobody's name where a unit has none.
    lacking: Vec<(String, String)>,
    media: Vec<Choice>,
    digest: String,
    form: Form,
    may: Steps,
    /// Whether they have still to say that they have their copy.
    receives: bool,
    /// How many items stand where, once it was approved.
    counts: Vec<(&'static str, usize)>,
    /// Whether they may finish it.
    finishes: bool,
    /// How many items are still to be done.
    open: usize,
    /// Where its indicator is; empty for who does not see that.
    indicator: String,
}

/// What somebody may do with a programme as it is: change its items and send it, decide it, hand out copies.
struct Steps {
    change: bool,
    decide: bool,
    distribute: bool,
}

/// A week with its items.
struct InWeek {
    name: String,
    items: Vec<Row>,
}

/// An item as the board shows it.
struct Row {
    number: i64,
    code: String,
    /// Where its piece is shown; empty for who does not see that.
    path: String,
    what: String,
    unit: String,
    activity: String,
    technician: String,
    /// Where it stands, once it was approved.
    state: Option<(&'static str, &'static str)>,
    /// The week to which it was moved.
    moved: String,
    /// Where its own page is; empty as long as it has none.
    own: String,
    retired: bool,
}

/// A copy as it is shown.
struct Copied {
    unit: String,
    to: String,
    medium: &'static str,
    given: String,
    acknowledged: String,
}

/// The path of a programme.
pub(super) fn path_of(semester: Semester) -> String {
    format!("/mantenimiento/{}", semester.word())
}

/// Where a programme stands: its text and tone.
pub(super) fn badge(state: Stage) -> (&'static str, &'static str) {
    let tone = match state {
        Stage::Draft => "calm",
        Stage::Sent | Stage::Returned => "warn",
        Stage::Approved | Stage::Distributed | Stage::Finished => "good",
    };
    (state.label(), tone)
}

/// The semester that a path names, `2026-1`, or a paper, `FO-02-2026-1`; or that there is no such page.
pub(super) fn named(text: &str) -> Result<Semester, Failure> {
    Semester::of_word(text.strip_prefix("FO-02-").unwrap_or(text)).ok_or(Failure::NotFound)
}

async fn board(State(app): State<Arc<App>>, visit: Visit, Path(semester): Path<String>) -> Result<Response, Failure> {
    shown(&app, &visit, named(&semester)?, None).await
}

/// The page of a programme, with a form that has faults or none.
async fn shown(app: &App, visit: &Visit, semester: Semester, again: Option<Form>) -> Result<Response, Failure> {
    let view = programme::view(app.office(), visit.by(), semester).await?;
    let programme = &view.programme;
    let status = if again.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let stored = [
        ("version", programme.version.to_string()),
        ("digest", programme.digest.map(|digest| digest.to_string()).unwrap_or_default()),
        ("medium", Medium::Digital.word().to_owned()),
    ];
    let own = [Some(programme.made_by), programme.sent.map(|(_, by)| by)].contains(&Some(visit.actor().id));
    let drafts = visit.may(Action::DraftProgramme);
    let lacking: Vec<(String, String)> = programme::without_copy(&view)
        .into_iter()
        .map(|(unit, head)| (unit.name.clone(), head.map(|head| view.name(head)).unwrap_or_default()))
        .collect();
    let may = Steps {
        change: drafts && programme.is_open(),
        decide: visit.may(Action::DecideProgramme) && programme.state == Stage::Sent && !own,
        distribute: drafts && programme.holds() && lacking.iter().any(|(_, head)| !head.is_empty()),
    };
    let zone = app.config.time_zone;
    let copied = |copy: &crate::upkeep::programme::Handed| Copied {
        unit: view.unit(copy.unit),
        to: view.name(copy.recipient),
        medium: copy.medium.label(),
        given: dates::moment(copy.given, zone),
        acknowledged: copy.acknowledged.map(|at| dates::moment(at, zone)).unwrap_or_default(),
    };
    let page = BoardPage {
        page: visit.page(&semester.to_string()),
        path: path_of(semester),
        name: format!("{}-{}", semester.year(), semester.half()),
        state: badge(programme.state),
        facts: facts(app, &view),
        comment: programme.decision.as_ref().map(|decision| decision.comment.clone()).unwrap_or_default(),
        weeks: weeks(visit, &view),
        copies: view.copies.iter().map(copied).collect(),
        lacking: if programme.holds() { lacking } else { Vec::new() },
        media: Medium::ALL.iter().map(|medium| Choice::new(medium.word(), medium.label())).collect(),
        digest: programme.digest.map(|digest| digest.to_string()).unwrap_or_default(),
        form: again.unwrap_or_else(|| visit.form(Fields::of(stored))),
        may,
        receives: !programme::waiting(visit.actor(), &view.copies).is_empty(),
        counts: counts(&view),
        finishes: drafts && programme.holds(),
        open: finish::open(&view),
        indicator: if runs(&view) && visit.may(Action::SeeReports) {
            format!("/mantenimiento/indicador/{}", semester.word())
        } else {
            String::new()
        },
    };
    show_as(status, &page)
}

/// Whether its items have fates: it was approved.
fn runs(view: &View) -> bool {
    view.programme.holds() || view.programme.is_finished()
}

fn counts(view: &View) -> Vec<(&'static str, usize)> {
    if !runs(view) {
        return Vec::new();
    }
    let of = |state: &ItemState| view.items.iter().filter(|item| view.state(item) == *state).count();
    ItemState::ALL.iter().map(|state| (state.label(), of(state))).collect()
}

fn facts(app: &App, view: &View) -> Vec<(&'static str, String)> {
    let said = |at, by| format!("{}, {}", view.name(by), dates::moment(at, app.config.time_zone));
    let programme = &view.programme;
    let mut facts =
        vec![("Equipos", view.items.len().to_string()), ("Elaborado por", said(programme.made, programme.made_by))];
    facts.extend(programme.sent.map(|(at, by)| ("Enviado por", said(at, by))));
    facts.extend(programme.decision.as_ref().map(|decision| {
        (if decision.approved { "Aprobado por" } else { "Devuelto por" }, said(decision.at, decision.by))
    }));
    facts.extend(programme.finish.as_ref().map(|finish| ("Finalizado por", said(finish.at, finish.by))));
    let reason = programme.finish.as_ref().map(|finish| finish.reason.clone()).filter(|reason| !reason.is_empty());
    facts.extend(reason.map(|reason| ("Por qué quedó algo sin ejecutar", reason)));
    facts
}

/// The items by week.
fn weeks(visit: &Visit, view: &View) -> Vec<InWeek> {
    let mut weeks: BTreeMap<Week, Vec<Row>> = BTreeMap::new();
    for item in &view.items {
        weeks.entry(item.week).or_default().push(row(visit, view, item));
    }
    weeks.into_iter().map(|(week, items)| InWeek { name: week.label(), items }).collect()
}

fn row(visit: &Visit, view: &View, item: &Item) -> Row {
    let piece = view.equipment.get(&item.equipment);
    let code = piece.map(|piece| piece.about.code.clone()).unwrap_or_default();
    let who = visit.actor();
    let sees = piece.is_some_and(|piece| sees_all_equipment(who) || who.heads.contains(&piece.unit));
    let words = |piece: &crate::upkeep::equipment::Equipment| {
        [piece.about.kind.label(), &piece.about.brand, &piece.about.model].join(" ").trim().to_owned()
    };
    Row {
        number: item.number,
        path: if sees { format!("/equipos/{code}") } else { String::new() },
        code,
        what: piece.map(words).unwrap_or_default(),
        unit: view.unit(item.unit),
        activity: item.activity.clone(),
        technician: item.technician.map(|id| view.name(id)).unwrap_or_default(),
        state: runs(view).then(|| state_badge(view.state(item))),
        moved: view.progress(item).moved.map(|week| week.label()).unwrap_or_default(),
        own: if runs(view) && sees {
            format!("{}/renglon/{}", path_of(view.programme.semester), item.number)
        } else {
            String::new()
        },
        retired: piece.is_some_and(|piece| piece.retired.is_some()),
    }
}

async fn report(State(app): State<Arc<App>>, visit: Visit, Path(semester): Path<String>) -> Result<Response, Failure> {
    Box::pin(paper::programme(&app, &visit, named(&semester)?)).await
}

/// What is said once a step was taken, or the page again with why it was not.
async fn taken(
    app: &App,
    visit: &Visit,
    semester: Semester,
    fields: Fields,
    done: Result<&str, UpkeepError>,
) -> Result<Response, Failure> {
    match done {
        Ok(word) => Ok(visit.done(&path_of(semester), word)),
        Err(error) => {
            let form = visit.form(fields).not_kept(error)?;
            shown(app, visit, semester, Some(form)).await
        }
    }
}

async fn draw(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(semester): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let semester = named(&semester)?;
    // Only what is there is drawn up again.
    programme::view(app.office(), visit.by(), semester).await?;
    let done = programme::draw(app.office(), visit.by(), semester).await;
    let done = done.map(|()| "El programa se elaboró de nuevo desde el inventario.");
    taken(&app, &visit, semester, fields, done).await
}

async fn send(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(semester): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (semester, version) = (named(&semester)?, fields.number("version").unwrap_or_default());
    let done = programme::send(app.office(), visit.by(), semester, version).await;
    taken(&app, &visit, semester, fields, done.map(|()| "El programa se envió a dirección y subdirección.")).await
}

async fn decide(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(semester): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (semester, version) = (named(&semester)?, fields.number("version").unwrap_or_default());
    let approved = fields.has("approve");
    let decision = (approved, fields.text("comment"), fields.text("digest"));
    let done = programme::decide(app.office(), visit.by(), semester, version, decision).await;
    let word = if approved { "El programa quedó aprobado." } else { "El programa se devolvió." };
    taken(&app, &visit, semester, fields, done.map(|()| word)).await
}

async fn distribute(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(semester): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (semester, version) = (named(&semester)?, fields.number("version").unwrap_or_default());
    let done = match Medium::of_word(fields.text("medium")) {
        Some(medium) => programme::distribute(app.office(), visit.by(), semester, version, medium).await,
        None => Err(UpkeepError::field("medium", "elija cómo se entrega")),
    };
    taken(&app, &visit, semester, fields, done.map(|_| "Las copias quedaron entregadas.")).await
}

async fn acknowledge(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(semester): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let semester = named(&semester)?;
    let done = programme::acknowledge(app.office(), visit.by(), semester).await;
    taken(&app, &visit, semester, fields, done.map(|()| "Quedó registrado que recibió la copia.")).await
}

async fn end(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(semester): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (semester, version) = (named(&semester)?, fields.number("version").unwrap_or_default());
    let done = finish::finish(app.office(), visit.by(), semester, version, fields.text("reason")).await;
    taken(&app, &visit, semester, fields, done.map(|()| "El programa quedó finalizado.")).await
}
