//! Why a dump gave nothing. Displayed without its source, and without naming the server, which whoever asked knows.

use std::io;
use std::path::PathBuf;

use resguardo_agent::framer::FramerError;
use resguardo_shared::wire::{Exit, WireError};

use crate::transport::TransportError;

/// Why a dump gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The session failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The agent's binary on this machine cannot be read.
    #[error(
        "the agent's binary {path} cannot be read; build it (README, \"The agent\"), name it as `paths.agent`, or use `mode: plain`"
    )]
    Binary {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The server is of another kind than the agent.
    #[error(
        "the agent is made for {ours} and this server is {theirs}; install an agent built for it (`mode: installed`) or use `mode: plain`"
    )]
    OtherMachine {
        /// What the agent is made for.
        ours: String,
        /// What the server says it is.
        theirs: String,
    },
    /// The agent could not be brought.
    #[error(
        "the agent could not be brought to the server ({what}); choose another `agent_folder`, or use `mode: plain`"
    )]
    Bring {
        /// What the server says.
        what: String,
    },
    /// The agent does not answer as one.
    #[error("the agent's answer does not read")]
    Wire(#[from] WireError),
    /// The agent is not there, or ended before it had answered.
    #[error(
        "the agent ended before the dump did ({exit}: {said}); is it installed, and is it the version that belongs to this daemon?"
    )]
    AgentEnded {
        /// How it ended.
        exit: Exit,
        /// What it said.
        said: String,
    },
    /// The agent refuses.
    #[error("the agent refuses: {0}")]
    Refused(String),
    /// The dump command failed.
    #[error("the dump failed with {exit}: {said}")]
    Failed {
        /// How it ended.
        exit: Exit,
        /// What it said.
        said: String,
    },
    /// The source could not be counted.
    #[error("the objects of the source cannot be counted ({what}), so that nothing could prove the dump complete")]
    Count {
        /// What the count said.
        what: String,
    },
    /// No frames could be made.
    #[error("no frames could be made of the dump")]
    Framer(#[from] FramerError),
    /// The link was lost in plain mode.
    #[error(
        "the link was lost, and in `mode: plain` a dump ends with it; an agent (`mode: agent` or `installed`) goes on when \
         the link is back"
    )]
    PlainCut {
        /// How.
        #[source]
        source: TransportError,
    },
    /// The link was away for too long.
    #[error(
        "the link to the server was down for longer than the {seconds} s that a dump waits there (`outage_seconds`), so \
         that the dump was given up"
    )]
    Outage {
        /// How long it waits.
        seconds: u64,
        /// What was met last.
        #[source]
        source: Box<SourceError>,
    },
    /// The agent on this machine cannot be started, spoken to or waited for.
    #[error("the agent on this machine cannot be run")]
    Here(#[source] io::Error),
    /// Nothing leads to this machine over SSH.
    #[error("the dump is taken on this machine itself, to which no connection leads")]
    NoWay,
    /// No chance is to be had.
    #[error("the system gives no random bytes, with which a dump is named")]
    Chance,
    /// Nobody takes the frames any more.
    #[error("the dump was ended because nothing was left to write it to")]
    Unwanted,
    /// A task ended abnormally.
    #[error("the task that receives the dump ended abnormally")]
    Task(#[source] tokio::task::JoinError),
}

/// An error and all its causes, in one line.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut told: Vec<String> = causes.map(ToString::to_string).collect();
    // A transparent wrapper says what its source says.
    told.dedup();
    told.join(": ")
}
