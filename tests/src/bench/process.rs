//! A `resguardo daemon` as systemd would start it, and what the kernel says of it while it rests.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

/// How long a start may take.
const START: Duration = Duration::from_secs(60);

/// A running service, which ends when this is dropped.
pub(crate) struct Daemon {
    /// From its start to the moment at which it said that it was ready.
    pub(crate) ready: Duration,
    child: Child,
}

/// What a process holds while it rests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rest {
    /// KiB that are resident, shared pages too.
    pub(crate) rss: u64,
    /// KiB of that which no file stands behind.
    pub(crate) anonymous: u64,
    /// KiB of that by its share of pages that others hold as well.
    pub(crate) pss: u64,
    /// Threads.
    pub(crate) threads: u64,
    /// How often each of its threads has gone to sleep, and so how often it woke.
    sleeps: BTreeMap<OsString, u64>,
}

impl Rest {
    /// How often it has woken since then. Threads that have ended meanwhile do not count.
    pub(crate) fn wakes_since(&self, then: &Self) -> u64 {
        let before = |thread| then.sleeps.get(thread).copied().unwrap_or(0);
        self.sleeps.iter().map(|(thread, sleeps)| sleeps.saturating_sub(before(thread))).sum()
    }
}

/// The program that is measured.
pub(crate) fn program() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("resguardo"))
}

impl Daemon {
    /// Starts it with a configuration, and waits until it is ready.
    pub(crate) fn start(config: &Path) -> Result<Self> {
        let path = config.with_extension("notify");
        let _first = fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path)?;
        let (said, ready) = sync_channel(1);
        // What the service says later must be taken as well, or it would wait for room.
        thread::spawn(move || listen(&socket, &said));
        let errors = File::create(config.with_extension("stderr"))?;
        let mut command = Command::new(program()?);
        command.arg("--config").arg(config).arg("daemon").env("NOTIFY_SOCKET", &path).env_remove("RUST_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
        let began = Instant::now();
        let mut daemon = Self { ready: Duration::ZERO, child: command.spawn()? };
        ready.recv_timeout(START).with_context(|| {
            let said = fs::read_to_string(config.with_extension("stderr")).unwrap_or_default();
            format!("the service does not start: {said}")
        })?;
        daemon.ready = began.elapsed();
        Ok(daemon)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it is now.
    pub(crate) fn look(&self) -> Result<Rest> {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()));
        let status = fs::read_to_string(process.join("status"))?;
        let rollup = fs::read_to_string(process.join("smaps_rollup")).unwrap_or_default();
        let mut sleeps = BTreeMap::new();
        for thread in fs::read_dir(process.join("task"))? {
            let thread = thread?;
            let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
            sleeps.insert(thread.file_name(), number(&status, "voluntary_ctxt_switches:"));
        }
        Ok(Rest {
            rss: number(&status, "VmRSS:"),
            anonymous: number(&status, "RssAnon:"),
            pss: number(&rollup, "Pss:"),
            threads: number(&status, "Threads:"),
            sleeps,
        })
    }

    /// The most KiB that were ever resident.
    pub(crate) fn peak(&self) -> Result<u64> {
        Ok(number(&fs::read_to_string(format!("/proc/{}/status", self.child.id()))?, "VmHWM:"))
    }

    /// The processor's seconds that it has used.
    pub(crate) fn cpu(&self) -> Result<f64> {
        let mut total = 0_u64;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
            total += text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        }
        Ok(Duration::from_nanos(total).as_secs_f64())
    }
}

fn listen(socket: &UnixDatagram, said: &SyncSender<()>) {
    let mut room = [0; 4096];
    while let Ok(length) = socket.recv(&mut room) {
        let text = String::from_utf8_lossy(room.get(..length).unwrap_or_default()).into_owned();
        if text.contains("READY=1") {
            let _nobody = said.try_send(());
        }
        if text.contains("STOPPING=1") {
            return;
        }
    }
}

/// The number behind a key in a file of `/proc`; 0 where there is none.
pub(crate) fn number(text: &str, key: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let _gone = pid.map(|pid| kill_process(pid, Signal::TERM));
        let _status = self.child.wait();
    }
}
