//! How the backups stand: what needs a hand first, what is under way, every dataset by week, the disks, the newest runs. It may not
//! know where that is read.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::backup_live::{self, Live, live};
use super::backup_words::{Badge, Deed, Want, ago, bytes, moment, of_cell, of_state, want};
use super::{backup_orders, backup_run};
use crate::desk::access::Action;
use crate::jobs::disk_list::{self, look_at_all};
use crate::jobs::orders::{Errand, Order, Outcome};
use crate::jobs::overview::{DatasetWeeks, PlanWeeks, overview};
use crate::jobs::report_disks::DiskReport;
use crate::medium::hardware::Roots;
use crate::store::rows::{Run, Trigger};
use crate::units;
use crate::web::app::App;
use crate::web::assets::LIVE_PATH;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) const SEES: Access = Access::May(Action::SeeQuality);
/// What this one page may do beyond all others: run the one script there is, which asks this server alone.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/respaldos", list);
    routes.get(SEES, "/respaldos/en-vivo", backup_live::follow);
    backup_run::routes(routes);
    backup_orders::routes(routes);
}

/// A dataset as the page shows it.
struct Row {
    name: String,
    /// What became of it in each week, with the week's words.
    cells: Vec<(String, Option<Badge>)>,
    last: String,
    /// The run that kept it last.
    run: Option<i64>,
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
    deed: Option<Deed>,
}

struct Medium {
    name: String,
    state: Badge,
    /// Where it is kept.
    custody: String,
    free: String,
    /// When it will be full as it goes on.
    full: String,
    owed: String,
    why: String,
}

/// A run in a list.
pub(super) struct Listed {
    pub(super) number: i64,
    pub(super) at: String,
    pub(super) of: String,
    pub(super) by: String,
    pub(super) state: Badge,
    pub(super) error: String,
}

/// Something that takes long, and was asked for on a page.
struct Asked {
    what: String,
    of: String,
    by: String,
    at: String,
    state: Badge,
    /// What came of it, in Spanish, and as the program tells it.
    said: String,
    cause: String,
}

#[derive(Template)]
#[template(path = "backups.html")]
struct BackupsPage {
    page: Page,
    needs: Vec<Want>,
    /// What is under way; the part of the page for it is there all the same, for the script.
    live: Option<Live>,
    asked: Vec<Asked>,
    weeks: Vec<String>,
    plans: Vec<Group>,
    disks: Vec<Medium>,
    runs: Vec<Listed>,
    script: &'static str,
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
        last: moment(app, kept),
        run: dataset.last_run,
        age: kept.map(|kept| ago(((app.clock)() - kept).num_days())).unwrap_or_default(),
        size: bytes(dataset.last.as_ref().and_then(|last| last.plain_bytes)),
        disks: disks.join(", "),
        read: moment(app, read),
        drilled: moment(app, dataset.drilled),
        name: dataset.name,
    }
}

fn medium(disk: DiskReport) -> Medium {
    let state = match disk.state.as_str() {
        "here" => ("conectado", "good"),
        "read_only" => ("sólo lectura", "bad"),
        "away" => ("ausente", "warn"),
        "other" => ("otro en su lugar", "bad"),
        "failing" => ("falla", "bad"),
        "remote" => ("almacén de objetos", "calm"),
        "retired" => ("retirado", "calm"),
        _ => ("desconocido", "warn"),
    };
    let full = disk.weeks_left.map(|weeks| match weeks {
        0 => "esta semana".to_owned(),
        1 => "en 1 semana".to_owned(),
        105.. => "en más de dos años".to_owned(),
        weeks => format!("en {weeks} semanas"),
    });
    let percent = disk.free_percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
    Medium {
        name: disk.disk,
        state,
        custody: disk.custody.unwrap_or_default(),
        free: disk.free_bytes.map(|free| format!("{}{percent}", units::bytes(free))).unwrap_or_default(),
        full: full.unwrap_or_default(),
        owed: disk.owed.unwrap_or_default().to_string(),
        // What is away is not at fault for it.
        why: disk.why.filter(|_| state.1 == "bad").unwrap_or_default(),
    }
}

/// A run for a list.
pub(super) fn listed(app: &App, run: &Run) -> Listed {
    let by = match run.trigger {
        Trigger::Schedule => "el calendario".to_owned(),
        Trigger::Operator => run.asked_by.clone(),
    };
    Listed {
        number: run.number,
        at: moment(app, Some(run.started.unwrap_or(run.queued))),
        of: run.plan.clone().unwrap_or_else(|| "a pedido".to_owned()),
        by,
        state: of_state(run.state),
        error: run.error.clone().unwrap_or_default(),
    }
}

fn asked(app: &App, errand: Errand) -> Asked {
    let (what, of) = match errand.order {
        Order::Drill { dataset } => ("Prueba de restauración", dataset),
        Order::Verify { archive } => ("Releer las copias", archive),
        Order::Restore { archive } => ("Restaurar", archive),
        // Neither takes long enough to be told of here.
        Order::BackUp { names } => ("Respaldar", names.join(", ")),
        Order::Cancel { run } => ("Cancelar", run.to_string()),
    };
    let (state, said, cause) = match errand.outcome {
        None => (("en curso", "calm"), String::new(), String::new()),
        Some(Outcome::Drilled(Ok(()))) => (("bien", "good"), "Se restauró y se revisó.".to_owned(), String::new()),
        Some(Outcome::Drilled(Err(why))) => {
            (("falló", "bad"), "NO se pudo restaurar. Avise al jefe del DTI.".to_owned(), why)
        }
        Some(Outcome::NotDrilled(why)) => (("sin probar", "warn"), "No se pudo probar.".to_owned(), why),
        Some(Outcome::Restored(folder)) => (("bien", "good"), format!("Está en {}", folder.display()), String::new()),
        Some(Outcome::Failed(why)) => (("falló", "bad"), "No se pudo hacer.".to_owned(), why),
        Some(Outcome::Read(read)) => {
            let list = |disks: &[String], what: &str| {
                if disks.is_empty() { String::new() } else { format!("{what}: {}. ", disks.join(", ")) }
            };
            let bad: Vec<String> = read.bad.iter().map(|(disk, _)| disk.clone()).collect();
            let said = [
                list(&bad, "DAÑADAS en"),
                list(&read.good, "Buenas en"),
                list(&read.away, "No está conectado"),
                if read.ended { "Se interrumpió antes de terminar.".to_owned() } else { String::new() },
            ];
            let state = match (read.bad.is_empty(), read.good.is_empty()) {
                (false, _) => ("falló", "bad"),
                (true, true) => ("nada leído", "warn"),
                (true, false) => ("bien", "good"),
            };
            let causes: Vec<String> = read.bad.into_iter().map(|(disk, why)| format!("{disk}: {why}")).collect();
            (state, said.concat().trim_end().to_owned(), causes.join("; "))
        }
    };
    Asked { what: what.to_owned(), of, by: errand.by, at: moment(app, Some(errand.at)), state, said, cause }
}

async fn list(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let configured = app.config.disks.clone();
    let looked = tokio::task::spawn_blocking(move || look_at_all(&configured, &Roots::system())).await;
    let looked = looked.map_err(|error| Failure::Internal(error.to_string()))?;
    let disks = disk_list::report(app.office(), &looked).await?.disks;
    let seen = Box::pin(overview(app.office(), &disks)).await?;
    let may = visit.may(Action::RunBackups);
    let weeks: Vec<String> = seen.weeks.iter().map(|monday| monday.format("%d-%m").to_string()).collect();
    let group = |plan: PlanWeeks| Group {
        next: moment(&app, plan.next),
        rows: plan.datasets.into_iter().map(|dataset| row(&app, &weeks, dataset)).collect(),
        deed: may.then(|| Deed::back_up(&plan.name, "Respaldar ahora")),
        name: plan.name,
    };
    let mut answer = show(&BackupsPage {
        page: visit.page("Respaldos"),
        needs: seen.needs.into_iter().map(|need| want(&app, need, may)).collect(),
        live: live(&app),
        asked: app.orders.errands.all().into_iter().map(|errand| asked(&app, errand)).collect(),
        plans: seen.plans.into_iter().map(group).collect(),
        disks: disks.into_iter().map(medium).collect(),
        runs: seen.runs.iter().map(|run| listed(&app, run)).collect(),
        weeks,
        script: &LIVE_PATH,
    })?;
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(answer)
}
