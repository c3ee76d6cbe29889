//! What is under way at this moment, and who is told of it. It lives in memory alone: what must survive is in the store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::broadcast;

use crate::jobs::execute::Ending;
use crate::jobs::progress::{Event, Step};
use crate::store::rows::Run;

/// Happenings that may wait for somebody who looks on slowly; then the oldest are skipped.
const WAITING: usize = 256;
/// How often bytes are told.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Something that happened to a run.
#[derive(Debug, Clone)]
pub(super) enum Happening {
    /// As the job tells it; bytes are summed up.
    Event(i64, Event),
    /// The run is over, or waits for a disk.
    Over(i64),
}

/// The run that is under way.
#[derive(Debug, Clone)]
pub(super) struct Current {
    /// Its row, as it began.
    pub(super) run: Run,
    /// How it is ended before it is done.
    pub(super) ending: Arc<Ending>,
    /// The dataset, once one has begun.
    pub(super) dataset: Option<String>,
    /// Its step.
    pub(super) step: Option<Step>,
    /// Bytes of dump so far.
    pub(super) plain: u64,
    /// Bytes of archive so far.
    pub(super) archive: u64,
    /// Bytes of archive that each disk took, of the part that is under way.
    pub(super) taken: BTreeMap<String, u64>,
    /// Bytes of dump by the last time.
    pub(super) expected: Option<u64>,
    /// What comes after the last byte, by the last times.
    pub(super) tail_ms: Option<u64>,
    /// When the dataset began.
    pub(super) began: Option<DateTime<Utc>>,
}

/// Ends the run that is under way when it is dropped, also by a panic: nobody may wait for what nobody does.
#[derive(Debug)]
pub(super) struct Under<'a>(pub(super) &'a Live);

impl Drop for Under<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What is under way.
#[derive(Debug)]
pub(super) struct Live {
    state: Mutex<State>,
    happenings: broadcast::Sender<Happening>,
}

#[derive(Debug)]
struct State {
    current: Option<Current>,
    /// Bytes that were not told yet, and those that each disk took.
    untold: (u64, u64),
    taken: BTreeMap<String, u64>,
    told: Instant,
}

impl Live {
    pub(super) fn new() -> Self {
        let state = State { current: None, untold: (0, 0), taken: BTreeMap::new(), told: Instant::now() };
        Self { state: Mutex::new(state), happenings: broadcast::channel(WAITING).0 }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run, if none is under way.
    pub(super) fn begin(&self, run: &Run) -> Option<Arc<Ending>> {
        self.begin_with(run, Arc::default())
    }

    /// The same with a way to end it that is there already.
    pub(super) fn begin_with(&self, run: &Run, ending: Arc<Ending>) -> Option<Arc<Ending>> {
        let mut state = self.lock();
        if state.current.is_some() {
            return None;
        }
        let (dataset, step, expected, tail_ms, began) = (None, None, None, None, None);
        let (run, given) = (run.clone(), Arc::clone(&ending));
        state.current = Some(Current {
            run,
            ending: given,
            dataset,
            step,
            plain: 0,
            archive: 0,
            taken: BTreeMap::new(),
            expected,
            tail_ms,
            began,
        });
        Some(ending)
    }

    /// Ends the run.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        if let Some(current) = state.current.take() {
            // Nobody needs to look on.
            let _nobody = self.happenings.send(Happening::Over(current.run.number));
        }
    }

    /// The run that is under way.
    pub(super) fn current(&self) -> Option<Current> {
        self.lock().current.clone()
    }

    /// Looks on from now.
    pub(super) fn look_on(&self) -> broadcast::Receiver<Happening> {
        self.happenings.subscribe()
    }

    /// Takes what a job tells, at `now`. `tail_ms` is what the dataset's history says of its end.
    pub(super) fn tell(&self, event: Event, now: DateTime<Utc>, tail: Option<u64>) {
        let mut state = self.lock();
        let state = &mut *state;
        let Some(current) = &mut state.current else { return };
        let event = match event {
            Event::Bytes { plain, archive } => {
                current.plain += plain;
                current.archive += archive;
                state.untold.0 += plain;
                state.untold.1 += archive;
                None
            }
            Event::Taken { disk, bytes } => {
                current.taken.insert(disk.clone(), bytes);
                state.taken.insert(disk, bytes);
                None
            }
            Event::Began { dataset, expected_bytes, .. } => {
                current.dataset = Some(dataset.clone());
                current.taken.clear();
                (current.plain, current.archive, current.expected) = (0, 0, expected_bytes);
                (current.began, current.tail_ms) = (Some(now), tail);
                Some(Event::Began { dataset, expected_bytes, tail_ms: tail })
            }
            Event::Step(step) => {
                current.step = Some(step);
                Some(Event::Step(step))
            }
            other => Some(other),
        };
        let number = current.run.number;
        if event.is_some() || state.told.elapsed() >= TELL_EVERY {
            let (plain, archive) = std::mem::take(&mut state.untold);
            let bytes = (plain > 0).then_some(Event::Bytes { plain, archive });
            let taken = std::mem::take(&mut state.taken).into_iter();
            let taken = taken.map(|(disk, bytes)| Event::Taken { disk, bytes });
            for event in bytes.into_iter().chain(taken).chain(event) {
                let _nobody = self.happenings.send(Happening::Event(number, event));
            }
            state.told = Instant::now();
        }
    }
}

impl Current {
    /// The events that would have told somebody who begins to look on now.
    pub(super) fn so_far(&self) -> Vec<Event> {
        let Some(dataset) = self.dataset.clone() else { return Vec::new() };
        let began = Event::Began { dataset, expected_bytes: self.expected, tail_ms: self.tail_ms };
        vec![began, Event::Bytes { plain: self.plain, archive: self.archive }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::rows::{RunState, Trigger};

    fn run() -> Run {
        Run {
            id: uuid::Uuid::nil(),
            number: 7,
            plan: None,
            due: None,
            trigger: Trigger::Operator,
            asked_by: "ana".to_owned(),
            state: RunState::Running,
            queued: DateTime::UNIX_EPOCH,
            started: None,
            ended: None,
            error: None,
        }
    }

    #[test]
    fn one_run_is_under_way_at_a_time() {
        let live = Live::new();
        assert!(live.begin(&run()).is_some());
        assert!(live.begin(&run()).is_none());
        live.end();
        assert!(live.begin(&run()).is_some());
    }

    #[test]
    fn bytes_are_summed_up_and_none_is_lost() {
        let live = Live::new();
        live.begin(&run()).unwrap();
        let mut events = live.look_on();
        let now = DateTime::UNIX_EPOCH;
        live.tell(
            Event::Began { dataset: "bd/quejas".to_owned(), expected_bytes: Some(9), tail_ms: None },
            now,
            Some(5),
        );
        for _ in 0..1000 {
            live.tell(Event::Bytes { plain: 3, archive: 1 }, now, None);
        }
        live.tell(Event::Step(Step::Sync), now, None);
        live.end();
        let (mut sum, mut count) = (0, 0);
        while let Ok(happening) = events.try_recv() {
            count += 1;
            if let Happening::Event(7, Event::Bytes { plain, .. }) = happening {
                sum += plain;
            }
        }
        assert_eq!(sum, 3000);
        assert!(count < 100, "{count}");
    }
}
