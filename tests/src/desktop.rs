//! A desktop: a session bus of its own, a screen that nobody sees, and a real dunst on both. It may not know what is
//! shown.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use crate::command::{Outcome, run, until};
use crate::server::Server;
use crate::sshd::free_port;

/// A session bus on which nothing is started by being called.
#[derive(Debug)]
pub struct SessionBus {
    /// What `DBUS_SESSION_BUS_ADDRESS` names.
    pub address: String,
    _server: Server,
}

impl SessionBus {
    /// Starts one in a new folder.
    pub fn start(folder: &Path) -> Self {
        fs::create_dir(folder).unwrap();
        let socket = folder.join("bus");
        let address = format!("unix:path={}", socket.display());
        let config = format!(
            "<busconfig><type>session</type><listen>{address}</listen><policy context=\"default\">\
             <allow user=\"*\"/><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/>\
             </policy></busconfig>\n"
        );
        fs::write(folder.join("config"), config).unwrap();
        let option = format!("--config-file={}", folder.join("config").display());
        let argv = ["dbus-daemon", "--nofork", "--nopidfile", &option].map(OsStr::new);
        let mut server = Server::start("root", Signal::KILL, &argv, &folder.join("stderr"));
        until("the session bus listens", || {
            assert!(server.runs(), "{}", fs::read_to_string(folder.join("stderr")).unwrap());
            UnixStream::connect(&socket).is_ok()
        });
        Self { address, _server: server }
    }
}

/// A bus, a screen and a notification server.
#[derive(Debug)]
pub struct Desktop {
    /// The bus.
    pub bus: SessionBus,
    // In this order they end: first who uses the screen.
    _dunst: Server,
    _screen: Screen,
}

impl Desktop {
    /// Starts one in a new folder.
    pub fn start(folder: &Path) -> Self {
        fs::create_dir(folder).unwrap();
        let bus = SessionBus::start(&folder.join("bus"));
        let screen = Screen::start(folder);
        // The history names no urgency, but it has the line as it was set, and each urgency sets its own.
        let settings = "[global]\nmarkup = full\nhistory_length = 100\nidle_threshold = 0\n\
            [urgency_low]\nformat = low\n[urgency_normal]\nformat = normal\n[urgency_critical]\nformat = critical\n";
        fs::write(folder.join("dunstrc"), settings).unwrap();
        let (display, address) = (format!("DISPLAY=:{}", screen.number), bus_variable(&bus));
        let (home, settings) = (format!("HOME={}", folder.display()), folder.join("dunstrc"));
        let argv = ["env", &display, &address, &home, "dunst", "-config"].map(OsStr::new);
        let argv = [argv.as_slice(), &[settings.as_os_str()]].concat();
        let mut dunst = Server::start("root", Signal::KILL, &argv, &folder.join("dunst.stderr"));
        until("dunst answers", || {
            assert!(dunst.runs(), "{}", fs::read_to_string(folder.join("dunst.stderr")).unwrap());
            dunstctl(&bus, "is-paused").code == 0
        });
        Self { bus, _dunst: dunst, _screen: screen }
    }

    /// What has been shown, the oldest first: `appname`, `summary`, `body`, and the urgency as
    /// `message`: `low`, `normal`, `critical`. It closes what is still shown.
    #[track_caller]
    pub fn shown(&self) -> Vec<Value> {
        dunstctl(&self.bus, "close-all").exits(0);
        let history = dunstctl(&self.bus, "history").exits(0).json();
        let mut entries = history["data"][0].as_array().unwrap().clone();
        entries.sort_by_key(|entry| entry["id"]["data"].as_u64());
        let plain = |entry: Value| {
            let fields = entry.as_object().unwrap().iter();
            fields.map(|(name, field)| (name.clone(), field["data"].clone())).collect()
        };
        entries.into_iter().map(plain).collect()
    }
}

fn bus_variable(bus: &SessionBus) -> String {
    format!("DBUS_SESSION_BUS_ADDRESS={}", bus.address)
}

fn dunstctl(bus: &SessionBus, verb: &str) -> Outcome {
    run(Command::new("dunstctl").arg(verb).env("DBUS_SESSION_BUS_ADDRESS", &bus.address))
}

/// A screen that nobody sees.
#[derive(Debug)]
struct Screen {
    number: u16,
    server: Option<Server>,
}

impl Screen {
    fn start(folder: &Path) -> Self {
        // The number may be taken; then the next is tried.
        for _ in 0..10 {
            let number = free_port() % 10_000 + 1000;
            let display = format!(":{number}");
            let argv = ["Xvfb", &display, "-screen", "0", "640x480x24", "-nolisten", "tcp"].map(OsStr::new);
            let mut server = Server::start("root", Signal::KILL, &argv, &folder.join("screen.stderr"));
            let mut ready = false;
            until("the screen is there", || {
                ready = server.runs() && UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).is_ok();
                ready || !server.runs()
            });
            if ready {
                return Self { number, server: Some(server) };
            }
        }
        panic!("Xvfb does not start: {}", fs::read_to_string(folder.join("screen.stderr")).unwrap());
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.server = None;
        // Ended at once, it leaves its name behind.
        for path in [format!("/tmp/.X11-unix/X{}", self.number), format!("/tmp/.X{}-lock", self.number)] {
            let _gone = fs::remove_file(PathBuf::from(path));
        }
    }
}
