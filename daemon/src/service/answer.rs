//! What each request is answered. It decides nothing about backups: it asks the store, or has something queued.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::daemon::{Service, Work};
use super::protocol::{Line, Refusal, RefusalKind, RegisterLine, Request};
use super::socket::Writer;
use super::{
    answer_people, answer_tickets, checks, disks, drill, follow, metrics, notices, packs, papers, prune, register, runs,
};
use crate::jobs::error::chain;
use crate::jobs::office::Office;
use crate::jobs::report::{Daemon, Listing, Running};
use crate::jobs::tell::{self, News};
use crate::jobs::{copies, report_weeks, standing};
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Excuse, Run};

/// What is answered, or why not.
pub(super) type Answer = Result<Box<RawValue>, Refusal>;

/// The most that a list may be asked for; a limit of 0 means all of it.
const ALL: u32 = 1_000_000;

/// Answers a request of `who`; lines before the answer go to `writer`.
pub(super) async fn answer(service: &Arc<Service>, who: &str, request: Request, writer: &mut Writer) -> Answer {
    let office = service.keeper.office();
    match request {
        Request::Status => Box::pin(status(service)).await,
        Request::Weeks => value(Box::pin(report_weeks::report(office)).await),
        Request::Metrics => metrics::answer(service, writer).await,
        Request::Runs { limit } => value(standing::runs(office, limited(limit)).await),
        Request::Run { run } => reported(office, known(office, run).await?).await,
        Request::Log { run, follow } => follow::log(service, run, follow, writer).await,
        Request::Slots { plan, limit } => {
            if let Some(plan) = &plan {
                known_plan(office, plan)?;
            }
            value(standing::slots(office, plan.as_deref(), limited(limit)).await)
        }
        Request::Archives { disk, dataset, limit } => archives(office, disk, dataset, limit).await,
        Request::Checks { archive, limit } => value(copies::checks(office, archive.as_deref(), limited(limit)).await),
        Request::CopiesOf { archive } => value(copies::of_archive(office, &archive).await),
        Request::DamagedOn { disk } => value(copies::damaged_on(office, &disk).await),
        Request::RecordCheck(reading) => checks::record(service, who, reading).await,
        Request::Accept { dataset } => checks::accept(service, who, &dataset).await,
        Request::Backup { names } => reported(office, runs::begin(service, who, &names).await?).await,
        Request::Follow { run } => follow::follow(service, run, writer).await,
        Request::Cancel { run } => reported(office, runs::cancel(service, who, run).await?).await,
        Request::Excuse { plan, from, until, reason } => excuse(service, who, plan, from, &until, reason).await,
        Request::Register { year, limit } => value(register::newest(office, year, limited(limit)).await),
        Request::RegisterEntry { year, number } => register::entry(office, year, number).await,
        Request::RegisterExport { year } => register::export(service, year, writer).await,
        Request::Paper(wanted) => Box::pin(papers::paper(service, who, wanted)).await,
        Request::Pack { period } => Box::pin(packs::pack(service, who, &period, writer)).await,
        Request::RegisterCorrect { year, number, reason, changes } => {
            register::correct(service, who, (year, number), &reason, &changes).await
        }
        Request::Notices { after } => notices::stream(service, after, writer).await,
        Request::Noticed { number, error } => notices::noticed(office, who, number, error).await,
        Request::Prune { disk, dry_run } => prune::prune(service, who, disk, dry_run).await,
        Request::Pins => prune::pins(office).await,
        Request::Pin { archive, reason } => prune::pin(office, who, archive, reason).await,
        Request::Unpin { archive } => prune::unpin(office, who, archive).await,
        Request::Drill { names, disk } => drill::answer(service, who, &names, disk, writer).await,
        Request::Drills { dataset, limit } => drill::list(service, dataset.as_deref(), limited(limit)).await,
        Request::TestNotice => test_notice(service).await,
        Request::Disks => disks::list(service).await,
        Request::DiskLetGo { disk } => disks::let_go(service, &disk).await,
        Request::DiskEjected { disk, out, how } => disks::ejected(service, who, &disk, out, how.as_deref()).await,
        Request::DiskRetire { disk, reason, sure } => disks::retire(office, &disk, &reason, sure).await,
        Request::DiskAdopt { path } => disks::adopt(service, path.into()).await,
        Request::DiskHealth { id, health } => disks::health(office, &id, &health).await,
        Request::IndexRebuild => disks::rebuild(service).await,
        Request::People(asked) => answer_people::people(office, who, asked).await,
        Request::Units(asked) => answer_people::units(office, who, asked).await,
        Request::Tokens(asked) => answer_people::tokens(office, who, asked).await,
        Request::Audit(asked) => answer_people::audit(office, who, asked).await,
        Request::Tickets(asked) => Box::pin(answer_tickets::tickets(office, who, asked)).await,
    }
}

fn limited(limit: u32) -> u32 {
    if limit == 0 { ALL } else { limit.min(ALL) }
}

/// An answer of whatever can be serialised.
pub(super) fn value<T: Serialize>(result: Result<T, StoreError>) -> Answer {
    let value = result.map_err(failed)?;
    to_raw_value(&value).map_err(|error| refusal(RefusalKind::Failed, error.to_string()))
}

/// The service itself failed.
pub(super) fn failed(error: StoreError) -> Refusal {
    tracing::error!(error = chain(&error), "an answer cannot be given");
    refusal(RefusalKind::Failed, chain(&error))
}

pub(super) fn refusal(kind: RefusalKind, message: impl Into<String>) -> Refusal {
    Refusal { kind, message: message.into() }
}

async fn status(service: &Arc<Service>) -> Answer {
    let office = service.keeper.office();
    let current = service.keeper.live.current();
    let running = current.as_ref().map(|current| Running {
        run: current.run.number,
        dataset: current.dataset.clone(),
        step: current.step.map(|step| step.word().to_owned()),
        plain_bytes: current.plain,
        expected_bytes: current.expected,
        began: current.began.map(|began| office.stamp(began)),
    });
    let slot = current.and_then(|current| Some((current.run.plan?, current.run.due?)));
    let configured = office.config.disks.clone();
    let looked = tokio::task::spawn_blocking(move || standing::look_at_disks(&configured)).await;
    let disks = looked.map_err(|error| refusal(RefusalKind::Failed, error.to_string()))?;
    let daemon = Daemon {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        since: office.stamp(service.since),
    };
    let chore = service.doing.said();
    value(standing::status(office, daemon, running, chore, slot, disks).await)
}

async fn reported(office: Office<'_>, run: Run) -> Answer {
    value(standing::run_report(office, &run).await)
}

/// The run of a number.
pub(super) async fn known(office: Office<'_>, number: i64) -> Result<Run, Refusal> {
    let run = office.store.run(number).await.map_err(failed)?;
    run.ok_or_else(|| refusal(RefusalKind::Unknown, format!("there is no run {number}; `resguardo runs` lists them")))
}

fn known_plan(office: Office<'_>, plan: &str) -> Result<(), Refusal> {
    if office.config.plan(plan).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = office.config.plans.iter().map(|plan| plan.name.as_str()).collect();
    let message = format!("there is no plan {plan:?}; there are: {}", known.join(", "));
    Err(refusal(RefusalKind::Unknown, message))
}

async fn archives(office: Office<'_>, disk: Option<String>, dataset: Option<String>, limit: u32) -> Answer {
    if let Some(disk) = &disk {
        crate::jobs::disks::named(office.config, disk).map_err(|error| refusal(RefusalKind::Unknown, chain(&error)))?;
    }
    let split = |dataset: &String| dataset.split_once('/').map(|(server, name)| (server.to_owned(), name.to_owned()));
    let pair = match dataset.as_ref().map(split) {
        Some(None) => return Err(refusal(RefusalKind::Request, "a dataset is written SERVER/DATASET")),
        Some(pair) => pair,
        None => None,
    };
    let pair = pair.as_ref().map(|(server, name)| (server.as_str(), name.as_str()));
    value(standing::archives(office, disk.as_deref(), pair, limited(limit)).await)
}

/// Notes that a plan might not be kept for some time.
async fn excuse(
    service: &Arc<Service>,
    who: &str,
    plan: Option<String>,
    from: Option<String>,
    until: &str,
    reason: String,
) -> Answer {
    let office = service.keeper.office();
    if let Some(plan) = &plan {
        known_plan(office, plan)?;
    }
    let moment = |text: &str| {
        let parsed = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
        parsed.map_err(|_| refusal(RefusalKind::Request, format!("{text:?} is no time like 2026-12-31T00:00:00-06:00")))
    };
    let now = office.now();
    let until = moment(until)?;
    let from = match from.as_deref().map(moment).transpose()? {
        Some(from) => from,
        None => begun(office, plan.as_deref(), now).await?,
    };
    if until < now || until < from {
        return Err(refusal(RefusalKind::Request, "the time is over already: an excuse is given beforehand"));
    }
    if reason.trim().is_empty() || until - now > TimeDelta::days(366) {
        return Err(refusal(RefusalKind::Request, "an excuse has a reason, and lasts a year at most"));
    }
    let excuse = Excuse { number: 0, plan: plan.clone(), from, until, reason, by: who.to_owned(), at: now };
    tracing::info!(plan, who, from = office.stamp(from), until = office.stamp(until), "an excuse was given");
    office.store.apply(Change { excuses: vec![excuse], ..Change::default() }).await.map_err(failed)?;
    let of = plan.map_or("every plan".to_owned(), |plan| format!("plan {plan}"));
    let sentence = format!(
        "slots of {of} that begin from {} to {} are excused if nothing is kept for them; runs are made all the same",
        office.stamp(from),
        office.stamp(until)
    );
    value(Ok(sentence))
}

/// Without another time an excuse begins with the slot that is open now.
async fn begun(office: Office<'_>, plan: Option<&str>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let open = office.store.open_slots().await.map_err(failed)?;
    let of = open.iter().filter(|slot| plan.is_none_or(|plan| plan == slot.plan));
    Ok(of.map(|slot| slot.due).min().unwrap_or(now))
}

async fn test_notice(service: &Arc<Service>) -> Answer {
    let office = service.keeper.office();
    let (notice, channels) = tell::notice(office, News::Test);
    if channels.is_empty() {
        return Err(refusal(RefusalKind::Unknown, "the configuration has no `notifications`"));
    }
    let sentence =
        format!("a message is on its way by {}; `resguardo status` says what is pending", channels.join(", "));
    let notices = vec![(notice, channels)];
    office.store.apply(Change { notices, ..Change::default() }).await.map_err(failed)?;
    service.news.notify_waiters();
    value(Ok(sentence))
}

/// A listing of lines of the register.
pub(super) fn register_lines(lines: Vec<crate::store::rows::Line>, more: bool) -> Listing<RegisterLine> {
    let line = |line: crate::store::rows::Line| RegisterLine { text: line.text, hash: line.hash };
    Listing { items: lines.into_iter().map(line).collect(), more }
}

/// Says a line, or that whoever asked has hung up.
pub(super) async fn say(writer: &mut Writer, line: &Line) -> Result<(), Refusal> {
    writer.line(line).await.map_err(|error| refusal(RefusalKind::Failed, error.to_string()))
}

/// Has the register copied to the disks, once nothing is under way.
pub(super) fn hand_out_later(service: &Service) {
    // A queue that is full holds the same already.
    let _full = service.work.try_send(Work::HandOut);
}
