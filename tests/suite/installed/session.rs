//! The session of a user of the machine: their own service manager and bus, a screen that nobody sees, and a server that
//! shows notifications there. It may not know what is shown.

use serde_json::Value;
use system_tests::command::{Outcome, until};

use super::site::Site;

/// The screen. The abstract names of screens are shared with this machine, so that it is none that is usual.
const SCREEN: &str = ":7071";

/// The session of a user who is logged in.
pub(crate) struct Session<'a> {
    site: &'a Site,
    user: &'a str,
    variables: [String; 3],
}

impl<'a> Session<'a> {
    /// Logs a user in.
    pub(crate) fn of(site: &'a Site, user: &'a str) -> Self {
        let id = site.machine.sh("id -u \"$1\"", &[user]);
        let folder = format!("/run/user/{id}");
        site.machine.start(&format!("user@{id}.service"));
        let bus = format!("DBUS_SESSION_BUS_ADDRESS=unix:path={folder}/bus");
        Self { site, user, variables: [format!("XDG_RUNTIME_DIR={folder}"), bus, format!("DISPLAY={SCREEN}")] }
    }

    /// Runs a program in it.
    #[track_caller]
    pub(crate) fn run(&self, argv: &[&str]) -> Outcome {
        let variables: Vec<&str> = self.variables.iter().map(String::as_str).collect();
        self.site.machine.run_as(self.user, &[&["env"], variables.as_slice(), argv].concat())
    }

    /// A property of one of its units.
    #[track_caller]
    pub(crate) fn property(&self, unit: &str, name: &str) -> String {
        let outcome = self.run(&["systemctl", "--user", "show", "--value", "-p", name, unit]);
        String::from_utf8_lossy(&outcome.exits(0).stdout).trim().to_owned()
    }

    /// Starts a screen and a notification server on it.
    pub(crate) fn with_a_desktop(self) -> Self {
        let service = ["systemd-run", "--user", "--quiet"];
        let screen = ["Xvfb", SCREEN, "-screen", "0", "640x480x24", "-nolisten", "tcp"];
        self.run(&[&service[..], &["--unit=screen"], &screen].concat()).exits(0);
        let display = format!("--setenv=DISPLAY={SCREEN}");
        let again = ["--property=Restart=always", "--property=RestartSec=100ms", "--property=StartLimitIntervalSec=0"];
        self.run(&[&service[..], &["--unit=notifications", &display], &again, &["dunst"]].concat()).exits(0);
        until("the desktop can show something", || self.run(&["dunstctl", "is-paused"]).code == 0);
        self
    }

    /// The subjects of all that was shown.
    #[track_caller]
    pub(crate) fn shown(&self) -> Vec<String> {
        self.run(&["dunstctl", "close-all"]).exits(0);
        let history = self.run(&["dunstctl", "history"]).json();
        let entries = history["data"][0].as_array().map(Vec::as_slice).unwrap_or_default();
        let subject = |entry: &Value| entry["summary"]["data"].as_str().map(str::to_owned);
        entries.iter().filter_map(subject).collect()
    }
}
