//! Bytes that change while they lie: in archives, manifests, checksum files, markers and the register. Each change is found,
//! says which file, and is never restored as good; the other disk's copy is given instead.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use system_tests::command::{sh, text};
use system_tests::world::bytes;

use super::chance::Chance;
use super::judge::Verdict;
use super::site::Site;
use super::trials::Trials;

/// How a file is damaged.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// A byte at a place is another.
    Flip(usize, u8),
    /// What is after a place is gone.
    Cut(usize),
}

impl Damage {
    /// Something at this place; one cut in eight.
    fn at(chance: &mut Chance, place: usize) -> Self {
        // As often one bit alone, as memory does it.
        let mask = if chance.of(2) == 0 { 1 << chance.of(8) } else { u8::try_from(1 + chance.of(255)).unwrap() };
        if chance.of(8) == 0 { Self::Cut(place) } else { Self::Flip(place, mask) }
    }

    fn make(self, good: &[u8]) -> Vec<u8> {
        let mut bad = good.to_vec();
        match self {
            Self::Flip(place, mask) => bad[place] ^= mask,
            Self::Cut(place) => bad.truncate(place),
        }
        bad
    }
}

/// A place of a file: each in turn, where there are as many trials as bytes, and spread by chance where there are fewer.
fn place(trials: &mut Trials, bytes: usize) -> usize {
    let (bytes, times) = (bytes as u64, u64::from(trials.times));
    let place = if times >= bytes {
        u64::from(trials.row.tried) % bytes
    } else {
        let width = bytes / times;
        u64::from(trials.row.tried) * width + trials.chance.of(width)
    };
    usize::try_from(place).unwrap()
}

/// Whether both are the same JSON: then nothing was said that is not true.
fn says_the_same(good: &[u8], bad: &[u8]) -> bool {
    let read = |json: &[u8]| serde_json::from_slice::<Value>(json).ok();
    read(good).is_some() && read(good) == read(bad)
}

/// A site with one small backup, and the file of it on the first disk that ends so.
fn kept(bytes: u32, suffix: &str) -> (Site, PathBuf) {
    let site = Site::small(64, bytes);
    let file = site.world.only(0, "plano/dato").file(suffix);
    (site, file)
}

/// Damages a file of a backup many times.
fn damage_backup(trials: &mut Trials, bytes_of_dump: u32, suffix: &str, place: fn(&mut Trials, usize) -> usize) {
    let (mut site, file) = kept(bytes_of_dump, suffix);
    let good = bytes(&file);
    let dump = bytes(&site.world.path("dato"));
    while trials.left() {
        let at = place(trials, good.len());
        let damage = Damage::at(&mut trials.chance, at);
        let bad = damage.make(&good);
        fs::write(&file, &bad).unwrap();
        let mut verdict = Verdict::default();
        let said = site.world.run(&["verify", "disco-a", "--json"]);
        let name = file.file_name().unwrap().to_str().unwrap();
        if said.code != 8 && !says_the_same(&good, &bad) {
            verdict.wrong.push(format!("verify calls it good ({})", said.code));
        } else if said.code == 8 && !said.said().contains(name) {
            verdict.stuck.push(format!("verify does not name {name}: {}", said.said()));
        }
        let restored = site.world.run(&["restore", "plano/dato", "--disk", "disco-a", "--to", "-"]);
        if restored.code == 0 && restored.stdout != dump {
            verdict.wrong.push("it is restored as something else".to_owned());
        }
        // Without being told which, it takes the disk whose copy is good.
        let folder = site.world.path("vuelta");
        let other = site.world.run(&["restore", "plano/dato", "--to", text(&folder)]);
        let back = fs::read_dir(&folder).into_iter().flatten().flatten().next().map(|entry| bytes(&entry.path()));
        if other.code != 0 || back.as_ref() != Some(&dump) {
            verdict.stuck.push(format!("the other disk's copy is not given: {}", other.stderr));
        }
        // A restore that gave nothing may have made no folder.
        let _not_there = fs::remove_dir_all(&folder);
        fs::write(&file, &good).unwrap();
        trials.count(&format!("{damage:?} of {} bytes", good.len()), verdict);
    }
    let verdict = site.judge(true);
    assert!(verdict.is_well(), "{verdict:?}");
}

/// Half of the places in the seek table, at the end of the archive.
fn archive_place(trials: &mut Trials, bytes: usize) -> usize {
    let table = 8 + 12 * 2 + 9;
    if trials.row.tried.is_multiple_of(2) {
        bytes - 1 - usize::try_from(trials.row.tried / 2).unwrap() % table
    } else {
        place(trials, bytes)
    }
}

pub(crate) fn archive(trials: &mut Trials) {
    damage_backup(trials, 5_000_000, "bin.zst", archive_place);
}

pub(crate) fn manifest(trials: &mut Trials) {
    damage_backup(trials, 40_000, "manifest.json", place);
}

pub(crate) fn sums(trials: &mut Trials) {
    damage_backup(trials, 40_000, "sha256", place);
}

/// A marker that says something else is no marker of this disk: the run goes on without it, or it says the same.
pub(crate) fn marker(trials: &mut Trials) {
    let (mut site, _) = kept(40_000, "bin.zst");
    let file = site.world.disks[0].path.join("resguardo-disk.json");
    let good = bytes(&file);
    while trials.left() {
        let at = place(trials, good.len());
        let damage = Damage::at(&mut trials.chance, at);
        let bad = damage.make(&good);
        fs::write(&file, &bad).unwrap();
        let mut verdict = Verdict::default();
        let said = site.world.run(&["verify", "disco-a", "--json"]);
        if said.code == 0 && !says_the_same(&good, &bad) {
            verdict.wrong.push("verify calls the disk good".to_owned());
        } else if said.code != 0 && !said.said().contains("disco-a") {
            verdict.stuck.push(format!("it is not said which disk: {}", said.said()));
        }
        fs::write(&file, &good).unwrap();
        // What is read again is what was read before.
        if site.world.run(&["verify", "disco-a"]).code != 0 {
            verdict.stuck.push("the marker is back and the disk is not good".to_owned());
        }
        trials.count(&format!("{damage:?} of {} bytes", good.len()), verdict);
    }
    let verdict = site.judge(true);
    assert!(verdict.is_well(), "{verdict:?}");
}

/// Damages a file of the register on the first disk many times.
fn damage_register(trials: &mut Trials, name: &str) {
    let mut site = Site::small(64, 1000);
    for _ in 0..2 {
        site.world.backup(&[]).exits(0);
    }
    assert!(site.judge(true).is_well());
    let [disk, other] = [0, 1].map(|disk| text(&site.world.disks[disk].path).to_owned());
    let find = "ls \"$1\"/register/$2";
    let file = PathBuf::from(String::from_utf8(sh(find, &[&disk, name])).unwrap().trim());
    let good = bytes(&file);
    while trials.left() {
        let at = place(trials, good.len());
        let damage = Damage::at(&mut trials.chance, at);
        let bad = damage.make(&good);
        fs::write(&file, &bad).unwrap();
        let mut verdict = Verdict::default();
        let said = site.world.run(&["register", "verify", "--disk", &disk]);
        let named = file.file_name().unwrap().to_str().unwrap();
        if said.code != 8 && !says_the_same(&good, &bad) {
            verdict.wrong.push(format!("the register is called good ({})", said.code));
        } else if said.code == 8 && !said.said().contains(named) {
            verdict.stuck.push(format!("{named} is not named: {}", said.said()));
        }
        if site.world.run(&["register", "verify", "--disk", &other]).code != 0 {
            verdict.lost.push("the other disk's register is damaged as well".to_owned());
        }
        fs::write(&file, &good).unwrap();
        trials.count(&format!("{damage:?} of {} bytes", good.len()), verdict);
    }
    let verdict = site.next_run();
    assert!(verdict.is_well(), "{verdict:?}");
}

pub(crate) fn chain(trials: &mut Trials) {
    damage_register(trials, "FO-06-*.jsonl");
}

pub(crate) fn head(trials: &mut Trials) {
    damage_register(trials, "head.json");
}
