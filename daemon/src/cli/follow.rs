//! Following a run that goes on in the service: its progress, and what Ctrl-C means while it is shown.

use std::io::IsTerminal as _;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::spawn_blocking;

use super::backup_here::runtime;
use super::bars::Bars;
use super::exit::Failure;
use super::print;
use crate::jobs::report::RunReport;
use crate::service::client;
use crate::service::protocol::{Line, Request};

/// How following ended.
#[derive(Debug)]
pub(super) enum End {
    /// The run has ended.
    Over(Box<RunReport>),
    /// It was left to the service.
    Left,
}

/// Ctrl-C as something to ask about. From when this is made it ends nothing by itself.
#[derive(Debug)]
pub(super) struct Interrupts {
    runtime: Runtime,
    signals: Signal,
}

impl Interrupts {
    /// Watches from now on.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn watch() -> Result<Self, Failure> {
        let runtime = runtime()?;
        let signals = {
            let _entered = runtime.enter();
            signal(SignalKind::interrupt()).map_err(|error| Failure::unexpected("cannot watch for Ctrl-C", &error))?
        };
        Ok(Self { runtime, signals })
    }
}

/// Shows how a run goes until it has ended, or until a person leaves it.
///
/// # Errors
/// What the service says; the run may go on all the same.
pub(super) fn follow(interrupts: Interrupts, socket: &Path, run: &RunReport) -> Result<End, Failure> {
    let conversation = client::ask(socket, Request::Follow { run: run.run })?;
    let handle = conversation.handle().map_err(|error| Failure::unexpected("cannot follow the run", &error))?;
    let bars = Arc::new(Bars::of(run.datasets.len()));
    let left = Arc::new(AtomicBool::new(false));
    let Interrupts { runtime, signals } = interrupts;
    let asking = Asking { socket: socket.to_owned(), run: run.run, bars: bars.clone(), left: left.clone(), handle };
    let _ended_with_the_runtime = runtime.spawn(asking.wait(signals));
    let result = conversation.answer(|line| {
        if let Line::Event(event) = line {
            bars.show(event);
        }
    });
    bars.end();
    // An answer that nobody has typed yet must not keep the program.
    runtime.shutdown_background();
    match result {
        Ok(run) => Ok(End::Over(Box::new(run))),
        Err(_) if left.load(Ordering::SeqCst) => Ok(End::Left),
        Err(error) => {
            let failure = Failure::from(error);
            let number = run.run;
            let what = format!("run {number}: {}; `resguardo runs` says what became of it", failure.message);
            Err(Failure::new(failure.code, what))
        }
    }
}

/// What waits for Ctrl-C.
struct Asking {
    socket: PathBuf,
    run: i64,
    bars: Arc<Bars>,
    left: Arc<AtomicBool>,
    /// Shut, it ends the conversation that is followed.
    handle: UnixStream,
}

impl Asking {
    /// The first Ctrl-C asks on a terminal, and leaves elsewhere; the second leaves.
    async fn wait(self, mut signals: Signal) {
        if signals.recv().await.is_none() {
            return;
        }
        if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
            self.bars.pause();
            print::note(&question(self.run));
            let cancels = tokio::select! {
                _ = signals.recv() => false,
                cancels = spawn_blocking(answered_cancel) => cancels.unwrap_or(false),
            };
            if cancels {
                self.cancel().await;
                self.bars.resume();
                let _second = signals.recv().await;
            }
        }
        self.left.store(true, Ordering::SeqCst);
        // A conversation that has ended by itself is what was wanted.
        self.handle.shutdown(Shutdown::Both).unwrap_or(());
    }

    /// The run is followed to its end, which comes soon.
    async fn cancel(&self) {
        let (socket, run) = (self.socket.clone(), self.run);
        let asked = spawn_blocking(move || client::ask_once::<RunReport>(&socket, Request::Cancel { run })).await;
        match asked {
            Ok(Ok(_)) => print::note(&format!("run {run} is being cancelled")),
            Ok(Err(error)) => print::error(&Failure::from(error)),
            Err(_) => print::note("resguardo: the daemon could not be asked"),
        }
    }
}

fn question(run: i64) -> String {
    format!("\nRun {run} goes on in the daemon. Cancel it (c), or leave it to the daemon (any other key + Enter)?")
}

/// Whether a person says to cancel; no answer leaves the run alone.
fn answered_cancel() -> bool {
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && answer.trim().eq_ignore_ascii_case("c")
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::os::unix::net::UnixListener;
    use std::thread::{self, JoinHandle};

    use super::super::runs::tests::partly;
    use super::*;
    use crate::jobs::progress::{Event, Step};

    /// A service that answers one request with these lines, and hands back the request.
    fn service(listener: UnixListener, lines: Vec<Line>) -> JoinHandle<String> {
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = String::new();
            BufReader::new(stream.try_clone().unwrap()).read_line(&mut request).unwrap();
            for line in lines {
                writeln!(stream, "{}", serde_json::to_string(&line).unwrap()).unwrap();
            }
            request
        })
    }

    fn followed(lines: Vec<Line>) -> (Result<End, Failure>, String) {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("service.sock");
        let service = service(UnixListener::bind(&socket).unwrap(), lines);
        let end = follow(Interrupts::watch().unwrap(), &socket, &partly());
        (end, service.join().unwrap())
    }

    fn began() -> Line {
        let dataset = "bd/quejas".to_owned();
        Line::Event(Event::Began { dataset, expected_bytes: Some(4096), tail_ms: Some(1000) })
    }

    #[test]
    fn a_run_is_followed_to_its_end() {
        let events = [Event::Step(Step::Receive), Event::Bytes { plain: 4096, archive: 1024 }, Event::Ended];
        let answer = Line::Answer(serde_json::value::to_raw_value(&partly()).unwrap());
        let lines = [began()].into_iter().chain(events.into_iter().map(Line::Event)).chain([answer]).collect();
        let (end, request) = followed(lines);
        assert!(matches!(end, Ok(End::Over(run)) if run.run == 12 && run.state == "partly"));
        assert!(request.contains(r#""do":"follow","run":12"#), "{request}");
    }

    #[test]
    fn a_daemon_that_breaks_off_leaves_word_where_to_look() {
        let failure = followed(vec![began()]).0.unwrap_err();
        assert!(failure.message.starts_with("run 12: the daemon broke off"), "{}", failure.message);
        assert!(failure.message.contains("`resguardo runs`"), "{}", failure.message);
    }
}
