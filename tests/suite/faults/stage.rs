//! A moment of a run: some time after its beginning, or as soon as it has come to a stage, told by the files that it
//! writes. The run stands still while a fault is made, so that it meets it just there. It may not know any fault.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Signal, kill_process};

use super::chance::Chance;
use super::site::{Ended, Site, Spawned};

/// What a run does on a disk, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Claim,
    Receive,
    Name,
    Sums,
    Manifest,
    Register,
}

impl Stage {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Claim, Self::Receive, Self::Name, Self::Sums, Self::Manifest, Self::Register];

    /// Whether a file that is new, or was changed, shows that a run has come to this stage.
    fn is_shown_by(self, key: &str) -> bool {
        let is_archive = key.contains(".zst");
        match self {
            Self::Claim => key.starts_with("unfinished/") && key.contains("claim.json"),
            Self::Receive => key.starts_with("unfinished/") && is_archive,
            Self::Name => key.starts_with("archives/") && is_archive,
            Self::Sums => key.contains(".sha256"),
            Self::Manifest => key.contains(".manifest.json"),
            Self::Register => key.starts_with("register/"),
        }
    }
}

/// When a fault is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// So long after the run began.
    After(Duration),
    /// When a disk shows this stage.
    Stage(usize, Stage),
}

impl Moment {
    /// A moment of a run that takes so long: as often a stage of some disk as a time.
    pub(crate) fn any(chance: &mut Chance, whole: Duration) -> Self {
        if chance.of(2) == 0 { Self::after(chance, whole) } else { Self::stage(chance) }
    }

    /// Some time in a run that takes so long, or just after it.
    pub(crate) fn after(chance: &mut Chance, whole: Duration) -> Self {
        let most = u64::try_from(whole.as_micros()).unwrap();
        Self::After(Duration::from_micros(chance.of(most * 21 / 20 + 1)))
    }

    /// Some stage on the first disk.
    pub(crate) fn stage(chance: &mut Chance) -> Self {
        Self::Stage(0, Stage::ALL[usize::try_from(chance.of(6)).unwrap()])
    }
}

/// The files of a disk with when they were changed.
type Files = BTreeMap<PathBuf, Option<SystemTime>>;

fn files(disk: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![disk.to_owned()];
    while let Some(folder) = folders.pop() {
        // What goes away while it is looked at is not there any more.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => drop(files.insert(entry.path(), entry.metadata().and_then(|about| about.modified()).ok())),
            }
        }
    }
    files
}

/// Waits for a moment of a run, which then stands still. `false` where it has ended before.
pub(crate) fn reach(site: &Site, run: &mut Spawned, before: &Files, moment: Moment) -> bool {
    let begun = Instant::now();
    loop {
        let is_now = match moment {
            Moment::After(time) => begun.elapsed() >= time,
            Moment::Stage(disk, stage) => {
                let disk = &site.world.disks[disk].path;
                let is_new = |(path, time): &(PathBuf, Option<SystemTime>)| before.get(path) != Some(time);
                let mut new = files(disk).into_iter().filter(is_new);
                new.any(|(path, _)| path.strip_prefix(disk).is_ok_and(|key| stage.is_shown_by(&key.to_string_lossy())))
            }
        };
        if is_now {
            // It may have ended just now.
            return kill_process(run.pid(), Signal::STOP).is_ok() && !run.has_ended();
        }
        if run.has_ended() {
            return false;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "the run has not come to {moment:?} in 90 s");
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// A run in this process's own way, `backup --here`, in which a fault is made at a moment. Returns how it ended.
pub(crate) fn run_with(site: &Site, moment: Moment, fault: impl FnOnce(&Spawned)) -> Ended {
    let disk = if let Moment::Stage(disk, _) = moment { disk } else { 0 };
    let before = files(&site.world.disks[disk].path);
    let mut run = site.spawn(&["backup", "--here", "--json"]);
    if reach(site, &mut run, &before, moment) {
        fault(&run);
        // A fault may have been its end.
        let _ended = kill_process(run.pid(), Signal::CONT);
    }
    run.end()
}

/// How long a run takes that nothing happens to.
pub(crate) fn whole(site: &mut Site) -> Duration {
    let begun = Instant::now();
    site.world.backup(&[]).exits(0);
    let whole = begun.elapsed();
    let verdict = site.judge(false);
    assert!(verdict.is_well(), "a run that nothing happens to is not good: {verdict:?}");
    whole
}
