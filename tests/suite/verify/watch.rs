//! What the service finds by itself: damage on disks that are here, backups that are odd, and those that are old.

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};
use resguardo::config::model::Config;
use resguardo::jobs::office::Office;
use resguardo::jobs::stale::Under;
use resguardo::jobs::{check, stale};
use resguardo::store::db::Store;
use serde_json::json;
use system_tests::command::text;
use system_tests::daemon::{Daemon, entries, runs, status};
use system_tests::world::{World, bytes};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::{flip, kept_world, places};

/// The records of a world, read and written as the service does, at moments that a test chooses.
struct Records {
    config: Config,
    store: Store,
    runtime: Runtime,
}

impl Records {
    fn of(world: &World) -> Self {
        let text = world.config.to_string();
        let config = resguardo::config::parse(&text, &world.path("resguardo.yaml")).unwrap();
        let runtime = Runtime::new().unwrap();
        let store = runtime.block_on(Store::open(&config.database.url, None)).unwrap();
        Self { config, store, runtime }
    }

    /// Does something in the office, so many days from now.
    fn after<T>(&self, days: i64, work: impl FnOnce(Office<'_>) -> T) -> T {
        let now = move || now() + TimeDelta::days(days);
        work(Office { config: &self.config, store: &self.store, now: &now })
    }

    /// Has everything read that is due on a day. Returns how many copies were read, and how many are not good.
    fn read(&self, days: i64) -> (usize, usize) {
        let (mut read, mut bad) = (0, 0);
        self.after(days, |office| {
            while let Some(due) = check::due(office, self.runtime.handle()).unwrap() {
                let done = check::run(office, self.runtime.handle(), &CancellationToken::new(), 2, due).unwrap();
                read += done.read;
                bad += done.bad;
            }
        });
        (read, bad)
    }

    fn notices(&self) -> Vec<(String, String)> {
        let notices = self.runtime.block_on(self.store.notices(0, 1000)).unwrap();
        notices.into_iter().map(|notice| (notice.kind, notice.text)).collect()
    }

    fn told(&self, kind: &str) -> usize {
        self.notices().iter().filter(|(known, _)| known == kind).count()
    }
}

#[expect(clippy::disallowed_methods, reason = "what the program has just made is as old as its clock says")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

#[test]
fn what_lies_on_disks_is_read_again_in_time_and_damage_is_told_once() {
    let (mut world, kept) = kept_world();
    world.config["verification"] = json!({ "when": "0 4 * * *", "weeks": 4, "minutes": 240 });
    world.config["paths"]["state"] = json!(world.path("state"));
    world.config["database"] = json!({ "url": format!("sqlite:{}", world.at("state/resguardo.db")) });
    let records = Records::of(&world);
    assert_eq!(records.read(1), (0, 0), "it was read when it was made");
    assert_eq!(records.read(15), (2, 0));
    assert_eq!(records.read(15), (0, 0), "once at each opportunity");
    assert_eq!(records.read(20), (0, 0));

    let file = kept.file("bin.zst");
    let place = places(&bytes(&file))[2];
    flip(&file, &[place.0 + 1234]);
    assert_eq!(records.read(30), (2, 1));
    let notices = records.notices();
    let (_, text) = notices.iter().find(|(kind, _)| kind == "copy_damaged").unwrap();
    for words in
        ["disco-a", &kept.stamp, "frame 2", &place.0.to_string(), "8388608", "disco-b", "resguardo disk repair"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(records.read(45), (1, 0), "what is known to be damaged waits for its repair");
    assert_eq!(records.told("copy_damaged"), 1);

    // A copy that is gone is told as well; the last one that is left is read on.
    world.run(&["disk", "repair", "disco-a"]).exits(0);
    let other = world.only(1, "plano/dato");
    for suffix in ["bin.zst", "sha256", "manifest.json"] {
        fs::remove_file(other.file(suffix)).unwrap();
    }
    assert_eq!(records.read(60), (1, 1));
    let copies = records.runtime.block_on(records.store.damaged_copies()).unwrap();
    let damage = copies.iter().map(|copy| (copy.disk.as_str(), copy.damage.as_deref().unwrap()));
    assert!(damage.clone().any(|known| known == ("disco-b", "missing")), "{copies:?}");
    assert_eq!(records.told("copy_damaged"), 2);
}

#[test]
fn a_reading_that_is_ended_is_taken_up_again_and_a_disk_that_is_away_says_nothing() {
    let (mut world, _kept) = kept_world();
    world.config["verification"] = json!({ "when": "0 4 * * *" });
    world.config["database"] = json!({ "url": format!("sqlite:{}", world.at("state/resguardo.db")) });
    let records = Records::of(&world);
    world.disks[1].umount();
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    records.after(20, |office| {
        let due = check::due(office, records.runtime.handle()).unwrap().unwrap();
        assert_eq!((due.disk.name.as_str(), due.copies.len()), ("disco-a", 1));
        let done = check::run(office, records.runtime.handle(), &cancelled, 2, due).unwrap();
        assert_eq!((done.read, done.ended), (0, true));
    });
    assert_eq!(records.read(20), (1, 0));
    assert_eq!(records.read(20), (0, 0));
    // It has come later than the others were read, on the same day.
    world.disks[1].mount();
    assert_eq!(records.read(20), (1, 0));
    assert_eq!(records.notices(), []);
}

#[test]
fn an_old_backup_is_told_once_for_each_time_it_grows_old() {
    let (world, _kept) = kept_world();
    let records = Records::of(&world);
    let tell = |days| records.after(days, |office| records.runtime.block_on(stale::tell(office, None)).unwrap());
    [0, 5, 12, 13, 40].into_iter().for_each(tell);
    assert_eq!(records.told("dataset_stale"), 1);
    let stale = records.after(40, |office| records.runtime.block_on(stale::attention(office, None, &[])).unwrap());
    assert!(stale.iter().any(|what| what.contains("plano/dato: its last good backup is 40 days old")), "{stale:?}");
    world.backup(&[]).exits(0);
    tell(1);
    assert_eq!(records.told("dataset_stale"), 1);
    tell(40);
    assert_eq!(records.told("dataset_stale"), 2);
}

#[test]
fn a_dump_that_is_suddenly_small_is_kept_and_told_until_a_person_says_that_it_is_right() {
    let mut world = World::with_disks(&[64, 64]);
    world.server("s", "plain");
    let source = world.path("tabla");
    let command = format!("cat '{}'", text(&source));
    world.dataset(&json!({ "name": "tabla", "kind": "command", "command": command, "suffix": "txt" }));
    fs::write(&source, "quejas\n".repeat(10_000)).unwrap();
    let daemon = Daemon::start(&world, None);
    let attention = |word: &str| {
        let status = status(&world);
        status["attention"].as_array().unwrap().iter().any(|what| what.as_str().unwrap().contains(word))
    };
    for _ in 0..3 {
        world.run(&["backup", "s/tabla"]).exits(0);
    }
    assert!(!attention("usual"));
    fs::write(&source, "quejas\n").unwrap();
    world.run(&["backup", "s/tabla"]).exits(0);
    let last = runs(&world).pop().unwrap();
    assert_eq!((&last["state"], &last["datasets"][0]["error_kind"]), (&json!("kept"), &json!("odd")), "{last:#}");
    assert!(attention("s/tabla: the dump is much smaller than usual"));
    world.run(&["status"]).exits(13).says("resguardo accept s/tabla");
    let entry = entries(&world).pop().unwrap();
    assert!(entry.to_string().contains("es mucho más pequeño: 7 B; lo normal son"), "{entry:#}");

    // A plausible one ends it by itself; another small one begins it again, since an odd one is no history.
    fs::write(&source, "quejas\n".repeat(11_000)).unwrap();
    world.run(&["backup", "s/tabla"]).exits(0);
    assert!(!attention("usual"));
    world.run(&["accept", "s/tabla"]).exits(0).says("not odd");
    fs::write(&source, "quejas\n".repeat(100)).unwrap();
    world.run(&["backup", "s/tabla"]).exits(0);
    assert!(attention("much smaller"));
    world.run(&["accept", "s/tabla"]).exits(0).says("is right");
    assert!(!attention("usual"));
    world.run(&["backup", "s/tabla"]).exits(0);
    assert!(!attention("usual"), "it is what the next ones are compared with");
    world.run(&["accept", "s/nada"]).exits(10);
    drop(daemon);
    let records = Records::of(&world);
    assert_eq!(records.told("backup_odd"), 2, "{:?}", records.notices());
    takes_long(&records);
}

/// A backup that is under way is told once, and only when it takes far longer than the others did.
fn takes_long(records: &Records) {
    let under = |run, minutes| Under { run, dataset: "s/tabla", began: now() - TimeDelta::minutes(minutes) };
    let tell = |under| records.after(0, |office| records.runtime.block_on(stale::tell(office, Some(under))).unwrap());
    [under(20, 9), under(20, 180), under(20, 240)].into_iter().for_each(tell);
    assert_eq!(records.told("run_slow"), 1);
    tell(under(21, 180));
    assert_eq!(records.told("run_slow"), 2);
    let (_, text) = records.notices().pop().unwrap();
    assert!(text.contains("s/tabla (ejecución 21) va para 3 h") && text.contains("lo normal son"), "{text}");
}
