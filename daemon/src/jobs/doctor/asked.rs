//! A way to run the questions where the dump runs: over SSH as the login of the configuration, or on this machine with the dump's own
//! environment. It may not know what is asked.

use std::process::Stdio;
use std::time::Duration;

use resguardo_shared::shell;
use tokio::process::Command;
use tokio::time::timeout;

use crate::jobs::error::chain;
use crate::source::Here;
use crate::transport::{Exit, Session};

/// How long one question may take: to look through a large tree takes minutes.
const PATIENCE: Duration = Duration::from_secs(600);
/// The longest answer.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Where it is asked.
pub(super) enum Way {
    /// On a server.
    Far(Box<Session>),
    /// On this machine.
    Here(Here),
}

/// What a program answered.
pub(super) struct Answer {
    /// Its exit status; -1 where a signal ended it.
    pub(super) status: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl Answer {
    /// What it said last on its standard error, on one line.
    pub(super) fn complaint(&self) -> String {
        let lines: Vec<&str> = self.err.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join("; ");
        if last.is_empty() { format!("it ended with status {}", self.status) } else { last }
    }

    /// Whether there was nothing that could be run.
    pub(super) fn is_missing(&self) -> bool {
        [126, 127].contains(&self.status)
    }
}

impl Way {
    /// Runs these words; an error says why they did not come to their end.
    pub(super) async fn ask(&self, argv: &[String]) -> Result<Answer, String> {
        let asking = async {
            match self {
                Self::Far(session) => far(session, argv).await,
                Self::Here(here) => near(here, argv).await,
            }
        };
        let late = |_| format!("it did not answer within {} s", PATIENCE.as_secs());
        timeout(PATIENCE, asking).await.map_err(late)?
    }

    pub(super) async fn close(self) {
        if let Self::Far(session) = self {
            session.close().await;
        }
    }
}

async fn far(session: &Session, argv: &[String]) -> Result<Answer, String> {
    let output = session.run(&shell::join(argv), b"", ANSWER_BYTES_MAX).await.map_err(|error| chain(&error))?;
    let status = match output.exit {
        Exit::Status(status) => i32::try_from(status).unwrap_or(-1),
        _ => -1,
    };
    Ok(Answer { status, out: String::from_utf8_lossy(&output.stdout).into_owned(), err: output.stderr })
}

async fn near(here: &Here, argv: &[String]) -> Result<Answer, String> {
    let Some((program, words)) = argv.split_first() else { return Err("nothing is to be run".to_owned()) };
    let mut command = Command::new(program);
    command.args(words).env("PATH", &here.path).kill_on_drop(true).stdin(Stdio::null());
    command.envs(here.environment.iter().map(|(name, value)| (name, value.as_str())));
    match command.output().await {
        Ok(output) => Ok(Answer {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Answer { status: 127, out: String::new(), err: format!("{program} is not here") })
        }
        Err(error) => Err(format!("{program} cannot be run: {error}")),
    }
}
