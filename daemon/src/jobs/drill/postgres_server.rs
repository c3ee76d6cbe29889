//! A throwaway PostgreSQL: a cluster of its own in a folder, reached only through a socket there, gone when it is
//! dropped. It may not know what is put into it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;

use super::process::{self, Ids, Running};

/// How long a server may take to answer for the first time.
const START: Duration = Duration::from_secs(60);
/// Nothing here outlives its folder, so nothing needs to survive a power cut; and no code is made at run time, which a
/// hardened service may not.
const SETTINGS: [&str; 12] = [
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=256MB",
    "maintenance_work_mem=128MB",
    "max_connections=20",
    "jit=off",
    "autovacuum=off",
    "logging_collector=off",
];

/// A server.
pub struct PostgresServer {
    tools: PathBuf,
    folder: PathBuf,
    owner: Option<Ids>,
    _running: Running,
}

impl PostgresServer {
    /// Makes a cluster and starts it. The folder is there, is nobody else's, and is given to the server's user. `tools`
    /// is the folder of PostgreSQL's programs.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    pub fn start(tools: PathBuf, folder: &Path) -> Result<Self, String> {
        let owner = process::owner(&["postgres", "nobody"])?;
        if let Some((user, group)) = owner {
            let given = std::os::unix::fs::chown(folder, Some(user), Some(group));
            given.map_err(|error| format!("cannot give {} to PostgreSQL's user: {error}", folder.display()))?;
        }
        let (data, log) = (folder.join("data"), folder.join("log"));
        let mut initdb = process::command(&tools.join("initdb"), owner, folder, "KILL")?;
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
        done(initdb.arg(&data), "initdb")?;
        let mut server = process::command(&tools.join("postgres"), owner, folder, "QUIT")?;
        server.arg("-D").arg(&data).arg("-k").arg(folder);
        server.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let running = Running::start(&mut server, &log, Signal::QUIT);
        let mut running = running.map_err(|error| format!("cannot start PostgreSQL: {error}"))?;
        let folder = folder.to_owned();
        let asked = |tools: &Path| client(tools, owner, &folder, "psql", "postgres");
        process::wait_for(&mut running, &log, START, || {
            asked(&tools).is_ok_and(|mut psql| done(psql.args(["-XAtqc", "SELECT 1"]), "psql").is_ok())
        })?;
        Ok(Self { tools, folder, owner, _running: running })
    }

    /// The folder of its programs.
    pub fn tools(&self) -> &Path {
        &self.tools
    }

    /// The folder of its socket.
    pub fn socket(&self) -> &Path {
        &self.folder
    }

    /// A program of PostgreSQL's that connects to a database as the superuser.
    ///
    /// # Errors
    /// A sentence, where it cannot be run.
    pub fn client(&self, name: &str, database: &str) -> Result<Command, String> {
        client(&self.tools, self.owner, &self.folder, name, database)
    }

    /// Runs SQL, and returns what it prints.
    ///
    /// # Errors
    /// What `psql` says.
    pub fn ask(&self, database: &str, sql: &str) -> Result<String, String> {
        done(self.client("psql", database)?.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]), "psql")
    }
}

fn client(tools: &Path, owner: Option<Ids>, folder: &Path, name: &str, database: &str) -> Result<Command, String> {
    let mut command = process::command(&tools.join(name), owner, folder, "KILL")?;
    command.arg("-h").arg(folder).args(["-U", "postgres", "-d", database]);
    Ok(command)
}

/// The folder of PostgreSQL's programs: the newest that Debian keeps, else wherever they are usually put.
pub fn tools() -> Option<PathBuf> {
    folder_with("initdb")
}

/// The folder of the newest PostgreSQL here that has this program.
pub fn folder_with(program: &str) -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join(program).is_file())
        .collect();
    found.sort();
    let elsewhere = || process::program(program).and_then(|path| path.parent().map(Path::to_owned));
    found.pop().map(|(_, folder)| folder).or_else(elsewhere)
}

/// The version of the server in a folder of programs: `15.18`.
///
/// # Errors
/// A sentence.
pub fn version(tools: &Path, folder: &Path) -> Result<String, String> {
    let said = done(process::command(&tools.join("postgres"), None, folder, "KILL")?.arg("--version"), "postgres")?;
    let number = said.split_whitespace().find(|word| word.starts_with(|char: char| char.is_ascii_digit()));
    number.map(str::to_owned).ok_or_else(|| format!("cannot tell PostgreSQL's version from {said:?}"))
}

fn done(command: &mut Command, name: &str) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("cannot start {name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
