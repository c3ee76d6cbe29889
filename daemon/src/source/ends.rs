//! Both ends of an agent that runs, on a server or on this machine. It may not know what goes through them.

use bytes::Bytes;
use tokio::time::Instant;

use super::error::SourceError;
use super::here::Process;
use crate::transport::{Exec, Finished, TransportError};

/// An agent that runs.
pub(super) enum Ends {
    /// On a server, over SSH.
    Far(Exec),
    /// On this machine.
    Here(Process),
}

impl Ends {
    /// When it will have been silent for too long, counted from now; `None` for no limit.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Far(exec) => exec.deadline(),
            Self::Here(process) => process.deadline(),
        }
    }

    /// What it says next; `None` at the end. May be dropped while it waits without losing anything.
    pub(super) async fn next_until(&mut self, deadline: Option<Instant>) -> Result<Option<Bytes>, SourceError> {
        match self {
            Self::Far(exec) => Ok(exec.next_until(deadline).await?),
            Self::Here(process) => process.next_until(deadline).await,
        }
    }

    /// Tells it something. An agent that has ended already is no error: it says why on its standard error.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        match self {
            Self::Far(exec) => match exec.send(bytes).await {
                Err(TransportError::InputRefused { .. }) => Ok(()),
                sent => Ok(sent?),
            },
            Self::Here(process) => process.send(bytes).await,
        }
    }

    /// Waits for its end.
    pub(super) async fn finish(self) -> Result<Finished, SourceError> {
        match self {
            Self::Far(exec) => Ok(exec.finish().await?),
            Self::Here(process) => process.finish().await,
        }
    }
}
