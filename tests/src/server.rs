//! A server process that ends with whoever started it. It may not know what it serves.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    signal: Signal,
}

impl Server {
    /// Starts a server as a user, with its standard error in a file. `signal` is what ends it at once; the kernel
    /// sends the same when the test is killed.
    pub fn start(user: &str, signal: Signal, argv: &[&OsStr], log: &Path) -> Self {
        let name = if signal == Signal::QUIT { "QUIT" } else { "KILL" };
        let mut command = Command::new("setpriv");
        command.args(["--reuid", user, "--regid", user, "--init-groups", "--pdeathsig", name]).args(argv);
        let log = File::create(log).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        Self { child, signal }
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.runs() {
            let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
            // A server that has ended meanwhile is what is wanted.
            let _ended = kill_process(pid, self.signal);
            self.child.wait().unwrap();
        }
    }
}
