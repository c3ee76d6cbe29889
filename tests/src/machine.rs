//! A machine with systemd: this one's file system under a layer of its own, booted in a container that shares the
//! network. It is switched on and off, keeps its layer between, and disks are plugged into it. It may not know what is
//! installed on it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::command::{Outcome, run, sh, sh_text, text};
use crate::disk::LoopDisk;
use crate::server::Server;

/// A library that gives a program another clock than the machine's, and the file from which it takes the difference.
const FAKE: [&str; 5] = [
    "LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1",
    "FAKETIME_TIMESTAMP_FILE=/etc/clock-difference",
    // The file is read at each look at the clock, and only what is read of it counts.
    "FAKETIME_NO_CACHE=1",
    // Waiting goes on as ever.
    "DONT_FAKE_MONOTONIC=1",
    "FAKETIME_DONT_FAKE_MONOTONIC=1",
];

/// Where commands inside find their programs.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The machine. Dropped, it is cut off, and everything of it goes.
#[derive(Debug)]
pub struct Machine {
    /// Its root as this machine sees it, switched on or off; without its `/run`, `/tmp` and `/mnt`.
    pub root: PathBuf,
    /// Its `/mnt` as this machine sees it: what is mounted or unmounted below it here is so there.
    pub mnt: PathBuf,
    running: Option<Running>,
    groups: Vec<PathBuf>,
    folder: TempDir,
}

/// What there is while it is on: the container's keeper, and the process that is PID 1 inside.
#[derive(Debug)]
struct Running {
    keeper: Server,
    leader: i32,
}

impl Machine {
    /// A machine that is switched off, with a layer and an identity of its own and none of this one's services.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("resguardo-machine-").tempdir_in("/var/tmp").unwrap();
        let layer = folder.path().join("layer");
        let (root, mnt) = (layer.join("root"), folder.path().join("mnt"));
        // From here on, whatever fails is cleaned up by dropping it.
        let machine = Self { root, mnt, running: None, groups: own_groups(folder.path()), folder };
        // The mount point is shared, so that its mounts reach the container, which the others may not.
        let make = "mkdir \"$1\" \"$2\"\n\
            mount -t tmpfs -o mode=755 tmpfs \"$1\"; mkdir \"$1/up\" \"$1/work\" \"$1/root\"\n\
            mount -t overlay -o \"lowerdir=/,upperdir=$1/up,workdir=$1/work\" overlay \"$1/root\"\n\
            mount --bind \"$2\" \"$2\"; mount --make-private \"$2\"; mount --make-shared \"$2\"";
        sh(make, &[text(&layer), text(&machine.mnt)]);
        machine.forget_services();
        machine
    }

    /// A machine that runs.
    pub fn booted() -> Self {
        let mut machine = Self::new();
        machine.on();
        machine
    }

    /// Takes away what is enabled on this machine, and gives it another identity.
    fn forget_services(&self) {
        let forget = "cd \"$1\"\n\
            tr -d - </proc/sys/kernel/random/uuid >id; cat id >etc/machine-id; rm id\n\
            rm -rf etc/rc?.d\n\
            for unit in etc/systemd/system/*.wants/*; do\n\
                [ ! -L \"$unit\" ] || ln -sf /dev/null \"etc/systemd/system/${unit##*/}\"\n\
            done";
        sh(forget, &[text(&self.root)]);
        for unit in ["getty.target", "console-getty.service", "systemd-timesyncd.service", "man-db.timer"] {
            let path = self.root.join("etc/systemd/system").join(unit);
            if fs::symlink_metadata(&path).is_err() {
                symlink("/dev/null", &path).unwrap();
            }
        }
    }

    /// Switches it on and waits until it has started everything.
    ///
    /// # Panics
    /// With the console's last words where it does not start.
    pub fn on(&mut self) {
        assert!(self.running.is_none(), "the machine is on already");
        // In a control group of its own, so that several machines do not meet.
        let into = "for group; do shift; [ \"$group\" != -- ] || break; echo $$ >\"$group/cgroup.procs\"; done; \"$@\"";
        let (root, mnt) = (text(&self.root), format!("--bind={}:/mnt", self.mnt.display()));
        // The container's keeper, killed, would leave it behind; a namespace whose first process dies leaves nothing.
        let mut words = vec!["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "slave"];
        words.extend(["sh", "-euc", into, "sh"]);
        words.extend(self.groups.iter().map(|group| text(group)));
        words.extend(["--", "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--link-journal=no"]);
        words.extend(["--resolv-conf=off", "--timezone=off", "--console=pipe", "--directory", root, &mnt, "--boot"]);
        words.push("systemd.unit=multi-user.target");
        let argv: Vec<&OsStr> = words.into_iter().map(OsStr::new).collect();
        let mut keeper = Server::start("root", Signal::KILL, &argv, &self.folder.path().join("console"));
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) && keeper.runs() {
            if let Some(leader) = leader_of(&keeper)
                && ["running", "degraded"].contains(&state(leader).as_str())
            {
                self.running = Some(Running { keeper, leader });
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the machine does not start: {}", fs::read_to_string(self.folder.path().join("console")).unwrap());
    }

    /// Switches it off in order, as `poweroff` does.
    pub fn off(&mut self) {
        // The connection may be gone before the answer comes; whether it goes off is what counts.
        self.run(&["systemctl", "poweroff"]);
        let mut running = self.running.take().unwrap();
        let start = Instant::now();
        while running.keeper.runs() {
            assert!(start.elapsed() < Duration::from_secs(180), "the machine did not go off in three minutes");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Pulls its plug: every process is gone at once.
    pub fn cut(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        kill(running.leader);
        let start = Instant::now();
        while running.keeper.runs() && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its file system while it is on, with what only lives in its memory, such as `/run`.
    pub fn live(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root", self.leader()))
    }

    fn leader(&self) -> i32 {
        self.running.as_ref().unwrap_or_else(|| panic!("the machine is off")).leader
    }

    /// Runs a program inside as root, for two minutes at most.
    #[track_caller]
    pub fn run(&self, argv: &[&str]) -> Outcome {
        run(&mut inside(self.leader(), argv))
    }

    /// Runs a program inside as another user with all the groups it is in.
    #[track_caller]
    pub fn run_as(&self, user: &str, argv: &[&str]) -> Outcome {
        let become_user = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--"];
        self.run(&[&become_user, argv].concat())
    }

    /// Runs a script inside that must succeed, with these words as `$1`, `$2` …, and returns what it prints without the
    /// white space around.
    #[track_caller]
    pub fn sh(&self, script: &str, words: &[&str]) -> String {
        let outcome = self.run(&[&["bash", "-o", "pipefail", "-euc", script, "script"], words].concat());
        assert_eq!(outcome.code, 0, "inside: {script}\n{words:?}\n{}", outcome.said());
        String::from_utf8_lossy(&outcome.stdout).trim().to_owned()
    }

    /// A property of a unit.
    #[track_caller]
    pub fn property(&self, unit: &str, name: &str) -> String {
        self.sh("systemctl show --value -p \"$2\" \"$1\"", &[unit, name])
    }

    /// What the journal has of a unit, for messages.
    pub fn journal(&self, unit: &str) -> String {
        self.run(&["journalctl", "--no-pager", "--quiet", "--output=cat", "--lines=60", "--unit", unit]).said()
    }

    /// Starts a unit, and fails with its journal where it does not start.
    #[track_caller]
    pub fn start(&self, unit: &str) {
        let outcome = self.run(&["systemctl", "start", unit]);
        assert_eq!(outcome.code, 0, "{unit} does not start: {}\n{}", outcome.said(), self.journal(unit));
    }

    /// Puts a file of root's there, with its folders and its mode, whether the machine is on or off.
    #[track_caller]
    pub fn put(&self, from: &Path, to: &str, mode: &str) {
        sh("install -D -m \"$3\" \"$1\" \"$2\"", &[text(from), &self.at(to), mode]);
    }

    /// The same with a text.
    #[track_caller]
    pub fn write(&self, to: &str, content: &str, mode: &str) {
        let from = self.folder.path().join("text");
        fs::write(&from, content).unwrap();
        self.put(&from, to, mode);
    }

    /// Gives a service a clock that can be set; it must be set before the service starts.
    #[track_caller]
    pub fn fake_clock_of(&self, unit: &str) {
        let lines: String = FAKE.iter().map(|word| format!("Environment={word}\n")).collect();
        self.write(&format!("etc/systemd/system/{unit}.service.d/clock.conf"), &format!("[Service]\n{lines}"), "644");
    }

    /// Sets the clock of all that have such a one, on or off. It goes on from there at the usual pace.
    pub fn set_clock(&self, to: DateTime<Utc>) {
        let real = DateTime::<Utc>::from(real_time());
        let difference = (to - real).num_milliseconds();
        // The name is changed at once, so that nobody reads half of it.
        let (new, path) = (self.at("etc/clock-difference.new"), self.at("etc/clock-difference"));
        let sign = if difference < 0 { '-' } else { '+' };
        let text = format!("{sign}{}.{:03}\n", difference.abs() / 1000, difference.abs() % 1000);
        fs::write(&new, text).unwrap();
        fs::rename(new, path).unwrap();
    }

    /// Runs a program inside as a user, by the clock that was set.
    #[track_caller]
    pub fn run_by_clock(&self, user: &str, argv: &[&str]) -> Outcome {
        self.run_as(user, &[&["env"], &FAKE[..], argv].concat())
    }

    /// A path of the machine as this one sees it.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{}", self.root.display(), path.trim_start_matches('/'))
    }

    /// A new disk of so many MiB, plugged in and mounted at `/mnt/NAME`.
    pub fn disk(&self, name: &str, mebibytes: u64) -> LoopDisk {
        LoopDisk::new(&self.mnt.join(name), mebibytes)
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.cut();
        // What is not there any more is what is wanted, so that failures are passed over. The last processes may still be
        // on their way out of the control groups.
        let clean = "umount --lazy \"$1/layer/root\" \"$1/layer\"; umount --lazy --recursive \"$1/mnt\"\n\
            shift; for group; do\n\
                for try in {1..50}; do find \"$group\" -depth -type d -exec rmdir {} + && break; sleep 0.1; done\n\
            done";
        let mut command = Command::new("bash");
        command.args(["-c", clean, "clean"]).arg(self.folder.path()).args(&self.groups);
        let _cleaned = command.output();
    }
}

/// A program that will run inside.
fn inside(leader: i32, argv: &[&str]) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", "120", "nsenter", "--all", "--target", &leader.to_string()]);
    command.args(["env", "-i", PATH, "LC_ALL=C.UTF-8"]).args(argv);
    command
}

/// What systemd inside says of itself, or nothing where it does not answer yet.
fn state(leader: i32) -> String {
    let outcome = run(&mut inside(leader, &["systemctl", "is-system-running"]));
    String::from_utf8_lossy(&outcome.stdout).trim().to_owned()
}

/// PID 1 of the container: three generations below the keeper, and the first of the second namespace within this one's.
fn leader_of(keeper: &Server) -> Option<i32> {
    let find = "for generation in 1 2 3; do\n\
            children=$(ps -o pid= --ppid \"$1\" | tr -s ' \\n' , | sed 's/^,//; s/,$//') || exit 0\n\
            [ -n \"$children\" ] || exit 0\n\
            set -- \"$children\"\n\
        done\n\
        for child in ${1//,/ }; do\n\
            awk -v child=\"$child\" '/^NSpid:/ && NF == 4 && $4 == 1 {print child}' \"/proc/$child/status\" 2>/dev/null || true\n\
        done";
    sh_text(find, &[&keeper.pid().to_string()]).parse().ok()
}

/// What this machine's clock says.
#[expect(clippy::disallowed_methods, reason = "the clock of a test is made of the real one here")]
fn real_time() -> SystemTime {
    SystemTime::now()
}

fn kill(leader: i32) {
    if let Some(pid) = Pid::from_raw(leader) {
        // One that has ended meanwhile is what is wanted.
        let _ended = kill_process(pid, Signal::KILL);
    }
}

/// New control groups below our own, one in each hierarchy that systemd uses; none where they cannot be made.
fn own_groups(folder: &Path) -> Vec<PathBuf> {
    let name = folder.file_name().unwrap();
    let ours = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut groups = Vec::new();
    for line in ours.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(hierarchy), Some(path)) = (fields.next(), fields.next()) else { continue };
        let top = match hierarchy {
            "name=systemd" => "/sys/fs/cgroup/systemd",
            "" if Path::new("/sys/fs/cgroup/unified").exists() => "/sys/fs/cgroup/unified",
            "" => "/sys/fs/cgroup",
            _ => continue,
        };
        let group = Path::new(top).join(path.trim_start_matches('/')).join(name);
        if fs::create_dir(&group).is_ok() {
            groups.push(group);
        }
    }
    groups
}
