//! Work that an operator asked for and waits for, on the one thread that works. It may not know what the work is.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::answer::refusal;
use super::daemon::{Service, Work};
use super::keeper::Keeper;
use super::protocol::{Refusal, RefusalKind};

/// Does it, once nothing else is under way, and returns what comes of it. A run that is under way is not waited for.
pub(super) async fn task<T: Send + 'static>(
    service: &Arc<Service>,
    work: impl FnOnce(&Keeper, &CancellationToken) -> T + Send + 'static,
) -> Result<T, Refusal> {
    if let Some(current) = service.keeper.live.current() {
        let run = current.run.number;
        let message = format!(
            "run {run} is under way; ask again when it has ended (`resguardo log {run} --follow` waits for it)"
        );
        return Err(refusal(RefusalKind::Busy, message));
    }
    let (done, result) = oneshot::channel();
    let task = Box::new(move |keeper: &Keeper, cancel: &CancellationToken| {
        // Whoever asked may have hung up; what was done is recorded all the same.
        let _hung_up = done.send(work(keeper, cancel));
    });
    if service.work.try_send(Work::Task(task)).is_err() {
        return Err(refusal(RefusalKind::Busy, "too much is waiting to be done; ask again in a minute"));
    }
    result.await.map_err(|_| refusal(RefusalKind::Failed, "it was not finished; `journalctl -u resguardo` says why"))
}
