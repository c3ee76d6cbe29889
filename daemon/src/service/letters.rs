//! Letters of the desk: reminders are written once a day, and what is due is sent, apart from everything else, so that a slow
//! mail server holds up nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::daemon::Service;
use crate::jobs::desk::{letters, remind};
use crate::jobs::due;
use crate::jobs::error::chain;
use crate::notify::letter::Template;
use crate::store::error::StoreError;

/// The longest time between two looks.
const REST: Duration = Duration::from_secs(900);
/// How soon a database that failed is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// Sends letters until the service ends. `changed` tells that the pages may have written some.
pub(super) async fn send(service: Arc<Service>, changed: Arc<Notify>) {
    let folder = service.keeper.config.desk.as_ref().and_then(|desk| desk.letters.as_deref());
    if let Err(error) = Template::check(folder) {
        tracing::error!(error = chain(&error), "letters of this kind wait until their template is mended");
    }
    loop {
        let woken = service.news.notified();
        let pause = match Box::pin(look(&service)).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(error = chain(&error), "cannot look for letters; it is tried again");
                RETRY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = woken => {}
            () = changed.notified() => {}
            () = service.stopping.cancelled() => return,
        }
    }
}

async fn look(service: &Service) -> Result<Duration, StoreError> {
    let office = service.keeper.office();
    remind::remind(office).await?;
    due::remind::remind(office).await?;
    let next = letters::deliver(office).await?;
    let until = next.and_then(|next| (next - office.now()).to_std().ok());
    Ok(until.map_or(REST, |until| until.clamp(Duration::from_secs(1), REST)))
}
