//! A database of a test's own. It may not know what is stored in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, Weak};
use std::thread;

use resguardo::store::db::Store;
use system_tests::command::{sh_text, text};
use system_tests::postgres::Postgres;
use tempfile::TempDir;
use uuid::Uuid;

/// A cluster that the tests share while any of them needs it; to make one takes longer than most tests.
#[derive(Debug)]
struct Cluster {
    postgres: Postgres,
    /// The server is ended with the thread that started it. That one waits for the other end of this.
    _keeper: SyncSender<()>,
    folder: TempDir,
}

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

/// The database. It is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
    name: String,
    cluster: Option<Arc<Cluster>>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::sqlite_in("/var/tmp")
    }

    /// The same in a folder of the system's, such as one in memory.
    pub(crate) fn sqlite_in(parent: &str) -> Self {
        let folder = folder(parent);
        let url = format!("sqlite:{}", folder.path().join("estado/resguardo.db").display());
        Self { url, folder, name: String::new(), cluster: None }
    }

    pub(crate) fn postgres() -> Self {
        let cluster = shared_cluster();
        let name = format!("store_{}", Uuid::now_v7().simple());
        cluster.postgres.sql("postgres", &format!("CREATE DATABASE {name}"));
        let url = format!("postgres://postgres@localhost/{name}?host={}", cluster.postgres.socket.display());
        Self { url, folder: folder("/var/tmp"), name, cluster: Some(cluster) }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url, None).await.unwrap()
    }

    /// The file of SQLite.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("estado/resguardo.db")
    }

    /// What the database's own tool prints for a statement.
    #[track_caller]
    pub(crate) fn sql(&self, sql: &str) -> String {
        match &self.cluster {
            Some(cluster) => cluster.postgres.sql(&self.name, sql).trim().to_owned(),
            None => sh_text("sqlite3 -bail \"$1\" \"$2\"", &[text(&self.file()), sql]),
        }
    }

    /// The URL of the cluster for another login or database.
    pub(crate) fn other(&self, login: &str, database: &str) -> String {
        let cluster = self.cluster.as_ref().unwrap();
        format!("postgres://{login}@localhost/{database}?host={}", cluster.postgres.socket.display())
    }
}

fn folder(parent: &str) -> TempDir {
    let folder = tempfile::Builder::new().prefix("resguardo-").tempdir_in(parent).unwrap();
    // The user of the cluster must find its way to its own folder.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn shared_cluster() -> Arc<Cluster> {
    let mut shared = SHARED.lock().unwrap();
    if let Some(cluster) = shared.upgrade() {
        return cluster;
    }
    let folder = folder("/var/tmp");
    let path = folder.path().join("postgres");
    let (give, take) = sync_channel(1);
    let (keeper, until_dropped) = sync_channel::<()>(0);
    thread::spawn(move || {
        give.send(Postgres::start(&path)).unwrap();
        until_dropped.recv()
    });
    let cluster = Arc::new(Cluster { postgres: take.recv().unwrap(), _keeper: keeper, folder });
    assert!(cluster.folder.path().is_dir());
    *shared = Arc::downgrade(&cluster);
    cluster
}
