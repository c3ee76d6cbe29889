//! The main job: each dataset from its server to every disk, and nothing called a backup before it was read back.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use resguardo_shared::dump::{Dump, Part};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::error::{JobError, chain};
use super::hours::Hours;
pub use super::preflight::{Looked, admit_all};
use super::preflight::{abandon, claim, free_stem, ready};
use super::progress::{Event, Listener, Step};
use super::select::Item;
use super::stage::{Failed, From, archive_keys, stage};
use super::targets;
use crate::config::model::{Config, Dataset, Server};
use crate::crypt::Seal;
use crate::proof::Evidence;
use crate::source::Line;
use crate::vault::admit::Admitted;
use crate::vault::commit::{self, Candidate, Staged};
use crate::vault::layout::Stem;
use crate::vault::manifest::{DiskName, Encryption, Manifest, ReadBack};
use crate::vault::read_back::How;
use crate::vault::writer::Pending;

/// The clock, as whoever drives the jobs reads it.
pub type Clock<'a> = &'a (dyn Fn() -> DateTime<Utc> + Sync);

/// What a run has to work with.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The checked configuration.
    pub config: &'a Config,
    /// The runtime for the network.
    pub runtime: &'a Handle,
    /// The clock.
    pub now: Clock<'a>,
    /// Ends the run when it is cancelled: at once where nothing is lost by it, and never between the first and the last
    /// name of a backup.
    pub cancel: &'a CancellationToken,
    /// Whether the windows of plans bind it. They do not bind a run that an operator asked for.
    pub bound: bool,
    /// Who looks on.
    pub listen: Listener<'a>,
}

/// What became of one dataset.
#[derive(Debug)]
pub struct Outcome {
    /// What was to be kept.
    pub item: Item,
    /// The backup, or why there is none.
    pub kept: Result<Kept, JobError>,
    /// The disks that did not keep it.
    pub failed: Failed,
}

/// A backup that exists on at least one disk.
#[derive(Debug)]
pub struct Kept {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The manifest, as on the first disk.
    pub manifest: Manifest,
    /// The disks that hold it.
    pub disks: Vec<String>,
    /// The manifest of each of these disks.
    pub copies: Vec<Manifest>,
    /// When the dump began.
    pub started: DateTime<Utc>,
    /// When the dump had been received.
    pub received: DateTime<Utc>,
}

/// Backs up these datasets, one after the other. One that fails does not stop the next. The caller holds the run lock.
pub fn run(run: Run<'_>, items: Vec<Item>) -> Vec<Outcome> {
    let admitted = admit_all(run.config, (run.now)(), &items);
    items.into_iter().map(|item| one(run, Uuid::now_v7(), item, &admitted)).collect()
}

/// Backs up one dataset under this id, to those of its disks that were admitted. The caller holds the run lock.
pub fn one(run: Run<'_>, id: Uuid, item: Item, admitted: &Looked) -> Outcome {
    let mut failed = Failed::new();
    let name = item.name();
    let listen = |event: Event| {
        log(&name, &event);
        (run.listen)(event);
    };
    let kept = keep(Run { listen: &listen, ..run }, id, &item, admitted, &mut failed);
    abandon(id, &item, admitted, kept.as_ref().map_or(&[], |kept| &kept.disks));
    (run.listen)(Event::Ended);
    match &kept {
        Ok(kept) => tracing::info!(archive = kept.archive, disks = ?kept.disks, failed = failed.len(), "kept"),
        Err(error) => tracing::error!(dataset = item.name(), error = chain(error), "not kept"),
    }
    Outcome { item, kept, failed }
}

/// The log of a run, for the technician who has to explain it on Monday.
fn log(dataset: &str, event: &Event) {
    match event {
        Event::Began { expected_bytes, .. } => tracing::info!(dataset, expected_bytes, "begins"),
        Event::Step(step) => tracing::info!(dataset, "{}", step.word()),
        Event::LinkLost { why, seconds } => {
            tracing::warn!(dataset, why, "the link was lost; the dump waits for it for {seconds} s");
        }
        Event::LinkBack { seconds } => tracing::info!(dataset, "the link is back after {seconds} s"),
        Event::Paused { until } => tracing::info!(dataset, until, "the window is closed; the dump stands still"),
        Event::Resumed => tracing::info!(dataset, "the window is open; the dump goes on"),
        Event::DiskFailed { disk, why } => tracing::warn!(dataset, disk, why, "a disk was left out"),
        Event::Warning(warning) => tracing::warn!(dataset, "warning: {warning}"),
        Event::Bytes { .. } | Event::Taken { .. } | Event::Ended => {}
    }
}

/// The backup of one dataset, from top to bottom.
fn keep(run: Run<'_>, id: Uuid, item: &Item, admitted: &Looked, failed: &mut Failed) -> Result<Kept, JobError> {
    let (server, dataset) = find(run.config, item)?;
    let name = item.name();
    let started = (run.now)();
    not_cancelled(run, &name)?;
    let hours = Hours::of(run.config, item.plan.as_deref(), run.bound, run.now);
    hours.may_begin(&name)?;

    // Preflight: every disk is here, is the one it says, and has room for what the last backup predicts.
    let (disks, expected) = ready(item, admitted, failed);
    all_left(&name, &disks, failed)?;
    (run.listen)(Event::Began { dataset: name.clone(), expected_bytes: expected, tail_ms: None });
    tell_failed(run, failed);
    let stem = free_stem(run, item, started, &disks);
    // Whoever shall be able to read it later, and until this run is over the run itself.
    let seal = Seal::new(&run.config.encryption.recipients);
    let mut candidates = claim(&disks, id, &stem, &archive_keys(&stem, &dataset.dump, seal.as_ref()), failed);
    all_left(&name, &candidates, failed)?;

    // The dump, part by part, to every disk at once.
    (run.listen)(Event::Step(Step::Connect));
    let line = connect(run, server, &name)?;
    let from = From {
        name: &name,
        line: &line,
        hours,
        dump: &dataset.dump,
        seal: seal.as_ref(),
        limits: run.config.limits,
        runtime: run.runtime,
        cancel: run.cancel,
    };
    let mut staged = Vec::new();
    let mut warnings = Vec::new();
    for &part in dataset.dump.parts() {
        let took = stage(&from, part, id, &stem, &mut candidates, failed, run.listen);
        all_left(&name, &candidates, failed)?;
        let (archive, said) = took?;
        staged.push(archive);
        warnings.extend(said);
    }
    warnings.iter().for_each(|warning| (run.listen)(Event::Warning(warning.clone())));
    let ended = (run.now)();
    let (host_key, mode) = (line.host_key_fingerprint().to_owned(), line.way().word().to_owned());
    drop(line);

    // Read back past the page cache, and asked whether it is complete.
    (run.listen)(Event::Step(Step::ReadBack));
    let (evidence, candidates) = read_back(run, candidates, &staged, seal.as_ref(), failed)?;
    all_left(&name, &candidates, failed)?;
    let evidence = evidence.unwrap_or_default();
    count(&name, &dataset.dump, &staged, &evidence, warnings.len())?;

    // Names, checksums, and the manifest last. From here on it is quicker to finish than to give up.
    not_cancelled(run, &name)?;
    (run.listen)(Event::Step(Step::Publish));
    let encryption = Encryption::to(&run.config.encryption.recipients);
    let draft = Manifest {
        format: Manifest::format_of(encryption.as_ref()),
        run: id,
        plan: item.plan.clone(),
        server: item.server.clone(),
        dataset: item.dataset.clone(),
        dump: dataset.dump.clone(),
        started: local(run, started),
        ended: local(run, ended),
        tool: format!("resguardo {}", env!("CARGO_PKG_VERSION")),
        mode,
        host_key,
        encryption,
        files: commit::files(&staged, &evidence),
        members: commit::members(&staged, &stem),
        warnings,
        disk: DiskName { id: Uuid::nil(), label: String::new() },
        read_back: ReadBack { at: String::new(), how: String::new(), decompressed: false },
    };
    let kept = publish(run, candidates, &staged, &stem, &draft, failed);
    let (copies, disks): (Vec<Manifest>, Vec<String>) = kept.into_iter().unzip();
    let manifest = copies.first().cloned().ok_or_else(|| no_disk(&name, failed))?;
    Ok(Kept { archive: archive_name(&stem), manifest, disks, copies, started, received: ended })
}

fn find<'a>(config: &'a Config, item: &Item) -> Result<(&'a Server, &'a Dataset), JobError> {
    let found = config.server(&item.server).zip(config.dataset(&item.server, &item.dataset));
    found.ok_or_else(|| JobError::Unknown { what: "dataset", name: item.name(), known: String::new() })
}

fn tell_failed(run: Run<'_>, failed: &Failed) {
    failed.iter().for_each(|(disk, why)| {
        (run.listen)(Event::DiskFailed { disk: disk.clone(), why: chain(why) });
    });
}

fn connect(run: Run<'_>, server: &Server, name: &str) -> Result<Arc<Line>, JobError> {
    let connecting = run.cancel.run_until_cancelled(targets::line(run.config, server, name));
    run.runtime.block_on(connecting).ok_or_else(|| JobError::Cancelled { dataset: name.to_owned() })?
}

type ReadBackCandidates = Vec<(Candidate, How, bool)>;

fn read_back(
    run: Run<'_>,
    candidates: Vec<Candidate>,
    staged: &[Staged],
    seal: Option<&Seal>,
    failed: &mut Failed,
) -> Result<(Option<Vec<Evidence>>, ReadBackCandidates), JobError> {
    let disks: Vec<Admitted> = candidates.iter().map(|candidate| candidate.disk.clone()).collect();
    let threads = resguardo_agent::framer::threads(run.config.limits.threads);
    let (evidence, results) = commit::read_back(&disks, staged, seal.map(Seal::witness), threads)?;
    let mut left = Vec::new();
    for (candidate, result) in candidates.into_iter().zip(results) {
        match result {
            Ok((how, decompressed)) => left.push((candidate, how, decompressed)),
            Err(error) => {
                (run.listen)(Event::DiskFailed { disk: candidate.disk.name.clone(), why: chain(&error) });
                failed.insert(candidate.disk.name, error);
            }
        }
    }
    Ok((evidence, left))
}

/// Holds what the dump shows against what its source counted. More is well: things are made while a dump runs.
fn count(name: &str, dump: &Dump, staged: &[Staged], evidence: &[Evidence], warnings: usize) -> Result<(), JobError> {
    let is_main = |(staged, _): &(&Staged, &Evidence)| staged.part == Part::Main;
    let Some((staged, evidence)) = staged.iter().zip(evidence).find(is_main) else { return Ok(()) };
    let Some(counts) = staged.end.counts else { return Ok(()) };
    let (what, held, allowance) = match (dump, evidence.tables, evidence.members) {
        // With further options, such as `--exclude-table`, fewer tables are what was asked for.
        (Dump::Postgres(postgres), Some(tables), _) if postgres.options.is_empty() => ("tables", tables, 0),
        // Each file that went away while tar read was named in a warning.
        (Dump::Files(_), _, Some(members)) => ("members", members, warnings as u64),
        _ => return Ok(()),
    };
    let counted = counts.before.min(counts.after);
    if held + allowance >= counted {
        return Ok(());
    }
    Err(JobError::Fewer { dataset: name.to_owned(), what, held, counted })
}

fn publish(
    run: Run<'_>,
    candidates: ReadBackCandidates,
    staged: &[Staged],
    stem: &Stem,
    draft: &Manifest,
    failed: &mut Failed,
) -> Vec<(Manifest, String)> {
    let at = local(run, (run.now)());
    let start = |(candidate, how, decompressed): (Candidate, How, bool)| {
        let manifest = commit::for_disk(draft, &candidate.disk, &at, how, decompressed);
        let (name, staged, stem) = (candidate.disk.name.clone(), staged.to_vec(), stem.clone());
        let publishing =
            Pending::start(&name, move || commit::publish(&candidate, &staged, &stem, &manifest).map(|()| manifest));
        (name, publishing)
    };
    // All disks begin before the first is waited for.
    let publishing: Vec<_> = candidates.into_iter().map(start).collect();
    let mut kept = Vec::new();
    for (name, publishing) in publishing {
        match publishing.wait(commit::patience(0)) {
            Ok(manifest) => kept.push((manifest, name)),
            Err(error) => {
                (run.listen)(Event::DiskFailed { disk: name.clone(), why: chain(&error) });
                failed.insert(name, error);
            }
        }
    }
    kept
}

fn not_cancelled(run: Run<'_>, name: &str) -> Result<(), JobError> {
    if run.cancel.is_cancelled() { Err(JobError::Cancelled { dataset: name.to_owned() }) } else { Ok(()) }
}

fn all_left<T>(name: &str, left: &[T], failed: &Failed) -> Result<(), JobError> {
    if left.is_empty() { Err(no_disk(name, failed)) } else { Ok(()) }
}

fn no_disk(name: &str, failed: &Failed) -> JobError {
    let why = failed.values().map(|error| chain(error)).collect::<Vec<_>>().join("; ");
    JobError::NoDisk { dataset: name.to_owned(), why }
}

fn local(run: Run<'_>, moment: DateTime<Utc>) -> String {
    moment.with_timezone(&run.config.time_zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

fn archive_name(stem: &Stem) -> String {
    let key = stem.sha256();
    let name = key.strip_prefix(crate::vault::layout::ARCHIVES).unwrap_or(&key);
    name.strip_suffix(".sha256").unwrap_or(name).to_owned()
}
