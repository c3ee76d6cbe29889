//! A house with people, its service under a clock of its own, its mail, and a window into its pages.

use std::cell::RefCell;
use std::path::PathBuf;

use serde_json::json;
use system_tests::authority::Authority;
use system_tests::chromium::Window;
use system_tests::command::until;
use system_tests::daemon::{Clock, Daemon};
use system_tests::mail::{MailServer, Wants};
use system_tests::sshd::free_port;
use system_tests::world::World;

use crate::look::look;

/// What everybody's password is once they have changed their first one.
const PASSWORD: &str = "cuatro caballos verdes nadan";
const UNITS: &[&str] = &["Verificación y Vigilancia", "Tecnología de la Información", "Dirección"];
/// Who is in the house: login, name, post, the unit by its place, and role.
const PEOPLE: &[(&str, &str, &str, usize, Option<&str>)] = &[
    ("ana", "Ana Lucía Pérez Xol", "Delegada departamental", 0, None),
    ("carlos", "Carlos Enrique Ajú", "Técnico en informática", 1, Some("technician")),
    ("elena", "Elena Méndez", "Jefa del DTI", 1, Some("chief")),
    ("ines", "Inés Barrios", "Jefa de Verificación y Vigilancia", 0, Some("unit_head")),
    ("gloria", "Gloria Ramírez", "Directora", 2, Some("direction")),
    ("sofia", "Sofía Tzoc", "Gestora de calidad", 2, Some("quality")),
    ("admin", "Otto Caal", "Administrador del sistema", 1, Some("administrator")),
];

/// The house. Parts that end others come first.
pub(crate) struct Scene {
    pub(crate) window: Window,
    pub(crate) mail: MailServer,
    pub(crate) clock: Clock,
    _daemon: Daemon,
    world: World,
    port: u16,
    scripts: bool,
    firsts: Vec<(&'static str, String)>,
    /// What is wrong with the pages that were looked at.
    faults: RefCell<Vec<String>>,
}

impl Scene {
    /// Has backups take a moment from now on.
    pub(crate) fn slows_down(&self) {
        std::fs::write(self.world.path("despacio"), "").unwrap();
    }

    /// On Monday, 5 January 2026, at nine in the morning.
    pub(crate) fn new(scripts: bool) -> Self {
        let mut world = World::with_disks(&[96]);
        world.server("s", "plain");
        // It takes a moment where a test wants to look on.
        let command = format!("echo dato; ! test -e {} || sleep 8", world.at("despacio"));
        world.dataset(&json!({ "name": "nota", "kind": "command", "command": command, "suffix": "txt" }));
        let authority = Authority::new(&world.path("authority"));
        let mail = MailServer::start(&world.path("mail"), Wants::Nothing, &authority);
        let port = free_port();
        world.config["web"] =
            json!({ "listen": format!("127.0.0.1:{port}"), "base_url": format!("http://127.0.0.1:{port}") });
        world.config["notifications"] = json!([{
            "kind": "email", "smtp": format!("127.0.0.1:{}", mail.port), "security": "none",
            "from": "Soporte <soporte@diaco.example>", "to": ["dti@diaco.example"],
        }]);
        let clock = Clock::new(&world, "2026-01-05T09:00:00-06:00");
        let daemon = Daemon::start(&world, Some(&clock));
        until("the pages are served", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        for unit in UNITS {
            world.run(&["unit", "add", unit]).exits(0);
        }
        let firsts = PEOPLE.iter().map(|person| (person.0, add(&world, person))).collect();
        world.run(&["unit", "head", "Verificación y Vigilancia", "ines"]).exits(0);
        let window = Window::open(&world.path("chromium"), scripts);
        Self { window, mail, clock, _daemon: daemon, world, port, scripts, firsts, faults: RefCell::default() }
    }

    /// Goes to a path by hand.
    #[track_caller]
    pub(crate) fn go(&self, path: &str) -> &Window {
        self.window.go(&format!("http://127.0.0.1:{}{path}", self.port));
        &self.window
    }

    /// The path where the window is.
    pub(crate) fn path(&self) -> String {
        self.window.url().replace(&format!("http://127.0.0.1:{}", self.port), "")
    }

    /// Goes to a path and judges its page.
    #[track_caller]
    pub(crate) fn visit(&self, path: &str, name: &str) -> &Window {
        self.go(path);
        self.look(name)
    }

    /// Judges the page that is shown; what judges is a script.
    #[track_caller]
    pub(crate) fn look(&self, name: &str) -> &Window {
        if self.scripts {
            self.faults.borrow_mut().extend(look(&self.window, name));
        }
        &self.window
    }

    /// No page that was looked at has a fault.
    #[track_caller]
    pub(crate) fn is_good(&self) {
        let faults = self.faults.borrow();
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    }

    /// Somebody sits down: whoever was there leaves, and they log in; at first with their first password, which they must
    /// change.
    #[track_caller]
    pub(crate) fn sits_down(&mut self, login: &str) -> &Window {
        if self.window.has("//button[normalize-space()='Salir']") {
            self.window.click("Salir").shows("Entrar");
        } else {
            self.go("/entrar");
        }
        self.logs_in(login)
    }

    /// Logs in where the form for that is shown.
    #[track_caller]
    pub(crate) fn logs_in(&mut self, login: &str) -> &Window {
        let first = self.firsts.iter().position(|(known, _)| *known == login);
        let first = first.map(|index| self.firsts.remove(index).1);
        let window = &self.window;
        window.fill("Usuario", login).fill("Contraseña", first.as_deref().unwrap_or(PASSWORD)).click("Entrar");
        if let Some(first) = first {
            window.shows("La contraseña que usted tiene es provisional");
            if login == "ana" {
                self.look("clave-primera");
            }
            window.fill("Contraseña actual", &first).fill("Contraseña nueva", PASSWORD);
            window.fill("Contraseña nueva, otra vez", PASSWORD).click("Cambiar la contraseña");
            window.shows("Su contraseña cambió.");
        }
        window.shows("Salir")
    }

    /// A backup is made.
    pub(crate) fn backs_up(&self) {
        self.world.run(&["backup", "s/nota"]).exits(0);
    }

    /// The staff as a spreadsheet.
    pub(crate) fn staff(&self) -> Vec<PathBuf> {
        let file = self.world.path("personal.csv");
        let lines = "usuario;nombre;puesto;correo;unidad;jefe\r\n\
             berta;Berta Coc;Asistente;;Verificación y Vigilancia;ines\r\n\
             marta;Marta Ixcoy;Delegada departamental;marta@diaco.example;Verificación y Vigilancia;ines\r\n";
        std::fs::write(&file, lines).unwrap();
        vec![file]
    }

    /// A photograph and a document, both made by the browser.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let (photograph, document) = (self.world.path("pantalla.jpg"), self.world.path("cotización.pdf"));
        let drawn = "const c = document.createElement('canvas'); c.width = c.height = 64; const d = c.getContext('2d'); \
             d.fillStyle = 'red'; d.fillRect(0, 0, 64, 32); return c.toDataURL('image/jpeg').split(',')[1];";
        let drawn = system_tests::chromium::unbase64(self.window.script(drawn).as_str().unwrap());
        std::fs::write(&photograph, drawn).unwrap();
        std::fs::write(&document, self.window.printed()).unwrap();
        vec![photograph, document]
    }
}

fn add(world: &World, (login, name, post, unit, role): &(&str, &str, &str, usize, Option<&str>)) -> String {
    let email = format!("{login}@diaco.example");
    let mut words =
        vec!["user", "add", login, "--name", name, "--post", post, "--email", &email, "--unit", UNITS[*unit], "--json"];
    words.extend(role.iter().flat_map(|role| ["--role", *role]));
    world.run(&words).exits(0).json()["password"].as_str().unwrap().to_owned()
}
