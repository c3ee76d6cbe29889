//! What every handler works with: the office, and what bounds the server. It may not know which pages there are.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::origin::Origin;
use crate::config::model::{Config, Web};
use crate::jobs::office::Office;
use crate::store::db::Store;

/// Forms with files that are read at once: each lies in memory whole.
const UPLOADS: usize = 3;

/// The state of the pages.
pub struct App {
    /// The checked configuration.
    pub config: Config,
    /// The part of it that is about the pages.
    pub web: Web,
    /// What survives a restart.
    pub store: Store,
    /// The clock.
    pub clock: fn() -> DateTime<Utc>,
    /// Where the pages are.
    pub origin: Origin,
    /// Told after each request that may have changed something, so that letters go out at once.
    pub changed: Arc<Notify>,
    pub(super) uploads: Semaphore,
    pub(super) stopping: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl App {
    /// The state of the pages, where the configuration has them. `tasks` awaits what is started, `stopping` ends it.
    pub fn new(
        config: &Config,
        store: &Store,
        clock: fn() -> DateTime<Utc>,
        stopping: &CancellationToken,
        tasks: &TaskTracker,
        changed: Arc<Notify>,
    ) -> Option<Arc<Self>> {
        let web = config.web.clone()?;
        let origin = Origin::new(&web.base_url);
        Some(Arc::new(Self {
            config: config.clone(),
            web,
            store: store.clone(),
            clock,
            origin,
            changed,
            uploads: Semaphore::new(UPLOADS),
            stopping: stopping.clone(),
            tasks: tasks.clone(),
        }))
    }

    /// The office in which records are kept.
    pub fn office(&self) -> Office<'_> {
        Office { config: &self.config, store: &self.store, now: &self.clock }
    }
}
