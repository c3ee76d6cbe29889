//! Is what was verified what should have been? A verification that only ever sees last week's file is worse than none.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::times::{age, parsed};
use crate::config::model::Config;
use crate::jobs::archives::Found;
use crate::jobs::report::{DatasetStatus, Status};
use crate::jobs::stale;
use crate::service::client;
use crate::service::protocol::Request;

/// How old the newest backup is that was found of a dataset.
#[derive(Debug)]
pub(super) struct Freshness {
    /// `SERVER/DATASET`.
    pub(super) dataset: String,
    /// The backup.
    pub(super) archive: String,
    /// Its age in seconds.
    pub(super) age_seconds: Option<i64>,
    /// Why it is not the one that should be there.
    pub(super) stale: Option<String>,
}

/// Looks at the newest backup that was found of a dataset, by what the service knows, and else by the plans.
pub(super) fn look(
    config: Option<&Config>,
    socket: &Path,
    dataset: &str,
    newest: &Found,
    now: DateTime<Utc>,
) -> Freshness {
    let archive = newest.entry.name().to_owned();
    let started = newest.entry.manifest.as_ref().ok().and_then(|manifest| parsed(&manifest.started));
    let started = started.map(|started| started.to_utc());
    let age_seconds = started.map(|started| (now - started).num_seconds());
    let stale = by_index(socket, dataset, &archive)
        .or_else(|| config.zip(started).and_then(|(config, started)| by_plan(config, dataset, started, now)));
    Freshness { dataset: dataset.to_owned(), archive, age_seconds, stale }
}

/// A newer one that the service knows and that was not found.
fn by_index(socket: &Path, dataset: &str, archive: &str) -> Option<String> {
    let status: Status = client::ask_once(socket, Request::Status).ok()?;
    let known = |status: &Status| {
        let mut datasets = status.plans.iter().flat_map(|plan| plan.datasets.clone());
        datasets.find(|known| known.dataset == dataset)
    };
    let DatasetStatus { archive: last, disks, .. } = known(&status)?;
    // Stamps of one time zone sort as their moments do.
    let last = last.filter(|last| last.as_str() > archive)?;
    Some(format!("the last good backup is {last}, on {}: connect it and verify again", disks.join(", ")))
}

/// A newer one that some plan should have made by now.
fn by_plan(config: &Config, dataset: &str, started: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    let has = |plan: &&crate::config::model::Plan| {
        plan.datasets
            .iter()
            .any(|(server, name)| dataset.strip_prefix(server.as_str()) == Some(format!("/{name}").as_str()))
    };
    let plan = config.plans.iter().filter(has).find(|plan| stale::is_outdated(plan, started, now))?;
    Some(format!(
        "by plan {} ({}) a newer backup should be there: connect the disk that has it, or see `resguardo status`",
        plan.name, plan.when.text
    ))
}

/// The line for a person.
pub(super) fn line(fresh: &Freshness) -> String {
    let old = fresh.age_seconds.map_or_else(|| "?".to_owned(), age);
    match &fresh.stale {
        None => format!("newest   {} is {old} old\n", fresh.archive),
        Some(why) => format!("OLD      {} is {old} old and not the newest: {why}\n", fresh.archive),
    }
}

/// The same for programs.
pub(super) fn json(fresh: &Freshness) -> serde_json::Value {
    serde_json::json!({
        "dataset": fresh.dataset, "archive": fresh.archive, "age_seconds": fresh.age_seconds, "stale": fresh.stale,
    })
}
