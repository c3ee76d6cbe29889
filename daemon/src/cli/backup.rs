//! `resguardo backup`: runs the main job in this process, and says what became of it.

use std::time::Instant;

use chrono::Utc;
use tokio::runtime::Runtime;

use super::args::Backup;
use super::bars::Bars;
use super::exit::{self, Failure, code};
use super::{log, print};
use crate::config::model::Config;
use crate::jobs::backup::{self, Outcome, Run};
use crate::jobs::error::chain;
use crate::jobs::{lock, select};
use crate::units;

pub(super) fn run(config: &Config, asked: &Backup) -> Result<u8, Failure> {
    let items = select::select(config, &asked.names)?;
    let _held = lock::take(&config.paths.state)?;
    let _logs = log::start(config);
    let runtime = runtime()?;
    end_on_interrupt(&runtime);
    let bars = Bars::new();
    let began = Instant::now();
    let run = Run { config, runtime: runtime.handle(), now: now(), listen: &|event| bars.show(event) };
    let outcomes = backup::run(run, items);
    // What is left of the network must not keep the program.
    runtime.shutdown_background();
    if asked.json {
        print::json(&json(&outcomes))?
    } else {
        print::out(&summary(&outcomes, began))?
    }
    for failure in outcomes.iter().filter_map(|outcome| outcome.kept.as_ref().err()) {
        print::note(&format!("resguardo: {}", chain(failure)));
    }
    Ok(exit_code(&outcomes))
}

/// A runtime for the network: one thread for the wire, one for whatever else waits.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|error| Failure::unexpected("cannot start", &error))
}

/// The clock of the driver.
#[expect(clippy::disallowed_methods, reason = "this is where the driver of jobs gets its clock")]
pub(super) fn now() -> fn() -> chrono::DateTime<Utc> {
    Utc::now
}

/// Ends the program at Ctrl-C or SIGTERM. Nothing needs to be tidied up: what is unfinished counts for nothing, the far
/// side ends with the connection, and the next run sweeps.
#[expect(clippy::exit, reason = "the process ends here, and the kernel releases its locks")]
fn end_on_interrupt(runtime: &Runtime) {
    use tokio::signal::unix::{SignalKind, signal};
    let _ended_with_the_runtime = runtime.spawn(async {
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        print::note("resguardo: interrupted; what was unfinished is no backup, and the next run removes it");
        std::process::exit(i32::from(code::INTERRUPTED));
    });
}

fn exit_code(outcomes: &[Outcome]) -> u8 {
    let kept = outcomes.iter().filter(|outcome| outcome.kept.is_ok()).count();
    let whole = outcomes.iter().all(|outcome| outcome.kept.is_ok() && outcome.failed.is_empty());
    match outcomes.iter().find_map(|outcome| outcome.kept.as_ref().err()) {
        _ if whole => code::DONE,
        Some(error) if kept == 0 => exit::of(error),
        _ => code::PARTLY,
    }
}

fn summary(outcomes: &[Outcome], began: Instant) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        match &outcome.kept {
            Ok(kept) => {
                let (plain, archive) = (kept.manifest.plain_bytes(), kept.manifest.archive_bytes());
                let (plain, archive) = (units::bytes(plain), units::bytes(archive));
                text.push_str(&format!(
                    "kept    {}  {plain}, {archive} compressed, on {}\n",
                    kept.archive,
                    kept.disks.join(", ")
                ));
                for file in &kept.manifest.files {
                    text.push_str(&format!("        {}  {}\n", file.name, file.evidence.shows));
                }
            }
            Err(_) => text.push_str(&format!("FAILED  {}\n", outcome.item.name())),
        }
        for (disk, error) in &outcome.failed {
            text.push_str(&format!("        not on {disk}: {}\n", chain(error)));
        }
    }
    let kept = outcomes.iter().filter(|outcome| outcome.kept.is_ok()).count();
    let took = units::duration(began.elapsed());
    text.push_str(&format!("{kept} of {} datasets kept in {took}\n", outcomes.len()));
    text
}

fn json(outcomes: &[Outcome]) -> serde_json::Value {
    let dataset = |outcome: &Outcome| {
        let kept = outcome.kept.as_ref().ok();
        let good = kept
            .iter()
            .flat_map(|kept| &kept.disks)
            .map(|disk| serde_json::json!({ "disk": disk, "ok": true, "error": null }));
        let bad = outcome
            .failed
            .iter()
            .map(|(disk, error)| serde_json::json!({ "disk": disk, "ok": false, "error": chain(error) }));
        let word = match kept {
            None => "failed",
            Some(_) if outcome.failed.is_empty() => "kept",
            Some(_) => "partly",
        };
        serde_json::json!({
            "dataset": outcome.item.name(),
            "outcome": word,
            "archive": kept.map(|kept| kept.archive.clone()),
            "bytes": kept.map(|kept| kept.manifest.plain_bytes()),
            "archive_bytes": kept.map(|kept| kept.manifest.archive_bytes()),
            "disks": good.chain(bad).collect::<Vec<_>>(),
            "warnings": kept.map(|kept| kept.manifest.warnings.clone()).unwrap_or_default(),
            "error": outcome.kept.as_ref().err().map(|error| chain(error)),
        })
    };
    let kept = outcomes.iter().filter(|outcome| outcome.kept.is_ok()).count();
    serde_json::json!({
        "kept": kept,
        "failed": outcomes.len() - kept,
        "datasets": outcomes.iter().map(dataset).collect::<Vec<_>>(),
    })
}
