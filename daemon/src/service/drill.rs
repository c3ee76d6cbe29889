//! Restore drills on request: queued behind whatever is under way, told of as they go, or made in the process of a
//! command. It may not know how anything is restored.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, refusal, say, value};
use super::daemon::{Service, Work};
use super::error::ServiceError;
use super::keeper::Keeper;
use super::protocol::{Line, Refusal, RefusalKind};
use super::run_log::RunLog;
use super::socket::Writer;
use crate::config::model::Config;
use crate::jobs::error::chain;
use crate::jobs::office::day;
use crate::jobs::report::Listing;
use crate::jobs::select::{self, Item};
use crate::jobs::{deliver, disks, drill, run_id};
use crate::store::error::StoreError;

pub use crate::jobs::drill::report::DrillReport;

/// What may be told and not be heard yet.
const SAID: usize = 64;

/// Drills that somebody asked for.
pub(super) struct Asked {
    items: Vec<Item>,
    disk: Option<String>,
    by: String,
    cancel: CancellationToken,
    said: Sender<Said>,
}

enum Said {
    Text(String),
    Ended(DrillReport),
    Unrecorded(StoreError),
}

/// Has datasets drilled, all of them if none is named, and says how it goes. Whoever hangs up ends it.
pub(super) async fn answer(
    service: &Arc<Service>,
    who: &str,
    names: &[String],
    disk: Option<String>,
    writer: &mut Writer,
) -> Answer {
    let cancel = service.stopping.child_token();
    let _ends = cancel.clone().drop_guard();
    let mut hear = queue(service, who, names, disk, cancel)?;
    if let Some(current) = service.keeper.live.current() {
        say(writer, &Line::Text(format!("waiting for run {} to end", current.run.number))).await?;
    }
    let mut items = Vec::new();
    while let Some(said) = hear.recv().await {
        match said {
            Said::Text(text) => say(writer, &Line::Text(text)).await?,
            Said::Ended(report) => items.push(report),
            Said::Unrecorded(error) => return value::<()>(Err(error)),
        }
    }
    value(Ok(Listing { items, more: false }))
}

/// Queues drills; what becomes of them is heard.
fn queue(
    service: &Service,
    who: &str,
    names: &[String],
    disk: Option<String>,
    cancel: CancellationToken,
) -> Result<Receiver<Said>, Refusal> {
    let config = &service.keeper.config;
    let unknown = |error| refusal(RefusalKind::Unknown, chain(&error));
    let now = service.keeper.office().now();
    let items = select::select(config, names, day(config, now)).map_err(unknown)?;
    if let Some(disk) = &disk {
        disks::named(config, disk).map_err(unknown)?;
    }
    let (said, hear) = mpsc::channel(SAID);
    tracing::info!(who, names = names.join(" "), "an operator asks for restore drills");
    let work = Work::Drill(Box::new(Asked { items, disk, by: who.to_owned(), cancel, said }));
    if service.work.try_send(work).is_err() {
        return Err(refusal(RefusalKind::Busy, "too much waits to be done already; ask again later"));
    }
    Ok(hear)
}

/// Has one dataset drilled that nobody waits for; what became of it comes once it is over.
pub(super) fn later(
    service: &Service,
    who: &str,
    dataset: &str,
) -> Result<impl Future<Output = Result<DrillReport, String>> + Send + use<>, Refusal> {
    let mut hear = queue(service, who, &[dataset.to_owned()], None, service.stopping.child_token())?;
    Ok(async move {
        while let Some(said) = hear.recv().await {
            match said {
                Said::Text(_) => {}
                Said::Ended(report) => return Ok(report),
                Said::Unrecorded(error) => return Err(chain(&error)),
            }
        }
        Err("it was not made; `journalctl -u resguardo` says why".to_owned())
    })
}

/// The newest drills.
pub(super) async fn list(service: &Arc<Service>, dataset: Option<&str>, limit: u32) -> Answer {
    let pair = dataset.map(|name| name.split_once('/'));
    if let Some(None) = pair {
        return Err(refusal(RefusalKind::Request, "a dataset is written SERVER/DATASET"));
    }
    value(drill::report::list(service.keeper.office(), pair.flatten(), limit).await)
}

/// Makes the drills, on the thread that works.
pub(super) fn work(keeper: &Keeper, asked: &Asked) {
    // Who reads slowly hears less of how it goes, and always how it ended.
    let tell = |said| match said {
        Said::Text(_) => drop(asked.said.try_send(said)),
        said => drop(asked.said.blocking_send(said)),
    };
    for item in &asked.items {
        if asked.cancel.is_cancelled() {
            break;
        }
        match one(keeper, item, asked.disk.as_deref(), &asked.by, &asked.cancel, &|text| {
            tell(Said::Text(text.to_owned()))
        }) {
            Ok(report) => tell(Said::Ended(report)),
            Err(error) => {
                tracing::error!(error = chain(&error), "a drill cannot be recorded");
                tell(Said::Unrecorded(error));
                break;
            }
        }
    }
    keeper.hand_out();
}

fn one(
    keeper: &Keeper,
    item: &Item,
    disk: Option<&str>,
    by: &str,
    cancel: &CancellationToken,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<DrillReport, StoreError> {
    let _in_span = run_id::of_work("drill").entered();
    let (office, dataset) = (keeper.office(), (item.server.as_str(), item.dataset.as_str()));
    let drill = drill::run(office, &keeper.runtime, dataset, disk, by, cancel, tell)?;
    Ok(drill::report::report(office, &drill))
}

/// What is asked of a command's own process.
pub struct Here<'a> {
    /// Plans or `SERVER/DATASET`; every plan, if none.
    pub names: &'a [String],
    /// The only disk to read from.
    pub disk: Option<&'a str>,
    /// Who asks.
    pub by: &'a str,
    /// Ends it.
    pub cancel: &'a CancellationToken,
    /// Hears how it goes.
    pub tell: &'a (dyn Fn(&str) + Sync),
}

/// Drills in the process of a command, for when no service is running: under the same lock, with the same records.
///
/// # Errors
/// [`ServiceError`]; also for a name that means nothing.
pub fn here(
    config: Config,
    logs: RunLog,
    runtime: &Runtime,
    clock: fn() -> DateTime<Utc>,
    asked: &Here<'_>,
) -> Result<Vec<DrillReport>, ServiceError> {
    let items = select::select(&config, asked.names, day(&config, clock()))?;
    if let Some(disk) = asked.disk {
        disks::named(&config, disk)?;
    }
    let keeper = Keeper::open(config, logs, runtime.handle().clone(), clock)?;
    let mut reports = Vec::new();
    for item in &items {
        if asked.cancel.is_cancelled() {
            break;
        }
        reports.push(one(&keeper, item, asked.disk, asked.by, asked.cancel, asked.tell)?);
    }
    keeper.hand_out();
    let office = keeper.office();
    runtime.block_on(async { deliver::deliver(office).await })?;
    Ok(reports)
}
