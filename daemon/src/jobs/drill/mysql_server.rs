//! A throwaway MariaDB or MySQL: in a folder of its own, reached only through a socket there, gone when it is dropped. It
//! may not know what is put into it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use tokio_util::sync::CancellationToken;

use super::process::{self, Ids, Running};

/// How long a server may take to answer for the first time.
const START: Duration = Duration::from_secs(120);
/// Where distributions keep the text of MariaDB's own tables.
const SHARED: [&str; 4] =
    ["/usr/share/mysql", "/usr/share/mariadb", "/usr/local/share/mysql", "/usr/local/share/mariadb"];
/// The parts of that text, by their names in older and newer versions.
const OWN_TABLES: [[&str; 2]; 3] = [
    ["mysql_system_tables.sql", "mariadb_system_tables.sql"],
    ["mysql_performance_tables.sql", "mariadb_performance_tables.sql"],
    ["mysql_system_tables_data.sql", "mariadb_system_tables_data.sql"],
];
/// Nothing here outlives its folder, so nothing needs to survive a power cut.
const SETTINGS: [&str; 7] = [
    "--skip-networking",
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--max-allowed-packet=1G",
    "--log-bin-trust-function-creators=1",
    "--secure-file-priv=",
];

/// The programs of a server that is installed here.
pub(super) struct Programs {
    server: PathBuf,
    client: PathBuf,
    /// `10.11.14-MariaDB-0+deb12u2`, `8.0.36`.
    pub(super) version: String,
}

impl Programs {
    /// Those of a folder, or of the usual places; `None` if there are none.
    pub(super) fn find(folder: Option<&Path>, scratch: &Path) -> Option<Self> {
        let found = |names: [&str; 2]| {
            let in_folder = names.iter().filter_map(|name| folder.map(|folder| folder.join(name)));
            let in_folder = in_folder.into_iter().find(|path| path.is_file());
            in_folder.or_else(|| names.iter().find_map(|name| process::program(name)))
        };
        let elsewhere = || Some(PathBuf::from("/usr/libexec/mariadbd")).filter(|path| path.is_file());
        let server = found(["mariadbd", "mysqld"]).or_else(elsewhere)?;
        let client = found(["mariadb", "mysql"])?;
        let said = process::command(&server, None, scratch, "KILL").ok()?.arg("--version").output().ok()?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let version = said.split_whitespace().skip_while(|word| *word != "Ver").nth(1)?.to_owned();
        Some(Self { server, client, version })
    }

    /// Whether it is MariaDB, and not MySQL.
    pub(super) fn is_mariadb(&self) -> bool {
        is_mariadb(&self.version)
    }
}

/// Whether a version is one of MariaDB's.
pub(super) fn is_mariadb(version: &str) -> bool {
    version.contains("MariaDB")
}

/// A server.
pub(super) struct MysqlServer {
    client: PathBuf,
    folder: PathBuf,
    owner: Option<Ids>,
    _running: Running,
}

impl MysqlServer {
    /// Makes a server's own tables and starts it. The folder is there, and is given to the server's user.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    pub(super) fn start(programs: Programs, folder: &Path, cancel: &CancellationToken) -> Result<Self, String> {
        let owner = process::owner(&["mysql", "nobody"])?;
        let data = folder.join("data");
        std::fs::create_dir(&data).map_err(|error| format!("cannot make {}: {error}", data.display()))?;
        if let Some((user, group)) = owner {
            for path in [folder, &data] {
                let given = std::os::unix::fs::chown(path, Some(user), Some(group));
                given.map_err(|error| format!("cannot give {} to the server's user: {error}", path.display()))?;
            }
        }
        let mut make = server(&programs.server, owner, folder)?;
        if programs.is_mariadb() {
            let own = own_tables()?;
            make.args(["--bootstrap", "--enforce-storage-engine="]);
            let ran = process::run(&mut make, cancel, |out| out.write_all(own.as_bytes()));
            ran.map_err(|error| format!("cannot start the server: {error}"))?.1.answer("mariadbd --bootstrap")?;
        } else {
            process::ask(make.arg("--initialize-insecure"), cancel, "mysqld --initialize-insecure")?;
        }
        let log = folder.join("log");
        let mut command = server(&programs.server, owner, folder)?;
        command.args(SETTINGS);
        command.arg(format!("--socket={}", folder.join("socket").display()));
        command.arg(format!("--pid-file={}", folder.join("pid").display()));
        let running = Running::start(&mut command, &log, Signal::KILL);
        let mut running = running.map_err(|error| format!("cannot start the server: {error}"))?;
        let ask = || client(&programs.client, owner, folder).map(|mut client| client.args(["-e", "SELECT 1"]).output());
        process::wait_for(&mut running, &log, START, || {
            ask().is_ok_and(|output| output.is_ok_and(|output| output.status.success()))
        })?;
        Ok(Self { client: programs.client, folder: folder.to_owned(), owner, _running: running })
    }

    /// The client, connecting as the server's `root`.
    ///
    /// # Errors
    /// A sentence, where it cannot be run.
    pub(super) fn client(&self) -> Result<Command, String> {
        client(&self.client, self.owner, &self.folder)
    }

    /// Runs SQL, and returns what it prints: a line for each row, with tabs between its columns.
    ///
    /// # Errors
    /// What the client says.
    pub(super) fn ask(&self, sql: &str, cancel: &CancellationToken) -> Result<String, String> {
        let mut client = self.client()?;
        let ran = process::run(client.args(["-N", "-B"]), cancel, |out| out.write_all(sql.as_bytes()));
        ran.map_err(|error| format!("cannot start the client: {error}"))?.1.answer("the client")
    }
}

fn server(path: &Path, owner: Option<Ids>, folder: &Path) -> Result<Command, String> {
    let mut command = process::command(path, owner, folder, "KILL")?;
    command.arg("--no-defaults").arg(format!("--datadir={}", folder.join("data").display()));
    command.arg(format!("--tmpdir={}", folder.display()));
    command.args(["--innodb-log-file-size=32M", "--innodb-buffer-pool-size=128M"]);
    Ok(command)
}

fn client(path: &Path, owner: Option<Ids>, folder: &Path) -> Result<Command, String> {
    let mut command = process::command(path, owner, folder, "KILL")?;
    command.args(["--no-defaults", "--user=root", "--default-character-set=utf8mb4", "--max-allowed-packet=1G"]);
    command.args(["--binary-mode", "--no-auto-rehash"]).arg(format!("--socket={}", folder.join("socket").display()));
    Ok(command)
}

/// The statements that make MariaDB's own tables, as its own installer puts them together; that is a script that needs
/// a dozen other programs.
fn own_tables() -> Result<String, String> {
    let mut text = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n".to_owned();
    for names in OWN_TABLES {
        let paths = SHARED.iter().flat_map(|folder| names.iter().map(|name| Path::new(*folder).join(name)));
        let part = paths.into_iter().find_map(|path| std::fs::read_to_string(path).ok());
        text += &part.ok_or_else(|| {
            format!("{} is not in {}: install MariaDB's server whole", names.join(" or "), SHARED.join(", "))
        })?;
        text.push('\n');
    }
    Ok(text)
}
