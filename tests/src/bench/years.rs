//! One service with its configuration, disks and database, in a folder of its own. It may not know what is measured.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, ensure};
use chrono::{DateTime, Utc};
use resguardo::demo::postgres::Postgres;
use resguardo::store::db::Store;
use resguardo::vault::layout::REGISTER;
use resguardo::vault::marker::prepare;
use resguardo::vault::store::Place;
use serde_json::{Value, json};

use super::data::login;
use super::decade::{self, DATASETS, DISKS, PLAN, SERVER, WHEN};
use super::ours::cat;
use super::process::{Daemon, program};
use super::stage::{Data, Stage};

/// A service's world.
pub(crate) struct Years<'a> {
    /// The database's kind, for tables.
    pub(crate) name: &'static str,
    /// The configuration's file.
    pub(crate) config: PathBuf,
    folder: PathBuf,
    url: String,
    postgres: Option<&'a Postgres>,
    /// Its name in PostgreSQL.
    database: &'static str,
}

impl<'a> Years<'a> {
    /// A new world whose database is empty, with the pages if they are wanted.
    pub(crate) fn new(
        stage: &'a Stage,
        dump: &Data,
        postgres: Option<&'a Postgres>,
        pages: Option<SocketAddr>,
    ) -> Result<Self> {
        let name = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
        let database = if pages.is_some() { "desk" } else { "service" };
        let folder = stage.folder().join(database).join(name);
        std::fs::create_dir_all(folder.join("state"))?;
        let url = match postgres {
            None => format!("sqlite:{}", folder.join("state/resguardo.db").display()),
            Some(postgres) => {
                psql(postgres, &format!("CREATE DATABASE {database}"))?;
                let dataset = postgres.dataset();
                let host = dataset.get("host").and_then(Value::as_str).context("a host")?;
                format!("postgres://postgres@localhost/{database}?host={host}")
            }
        };
        for (number, name) in (0..).zip(DISKS) {
            disk(&folder.join(name), number, name)?;
        }
        let years = Self { name, config: folder.join("resguardo.yaml"), folder, url, postgres, database };
        let mut configuration = years.configuration(stage, dump)?;
        if let Some(address) = pages {
            configuration["web"] = json!({ "listen": address.to_string(), "base_url": format!("http://{address}") });
        }
        std::fs::write(&years.config, format!("{configuration:#}\n"))?;
        Ok(years)
    }

    // JSON is YAML.
    fn configuration(&self, stage: &Stage, dump: &Data) -> Result<Value> {
        let path = |name: &str| self.folder.join(name);
        let disks: Vec<Value> =
            DISKS.iter().map(|name| json!({ "name": name, "path": path(name), "mount_point": false })).collect();
        let dataset = |place| {
            let mut dataset = cat(dump);
            dataset["name"] = json!(decade::dataset(place));
            dataset
        };
        let datasets: Vec<Value> = (0..DATASETS).map(dataset).collect();
        let server = json!({
            "name": SERVER, "host": "127.0.0.1", "port": stage.sshd.port, "user": stage.sshd.user,
            "key": { "file": stage.sshd.key() }, "host_key": stage.sshd.host_key()?, "mode": "agent",
            "agent_folder": path("agent"), "datasets": datasets,
        });
        Ok(json!({
            "paths": { "state": path("state"), "log": path("log"), "agent": stage.agent, "socket": path("socket") },
            "database": { "url": self.url },
            "own_records": { "backup": false },
            "servers": [server],
            "disks": disks,
            "plans": [{ "name": PLAN, "datasets": [format!("{SERVER}/*")], "when": WHEN, "disks": DISKS }],
        }))
    }

    /// Writes the ten years into the database, which no service may have open. Returns the seconds that took.
    pub(crate) fn fill(&self, now: DateTime<Utc>) -> Result<f64> {
        let began = std::time::Instant::now();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(async {
            let store = Store::open(&self.url, None).await?;
            decade::fill(&store, now).await?;
            store.close().await;
            anyhow::Ok(())
        })?;
        let seconds = began.elapsed().as_secs_f64();
        self.keep_house()?;
        Ok(seconds)
    }

    /// What PostgreSQL itself would have done over the years.
    pub(crate) fn keep_house(&self) -> Result<()> {
        self.postgres.map_or(Ok(()), |postgres| psql_in(postgres, self.database, "VACUUM ANALYZE"))
    }

    /// Whether its database is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// Gives the disks the register that they would have, with the help of the running service.
    pub(crate) fn give_register(&self) -> Result<()> {
        for name in DISKS {
            let output = self
                .resguardo()?
                .args(["register", "export", "--to"])
                .arg(self.folder.join(name).join(REGISTER))
                .output()?;
            ensure!(output.status.success(), "export: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Has the service back up one dataset.
    pub(crate) fn back_up(&self) -> Result<()> {
        let output = self.resguardo()?.args(["backup", &format!("{SERVER}/{}", decade::dataset(0))]).output()?;
        ensure!(output.status.success(), "backup: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Starts the service.
    pub(crate) fn start(&self) -> Result<Daemon> {
        Daemon::start(&self.config)
    }

    /// The program with the configuration.
    pub(crate) fn resguardo(&self) -> Result<Command> {
        let mut command = Command::new(program()?);
        command.arg("--config").arg(&self.config).stdin(Stdio::null());
        Ok(command)
    }

    /// The database's own client.
    pub(crate) fn client(&self) -> &'static str {
        if self.postgres.is_some() { "psql" } else { "sqlite3" }
    }

    /// The same question to the database itself.
    pub(crate) fn sql(&self, sql: &str) -> Result<Command> {
        match self.postgres {
            None => {
                let mut sqlite = Command::new("sqlite3");
                sqlite.arg(self.folder.join("state/resguardo.db")).arg(sql);
                Ok(sqlite)
            }
            Some(postgres) => {
                let mut psql = login(postgres, "psql")?;
                psql.args(["-XAtq", "-d", self.database, "-c", sql]);
                Ok(psql)
            }
        }
    }

    /// The database's own client, which runs what it reads and ends with the first error.
    pub(crate) fn sql_input(&self) -> Result<Command> {
        match self.postgres {
            None => {
                let mut sqlite = Command::new("sqlite3");
                sqlite.arg("-bail").arg(self.folder.join("state/resguardo.db"));
                Ok(sqlite)
            }
            Some(postgres) => {
                let mut psql = login(postgres, "psql")?;
                psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.database]);
                Ok(psql)
            }
        }
    }
}

/// Makes a prepared disk of a folder.
pub(super) fn disk(path: &Path, number: u128, label: &str) -> Result<()> {
    std::fs::create_dir(path)?;
    let marker = json!({
        "format": 1, "id": decade::disk_id(number), "label": label, "prepared": "2026-01-01T00:00:00Z",
        "prepared_by": "bench",
    });
    Ok(prepare(&Place::Folder { path: path.to_owned(), mount_point: false }, &serde_json::from_value(marker)?)?)
}

fn psql(postgres: &Postgres, sql: &str) -> Result<()> {
    psql_in(postgres, "postgres", sql)
}

fn psql_in(postgres: &Postgres, database: &str, sql: &str) -> Result<()> {
    let output = login(postgres, "psql")?.args(["-XAtq", "-d", database, "-c", sql]).output()?;
    ensure!(output.status.success(), "{}", anyhow!("{sql}: {}", String::from_utf8_lossy(&output.stderr)));
    Ok(())
}
