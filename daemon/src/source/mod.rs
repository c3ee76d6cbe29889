//! Starts a dump on a server or on this machine, through an agent or plainly, and hands out its frames. It may not know
//! where they go.

mod agent;
mod bring;
mod ends;
mod error;
mod here;
mod line;
mod plain;

pub use error::SourceError;
pub use here::Here;
pub use line::{Bounds, Line};

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use resguardo_shared::dump::{Dump, Part};
use resguardo_shared::frame::Frame;
use resguardo_shared::recipe;
use resguardo_shared::wire::{End, Exit};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use crate::transport::Window;

/// Frames that may wait between the wire and the pipeline: one more is on its way on each side, and each may have 4 MiB.
const FRAMES_WAITING: usize = 1;
/// How long a dump that is given up may take to be gone from its server.
const GIVING_UP: Duration = Duration::from_secs(5);

/// How dumps are taken on a server.
#[derive(Debug, Clone)]
pub enum Way {
    /// The agent is brought: this binary, into this folder of the server, or into the login's cache folder.
    Bring {
        /// The agent's binary on this machine.
        binary: PathBuf,
        /// The folder on the server.
        folder: Option<String>,
    },
    /// The agent is there: in the login's path, or behind a forced command.
    Installed,
    /// The dump command runs over SSH, and the frames are made here.
    Plain,
    /// The agent is a process of this machine.
    Here(Here),
}

/// What is to be dumped.
#[derive(Debug, Clone)]
pub struct Request {
    /// The dataset's dump.
    pub dump: Dump,
    /// Which part of it.
    pub part: Part,
    /// The zstd level.
    pub level: i32,
    /// Threads that compress; 0 for one a core.
    pub threads: usize,
}

/// What comes of a dump.
#[derive(Debug)]
pub enum Came {
    /// The next frame.
    Frame(Frame),
    /// The link was lost. The dump waits for it on the server.
    LinkLost {
        /// How, with all causes.
        why: String,
        /// How long it waits.
        patience: Duration,
    },
    /// The link is back, and the dump goes on where it was.
    LinkBack {
        /// How long it was away.
        after: Duration,
    },
}

/// A dump under way. Dropping it ends it, but only [`Dumping::give_up`] waits for that.
#[derive(Debug)]
pub struct Dumping {
    came: mpsc::Receiver<Came>,
    unwanted: CancellationToken,
    outcome: JoinHandle<Result<End, SourceError>>,
}

impl Way {
    /// The window that suits this way: an agent's frames are taken as fast as they come, a plain dump is not.
    pub fn window(&self) -> Window {
        match self {
            Self::Bring { .. } | Self::Installed | Self::Here(_) => Window::Agent,
            Self::Plain => Window::Lan,
        }
    }

    /// The word in the manifest.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Bring { .. } => "agent",
            Self::Installed => "installed",
            Self::Plain => "plain",
            Self::Here(_) => "local",
        }
    }
}

/// Starts a dump over a line, which is busy until the dump has ended.
///
/// # Errors
/// [`SourceError`], as far as the failure shows before the first frame.
pub async fn open(line: Arc<Line>, request: Request) -> Result<Dumping, SourceError> {
    let (sender, came) = mpsc::channel(FRAMES_WAITING);
    let unwanted = CancellationToken::new();
    let token = unwanted.clone();
    let runtime = tokio::runtime::Handle::current();
    let installed = || "resguardo-agent serve".to_owned();
    let command = match line.way() {
        Way::Bring { binary, folder } => {
            let session = line.session().await?;
            Some(bring::bring(&session, binary, folder.as_deref()).await?)
        }
        Way::Installed => Some(installed()),
        // Called by the agent's name, this program needs no command.
        Way::Here(_) => Some(String::new()),
        Way::Plain => None,
    };
    // What they log belongs to the run that wants the dump.
    let span = Span::current();
    let outcome = match command {
        Some(command) => runtime.spawn(agent::run(line, command, request, sender, token).instrument(span)),
        None => runtime.spawn(
            async move {
                let dump = plain::run(&line, request, sender);
                // The server ends a command whose connection is gone.
                token.run_until_cancelled(dump).await.unwrap_or_else(|| {
                    line.hang_up();
                    Err(SourceError::Unwanted)
                })
            }
            .instrument(span),
        ),
    };
    Ok(Dumping { came, unwanted, outcome })
}

impl Dumping {
    /// What comes next; frames come in order. The end of it says nothing about the dump: [`Dumping::finish`] does.
    pub async fn next(&mut self) -> Option<Came> {
        self.came.recv().await
    }

    /// How the dump ended, once nothing more comes. A stream may end well and the dump still have failed.
    ///
    /// # Errors
    /// [`SourceError`]; what has come is then worth nothing.
    pub async fn finish(mut self) -> Result<End, SourceError> {
        // Whoever has stopped taking frames must not keep the far side waiting for room.
        self.came.close();
        match (&mut self.outcome).await {
            Ok(outcome) => outcome,
            Err(error) => Err(SourceError::Task(error)),
        }
    }

    /// Ends the dump, and waits for a moment until nothing of it is left on the server.
    pub async fn give_up(mut self) {
        self.unwanted.cancel();
        self.came.close();
        // One that cannot be told ends by itself when its patience is over.
        let _told = timeout(GIVING_UP, &mut self.outcome).await;
    }
}

impl Drop for Dumping {
    fn drop(&mut self) {
        self.unwanted.cancel();
    }
}

/// Whether the dump command ended well; returns what it said as warnings, if that is what its status means.
///
/// # Errors
/// [`SourceError::Failed`], with the end of what it said.
pub fn judge(dump: &Dump, part: Part, end: &End) -> Result<Vec<String>, SourceError> {
    let warning = recipe::of(dump, part).warning_status;
    let lines = || end.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    match end.exit {
        Exit::Status(0) => Ok(lines().collect()),
        Exit::Status(status) if Some(status) == warning => Ok(lines().collect()),
        _ => Err(SourceError::Failed { exit: end.exit.clone(), said: said(&end.stderr) }),
    }
}

/// What a command said, for an error: the last lines, since those name the cause.
fn said(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let kept = lines.len().saturating_sub(8);
    if lines.is_empty() { "it said nothing".to_owned() } else { lines[kept..].join("; ") }
}
