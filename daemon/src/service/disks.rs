//! What operators ask of disks, and of the index that is rebuilt from them. It decides nothing: jobs do.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::answer::{Answer, failed, refusal, value};
use super::daemon::Service;
use super::protocol::{Refusal, RefusalKind};
use super::task::task;
use crate::config::model::Place;
use crate::jobs::disk_adopt::{self, AdoptError};
use crate::jobs::disk_retire::{self, RetireError};
use crate::jobs::disk_seen::event;
use crate::jobs::error::chain;
use crate::jobs::office::Office;
use crate::jobs::report_disks::LetGo;
use crate::jobs::{disk_list, disks, rebuild};
use crate::medium::hardware::Roots;
use crate::store::change::Change;
use crate::store::custody_rows::{DiskEventKind, DiskRow};
use crate::store::rows::RunState;

/// How long nothing is written to a disk that was let go and is not out yet.
const EJECTING: Duration = Duration::from_secs(120);
/// How long a chore may take to its next step.
const GIVE_WAY: Duration = Duration::from_secs(20);
/// The most bytes that a disk's health may have.
const HEALTH_BYTES_MAX: usize = 500;

/// The disks that are being ejected just now: nobody may begin to write to them.
#[derive(Debug, Default)]
pub(super) struct Ejecting(Mutex<BTreeMap<String, Instant>>);

impl Ejecting {
    fn begin(&self, disk: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(disk.to_owned(), Instant::now());
    }

    fn end(&self, disk: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(disk);
    }

    /// Their names.
    pub(super) fn names(&self) -> Vec<String> {
        let mut disks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        disks.retain(|_, since| since.elapsed() < EJECTING);
        disks.keys().cloned().collect()
    }
}

/// Every disk.
pub(super) async fn list(service: &Arc<Service>) -> Answer {
    let office = service.keeper.office();
    let configured = office.config.disks.clone();
    let looked = tokio::task::spawn_blocking(move || disk_list::look_at_all(&configured, &Roots::system())).await;
    let seen = looked.map_err(|error| refusal(RefusalKind::Failed, error.to_string()))?;
    value(disk_list::report(office, &seen).await)
}

/// Lets go of a disk that is to be ejected, unless something is being written to it.
pub(super) async fn let_go(service: &Arc<Service>, name: &str) -> Answer {
    let office = service.keeper.office();
    let disk = disks::named(office.config, name).map_err(|error| refusal(RefusalKind::Unknown, chain(&error)))?;
    let Place::Folder { path, .. } = &disk.place else {
        let message = format!("disk {name} is an object store, which cannot be ejected");
        return Err(refusal(RefusalKind::Request, message));
    };
    // First nobody may begin, then nobody may be at it.
    service.keeper.ejecting.begin(name);
    if let Some(what) = busy(service, name).await? {
        service.keeper.ejecting.end(name);
        return Err(refusal(RefusalKind::Busy, what));
    }
    let owed = office.store.owed_to(name).await.map_err(failed)?.map_or(0, |owed| owed.copies);
    let (path, custody) = (path.display().to_string(), disk.custody.clone());
    value(Ok(LetGo { disk: name.to_owned(), path, custody, owed }))
}

/// What is being written to a disk. A chore gives way at its next step, and is taken up again later.
async fn busy(service: &Arc<Service>, name: &str) -> Result<Option<String>, Refusal> {
    service.doing.make_room();
    let began = Instant::now();
    while service.doing.is_busy() && began.elapsed() < GIVE_WAY {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    if let Some(said) = service.doing.said() {
        return Ok(Some(format!("the service is {said} and does not come to an end; try again in a minute")));
    }
    let Some(current) = service.keeper.live.current() else { return Ok(None) };
    let rows = service.keeper.office().store.datasets(current.run.id).await.map_err(failed)?;
    let to_come = |state| matches!(state, RunState::Queued | RunState::Running);
    let writes = rows.iter().any(|row| to_come(row.state) && row.disks.iter().any(|disk| disk == name));
    let number = current.run.number;
    Ok(writes.then(|| {
        format!(
            "run {number} writes to disk {name}; wait until it has ended (`resguardo log {number} --follow`), or end it \
             with `resguardo cancel {number}`"
        )
    }))
}

/// Records that a disk was ejected, or that it stays.
pub(super) async fn ejected(service: &Arc<Service>, who: &str, name: &str, out: bool, how: Option<&str>) -> Answer {
    let office = service.keeper.office();
    service.keeper.ejecting.end(name);
    disks::named(office.config, name).map_err(|error| refusal(RefusalKind::Unknown, chain(&error)))?;
    if !out {
        return value(Ok(format!("disk {name} stays")));
    }
    let rows = office.store.disks().await.map_err(failed)?;
    if let Some(row) = rows.iter().filter(|row| row.name == name).max_by_key(|row| row.last_seen) {
        let now = office.now();
        let row = DiskRow { last_seen: now, ..row.clone() };
        let text = format!("by {who}{}", how.map(|how| format!(": {how}")).unwrap_or_default());
        let disk_events = vec![event(&row, DiskEventKind::Ejected, now, Some(text))];
        office.store.apply(Change { disks: vec![row], disk_events, ..Change::default() }).await.map_err(failed)?;
    }
    tracing::info!(disk = name, who, "the disk was ejected");
    value(Ok(format!("disk {name} was ejected")))
}

/// Takes a disk out of service.
pub(super) async fn retire(office: Office<'_>, name: &str, reason: &str, sure: bool) -> Answer {
    if reason.trim().is_empty() {
        return Err(refusal(RefusalKind::Request, "a disk is taken out of service for a reason: --reason TEXT"));
    }
    match disk_retire::retire(office, name, reason.trim(), sure).await {
        Ok(report) => value(Ok(report)),
        Err(RetireError::Store(error)) => Err(failed(error)),
        Err(error @ RetireError::Unknown(_)) => Err(refusal(RefusalKind::Unknown, chain(&error))),
        Err(error) => Err(refusal(RefusalKind::Busy, chain(&error))),
    }
}

/// Takes over what a disk holds.
pub(super) async fn adopt(service: &Arc<Service>, path: PathBuf) -> Answer {
    let adopted = task(service, move |keeper, _| {
        let adopted = disk_adopt::adopt(keeper.office(), &keeper.runtime, &path);
        keeper.hand_out();
        adopted
    });
    match adopted.await? {
        Ok(report) => value(Ok(report)),
        Err(AdoptError::Store(error)) => Err(failed(error)),
        Err(error) => Err(refusal(RefusalKind::Unknown, chain(&error))),
    }
}

/// Rebuilds the index from the disks.
pub(super) async fn rebuild(service: &Arc<Service>) -> Answer {
    let rebuilt = task(service, |keeper, _| {
        let rebuilt = rebuild::rebuild(keeper.office(), &keeper.runtime, &keeper.key);
        keeper.hand_out();
        rebuilt
    });
    value(rebuilt.await?)
}

/// Records what a disk says of its own health, which the service itself may not ask.
pub(super) async fn health(office: Office<'_>, id: &str, health: &str) -> Answer {
    let rows = office.store.disks().await.map_err(failed)?;
    let row = id.parse::<Uuid>().ok().and_then(|id| rows.into_iter().find(|row| row.id == id));
    let Some(row) = row else { return Err(refusal(RefusalKind::Unknown, format!("there is no disk {id}"))) };
    if health.len() > HEALTH_BYTES_MAX || health.chars().any(char::is_control) {
        return Err(refusal(RefusalKind::Request, "that is no disk's health"));
    }
    if row.health.as_deref() != Some(health) {
        let row = DiskRow { health: Some(health.to_owned()), ..row };
        office.store.apply(Change { disks: vec![row], ..Change::default() }).await.map_err(failed)?;
    }
    value(Ok("recorded"))
}
