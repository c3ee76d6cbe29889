//! A small world of its own for a test: a server, disks, a configuration, and the program that runs in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Outcome, agent, resguardo, run, sh, text};
use crate::disk::LoopDisk;
use crate::sshd::{Sshd, keygen};

/// The world. Its configuration may be changed at any time and is written for each run.
#[derive(Debug)]
pub struct World {
    /// The configuration.
    pub config: Value,
    /// The server.
    pub sshd: Sshd,
    /// The disks `disco-a`, `disco-b` …
    pub disks: Vec<LoopDisk>,
    folder: TempDir,
}

/// A backup on a disk.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its folder.
    pub folder: PathBuf,
    /// What its files' names begin with.
    pub stamp: String,
    /// Its manifest.
    pub manifest: Value,
}

impl World {
    /// A world with two disks.
    pub fn new() -> Self {
        Self::with_disks(&[96, 96])
    }

    /// A world with prepared disks of so many MiB.
    pub fn with_disks(mebibytes: &[u64]) -> Self {
        let folder = tempfile::Builder::new().prefix("resguardo-").tempdir_in("/var/tmp").unwrap();
        // The users of databases must find their way to their folders.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let path = |name: &str| folder.path().join(name);
        let sshd = Sshd::start(&path("sshd"));
        keygen(&path("login"), "");
        sshd.authorize(&path("login"), "");
        let mut world = Self { config: json!({}), sshd, disks: Vec::new(), folder };
        for (letter, mebibytes) in ('a'..).zip(mebibytes) {
            let name = format!("disco-{letter}");
            let disk = LoopDisk::new(&world.path(&name), *mebibytes);
            world.disks.push(disk);
        }
        world.config = world.first_config();
        for (disk, label) in world.disks.iter().zip(world.labels()) {
            world.run(&["disk", "init", text(&disk.path), "--label", &label]).exits(0);
        }
        world
    }

    fn first_config(&self) -> Value {
        let disks = self.disks.iter().zip(self.labels());
        let disks: Vec<Value> = disks.map(|(disk, name)| json!({ "name": name, "path": disk.path })).collect();
        json!({
            "paths": { "state": self.path("state"), "log": self.path("log"), "agent": agent(), "socket": self.path("resguardo.sock") },
            // Most tests count what they asked for.
            "own_records": { "backup": false },
            "servers": [],
            "disks": disks,
            "plans": [{ "name": "todo", "datasets": [], "when": "0 2 * * SUN", "disks": self.labels() }],
        })
    }

    fn labels(&self) -> Vec<String> {
        let name = |disk: &LoopDisk| text(&disk.path).rsplit('/').next().unwrap().to_owned();
        self.disks.iter().map(name).collect()
    }

    /// A path in the world's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same as text.
    pub fn at(&self, name: &str) -> String {
        text(&self.path(name)).to_owned()
    }

    /// Adds a way to the server: `agent`, `installed` or `plain`. Returns its entry in the configuration.
    pub fn server(&mut self, name: &str, mode: &str) -> &mut Value {
        let server = json!({
            "name": name, "host": "127.0.0.1", "port": self.sshd.port, "user": "root", "mode": mode,
            "key": { "file": self.path("login") }, "host_key": self.sshd.host_key(),
            "agent_folder": self.path("agent"), "datasets": [],
            // What a test kills waits for its link no longer than that.
            "outage_seconds": 60,
        });
        self.config["plans"][0]["datasets"].as_array_mut().unwrap().push(json!(format!("{name}/*")));
        let servers = self.config["servers"].as_array_mut().unwrap();
        servers.push(server);
        servers.last_mut().unwrap()
    }

    /// Adds a server in each mode that brings nothing along: `agente` and `plano`.
    pub fn both_ways(&mut self) {
        self.server("agente", "agent");
        self.server("plano", "plain");
    }

    /// Adds a dataset to every server.
    pub fn dataset(&mut self, dataset: &Value) {
        for server in self.config["servers"].as_array_mut().unwrap() {
            server["datasets"].as_array_mut().unwrap().push(dataset.clone());
        }
    }

    /// The program with these words, ready to run with the world's configuration.
    pub fn command(&self, words: &[&str]) -> Command {
        let config = self.path("resguardo.yaml");
        // JSON is YAML. Another command may be reading it just now, and must not find half of it.
        let new = serde_json::to_string_pretty(&self.config).unwrap();
        if fs::read_to_string(&config).ok().as_ref() != Some(&new) {
            let unfinished = self.path("resguardo.yaml.new");
            fs::write(&unfinished, new).unwrap();
            fs::rename(unfinished, &config).unwrap();
        }
        let mut command = Command::new(resguardo());
        command.arg("--config").arg(config).args(words).current_dir(self.folder.path());
        command.env_remove("RUST_LOG").env_remove("RESGUARDO_CONFIG");
        command
    }

    /// Runs the program.
    #[track_caller]
    pub fn run(&self, words: &[&str]) -> Outcome {
        run(&mut self.command(words))
    }

    /// Backs these up, or everything, and returns the outcome with its JSON.
    #[track_caller]
    pub fn backup(&self, names: &[&str]) -> Outcome {
        self.run(&[&["backup", "--here", "--json"], names].concat())
    }

    /// What `archives` lists.
    #[track_caller]
    pub fn archives(&self) -> Vec<Value> {
        let outcome = self.run(&["archives", "--json"]);
        assert!([0, 8].contains(&outcome.code), "{}", outcome.said());
        outcome.json()["archives"].as_array().unwrap().clone()
    }

    /// The backups of `SERVER/DATASET` on a disk, the oldest first, by the disk alone.
    pub fn kept(&self, disk: usize, dataset: &str) -> Vec<Kept> {
        let folder = self.disks[disk].path.join("archives").join(dataset);
        let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut stamps: Vec<String> =
            names.filter_map(|name| name.strip_suffix(".manifest.json").map(str::to_owned)).collect();
        stamps.sort();
        let kept = |stamp: String| {
            // The service may just have removed it.
            let manifest = fs::read(folder.join(format!("{stamp}.manifest.json"))).ok()?;
            Some(Kept { folder: folder.clone(), stamp, manifest: serde_json::from_slice(&manifest).unwrap() })
        };
        stamps.into_iter().filter_map(kept).collect()
    }

    /// The only backup of `SERVER/DATASET` on a disk.
    #[track_caller]
    pub fn only(&self, disk: usize, dataset: &str) -> Kept {
        let kept = self.kept(disk, dataset);
        assert_eq!(kept.len(), 1, "{dataset} should have one backup on disk {disk}: {kept:?}");
        kept.into_iter().next().unwrap()
    }

    /// Every file on a disk that belongs to no backup: neither the disk's own nor claimed by a manifest.
    pub fn litter(&self, disk: usize) -> Vec<String> {
        let path = &self.disks[disk].path;
        let files = String::from_utf8(sh("cd \"$1\" && find . -type f -printf '%P\\n'", &[text(path)])).unwrap();
        let is_register = |name: &str| name == "head.json" || (name.starts_with("FO-06-") && name.ends_with(".jsonl"));
        let is_own = |name: &str| {
            ["resguardo-disk.json", "LEEME.txt"].contains(&name)
                || name.strip_prefix("register/").is_some_and(is_register)
        };
        let belongs = |name: &str| {
            let stem = name.rsplit_once('/').map_or(name, |(_, file)| file).split('.').next().unwrap_or_default();
            let folder = path.join(name);
            folder.parent().is_some_and(|folder| folder.join(format!("{stem}.manifest.json")).is_file())
                && !name.ends_with(".unfinished")
        };
        files.lines().filter(|name| !is_own(name) && !belongs(name)).map(str::to_owned).collect()
    }

    /// Writes a script of the world and returns its path.
    pub fn script(&self, name: &str, body: &str) -> String {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        text(&path).to_owned()
    }

    /// A folder that holds these programs and no other, to stand as `PATH`.
    pub fn programs(&self, name: &str, programs: &[&str]) -> String {
        let folder = self.path(name);
        let link = "mkdir \"$1\"; folder=$1; shift\n\
            for program; do ln -s \"$(command -v \"$program\")\" \"$folder/${program##*/}\"; done";
        sh(link, &[&[text(&folder)], programs].concat());
        text(&folder).to_owned()
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl Kept {
    /// One of its files, by what its name ends with: `sql.zst`, `sha256`, `manifest.json`.
    pub fn file(&self, suffix: &str) -> PathBuf {
        self.folder.join(format!("{}.{suffix}", self.stamp))
    }

    /// What its manifest says of its main archive.
    pub fn main(&self) -> &Value {
        self.manifest["files"].as_array().unwrap().last().unwrap()
    }
}

/// Takes a manifest's seal off, so that what is changed in it is not found by that.
pub fn unsealed(manifest: &mut Value) {
    manifest.as_object_mut().unwrap().remove("seal");
}

/// The bytes of a file, or a failure that names it.
#[track_caller]
pub fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
