//! A throwaway PostgreSQL: a cluster of its own, reached only through its own socket, gone when it is dropped.

use std::io::{self, Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use resguardo_shared::digest::{Digest, Hasher};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::sample::{SCHEMA, tables};

const DATABASE: &str = "diaco_en_linea";
const RESTORED: &str = "restaurada";
/// How long a server may take to answer for the first time.
const START: Duration = Duration::from_secs(15);

/// A server with the sample in it.
pub struct Postgres {
    tools: PathBuf,
    folder: TempDir,
    owner: Option<(u32, u32)>,
    server: Option<Child>,
    version: String,
}

impl Postgres {
    /// Starts a server and fills it.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    pub fn start(complaints: u64) -> Result<Self, String> {
        let tools = tools().ok_or("PostgreSQL's server is not installed")?;
        // The server refuses to run as root.
        let owner = if rustix::process::geteuid().is_root() { Some(ordinary_user()?) } else { None };
        let folder = tempfile::Builder::new().prefix("resguardo-demo").tempdir_in("/var/tmp").map_err(text)?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).map_err(text)?;
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group)).map_err(text)?;
        }
        let mut postgres = Self { tools, folder, owner, server: None, version: String::new() };
        let data = postgres.data();
        let mut initdb = postgres.tool("initdb");
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
        done(initdb.arg(&data), "initdb")?;
        let mut server = postgres.tool("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(postgres.folder.path());
        // Nothing here outlives the demonstration, so nothing needs to survive a power cut.
        server.args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off"]);
        postgres.server = Some(server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(text)?);
        postgres.wait()?;
        postgres.version =
            postgres.ask("postgres", "SHOW server_version")?.split(' ').next().unwrap_or_default().trim().to_owned();
        postgres.ask("postgres", &format!("CREATE DATABASE {DATABASE}"))?;
        postgres.fill(complaints).map_err(|error| format!("the sample cannot be loaded: {error}"))?;
        Ok(postgres)
    }

    /// The server's version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder of its programs.
    pub fn tools(&self) -> &Path {
        &self.tools
    }

    /// The dataset's keys in the configuration.
    pub fn dataset(&self) -> serde_json::Value {
        serde_json::json!({
            "name": DATABASE, "kind": "postgres", "database": DATABASE, "user": "postgres", "host": self.folder.path(),
        })
    }

    /// Loads a dump into a new database and compares every row with the original.
    ///
    /// # Errors
    /// A sentence that says what differs.
    pub fn compare(&self, dump: &mut dyn Read) -> Result<u64, String> {
        self.ask("postgres", &format!("DROP DATABASE IF EXISTS {RESTORED}"))?;
        self.ask("postgres", &format!("CREATE DATABASE {RESTORED}"))?;
        let mut restore = self.client("pg_restore", RESTORED);
        let mut restore = restore.arg("--exit-on-error").stdin(Stdio::piped()).spawn().map_err(text)?;
        let copied = restore.stdin.take().map(|mut stdin| io::copy(dump, &mut stdin));
        if !restore.wait().map_err(text)?.success() {
            return Err("pg_restore refuses the restored dump".to_owned());
        }
        copied.transpose().map_err(text)?;
        let (ours, theirs) = (self.rows(DATABASE)?, self.rows(RESTORED)?);
        if ours == theirs { Ok(ours.0) } else { Err("the restored rows are not those of the source".to_owned()) }
    }

    /// How many rows all tables of a database have, and their digest.
    fn rows(&self, database: &str) -> Result<(u64, Digest), String> {
        let mut hasher = Hasher::default();
        let mut lines = 0;
        for table in tables() {
            let mut psql = self.client("psql", database);
            let sql = format!("COPY (SELECT * FROM {} ORDER BY id) TO STDOUT", table.name);
            let mut psql = psql.args(["-Xqc", &sql]).stdout(Stdio::piped()).spawn().map_err(text)?;
            let mut stdout = psql.stdout.take().ok_or("psql has no output")?;
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let read = stdout.read(&mut buffer).map_err(text)?;
                if read == 0 {
                    break;
                }
                hasher.update(&buffer[..read]);
                lines += buffer[..read].iter().map(|&byte| u64::from(byte == b'\n')).sum::<u64>();
            }
            if !psql.wait().map_err(text)?.success() {
                return Err(format!("psql cannot read the table {}", table.name));
            }
        }
        Ok((lines, hasher.finish()))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of PostgreSQL, as the user who owns the cluster.
    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.tools.join(name));
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    fn client(&self, name: &str, database: &str) -> Command {
        let mut command = self.tool(name);
        command.arg("-h").arg(self.folder.path()).args(["-U", "postgres", "-d", database]);
        command
    }

    fn ask(&self, database: &str, sql: &str) -> Result<String, String> {
        done(self.client("psql", database).args(["-XAtqc", sql]), "psql")
    }

    fn wait(&self) -> Result<(), String> {
        let began = Instant::now();
        while self.ask("postgres", "SELECT 1").is_err() {
            if began.elapsed() > START {
                return Err("the throwaway PostgreSQL does not start".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn fill(&self, complaints: u64) -> io::Result<()> {
        let mut psql = self.client("psql", DATABASE);
        let mut psql =
            psql.args(["-Xq", "-v", "ON_ERROR_STOP=1"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        if let Some(mut stdin) = psql.stdin.take() {
            stdin.write_all(SCHEMA.as_bytes())?;
            for table in tables() {
                writeln!(stdin, "\nCOPY {} ({}) FROM stdin;", table.name, table.columns.join(", "))?;
                table.copy(complaints, &mut stdin)?;
                stdin.write_all(b"\\.\n")?;
            }
        }
        if psql.wait()?.success() { Ok(()) } else { Err(io::Error::other("psql failed")) }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // SIGINT is PostgreSQL's fast shutdown.
            let pid = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
            let _gone = pid.map(|pid| kill_process(pid, Signal::INT));
            let _status = server.wait();
        }
    }
}

/// The folder of PostgreSQL's programs: the newest that Debian keeps, else wherever `PATH` finds `initdb`.
fn tools() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    found.sort();
    let in_path = || std::env::split_paths(&std::env::var_os("PATH")?).find(|folder| folder.join("initdb").is_file());
    found.pop().map(|(_, folder)| folder).or_else(in_path)
}

/// The ids of a user who is not root: PostgreSQL's own, or nobody.
fn ordinary_user() -> Result<(u32, u32), String> {
    let users = std::fs::read_to_string("/etc/passwd").map_err(text)?;
    let ids = |name: &str| {
        let mut fields = users.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).ok_or_else(|| "there is no user to run PostgreSQL as".to_owned())
}

fn done(command: &mut Command, name: &str) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

fn text(error: io::Error) -> String {
    error.to_string()
}
