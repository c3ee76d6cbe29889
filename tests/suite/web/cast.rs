//! Everybody of the desk at once, each in a browser of their own, and what they do with a ticket.

use std::collections::BTreeMap;

use system_tests::browser::{Answer, Browser};
use system_tests::command::{sh_text, until};
use system_tests::daemon::{Clock, Daemon};
use system_tests::world::World;

use super::tickets::upload;
use super::{Scene, world_with_pages};

/// Who there is: login, unit, role.
const PEOPLE: &[(&str, &str, &str)] = &[
    ("ana", "Verificación", ""),
    ("berta", "Verificación", ""),
    ("ines", "Verificación", ""),
    ("julio", "Jurídico", ""),
    ("carlos", "Informática", "technician"),
    ("diego", "Informática", "technician"),
    ("elena", "Informática", "chief"),
    ("gloria", "Dirección", "direction"),
    ("hugo", "Calidad", "quality"),
    ("rosa", "Informática", "administrator"),
];

/// The service with its people. Inés heads *Verificación* and Julio *Jurídico*.
pub(super) struct Cast {
    pub(super) scene: Scene,
    pub(super) clock: Clock,
    who: BTreeMap<&'static str, Browser>,
}

impl Cast {
    /// On a Monday at nine, with what follows everybody's name and post and every unit's name.
    pub(super) fn new(mark: &str) -> Self {
        let (world, port) = world_with_pages();
        Self::of(world, port, mark)
    }

    /// The same in this world.
    pub(super) fn of(world: World, port: u16, mark: &str) -> Self {
        let clock = Clock::new(&world, "2026-11-23T09:00:00-06:00");
        let daemon = Daemon::start_with(&world, Some(&clock), &[("RUST_LOG", "info")]);
        until("the pages are served", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        let scene = Scene { world, daemon, port };
        let unit = |name: &str| format!("{name}{mark}");
        for name in ["Verificación", "Jurídico", "Informática", "Dirección", "Calidad"] {
            scene.world.run(&["unit", "add", &unit(name)]).exits(0);
        }
        let mut who = BTreeMap::new();
        for (login, of, role) in PEOPLE {
            let (name, post) = (format!("Persona {login}{mark}"), format!("puesto{mark}"));
            let own = unit(of);
            let mut words = vec!["user", "add", login, "--name", &name, "--post", &post, "--unit", &own, "--json"];
            if !role.is_empty() {
                words.extend(["--role", role]);
            }
            let first = scene.world.run(&words).exits(0).json()["password"].as_str().unwrap().to_owned();
            who.insert(*login, scene.come(login, &first));
        }
        scene.world.run(&["unit", "head", &unit("Verificación"), "ines"]).exits(0);
        scene.world.run(&["unit", "head", &unit("Jurídico"), "julio"]).exits(0);
        Self { scene, clock, who }
    }

    /// Everybody's login.
    pub(super) fn logins() -> impl Iterator<Item = &'static str> {
        PEOPLE.iter().map(|(login, ..)| *login)
    }

    /// Somebody's browser.
    pub(super) fn of_login(&self, login: &str) -> Browser {
        self.who[login].clone()
    }

    /// Makes a ticket of Ana's, which may have files; returns its path.
    #[track_caller]
    pub(super) fn ticket(&self, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> String {
        let mut ana = self.of_login("ana");
        ana.get("/solicitudes/nueva").is(200);
        upload(&mut ana, "/solicitudes/nueva", fields, files).is(303).header("location").to_owned()
    }

    /// What the database has of something; only where it is SQLite.
    #[track_caller]
    pub(super) fn sql(&self, sql: &str) -> String {
        sh_text("sqlite3 -readonly \"$1\" \"$2\"", &[&self.scene.world.at("state/resguardo.db"), sql])
    }

    /// Everything that the database has of tickets.
    pub(super) fn tickets(&self) -> String {
        let tables = [
            "tickets",
            "ticket_events",
            "comments",
            "attachments",
            "visits",
            "rulings",
            "extensions",
            "exceptions",
            "account_requests",
            "letters",
        ];
        tables.map(|table| self.sql(&format!(".dump {table}"))).join("\n")
    }

    /// The version of a ticket.
    pub(super) fn version(&self, path: &str) -> String {
        let number = path.trim_start_matches("/solicitudes/");
        self.sql(&format!("SELECT version FROM tickets WHERE number = '{number}'"))
    }

    /// Sends a step's form in the version that the ticket has.
    #[track_caller]
    pub(super) fn step(&self, login: &str, path: &str, step: &str, fields: &[(&str, &str)]) -> Answer {
        let version = self.version(path);
        self.of_login(login).post(&format!("{path}/{step}"), &[&[("version", version.as_str())], fields].concat())
    }
}
