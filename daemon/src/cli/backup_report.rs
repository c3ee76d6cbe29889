//! What became of a run that the service made, in the same words as of one in this process. It may not ask anybody.

use super::exit::{self, Failure, code};
use super::print;
use super::times::between;
use crate::jobs::report::{DatasetReport, RunReport};
use crate::units;

/// Says what became of a run, and returns its exit code.
pub(super) fn tell(run: &RunReport, as_json: bool) -> Result<u8, Failure> {
    if as_json {
        print::json(&json(run))?
    } else {
        print::out(&summary(run))?
    }
    errors(run).for_each(|error| print::note(&format!("resguardo: {error}")));
    Ok(exit_code(run))
}

/// The exit code of a run: where nothing was kept, that of the first dataset's failure.
pub(super) fn exit_code(run: &RunReport) -> u8 {
    let kept = kept(run);
    match run.state.as_str() {
        "kept" => code::DONE,
        "partly" => code::PARTLY,
        "cancelled" => code::INTERRUPTED,
        // It waits because it found none of its disks.
        "waiting" => code::DISK,
        _ if kept > 0 => code::PARTLY,
        _ => {
            let kind = run.datasets.iter().find_map(|dataset| dataset.error_kind.as_deref());
            exit::of_kind(kind.unwrap_or_default())
        }
    }
}

/// A page for a person.
fn summary(run: &RunReport) -> String {
    let mut text = String::new();
    for dataset in &run.datasets {
        match &dataset.archive {
            Some(archive) => {
                let (plain, packed) = (size(dataset.plain_bytes), size(dataset.archive_bytes));
                text.push_str(&format!(
                    "kept    {archive}  {plain}, {packed} compressed, on {}\n",
                    dataset.disks.join(", ")
                ));
                for (file, shows) in &dataset.files {
                    text.push_str(&format!("        {file}  {shows}\n"));
                }
            }
            None if is_failure(dataset) => text.push_str(&format!("FAILED  {}\n", dataset.dataset)),
            None => text.push_str(&format!("{:<7} {}\n", dataset.state, dataset.dataset)),
        }
        for odd in dataset.warnings.iter().filter(|warning| warning.starts_with("odd: ")) {
            text.push_str(&format!("        {odd}; if it is right, say `resguardo accept {}`\n", dataset.dataset));
        }
        for failed in &dataset.failed {
            text.push_str(&format!("        not on {}: {}\n", failed.disk, failed.why));
        }
    }
    let took = between(run.started.as_deref(), run.ended.as_deref());
    let took = took.map(|took| format!(" in {}", units::duration(took))).unwrap_or_default();
    text.push_str(&format!("{} of {} datasets kept{took}\n", kept(run), run.datasets.len()));
    text
}

/// Why it did not end well, a line each.
fn errors(run: &RunReport) -> impl Iterator<Item = &str> {
    let datasets = run.datasets.iter().filter_map(|dataset| dataset.error.as_deref());
    // A run often fails for the reason of its only dataset.
    let own =
        run.error.as_deref().filter(|error| run.datasets.iter().all(|dataset| dataset.error.as_deref() != Some(error)));
    datasets.chain(own)
}

/// The same for programs.
fn json(run: &RunReport) -> serde_json::Value {
    let kept = kept(run);
    serde_json::json!({
        "run": run.run,
        "id": run.id,
        "state": run.state,
        "kept": kept,
        "failed": run.datasets.len() - kept,
        "datasets": run.datasets.iter().map(dataset_json).collect::<Vec<_>>(),
        "error": run.error,
    })
}

fn dataset_json(dataset: &DatasetReport) -> serde_json::Value {
    let good = dataset.disks.iter().map(|disk| serde_json::json!({ "disk": disk, "ok": true, "error": null }));
    let bad = dataset
        .failed
        .iter()
        .map(|failed| serde_json::json!({ "disk": failed.disk, "ok": false, "error": failed.why }));
    let word = match &dataset.archive {
        None => "failed",
        Some(_) if dataset.failed.is_empty() => "kept",
        Some(_) => "partly",
    };
    serde_json::json!({
        "dataset": dataset.dataset,
        "outcome": word,
        "archive": dataset.archive,
        "bytes": dataset.plain_bytes,
        "archive_bytes": dataset.archive_bytes,
        "disks": good.chain(bad).collect::<Vec<_>>(),
        "warnings": dataset.warnings,
        "error": dataset.error,
    })
}

fn kept(run: &RunReport) -> usize {
    run.datasets.iter().filter(|dataset| dataset.archive.is_some()).count()
}

/// Whether it was tried; one that was cancelled before its turn did not fail.
fn is_failure(dataset: &DatasetReport) -> bool {
    dataset.error.is_some() || matches!(dataset.state.as_str(), "failed" | "interrupted")
}

fn size(bytes: Option<i64>) -> String {
    bytes.and_then(|bytes| u64::try_from(bytes).ok()).map_or_else(|| "?".to_owned(), units::bytes)
}

#[cfg(test)]
mod tests {
    use super::super::runs::tests::partly;
    use super::*;

    #[test]
    fn the_summary_says_what_was_kept_and_what_was_not() {
        let expected = "\
kept    bd/quejas/2026-11-22T020000-0600  4.0 KiB, 1.0 KiB compressed, on disco-a
        not on disco-b: no room
FAILED  bd/sitio
        not on disco-b: no room
1 of 2 datasets kept in 3 min 07 s
";
        assert_eq!(summary(&partly()), expected);
        assert_eq!(errors(&partly()).collect::<Vec<_>>(), ["bd/sitio: tar ended with 2"]);
    }

    #[test]
    fn json_has_the_shape_of_a_run_in_this_process() {
        let json = json(&partly());
        let outcomes: Vec<_> = json["datasets"].as_array().unwrap().iter().map(|dataset| &dataset["outcome"]).collect();
        assert_eq!((outcomes[0].as_str(), outcomes[1].as_str()), (Some("partly"), Some("failed")));
        assert_eq!((json["kept"].as_u64(), json["failed"].as_u64()), (Some(1), Some(1)));
        assert_eq!(json["datasets"][0]["disks"][1]["error"], "no room");
    }

    #[test]
    fn each_state_has_its_exit_code() {
        let with = |state: &str, kept: bool| {
            let mut run = partly();
            run.state = state.to_owned();
            run.datasets.retain(|dataset| dataset.archive.is_some() == kept);
            exit_code(&run)
        };
        let codes = ["kept", "partly", "cancelled", "waiting", "interrupted"].map(|state| with(state, true));
        assert_eq!(codes, [code::DONE, code::PARTLY, code::INTERRUPTED, code::DISK, code::PARTLY]);
        assert_eq!((with("failed", false), with("interrupted", false)), (code::FAILED, code::FAILED));
    }
}
