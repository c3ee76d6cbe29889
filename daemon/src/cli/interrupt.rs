//! Ctrl-C and SIGTERM for verbs that do their work in this process. It may not know what they end.

use std::io;

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::exit::Failure;

/// Does this at the first Ctrl-C or SIGTERM. From here on neither ends the process by itself, so that nothing unfinished is left
/// behind however early it comes.
pub(super) fn at_interrupt(runtime: &Runtime, act: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::unexpected("cannot watch for Ctrl-C", &error);
    let _entered = runtime.enter();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let _ends_with_the_runtime = runtime.spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        act();
    });
    Ok(())
}
