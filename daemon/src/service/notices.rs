//! Notices for desktops: a service of the system has no desktop, so each user's own session asks for them here, shows
//! them, and says what became of them.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::answer::{Answer, failed, refusal, say, value};
use super::daemon::Service;
use super::protocol::{DesktopNotice, Line, RefusalKind};
use super::socket::Writer;
use crate::jobs::office::Office;
use crate::jobs::tell;
use crate::store::change::Change;
use crate::store::rows::{Delivery, DeliveryState, Notice};

/// Notices that are read from the store at once.
const BATCH: u32 = 100;
/// How often it is looked for more, should nobody have said that there is.
const LOOK: Duration = Duration::from_secs(300);
/// How old a notice may be that is shown to somebody who has never seen any.
const FRESH: TimeDelta = TimeDelta::days(1);

/// Sends notices as they come, until whoever asked hangs up.
pub(super) async fn stream(service: &Arc<Service>, after: Option<i64>, writer: &mut Writer) -> Answer {
    let office = service.keeper.office();
    let labels: Vec<String> = tell::labelled(office.config)
        .into_iter()
        .map(|(label, _)| label)
        .filter(|label| tell::is_desktop(label))
        .collect();
    if labels.is_empty() {
        let message = "the configuration has no notifications of `kind: desktop`";
        return Err(refusal(RefusalKind::Unknown, message));
    }
    let since = office.now() - FRESH;
    let mut last = after.unwrap_or(0);
    loop {
        let woken = service.news.notified();
        loop {
            let batch = office.store.notices(last, BATCH).await.map_err(failed)?;
            let Some(newest) = batch.last().map(|notice| notice.number) else { break };
            for notice in batch {
                let fresh = after.is_some() || notice.at >= since;
                if fresh && carries(office, &notice, &labels).await.map_err(failed)? {
                    say(writer, &Line::Notice(desktop(&notice))).await?;
                }
            }
            last = newest;
        }
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Whether a notice is meant for desktops.
async fn carries(
    office: Office<'_>,
    notice: &Notice,
    labels: &[String],
) -> Result<bool, crate::store::error::StoreError> {
    for label in labels {
        if office.store.delivery(notice.number, label).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn desktop(notice: &Notice) -> DesktopNotice {
    let urgent = notice.data.get("urgent").and_then(serde_json::Value::as_bool).unwrap_or(false);
    DesktopNotice { number: notice.number, subject: notice.subject.clone(), text: notice.text.clone(), urgent }
}

/// Records what became of a notice on a desktop: one that has shown it is enough.
pub(super) async fn noticed(office: Office<'_>, who: &str, number: i64, error: Option<String>) -> Answer {
    let now = office.now();
    for (label, _) in tell::labelled(office.config).iter().filter(|(label, _)| tell::is_desktop(label)) {
        let Some(delivery) = office.store.delivery(number, label).await.map_err(failed)? else { continue };
        if delivery.state == DeliveryState::Sent {
            continue;
        }
        let attempts = delivery.attempts + 1;
        let delivery = match &error {
            None => Delivery { state: DeliveryState::Sent, attempts, sent: Some(now), error: None, ..delivery },
            Some(error) => Delivery { attempts, error: Some(format!("on the desktop of {who}: {error}")), ..delivery },
        };
        office.store.apply(Change { deliveries: vec![delivery], ..Change::default() }).await.map_err(failed)?;
    }
    value(Ok(()))
}
