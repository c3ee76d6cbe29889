//! Logs: daily files in the log folder, the log of the run that is under way, the journal where systemd runs the
//! service, and with `RUST_LOG` set also standard error. Secrets never reach them, because no type that holds one shows
//! it.

use std::fmt;

use chrono::Utc;
use chrono_tz::Tz;
use tracing::{Event, Metadata, Subscriber};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::FilterExt as _;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::{Context, Filter, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt as logs};

use super::print;
use crate::config::model::Config;
use crate::jobs::run_id;
use crate::service::run_log::RunLog;

/// What keeps the logs going, and the log of runs.
pub(super) struct Logs {
    _daily: Option<WorkerGuard>,
    pub(super) runs: RunLog,
}

/// Starts the logs; they end when what is returned is dropped. A log folder that cannot be written is said and not
/// fatal: a backup without a log is worth more than a log without a backup.
pub(super) fn start(config: &Config) -> Logs {
    let runs = RunLog::new(&config.paths.log);
    let (daily, guard) = daily(config).unzip();
    let timer = Local(config.time_zone);
    let own = || EnvFilter::new("warn,resguardo=info");
    let daily =
        daily.map(|writer| logs::layer().with_ansi(false).with_timer(timer).with_writer(writer).with_filter(own()));
    let run = logs::layer().with_ansi(false).with_target(false).with_timer(timer).with_writer(runs.clone());
    let run = run.with_filter(own().and(OfRun));
    let journal = std::env::var_os("JOURNAL_STREAM").and_then(|_| tracing_journald::layer().ok());
    let verbose = std::env::var_os("RUST_LOG").is_some();
    let stderr = verbose.then(|| logs::layer().with_writer(std::io::stderr).with_filter(EnvFilter::from_default_env()));
    let journal = journal.map(|journal| journal.with_filter(own()));
    let layers = tracing_subscriber::registry().with(daily).with(run).with(journal).with(stderr);
    // A second start, as in tests, keeps the first subscriber.
    let _already = layers.try_init();
    Logs { _daily: guard, runs }
}

/// The daily files. A line is waited for rather than lost, however fast they come.
fn daily(config: &Config) -> Option<(NonBlocking, WorkerGuard)> {
    // The appender counts old files before it makes the folder, and complains where there is none; what keeps the folder
    // from being made, it says itself.
    let _made = std::fs::create_dir_all(&config.paths.log);
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("resguardo")
        .filename_suffix("log")
        .max_log_files(usize::try_from(config.limits.log_days).unwrap_or(usize::MAX))
        .build(&config.paths.log);
    match appender {
        Ok(appender) => Some(NonBlockingBuilder::default().lossy(false).finish(appender)),
        Err(error) => {
            let folder = config.paths.log.display();
            print::note(&format!("resguardo: no log is written: {folder}: {error}; see `paths.log`"));
            None
        }
    }
}

/// What belongs to a run, by the span that it is in: what the service does meanwhile for others has no place in a run's log.
struct OfRun;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Filter<S> for OfRun {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool {
        context.event_scope(event).is_some_and(|mut scope| scope.any(|span| span.name() == run_id::SPAN))
    }
}

/// The time of a line, as the clocks on the walls show it.
#[derive(Clone, Copy)]
struct Local(Tz);

impl FormatTime for Local {
    #[expect(
        clippy::disallowed_methods,
        reason = "a log says when something happened, whoever is told the time elsewhere"
    )]
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(out, "{}", Utc::now().with_timezone(&self.0).format("%Y-%m-%d %H:%M:%S%.3f %:z"))
    }
}
