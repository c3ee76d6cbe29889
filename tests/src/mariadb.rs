//! A real MariaDB server that listens only on a socket in its folder. It may not know what is in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use crate::command::{run, sh, text, until};
use crate::server::Server;

/// The server. Its `root` has the password [`PASSWORD`].
#[derive(Debug)]
pub struct MariaDb {
    /// Its socket.
    pub socket: PathBuf,
    /// An option file with user and password.
    pub defaults: PathBuf,
    _server: Server,
}

/// The password of `root`.
pub const PASSWORD: &str = "Clave-de-la-base-71f3";

impl MariaDb {
    /// Makes and starts a server in a new folder.
    pub fn start(folder: &Path) -> Self {
        // On a machine that does much else its own bootstrap fails now and then, which is not what is tested.
        let init = "install -d -o mysql -g mysql \"$1\"\n\
            for try in 1 2 3; do\n\
            rm -rf \"$1/data\"\n\
            mariadb-install-db --no-defaults --user=mysql --datadir=\"$1/data\" --auth-root-authentication-method=normal \
            --skip-test-db --innodb-log-file-size=8M >\"$1/install.log\" 2>&1 && exit\n\
            cat \"$1/install.log\" >&2; sleep 1\n\
            done; exit 1";
        sh(init, &[text(folder)]);
        let option = |name: &str, file: &str| format!("--{name}={}", folder.join(file).display());
        let options = [
            "/usr/sbin/mariadbd".to_owned(),
            "--no-defaults".to_owned(),
            option("datadir", "data"),
            option("socket", "socket"),
            option("pid-file", "pid"),
            "--skip-networking".to_owned(),
            "--innodb-log-file-size=8M".to_owned(),
            "--innodb-flush-log-at-trx-commit=0".to_owned(),
        ];
        let argv: Vec<&OsStr> = options.iter().map(OsStr::new).collect();
        let mut server = Server::start("mysql", Signal::KILL, &argv, &folder.join("log"));
        let socket = folder.join("socket");
        until("MariaDB is ready", || {
            assert!(server.runs(), "{}", fs::read_to_string(folder.join("log")).unwrap());
            let set = format!("ALTER USER root@localhost IDENTIFIED BY '{PASSWORD}'");
            let mut client = Command::new("mariadb");
            run(client.args(["--no-defaults", "-u", "root", "-e", &set, "-S"]).arg(&socket)).code == 0
        });
        let defaults = folder.join("defaults.cnf");
        fs::write(&defaults, format!("[client]\nuser=root\npassword={PASSWORD}\n")).unwrap();
        sh("chmod 600 \"$1\"", &[text(&defaults)]);
        Self { socket, defaults, _server: server }
    }

    /// One of its programs, connecting as `root`.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.arg(format!("--defaults-file={}", self.defaults.display()));
        command.arg(format!("--socket={}", self.socket.display()));
        command
    }

    /// Runs SQL that must succeed, and returns what it prints.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        let outcome = run(self.tool("mariadb").args(["--default-character-set=utf8mb4", "-N", "-B", "-e", sql]));
        String::from_utf8(outcome.exits(0).stdout.clone()).unwrap()
    }

    /// A database as SQL text, without what differs from one run of the tool to the next.
    #[track_caller]
    pub fn dump(&self, database: &str) -> String {
        let outcome = run(self.tool("mariadb-dump").args(["--skip-dump-date", "--routines", "--events", database]));
        let text = String::from_utf8_lossy(&outcome.exits(0).stdout).into_owned();
        // Comments name the database.
        text.lines().filter(|line| !line.starts_with("-- ")).collect::<Vec<_>>().join("\n")
    }
}
