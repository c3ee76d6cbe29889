//! A run in the process of a command, for when no service is running: under the same lock, with the same records.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::runtime::Runtime;

use super::error::ServiceError;
use super::keeper::Keeper;
use super::live::{Happening, Under};
use super::run_log::RunLog;
use crate::config::model::Config;
use crate::jobs::execute::Ending;
use crate::jobs::office::day;
use crate::jobs::progress::Event;
use crate::jobs::report::RunReport;
use crate::jobs::{deliver, select, slots, standing};
use crate::store::rows::Trigger;

/// What is asked of it.
pub struct Asked<'a> {
    /// Plans or `SERVER/DATASET`; every plan, if none.
    pub names: &'a [String],
    /// Who asks.
    pub by: &'a str,
    /// How the run is ended before it is done.
    pub ending: Arc<Ending>,
    /// Who looks on.
    pub listen: &'a (dyn Fn(Event) + Sync),
}

/// Refuses to work for another user than the one whose state folder it is: files that another user made here could be
/// neither read nor replaced by the service later. To be asked before anything is written, logs too.
///
/// # Errors
/// [`ServiceError::OtherUser`].
pub fn own(config: &Config) -> Result<(), ServiceError> {
    super::keeper::own(config)
}

/// Backs up what was asked for, and returns what became of it. What people are to be told is tried once; a service that
/// starts later tries it again.
///
/// # Errors
/// [`ServiceError`]; also for a name that means nothing.
pub fn back_up(
    config: Config,
    logs: RunLog,
    runtime: &Runtime,
    clock: fn() -> DateTime<Utc>,
    asked: &Asked<'_>,
) -> Result<RunReport, ServiceError> {
    let Asked { names, by, ending, listen } = asked;
    let items = select::select(&config, names, day(&config, clock()))?;
    let keeper = Keeper::open(config, logs, runtime.handle().clone(), clock)?;
    let office = keeper.office();
    // Slots that have begun meanwhile are known before the run, so that it counts for them.
    runtime.block_on(slots::look(office, None))?;
    let plan = select::only_plan(office.config, names);
    let run = slots::new_run(office, plan, None, Trigger::Operator, by);
    let run = runtime.block_on(slots::queue(office, run, items))?;
    let _sole = keeper.live.begin_with(&run, Arc::clone(ending));
    let mut happenings = keeper.live.look_on();
    let done = std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            let _ends = Under(&keeper.live);
            keeper.execute(run, ending)
        });
        while let Ok(happening) = runtime.block_on(next(&mut happenings)) {
            match happening {
                Happening::Event(_, event) => listen(event),
                Happening::Over(_) => break,
            }
        }
        working.join()
    });
    let run = done.map_err(|_| ServiceError::System {
        act: "finish the run, which panicked",
        source: std::io::Error::other("see the log"),
    })??;
    runtime.block_on(async {
        deliver::deliver(office).await?;
        let report = standing::run_report(office, &run).await?;
        Ok(report)
    })
}

/// The next happening; those that were skipped are gone.
async fn next(
    happenings: &mut tokio::sync::broadcast::Receiver<Happening>,
) -> Result<Happening, tokio::sync::broadcast::error::RecvError> {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match happenings.recv().await {
            Err(RecvError::Lagged(_)) => {}
            other => return other,
        }
    }
}
