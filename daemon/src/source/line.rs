//! The line to a server: one connection at a time, made again when it was lost. It may not know what is dumped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Way;
use super::ends::Ends;
use super::error::SourceError;
use super::here::{Here, Process};
use crate::transport::{self, Session, Target, TransportError};

/// How far whoever reads may run ahead of its rate.
const AHEAD: Duration = Duration::from_millis(250);

/// Bounds of what a line is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// How long a dump may wait for a connection that was lost; zero for not at all.
    pub outage: Duration,
    /// The most bytes a second that are taken; `None` for no bound.
    pub bytes_per_second: Option<u64>,
}

/// A server that was reached, or this machine itself, and how dumps are taken there. One dump at a time.
pub struct Line {
    /// Whom to connect to; nobody where dumps are taken on this machine.
    target: Option<Target>,
    way: Way,
    bounds: Bounds,
    host_key: String,
    session: Mutex<Option<Arc<Session>>>,
}

impl Line {
    /// Connects to a server.
    ///
    /// # Errors
    /// As [`transport::connect`].
    pub async fn connect(target: Target, way: Way, bounds: Bounds) -> Result<Arc<Self>, TransportError> {
        let session = transport::connect(&target, way.window()).await?;
        let host_key = session.host_key_fingerprint().to_owned();
        let session = Mutex::new(Some(Arc::new(session)));
        Ok(Arc::new(Self { target: Some(target), way, bounds, host_key, session }))
    }

    /// The line to this machine itself, on which nothing can be lost.
    pub fn here(here: Here, bounds: Bounds) -> Arc<Self> {
        let way = Way::Here(here);
        Arc::new(Self { target: None, way, bounds, host_key: String::new(), session: Mutex::new(None) })
    }

    /// The fingerprint of the host key that was accepted, `SHA256:…`; empty for this machine itself.
    pub fn host_key_fingerprint(&self) -> &str {
        &self.host_key
    }

    /// How dumps are taken.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// How long a dump may stand still and wait: not at all where it lives with its connection, as in plain mode, or with
    /// this process.
    pub fn patience(&self) -> Duration {
        if matches!(self.way, Way::Plain | Way::Here(_)) { Duration::ZERO } else { self.bounds.outage }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection, or a new one where it was lost.
    pub(super) async fn session(&self) -> Result<Arc<Session>, SourceError> {
        let there = self.lock().clone();
        if let Some(session) = there {
            return Ok(session);
        }
        let target = self.target.as_ref().ok_or(SourceError::NoWay)?;
        let session = Arc::new(transport::connect(target, self.way.window()).await?);
        *self.lock() = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Sees to it that there is a connection, where one is needed.
    pub(super) async fn connected(&self) -> Result<(), SourceError> {
        if self.target.is_some() { self.session().await.map(drop) } else { Ok(()) }
    }

    /// Starts the agent: on the server by this command, or on this machine.
    pub(super) async fn start(&self, command: &str) -> Result<Ends, SourceError> {
        match &self.way {
            Way::Here(here) => Process::start(here).map(Ends::Here),
            _ => Ok(Ends::Far(self.session().await?.exec(command).await?)),
        }
    }

    /// Hangs up: the next one to ask gets a new connection.
    pub(super) fn hang_up(&self) {
        *self.lock() = None;
    }

    /// A pace for a stream of bytes from this server.
    pub(super) fn pace(&self) -> Pace {
        Pace { bytes_per_second: self.bounds.bytes_per_second, due: Instant::now() }
    }
}

/// The pace at which bytes are taken; what is not taken waits at the other end.
#[derive(Debug)]
pub(super) struct Pace {
    bytes_per_second: Option<u64>,
    /// When the bytes that were taken would have come at this pace.
    due: Instant,
}

impl Pace {
    /// Counts bytes that were taken, and waits until more may be.
    pub(super) async fn take(&mut self, bytes: usize) {
        let now = Instant::now();
        if let Some(due) = self.count(bytes, now).filter(|due| *due > now) {
            sleep_until(due).await;
        }
    }

    /// Counts bytes that were taken at `now`, and says when more may be.
    fn count(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        let rate = self.bytes_per_second?;
        // Nobody catches up on a long silence.
        let from = self.due.max(now.checked_sub(AHEAD).unwrap_or(now));
        // Only a pace: that large numbers lose their last digits does not matter.
        let cost = Duration::try_from_secs_f64(bytes as f64 / rate as f64).unwrap_or(AHEAD);
        self.due = from.checked_add(cost).unwrap_or(now);
        Some(self.due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_kept_and_silence_is_not_caught_up_on() {
        let begun = Instant::now();
        let mut pace = Pace { bytes_per_second: Some(1 << 20), due: begun };
        let mut now = begun;
        for _ in 0..64 {
            now = now.max(pace.count(32 << 10, now).unwrap());
        }
        let took = now - begun;
        assert!((1990..2010).contains(&took.as_millis()), "2 MiB took {took:?}");
        let later = now + Duration::from_secs(60);
        let due = pace.count(1 << 20, later).unwrap();
        assert_eq!(due - later, Duration::from_millis(750));
    }

    #[test]
    fn without_a_bound_nobody_waits() {
        let mut pace = Pace { bytes_per_second: None, due: Instant::now() };
        assert!(pace.count(usize::MAX, Instant::now()).is_none());
    }
}
