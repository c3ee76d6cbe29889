//! The judge: whatever is called good must come back with plain tools as what it was, what was good must still be there,
//! and the register must be whole. It may not know what was done to the site.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use system_tests::command::{run, sh, text};

use super::site::{Ended, Known, Original, Site, lasting};

/// What the judge found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What was good before and is not any more.
    pub(crate) lost: Vec<String>,
    /// What is called good and is not.
    pub(crate) wrong: Vec<String>,
    /// Why it did not go on by itself.
    pub(crate) stuck: Vec<String>,
}

impl Verdict {
    /// Something did not go on by itself.
    pub(crate) fn stuck(what: String) -> Self {
        Self { stuck: vec![what], ..Self::default() }
    }

    /// Whether nothing was found.
    pub(crate) fn is_well(&self) -> bool {
        self.lost.is_empty() && self.wrong.is_empty() && self.stuck.is_empty()
    }

    /// Adds what another found.
    pub(crate) fn add(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.wrong.extend(other.wrong);
        self.stuck.extend(other.stuck);
    }
}

impl Site {
    /// Judges everything on the disks that are here. Backups that were known already are only read again when `all` are to
    /// be.
    pub(crate) fn judge(&mut self, all: bool) -> Verdict {
        let mut verdict = Verdict::default();
        let mut good = BTreeSet::new();
        for disk in (0..self.world.disks.len()).filter(|&disk| self.is_here(disk)) {
            for (dataset, stamp) in manifests(&self.world.disks[disk].path) {
                let known = (disk, dataset, stamp);
                let sound =
                    if all || !self.known.contains(&known) { self.is_whole(&known) } else { self.looks_whole(&known) };
                match sound {
                    Ok(()) => drop(good.insert(known)),
                    Err(what) if self.known.contains(&known) => verdict.lost.push(what),
                    Err(what) => verdict.wrong.push(what),
                }
            }
        }
        for known in self.known.iter().filter(|known| self.is_here(known.0) && !good.contains(*known)) {
            verdict.lost.push(format!("{known:?} is gone"));
        }
        let absent: Vec<Known> = self.known.iter().filter(|known| !self.is_here(known.0)).cloned().collect();
        for (disk, name) in self.listed() {
            let Some((dataset, stamp)) = name.rsplit_once('/') else { continue };
            let known = (disk, dataset.to_owned(), stamp.to_owned());
            if !self.is_here(disk) || good.contains(&known) {
                continue;
            }
            // A copy that was owed may have come to the disk after it was looked at above.
            match self.is_whole(&known) {
                Ok(()) => drop(good.insert(known)),
                Err(what) => verdict.wrong.push(format!("{name} is listed as good on disk {disk}: {what}")),
            }
        }
        good.extend(absent);
        self.known = good;
        verdict.add(self.judge_register());
        verdict
    }

    /// What `archives` calls good: the disk's number and `SERVER/DATASET/STAMP`.
    fn listed(&self) -> Vec<(usize, String)> {
        let outcome = self.world.run(&["archives", "--json", "--limit", "0"]);
        let Ok(value) = serde_json::from_slice::<Value>(&outcome.stdout) else { return Vec::new() };
        let archives = value["archives"].as_array().cloned().unwrap_or_default();
        let good = archives.iter().filter(|archive| archive["exists"] == true);
        good.map(|archive| {
            let disk = if archive["disk"] == "disco-a" { 0 } else { 1 };
            (disk, archive["archive"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
    }

    /// What a run said that it has kept, held against what lies there.
    pub(crate) fn judge_words(&self, ended: &Ended) -> Verdict {
        let mut verdict = Verdict::default();
        let Ok(value) = serde_json::from_slice::<Value>(&ended.stdout) else { return verdict };
        for dataset in value["datasets"].as_array().into_iter().flatten() {
            let Some(archive) = dataset["archive"].as_str() else { continue };
            let is_ok = |disk: &&Value| disk["ok"] == true;
            for disk in dataset["disks"].as_array().into_iter().flatten().filter(is_ok) {
                let number = if disk["disk"] == "disco-a" { 0 } else { 1 };
                let Some((name, stamp)) = archive.rsplit_once('/') else { continue };
                if self.is_here(number)
                    && let Err(what) = self.is_whole(&(number, name.to_owned(), stamp.to_owned()))
                {
                    verdict.wrong.push(format!("the run said it had kept {archive} on disk {number}: {what}"));
                }
            }
        }
        verdict
    }

    /// Whether a backup has its files, without reading them.
    fn looks_whole(&self, (disk, dataset, stamp): &Known) -> Result<(), String> {
        let folder = self.world.disks[*disk].path.join("archives").join(dataset);
        let json = fs::read(folder.join(format!("{stamp}.manifest.json"))).map_err(|error| error.to_string())?;
        let manifest: Value = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
        let size = |file: &Value| fs::metadata(folder.join(file["name"].as_str()?)).map(|about| about.len()).ok();
        let has = |file: &Value| size(file).is_some() && size(file) == file["archive_bytes"].as_u64();
        let files = manifest["files"].as_array().into_iter().flatten();
        if files.clone().count() > 0 && files.clone().all(has) {
            return Ok(());
        }
        Err(format!("disk {disk}: {dataset}/{stamp} lacks a file, or some of it"))
    }

    /// Whether a backup comes back with plain tools as what it was.
    pub(crate) fn is_whole(&self, known: &Known) -> Result<(), String> {
        self.looks_whole(known)?;
        let (disk, dataset, stamp) = known;
        let folder = self.world.disks[*disk].path.join("archives").join(dataset);
        let what = |said: &str| format!("disk {disk}: {dataset}/{stamp}: {said}");
        let mut sums = Command::new("sha256sum");
        let sums = run(sums.arg("-c").arg("--quiet").arg(format!("{stamp}.sha256")).current_dir(&folder));
        if sums.code != 0 {
            return Err(what(&sums.said()));
        }
        let manifest: Value = serde_json::from_slice(&fs::read(folder.join(format!("{stamp}.manifest.json"))).unwrap())
            .map_err(|error| what(&error.to_string()))?;
        let files = manifest["files"].as_array().cloned().unwrap_or_default();
        let main = files.iter().find(|file| file["part"] == "main").and_then(|file| file["name"].as_str());
        let archive = folder.join(main.ok_or_else(|| what("it has no main archive"))?);
        let name = dataset.rsplit_once('/').map_or(dataset.as_str(), |(_, name)| name);
        match self.originals.get(name) {
            Some(original) if comes_back(&archive, original) => Ok(()),
            Some(_) => Err(what("it comes back as something else")),
            None => Err(what("nobody knows this dataset")),
        }
    }

    /// The register has lost nothing and is whole, here and on the disks.
    fn judge_register(&mut self) -> Verdict {
        let mut verdict = Verdict::default();
        let now = match &self.daemon {
            Some(_) => {
                let exported = self.world.run(&["register", "export"]);
                if exported.code != 0 {
                    return Verdict::stuck(format!("the register cannot be exported: {}", exported.said()));
                }
                String::from_utf8_lossy(&exported.stdout).into_owned()
            }
            None => self.stored_register(),
        };
        if !now.starts_with(&self.register) {
            verdict.lost.push("an entry of the register is gone or changed".to_owned());
        }
        self.register = now;
        let verified = self.world.run(&["register", "verify"]);
        // Without any disk there is nothing to verify; and a disk that went away between the lines and their head is
        // said to, until the next run gives it the head.
        let is_cut = verified.said().contains("was interrupted before its head");
        if ![0, 4].contains(&verified.code) && !is_cut {
            verdict.lost.push(format!("the register is not whole: {}", verified.said()));
        }
        verdict
    }

    /// The lines as the database has them; those that it had, where they lie in another's.
    fn stored_register(&self) -> String {
        let database = self.world.path("state/resguardo.db");
        if !database.is_file() {
            return self.register.clone();
        }
        let mut lines = Command::new("sqlite3");
        lines.args(["-cmd", ".timeout 20000"]).arg(database).arg("SELECT text FROM lines ORDER BY sequence");
        let lines = run(&mut lines);
        if lines.code == 0 { String::from_utf8_lossy(&lines.stdout).into_owned() } else { lines.stderr }
    }

    /// After a run the register is whole on every disk, and nothing lies on one that is here but backups and the disk's own files.
    pub(crate) fn tidy(&self) -> Verdict {
        let mut verdict = Verdict::default();
        let register = self.world.run(&["register", "verify"]);
        if register.code != 0 {
            verdict.stuck.push(format!("after a run the register is not whole: {}", register.said()));
        }
        for disk in (0..self.world.disks.len()).filter(|&disk| self.is_here(disk)) {
            let litter = self.world.litter(disk);
            if !litter.is_empty() {
                verdict.stuck.push(format!("on disk {disk} these are left: {litter:?}"));
            }
            let unfinished = fs::read_dir(self.world.disks[disk].path.join("unfinished"));
            if unfinished.map_or(0, Iterator::count) > 0 {
                verdict.stuck.push(format!("on disk {disk} something unfinished stays"));
            }
        }
        verdict
    }
}

/// Every manifest on a disk: `SERVER/DATASET` and the stamp.
fn manifests(disk: &Path) -> Vec<(String, String)> {
    let find = "cd \"$1\"; [ ! -d archives ] || find archives -name '*.manifest.json' -printf '%P\\n'";
    let found = String::from_utf8(sh(find, &[text(disk)])).unwrap();
    let split = |name: &str| {
        let (dataset, file) = name.rsplit_once('/')?;
        Some((dataset.to_owned(), file.strip_suffix(".manifest.json")?.to_owned()))
    };
    found.lines().filter_map(split).collect()
}

/// Whether an archive gives what it was made from, by `zstd -d` and the dump's own tool.
fn comes_back(archive: &Path, original: &Original) -> bool {
    let script = |script: &str, words: &[&str]| {
        let mut command = Command::new("bash");
        run(command.args(["-o", "pipefail", "-euc", script, "script"]).args(words).env("LC_ALL", "C.UTF-8")).code == 0
    };
    let archive = text(archive);
    match original {
        Original::Bytes(file) => script("zstd -dcq \"$1\" | cmp -s - \"$2\"", &[archive, text(file)]),
        Original::Tree(tree) => {
            let folder = tempfile::tempdir_in("/var/tmp").unwrap();
            let unpack = "zstd -dcq \"$1\" | tar -x -C \"$3\"; diff -r --no-dereference \"$2\" \"$3\"";
            script(unpack, &[archive, text(tree), text(folder.path())])
        }
        Original::Sql(sql) => {
            let dump = run(Command::new("zstd").arg("-dcq").arg(archive));
            let dump_text = String::from_utf8_lossy(&dump.stdout);
            let ends = ["-- PostgreSQL database dump complete", "-- Dump completed"];
            dump.code == 0
                && ends.iter().any(|end| dump_text.contains(end))
                && (sql.is_empty() || lasting(&dump_text) == *sql)
        }
    }
}
