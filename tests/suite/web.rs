//! The pages of the support desk, asked by HTTP as browsers and attackers do.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "web/accounts.rs"]
mod accounts;
#[path = "web/backups.rs"]
mod backups;
#[path = "web/cast.rs"]
mod cast;
#[path = "web/due.rs"]
mod due;
#[path = "web/equipment.rs"]
mod equipment;
#[path = "web/forms.rs"]
mod forms;
#[path = "web/hostile.rs"]
mod hostile;
#[path = "web/import.rs"]
mod import;
#[path = "web/kept.rs"]
mod kept;
#[path = "web/late.rs"]
mod late;
#[path = "web/letters.rs"]
mod letters;
#[path = "web/limits.rs"]
mod limits;
#[path = "web/lists.rs"]
mod lists;
#[path = "web/logins.rs"]
mod logins;
#[path = "web/manual.rs"]
mod manual;
#[path = "web/marks.rs"]
mod marks;
#[path = "web/monthly.rs"]
mod monthly;
#[path = "web/more_fields.rs"]
mod more_fields;
#[path = "web/names.rs"]
mod names;
#[path = "web/odd.rs"]
mod odd;
#[path = "web/orders.rs"]
mod orders;
#[path = "web/others.rs"]
mod others;
#[path = "web/pack.rs"]
mod pack;
#[path = "web/pages.rs"]
mod pages;
#[path = "web/programme.rs"]
mod programme;
#[path = "web/races.rs"]
mod races;
#[path = "web/quality.rs"]
mod quality;
#[path = "web/records.rs"]
mod records;
#[path = "web/report.rs"]
mod report;
#[path = "web/routes.rs"]
mod routes;
#[path = "web/serving.rs"]
mod serving;
#[path = "web/sessions.rs"]
mod sessions;
#[path = "web/tickets.rs"]
mod tickets;
#[path = "web/wire.rs"]
mod wire;

use serde_json::json;
use system_tests::browser::Browser;
use system_tests::command::until;
use system_tests::daemon::Daemon;
use system_tests::sshd::free_port;
use system_tests::world::World;

/// Whoever may keep accounts.
const ADMIN: &str = "administradora";
/// What everybody's password is once they have changed their first one.
const PASSWORD: &str = "cuatro caballos verdes nadan";

/// A service with pages.
struct Scene {
    world: World,
    daemon: Daemon,
    port: u16,
}

/// A world whose configuration has pages, and their port.
fn world_with_pages() -> (World, u16) {
    let mut world = World::with_disks(&[96]);
    world.server("s", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    let port = free_port();
    world.config["web"] = json!({
        "listen": format!("127.0.0.1:{port}"), "base_url": format!("http://127.0.0.1:{port}"), "trusted_proxies": ["127.0.0.1"],
    });
    (world, port)
}

impl Scene {
    fn new() -> Self {
        let (world, port) = world_with_pages();
        Self::of(world, port)
    }

    fn of(world: World, port: u16) -> Self {
        let daemon = Daemon::start_with(&world, None, &[("RUST_LOG", "debug")]);
        until("the pages are served", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { world, daemon, port }
    }

    /// Makes an account with a role, or with none where that is empty; returns the first password.
    #[track_caller]
    fn add(&self, login: &str, name: &str, role: &str) -> String {
        let mut words = vec!["user", "add", login, "--name", name, "--json"];
        if !role.is_empty() {
            words.extend(["--role", role]);
        }
        let outcome = self.world.run(&words);
        outcome.exits(0).json()["password"].as_str().unwrap().to_owned()
    }

    /// Somebody new who has logged in and chosen a password.
    #[track_caller]
    fn person(&self, login: &str, role: &str) -> Browser {
        let first = self.add(login, "Ana García", role);
        self.come(login, &first)
    }

    /// Somebody who logs in for the first time and chooses a password.
    #[track_caller]
    fn come(&self, login: &str, first: &str) -> Browser {
        let mut browser = Browser::new(self.port);
        // Each comes from a machine of their own.
        let digits: u32 = login.bytes().map(u32::from).sum();
        browser.headers.push(("X-Forwarded-For".to_owned(), format!("10.0.{}.{}", digits / 250, digits % 250 + 1)));
        assert_eq!(browser.log_in(login, first).is(303).header("location"), "/clave");
        browser.get("/clave").is(200);
        let fields = [("current", first), ("new", PASSWORD), ("again", PASSWORD)];
        browser.post("/clave", &fields).is(303);
        browser.get("/").is(200).says("Su contraseña cambió");
        browser
    }

    /// The administrator.
    #[track_caller]
    fn admin(&self) -> Browser {
        self.person(ADMIN, "administrator")
    }
}
