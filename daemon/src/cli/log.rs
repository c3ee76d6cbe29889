//! Logs: daily files in the log folder, and with `RUST_LOG` set also standard error. Secrets never reach them, because
//! no type that holds one shows it.

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use super::print;
use crate::config::model::Config;

/// How many daily files are kept: a little more than a quarter of a year of weekly runs.
const FILES_KEPT: usize = 100;

/// Starts the logs; they end when the guard is dropped. A log folder that cannot be written is said and not fatal: a
/// backup without a log is worth more than a log without a backup.
pub(super) fn start(config: &Config) -> Option<WorkerGuard> {
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("resguardo")
        .filename_suffix("log")
        .max_log_files(FILES_KEPT)
        .build(&config.paths.log);
    let (file, guard) = match appender {
        Ok(appender) => {
            let (writer, guard) = tracing_appender::non_blocking(appender);
            let level = EnvFilter::new("info");
            (Some(fmt::layer().with_ansi(false).with_writer(writer).with_filter(level)), Some(guard))
        }
        Err(error) => {
            let folder = config.paths.log.display();
            print::note(&format!("resguardo: no log is written: {folder}: {error}; see `paths.log`"));
            (None, None)
        }
    };
    let verbose = std::env::var_os("RUST_LOG").is_some();
    let stderr = verbose.then(|| fmt::layer().with_writer(std::io::stderr).with_filter(EnvFilter::from_default_env()));
    // A second start, as in tests, keeps the first subscriber.
    let _already = tracing_subscriber::registry().with(file).with(stderr).try_init();
    guard
}
