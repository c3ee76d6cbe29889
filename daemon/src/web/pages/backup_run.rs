//! One run: when, by whom, what each dataset became, compared with the backups before it, and its log. It may not know how it was
//! made.

use std::io::SeekFrom;
use std::path::Path as File;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::backup_words::{Badge, Deed, bytes, moment, of_state, took};
use super::backups::{Listed, SEES, listed};
use super::trend::{Trend, trend};
use crate::desk::access::Action;
use crate::jobs::run_id::log_path;
use crate::store::rows::{Dataset, Run, RunState};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::number;
use crate::web::page::{Page, show};
use crate::web::routes::Routes;
use crate::web::visit::Visit;

/// The backups that one is compared with, and itself.
const COMPARED: u32 = 11;
/// What of a log is shown: its end.
const LOG_BYTES: u64 = 48 * 1024;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/respaldos/corridas/{corrida}", run);
}

/// A backup of the same dataset.
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
    courses: Vec<(String, Trend)>,
    deeds: Vec<Deed>,
    /// Restoring is behind another click.
    restore: Option<Deed>,
}

#[derive(Template)]
#[template(path = "backup_run.html")]
struct RunPage {
    page: Page,
    run: Listed,
    /// When it was asked for, began and ended.
    times: Vec<(&'static str, String)>,
    parts: Vec<Part>,
    again: Option<Deed>,
    cancel: Option<Deed>,
    /// Its end, and whether something came before it.
    log: Option<(String, bool)>,
}

/// What somebody who looks on may do.
#[derive(Clone, Copy)]
struct Rights {
    run: bool,
    restore: bool,
}

async fn run(State(app): State<Arc<App>>, visit: Visit, Path(text): Path<String>) -> Result<Response, Failure> {
    let number = number(&text).ok_or(Failure::NotFound)?;
    let run = app.store.run(number).await?.ok_or(Failure::NotFound)?;
    let restores = visit.may(Action::RestoreBackups) && app.config.paths.restored.is_some();
    let rights = Rights { run: visit.may(Action::RunBackups), restore: restores };
    let (mut parts, mut names) = (Vec::new(), Vec::new());
    for row in app.store.datasets(run.id).await? {
        names.push(format!("{}/{}", row.server, row.dataset));
        parts.push(part(&app, row, rights).await?);
    }
    let moments = [("Se pidió", Some(run.queued)), ("Empezó", run.started), ("Terminó", run.ended)];
    let times = moments.into_iter().filter(|(_, at)| at.is_some());
    let is_open = matches!(run.state, RunState::Queued | RunState::Running | RunState::Waiting);
    let again = (rights.run && !is_open).then(|| again(&run, &names));
    let path = log_path(&app.config.paths.log, number);
    show(&RunPage {
        page: visit.page(&format!("Corrida {number}")),
        times: times.map(|(word, at)| (word, moment(&app, at))).collect(),
        parts,
        again,
        cancel: (rights.run && is_open).then(|| Deed::cancel(number)),
        log: if rights.run { tail(&path).await } else { None },
        run: listed(&app, &run),
    })
}

/// The same once more.
fn again(run: &Run, names: &[String]) -> Deed {
    let is_good = run.state == RunState::Kept;
    let label = if is_good { "Respaldar otra vez" } else { "Repetir la corrida" };
    match &run.plan {
        Some(plan) => Deed::back_up(plan, label),
        None => Deed::back_up(&names.join(","), label),
    }
}

async fn part(app: &App, row: Dataset, rights: Rights) -> Result<Part, Failure> {
    let mut history = app.store.history(&row.server, &row.dataset, COMPARED).await?;
    let earlier = history.iter().map(|one| Earlier {
        at: moment(app, one.started),
        size: bytes(one.plain_bytes),
        archive: bytes(one.archive_bytes),
        took: took(one),
        is_this: one.id == row.id,
    });
    let earlier = earlier.collect();
    history.reverse();
    let name = format!("{}/{}", row.server, row.dataset);
    let archive = row.archive.clone().unwrap_or_default();
    let mut deeds = Vec::new();
    if rights.run && !archive.is_empty() {
        deeds = vec![Deed::verify(&archive), Deed::drill(&name)];
    }
    Ok(Part {
        state: of_state(row.state),
        began: moment(app, row.started),
        took: took(&row),
        size: bytes(row.plain_bytes),
        kept: row.kept_on.join(", "),
        earlier,
        courses: courses(app, &name, &history),
        restore: (rights.restore && !archive.is_empty()).then(|| Deed::restore(&archive)),
        archive,
        deeds,
        name,
        failed: row.failed_on,
        files: row.files,
        warnings: row.warnings,
        error: row.error.unwrap_or_default(),
    })
}

/// How sizes and durations went, the oldest first, each with its title.
fn courses(app: &App, name: &str, history: &[Dataset]) -> Vec<(String, Trend)> {
    let drawn = |title: &str, unit: (i64, &str), of: &dyn Fn(&Dataset) -> Option<i64>| {
        let point = |row: &Dataset| {
            let at = row.started.map(|at| at.with_timezone(&app.config.time_zone).format("%d-%m").to_string());
            // Hundredths of the unit.
            (at.unwrap_or_default(), of(row).map(|value| value.saturating_mul(100) / unit.0))
        };
        let points: Vec<(String, Option<i64>)> = history.iter().map(point).collect();
        let title = format!("{title}, en {}", unit.1);
        trend(&format!("{name}: {title}"), &points, None).map(|course| (title, course))
    };
    let size = |row: &Dataset| row.plain_bytes;
    let took = |row: &Dataset| Some((row.ended? - row.started?).num_milliseconds());
    let largest = history.iter().filter_map(size).max().unwrap_or_default();
    let longest = history.iter().filter_map(took).max().unwrap_or_default();
    let size_unit = match largest {
        0..10_240 => (1, "bytes"),
        10_240..10_485_760 => (1024, "KiB"),
        10_485_760..10_737_418_240 => (1 << 20, "MiB"),
        _ => (1 << 30, "GiB"),
    };
    let time_unit = if longest < 600_000 { (1000, "segundos") } else { (60_000, "minutos") };
    [drawn("Tamaño del volcado", size_unit, &size), drawn("Duración", time_unit, &took)].into_iter().flatten().collect()
}

/// The end of a log, and whether something came before it; nothing where there is none any more.
async fn tail(path: &File) -> Option<(String, bool)> {
    let mut file = tokio::fs::File::open(path).await.ok()?;
    let length = file.metadata().await.ok()?.len();
    let from = length.saturating_sub(LOG_BYTES);
    file.seek(SeekFrom::Start(from)).await.ok()?;
    let mut bytes = Vec::new();
    file.take(LOG_BYTES).read_to_end(&mut bytes).await.ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if from == 0 {
        return Some((text, false));
    }
    // The first line is cut.
    let text = text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    Some((text, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_a_long_log_its_end_is_shown_from_a_whole_line_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run-1.log");
        assert_eq!(tail(&path).await, None);
        std::fs::write(&path, "una\ndos\n").unwrap();
        assert_eq!(tail(&path).await, Some(("una\ndos\n".to_owned(), false)));
        let long: String = (0..20_000).map(|line| format!("línea {line:05}\n")).collect();
        std::fs::write(&path, long).unwrap();
        let (text, is_cut) = tail(&path).await.unwrap();
        assert!(is_cut && text.starts_with("línea ") && text.ends_with("línea 19999\n"));
        assert!(u64::try_from(text.len()).unwrap() <= LOG_BYTES);
    }
}
