//! The people of the support desk: accounts by the command line, logging in, a real directory, and the audit log that tells
//! of all that. Pages come later; until then the program's own functions log in, on the database that the service uses.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "people/accounts.rs"]
mod accounts;
#[path = "people/audit.rs"]
mod audit;
#[path = "people/ldap.rs"]
mod ldap;
#[path = "people/logins.rs"]
mod logins;

use std::cell::Cell;
use std::future::Future;
use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use resguardo::config::{self, model::Config};
use resguardo::jobs::office::Office;
use resguardo::jobs::people::{self, LoggedIn, LoginError};
use resguardo::store::db::Store;
use serde_json::{Value, json};
use system_tests::world::World;

/// A password that is good enough.
const GOOD: &str = "tres tristes tigres";

/// A world with one small dataset, so that its configuration is whole.
fn world() -> World {
    let mut world = World::with_disks(&[32]);
    world.server("s", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world
}

/// Runs the program, which must succeed, and returns its JSON.
#[track_caller]
fn told(world: &World, words: &[&str]) -> Value {
    world.run(&[words, &["--json"]].concat()).exits(0).json()
}

/// Makes an account and returns its first password.
#[track_caller]
fn add(world: &World, login: &str, more: &[&str]) -> String {
    let made = told(world, &[&["user", "add", login, "--name", &format!("Persona {login}")], more].concat());
    made["password"].as_str().unwrap().to_owned()
}

/// The desk as the service has it, under a clock of its own.
struct Desk {
    config: Config,
    store: Store,
    runtime: tokio::runtime::Runtime,
    now: std::sync::Mutex<Cell<DateTime<Utc>>>,
}

impl Desk {
    /// The desk of a world, on its database.
    fn of(world: &World) -> Self {
        // Any command writes the configuration.
        let config = world.command(&["check"]).get_args().nth(1).unwrap().to_owned();
        let config = config::load(config.as_ref()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let store = runtime.block_on(Store::open(&config.database.url, None)).unwrap();
        let now = std::sync::Mutex::new(Cell::new(real_now()));
        Self { config, store, runtime, now }
    }

    fn wait<'a, T, F: Future<Output = T>>(
        &'a self,
        act: impl FnOnce(Office<'a>) -> F,
        now: resguardo::jobs::backup::Clock<'a>,
    ) -> T {
        self.runtime.block_on(act(Office { config: &self.config, store: &self.store, now }))
    }

    fn now(&self) -> DateTime<Utc> {
        self.now.lock().unwrap().get()
    }

    /// Lets time pass.
    fn pass(&self, time: TimeDelta) {
        let now = self.now.lock().unwrap();
        now.set(now.get() + time);
    }

    fn log_in_from(&self, login: &str, password: &str, address: &str) -> Result<LoggedIn, LoginError> {
        let clock = || self.now();
        self.wait(|office| people::log_in(office, login, password, ip(address), "Prueba/1.0"), &clock)
    }

    fn log_in(&self, login: &str, password: &str) -> Result<LoggedIn, LoginError> {
        self.log_in_from(login, password, "10.0.0.1")
    }

    fn session(&self, token: &str) -> Option<people::Session> {
        let clock = || self.now();
        self.wait(|office| people::session(office, token, ip("10.0.0.1")), &clock).unwrap()
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the service beside this reads the real clock")]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}
