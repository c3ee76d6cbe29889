//! What the service answers about backups that go and backups that stay.

use std::sync::Arc;

use super::answer::{Answer, failed, refusal, value};
use super::daemon::Service;
use super::protocol::{PinLine, RefusalKind};
use super::task::task;
use crate::jobs::office::Office;
use crate::jobs::{prune, run_id};
use crate::store::change::Change;
use crate::store::custody_rows::Pin;

/// Removes what the rules keep no more, or says what that would be.
pub(super) async fn prune(service: &Arc<Service>, who: &str, disk: Option<String>, dry_run: bool) -> Answer {
    let office = service.keeper.office();
    if let Some(name) = disk.as_ref().filter(|name| office.config.disk(name).is_none()) {
        return Err(refusal(RefusalKind::Unknown, format!("there is no disk {name} in the configuration")));
    }
    if dry_run {
        let mut verdicts = prune::verdicts(office).await.map_err(failed)?;
        verdicts.retain(|verdict| disk.as_ref().is_none_or(|disk| *disk == verdict.disk));
        return value(Ok(verdicts));
    }
    tracing::info!(who, disk, "what the rules keep no more is to be removed");
    let pruned = task(service, move |keeper, cancel| {
        let _in_span = run_id::of_work("prune").entered();
        let here = prune::here(&keeper.config, disk.as_deref());
        prune::prune(keeper.office(), &keeper.runtime, &here, None, cancel)
    });
    value(pruned.await?)
}

pub(super) async fn pins(office: Office<'_>) -> Answer {
    let mut lines = Vec::new();
    for pin in office.store.pins().await.map_err(failed)? {
        let copies = office.store.copies_of(&pin.archive).await.map_err(failed)?;
        let disks = copies.into_iter().map(|copy| copy.disk).collect();
        lines.push(PinLine { archive: pin.archive, reason: pin.reason, by: pin.by, at: office.stamp(pin.at), disks });
    }
    value(Ok(lines))
}

pub(super) async fn pin(office: Office<'_>, who: &str, archive: String, reason: String) -> Answer {
    if reason.trim().is_empty() {
        return Err(refusal(RefusalKind::Request, "a pin has a reason, so that somebody can take it away one day"));
    }
    let copies = office.store.copies_of(&archive).await.map_err(failed)?;
    if copies.is_empty() {
        let message = format!("no disk holds {archive}; `resguardo archives` lists what there is");
        return Err(refusal(RefusalKind::Unknown, message));
    }
    let disks: Vec<&str> = copies.iter().map(|copy| copy.disk.as_str()).collect();
    let sentence = format!("{archive} stays on {} until it is unpinned", disks.join(" and "));
    let pin = Pin { archive, reason, by: who.to_owned(), at: office.now() };
    tracing::info!(who, archive = pin.archive, reason = pin.reason, "a backup was pinned");
    office.store.apply(Change { pins: vec![pin], ..Change::default() }).await.map_err(failed)?;
    value(Ok(sentence))
}

pub(super) async fn unpin(office: Office<'_>, who: &str, archive: String) -> Answer {
    let pins = office.store.pins().await.map_err(failed)?;
    if !pins.iter().any(|pin| pin.archive == archive) {
        return Err(refusal(
            RefusalKind::Unknown,
            format!("{archive} is not pinned; `resguardo pins` lists those that are"),
        ));
    }
    tracing::info!(who, archive, "a backup was unpinned");
    let sentence = format!("{archive} is left to the rules again");
    office.store.apply(Change { unpinned: vec![archive], ..Change::default() }).await.map_err(failed)?;
    value(Ok(sentence))
}
