//! An office whose clock is turned by hand and whose backups are invented. What looks after slots, runs and the register
//! is the program's own. It may not know what a test wants to see.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use resguardo::config::model::Config;
use resguardo::jobs::backup::{Kept, Looked, Outcome};
use resguardo::jobs::error::JobError;
use resguardo::jobs::execute::{self, Ending, Hands};
use resguardo::jobs::office::{Office, day};
use resguardo::jobs::select::{self, Item};
use resguardo::jobs::{recover, slots};
use resguardo::register::entry::Entry;
use resguardo::register::seal::file_name;
use resguardo::store::change::Change;
use resguardo::store::db::Store;
use resguardo::store::rows::{Excuse, Run, Slot, Trigger};
use resguardo::vault::admit::Admitted;
use resguardo::vault::error::VaultError;
use resguardo::vault::manifest::Manifest;
use resguardo::vault::marker::Marker;
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::place::Place;

/// What ends a backup like the power.
struct PowerCut;

/// A year of an office.
pub(crate) struct Year<'a> {
    pub(crate) config: Config,
    store: Store,
    runtime: Runtime,
    /// The time, in seconds, as it really is.
    time: AtomicI64,
    /// How wrong the clock is, in seconds.
    wrong: AtomicI64,
    rights: Cell<Option<DateTime<Utc>>>,
    absent: RefCell<BTreeMap<String, DateTime<Utc>>>,
    failing: RefCell<BTreeMap<String, DateTime<Utc>>>,
    slow: Cell<Option<(DateTime<Utc>, TimeDelta)>>,
    cut: Cell<bool>,
    begun: DateTime<Utc>,
    _place: &'a Place,
}

fn config(tz: Tz) -> Config {
    let dataset = |name: &str| json!({ "name": name, "kind": "command", "command": "true", "suffix": "txt" });
    let server = |name: &str, datasets: Vec<serde_json::Value>| {
        json!({
            "name": name, "host": "127.0.0.1", "user": "respaldo", "key": { "file": "/nowhere" },
            "known_hosts": "/nowhere", "mode": "plain", "datasets": datasets,
        })
    };
    let disk = |name: &str| json!({ "name": name, "path": format!("/nowhere/{name}") });
    let config = json!({
        "time_zone": tz.name(),
        "own_records": { "backup": false },
        "servers": [server("bd", vec![dataset("quejas"), dataset("contratos")]), server("web", vec![dataset("sitio")])],
        "disks": [disk("disco-a"), disk("disco-b")],
        "plans": [
            { "name": "semanal", "datasets": ["bd/*", "web/*"], "when": "30 2 * * SUN", "disks": ["disco-a", "disco-b"] },
            { "name": "diario", "datasets": ["bd/quejas"], "when": "30 1 * * *", "disks": ["disco-a", "disco-b"] },
        ],
    });
    resguardo::config::parse(&config.to_string(), &PathBuf::from("resguardo.yaml")).unwrap()
}

impl<'a> Year<'a> {
    /// Begins on a Friday noon in January 2027.
    pub(crate) fn begin(place: &'a Place, tz: Tz) -> Self {
        let runtime = Runtime::new().unwrap();
        let begun = tz.with_ymd_and_hms(2027, 1, 1, 12, 0, 0).unwrap().to_utc();
        let store = runtime.block_on(place.open());
        Self {
            config: config(tz),
            store,
            runtime,
            time: AtomicI64::new(begun.timestamp()),
            wrong: AtomicI64::new(0),
            rights: Cell::new(None),
            absent: RefCell::default(),
            failing: RefCell::default(),
            slow: Cell::new(None),
            cut: Cell::new(false),
            begun,
            _place: place,
        }
    }

    pub(crate) fn begun(&self) -> DateTime<Utc> {
        self.begun
    }

    /// The time as it really is.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.time.load(Ordering::Relaxed), 0).unwrap()
    }

    fn pass(&self, time: TimeDelta) {
        self.time.fetch_add(time.num_seconds(), Ordering::Relaxed);
        if self.rights.get().is_some_and(|until| until <= self.now()) {
            self.rights.set(None);
            self.wrong.store(0, Ordering::Relaxed);
        }
    }

    /// Works with the office, whose clock may be wrong.
    fn with<T>(&self, work: impl FnOnce(Office<'_>) -> T) -> T {
        let (time, wrong) = (&self.time, &self.wrong);
        let clock = move || {
            let seconds = time.load(Ordering::Relaxed) + wrong.load(Ordering::Relaxed);
            DateTime::from_timestamp(seconds, 0).unwrap()
        };
        work(Office { config: &self.config, store: &self.store, now: &clock })
    }

    /// The service runs until `end`, looking at its clock at least every six hours and whenever something is due.
    pub(crate) fn live_until(&self, end: DateTime<Utc>) {
        while self.now() < end {
            let agenda = self.with(|office| self.runtime.block_on(slots::look(office, None)).unwrap());
            if let Some(run) = agenda.runs.into_iter().next() {
                self.execute(run);
                continue;
            }
            let clock = self.with(|office| office.now());
            let pause = agenda.next.map_or(TimeDelta::hours(6), |next| next - clock);
            // A clock that is put right wakes the service, and so does the end of this piece of the year.
            let rights = self.rights.get().map_or(end, |rights| rights.min(end));
            let pause = pause.clamp(TimeDelta::seconds(1), TimeDelta::hours(6)).min(rights - self.now());
            self.pass(pause.max(TimeDelta::seconds(1)));
        }
    }

    /// Makes a run; the power may go in the middle of it, and then it comes again some time later.
    fn execute(&self, run: Run) {
        let worked = catch_unwind(AssertUnwindSafe(|| {
            self.with(|office| {
                self.with_hands(|hands| {
                    execute::execute(office, self.runtime.handle(), run, &Ending::default(), hands).unwrap();
                })
            });
        }));
        match worked {
            Ok(()) => {}
            Err(cut) if cut.is::<PowerCut>() => {
                self.pass(TimeDelta::minutes(40));
                self.start();
            }
            Err(panic) => resume_unwind(panic),
        }
    }

    /// The service starts again.
    fn start(&self) {
        self.with(|office| {
            self.with_hands(|hands| {
                recover::recover(office, self.runtime.handle(), hands).unwrap();
            })
        });
    }

    fn with_hands<T>(&self, work: impl FnOnce(Hands<'_>) -> T) -> T {
        let admit = |items: &[Item]| self.admit(items);
        let keep = |id: Uuid, item: Item, looked: &Looked| self.keep(id, item, looked);
        work(Hands { admit: &admit, keep: &keep })
    }

    fn admit(&self, items: &[Item]) -> Looked {
        let look = |name: &String| {
            let path = PathBuf::from(format!("/nowhere/{name}"));
            let away = self.absent.borrow().get(name).is_some_and(|until| *until > self.now());
            let disk = if away {
                Err(JobError::Disk(VaultError::NotMounted { disk: name.clone(), path }))
            } else {
                Ok(Admitted {
                    name: name.clone(),
                    place: resguardo::vault::store::Place::Folder { path, mount_point: false },
                    marker: marker(name),
                })
            };
            (name.clone(), disk)
        };
        items.iter().flat_map(|item| &item.disks).map(look).collect()
    }

    /// A backup of ten minutes, or however long the servers take now.
    fn keep(&self, id: Uuid, item: Item, looked: &Looked) -> Outcome {
        let clock = || self.with(|office| office.now());
        let started = clock();
        let slow = self.slow.get().filter(|(until, _)| *until > self.now());
        self.pass(slow.map_or(TimeDelta::minutes(10), |(_, took)| took / 3));
        if self.cut.take() {
            resume_unwind(Box::new(PowerCut));
        }
        let failed = item.disks.iter().filter(|disk| looked.get(*disk).is_none_or(Result::is_err));
        let why = |disk: &String| {
            (disk.clone(), VaultError::NotReady { disk: disk.clone(), why: "it is not here".to_owned() })
        };
        let failed: BTreeMap<String, VaultError> = failed.map(why).collect();
        let disks: Vec<String> = item.disks.iter().filter(|disk| !failed.contains_key(*disk)).cloned().collect();
        let broken = disks.is_empty();
        if broken || self.failing.borrow().get(&item.name()).is_some_and(|until| *until > self.now()) {
            let error = JobError::NoDisk { dataset: item.name(), why: "the server is broken".to_owned() };
            return Outcome { item, kept: Err(error), failed };
        }
        let copies: Vec<Manifest> = disks.iter().map(|disk| manifest(id, &item, disk, started)).collect();
        let archive = format!("{}/{}", item.name(), started.timestamp());
        let manifest = copies[0].clone();
        let kept = Kept { archive, manifest, disks, copies, started, received: clock() };
        Outcome { item, kept: Ok(kept), failed }
    }

    // What happens.

    pub(crate) fn off_for(&self, time: TimeDelta) {
        self.pass(time);
        self.start();
    }

    pub(crate) fn cut_in_next_backup(&self) {
        self.cut.set(true);
    }

    pub(crate) fn without_disks_for(&self, disks: &[&str], time: TimeDelta) {
        let until = self.now() + time;
        self.absent.borrow_mut().extend(disks.iter().map(|&disk| (disk.to_owned(), until)));
    }

    pub(crate) fn failing_for(&self, dataset: &str, time: TimeDelta) {
        self.failing.borrow_mut().insert(dataset.to_owned(), self.now() + time);
    }

    /// The clock shows another time for a while, and is put right again.
    pub(crate) fn clock_wrong_by(&self, by: TimeDelta, time: TimeDelta) {
        self.wrong.store(by.num_seconds(), Ordering::Relaxed);
        self.rights.set(Some(self.now() + time));
    }

    pub(crate) fn slow_for(&self, time: TimeDelta, each: TimeDelta) {
        self.slow.set(Some((self.now() + time, each)));
    }

    pub(crate) fn excused_for(&self, plan: &str, time: TimeDelta) {
        self.with(|office| {
            let (from, plan) = (office.now(), Some(plan.to_owned()));
            let (reason, by) = ("mantenimiento del centro de datos".to_owned(), "jefe".to_owned());
            let excuse = Excuse { number: 0, plan, from, until: from + time, reason, by, at: from };
            let change = Change { excuses: vec![excuse], ..Change::default() };
            self.runtime.block_on(office.store.apply(change)).unwrap();
        });
    }

    pub(crate) fn operator_backs_up(&self, names: &[&str]) {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let run = self.with(|office| {
            let items = select::select(office.config, &names, day(office.config, office.now())).unwrap();
            let plan = select::only_plan(office.config, &names);
            let run = slots::new_run(office, plan, None, Trigger::Operator, "ana");
            self.runtime.block_on(slots::queue(office, run, items)).unwrap()
        });
        self.execute(run);
    }

    pub(crate) fn right_everything(&self) {
        self.wrong.store(0, Ordering::Relaxed);
        self.rights.set(None);
        self.absent.borrow_mut().clear();
        self.failing.borrow_mut().clear();
        self.slow.set(None);
        self.cut.set(false);
    }

    // What there is.

    pub(crate) fn slots(&self) -> Vec<Slot> {
        self.runtime.block_on(self.store.slots(None, 100_000)).unwrap()
    }

    pub(crate) fn runs(&self) -> Vec<Run> {
        self.runtime.block_on(self.store.runs(100_000, None)).unwrap()
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        let lines = self.runtime.block_on(self.store.lines(0, 1_000_000)).unwrap();
        lines.iter().map(|line| Entry::parse(&line.text).unwrap()).collect()
    }

    /// The register as it would lie on a disk.
    pub(crate) fn register(&self) -> Vec<(String, Vec<u8>)> {
        let years = self.runtime.block_on(self.store.years_after(0)).unwrap();
        let file = |year: i64| {
            let year = i32::try_from(year).unwrap();
            let lines = self.runtime.block_on(self.store.year_lines(year)).unwrap();
            let text: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
            (file_name(year), text.into_bytes())
        };
        years.into_iter().map(file).collect()
    }
}

fn marker(name: &str) -> Marker {
    let id = Uuid::from_u128(name.bytes().fold(0, |id, byte| id * 256 + u128::from(byte)));
    let (label, prepared, prepared_by) = (name.to_owned(), String::new(), String::new());
    Marker { format: 1, id, label, custody: None, prepared, prepared_by }
}

fn manifest(id: Uuid, item: &Item, disk: &str, started: DateTime<Utc>) -> Manifest {
    let started = started.to_rfc3339();
    let zeros = "0".repeat(64);
    let manifest = json!({
        "format": 1, "run": id, "plan": item.plan, "server": item.server, "dataset": item.dataset,
        "dump": { "kind": "command", "command": "true", "suffix": "txt" },
        "started": started, "ended": started, "tool": "resguardo", "mode": "plain", "host_key": "",
        "files": [{
            "part": "main", "name": "dump.txt.zst", "archive_bytes": 100, "archive_sha256": zeros, "frames": 1,
            "plain_bytes": 1000, "plain_sha256": zeros, "exit": { "status": 0 },
            "evidence": { "shows": "one byte", "tables": null, "members": null },
        }],
        "disk": { "id": marker(disk).id, "label": disk },
        "read_back": { "at": started, "how": "direct", "decompressed": true },
    });
    Manifest::from_json(manifest.to_string().as_bytes()).unwrap()
}
