//! The demonstration's service: the same program, started as systemd would, asked over its socket like any other.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::bars::Bars;
use super::exit::{Failure, code};
use crate::jobs::report::{Listing, RunReport, SlotReport, Status};
use crate::service::client;
use crate::service::protocol::{Line, RegisterLine, Request};

/// How long the service may take to answer, and its schedule to begin.
const START: Duration = Duration::from_secs(30);

/// A service that ends with the demonstration.
pub(super) struct Service {
    child: Child,
    socket: PathBuf,
    errors: PathBuf,
}

impl Service {
    /// Starts it, and waits until it answers.
    pub(super) fn start(config: &Path, socket: &Path, errors: &Path) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::unexpected("cannot start the service", &error);
        let program = std::env::current_exe().map_err(failed)?;
        let stderr = File::create(errors).map_err(failed)?;
        let mut command = Command::new(program);
        command.arg("--config").arg(config).arg("daemon").stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
        let child = command.spawn().map_err(failed)?;
        let mut service = Self { child, socket: socket.to_owned(), errors: errors.to_owned() };
        let began = Instant::now();
        while client::ask_once::<Status>(&service.socket, Request::Status).is_err() {
            let ended = service.child.try_wait().map_err(failed)?.is_some();
            if ended || began.elapsed() > START {
                let said = std::fs::read_to_string(&service.errors).unwrap_or_default();
                return Err(Failure::new(code::FAILED, format!("the service does not start: {}", said.trim())));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(service)
    }

    /// The run of the slot that has begun, or one that is asked for where the schedule has nothing to do.
    pub(super) fn run(&self, plan: &str) -> Result<RunReport, Failure> {
        let began = Instant::now();
        let since: Listing<RunReport> = self.ask(Request::Runs { limit: 1 })?;
        let newest = since.items.first().filter(|run| run.ended.is_some()).map_or(0, |run| run.run);
        loop {
            let runs: Listing<RunReport> = self.ask(Request::Runs { limit: 1 })?;
            if let Some(run) = runs.items.into_iter().find(|run| run.run > newest) {
                return Ok(run);
            }
            let slot = self.slot(plan)?;
            if slot.is_some_and(|slot| slot.outcome.is_some()) || began.elapsed() > START {
                return self.ask(Request::Backup { names: vec![plan.to_owned()] });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Shows how a run goes, to its end.
    pub(super) fn follow(&self, run: &RunReport) -> Result<RunReport, Failure> {
        let bars = Bars::of(run.datasets.len());
        let conversation = client::ask(&self.socket, Request::Follow { run: run.run })?;
        let run = conversation.answer(|line| {
            if let Line::Event(event) = line {
                bars.show(event);
            }
        });
        bars.end();
        Ok(run?)
    }

    /// The newest slot of the plan.
    pub(super) fn slot(&self, plan: &str) -> Result<Option<SlotReport>, Failure> {
        let slots: Listing<SlotReport> = self.ask(Request::Slots { plan: Some(plan.to_owned()), limit: 1 })?;
        Ok(slots.items.into_iter().next())
    }

    /// The newest entries of the register, the oldest of them first.
    pub(super) fn register(&self, limit: usize) -> Result<Vec<RegisterLine>, Failure> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let mut lines: Listing<RegisterLine> = self.ask(Request::Register { year: None, limit })?;
        lines.items.reverse();
        Ok(lines.items)
    }

    fn ask<T: serde::de::DeserializeOwned>(&self, request: Request) -> Result<T, Failure> {
        Ok(client::ask_once(&self.socket, request)?)
    }

    /// Ends it as systemd would.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::unexpected("cannot stop the service", &error);
        self.signal(Signal::TERM);
        let status = self.child.wait().map_err(failed)?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(code::FAILED, format!("the service ended with {status}")))
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // One that has ended by itself is what is wanted.
        let _ended = pid.map(|pid| kill_process(pid, signal));
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(Signal::KILL);
            let _gone = self.child.wait();
        }
    }
}
