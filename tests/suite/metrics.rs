//! What is measured, as those read it who measure: Prometheus, its `promtool`, its Python library's OpenMetrics parser and
//! node_exporter, all of Debian; and the log of a run, whose every line names it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails by panicking")]

#[path = "metrics/chain.rs"]
mod chain;
#[path = "metrics/figures.rs"]
mod figures;
#[path = "metrics/many.rs"]
mod many;
#[path = "metrics/readers.rs"]
mod readers;
#[path = "metrics/rules.rs"]
mod rules;
#[path = "metrics/run_ids.rs"]
mod run_ids;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use system_tests::browser::{Answer, Browser};
use system_tests::command::until;
use system_tests::daemon::{Clock, Daemon};
use system_tests::postgres::Postgres;
use system_tests::sshd::free_port;
use system_tests::world::World;

/// What says OpenMetrics to whoever asks for it.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Debian's own, which has Debian's libraries whatever else is installed.
const PYTHON: &str = "/usr/bin/python3";
/// Reads OpenMetrics by the strict parser of Prometheus' own library for Python, and tells it as JSON.
const PARSE: &str = "import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
text = sys.stdin.buffer.read().decode('utf-8')
families = [dict(name=one.name, type=one.type, unit=one.unit, help=one.documentation,
    samples=[[sample.name, sample.labels, sample.value] for sample in one.samples])
    for one in text_string_to_metric_families(text)]
print(json.dumps(families))";

/// A service that serves pages and writes its figures to a file, with a tree that can be drilled and a dataset whose dump stands
/// still until a file is there. Parts that need others come first.
struct Scene {
    daemon: Option<Daemon>,
    _postgres: Option<Postgres>,
    world: World,
    port: u16,
    key: String,
}

impl Scene {
    fn new() -> Self {
        Self::of(World::with_disks(&[64, 64]), None, None)
    }

    fn on_postgres() -> Self {
        let mut world = World::with_disks(&[64, 64]);
        let postgres = Postgres::start(&world.path("postgres"));
        postgres.sql("postgres", "CREATE DATABASE resguardo");
        let url = format!("postgres://postgres@localhost/resguardo?host={}", postgres.socket.display());
        world.config["database"] = json!({ "url": url });
        Self::of(world, Some(postgres), None)
    }

    fn of(mut world: World, postgres: Option<Postgres>, clock: Option<&Clock>) -> Self {
        world.server("s", "agent");
        let (tree, gate) = (world.path("papeles"), world.path("sigue"));
        fs::create_dir(&tree).unwrap();
        fs::write(tree.join("carta.txt"), "Estimada señora:\n".repeat(999)).unwrap();
        world.dataset(&json!({ "name": "papeles", "kind": "files", "path": tree }));
        let command = format!("head -c 9000000 /dev/zero; until test -e {}; do sleep 0.05; done; echo", gate.display());
        world.dataset(&json!({ "name": "lento", "kind": "command", "command": command, "suffix": "bin" }));
        let port = free_port();
        world.config["web"] =
            json!({ "listen": format!("127.0.0.1:{port}"), "base_url": format!("http://127.0.0.1:{port}") });
        // Nobody listens there: what is to be told waits.
        world.config["notifications"] = json!([{ "kind": "webhook", "url": "http://127.0.0.1:9/nadie" }]);
        world.config["verification"] = json!({ "when": "0 4 1 1 *", "weeks": 6 });
        fs::create_dir(world.path("pruebas")).unwrap();
        world.config["drills"] = json!({ "when": "0 5 1 1 *", "days": 30, "folder": world.path("pruebas") });
        fs::create_dir(world.path("nodo")).unwrap();
        world.config["metrics"] = json!({ "textfile": world.path("nodo/resguardo.prom"), "every_seconds": 10 });
        let daemon = Daemon::start(&world, clock);
        until("the pages are served", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        world.run(&["user", "add", "vigilante", "--name", "Vilma Vigilante"]).exits(0);
        let mut scene = Self { daemon: Some(daemon), _postgres: postgres, world, port, key: String::new() };
        scene.key = scene.token("metrics");
        scene
    }

    /// A new key of this scope.
    #[track_caller]
    fn token(&self, scope: &str) -> String {
        let made = self.world.run(&["token", "add", "prueba", "--user", "vigilante", "--scope", scope, "--json"]);
        made.exits(0).json()["token"].as_str().unwrap().to_owned()
    }

    fn ask(&self, key: &str) -> Answer {
        let bearer = format!("Bearer {key}");
        let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("Authorization", &bearer)] };
        Browser::new(self.port).ask("GET", "/metrics", headers, b"")
    }

    /// What a scrape brings.
    #[track_caller]
    fn scrape(&self) -> Figures {
        Figures::read(&self.ask(&self.key).is(200).body)
    }

    /// Lets the dump go on that stands still.
    fn go_on(&self) {
        fs::write(self.world.path("sigue"), "").unwrap();
    }
}

/// What was scraped, as the parser reads it.
struct Figures {
    families: BTreeMap<String, Value>,
    samples: Vec<(String, BTreeMap<String, String>, f64)>,
}

impl Figures {
    #[track_caller]
    fn read(text: &str) -> Self {
        let families: Vec<Value> = serde_json::from_slice(&piped(PYTHON, &["-c", PARSE], text)).unwrap();
        let mut samples = Vec::new();
        for sample in families.iter().flat_map(|family| family["samples"].as_array().unwrap()) {
            let labels: BTreeMap<String, String> = serde_json::from_value(sample[1].clone()).unwrap();
            samples.push((sample[0].as_str().unwrap().to_owned(), labels, sample[2].as_f64().unwrap()));
        }
        let keyed = |family: Value| (family["name"].as_str().unwrap().to_owned(), family);
        Self { families: families.into_iter().map(keyed).collect(), samples }
    }

    /// The names of the samples that there may be, of counters with their ending.
    fn names(&self) -> BTreeSet<String> {
        let ending = |family: &Value| if family["type"] == "counter" { "_total" } else { "" };
        self.families.iter().map(|(name, family)| format!("{name}{}", ending(family))).collect()
    }

    /// The names of the samples that there are.
    fn there(&self) -> BTreeSet<String> {
        self.samples.iter().map(|(name, _, _)| name.clone()).collect()
    }

    /// The only sample of a name that has these labels, if there is one.
    #[track_caller]
    fn maybe(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let fits = |of: &BTreeMap<String, String>| {
            labels.iter().all(|(key, value)| of.get(*key).is_some_and(|is| is == value))
        };
        let found: Vec<f64> =
            self.samples.iter().filter(|(of, with, _)| of == name && fits(with)).map(|one| one.2).collect();
        assert!(found.len() <= 1, "{name} {labels:?}: {found:?}");
        found.first().copied()
    }

    #[track_caller]
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.maybe(name, labels).unwrap_or_else(|| panic!("no {name} {labels:?} in {:#?}", self.samples))
    }
}

/// What a program says that is given a text and must succeed.
#[track_caller]
fn piped(program: &str, words: &[&str], text: &str) -> Vec<u8> {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // Whoever ends early says why.
    let _broken_pipe = writer.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}{}", String::from_utf8_lossy(&output.stdout));
    output.stdout
}

/// A file of the project.
fn of_project(path: &str) -> PathBuf {
    let root = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).parent().unwrap().to_owned();
    root.join(path)
}

/// Every figure that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(|letter: char| !is_part(letter));
    words.filter(|word| word.starts_with("resguardo_")).map(str::to_owned).collect()
}
