//! A throwaway PostgreSQL: a cluster of its own, reached only through its own socket, gone when it is dropped.

use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use resguardo_shared::digest::{Digest, Hasher};
use tempfile::TempDir;

use super::sample::{SCHEMA, tables};
use crate::jobs::drill::postgres_server::{self, PostgresServer};

const DATABASE: &str = "diaco_en_linea";
const RESTORED: &str = "restaurada";

/// A server with the sample in it.
pub struct Postgres {
    // Dropped in this order: the folder goes once the server is gone.
    server: PostgresServer,
    _folder: TempDir,
    version: String,
}

impl Postgres {
    /// Starts a server and fills it.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    pub fn start(complaints: u64) -> Result<Self, String> {
        let tools = postgres_server::tools().ok_or("PostgreSQL's server is not installed")?;
        let folder = tempfile::Builder::new().prefix("resguardo-demo").tempdir_in("/var/tmp").map_err(text)?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).map_err(text)?;
        let server = PostgresServer::start(tools, folder.path())?;
        let mut postgres = Self { server, _folder: folder, version: String::new() };
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
        self.server.tools()
    }

    /// The dataset's keys in the configuration.
    pub fn dataset(&self) -> serde_json::Value {
        serde_json::json!({
            "name": DATABASE, "kind": "postgres", "database": DATABASE, "user": "postgres", "host": self.server.socket(),
        })
    }

    /// Loads a dump into a new database and compares every row with the original.
    ///
    /// # Errors
    /// A sentence that says what differs.
    pub fn compare(&self, dump: &mut dyn Read) -> Result<u64, String> {
        self.ask("postgres", &format!("DROP DATABASE IF EXISTS {RESTORED}"))?;
        self.ask("postgres", &format!("CREATE DATABASE {RESTORED}"))?;
        let mut restore = self.client("pg_restore", RESTORED)?;
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
            let mut psql = self.client("psql", database)?;
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

    fn client(&self, name: &str, database: &str) -> Result<Command, String> {
        self.server.client(name, database)
    }

    fn ask(&self, database: &str, sql: &str) -> Result<String, String> {
        self.server.ask(database, sql)
    }

    fn fill(&self, complaints: u64) -> io::Result<()> {
        let mut psql = self.client("psql", DATABASE).map_err(io::Error::other)?;
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

fn text(error: io::Error) -> String {
    error.to_string()
}
