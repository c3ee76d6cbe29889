//! How the backups stand: what needs a hand first, every dataset by week, the disks, the newest runs; and one run. It may not know
//! where that is read.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};

use crate::desk::access::Action;
use crate::jobs::overview::{Cell, DatasetWeeks, Need, overview};
use crate::jobs::report::DiskStatus;
use crate::jobs::standing::look_at_disks;
use crate::store::rows::{Dataset, Run, RunState, Trigger};
use crate::units;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const SEES: Access = Access::May(Action::SeeQuality);
/// Backups of the same dataset that a run's own is compared with.
const BEFORE: u32 = 11;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/respaldos", list);
    routes.get(SEES, "/respaldos/corridas/{corrida}", run);
}

type Badge = (&'static str, &'static str);

/// A dataset as the page shows it.
struct Row {
    name: String,
    /// What became of it in each week, with the week's words.
    cells: Vec<(String, Option<Badge>)>,
    last: String,
    age: String,
    size: String,
    disks: String,
    read: String,
    drilled: String,
}

struct Group {
    name: String,
    next: String,
    rows: Vec<Row>,
}

struct Medium {
    name: String,
    state: Badge,
    free: String,
    owed: String,
    why: String,
}

struct Listed {
    number: i64,
    at: String,
    of: String,
    by: String,
    state: Badge,
    error: String,
}

#[derive(Template)]
#[template(path = "backups.html")]
struct BackupsPage {
    page: Page,
    /// What needs a hand: the sentence, and the cause as the program tells it.
    needs: Vec<(String, String)>,
    weeks: Vec<String>,
    plans: Vec<Group>,
    disks: Vec<Medium>,
    runs: Vec<Listed>,
}

/// A backup of the same dataset that came before.
struct Earlier {
    at: String,
    size: String,
    archive: String,
    took: String,
    /// Whether it is the one of the page.
    is_this: bool,
}

struct Part {
    name: String,
    state: Badge,
    archive: String,
    began: String,
    took: String,
    size: String,
    kept: String,
    failed: Vec<(String, String)>,
    files: Vec<(String, String)>,
    warnings: Vec<String>,
    error: String,
    earlier: Vec<Earlier>,
}

#[derive(Template)]
#[template(path = "backup_run.html")]
struct RunPage {
    page: Page,
    run: Listed,
    /// When it was asked for, began and ended.
    times: Vec<(&'static str, String)>,
    parts: Vec<Part>,
}

fn of_cell(cell: Cell) -> Badge {
    match cell {
        Cell::Missed => ("perdido", "bad"),
        Cell::Open => ("pendiente", "warn"),
        Cell::Running => ("en curso", "calm"),
        Cell::Late => ("tarde", "warn"),
        Cell::Excused => ("excusado", "calm"),
        Cell::Done => ("hecho", "good"),
    }
}

fn of_state(state: RunState) -> Badge {
    match state {
        RunState::Queued => ("en cola", "calm"),
        RunState::Running => ("en curso", "calm"),
        RunState::Waiting => ("espera un disco", "warn"),
        RunState::Kept => ("guardado", "good"),
        RunState::Partly => ("guardado en parte", "warn"),
        RunState::Failed => ("falló", "bad"),
        RunState::Interrupted => ("interrumpido", "bad"),
        RunState::Cancelled => ("cancelado", "calm"),
    }
}

fn bytes(number: Option<i64>) -> String {
    number.and_then(|number| u64::try_from(number).ok()).map(units::bytes).unwrap_or_default()
}

fn took(row: &Dataset) -> String {
    let took = row.started.zip(row.ended).and_then(|(began, ended)| (ended - began).to_std().ok());
    took.map(units::duration).unwrap_or_default()
}

fn days(number: i64) -> String {
    if number == 1 { "1 día".to_owned() } else { format!("{number} días") }
}

impl App {
    fn moment(&self, moment: Option<DateTime<Utc>>) -> String {
        moment.map(|moment| dates::moment(moment, self.config.time_zone)).unwrap_or_default()
    }
}

/// What is to be done, and the cause as the program tells it.
fn said(app: &App, need: Need) -> (String, String) {
    let at = |moment| app.moment(Some(moment));
    match need {
        Need::Missed { plan, due, reason } => (
            format!(
                "Plan {plan}: no se guardó todo el respaldo del {}. Corrija la causa y ejecute resguardo backup {plan}.",
                at(due)
            ),
            reason.unwrap_or_default(),
        ),
        Need::Retried { plan, due, next, reason } => (
            format!(
                "Plan {plan}: el respaldo del {} aún no está completo; se intentará otra vez el {}. Corrija la causa antes.",
                at(due),
                at(next)
            ),
            reason,
        ),
        Need::NoDisk { plan, disks } => (
            format!("Plan {plan}: no está conectado ninguno de sus discos. Conecte {}.", disks.join(" o ")),
            String::new(),
        ),
        Need::Owed { disk, copies, custody } => {
            let where_it_is = custody.map(|custody| format!(" (se guarda en: {custody})")).unwrap_or_default();
            let copies = if copies == 1 { "1 copia".to_owned() } else { format!("{copies} copias") };
            (format!("Conecte el disco {disk}{where_it_is}: le falta recibir {copies}."), String::new())
        }
        Need::Damaged { archive, disk } => (
            format!("La copia de {archive} en el disco {disk} está dañada. Ejecute resguardo disk repair {disk}."),
            String::new(),
        ),
        Need::Stale { dataset, days: Some(old) } => (
            format!("{dataset}: su último respaldo bueno tiene {}. Ejecute resguardo backup {dataset}.", days(old)),
            String::new(),
        ),
        Need::Stale { dataset, days: None } => (
            format!("{dataset}: todavía no tiene ningún respaldo bueno. Ejecute resguardo backup {dataset}."),
            String::new(),
        ),
        Need::Undrilled { dataset, failed: true } => (
            format!(
                "{dataset}: NO se pudo restaurar en la última prueba. Avise al jefe del DTI y ejecute resguardo drill {dataset}."
            ),
            String::new(),
        ),
        Need::Undrilled { dataset, failed: false } => (
            format!("{dataset}: hace demasiado que no se prueba su restauración. Ejecute resguardo drill {dataset}."),
            String::new(),
        ),
    }
}

fn row(app: &App, weeks: &[String], dataset: DatasetWeeks) -> Row {
    let kept = dataset.last.as_ref().and_then(|last| last.ended);
    let mut disks: Vec<String> = dataset.copies.iter().map(|copy| copy.disk.clone()).collect();
    if disks.is_empty() {
        disks = dataset.last.as_ref().map(|last| last.kept_on.clone()).unwrap_or_default();
    }
    let read = dataset.copies.iter().filter_map(|copy| copy.verified).max();
    Row {
        cells: weeks.iter().cloned().zip(dataset.cells.into_iter().map(|cell| cell.map(of_cell))).collect(),
        last: app.moment(kept),
        age: kept.map(|kept| format!("hace {}", days(((app.clock)() - kept).num_days().max(0)))).unwrap_or_default(),
        size: bytes(dataset.last.as_ref().and_then(|last| last.plain_bytes)),
        disks: disks.join(", "),
        read: app.moment(read),
        drilled: app.moment(dataset.drilled),
        name: dataset.name,
    }
}

fn medium(disk: DiskStatus) -> Medium {
    let state = match disk.present {
        Some(true) => ("conectado", "good"),
        Some(false) => ("ausente", "warn"),
        None => ("almacén de objetos", "calm"),
    };
    Medium {
        name: disk.disk,
        state,
        free: disk.free_bytes.map(units::bytes).unwrap_or_default(),
        owed: if disk.owed > 0 { disk.owed.to_string() } else { String::new() },
        why: disk.why.unwrap_or_default(),
    }
}

fn listed(app: &App, run: &Run) -> Listed {
    let by = match run.trigger {
        Trigger::Schedule => "el calendario".to_owned(),
        Trigger::Operator => run.asked_by.clone(),
    };
    Listed {
        number: run.number,
        at: app.moment(Some(run.started.unwrap_or(run.queued))),
        of: run.plan.clone().unwrap_or_else(|| "a pedido".to_owned()),
        by,
        state: of_state(run.state),
        error: run.error.clone().unwrap_or_default(),
    }
}

async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let configured = app.config.disks.clone();
    let looked = tokio::task::spawn_blocking(move || look_at_disks(&configured)).await;
    let disks = looked.map_err(|error| Failure::Internal(error.to_string()))?;
    let seen = overview(app.office(), disks).await?;
    let weeks: Vec<String> = seen.weeks.iter().map(|monday| monday.format("%d-%m").to_string()).collect();
    let group = |plan: crate::jobs::overview::PlanWeeks| Group {
        next: app.moment(plan.next),
        rows: plan.datasets.into_iter().map(|dataset| row(&app, &weeks, dataset)).collect(),
        name: plan.name,
    };
    show(&BackupsPage {
        page: visit.page("Respaldos"),
        needs: seen.needs.into_iter().map(|need| said(&app, need)).collect(),
        plans: seen.plans.into_iter().map(group).collect(),
        disks: seen.disks.into_iter().map(medium).collect(),
        runs: seen.runs.iter().map(|run| listed(&app, run)).collect(),
        weeks,
    })
}

async fn part(app: &App, row: Dataset) -> Result<Part, Failure> {
    let history = app.store.history(&row.server, &row.dataset, BEFORE).await?;
    let earlier = history.iter().map(|one| Earlier {
        at: app.moment(one.started),
        size: bytes(one.plain_bytes),
        archive: bytes(one.archive_bytes),
        took: took(one),
        is_this: one.id == row.id,
    });
    Ok(Part {
        name: format!("{}/{}", row.server, row.dataset),
        state: of_state(row.state),
        began: app.moment(row.started),
        took: took(&row),
        size: bytes(row.plain_bytes),
        kept: row.kept_on.join(", "),
        earlier: earlier.collect(),
        archive: row.archive.unwrap_or_default(),
        failed: row.failed_on,
        files: row.files,
        warnings: row.warnings,
        error: row.error.unwrap_or_default(),
    })
}

async fn run(State(app): State<Arc<App>>, visit: Visit, Path(text): Path<String>) -> Result<Response, Failure> {
    let number = crate::web::fields::number(&text).ok_or(Failure::NotFound)?;
    let run = app.store.run(number).await?.ok_or(Failure::NotFound)?;
    let mut parts = Vec::new();
    for row in app.store.datasets(run.id).await? {
        parts.push(part(&app, row).await?);
    }
    let moments = [("Se pidió", Some(run.queued)), ("Empezó", run.started), ("Terminó", run.ended)];
    let times = moments.into_iter().filter(|(_, at)| at.is_some()).map(|(word, at)| (word, app.moment(at))).collect();
    show(&RunPage { page: visit.page(&format!("Corrida {number}")), run: listed(&app, &run), times, parts })
}
