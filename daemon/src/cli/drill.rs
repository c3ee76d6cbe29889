//! `resguardo drill` and `resguardo drills`: has backups restored for a test, and lists how that went.

use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::args_drill::{Drill, Drills};
use super::backup_here::{login, now, runtime};
use super::exit::{Failure, code};
use super::interrupt::at_interrupt;
use super::times::moment;
use super::{load, log, print, socket};
use crate::jobs::report::Listing;
use crate::service::client;
use crate::service::drill::{self, DrillReport, Here};
use crate::service::here;
use crate::service::protocol::{Line, Request};
use crate::units;

pub(super) fn run(config: &Path, asked: &Drill) -> Result<u8, Failure> {
    let reports = if asked.here {
        in_this_process(config, asked)?
    } else {
        let request = Request::Drill { names: asked.names.clone(), disk: asked.disk.clone() };
        let answer: Listing<DrillReport> = client::ask(&socket::of(config)?, request)?.answer(|line| {
            if let Line::Text(text) = line {
                print::note(&text);
            }
        })?;
        answer.items
    };
    if asked.json {
        print::json(&serde_json::json!({ "drills": reports }))?;
    } else {
        reports.iter().try_for_each(|report| print::out(&told(report)))?;
    }
    Ok(worst(&reports))
}

fn in_this_process(config: &Path, asked: &Drill) -> Result<Vec<DrillReport>, Failure> {
    let config = load(config)?;
    here::own(&config)?;
    let logs = log::start(&config);
    let runtime = runtime()?;
    let cancel = CancellationToken::new();
    let ended = cancel.clone();
    at_interrupt(&runtime, move || ended.cancel())?;
    let by = login();
    let asked = Here { names: &asked.names, disk: asked.disk.as_deref(), by: &by, cancel: &cancel, tell: &print::note };
    let reports = drill::here(config, logs.runs.clone(), &runtime, now(), &asked);
    runtime.shutdown_background();
    Ok(reports?)
}

pub(super) fn list(config: &Path, asked: &Drills) -> Result<u8, Failure> {
    let request = Request::Drills { dataset: asked.dataset.clone(), limit: socket::limit(asked.limit) };
    let drills: Listing<DrillReport> = client::ask_once(&socket::of(config)?, request)?;
    if asked.json {
        print::json(&serde_json::json!({ "drills": drills.items, "more": drills.more }))?;
    } else {
        print::out(&table(&drills.items))?;
        print::more(drills.more);
    }
    Ok(code::DONE)
}

/// A drill that failed is damage; one that could not be tried needs a hand.
fn worst(reports: &[DrillReport]) -> u8 {
    let any = |outcome: &str| reports.iter().any(|report| report.outcome == outcome);
    if any("failed") {
        code::DAMAGE
    } else if any("not_run") || reports.is_empty() {
        code::ATTENTION
    } else {
        code::DONE
    }
}

fn took(report: &DrillReport) -> String {
    let ms = report.restore_ms.and_then(|ms| u64::try_from(ms).ok());
    ms.map(|ms| units::duration(Duration::from_millis(ms))).unwrap_or_default()
}

fn told(report: &DrillReport) -> String {
    let why = report.error.as_deref().unwrap_or_default();
    match report.outcome.as_str() {
        "passed" => {
            let found: String = report.findings.iter().map(|(what, found)| format!("  {what}: {found}\n")).collect();
            format!("passed   {} from {}, restored in {}\n{found}", report.archive, report.disk, took(report))
        }
        "failed" => format!("FAILED   {} from {}: {why}\n", report.archive, report.disk),
        _ => format!("not run  {}: {why}\n", report.archive),
    }
}

fn table(drills: &[DrillReport]) -> String {
    let rows = drills.iter().map(|drill| {
        vec![
            moment(&drill.started),
            drill.archive.clone(),
            drill.disk.clone(),
            drill.outcome.clone(),
            took(drill),
            drill.asked_by.clone(),
            drill.error.clone().unwrap_or_default(),
        ]
    });
    print::table(&["when", "archive", "disk", "outcome", "restored in", "asked by", "why"], &[], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcome: &str) -> DrillReport {
        serde_json::from_value(serde_json::json!({
            "id": "x", "dataset": "bd/quejas", "archive": "bd/quejas/2026-11-22T020000-0600", "disk": "disco-a",
            "asked_by": "ana", "outcome": outcome, "started": "2026-11-23T05:00:00-06:00",
            "ended": "2026-11-23T05:03:00-06:00", "restore_ms": 125_000,
            "findings": [["tables", "12"]], "error": "psql does not load the dump",
        }))
        .unwrap()
    }

    #[test]
    fn the_exit_code_is_that_of_the_worst() {
        assert_eq!(worst(&[report("passed")]), code::DONE);
        assert_eq!(worst(&[report("passed"), report("not_run")]), code::ATTENTION);
        assert_eq!(worst(&[report("failed"), report("not_run"), report("passed")]), code::DAMAGE);
    }

    #[test]
    fn a_drill_is_told_with_how_long_a_restore_takes() {
        let text = told(&report("passed"));
        assert!(
            text.starts_with("passed   bd/quejas/2026-11-22T020000-0600 from disco-a, restored in 2 min 05 s\n"),
            "{text}"
        );
        assert!(text.contains("  tables: 12\n"), "{text}");
        assert!(told(&report("failed")).contains("FAILED   bd/quejas/2026-11-22T020000-0600 from disco-a: psql"));
    }
}
