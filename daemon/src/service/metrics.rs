//! What is measured: answered at the terminal, and written to a file where the configuration has one; and the register verified once
//! a day for it. It may not know what the figures are.

use std::sync::Arc;
use std::time::Duration;

use super::answer::{Answer, failed, say, value};
use super::daemon::Service;
use super::protocol::Line;
use super::socket::Writer;
use crate::jobs::error::chain;
use crate::jobs::metrics::{self, Running, Source, register_check};

/// The longest time between two looks whether the register is to be verified: the clock may be put on.
const REST: Duration = Duration::from_secs(3600);
/// How soon a database that failed is tried again.
const RETRY: Duration = Duration::from_secs(60);

/// Where what stands in no database is asked.
pub(super) fn source(service: &Arc<Service>) -> Source {
    let (of, under) = (Arc::clone(service), Arc::clone(service));
    let running = move || {
        let current = under.keeper.live.current()?;
        Some(Running {
            run: current.run.number,
            plan: current.run.plan,
            step: current.step,
            taken: current.taken.into_iter().collect(),
            tail_ms: current.tail_ms,
            dataset: current.dataset,
            plain_bytes: current.plain,
            archive_bytes: current.archive,
            expected_bytes: current.expected,
            began: current.began,
        })
    };
    Source::new(service.since, move || of.present.names(), running)
}

/// All figures, line by line.
pub(super) async fn answer(service: &Arc<Service>, writer: &mut Writer) -> Answer {
    let text = metrics::text(service.keeper.office(), &source(service)).await.map_err(failed)?;
    for line in text.lines() {
        say(writer, &Line::Text(line.to_owned())).await?;
    }
    value(Ok(()))
}

/// Writes the figures to their file until the service ends. What keeps it from that is logged once, and when it is over.
pub(super) async fn write_file(service: Arc<Service>) {
    let Some(wanted) = service.keeper.config.metrics.clone() else { return };
    let source = source(&service);
    let mut fails = false;
    loop {
        let written = match metrics::text(service.keeper.office(), &source).await {
            Ok(text) => {
                let path = wanted.textfile.clone();
                let writing = tokio::task::spawn_blocking(move || metrics::write(&path, &text));
                writing.await.unwrap_or_else(|_| Err(std::io::Error::other("its thread panicked")))
            }
            Err(error) => Err(std::io::Error::other(error)),
        };
        let file = wanted.textfile.display();
        match &written {
            Ok(()) if fails => tracing::info!(%file, "the figures are written again"),
            Err(error) if !fails => tracing::warn!(
                %file,
                error = chain(error),
                "the figures cannot be written; make the folder, let the service write there (`ReadWritePaths=`), or change `metrics.textfile`"
            ),
            _ => {}
        }
        fails = written.is_err();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(wanted.every_seconds)) => {}
            () = service.stopping.cancelled() => return,
        }
    }
}

/// Verifies the register once a day until the service ends.
pub(super) async fn check_register(service: Arc<Service>) {
    loop {
        let woken = service.news.notified();
        let office = service.keeper.office();
        let pause = match register_check::check(office, &service.keeper.key).await {
            Ok(due) => (due - office.now()).to_std().unwrap_or_default().min(REST),
            Err(error) => {
                tracing::error!(error = chain(&error), "the register cannot be verified; it is tried again");
                RETRY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = woken => {}
            () = service.stopping.cancelled() => return,
        }
    }
}
