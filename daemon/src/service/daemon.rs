//! The service from its start to its end: it looks after the slots, has runs made one after the other, answers
//! operators, sends notices, and ends when it is told to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::doing::{Doing, Done};
use super::ending::wait_for_the_end;
use super::error::ServiceError;
use super::keeper::Keeper;
use super::live::Under;
use super::run_log::RunLog;
use super::watch::{self, Present};
use super::{letters, metrics, orders, socket, systemd};
use crate::config::model::Config;
use crate::forms;
use crate::jobs::chores::{self, Chore};
use crate::jobs::error::chain;
use crate::jobs::execute::Ending;
use crate::jobs::orders::Orders;
use crate::jobs::{deliver, hand_out, presence, slots, stale};
use crate::store::error::StoreError;
use crate::store::rows::{Run, RunState};
use crate::web::app::App;
use crate::web::server;

/// The longest time between two looks at the clock, which may have been put on or back, or have stood still with the
/// machine; and between two looks after the slots during a run.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// The longest time between two looks after the slots while nothing is under way: each asks the database a dozen things.
const REST: Duration = Duration::from_secs(600);
/// How far the clock may stray from the time that has passed before it counts as put on or back.
const STRAY: TimeDelta = TimeDelta::seconds(2);
/// How soon a database that failed is tried again.
const RETRY: Duration = Duration::from_secs(10);
/// How soon it is looked again whether a disk that is being ejected is out.
const EJECTING: TimeDelta = TimeDelta::seconds(5);
/// How often old logs are removed.
const SWEEP_EVERY: Duration = Duration::from_secs(86_400);

/// The service.
pub(super) struct Service {
    pub(super) keeper: Keeper,
    pub(super) since: DateTime<Utc>,
    /// Work for the thread that works: one run at a time.
    pub(super) work: mpsc::Sender<Work>,
    /// Wakes whoever looks after the slots.
    pub(super) wake: Notify,
    /// Wakes whoever sends notices, and those who wait for them.
    pub(super) news: Notify,
    /// The chore that is under way.
    pub(super) doing: Doing,
    /// The disks that are here.
    pub(super) present: Present,
    /// Whether a drill is under way, which is given a moment to take its server away.
    pub(super) drilling: AtomicBool,
    /// Set once the service is to end.
    pub(super) stopping: CancellationToken,
    /// Everything that was started, to be awaited.
    pub(super) tasks: TaskTracker,
}

/// Work for the thread that works.
pub(super) enum Work {
    /// A run.
    Run(Box<Run>, Arc<Ending>),
    /// Something that is done when no run is under way, until it is cancelled.
    Chore(Chore, CancellationToken),
    /// Restore drills that an operator asked for.
    Drill(Box<super::drill::Asked>),
    /// Copying the register to the disks.
    HandOut,
    /// Closing a run that was cut off, as by a database that was away when it was to be recorded.
    Recover,
    /// Something that an operator waits for.
    Task(Task),
}

/// What is done on the thread that works, with what ends it before it is done.
pub(super) type Task = Box<dyn FnOnce(&Keeper, &CancellationToken) + Send>;

/// Runs the service until it is told to end.
///
/// # Errors
/// [`ServiceError`], where it cannot start.
pub fn run(config: Config, logs: RunLog, clock: fn() -> DateTime<Utc>) -> Result<(), ServiceError> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = built.map_err(|source| ServiceError::System { act: "start threads", source })?;
    let keeper = Keeper::open(config, logs, runtime.handle().clone(), clock)?;
    let listener = runtime.block_on(async { socket::listen(&keeper.config.paths.socket) })?;
    let (work, todo) = mpsc::channel(16);
    let (wake, news) = (Notify::new(), Notify::new());
    let (stopping, tasks, since) = (CancellationToken::new(), TaskTracker::new(), clock());
    let (doing, present, drilling) = (Doing::default(), Present::default(), AtomicBool::new(false));
    let service = Arc::new(Service { keeper, since, work, wake, news, doing, present, drilling, stopping, tasks });
    let worker = {
        let service = Arc::clone(&service);
        std::thread::Builder::new().name("runs".to_owned()).spawn(move || labour(&service, todo))
    };
    let worker = worker.map_err(|source| ServiceError::System { act: "start a thread", source })?;
    // What an earlier process entered and did not bring to the disks must not wait for the next run.
    if runtime.block_on(hand_out::is_owed(service.keeper.office()))? {
        // The queue is empty yet.
        let _queued = service.work.try_send(Work::HandOut);
    }
    start(&runtime, &service, listener);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), pid = std::process::id(), "the service has started");
    systemd::ready();
    let ended = runtime.block_on(wait_for_the_end(&service));
    // The worker ends once nobody can give it work any more and what it does is over, or at once with the process.
    drop(service);
    if worker.is_finished() && worker.join().is_err() {
        tracing::error!("the thread that makes runs has panicked");
    }
    runtime.shutdown_timeout(Duration::from_secs(2));
    tracing::info!("the service has ended");
    ended
}

fn start(runtime: &Runtime, service: &Arc<Service>, listener: tokio::net::UnixListener) {
    let tasks = service.tasks.clone();
    tasks.spawn_on(look_after(Arc::clone(service)), runtime.handle());
    tasks.spawn_on(watch::disks(Arc::clone(service)), runtime.handle());
    tasks.spawn_on(send_notices(Arc::clone(service)), runtime.handle());
    let changed = Arc::new(Notify::new());
    tasks.spawn_on(check_forms(Arc::clone(service)), runtime.handle());
    tasks.spawn_on(letters::send(Arc::clone(service), Arc::clone(&changed)), runtime.handle());
    tasks.spawn_on(sweep_logs(Arc::clone(service)), runtime.handle());
    tasks.spawn_on(metrics::write_file(Arc::clone(service)), runtime.handle());
    tasks.spawn_on(metrics::check_register(Arc::clone(service)), runtime.handle());
    tasks.spawn_on(socket::serve(Arc::clone(service), listener), runtime.handle());
    let keeper = &service.keeper;
    // The pages may fail as they like: nothing else waits for them.
    let key = Arc::clone(&keeper.key);
    let ends = (&service.stopping, &tasks);
    let source = metrics::source(service);
    let (orders, given) = Orders::new();
    let errands = Arc::clone(&orders.errands);
    let reach = (source, orders);
    if let Some(app) = App::new(&keeper.config, &keeper.store, keeper.clock, ends, changed, key, reach) {
        tasks.spawn_on(server::serve(app), runtime.handle());
        tasks.spawn_on(orders::take(Arc::clone(service), given, errands), runtime.handle());
    }
}

/// Says at once which layout of a form does not compile, and not when somebody wants to print it.
async fn check_forms(service: Arc<Service>) {
    let folder = service.keeper.config.desk.as_ref().and_then(|desk| desk.forms.as_deref());
    if let Some(folder) = folder
        && let Err(error) = forms::check(folder).await
    {
        tracing::error!(error = chain(&error), "controlled forms cannot be printed until this is mended");
    }
}

/// The thread that works. It ends when its queue does.
fn labour(service: &Service, mut todo: mpsc::Receiver<Work>) {
    loop {
        let next = service.keeper.runtime.block_on(service.stopping.run_until_cancelled(todo.recv()));
        match next.flatten() {
            Some(Work::Run(run, ending)) => make(service, *run, &ending),
            Some(Work::Chore(chore, cancel)) => {
                systemd::status(&chore.said());
                let arrivals = service.present.arrivals();
                let worked = catch_unwind(AssertUnwindSafe(|| {
                    let _ends = Done(&service.doing);
                    service.keeper.chore(&chore, &cancel)
                }));
                if worked.is_err() {
                    tracing::error!(chore = chore.said(), "this panicked, which is a fault of this program");
                }
                if !worked.is_ok_and(|moved| moved) {
                    service.doing.rest();
                }
                if service.present.arrivals() != arrivals {
                    wake_waiting(service);
                }
                systemd::status("waiting");
            }
            Some(Work::Drill(asked)) => {
                service.drilling.store(true, Ordering::Relaxed);
                let drilled = catch_unwind(AssertUnwindSafe(|| super::drill::work(&service.keeper, &asked)));
                if drilled.is_err() {
                    tracing::error!("the drill panicked, which is a fault of this program");
                }
                service.drilling.store(false, Ordering::Relaxed);
            }
            Some(Work::HandOut) => service.keeper.hand_out(),
            Some(Work::Task(task)) => {
                let worked = catch_unwind(AssertUnwindSafe(|| task(&service.keeper, &service.stopping)));
                if worked.is_err() {
                    tracing::error!("what an operator asked for panicked, which is a fault of this program");
                }
            }
            Some(Work::Recover) => {
                if let Err(error) = service.keeper.recover() {
                    tracing::error!(
                        error = chain(&error),
                        "a run that was cut off cannot be closed; it is tried again"
                    );
                }
            }
            None => {
                // A run that it was given and has not begun is found queued at the next start; nobody need wait for it.
                service.keeper.live.end();
                service.doing.forget();
                return;
            }
        }
        service.wake.notify_one();
        service.news.notify_waiters();
    }
}

/// Makes a run. A disk that came while it looked for one has not been seen by it, and must not wait for its next attempt.
fn make(service: &Service, run: Run, ending: &Ending) {
    systemd::status(&format!("run {}", run.number));
    let arrivals = service.present.arrivals();
    let worked = catch_unwind(AssertUnwindSafe(|| {
        let _ends = Under(&service.keeper.live);
        // The error was logged, and the run is found open afterwards.
        service.keeper.execute(run, ending)
    }));
    match worked {
        Err(_) => tracing::error!("the run panicked, which is a fault of this program; it is closed and tried again"),
        Ok(Ok(run)) if run.state == RunState::Waiting && service.present.arrivals() != arrivals => {
            wake_waiting(service);
        }
        Ok(_) => {}
    }
    systemd::status("waiting");
}

/// Has tried at once what waits for a disk that came meanwhile.
fn wake_waiting(service: &Service) {
    let here = service.present.names();
    let woken = presence::wake(service.keeper.office(), &here);
    if let Err(error) = service.keeper.runtime.block_on(woken) {
        tracing::error!(error = chain(&error), "what waits for a disk is tried again later");
    }
}

/// Looks after the slots whenever there may be something to be done, and at least every [`REST`].
async fn look_after(service: Arc<Service>) {
    let every = systemd::alive_every().map_or(LOOK_EVERY, |every| every.min(LOOK_EVERY));
    loop {
        // A clock that is turned while it looks has it look again, too: what it found was of another time.
        let looked = (Instant::now(), service.keeper.office().now());
        // Boxed, so that the loop does not carry the room of all that it asks.
        let pause = match Box::pin(look(&service)).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(error = chain(&error), "cannot look after the slots; it is tried again");
                RETRY
            }
        };
        tokio::select! {
            () = doze(&service, looked, pause, every) => {}
            () = service.wake.notified() => {}
            () = service.stopping.cancelled() => return,
        }
    }
}

/// Waits so long, or until the clock was put on or back since it was `looked` at. Meanwhile it feeds the watchdog: a service that
/// no longer comes round is of no use, whatever its other threads do.
async fn doze(service: &Service, looked: (Instant, DateTime<Utc>), pause: Duration, every: Duration) {
    let began = Instant::now();
    loop {
        systemd::alive();
        let left = pause.saturating_sub(began.elapsed());
        let by_the_clock = service.keeper.office().now() - looked.1;
        if left.is_zero() || has_strayed(by_the_clock, looked.0.elapsed()) {
            return;
        }
        tokio::time::sleep(left.min(every)).await;
    }
}

/// Whether the clock went on by something else than the time that has passed.
fn has_strayed(by_the_clock: TimeDelta, passed: Duration) -> bool {
    TimeDelta::from_std(passed).map_or(true, |passed| (by_the_clock - passed).abs() > STRAY)
}

async fn look(service: &Service) -> Result<Duration, StoreError> {
    let keeper = &service.keeper;
    let current = keeper.live.current();
    let running = current.as_ref().and_then(|current| Some((current.run.plan.as_deref()?, current.run.due?)));
    let agenda = slots::look(keeper.office(), running).await?;
    let under = current.as_ref().and_then(|current| {
        Some(stale::Under { run: current.run.number, dataset: current.dataset.as_deref()?, began: current.began? })
    });
    stale::tell(keeper.office(), under).await?;
    if agenda.entered && current.is_none() {
        // A queue that is full holds the same already.
        let _full = service.work.try_send(Work::HandOut);
    }
    if agenda.under_way && current.is_none() && keeper.live.current().is_none() {
        // The worker does one thing after the other, so nothing begins before that is closed.
        let _full = service.work.try_send(Work::Recover);
        return Ok(RETRY);
    }
    if let Some(run) = agenda.runs.into_iter().next()
        && let Some(ending) = keeper.live.begin(&run)
        && service.work.try_send(Work::Run(Box::new(run), ending)).is_err()
    {
        keeper.live.end();
    }
    let chore = if keeper.live.current().is_some() {
        service.doing.make_room();
        None
    } else {
        take_up(service).await?
    };
    service.news.notify_waiters();
    let longest = if keeper.live.current().is_some() { LOOK_EVERY } else { REST };
    let next = agenda.next.into_iter().chain(chore).min();
    let until = next.and_then(|next| (next - keeper.office().now()).to_std().ok());
    Ok(until.map_or(longest, |until| until.min(longest)))
}

/// Takes up the next chore, unless one is under way. Returns when to ask again.
async fn take_up(service: &Service) -> Result<Option<DateTime<Utc>>, StoreError> {
    if service.doing.is_busy() {
        return Ok(None);
    }
    if let Some(rest) = service.doing.rests_for() {
        return Ok(TimeDelta::from_std(rest).ok().map(|rest| service.keeper.office().now() + rest));
    }
    // What is about to be unplugged is left alone.
    if !service.keeper.ejecting.names().is_empty() {
        return Ok(Some(service.keeper.office().now() + EJECTING));
    }
    let next = chores::next(service.keeper.office(), &service.present.names()).await?;
    let Some(chore) = next.chore else { return Ok(next.at) };
    let cancel = service.stopping.child_token();
    if service.doing.begin(&chore, &cancel) && service.work.try_send(Work::Chore(chore, cancel)).is_err() {
        service.doing.forget();
    }
    Ok(next.at)
}

/// Sends what people are to be told, whenever there is something.
async fn send_notices(service: Arc<Service>) {
    loop {
        let woken = service.news.notified();
        let office = service.keeper.office();
        let pause = match deliver::deliver(office).await {
            Ok(next) => next.and_then(|next| (next - office.now()).to_std().ok()).unwrap_or(SWEEP_EVERY),
            Err(error) => {
                tracing::error!(error = chain(&error), "cannot look for notices; it is tried again");
                RETRY
            }
        };
        tokio::select! {
            // A clock that is put back must not silence it for long.
            () = tokio::time::sleep(pause.min(Duration::from_secs(3600))) => {}
            () = woken => {}
            () = service.stopping.cancelled() => return,
        }
    }
}

async fn sweep_logs(service: Arc<Service>) {
    loop {
        let now = SystemTime::from(service.keeper.office().now());
        if let Err(error) = service.keeper.logs.sweep(now, service.keeper.config.limits.log_days) {
            tracing::warn!(error = error.to_string(), "old logs of runs cannot be removed");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = service.stopping.cancelled() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_put_on_or_back_or_stood_still_is_noticed() {
        let strayed = |by_the_clock, passed| has_strayed(TimeDelta::seconds(by_the_clock), Duration::from_secs(passed));
        assert!(!strayed(30, 30) && !strayed(31, 30) && !strayed(29, 30));
        assert!(strayed(90, 30) && strayed(0, 30) && strayed(-3600, 30));
    }
}
