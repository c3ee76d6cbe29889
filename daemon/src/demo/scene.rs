//! The demonstration's stage: a folder with a disk, a web site, keys and a configuration, which every other command
//! takes like any other.

use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use tempfile::TempDir;

use super::database::Database;

/// How a configuration begins that we may write over.
const WRITTEN_BY: &str = "# Written by `resguardo demo`.";
/// The disk's label.
pub const DISK: &str = "disco-demo";
/// The plan.
pub const PLAN: &str = "semanal";
/// The most bytes of a socket's path (unix(7)), less what its name may have.
const SOCKET_FOLDER_BYTES_MAX: usize = 90;

/// A folder for the demonstration.
pub struct Folder {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Folder {
    /// A folder that goes away, or `keep`, which must be new, empty, or one of an earlier demonstration.
    ///
    /// # Errors
    /// Whatever the system says, and `AlreadyExists` for a folder of somebody else.
    pub fn new(keep: Option<&Path>) -> io::Result<Self> {
        let Some(keep) = keep else {
            let temporary = tempfile::Builder::new().prefix("resguardo-demo").tempdir()?;
            return Ok(Self { path: temporary.path().canonicalize()?, temporary: Some(temporary) });
        };
        fs::create_dir_all(keep)?;
        let path = keep.canonicalize()?;
        let ours = fs::read_to_string(path.join("resguardo.yaml")).is_ok_and(|text| text.starts_with(WRITTEN_BY));
        if !ours && fs::read_dir(&path)?.next().is_some() {
            let what =
                format!("{} is not empty, and no folder of an earlier demonstration; name another", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
        Ok(Self { path, temporary: None })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it stays.
    pub fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }

    /// The place of the disk.
    pub fn disk(&self) -> PathBuf {
        self.path.join("disk")
    }

    /// The web site.
    pub fn site(&self) -> PathBuf {
        self.path.join("source").join("www")
    }

    /// The configuration's file.
    pub fn config(&self) -> PathBuf {
        self.path.join("resguardo.yaml")
    }

    /// Where the service listens: in the folder, if its path is short enough for a socket.
    fn socket(&self) -> PathBuf {
        if self.path.as_os_str().len() > SOCKET_FOLDER_BYTES_MAX {
            std::env::temp_dir().join(format!("resguardo-demo-{}.sock", std::process::id()))
        } else {
            self.path.join("socket")
        }
    }

    /// Makes the subfolders and the web site afresh, and stores the private key for its owner alone.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn furnish(&self, private_key: &str) -> io::Result<()> {
        let source = self.path.join("source");
        if source.exists() {
            fs::remove_dir_all(&source)?;
        }
        for folder in [source, self.disk(), self.path.join("state"), self.path.join("log")] {
            fs::create_dir_all(folder)?;
        }
        super::sample::web_site(&self.site())?;
        let key = self.path.join("key");
        if key.exists() {
            fs::remove_file(&key)?;
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(key)?;
        io::Write::write_all(&mut file, private_key.as_bytes())
    }

    /// Writes the configuration: the database through the agent, the web site plainly, both to the one disk, when `when`
    /// says for the time zone.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn write_config(
        &self,
        port: u16,
        user: &str,
        known_host: &str,
        database: &Database,
        when: &dyn Fn(Tz) -> String,
    ) -> io::Result<()> {
        let server = |name: &str, mode: &str, dataset: serde_json::Value| {
            serde_json::json!({
                "name": name, "host": "127.0.0.1", "port": port, "user": user, "key": { "file": self.path.join("key") },
                "known_hosts": self.path.join("known_hosts"), "mode": mode, "datasets": [dataset],
            })
        };
        let mut db = server("bd-demo", "agent", database.dataset());
        db["agent_folder"] = serde_json::json!(self.path.join("agent"));
        let site = serde_json::json!({ "name": "sitio", "kind": "files", "path": self.site() });
        let config = serde_json::json!({
            "time_zone": Tz::America__Guatemala.name(),
            "paths": { "state": self.path.join("state"), "log": self.path.join("log"), "socket": self.socket() },
            // Its own records would be a third thing to explain.
            "own_records": { "backup": false },
            "servers": [db, server("web-demo", "plain", site)],
            "disks": [{ "name": DISK, "path": self.disk(), "mount_point": false, "custody": "esta máquina (demostración)" }],
            "plans": [{
                "name": PLAN, "datasets": ["bd-demo/*", "web-demo/*"], "when": when(Tz::America__Guatemala), "disks": [DISK],
            }],
        });
        fs::write(self.path.join("known_hosts"), format!("{known_host}\n"))?;
        // JSON is YAML, and quotes every value as it must be.
        fs::write(self.config(), format!("{WRITTEN_BY} Its server ends with the demonstration.\n{config:#}\n"))
    }
}
