//! An institution's machine with Resguardo installed as a package would install it, two disks, an operator, and servers
//! with databases and a web site. It may not know what is to happen there.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde_json::{Value, json};
use system_tests::command::{Outcome, agent, resguardo, sh};
use system_tests::disk::LoopDisk;
use system_tests::machine::Machine;
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::world::World;

/// The service's unit.
pub(crate) const UNIT: &str = "resguardo";
/// What is kept of the servers each week; the fourth only ends when it is let go.
pub(crate) const DATASETS: [&str; 5] =
    ["bd/quejas", "bd/portal", "bd/sitio", "lento/retenido", "central/configuracion"];

/// All that is kept each week: the service's own database too, which nobody wrote down.
pub(crate) fn kept() -> impl Iterator<Item = &'static str> {
    DATASETS.into_iter().chain(["resguardo/registros"])
}

/// The site. What stands first goes first.
#[derive(Debug)]
pub(crate) struct Site {
    /// `disco-a` and `disco-b`, at `/mnt` of the machine.
    pub(crate) disks: Vec<LoopDisk>,
    /// The machine.
    pub(crate) machine: Machine,
    world: World,
    _postgres: Postgres,
    _mariadb: MariaDb,
}

/// Two in the night of the Sunday so many weeks after the first, in Guatemala.
pub(crate) fn sunday(week: i64) -> DateTime<Utc> {
    let first: DateTime<FixedOffset> = "2026-11-22T02:00:00-06:00".parse().unwrap();
    first.to_utc() + TimeDelta::weeks(week)
}

/// A moment in JSON.
#[track_caller]
pub(crate) fn moment(value: &Value) -> DateTime<Utc> {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no moment"));
    text.parse::<DateTime<FixedOffset>>().unwrap_or_else(|error| panic!("{text}: {error}")).to_utc()
}

/// Waits for something of the real time, which may be a whole drain of the service.
#[track_caller]
pub(crate) fn wait_for(what: &str, site: &Site, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > Duration::from_secs(120) {
            panic!("waited in vain until {what}; {}", site.machine.journal(UNIT));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

impl Site {
    /// Everything installed, the machine on, the clock on a Saturday, and the service not yet started.
    pub(crate) fn new() -> Self {
        let world = World::with_disks(&[]);
        let postgres = Postgres::start(&world.path("postgres"));
        postgres.sql("postgres", "CREATE DATABASE quejas");
        postgres.sql(
            "quejas",
            "CREATE TABLE q (n int, t text); INSERT INTO q SELECT n, md5(n::text) FROM generate_series(1, 20000) n",
        );
        let mariadb = MariaDb::start(&world.path("mariadb"));
        mariadb.sql("CREATE DATABASE portal; CREATE TABLE portal.p (n INT, t TEXT); INSERT INTO portal.p SELECT seq, MD5(seq) FROM portal.seq_1_to_20000");
        let tree =
            "mkdir \"$1\"; printf '<h1>DIACO</h1>' >\"$1/index.html\"; head -c 3000000 /dev/urandom >\"$1/foto.jpg\"";
        sh(tree, &[&world.at("sitio")]);
        let mut machine = Machine::new();
        install(&machine, &world, &configuration(&world, &postgres, &mariadb));
        machine.set_clock(sunday(0) - TimeDelta::hours(14));
        machine.on();
        let mut site = Self { disks: Vec::new(), machine, world, _postgres: postgres, _mariadb: mariadb };
        site.machine.sh("useradd --create-home --groups resguardo operadora; useradd extranjero", &[]);
        for name in ["disco-a", "disco-b"] {
            site.disks.push(site.machine.disk(name, 256));
            let made = site.by("root", &["disk", "init", &format!("/mnt/{name}"), "--label", name]);
            made.exits(0).says("It belongs to resguardo.");
        }
        site
    }

    /// The same with the service running, now and after each start of the machine.
    pub(crate) fn started() -> Self {
        let site = Self::new();
        let outcome = site.machine.run(&["systemctl", "enable", "--now", UNIT]);
        assert_eq!(outcome.code, 0, "{}\n{}", outcome.said(), site.machine.journal(UNIT));
        site
    }

    /// A command of Resguardo's, given by a user of the machine.
    #[track_caller]
    pub(crate) fn by(&self, user: &str, words: &[&str]) -> Outcome {
        self.machine.run_by_clock(user, &[&["resguardo"], words].concat())
    }

    /// A command of the operator's, who is not root, that gives JSON, whatever its exit code.
    #[track_caller]
    pub(crate) fn ask(&self, words: &[&str]) -> Value {
        self.by("operadora", &[words, &["--json"]].concat()).json()
    }

    /// What `status` says.
    #[track_caller]
    pub(crate) fn status(&self) -> Value {
        let outcome = self.by("operadora", &["status", "--json"]);
        assert!([0, 13].contains(&outcome.code), "{}\n{}", outcome.said(), self.machine.journal(UNIT));
        outcome.json()
    }

    /// Sets the clock, and lets the service look at it if it is there to look.
    pub(crate) fn clock(&self, to: DateTime<Utc>) {
        self.machine.set_clock(to);
        self.by("operadora", &["status", "--json"]);
    }

    /// All slots of the plan that the service tells of.
    #[track_caller]
    pub(crate) fn slots(&self) -> Vec<Value> {
        let answer = self.ask(&["slots", "semanal", "--limit", "100"]);
        answer["slots"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// The outcome of the slot of this time; `None` where it has none yet, or there is no such slot.
    #[track_caller]
    pub(crate) fn outcome(&self, due: DateTime<Utc>) -> Option<String> {
        let slots = self.slots();
        let slot = slots.iter().find(|slot| moment(&slot["due"]) == due)?;
        slot["outcome"].as_str().map(str::to_owned)
    }

    /// The runs for the slot of this time, the newest first.
    #[track_caller]
    pub(crate) fn runs(&self, due: DateTime<Utc>) -> Vec<Value> {
        let answer = self.ask(&["runs", "--limit", "100"]);
        let runs = answer["runs"].as_array().unwrap_or_else(|| panic!("{answer}"));
        runs.iter().filter(|run| run["due"].is_string() && moment(&run["due"]) == due).cloned().collect()
    }

    /// Waits until a slot has its outcome. Between attempts the clock is put to the next one.
    #[track_caller]
    pub(crate) fn settles(&self, due: DateTime<Utc>) -> String {
        let mut found = None;
        wait_for(&format!("the slot of {due} has an outcome"), self, || {
            let status = self.status();
            found = self.outcome(due);
            let next = &status["plans"][0]["slot"]["next_attempt"];
            if found.is_none()
                && status["running"].is_null()
                && next.is_string()
                && moment(next) > moment(&status["now"])
            {
                self.clock(moment(next) + TimeDelta::seconds(1));
            }
            found.is_some()
        });
        found.unwrap_or_default()
    }

    /// Lets the next runs hang in their last dataset.
    pub(crate) fn hold(&self) {
        fs::write(self.world.path("held"), "").unwrap();
    }

    /// Lets it go on.
    pub(crate) fn let_go(&self) {
        fs::remove_file(self.world.path("held")).unwrap();
    }

    /// Waits until a run hangs in its last dataset: in the middle of it.
    #[track_caller]
    pub(crate) fn is_in_the_middle(&self) {
        wait_for("a run is in the middle", self, || self.status()["running"]["dataset"] == DATASETS[3]);
    }

    /// Waits until the service runs in another process than this one.
    #[track_caller]
    pub(crate) fn comes_back(&self, before: &str) {
        wait_for("the service is back", self, || {
            let main = self.machine.property(UNIT, "MainPID");
            main != before && main != "0" && self.machine.property(UNIT, "ActiveState") == "active"
        });
    }
}

/// The configuration, with the world's server in both ways.
fn configuration(world: &World, postgres: &Postgres, mariadb: &MariaDb) -> Value {
    let mut config = world.config.clone();
    let server = |name: &str, mode: &str, datasets: Value| {
        json!({ "name": name, "host": "127.0.0.1", "port": world.sshd.port, "user": "root", "mode": mode,
                "key": { "credential": "ssh-key" }, "host_key": world.sshd.host_key(),
                "agent_folder": world.path("agent"), "datasets": datasets })
    };
    let held = world.at("held");
    let slow = format!("head -c 5000000 /dev/urandom; while [ -e '{held}' ]; do sleep 0.05; done; echo fin");
    let dumps = json!([
        { "name": "quejas", "kind": "postgres", "database": "quejas", "host": postgres.socket, "user": "postgres" },
        { "name": "portal", "kind": "mysql", "database": "portal", "socket": mariadb.socket,
          "defaults_file": mariadb.defaults },
        { "name": "sitio", "kind": "files", "path": world.path("sitio") },
    ]);
    let held = json!([{ "name": "retenido", "kind": "command", "command": slow, "suffix": "bin", "trailer": "fin" }]);
    let own = json!([{ "name": "configuracion", "kind": "files", "path": "/etc/resguardo", "exclude": ["./keys"] }]);
    let here = json!({ "name": "central", "mode": "local", "datasets": own });
    // Its own database, too, under the unit as it is.
    config.as_object_mut().unwrap().remove("own_records");
    config["paths"] = json!({ "agent": "/usr/lib/resguardo/resguardo-agent" });
    config["servers"] = json!([server("bd", "agent", dumps), server("lento", "plain", held), here]);
    config["disks"] = json!([
        { "name": "disco-a", "path": "/mnt/disco-a" },
        { "name": "disco-b", "path": "/mnt/disco-b" },
    ]);
    config["plans"] = json!([
        { "name": "semanal", "datasets": DATASETS, "when": "0 2 * * SUN", "disks": ["disco-a", "disco-b"] },
    ]);
    config
}

/// Puts everything where a package puts it, and the configuration where root writes it.
fn install(machine: &Machine, world: &World, config: &Value) {
    let units = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).parent().unwrap().join("systemd");
    machine.put(&resguardo(), "usr/bin/resguardo", "755");
    machine.put(&agent(), "usr/lib/resguardo/resguardo-agent", "755");
    machine.put(&units.join("resguardo.service"), "usr/lib/systemd/system/resguardo.service", "644");
    machine.put(&units.join("resguardo-notify.service"), "usr/lib/systemd/user/resguardo-notify.service", "644");
    machine.put(&units.join("resguardo.sysusers"), "usr/lib/sysusers.d/resguardo.conf", "644");
    machine.put(&units.join("resguardo.tmpfiles"), "usr/lib/tmpfiles.d/resguardo.conf", "644");
    let config = serde_json::to_string_pretty(config).unwrap();
    machine.write("etc/resguardo/resguardo.yaml", &config, "640");
    machine.put(&world.path("login"), "etc/resguardo/keys/ssh-key", "600");
    let credential = "[Service]\nLoadCredential=ssh-key:/etc/resguardo/keys/ssh-key\n";
    machine.write("etc/systemd/system/resguardo.service.d/key.conf", credential, "644");
    // Waiting ten seconds for it to start again is for machines.
    machine.write("etc/systemd/system/resguardo.service.d/soon.conf", "[Service]\nRestartSec=200ms\n", "644");
    machine.fake_clock_of(UNIT);
}
