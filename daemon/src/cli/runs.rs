//! `resguardo runs`: the newest runs, and what became of them.

use std::path::Path;

use super::args_daemon::Runs;
use super::exit::{Failure, code};
use super::times::{between, moment};
use super::{print, socket};
use crate::jobs::report::{Listing, RunReport};
use crate::service::client;
use crate::service::protocol::Request;
use crate::units;

pub(super) fn run(config: &Path, asked: &Runs) -> Result<u8, Failure> {
    let request = Request::Runs { limit: socket::limit(asked.limit) };
    let runs: Listing<RunReport> = client::ask_once(&socket::of(config)?, request)?;
    if asked.json {
        print::json(&serde_json::json!({ "runs": runs.items, "more": runs.more }))?;
    } else {
        print::out(&table(&runs.items))?;
        print::more(runs.more);
    }
    Ok(code::DONE)
}

fn table(runs: &[RunReport]) -> String {
    let rows = runs.iter().map(row).collect();
    print::table(&["run", "what", "state", "asked by", "queued", "took", "kept", "why"], &[0], rows)
}

fn row(run: &RunReport) -> Vec<String> {
    let kept = run.datasets.iter().filter(|dataset| dataset.archive.is_some()).count();
    let took = between(run.started.as_deref(), run.ended.as_deref()).map(units::duration);
    let who = if run.trigger == "schedule" { "schedule" } else { &run.asked_by };
    vec![
        run.run.to_string(),
        what(run),
        run.state.clone(),
        who.to_owned(),
        moment(&run.queued),
        took.unwrap_or_default(),
        format!("{kept} of {}", run.datasets.len()),
        run.error.clone().unwrap_or_default(),
    ]
}

/// What a run is of: its plan, or the datasets that were named.
fn what(run: &RunReport) -> String {
    match (&run.plan, run.datasets.as_slice()) {
        (Some(plan), _) => plan.clone(),
        (None, []) => String::new(),
        (None, [only]) => only.dataset.clone(),
        (None, [first, rest @ ..]) => format!("{} and {} more", first.dataset, rest.len()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::jobs::report::{DatasetReport, DiskFailure};

    /// A run of two datasets that were named, the second of which was not kept.
    pub(in crate::cli) fn partly() -> RunReport {
        let dataset = |name: &str, archive: Option<&str>| DatasetReport {
            dataset: name.to_owned(),
            state: if archive.is_some() { "partly" } else { "failed" }.to_owned(),
            archive: archive.map(str::to_owned),
            plain_bytes: archive.map(|_| 4096),
            archive_bytes: archive.map(|_| 1024),
            took_ms: Some(1500),
            disks: archive.map(|_| "disco-a".to_owned()).into_iter().collect(),
            failed: vec![DiskFailure { disk: "disco-b".to_owned(), why: "no room".to_owned() }],
            files: Vec::new(),
            warnings: Vec::new(),
            error_kind: None,
            error: if archive.is_some() { None } else { Some("bd/sitio: tar ended with 2".to_owned()) },
        };
        RunReport {
            run: 12,
            id: "0192f0c1-0000-7000-8000-000000000000".to_owned(),
            plan: None,
            due: None,
            trigger: "operator".to_owned(),
            asked_by: "ana".to_owned(),
            state: "partly".to_owned(),
            queued: "2026-11-22T02:00:00-06:00".to_owned(),
            started: Some("2026-11-22T02:00:01-06:00".to_owned()),
            ended: Some("2026-11-22T02:03:08-06:00".to_owned()),
            error: None,
            datasets: vec![dataset("bd/quejas", Some("bd/quejas/2026-11-22T020000-0600")), dataset("bd/sitio", None)],
        }
    }

    #[test]
    fn a_run_is_one_line() {
        let expected = "\
\x20RUN  WHAT                  STATE   ASKED BY  QUEUED            TOOK        KEPT    WHY
  12  bd/quejas and 1 more  partly  ana       2026-11-22 02:00  3 min 07 s  1 of 2
";
        assert_eq!(table(&[partly()]), expected);
    }
}
