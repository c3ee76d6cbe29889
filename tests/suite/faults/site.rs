//! A world to break: a server that is reached both ways, data of several kinds, and two disks with backups that are known
//! to be good. It may not know what breaks it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use system_tests::command::{run, sh, text, until};
use system_tests::daemon::{Clock, Daemon};
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::world::World;

use super::judge::Verdict;

/// What a dataset was made from, and must come back as.
pub(crate) enum Original {
    /// A file, bit for bit.
    Bytes(PathBuf),
    /// A tree of files.
    Tree(PathBuf),
    /// What a database's own tool writes of it.
    Sql(String),
}

/// A backup that was good: the disk, `SERVER/DATASET`, the stamp.
pub(crate) type Known = (usize, String, String);

/// The databases of a site that has some.
struct Databases {
    postgres: Postgres,
    mariadb: MariaDb,
}

/// The site.
pub(crate) struct Site {
    /// The service, where it runs. It ends first.
    pub(crate) daemon: Option<Daemon>,
    databases: Option<Databases>,
    pub(crate) world: World,
    /// Each dataset by its name without its server's.
    pub(crate) originals: BTreeMap<String, Original>,
    /// Everything that was good when it was last looked at.
    pub(crate) known: BTreeSet<Known>,
    /// The register when it was last looked at, a line an entry.
    pub(crate) register: String,
}

/// How a run of a command ended: its code and what it printed.
pub(crate) type Ended = system_tests::command::Outcome;

impl Site {
    /// A site with a command and a tree of files, each both ways, and a first backup.
    pub(crate) fn new(mebibytes: u64) -> Self {
        Self::prepared(mebibytes, |_| {})
    }

    /// The same, with its disks changed before anything is kept on them.
    pub(crate) fn prepared(mebibytes: u64, prepare: impl FnOnce(&mut World)) -> Self {
        let mut site = Self::bare(mebibytes);
        prepare(&mut site.world);
        site.world.both_ways();
        site.add_bytes("dato", 5_000_000);
        site.add_tree("sitio");
        site.begin();
        site
    }

    /// A site with one small dataset, one way.
    pub(crate) fn small(mebibytes: u64, bytes: u32) -> Self {
        let mut site = Self::empty(mebibytes, bytes);
        site.begin();
        site
    }

    /// The same before its first backup.
    pub(crate) fn empty(mebibytes: u64, bytes: u32) -> Self {
        let mut site = Self::bare(mebibytes);
        site.world.server("plano", "plain");
        site.add_bytes("dato", bytes);
        site
    }

    /// A site with databases, reached in one way.
    pub(crate) fn with_databases(mode: &str) -> Self {
        let mut site = Self::bare(200);
        site.world.server("servidor", mode);
        site.add_bytes("dato", 5_000_000);
        site.add_tree("sitio");
        site.add_databases();
        site.begin();
        site.take_quejas();
        site.take_portal();
        site
    }

    /// Takes the first backup of PostgreSQL's database as what the next ones must be, once it was restored and compared.
    fn take_quejas(&mut self) {
        let kept = self.world.only(0, "servidor/quejas");
        let postgres = &self.databases.as_ref().unwrap().postgres;
        let restored = self.world.path("quejas.sql");
        sh("zstd -dcq \"$1\" > \"$2\"", &[text(&kept.file("sql.zst")), text(&restored)]);
        postgres.sql("postgres", "CREATE DATABASE vuelta");
        run(postgres.tool("psql").args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", "vuelta", "-f", text(&restored)]))
            .exits(0);
        assert!(postgres.dump("vuelta") == postgres.dump("quejas"), "the restored database is another");
        postgres.sql("postgres", "DROP DATABASE vuelta");
        let sql = fs::read_to_string(restored).unwrap();
        self.originals.insert("quejas".to_owned(), Original::Sql(lasting(&sql)));
    }

    /// Takes the first backup of MariaDB's database as what the next ones must be, once it was restored and compared.
    fn take_portal(&mut self) {
        let kept = self.world.only(0, "servidor/portal");
        let databases = self.databases.as_ref().unwrap();
        let sql = sh("zstd -dcq \"$1\"", &[text(&kept.file("sql.zst"))]);
        let restored = self.world.path("portal.sql");
        fs::write(&restored, &sql).unwrap();
        let compare = format!(
            "CREATE DATABASE vuelta; USE vuelta; SOURCE {}; CHECKSUM TABLE portal.notas, vuelta.notas; DROP DATABASE vuelta",
            restored.display()
        );
        let sums = run(databases.mariadb.tool("mariadb").args(["-N", "-e", &compare]));
        let sums: BTreeSet<String> =
            sums.exits(0).said().lines().filter_map(|line| Some(line.split_once('\t')?.1.to_owned())).collect();
        assert_eq!(sums.len(), 1, "the restored table is another");
        self.originals.insert("portal".to_owned(), Original::Sql(lasting(&String::from_utf8_lossy(&sql))));
    }

    fn bare(mebibytes: u64) -> Self {
        let world = World::with_disks(&[mebibytes, mebibytes]);
        let (originals, known, register) = (BTreeMap::new(), BTreeSet::new(), String::new());
        Self { daemon: None, databases: None, world, originals, known, register }
    }

    /// The first backup, which must be good.
    fn begin(&mut self) {
        self.world.backup(&[]).exits(0);
        let verdict = self.judge(true);
        assert!(verdict.is_well(), "the first backup is not good: {verdict:?}");
    }

    /// A command that writes random bytes in several steps; one that dies ends all of it.
    fn add_bytes(&mut self, name: &str, bytes: u32) {
        let source = self.world.path(name);
        sh("head -c \"$2\" /dev/urandom > \"$1\"", &[text(&source), &bytes.to_string()]);
        let step = bytes.div_ceil(5);
        let command = format!(
            "set -e; for n in 0 1 2 3 4; do dd if='{}' bs={step} count=1 skip=$n status=none; done",
            source.display()
        );
        self.world.dataset(&json!({ "name": name, "kind": "command", "command": command, "suffix": "bin" }));
        self.originals.insert(name.to_owned(), Original::Bytes(source));
    }

    fn add_tree(&mut self, name: &str) {
        let tree = self.world.path(name);
        let make =
            "mkdir -p \"$1/uno/dos\"; cd \"$1\"; for n in $(seq 40); do head -c 30000 /dev/urandom > \"uno/$n\"; done
            seq 90000 > uno/dos/números; ln -s uno enlace; chmod 640 uno/3";
        sh(make, &[text(&tree)]);
        self.world.dataset(&json!({ "name": name, "kind": "files", "path": tree }));
        self.originals.insert(name.to_owned(), Original::Tree(tree));
    }

    fn add_databases(&mut self) {
        let postgres = Postgres::start(&self.world.path("pg"));
        postgres.sql("postgres", "CREATE DATABASE quejas");
        let rows = "CREATE TABLE quejas (id serial PRIMARY KEY, texto text);
            INSERT INTO quejas (texto) SELECT 'año ' || md5(n::text) FROM generate_series(1, 40000) n;";
        postgres.sql("quejas", rows);
        let dataset = json!({ "name": "quejas", "kind": "postgres", "database": "quejas", "host": postgres.socket,
            "user": "postgres", "format": "plain", "roles": "none" });
        self.world.dataset(&dataset);

        let mariadb = MariaDb::start(&self.world.path("maria"));
        let rows = "CREATE DATABASE portal; USE portal; CREATE TABLE notas (id INT PRIMARY KEY, texto VARCHAR(99));
            INSERT INTO notas SELECT seq, MD5(seq) FROM seq_1_to_40000;";
        run(mariadb.tool("mariadb").args(["-e", rows])).exits(0);
        let dataset = json!({ "name": "portal", "kind": "mysql", "database": "portal", "socket": mariadb.socket,
            "defaults_file": mariadb.defaults });
        self.world.dataset(&dataset);
        self.databases = Some(Databases { postgres, mariadb });
        // What the tools write of them with the program's own options is taken from the first backup, once it was restored.
        for name in ["quejas", "portal"] {
            self.originals.insert(name.to_owned(), Original::Sql(String::new()));
        }
    }

    /// Starts the program with these words; what it prints goes to a file of the world.
    pub(crate) fn spawn(&self, words: &[&str]) -> Spawned {
        let out = self.world.path("salida");
        let mut command = self.world.command(words);
        let stdout = fs::File::create(&out).unwrap();
        let stderr = fs::File::create(out.with_extension("error")).unwrap();
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        Spawned { child: command.spawn().unwrap(), out }
    }

    /// Starts the service and waits until it answers.
    pub(crate) fn start_daemon(&mut self, clock: Option<&Clock>) {
        self.daemon = Some(Daemon::start(&self.world, clock));
    }

    /// Whether the image of a disk is mounted at its place.
    pub(crate) fn is_here(&self, disk: usize) -> bool {
        self.world.disks[disk].path.join("resguardo-disk.json").is_file()
    }

    /// Removes every backup, to make room. The database is asked about none of them.
    pub(crate) fn forget(&mut self) {
        for disk in &self.world.disks {
            sh("rm -rf \"$1/archives\"", &[text(&disk.path)]);
        }
        self.known.clear();
    }

    /// Removes every backup if a disk has less than so many MiB left.
    pub(crate) fn make_room(&mut self, mebibytes: u64) {
        let free = |path: &Path| rustix::fs::statvfs(path).map_or(0, |stat| (stat.f_bavail * stat.f_frsize) >> 20);
        if self.world.disks.iter().any(|disk| free(&disk.path) < mebibytes) {
            self.forget();
        }
    }

    /// The next run, which nobody helps: it must work and leave nothing lying.
    pub(crate) fn next_run(&mut self) -> Verdict {
        let outcome = self.world.run(&["backup", "--here", "--json"]);
        let mut verdict = Verdict::default();
        if outcome.code != 0 {
            verdict.stuck.push(format!("the next run ends with {}: {}", outcome.code, outcome.said()));
        }
        verdict.add(self.judge(false));
        verdict.add(self.tidy());
        verdict
    }

    /// The same by the service, which runs.
    pub(crate) fn next_run_of_daemon(&mut self) -> Verdict {
        let outcome = self.world.run(&["backup", "--json"]);
        let mut verdict = Verdict::default();
        if outcome.code != 0 {
            verdict.stuck.push(format!("the next run ends with {}: {}", outcome.code, outcome.said()));
        }
        self.rest();
        verdict.add(self.judge(false));
        verdict.add(self.tidy());
        verdict
    }

    /// Waits until no run of the service is under way, and the register is on both disks.
    pub(crate) fn rest(&self) {
        let is_open = |run: &Value| ["queued", "running"].contains(&run["state"].as_str().unwrap_or_default());
        until("no run is under way", || !system_tests::daemon::runs(&self.world).iter().any(is_open));
        until("the disks have the register", || {
            let sizes = self.world.run(&["register", "verify", "--json"]);
            let sizes: Option<BTreeSet<u64>> = serde_json::from_slice::<Value>(&sizes.stdout).ok().and_then(|value| {
                let disks = value["disks"].as_array()?.clone();
                Some(disks.iter().filter_map(|disk| disk["entries"].as_u64()).collect())
            });
            sizes.is_some_and(|sizes| sizes.len() <= 1)
        });
    }
}

/// A program that was started.
pub(crate) struct Spawned {
    pub(crate) child: std::process::Child,
    out: PathBuf,
}

impl Spawned {
    /// Its process.
    pub(crate) fn pid(&self) -> rustix::process::Pid {
        i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).unwrap()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end, two minutes at most.
    pub(crate) fn end(mut self) -> Ended {
        let begun = std::time::Instant::now();
        while !self.has_ended() {
            assert!(begun.elapsed().as_secs() < 120, "waited 120 s in vain until the run ends");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let stdout = fs::read(&self.out).unwrap();
        Ended { code, stdout, stderr: fs::read_to_string(self.out.with_extension("error")).unwrap() }
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// SQL without the lines that differ from one dump to the next.
pub(crate) fn lasting(sql: &str) -> String {
    let passing = ["\\restrict", "\\unrestrict", "-- Dump completed"];
    let lines = sql.lines().filter(|line| !passing.iter().any(|start| line.starts_with(start)));
    lines.collect::<Vec<_>>().join("\n")
}
