//! The support desk for programs and terminals: the JSON API over HTTP against a real service, and its commands.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails by panicking")]

#[path = "api/accounts.rs"]
mod accounts;
#[path = "api/document.rs"]
mod document;
#[path = "api/hostile.rs"]
mod hostile;
#[path = "api/reports.rs"]
mod reports;
#[path = "api/steps.rs"]
mod steps;
#[path = "api/terminal.rs"]
mod terminal;

use serde_json::{Value, json};
use system_tests::browser::{Answer, Browser};
use system_tests::command::until;
use system_tests::daemon::{Clock, Daemon};
use system_tests::postgres::Postgres;
use system_tests::sshd::free_port;
use system_tests::world::World;

/// Makes a test of each function, once for each database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $name() { super::$name(&crate::Scene::new()); })*
        }
        mod on_postgres {
            $(#[test] fn $name() { super::$name(&crate::Scene::on_postgres()); })*
        }
    };
}
use on_both;

/// People with their roles: two who ask, two who attend, two heads of the department, one who heads another unit,
/// and the director.
const PEOPLE: &[(&str, &str)] = &[
    ("ana", ""),
    ("berta", ""),
    ("carlos", "technician"),
    ("diego", "technician"),
    ("elena", "chief"),
    ("fidel", "chief"),
    ("ines", ""),
    ("gloria", "direction"),
];

/// A service with its people and a key for each of them. Parts that need others come first.
struct Scene {
    _daemon: Daemon,
    postgres: Option<Postgres>,
    world: World,
    port: u16,
    keys: Vec<(&'static str, String)>,
}

impl Scene {
    /// One whose database is SQLite.
    fn new() -> Self {
        Self::of(World::with_disks(&[16]), None)
    }

    /// One whose database is a PostgreSQL of its own.
    fn on_postgres() -> Self {
        let mut world = World::with_disks(&[16]);
        let postgres = Postgres::start(&world.path("postgres"));
        postgres.sql("postgres", "CREATE DATABASE mesa");
        let url = format!("postgres://postgres@localhost/mesa?host={}", postgres.socket.display());
        world.config["database"] = json!({ "url": url });
        Self::of(world, Some(postgres))
    }

    fn of(mut world: World, postgres: Option<Postgres>) -> Self {
        world.server("s", "plain");
        world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
        let port = free_port();
        world.config["web"] = json!({
            "listen": format!("127.0.0.1:{port}"), "base_url": format!("http://127.0.0.1:{port}"), "trusted_proxies": ["127.0.0.1"],
        });
        // A Monday on which nothing is due yet.
        let clock = Clock::new(&world, "2026-11-23T09:00:00-06:00");
        let daemon = Daemon::start_with(&world, Some(&clock), &[("RUST_LOG", "debug")]);
        until("the pages are served", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        world.run(&["unit", "add", "Verificación"]).exits(0);
        let mut scene = Self { _daemon: daemon, postgres, world, port, keys: Vec::new() };
        for (login, role) in PEOPLE {
            let name = format!("Persona {login}");
            let mut words = vec!["user", "add", login, "--name", &name, "--unit", "Verificación"];
            if !role.is_empty() {
                words.extend(["--role", role]);
            }
            scene.world.run(&words).exits(0);
            let key = scene.key(login, &["tickets:read", "tickets:write"]);
            scene.keys.push((login, key));
        }
        scene.world.run(&["unit", "head", "Verificación", "ines"]).exits(0);
        scene
    }

    /// A new key for these scopes.
    #[track_caller]
    fn key(&self, login: &str, scopes: &[&str]) -> String {
        let mut words = vec!["token", "add", "prueba", "--user", login, "--json"];
        for scope in scopes {
            words.extend(["--scope", scope]);
        }
        self.world.run(&words).exits(0).json()["token"].as_str().unwrap().to_owned()
    }

    /// Asks anything with these headers.
    #[track_caller]
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        Browser::new(self.port).ask(method, path, headers, body)
    }

    fn bearer(&self, login: &str) -> String {
        format!("Bearer {}", self.keys.iter().find(|(known, _)| *known == login).unwrap().1)
    }

    #[track_caller]
    fn get(&self, login: &str, path: &str) -> Answer {
        self.ask("GET", &format!("/api/v1{path}"), &[("Authorization", &self.bearer(login))], b"")
    }

    #[track_caller]
    fn post(&self, login: &str, path: &str, body: &Value) -> Answer {
        let headers = [("Authorization", self.bearer(login)), ("Content-Type", "application/json".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.ask("POST", &format!("/api/v1{path}"), &headers, body.to_string().as_bytes())
    }

    /// Does something with a ticket in the version that it has.
    #[track_caller]
    fn act(&self, login: &str, number: &str, word: &str, mut body: Value) -> Answer {
        let seen = value(&self.get(login, &format!("/tickets/{number}")).is(200));
        body["version"] = seen["version"].clone();
        self.post(login, &format!("/tickets/{number}/{word}"), &body)
    }

    /// A ticket of somebody; its number.
    #[track_caller]
    fn ticket(&self, login: &str) -> String {
        let made = self.post(login, "/tickets", &asked("no imprime")).is(201);
        value(&made)["number"].as_str().unwrap().to_owned()
    }

    /// A ticket of Ana's that Carlos attends.
    #[track_caller]
    fn attended(&self) -> String {
        let number = self.ticket("ana");
        self.act("carlos", &number, "take", json!({})).is(200);
        self.act("carlos", &number, "analysis", json!({ "analysis": "el rodillo está gastado" })).is(200);
        number
    }
}

/// A ticket as it is asked for.
fn asked(subject: &str) -> Value {
    json!({ "subject": subject, "description": "desde hoy", "location": "2.º nivel", "category": 1 })
}

/// The JSON of an answer.
#[track_caller]
fn value(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {answer:#?}"))
}

/// Fails unless the answer is this problem; returns it.
#[track_caller]
fn problem(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.status, status, "{answer:#?}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:#?}");
    let problem = value(answer);
    assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{problem:#}");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{problem:#}");
    problem
}

/// A small document whose bytes are a PDF.
fn pdf() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let start = file.len();
    file += &format!("{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}
