//! Disks that fill up, die, vanish or are others than they were, before a run and at each of its stages.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use system_tests::command::{sh, text};
use system_tests::disk::LoopDisk;

use super::site::Site;
use super::stage::{self, Moment, Stage};
use super::trials::Trials;

const A_SITE: u32 = 24;

/// The next stage in turn.
fn in_turn(trials: &Trials) -> Moment {
    Moment::Stage(0, Stage::ALL[usize::try_from(trials.row.tried).unwrap() % Stage::ALL.len()])
}

/// Makes a fault on the first disk in the midst of runs, at each stage in turn, has it put right, and judges.
fn in_mid_run(
    trials: &mut Trials,
    site: &mut Site,
    mut fault: impl FnMut(&Path, u64),
    mut put_right: impl FnMut(&Site),
) {
    for _ in 0..A_SITE {
        if !trials.left() {
            break;
        }
        let moment = in_turn(trials);
        let chance = trials.chance.of(1 << 40);
        let path = site.world.disks[0].path.clone();
        let ended = stage::run_with(site, moment, |_| fault(&path, chance));
        put_right(site);
        let mut verdict = site.judge_words(&ended);
        verdict.add(site.judge(true));
        verdict.add(site.next_run());
        trials.count(&format!("{moment:?}, chance {chance}"), verdict);
        site.make_room(60);
    }
}

/// Fills a disk so that no more than so many bytes are left.
pub(crate) fn fill(disk: &Path, leave: u64) {
    let ballast = File::create(disk.join("lastre")).unwrap();
    let mut size = 0;
    // File systems need some room for what they write down about the ballast.
    for step in [1 << 20, 1 << 16, 4096_u64] {
        loop {
            let free = statvfs(disk).map(|stat| stat.f_bavail * stat.f_frsize).unwrap();
            let room = free.saturating_sub(leave) / step * step;
            if room == 0 || fallocate(&ballast, FallocateFlags::empty(), size, room.min(64 << 20)).is_err() {
                break;
            }
            size += room.min(64 << 20);
        }
    }
}

pub(crate) fn full(trials: &mut Trials) {
    let mut site = Site::small(64, 3_000_000);
    let fault = |disk: &Path, chance: u64| {
        fill(disk, [0, chance % 16_384, chance % 4_000_000][usize::try_from(chance % 3).unwrap()])
    };
    in_mid_run(trials, &mut site, fault, |site| {
        // A run that was over before has no ballast.
        let _not_there = fs::remove_file(site.world.disks[0].path.join("lastre"));
    });
}

fn shut_down(disk: &Path) {
    sh("xfs_io -x -c \"shutdown $2\" \"$1\"", &[text(disk), "-f"]);
}

fn is_mounted(path: &Path) -> bool {
    fs::read_to_string("/proc/self/mounts").unwrap().lines().any(|line| line.split(' ').nth(1) == Some(text(path)))
}

/// Connects a disk again: what held it is gone, and its journal is replayed.
fn connect_again(site: &Site) {
    let disk = &site.world.disks[0];
    // A file system that was shut down does not even say that it is one, so whatever is mounted is asked for by its table.
    while is_mounted(&disk.path) {
        disk.umount();
    }
    disk.mount_anew();
}

pub(crate) fn xfs_shutdown(trials: &mut Trials) {
    assert!(fs::read_to_string("/proc/filesystems").unwrap().contains("xfs"), "this kernel has no XFS");
    let mut site = Site::prepared(200, |world| {
        let disk = &world.disks[0];
        disk.umount();
        let format = "rm \"$1\"; truncate -s 320M \"$1\"; mkfs.xfs -q \"$1\"";
        sh(format, &[text(&image(disk))]);
        disk.mount();
        world.run(&["disk", "init", text(&disk.path), "--label", "disco-a"]).exits(0);
    });
    // Once with the journal written out first, as a kernel does that notices in time, and once without.
    let fault = |disk: &Path, chance: u64| {
        if chance.is_multiple_of(2) { shut_down(disk) } else { drop(sh("xfs_io -x -c shutdown \"$1\"", &[text(disk)])) }
    };
    in_mid_run(trials, &mut site, fault, connect_again);
}

pub(crate) fn ext4_shutdown(trials: &mut Trials) {
    in_mid_run(trials, &mut Site::new(200), |disk, _| shut_down(disk), connect_again);
}

/// The image of a disk, beside its mount point.
pub(crate) fn image(disk: &LoopDisk) -> PathBuf {
    disk.path.with_extension("img")
}

pub(crate) fn lazily_unmounted(trials: &mut Trials) {
    let fault = |disk: &Path, _| drop(sh("umount -l \"$1\"", &[text(disk)]));
    in_mid_run(trials, &mut Site::new(200), fault, |site| {
        let disk = &site.world.disks[0];
        let below = fs::read_dir(&disk.path).unwrap().count();
        let mounted = is_mounted(&disk.path);
        assert!(mounted || below == 0, "something was written where no disk was");
        if !mounted {
            disk.mount();
        }
    });
}

pub(crate) fn read_only(trials: &mut Trials) {
    // As the kernel does after an error of the disk, files being open or not.
    let fault = |disk: &Path, _| drop(sh("mount -o remount,abort \"$1\"", &[text(disk)]));
    in_mid_run(trials, &mut Site::new(200), fault, connect_again);
}

/// A disk that was prepared, with a label.
fn stranger(site: &Site, name: &str, label: Option<&str>) -> LoopDisk {
    let disk = LoopDisk::new(&site.world.path(name), 96);
    if let Some(label) = label {
        site.world.run(&["disk", "init", text(&disk.path), "--label", label]).exits(0);
    }
    disk.umount();
    disk
}

fn strangers(site: &Site) -> Vec<LoopDisk> {
    // Another of the same label, one of another, and an empty one.
    [("otro", Some("disco-a")), ("ajeno", Some("disco-z")), ("vacío", None)]
        .map(|(name, label)| stranger(site, name, label))
        .into()
}

/// Nothing that is called a backup, nor anything unfinished, has come to lie on a stranger.
fn is_untouched(disk: &LoopDisk) -> Option<String> {
    disk.mount();
    let find = "cd \"$1\"; find . -type f ! -name LEEME.txt ! -name resguardo-disk.json";
    let found = String::from_utf8(sh(find, &[text(&disk.path)])).unwrap();
    disk.umount();
    (!found.is_empty()).then(|| format!("on the other disk these were written: {found}"))
}

pub(crate) fn another_in_mid_run(trials: &mut Trials) {
    let mut site = Site::new(200);
    let others = strangers(&site);
    let fault = |disk: &Path, chance: u64| {
        let other = &others[usize::try_from(chance % 3).unwrap()];
        sh("umount -l \"$1\"", &[text(disk)]);
        other.mount_at(disk);
    };
    in_mid_run(trials, &mut site, fault, connect_again);
    for other in &others {
        // The one with the right label belongs there as far as anybody can tell, and may have the next dataset.
        let what = is_untouched(other).filter(|_| !other.path.ends_with("otro"));
        assert!(what.is_none(), "{what:?}");
    }
}

pub(crate) fn another_before(trials: &mut Trials) {
    let mut site = Site::new(200);
    let others = strangers(&site);
    let marker = fs::read_to_string(site.world.disks[0].path.join("resguardo-disk.json")).unwrap();
    let marker: serde_json::Value = serde_json::from_str(&marker).unwrap();
    site.world.config["disks"][0]["id"] = marker["id"].clone();
    while trials.left() {
        let which = usize::try_from(trials.row.tried % 4).unwrap();
        let path = site.world.disks[0].path.clone();
        site.world.disks[0].umount();
        if let Some(other) = others.get(which) {
            other.mount_at(&path);
        }
        let ended = site.spawn(&["backup", "--here", "--json"]).end();
        let below = fs::read_dir(&path).unwrap().count();
        if which < 3 {
            sh("umount \"$1\"", &[text(&path)]);
        }
        let mut verdict = super::judge::Verdict::default();
        if ended.code != 7 {
            verdict.wrong.push(format!("a run without its first disk ends with {}: {}", ended.code, ended.said()));
        }
        if which == 3 && below > 0 {
            verdict.stuck.push("something was written where no disk was".to_owned());
        }
        verdict.stuck.extend(others.get(which).and_then(is_untouched));
        site.world.disks[0].mount();
        verdict.add(site.judge_words(&ended));
        verdict.add(site.judge(true));
        verdict.add(site.next_run());
        trials.count(["one of the same label", "one of another label", "an empty one", "none"][which], verdict);
        site.make_room(60);
    }
}
