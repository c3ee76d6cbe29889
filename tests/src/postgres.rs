//! A real PostgreSQL cluster that listens only in its folder. It may not know what is in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use crate::command::{Outcome, run, sh, sh_text, text, until};
use crate::server::Server;

/// The cluster. Its superuser `postgres` is let in without a password, the role `con_clave` only with one.
#[derive(Debug)]
pub struct Postgres {
    /// The folder of its socket.
    pub socket: PathBuf,
    /// The folder of its programs.
    pub programs: PathBuf,
    server: Server,
}

impl Postgres {
    /// Makes and starts a cluster in a new folder.
    pub fn start(folder: &Path) -> Self {
        let newest = "ls -d /usr/lib/postgresql/*/bin | sort -t/ -k5 -n | tail -n 1";
        let programs = PathBuf::from(sh_text(newest, &[]));
        assert!(programs.join("initdb").is_file(), "PostgreSQL is not installed; run `tests/run`");
        let init = "install -d -o postgres -g postgres \"$1\"\n\
            setpriv --reuid postgres --regid postgres --init-groups \"$2/initdb\" -D \"$1/data\" -U postgres -A trust \
            -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null";
        sh(init, &[text(folder), text(&programs)]);
        let trust = "local all con_clave scram-sha-256\nlocal all all trust\n";
        fs::write(folder.join("data/pg_hba.conf"), trust).unwrap();
        let server = started(folder, &programs);
        Self { socket: folder.to_owned(), programs, server }
    }

    /// Ends it as a machine without memory does: all of it, at once.
    pub fn kill(&mut self) {
        let pid = self.server.pid().to_string();
        sh("kill -KILL $(ps -o pid= --ppid \"$1\") \"$1\"", &[&pid]);
        until("PostgreSQL has ended", || !self.server.runs());
    }

    /// Starts it again.
    pub fn restart(&mut self) {
        self.server = started(&self.socket, &self.programs);
    }

    /// One of its programs, connecting as its superuser.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-h").arg(&self.socket).args(["-U", "postgres"]);
        command
    }

    /// Runs SQL that must succeed, and returns what it prints.
    #[track_caller]
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let outcome = run(self.tool("psql").args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]));
        String::from_utf8(outcome.exits(0).stdout.clone()).unwrap()
    }

    /// A database as SQL text, without what differs from one run of the tool to the next.
    #[track_caller]
    pub fn dump(&self, database: &str) -> String {
        let outcome: Outcome = run(self.tool("pg_dump").arg(database));
        let text = String::from_utf8(outcome.exits(0).stdout.clone()).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Starts the server of a cluster and waits until it answers.
fn started(folder: &Path, programs: &Path) -> Server {
    let (program, data) = (programs.join("postgres"), folder.join("data"));
    let options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=20", "-k"].map(OsStr::new);
    let argv = [&[program.as_os_str(), OsStr::new("-D"), data.as_os_str()][..], &options, &[folder.as_os_str()]];
    let mut server = Server::start("postgres", Signal::QUIT, &argv.concat(), &folder.join("log"));
    until("PostgreSQL is ready", || {
        assert!(server.runs(), "{}", fs::read_to_string(folder.join("log")).unwrap());
        run(Command::new(programs.join("pg_isready")).arg("-q").arg("-h").arg(folder)).code == 0
    });
    server
}
