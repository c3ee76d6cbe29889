//! What the service and a command that runs in its own process have in common: the lock, the store, the register's key,
//! and one run from its row to its end. It may not know who asked.

use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::disks::Ejecting;
use super::error::ServiceError;
use super::key;
use super::live::Live;
use super::run_log::RunLog;
use crate::config::model::Config;
use crate::config::secret;
use crate::jobs::backup::{self, Looked, Outcome};
use crate::jobs::chores::{self, Chore};
use crate::jobs::disk_retire;
use crate::jobs::error::chain;
use crate::jobs::execute::{self, Ending, Hands};
use crate::jobs::hand_out;
use crate::jobs::lock::{self, RunLock};
use crate::jobs::office::Office;
use crate::jobs::progress::Event;
use crate::jobs::select::Item;
use crate::jobs::{recover, run_id, slots, spool};
use crate::register::key::Key;
use crate::store::db::Store;
use crate::store::error::StoreError;
use crate::store::rows::{Run, Trigger};

/// How many of a dataset's last backups say how long the next one will take.
const HISTORY: u32 = 5;

/// Everything that keeps backups and their records on this machine.
pub(super) struct Keeper {
    pub(super) config: Config,
    pub(super) store: Store,
    pub(super) key: Arc<Key>,
    pub(super) clock: fn() -> DateTime<Utc>,
    pub(super) logs: RunLog,
    pub(super) live: Live,
    pub(super) ejecting: Ejecting,
    pub(super) runtime: Handle,
    _held: RunLock,
}

impl Keeper {
    /// Takes the lock, opens the store, and closes what the end of an earlier process left open. It must not be called
    /// from an async task.
    pub(super) fn open(
        config: Config,
        logs: RunLog,
        runtime: Handle,
        clock: fn() -> DateTime<Utc>,
    ) -> Result<Self, ServiceError> {
        own(&config)?;
        let held = lock::take(&config.paths.state)?;
        let password = config.database.password.as_ref();
        let password = password.map(|source| secret::read(source, "the password of the database")).transpose()?;
        let url = config.database.url.clone();
        let store = runtime.block_on(Store::open(&url, password.as_ref().map(secret::Secret::expose)))?;
        let key = Arc::new(key::load(&config.paths.state)?);
        let keeper = Self {
            config,
            store,
            key,
            clock,
            logs,
            live: Live::new(),
            ejecting: Ejecting::default(),
            runtime,
            _held: held,
        };
        hand_out::take_over(keeper.office(), &keeper.runtime, &keeper.key)?;
        keeper.recover()?;
        Ok(keeper)
    }

    /// Closes runs that were cut off. It must not be called while one is under way.
    pub(super) fn recover(&self) -> Result<(), StoreError> {
        let entered =
            self.with_hands(&Ending::default(), true, |hands| recover::recover(self.office(), &self.runtime, hands))?;
        // What was found kept has its entry now, which must not wait for the next run to reach the disks.
        if entered {
            self.hand_out();
        }
        Ok(())
    }

    /// The office in which records are kept.
    pub(super) fn office(&self) -> Office<'_> {
        Office { config: &self.config, store: &self.store, now: &self.clock }
    }

    /// Executes a run to its end, tells [`Keeper::live`] how it goes, and hands the register out to the disks.
    pub(super) fn execute(&self, run: Run, ending: &Ending) -> Result<Run, StoreError> {
        let _in_span = run_id::of_run(run.number).entered();
        if let Err(error) = self.logs.begin(run.number) {
            tracing::warn!(error = error.to_string(), "the run has no log of its own");
        }
        tracing::info!(plan = run.plan, asked_by = run.asked_by, "the run begins");
        let bound = run.trigger == Trigger::Schedule;
        let done =
            self.with_hands(ending, bound, |hands| execute::execute(self.office(), &self.runtime, run, ending, hands));
        if let Err(error) = &done {
            tracing::error!(error = chain(error), "the run cannot be recorded");
        }
        // What the run has settled is entered before the register is handed out.
        if let Err(error) = self.runtime.block_on(slots::look(self.office(), None)) {
            tracing::error!(error = chain(&error), "cannot look after the slots");
        }
        self.hand_out();
        self.logs.end();
        done
    }

    /// Does a chore, and hands the register out if it has grown. Returns whether it is of use to take up the next
    /// one at once: something was done, and could be recorded.
    pub(super) fn chore(&self, chore: &Chore, cancel: &CancellationToken) -> bool {
        let _in_span = run_id::of_work(chore.kind()).entered();
        tracing::info!("{}", chore.said());
        let worked = chores::work(self.office(), &self.runtime, chore, cancel);
        match &worked {
            Ok(worked) if worked.entered => self.hand_out(),
            Ok(_) => {}
            Err(error) => tracing::error!(error = chain(error), "what was done cannot be recorded; it is tried again"),
        }
        worked.is_ok_and(|worked| worked.moved)
    }

    /// Copies the register to every disk that is here.
    pub(super) fn hand_out(&self) {
        if let Err(error) = hand_out::hand_out(self.office(), &self.runtime, &self.key) {
            tracing::error!(error = chain(&error), "the register was not copied to the disks");
        }
    }

    /// Works with the hands that really back up.
    fn with_hands<T>(&self, ending: &Ending, bound: bool, work: impl FnOnce(Hands<'_>) -> T) -> T {
        let clock = self.clock;
        let tail = Mutex::new(None);
        let listen = |event: Event| {
            let tail = *tail.lock().unwrap_or_else(PoisonError::into_inner);
            self.live.tell(event, clock(), tail);
        };
        let admit = |items: &[Item]| self.turned_away(backup::admit_all(&self.config, clock(), items));
        let keep = |id: Uuid, item: Item, looked: &Looked| -> Outcome {
            *tail.lock().unwrap_or_else(PoisonError::into_inner) = self.tail_ms(&item);
            let (config, runtime) = (&self.config, &self.runtime);
            let stamp = || self.office().stamp(clock());
            if let Some(outcome) = spool::deliver(config, id, &item, looked, &stamp, &ending.token) {
                return outcome;
            }
            let run = backup::Run { config, runtime, now: &clock, cancel: &ending.token, bound, listen: &listen };
            backup::one(run, id, item, looked)
        };
        work(Hands { admit: &admit, keep: &keep })
    }

    /// The disks that were looked at, without those that are out of service or being ejected.
    fn turned_away(&self, mut looked: Looked) -> Looked {
        match self.runtime.block_on(self.store.disks()) {
            Ok(rows) => disk_retire::turn_away(&mut looked, &rows, &self.ejecting.names()),
            Err(error) => tracing::error!(error = chain(&error), "it is not known which disks are out of service"),
        }
        looked
    }

    /// How long a dataset has lately taken from its last byte to its end: the median, in milliseconds.
    fn tail_ms(&self, item: &Item) -> Option<u64> {
        let rows = self.runtime.block_on(self.store.history(&item.server, &item.dataset, HISTORY)).ok()?;
        let tail = |row: &crate::store::rows::Dataset| {
            u64::try_from((row.ended? - row.started?).num_milliseconds() - row.receive_ms?).ok()
        };
        let mut tails: Vec<u64> = rows.iter().filter_map(tail).collect();
        tails.sort_unstable();
        tails.get(tails.len() / 2).copied()
    }
}

/// Files that another user made here could be neither read nor replaced by the service later.
pub(super) fn own(config: &Config) -> Result<(), ServiceError> {
    let path = &config.paths.state;
    let me = rustix::process::geteuid().as_raw();
    match std::fs::metadata(path) {
        Ok(about) if about.uid() != me => Err(ServiceError::OtherUser { path: path.clone(), owner: about.uid(), me }),
        _ => Ok(()),
    }
}
