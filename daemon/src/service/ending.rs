//! The end of the service: what is under way is let finish, interrupted or left open, within the time that its unit gives. It
//! may not know what any of it does.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};

use super::daemon::Service;
use super::error::ServiceError;
use super::systemd;
use crate::jobs::run_id;

/// How long a run may go on after the service was told to end.
const DRAIN: Duration = Duration::from_secs(45);
/// How long a run that is interrupted may take to say so.
const INTERRUPT: Duration = Duration::from_secs(40);
/// How long a drill may take to take its server away.
const GIVE_UP: Duration = Duration::from_secs(15);

/// Waits for the signal to end, lets a run that is nearly done finish, interrupts it otherwise, and awaits the rest.
pub(super) async fn wait_for_the_end(service: &Arc<Service>) -> Result<(), ServiceError> {
    let failed = |source| ServiceError::System { act: "wait for signals", source };
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut told = async || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    told().await;
    systemd::stopping();
    let mut happenings = service.keeper.live.look_on();
    service.stopping.cancel();
    service.tasks.close();
    if let Some(current) = service.keeper.live.current() {
        // The run works in a thread of its own; these lines are its as well.
        let span = run_id::of_run(current.run.number);
        span.in_scope(|| tracing::info!("the service is to end; the run may go on for {} s", DRAIN.as_secs()));
        let over = async {
            while service.keeper.live.current().is_some() {
                if happenings.recv().await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await
                }
            }
        };
        tokio::pin!(over);
        tokio::select! {
            () = &mut over => return finish(service).await,
            () = tokio::time::sleep(DRAIN) => {}
            () = told() => {}
        }
        span.in_scope(|| tracing::warn!("the run is interrupted; it is taken up again at the next start"));
        systemd::alive();
        current.ending.interrupt();
        if tokio::time::timeout(INTERRUPT, over).await.is_err() {
            span.in_scope(|| tracing::error!("the run does not end; it is left open and found at the next start"));
        }
    }
    finish(service).await
}

/// Awaits what was started.
async fn finish(service: &Service) -> Result<(), ServiceError> {
    // It was told to end, and does so at its next step; a disk that hangs must not keep the service.
    let began = Instant::now();
    while service.doing.is_busy() && began.elapsed() < INTERRUPT {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    if tokio::time::timeout(Duration::from_secs(5), service.tasks.wait()).await.is_err() {
        tracing::warn!("somebody still listens; the conversation is broken off");
    }
    let drilled = async {
        while service.drilling.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(GIVE_UP, drilled).await.is_err() {
        tracing::warn!("a drill does not end; what it leaves behind is swept by the next one");
    }
    Ok(())
}
