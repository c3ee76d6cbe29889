//! Carries out what people ask for on pages. It decides nothing that operators' commands do not decide the same way.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};

use super::answer::{failed, refusal};
use super::daemon::Service;
use super::protocol::{Refusal, RefusalKind};
use super::{drill, runs};
use crate::jobs::error::chain;
use crate::jobs::orders::{Errands, Given, Order, OrderError, Outcome, Taken};
use crate::jobs::{asked, run_id};

/// Takes orders until the service ends.
pub(super) async fn take(service: Arc<Service>, mut given: mpsc::Receiver<Given>, errands: Arc<Errands>) {
    // One after the other, so that a disk that a run is written to is not torn between many readers.
    let turn = Arc::new(Semaphore::new(1));
    while let Some(Some(given)) = service.stopping.run_until_cancelled(given.recv()).await {
        let taken = Box::pin(one(&service, &errands, &turn, &given)).await;
        let taken = taken.map_err(|Refusal { kind, message }| match kind {
            RefusalKind::Busy => OrderError::Busy(message),
            RefusalKind::Failed => OrderError::Failed(message),
            _ => OrderError::Unknown(message),
        });
        // Whoever asked may have gone; the audit log then lacks the line, and the service's own log has it.
        let _gone = given.reply.send(taken);
    }
}

async fn one(
    service: &Arc<Service>,
    errands: &Arc<Errands>,
    turn: &Arc<Semaphore>,
    given: &Given,
) -> Result<Taken, Refusal> {
    let (order, by) = (&given.order, given.by.as_str());
    tracing::info!(who = by, ?order, "an order was given on a page");
    match order {
        Order::BackUp { names } if names.is_empty() => Err(refusal(RefusalKind::Unknown, "nothing was named")),
        Order::BackUp { names } => Ok(Taken::Run(runs::begin(service, by, names).await?.number)),
        Order::Cancel { run } => Ok(Taken::Run(runs::cancel(service, by, *run).await?.number)),
        Order::Drill { dataset } => {
            // A plan's name means more than was meant here.
            let pair = dataset.split_once('/');
            pair.and_then(|(server, name)| service.keeper.config.dataset(server, name))
                .ok_or_else(|| refusal(RefusalKind::Unknown, format!("there is no dataset {dataset:?}")))?;
            let drilled = drill::later(service, by, dataset)?;
            let number = errands.begin(order, by, service.keeper.office().now());
            let errands = Arc::clone(errands);
            service.tasks.spawn(async move {
                let outcome = match drilled.await {
                    Ok(report) if report.outcome == "passed" => Outcome::Drilled(Ok(())),
                    Ok(report) if report.outcome == "not_run" => Outcome::NotDrilled(report.error.unwrap_or_default()),
                    Ok(report) => Outcome::Drilled(Err(report.error.unwrap_or(report.outcome))),
                    Err(error) => Outcome::Failed(error),
                };
                errands.end(number, outcome);
            });
            Ok(Taken::Errand)
        }
        Order::Verify { archive } | Order::Restore { archive } => {
            let office = service.keeper.office();
            if office.store.copies_of(archive).await.map_err(failed)?.is_empty() {
                return Err(refusal(RefusalKind::Unknown, format!("there is no backup {archive:?}")));
            }
            if matches!(order, Order::Restore { .. }) && service.keeper.config.paths.restored.is_none() {
                return Err(refusal(RefusalKind::Unknown, "the configuration has no `paths.restored`"));
            }
            let number = errands.begin(order, by, office.now());
            service.tasks.spawn(read_disks(
                Arc::clone(service),
                Arc::clone(errands),
                Arc::clone(turn),
                number,
                given_of(given),
            ));
            Ok(Taken::Errand)
        }
    }
}

fn given_of(given: &Given) -> (Order, String) {
    (given.order.clone(), given.by.clone())
}

/// Verifies or restores once it is its turn, and remembers what came of it.
async fn read_disks(
    service: Arc<Service>,
    errands: Arc<Errands>,
    turn: Arc<Semaphore>,
    number: u64,
    (order, by): (Order, String),
) {
    let cancel = service.stopping.child_token();
    let Some(Ok(_turn)) = cancel.run_until_cancelled(turn.acquire()).await else { return };
    let of = Arc::clone(&service);
    let ends = cancel.clone();
    let work = move || {
        let (keeper, office) = (&of.keeper, of.keeper.office());
        match (&order, &keeper.config.paths.restored) {
            (Order::Restore { archive }, Some(folder)) => {
                let _in_span = run_id::of_work("restore").entered();
                match asked::restore_below(&keeper.config, folder, archive, &ends) {
                    Ok(folder) => {
                        tracing::info!(archive, who = by, folder = %folder.display(), "a backup was restored");
                        Outcome::Restored(folder)
                    }
                    Err(error) => Outcome::Failed(chain(&error)),
                }
            }
            (Order::Verify { archive }, _) => {
                let _in_span = run_id::of_work("verify").entered();
                match asked::read_again(office, &keeper.runtime, &ends, archive, &by) {
                    Ok(found) => Outcome::Read(found),
                    Err(error) => Outcome::Failed(chain(&error)),
                }
            }
            _ => Outcome::Failed("this order is no errand".to_owned()),
        }
    };
    let outcome = match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Failed(error.to_string()),
    };
    if let Outcome::Failed(error) = &outcome {
        tracing::error!(error, "what was asked for on a page could not be done");
    }
    errands.end(number, outcome);
    service.news.notify_waiters();
}
