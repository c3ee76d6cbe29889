//! `resguardo backup --here`: the run of a service that is not there, in this process and with the same records.

use std::sync::Arc;

use chrono::Utc;
use tokio::runtime::Runtime;

use super::args::Backup;
use super::bars::Bars;
use super::exit::Failure;
use super::interrupt::at_interrupt;
use super::{backup_report, log, print};
use crate::config::model::Config;
use crate::jobs::execute::Ending;
use crate::jobs::office::day;
use crate::jobs::select;
use crate::service::here::{self, Asked};

pub(super) fn run(config: Config, asked: &Backup) -> Result<u8, Failure> {
    let items = select::select(&config, &asked.names, day(&config, now()()))?;
    here::own(&config)?;
    let logs = log::start(&config);
    let runtime = runtime()?;
    let ending = Arc::new(Ending::default());
    let at_once = Arc::clone(&ending);
    // It is given up on every disk and recorded as cancelled.
    at_interrupt(&runtime, move || {
        print::note("resguardo: interrupted; what was unfinished is no backup");
        at_once.cancel();
    })?;
    let bars = Bars::of(items.len());
    let by = login();
    let job = Asked { names: &asked.names, by: &by, ending, listen: &|event| bars.show(event) };
    let run = here::back_up(config, logs.runs.clone(), &runtime, now(), &job);
    bars.end();
    // What is left of the network must not keep the program.
    runtime.shutdown_background();
    backup_report::tell(&run?, asked.json)
}

/// A runtime for the network: one thread for the wire, one for whatever else waits.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|error| Failure::unexpected("cannot start", &error))
}

/// The clock of the driver.
#[expect(clippy::disallowed_methods, reason = "this is where the driver of jobs gets its clock")]
pub(super) fn now() -> fn() -> chrono::DateTime<Utc> {
    Utc::now
}

/// Who asks, as the session says.
pub(super) fn login() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "root".to_owned())
}
