//! What every handler works with: the office, and what bounds the server. It may not know which pages there are.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::api::throttle::Throttle;
use super::origin::Origin;
use super::packs::Packs;
use super::turns::Turns;
use crate::config::model::{Config, Web};
use crate::jobs::metrics::Source;
use crate::jobs::office::Office;
use crate::jobs::orders::Orders;
use crate::register::key::Key;
use crate::store::db::Store;

/// Large forms that are read and judged at once, and those of one person: each lies in memory whole.
const UPLOADS: (usize, usize) = (3, 1);
/// Files that are handed out at once, and those of one person: each lies in memory until it was taken.
const DOWNLOADS: (usize, usize) = (24, 4);
/// Pages that follow a run as it goes, and those of one person.
const VIEWERS: (usize, usize) = (64, 4);
/// Forms that are printed at once, and those of one person: each is a process that works as hard as it can.
const PRINTS: (usize, usize) = (1, 1);

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
    /// The key by which the head of the register is signed.
    pub key: Arc<Key>,
    /// What is measured and stands in no database.
    pub source: Source,
    /// Where people ask for backups.
    pub orders: Orders,
    pub(super) viewers: Turns,
    /// Told after each request that may have changed something, so that letters go out at once.
    pub changed: Arc<Notify>,
    pub(super) uploads: Turns,
    pub(super) downloads: Turns,
    pub(super) prints: Turns,
    /// What slows down whoever tries addresses of calendars.
    pub(super) feeds: Throttle,
    pub(super) packs: Packs,
    pub(super) stopping: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl App {
    /// The state of the pages, where the configuration has them. The tracker awaits what is started, and the token ends it.
    pub fn new(
        config: &Config,
        store: &Store,
        clock: fn() -> DateTime<Utc>,
        (stopping, tasks): (&CancellationToken, &TaskTracker),
        changed: Arc<Notify>,
        key: Arc<Key>,
        (source, orders): (Source, Orders),
    ) -> Option<Arc<Self>> {
        let web = config.web.clone()?;
        let origin = Origin::new(&web.base_url);
        Some(Arc::new(Self {
            config: config.clone(),
            web,
            store: store.clone(),
            clock,
            origin,
            key,
            changed,
            source,
            orders,
            viewers: Turns::new(VIEWERS.0, VIEWERS.1),
            uploads: Turns::new(UPLOADS.0, UPLOADS.1),
            downloads: Turns::new(DOWNLOADS.0, DOWNLOADS.1),
            prints: Turns::new(PRINTS.0, PRINTS.1),
            feeds: Throttle::default(),
            packs: Packs::default(),
            stopping: stopping.clone(),
            tasks: tasks.clone(),
        }))
    }

    /// The office in which records are kept.
    pub fn office(&self) -> Office<'_> {
        Office { config: &self.config, store: &self.store, now: &self.clock }
    }
}
