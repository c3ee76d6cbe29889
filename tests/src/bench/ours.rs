//! Resguardo itself: its own job in this process, with a configuration like any other.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};
use chrono::{DateTime, Utc};
use resguardo::config;
use resguardo::jobs::backup::{self, Run};
use resguardo::jobs::error::chain;
use resguardo::jobs::progress::{Event, Step};
use resguardo::jobs::select::select;
use resguardo::vault::layout::ARCHIVES;
use resguardo::vault::marker::prepare;
use resguardo::vault::store::Place;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::meter::{Mark, Sample};
use super::stage::{Data, Stage};

/// A prepared configuration: one dataset of one server, to one or more disks.
pub(crate) struct Ours {
    /// The configuration's file.
    pub(crate) file: PathBuf,
    text: String,
    disks: Vec<PathBuf>,
    // Last, so that it goes last.
    _folder: TempDir,
}

/// The dataset of a command that hands on a file.
pub(crate) fn cat(data: &Data) -> Value {
    json!({ "name": "big", "kind": "command", "command": format!("cat {}", data.path.display()), "suffix": "sql" })
}

impl Ours {
    /// A configuration in a folder of its own. `mode` is the server's; `port` leads to the server.
    pub(crate) fn new(stage: &Stage, port: u16, mode: &str, dataset: Value, disks: usize) -> Result<Self> {
        let folder = tempfile::tempdir_in(stage.folder())?;
        let path = |name: &str| folder.path().join(name);
        let names: Vec<String> = (0..disks).map(|number| format!("disk-{number}")).collect();
        let list: Vec<Value> =
            names.iter().map(|name| json!({ "name": name, "path": path(name), "mount_point": false })).collect();
        let mut server = json!({
            "name": "h", "host": "127.0.0.1", "port": port, "user": stage.sshd.user, "key": { "file": stage.sshd.key() },
            "host_key": stage.sshd.host_key()?, "mode": mode, "datasets": [dataset],
        });
        if mode == "agent" {
            server["agent_folder"] = json!(path("agent"));
        }
        let text = json!({
            "paths": { "state": path("state"), "log": path("log"), "agent": stage.agent },
            "own_records": { "backup": false },
            "servers": [server],
            "disks": list,
            "plans": [{ "name": "bench", "datasets": ["h/*"], "when": "@weekly", "disks": names }],
        });
        // JSON is YAML.
        let text = format!("{text:#}\n");
        std::fs::create_dir(path("state"))?;
        std::fs::write(path("resguardo.yaml"), &text)?;
        for (number, name) in names.iter().enumerate() {
            std::fs::create_dir(path(name))?;
            let marker = json!({
                "format": 1, "id": format!("00000000-0000-4000-8000-{number:012}"), "label": name,
                "prepared": "2026-01-01T00:00:00Z", "prepared_by": "bench",
            });
            prepare(&Place::Folder { path: path(name), mount_point: false }, &serde_json::from_value(marker)?)?;
        }
        let disks = names.iter().map(|name| path(name)).collect();
        Ok(Self { file: path("resguardo.yaml"), text, disks, _folder: folder })
    }

    /// The same, encrypted to a key that nobody has.
    pub(crate) fn encrypted(mut self) -> Result<Self> {
        let mut config: Value = serde_json::from_str(&self.text)?;
        let key = resguardo::crypt::Identity::generate().recipients();
        config["encryption"] = json!({ "recipients": key.iter().map(ToString::to_string).collect::<Vec<_>>() });
        self.text = format!("{config:#}\n");
        std::fs::write(&self.file, &self.text)?;
        Ok(self)
    }

    /// One backup, and its removal. The reading back is taken out of its time and reported beside it.
    pub(crate) fn run(&self) -> Result<Sample> {
        let config = config::parse(&self.text, &self.file).map_err(|problems| anyhow!("{problems:?}"))?;
        let steps = Mutex::new(Vec::new());
        let lock = || steps.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Mark::now();
        let items = select(&config, &[], resguardo::jobs::office::day(&config, clock()()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let listen = |event: Event| {
            if let Event::Step(step) = event {
                lock().push((step, Mark::now()));
            }
        };
        let run = Run {
            config: &config,
            runtime: runtime.handle(),
            now: &clock(),
            cancel: &tokio_util::sync::CancellationToken::new(),
            bound: false,
            listen: &listen,
        };
        let outcomes = backup::run(run, items);
        let ended = Mark::now();
        runtime.shutdown_background();

        let outcome = outcomes.into_iter().next().context("one dataset")?;
        let kept = outcome.kept.map_err(|error| anyhow!(chain(&error)))?;
        ensure!(outcome.failed.is_empty(), "a disk failed: {:?}", outcome.failed);
        let at = |wanted: Step| lock().iter().find(|(step, _)| *step == wanted).map(|&(_, mark)| mark);
        let read_back =
            at(Step::ReadBack).context("no reading back")?.until(at(Step::Publish).context("no publishing")?);
        let mut span = began.until(ended);
        span.wall -= read_back.wall;
        span.cpu -= read_back.cpu;
        self.remove()?;
        let manifest = kept.manifest;
        Ok(Sample { span, read_back: Some(read_back), plain: manifest.plain_bytes(), stored: manifest.archive_bytes() })
    }

    /// Removes all backups.
    pub(crate) fn remove(&self) -> Result<()> {
        for disk in &self.disks {
            std::fs::remove_dir_all(disk.join(ARCHIVES))?;
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever drives a job gives it a clock")]
fn clock() -> fn() -> DateTime<Utc> {
    Utc::now
}
