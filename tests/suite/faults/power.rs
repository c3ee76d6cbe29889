//! The power is cut: what was not synced is gone. The disks' images lie on an XFS that copies a file in one moment, and
//! their loop devices bypass the page cache; so a copy of an image holds what the disk was really given, and nothing that
//! the kernel only remembered. The database lies on such a disk too.

use std::fs;
use std::path::{Path, PathBuf};

use system_tests::command::{run, sh, text};
use system_tests::disk::LoopDisk;

use super::judge::Verdict;
use super::site::Site;
use super::stage::{self, Moment};
use super::trials::Trials;

const A_SITE: u32 = 20;

/// Disks under which there is nothing that remembers what was not written.
struct Power {
    disks: Vec<(PathBuf, PathBuf)>,
    /// Goes last, since the others lie on it.
    under: Under,
}

/// The file system that holds the images.
struct Under {
    folder: PathBuf,
}

impl Under {
    fn new(folder: PathBuf) -> Self {
        fs::create_dir(&folder).unwrap();
        let make = "truncate -s 4G \"$1.img\"; mkfs.xfs -q -s size=512 \"$1.img\"; mount -o loop \"$1.img\" \"$1\"";
        sh(make, &[text(&folder)]);
        Self { folder }
    }
}

impl Drop for Under {
    fn drop(&mut self) {
        // What is still open on it keeps it until it is closed.
        let _ended = run(std::process::Command::new("umount").arg("--lazy").arg(&self.folder));
    }
}

/// Mounts an image past the page cache.
fn mount(image: &Path, at: &Path) {
    let mount = "mount -o loop \"$1\" \"$2\"; losetup --direct-io=on \"$(findmnt -no SOURCE \"$2\")\"
        test \"$(losetup -nO DIO \"$(findmnt -no SOURCE \"$2\")\" | tr -d ' ')\" = 1";
    sh(mount, &[text(image), text(at)]);
}

impl Power {
    /// Moves the disks of a site, and its state folder, to such images.
    fn of(site: &Site) -> (Self, LoopDisk) {
        let state = site.world.path("state");
        let aside = site.world.path("estado");
        fs::rename(&state, &aside).unwrap();
        let state = LoopDisk::new(&state, 64);
        sh("cp -a \"$1/.\" \"$2\"", &[text(&aside), text(&state.path)]);
        let under = Under::new(site.world.path("debajo"));
        let disks = site.world.disks.iter().chain([&state]).map(|disk| {
            let image = super::disks::image(disk);
            let moved = under.folder.join(image.file_name().unwrap());
            disk.umount();
            sh("cp --sparse=always \"$1\" \"$2\"; rm \"$1\"", &[text(&image), text(&moved)]);
            mount(&moved, &disk.path);
            (disk.path.clone(), moved)
        });
        (Self { disks: disks.collect(), under }, state)
    }

    /// Copies every image as it is in this moment.
    fn copy(&self) {
        for (_, image) in &self.disks {
            sh("cp --reflink=always \"$1\" \"$1.cut\"", &[text(image)]);
        }
    }

    /// Puts the copies in place of what they were copied from, and mounts them, with their journals replayed.
    fn come_back(&self) {
        for (path, image) in &self.disks {
            // A file that shares blocks takes no direct writes as small as those of a disk.
            let put = "umount \"$1\"; rm \"$2\"; cp --reflink=never --sparse=always \"$2.cut\" \"$2\"; rm \"$2.cut\"";
            sh(put, &[text(path), text(image)]);
            mount(image, path);
        }
        assert!(self.under.folder.is_dir());
    }
}

impl Drop for Power {
    fn drop(&mut self) {
        for (path, _) in &self.disks {
            // It may be gone already.
            let _ended = run(std::process::Command::new("umount").arg("--lazy").arg(path));
        }
    }
}

/// The backups that the log of the world says were kept, as `SERVER/DATASET/STAMP` and the disks.
fn said_kept(site: &Site) -> Vec<(String, Vec<usize>)> {
    let log = sh("cat \"$1\"/resguardo*.log 2>/dev/null || true", &[&site.world.at("log")]);
    let log = String::from_utf8_lossy(&log).into_owned();
    let kept = log.lines().filter(|line| line.contains(" kept archive="));
    kept.filter_map(|line| {
        let archive = line.split_once("archive=")?.1.split(' ').next()?.trim_matches('"').to_owned();
        let disks = line.split_once("disks=")?.1.split(']').next()?;
        let disks = [(0, "disco-a"), (1, "disco-b")].iter().filter(|(_, name)| disks.contains(name));
        Some((archive, disks.map(|(number, _)| *number).collect()))
    })
    .collect()
}

pub(crate) fn cut(trials: &mut Trials) {
    let mut site = Site::new(200);
    let (power, _state) = Power::of(&site);
    let whole = stage::whole(&mut site);
    assert!(!said_kept(&site).is_empty(), "the log does not say what was kept");
    for _ in 0..A_SITE {
        if !trials.left() {
            break;
        }
        let moment = Moment::any(&mut trials.chance, whole);
        let mut said = Vec::new();
        let before = said_kept(&site).len();
        let ended = stage::run_with(&site, moment, |run| {
            said = said_kept(&site);
            power.copy();
            super::kills::kill(run.pid());
        });
        let was_cut = power.disks[0].1.with_extension("img.cut").is_file();
        if !was_cut {
            // It was over before; then the power goes just after it has said so.
            power.copy();
            said = said_kept(&site);
        }
        power.come_back();
        let mut verdict = Verdict::default();
        for (archive, disks) in said.iter().skip(before) {
            let (dataset, stamp) = archive.rsplit_once('/').unwrap();
            for &disk in disks {
                if let Err(what) = site.is_whole(&(disk, dataset.to_owned(), stamp.to_owned())) {
                    verdict.lost.push(format!("{archive} was said to be kept on disk {disk}: {what}"));
                }
            }
        }
        if !was_cut {
            verdict.add(site.judge_words(&ended));
        }
        verdict.add(site.judge(true));
        verdict.add(site.next_run());
        trials.count(&format!("{moment:?}, {} said to be kept before", said.len() - before), verdict);
        site.make_room(60);
    }
}
