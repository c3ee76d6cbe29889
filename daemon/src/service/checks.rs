//! What commands tell the service of copies that they read themselves, and of odd backups that a person called right.

use std::sync::Arc;

use chrono::DateTime;

use super::answer::{Answer, failed, refusal, value};
use super::daemon::Service;
use super::protocol::RefusalKind;
use crate::jobs::copies::{self, Read};
use crate::jobs::fault::Verdict;
use crate::jobs::odd;
use crate::jobs::report_checks::Reading;

/// Records a reading that a command of `who` made.
pub(super) async fn record(service: &Arc<Service>, who: &str, reading: Reading) -> Answer {
    let office = service.keeper.office();
    let started = DateTime::parse_from_rfc3339(&reading.started);
    let started = started.map_err(|_| refusal(RefusalKind::Request, "the moment is not in RFC 3339"))?.to_utc();
    let known = office.store.copies_of(&reading.archive).await.map_err(failed)?;
    let copy = known.iter().find(|copy| copy.disk_id == reading.disk_id);
    let disk = match copy {
        Some(copy) => copy.disk.clone(),
        // One that was just restored to its disk.
        None => {
            let disks = office.store.disks().await.map_err(failed)?;
            let named = disks.into_iter().find(|disk| disk.id == reading.disk_id).map(|disk| disk.name);
            let configured = office.config.disks.iter().find(|disk| disk.id == Some(reading.disk_id));
            let named = named.or_else(|| configured.map(|disk| disk.name.clone()));
            named.ok_or_else(|| refusal(RefusalKind::Unknown, "that disk is not known here; nothing was recorded"))?
        }
    };
    let verdict = Verdict::of(reading.faults, reading.bytes, reading.damaged_frames);
    let read = Read {
        disk_id: reading.disk_id,
        disk: &disk,
        archive: &reading.archive,
        started,
        by: who,
        verdict: &verdict,
        mended_from: reading.mended_from.as_deref(),
    };
    copies::record(office, read).await.map_err(failed)?;
    service.news.notify_waiters();
    value(Ok(()))
}

/// Calls the last backup of a dataset right.
pub(super) async fn accept(service: &Arc<Service>, who: &str, dataset: &str) -> Answer {
    let office = service.keeper.office();
    let pair = dataset.split_once('/').filter(|(server, name)| office.config.dataset(server, name).is_some());
    let Some((server, name)) = pair else {
        return Err(refusal(RefusalKind::Unknown, format!("there is no dataset {dataset:?}; write it SERVER/DATASET")));
    };
    value(odd::accept(office, server, name, who).await)
}
