//! `resguardo disk repair`: mends damaged or missing copies on a disk from good ones on another.

use std::path::Path;

use resguardo_agent::framer;
use tokio_util::sync::CancellationToken;

use super::args_verify::DiskRepair;
use super::backup_here::now;
use super::exit::{self, Failure, code};
use super::verify::bar;
use super::{load, print, socket, verify_copies};
use crate::config::model::Config;
use crate::jobs::archives::{self, Found};
use crate::jobs::disks;
use crate::jobs::error::{JobError, chain};
use crate::jobs::fault::{Fault, Verdict};
use crate::jobs::repair::{self, Mended, Order};
use crate::jobs::report_checks::CopyReport;
use crate::jobs::verify::Reading;
use crate::jobs::verify_all::verify_all;
use crate::service::client;
use crate::service::protocol::Request;
use crate::units;
use crate::vault::admit::Admitted;
use crate::vault::catalogue;
use crate::vault::store::Store;

pub(super) fn run(config: &Path, asked: &DiskRepair) -> Result<u8, Failure> {
    let by_path =
        disks::is_path(&asked.disk) && !asked.from.is_empty() && asked.from.iter().all(|from| disks::is_path(from));
    let socket = socket::of_or_usual(config);
    let config = if by_path { None } else { Some(load(config)?) };
    let target = archives::one_disk(config.as_ref(), &asked.disk)?;
    let (sources, absent) = archives::open_disks(config.as_ref(), &asked.from)?;
    let archives =
        if asked.archives.is_empty() { damaged(&socket, config.as_ref(), &target)? } else { asked.archives.clone() };
    if archives.is_empty() && !asked.json {
        print::out(&format!(
            "nothing on {} is known to be damaged; `resguardo verify {}` looks\n",
            target.name, asked.disk
        ))?;
    }
    let mut code = code::DONE;
    let mut results = Vec::new();
    for archive in &archives {
        let result = one(&socket, config.as_ref(), &target, archive, &sources);
        if let Err(error) = &result {
            code = exit::of(error);
        }
        if !asked.json {
            print::out(&line(archive, &target, &result))?;
        }
        results.push(json(archive, &target, &result));
    }
    if code != code::DONE {
        absent.iter().for_each(|error| print::note(&format!("not here: {}", chain(error))));
    }
    if asked.json {
        print::json(&serde_json::json!({ "archives": results }))?;
    }
    Ok(code)
}

/// What is to be mended: by what the service knows, or else by reading all that lies on the disk.
fn damaged(socket: &Path, config: Option<&Config>, target: &Admitted) -> Result<Vec<String>, Failure> {
    let request = Request::DamagedOn { disk: target.marker.label.clone() };
    if let Ok(copies) = client::ask_once::<Vec<CopyReport>>(socket, request) {
        return Ok(copies.into_iter().map(|copy| copy.archive).collect());
    }
    let found = archives::list(std::slice::from_ref(target), None)?;
    let plain = |found: &Found| found.entry.manifest.as_ref().map_or(0, crate::vault::manifest::Manifest::plain_bytes);
    let bar = bar("reading", found.iter().map(plain).sum());
    let threads = framer::threads(config.map_or(0, |config| config.limits.threads));
    let verdicts = verify_all(&found, None, threads, &CancellationToken::new(), &|bytes| bar.inc(bytes), &|_, _| {});
    bar.finish_and_clear();
    let is_bad = |(found, verdict): (Found, Option<Verdict>)| {
        verdict.is_some_and(|verdict| verdict.is_bad()).then(|| found.entry.name().to_owned())
    };
    Ok(found.into_iter().zip(verdicts).filter_map(is_bad).collect())
}

/// Mends one copy, and has the service record it.
fn one(
    socket: &Path,
    config: Option<&Config>,
    target: &Admitted,
    archive: &str,
    sources: &[Admitted],
) -> Result<Mended, JobError> {
    let began = now()();
    let bar = bar(archive, 0);
    let cancel = CancellationToken::new();
    let tell = |bytes| bar.inc(bytes);
    let threads = framer::threads(config.map_or(0, |config| config.limits.threads));
    let at = match config {
        Some(config) => began.with_timezone(&config.time_zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        None => began.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    };
    let reading = Reading { identity: None, threads, cancel: &cancel, tell: &tell };
    let result = repair::repair(Order { target, archive, sources, at: &at, reading });
    bar.finish_and_clear();
    record(socket, target, archive, began.to_rfc3339(), &result);
    result
}

fn record(socket: &Path, target: &Admitted, archive: &str, started: String, result: &Result<Mended, JobError>) {
    let entry = Store::open(&target.name, &target.place).and_then(|store| catalogue::find(&store, archive));
    let Ok(Some(entry)) = entry else { return };
    let found = Found { disk: target.clone(), entry };
    match result {
        Ok(mended) => {
            let verdict = Verdict::of(Vec::new(), mended.bytes.max(mended.before.bytes), 0);
            verify_copies::record(socket, &found, started, &verdict, mended.from.clone());
        }
        // A disk that does not hold what it is given.
        Err(JobError::Disk(error @ crate::vault::error::VaultError::ReadBackDiffers { .. })) => {
            let fault = Fault::whole(crate::jobs::fault::FaultKind::Medium, archive, chain(error));
            verify_copies::record(socket, &found, started, &Verdict::of(vec![fault], 0, 0), None);
        }
        Err(_) => {}
    }
}

fn line(archive: &str, target: &Admitted, result: &Result<Mended, JobError>) -> String {
    let disk = &target.name;
    match result {
        Ok(Mended { from: Some(from), files, bytes, before }) => {
            let mut text = format!("mended   {archive} on {disk} from {from}: {}\n", units::bytes(*bytes));
            before.faults.iter().for_each(|fault| text.push_str(&format!("  was: {fault}\n")));
            text + &format!("  written anew: {}\n", files.join(", "))
        }
        Ok(_) => format!("good     {archive} on {disk}: nothing was wrong\n"),
        Err(error) => format!("FAILED   {archive} on {disk}: {}{}\n", chain(error), advice(error, disk)),
    }
}

/// What to do with a disk that does not hold what it is given.
fn advice(error: &JobError, disk: &str) -> String {
    match error {
        JobError::Disk(crate::vault::error::VaultError::ReadBackDiffers { .. }) => {
            format!(
                "; the disk is dying: nothing was changed on it, copy {disk} to a new one and take it out of service"
            )
        }
        _ => String::new(),
    }
}

fn json(archive: &str, target: &Admitted, result: &Result<Mended, JobError>) -> serde_json::Value {
    let mended = result.as_ref().ok();
    serde_json::json!({
        "archive": archive,
        "disk": target.name,
        "ok": result.is_ok(),
        "mended_from": mended.and_then(|mended| mended.from.clone()),
        "files": mended.map(|mended| mended.files.clone()).unwrap_or_default(),
        "bytes": mended.map(|mended| mended.bytes),
        "before": mended.map(|mended| mended.before.faults.clone()),
        "error": result.as_ref().err().map(|error| chain(error)),
    })
}
