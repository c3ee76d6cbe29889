//! What people ask of the service from a page: orders, each with who may give it, and what became of those that take long. It may
//! not know who carries them out, nor where they are given.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, oneshot};

use super::asked::ReadAgain;
use super::office::Office;
use super::people::PeopleError;
use super::people::by::By;
use crate::desk::access::Action;
use crate::store::error::StoreError;
use crate::store::people_change::PeopleChange;

/// Orders that may wait to be looked at.
const WAITING: usize = 16;
/// Errands that are remembered, until the service ends.
const REMEMBERED: usize = 12;

/// Something that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Back up.
    BackUp {
        /// Plans or `SERVER/DATASET`, at least one.
        names: Vec<String>,
    },
    /// End a run before it is done.
    Cancel {
        /// Its number.
        run: i64,
    },
    /// Restore the last backup of a dataset for a test.
    Drill {
        /// `SERVER/DATASET`.
        dataset: String,
    },
    /// Read all copies of a backup again that are here.
    Verify {
        /// `SERVER/DATASET/STAMP`.
        archive: String,
    },
    /// Restore a backup into the folder that is meant for it.
    Restore {
        /// `SERVER/DATASET/STAMP`.
        archive: String,
    },
}

impl Order {
    /// What whoever gives it must be allowed.
    pub fn needs(&self) -> Action {
        match self {
            Self::Restore { .. } => Action::RestoreBackups,
            _ => Action::RunBackups,
        }
    }

    /// Its word in the audit log.
    fn act(&self) -> &'static str {
        match self {
            Self::BackUp { .. } => "backup_asked",
            Self::Cancel { .. } => "run_cancelled",
            Self::Drill { .. } => "drill_asked",
            Self::Verify { .. } => "verify_asked",
            Self::Restore { .. } => "restore_asked",
        }
    }

    /// What it is about, for the audit log.
    fn object(&self) -> String {
        match self {
            Self::BackUp { names } => format!("backup {}", names.join(", ")),
            Self::Cancel { run } => format!("run {run}"),
            Self::Drill { dataset } => format!("dataset {dataset}"),
            Self::Verify { archive } | Self::Restore { archive } => format!("archive {archive}"),
        }
    }
}

/// What an order led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// A run of this number, begun or ended.
    Run(i64),
    /// An errand, which [`Orders::errands`] tells of.
    Errand,
}

/// Why an order is not carried out. The cause in brackets is as the program tells it.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// They may not.
    #[error("usted no puede pedir esto")]
    NotAllowed,
    /// What it is about does not exist.
    #[error("eso ya no existe, o no está en la configuración ({0})")]
    Unknown(String),
    /// Something else is in its way.
    #[error("no se puede ahora, porque otra cosa está en curso o esto ya terminó ({0})")]
    Busy(String),
    /// The service failed.
    #[error("el servicio no pudo hacerlo")]
    Failed(String),
    /// It is carried out, and could not be entered in the audit log.
    #[error("se hará, pero no quedó en la bitácora")]
    Store(#[from] StoreError),
}

/// An order on its way to whoever carries it out.
#[derive(Debug)]
pub struct Given {
    /// The order.
    pub order: Order,
    /// Who gives it.
    pub by: String,
    /// Where to say what it led to.
    pub reply: oneshot::Sender<Result<Taken, OrderError>>,
}

/// How an errand ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A restore drill passed or did not; why not.
    Drilled(Result<(), String>),
    /// A restore drill could not be tried; why not.
    NotDrilled(String),
    /// Copies were read again.
    Read(ReadAgain),
    /// A backup was restored into this folder.
    Restored(PathBuf),
    /// It could not be done; why.
    Failed(String),
}

/// An order that takes long.
#[derive(Debug, Clone)]
pub struct Errand {
    number: u64,
    /// The order.
    pub order: Order,
    /// Who gave it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How it ended, once it has.
    pub outcome: Option<Outcome>,
}

/// The errands since the service began, the newest first.
#[derive(Debug, Default)]
pub struct Errands(Mutex<VecDeque<Errand>>);

impl Errands {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Errand>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that one has begun; returns its number.
    pub fn begin(&self, order: &Order, by: &str, at: DateTime<Utc>) -> u64 {
        let mut errands = self.lock();
        let number = errands.front().map_or(0, |newest| newest.number) + 1;
        errands.push_front(Errand { number, order: order.clone(), by: by.to_owned(), at, outcome: None });
        // One that is under way is not forgotten for others that came later.
        while errands.len() > REMEMBERED
            && let Some(oldest) = errands.iter().rposition(|errand| errand.outcome.is_some())
        {
            errands.remove(oldest);
        }
        number
    }

    /// Remembers how one ended.
    pub fn end(&self, number: u64, outcome: Outcome) {
        if let Some(errand) = self.lock().iter_mut().find(|errand| errand.number == number) {
            errand.outcome = Some(outcome);
        }
    }

    /// All that are remembered.
    pub fn all(&self) -> Vec<Errand> {
        self.lock().iter().cloned().collect()
    }
}

/// Where orders are given.
#[derive(Debug, Clone)]
pub struct Orders {
    to: mpsc::Sender<Given>,
    /// What became of those that take long.
    pub errands: Arc<Errands>,
}

impl Orders {
    /// Where orders are given, and where they come out.
    pub fn new() -> (Self, mpsc::Receiver<Given>) {
        let (to, from) = mpsc::channel(WAITING);
        (Self { to, errands: Arc::default() }, from)
    }

    /// Gives an order, and enters in the audit log who did.
    ///
    /// # Errors
    /// [`OrderError`].
    pub async fn give(&self, office: Office<'_>, by: By<'_>, order: Order) -> Result<Taken, OrderError> {
        by.may(order.needs()).map_err(|error| match error {
            PeopleError::Store(error) => OrderError::Store(error),
            _ => OrderError::NotAllowed,
        })?;
        let (reply, heard) = oneshot::channel();
        let given = Given { order: order.clone(), by: by.name(), reply };
        let full = |_| OrderError::Busy("too many orders wait".to_owned());
        self.to.try_send(given).map_err(full)?;
        let ends = |_| OrderError::Busy("the service ends".to_owned());
        let taken = heard.await.map_err(ends)??;
        let detail = match taken {
            Taken::Run(run) => format!("corrida {run}"),
            Taken::Errand => String::new(),
        };
        let line = by.draft(office, order.act(), order.object(), detail);
        office.store.apply_people(&PeopleChange { audit: vec![line], ..PeopleChange::default() }).await?;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errands_are_remembered_until_others_came_and_those_under_way_longer() {
        let errands = Errands::default();
        let order = Order::Drill { dataset: "bd/quejas".to_owned() };
        let first = errands.begin(&order, "ana", DateTime::UNIX_EPOCH);
        for _ in 0..2 * REMEMBERED {
            let number = errands.begin(&order, "ana", DateTime::UNIX_EPOCH);
            errands.end(number, Outcome::Drilled(Ok(())));
        }
        let all = errands.all();
        assert_eq!(all.len(), REMEMBERED);
        let under_way: Vec<u64> =
            all.iter().filter(|errand| errand.outcome.is_none()).map(|errand| errand.number).collect();
        assert_eq!(under_way, [first]);
        errands.end(first, Outcome::Failed("x".to_owned()));
        errands.begin(&order, "ana", DateTime::UNIX_EPOCH);
        assert!(errands.all().iter().all(|errand| errand.number != first), "the oldest one goes first");
    }

    #[test]
    fn restoring_takes_another_right_than_backing_up() {
        let archive = || "bd/quejas/2026-11-23T090003-0600".to_owned();
        assert_eq!(Order::Restore { archive: archive() }.needs(), Action::RestoreBackups);
        assert_eq!(Order::Verify { archive: archive() }.needs(), Action::RunBackups);
    }
}
