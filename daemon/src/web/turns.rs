//! Turns at what takes memory: so many at once for everybody, and fewer for any one person, so that nobody keeps the others
//! out. It may not know what is done in a turn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::failure::Failure;

/// How long a turn is waited for.
const QUEUE_TIME: Duration = Duration::from_secs(10);

/// The turns.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    each: usize,
    /// Those of each person who has one or waits for one.
    of: Mutex<HashMap<i64, Weak<Semaphore>>>,
}

/// A turn, until it is dropped.
pub(super) struct Turn {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Turns {
    /// So many turns at once, of which any one person has so many.
    pub(super) fn new(all: usize, each: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), each, of: Mutex::default() }
    }

    /// A turn of a person, by their id.
    ///
    /// # Errors
    /// [`Failure::Busy`], where none is free in time.
    pub(super) async fn turn(&self, person: i64) -> Result<Turn, Failure> {
        let (own, all) = (self.of(person), Arc::clone(&self.all));
        let taken = async {
            // Whoever waits for their own takes nothing from others meanwhile.
            let own = own.acquire_owned().await?;
            Ok::<_, AcquireError>(Turn { _own: own, _all: all.acquire_owned().await? })
        };
        let taken = tokio::time::timeout(QUEUE_TIME, taken).await.map_err(|_| Failure::Busy)?;
        taken.map_err(|_| Failure::Busy)
    }

    fn of(&self, person: i64) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.retain(|_, turns| turns.strong_count() > 0);
        if let Some(own) = of.get(&person).and_then(Weak::upgrade) {
            return own;
        }
        let own = Arc::new(Semaphore::new(self.each));
        of.insert(person, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether somebody would have to wait.
    async fn waits(turns: &Turns, person: i64) -> bool {
        tokio::select! {
            biased;
            _taken = turns.turn(person) => false,
            () = std::future::ready(()) => true,
        }
    }

    #[tokio::test]
    async fn one_person_takes_their_own_turns_and_none_of_the_others() {
        let turns = Turns::new(3, 1);
        let first = turns.turn(1).await.unwrap();
        assert!(waits(&turns, 1).await, "one at once");
        let (second, third) = (turns.turn(2).await.unwrap(), turns.turn(3).await.unwrap());
        assert!(waits(&turns, 4).await, "three in all");
        drop(first);
        let again = turns.turn(1).await.unwrap();
        drop((second, third, again));
        assert_eq!(turns.all.available_permits(), 3);
        drop(turns.turn(9).await.unwrap());
        assert_eq!(turns.of.lock().unwrap().len(), 1, "whoever is gone is forgotten");
    }
}
