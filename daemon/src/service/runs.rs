//! Runs that people begin and end, wherever they ask for it. It may not know how a backup is made.

use std::sync::Arc;

use super::answer::{failed, known, refusal};
use super::daemon::Service;
use super::protocol::{Refusal, RefusalKind};
use crate::jobs::error::chain;
use crate::jobs::office::day;
use crate::jobs::{run_id, select, slots};
use crate::store::change::Change;
use crate::store::rows::{Dataset, Run, RunState, Slot, Trigger};

/// Queues a run of what these names mean.
pub(super) async fn begin(service: &Arc<Service>, who: &str, names: &[String]) -> Result<Run, Refusal> {
    let office = service.keeper.office();
    let items = select::select(office.config, names, day(office.config, office.now()));
    let items = items.map_err(|error| refusal(RefusalKind::Unknown, chain(&error)))?;
    for run in office.store.open_runs().await.map_err(failed)? {
        let rows = office.store.datasets(run.id).await.map_err(failed)?;
        let same =
            |item: &select::Item| rows.iter().any(|row| row.server == item.server && row.dataset == item.dataset);
        if let Some(item) = items.iter().find(|item| same(item)) {
            let message = format!(
                "run {} has {} under way already; follow it with `resguardo log {} --follow`",
                run.number,
                item.name(),
                run.number
            );
            return Err(refusal(RefusalKind::Busy, message));
        }
    }
    let plan = select::only_plan(office.config, names);
    let run = slots::new_run(office, plan, None, Trigger::Operator, who);
    let run = slots::queue(office, run, items).await.map_err(failed)?;
    service.wake.notify_one();
    Ok(run)
}

/// Ends a run that is under way, or takes one back that is queued; returns it as it is then known.
pub(super) async fn cancel(service: &Arc<Service>, who: &str, number: i64) -> Result<Run, Refusal> {
    let office = service.keeper.office();
    let mut run = known(office, number).await?;
    let current = service.keeper.live.current().filter(|current| current.run.number == number);
    let is_open = matches!(run.state, RunState::Queued | RunState::Running | RunState::Waiting);
    match (current, run.state) {
        // One that is over may still be handing out the register.
        (Some(current), _) if is_open => {
            run_id::of_run(number).in_scope(|| tracing::info!(who, "an operator ends the run"));
            current.ending.cancel();
        }
        (None, RunState::Queued | RunState::Waiting) => {
            let now = office.now();
            (run.state, run.ended, run.error) = (RunState::Cancelled, Some(now), Some(format!("cancelled by {who}")));
            let datasets = office.store.datasets(run.id).await.map_err(failed)?.into_iter();
            let datasets = datasets.map(|row| Dataset { state: RunState::Cancelled, ..row }).collect();
            let mut change = Change { runs: vec![run.clone()], datasets, ..Change::default() };
            // Its slot is tried again later, as after any run that kept nothing.
            if let (Some(plan), Some(due)) = (&run.plan, run.due)
                && let Some(slot) = office.store.slot(plan, due).await.map_err(failed)?
            {
                let next_attempt = crate::schedule::slot::after_failure(slot.attempts + 1, now);
                let reason = run.error.clone();
                change.slots.push(Slot { next_attempt, reason, ..slot });
            }
            office.store.apply(change).await.map_err(failed)?;
            // When its slot is next tried has changed.
            service.wake.notify_one();
        }
        (_, state) => {
            let message = format!("run {number} is over already: {}", state.word());
            return Err(refusal(RefusalKind::Busy, message));
        }
    }
    Ok(run)
}
