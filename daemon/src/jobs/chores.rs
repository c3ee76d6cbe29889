//! What is done when no run is under way, one thing at a time: whatever can be ended between two steps of seconds and taken
//! up again later. It may not know who makes room for a run, nor when.
//!
//! A new chore is a variant of [`Chore`], a question in [`next`], in the order of urgency, and an arm of [`work`].

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::office::Office;
use super::{check, copy, debts, drill, prune, spool};
use crate::config::model::Place;
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::units;

/// Something to be done when no run is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chore {
    /// The copies that a disk is owed are made.
    PayDebts {
        /// The disk.
        disk: String,
        /// How many may be made now.
        copies: usize,
    },
    /// What the rules keep no more is removed from the disks that are here.
    Prune {
        /// What is to be remembered once it is done.
        state: String,
    },
    /// What lies on the disks that are here is read again.
    Verify {
        /// The opportunity that is taken by it.
        opportunity: String,
    },
    /// A dataset is restored for a test.
    Drill {
        /// The server.
        server: String,
        /// The dataset.
        dataset: String,
    },
    /// What waited in the spool and is on a disk by now is removed from it; what nobody waits for is owed to its disks.
    TidySpool,
}

impl Chore {
    /// Its kind, for the log: `copy`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::PayDebts { .. } => "copy",
            Self::Prune { .. } => "prune",
            Self::Verify { .. } => "verify",
            Self::Drill { .. } => "drill",
            Self::TidySpool => "spool",
        }
    }

    /// What is being done, for `status` and systemd: `copying 3 backups to disco-b`.
    pub fn said(&self) -> String {
        match self {
            Self::PayDebts { disk, copies } => format!("copying {} to {disk}", units::count(*copies as u64, "backup")),
            Self::Prune { .. } => "removing what the rules keep no more".to_owned(),
            Self::Verify { .. } => "reading again what lies on disks".to_owned(),
            Self::Drill { server, dataset } => format!("restoring {server}/{dataset} for a test"),
            Self::TidySpool => "tidying the spool".to_owned(),
        }
    }
}

/// What is to be done next, and when there will be something again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// The chore, if there is one now.
    pub chore: Option<Chore>,
    /// When to ask again, if that is known.
    pub at: Option<DateTime<Utc>>,
}

/// What came of a chore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worked {
    /// Whether the register has grown.
    pub entered: bool,
    /// Whether anything was got done; where nothing was, it is not taken up again at once.
    pub moved: bool,
}

/// What is to be done next. `here` names the disks that are here; object stores are taken to be.
///
/// # Errors
/// What the store says.
pub async fn next(office: Office<'_>, here: &BTreeSet<String>) -> Result<Next, StoreError> {
    debts::tidy(office).await?;
    let pay = to_pay(office, here).await?;
    if pay.chore.is_some() {
        return Ok(pay);
    }
    if !spool::business(office).await?.is_none() {
        return Ok(Next { chore: Some(Chore::TidySpool), ..pay });
    }
    // What is owed comes before what may go, and that before what only proves what there is.
    let names: Vec<String> = here.iter().cloned().collect();
    if let Some(state) = prune::due(office, &names).await? {
        return Ok(Next { chore: Some(Chore::Prune { state }), ..pay });
    }
    if let Some(opportunity) = check_due(office, &names).await? {
        return Ok(Next { chore: Some(Chore::Verify { opportunity }), ..pay });
    }
    drill::remind(office).await?;
    let dataset = drill::due(office).await?;
    let drill = dataset.as_deref().and_then(|name| name.split_once('/'));
    let drill = drill.map(|(server, dataset)| Chore::Drill { server: server.to_owned(), dataset: dataset.to_owned() });
    let next = |when: &Option<crate::schedule::When>| when.as_ref().and_then(|when| when.next_after(office.now()));
    let opportunities = [next(&office.config.verification.when), next(&office.config.drills.when)];
    let at = opportunities.into_iter().flatten().map(|at| at.to_utc()).chain(pay.at).min();
    Ok(Next { chore: drill, at })
}

/// The key under which it is remembered which opportunity was taken to read what lies on which disks.
const CHECKED: &str = "checked";

/// The last opportunity for reading, with the disks that are here for it, if it was not taken with them yet.
async fn check_due(office: Office<'_>, here: &[String]) -> Result<Option<String>, StoreError> {
    let since = office.config.verification.when.as_ref().and_then(|when| when.last_until(office.now()));
    let Some(since) = since.filter(|_| !here.is_empty()) else { return Ok(None) };
    let now = format!("{}:{}", since.timestamp(), here.join(","));
    Ok((office.store.meta(CHECKED).await?.as_ref() != Some(&now)).then_some(now))
}

/// Reads what is due on every disk that is here.
fn verify(
    office: Office<'_>,
    runtime: &Handle,
    opportunity: &str,
    cancel: &CancellationToken,
) -> Result<Worked, StoreError> {
    let threads = resguardo_agent::framer::threads(office.config.limits.threads);
    while let Some(due) = check::due(office, runtime)? {
        if check::run(office, runtime, cancel, threads, due)?.ended || cancel.is_cancelled() {
            return Ok(Worked { entered: false, moved: true });
        }
    }
    let meta = vec![(CHECKED.to_owned(), opportunity.to_owned())];
    runtime.block_on(office.store.apply(Change { meta, ..Change::default() }))?;
    Ok(Worked { entered: false, moved: true })
}

/// The disk whose oldest debt can be tried now.
async fn to_pay(office: Office<'_>, here: &BTreeSet<String>) -> Result<Next, StoreError> {
    let now = office.now();
    let is_store = |name: &str| office.config.disk(name).is_some_and(|disk| matches!(disk.place, Place::S3 { .. }));
    let mut open = office.store.open_debts(None).await?;
    open.retain(|debt| here.contains(&debt.disk) || is_store(&debt.disk));
    let first = open.iter().find(|debt| debt.next_attempt <= now).map(|debt| debt.disk.clone());
    let chore = first.map(|disk| {
        let copies = open.iter().filter(|debt| debt.disk == disk && debt.next_attempt <= now).count();
        Chore::PayDebts { disk, copies }
    });
    let at = open.iter().map(|debt| debt.next_attempt).filter(|at| *at > now).min();
    Ok(Next { chore, at })
}

/// Does a chore to its end, or until `cancel` says that something else is to be done. It must not be called from an async task.
///
/// # Errors
/// What the store says; the chore is then found again.
pub fn work(
    office: Office<'_>,
    runtime: &Handle,
    chore: &Chore,
    cancel: &CancellationToken,
) -> Result<Worked, StoreError> {
    match chore {
        Chore::PayDebts { disk, .. } => {
            let entered = copy::pay(office, runtime, disk, cancel)?.copies > 0;
            // A debt that was not paid has its next attempt later.
            Ok(Worked { entered, moved: true })
        }
        Chore::Prune { state } => {
            prune::prune(office, runtime, &prune::here(office.config, None), Some(state), cancel)?;
            Ok(Worked { entered: false, moved: true })
        }
        Chore::Verify { opportunity } => verify(office, runtime, opportunity, cancel),
        Chore::Drill { server, dataset } => {
            let of = (server.as_str(), dataset.as_str());
            drill::run(office, runtime, of, None, drill::SCHEDULE, cancel, &|_| {})?;
            Ok(Worked { entered: true, moved: true })
        }
        Chore::TidySpool => Ok(Worked { entered: false, moved: spool::tidy(office, runtime)? }),
    }
}
