//! Odd bytes, numbers and days in every place of every route, on both databases: an answer comes, and it is never a fault of the
//! program.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use resguardo::web::routes::{listed, listed_for_programs};
use serde_json::{Value, json};
use system_tests::browser::{Answer, Browser};
use system_tests::postgres::Postgres;

use super::cast::Cast;
use super::tickets::{PDF, upload};
use super::world_with_pages;

/// What is put into each place, as it stands in a path or a form.
const ODD: &[&str] = &[
    "%00",
    "a%00b",
    "%C3%28",
    "%FF%FE",
    "%C0%AF",
    "%ED%A0%80",
    "%F4%90%80%80",
    "%",
    "%zz",
    "%u0041",
    "-1",
    "0",
    "1e3",
    "0x10",
    "%EF%BC%91",
    "NaN",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999999",
    "%27",
    "%22",
    "%5C",
    "%25",
    "_",
    "%27%20OR%201%3D1--",
    "%27%3BSELECT%20pg_sleep%2810%29--",
    "%24%7Bjndi%3Aldap%3A%2F%2F127.0.0.1%2Fx%7D",
    "..%2F..%2F..%2Fetc%2Fpasswd",
    "....%2F%2F",
    "%0D%0ASet-Cookie%3A%20x%3D1",
    "%E2%80%AEgpj.exe",
    "%E2%80%8B",
    "%F0%9F%A6%80%F0%9F%A6%80",
    "%D8%B9%D8%B1%D8%A8%D9%8A",
    "e%CC%81%CC%81%CC%81%CC%81%CC%81%CC%81",
    "%EF%BF%BF",
    "%C2%B2%C2%BA%C2%BD%20%E1%A0%8E%20%D9%A3",
    "true",
    "null",
    "[]",
    "2026-02-30",
    "0000-00-00",
    "99999-01-01",
    "2026-11-31T25:00",
    "%2B262142-12-31",
    "-262143-01-01",
    "31-12-%2B262142%2023%3A59",
    "01-01-0000%2000%3A00",
    "2199-12-31",
    "2026-11-30_9223372036854775807",
    "%2B262142-12-31_1",
];

/// The steps of a ticket that have fields of their own.
const STEPS: &str = "visita ampliar exceptuar asignar dictamen give receive upload answer";

/// Every field that any form or query has.
const NAMES: &str = "form_key_ version login name post email unit superior directory role from until kind head active \
    category subject description location phone equipment requester follows once sure text internal to \
    analysis mode findings actions recommendation parts rating comment answer at place note cause reason \
    new_limit reference person on by scan number outcome date citation from_hour publish current new \
    again q estado unidad antes despues pagina asignada vence quien que acto mes anio sigue siguiente \
    cargo inactivas";

/// The fields of queries for programs.
const ASKED: &str = "list unit state assignee category due_before due_on q before after limit entry";

/// What looks at answers and counts them.
struct Check<'a> {
    cast: &'a Cast,
    asked: u32,
    /// The fields that a route for programs does not know.
    unknown: BTreeMap<String, BTreeSet<String>>,
}

impl Check<'_> {
    fn holds(&mut self, what: &str, answer: &Answer, began: Instant) {
        self.asked += 1;
        let status = answer.status;
        assert!((200..500).contains(&status), "{what}: {answer:#?}\n{}", self.cast.scene.daemon.said());
        assert!(began.elapsed() < Duration::from_secs(8), "{what}: {:?}", began.elapsed());
    }

    /// Each route of pages with this in each of its places, of which one names a ticket that is there.
    fn pages(&mut self, login: &str, number: &str, odd: &str) {
        let mut browser = self.cast.of_login(login);
        let all = NAMES.split(' ').map(|name| format!("{name}={odd}")).collect::<Vec<_>>().join("&");
        // Each has the routes that are theirs, and the first of them those of everybody.
        let is_kept = |path: &str| ["/per", "/uni", "/nue", "/aud"].iter().any(|begin| path.starts_with(begin));
        let routes = listed().into_iter().filter(|route| route.path != "/salir" && route.path != "/entrar");
        for route in routes.filter(|route| is_kept(route.path) == (login == "rosa")) {
            let steps = if route.path.contains("{paso}") { STEPS } else { "" };
            let places = steps.split(' ').map(|step| (number, step)).chain([(number, odd), (odd, "visita")]);
            for (real, step) in places {
                // Nobody is to lock themselves out by what is tried.
                let login = if route.path.contains("desactivar") { odd } else { "berta" };
                let id = if route.path.starts_with("/unidades") { "1" } else { odd };
                let path = route.path.replace("{numero}", real).replace("{paso}", step).replace("{nombre}", odd);
                let path = path.replace("{id}", id).replace("{login}", login);
                // Right where it has to be, so that the odd is looked at.
                let kind = if route.path.starts_with("/cal") { "Accord" } else { "servers" };
                let right = format!("version=3&kind={kind}&cause=system&mode=remote&outcome=granted&role=technician");
                let began = Instant::now();
                let answer = if route.method == "GET" {
                    browser.get(&format!("{path}?{all}"))
                } else {
                    let body = format!("form_key={}&{right}&{all}", browser.key);
                    browser.post_raw(&path, &body)
                };
                self.holds(&format!("{} {path} {odd}", route.method), &answer, began);
            }
        }
    }

    /// What comes in parts need be no text at all.
    fn parts(&mut self, odd: &str) {
        let mut browser = self.cast.of_login("elena");
        browser.get("/solicitudes/nueva").is(200);
        let names = NAMES.split(' ').filter(|name| *name != "requester");
        let fields: Vec<(&str, &str)> = names.map(|name| (name, odd)).collect();
        let (name, began) = (odd.trim_matches(['\r', '\n', '"']), Instant::now());
        let answer = upload(&mut browser, "/solicitudes/nueva", &fields, &[(name, PDF.as_bytes())]);
        self.holds(&format!("upload {odd:?}"), &answer, began);
    }

    /// Somebody who is nobody yet.
    fn guest(&mut self, odd: &str) {
        let mut guest = Browser::new(self.cast.scene.port);
        guest.headers.push(("X-Forwarded-For".to_owned(), format!("nonsense, {odd}, 10.1.1.1")));
        guest.get("/entrar").is(200);
        let body = format!("form_key={}&login={odd}&password={odd}&siguiente={odd}", guest.key);
        let began = Instant::now();
        let answer = guest.post_raw("/entrar", &body);
        self.holds(&format!("login {odd}"), &answer, began);
        guest.cookies.insert("resguardo".to_owned(), odd.to_owned());
        guest.cookies.insert("resguardo-aviso".to_owned(), odd.to_owned());
        let answer = guest.get("/");
        self.holds(&format!("cookie {odd}"), &answer, began);
    }

    /// Each route for programs with this in each of its places.
    fn programs(&mut self, bearer: &str, number: &str, odd: &str) {
        for (method, path) in listed_for_programs() {
            let path = path.replace("{number}", number).replace("{id}", odd).replace("{year}", odd);
            let mut browser = Browser::new(self.cast.scene.port);
            browser.headers.push(("Authorization".to_owned(), bearer.to_owned()));
            let began = Instant::now();
            if method == "GET" {
                // One place after the other where tickets are asked for, and all at once elsewhere.
                let each = ASKED
                    .split(' ')
                    .map(|name| format!("list={}&{name}={odd}", if name == "after" { "queue" } else { "all" }));
                let whole = ASKED.split(' ').map(|name| format!("{name}={odd}")).collect::<Vec<_>>().join("&");
                let queries: Vec<String> = if path == "/api/v1/tickets" { each.collect() } else { vec![whole] };
                for query in queries {
                    let answer = browser.get(&format!("{path}?{query}"));
                    self.holds(&format!("GET {path} {query}"), &answer, began);
                }
            } else if path.ends_with("/files") {
                let name = format!("attachment; filename*=UTF-8''{odd}");
                let headers = [("Content-Type", "application/pdf"), ("Content-Disposition", name.as_str())];
                let answer = browser.ask("POST", &path, &headers, PDF.as_bytes());
                self.holds(&format!("file {odd}"), &answer, began);
            } else {
                let text = String::from_utf8_lossy(&unescaped(odd)).into_owned();
                for day in [text.as_str(), "2026-12-04"] {
                    let answer = self.told(&mut browser, &path, odd, body(&path, &text, day));
                    self.holds(&format!("POST {path} {odd}"), &answer, began);
                }
            }
        }
    }

    /// Sends it with only the fields that the route knows: one that it does not know is refused first.
    fn told(&mut self, browser: &mut Browser, path: &str, key: &str, mut body: Value) -> Answer {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
        let unknown = self.unknown.entry(path.to_owned()).or_default();
        loop {
            body.as_object_mut().unwrap().retain(|field, _| !unknown.contains(field));
            let answer = browser.ask("POST", path, &headers, body.to_string().as_bytes());
            let named = answer.body.split_once('«').and_then(|(_, rest)| rest.split_once("» no existe"));
            let Some((field, _)) = named else { return answer };
            assert!(unknown.insert(field.to_owned()), "{answer:#?}");
        }
    }
}

/// JSON with this in each of its fields.
fn body(path: &str, text: &str, day: &str) -> Value {
    if path == "/api/v1/tickets" {
        let new = ["subject", "description", "location", "phone", "equipment", "requester", "follows"];
        let mut body: Value = new.iter().map(|name| ((*name).to_owned(), json!(text))).collect();
        body["category"] = json!(1);
        return body;
    }
    json!({
        "version": 3, "to": text, "analysis": text, "cause": "system", "reason": text, "new_limit": day, "findings": text, "kind": "servers",
        "reference": text, "mode": "remote", "actions": text, "at": text, "place": text, "text": text, "rating": "unsatisfied", "comment": text,
    })
}

fn tried(cast: &Cast) {
    let fields = [("category", "7"), ("subject", "x"), ("description", "y"), ("location", "z"), ("once", "k")];
    let path = cast.ticket(&fields, &[("a.pdf", PDF.as_bytes())]);
    let number = path.trim_start_matches("/solicitudes/");
    let mut elena = cast.of_login("elena");
    elena.get(&path).is(200);
    elena.post(&format!("{path}/asignar"), &[("version", "1"), ("to", "elena")]).is(303);
    elena.post(&format!("{path}/analisis"), &[("version", "2"), ("analysis", "x")]).is(303);
    elena.post(&format!("{path}/correo"), &[("kind", "creation"), ("person", "x")]).is(303);
    let words =
        ["token", "add", "x", "--user", "elena", "--scope", "tickets:read", "--scope", "tickets:write", "--json"];
    let bearer = format!("Bearer {}", cast.scene.world.run(&words).exits(0).json()["token"].as_str().unwrap());
    let mut check = Check { cast, asked: 0, unknown: BTreeMap::new() };
    for odd in ODD {
        check.pages("elena", number, odd);
        check.pages("rosa", number, odd);
        check.guest(odd);
        check.programs(&bearer, number, odd);
    }
    for odd in ["\0", "\u{fffe}", "a\r\nb", "\u{202e}x", "'\";--", "../../x", &"x".repeat(300)] {
        check.parts(odd);
    }
    let (arrays, objects) = ("[".repeat(100_000), "{\"a\":".repeat(50_000));
    for body in ["", "null", "[]", "{", "\u{feff}{}", "{\"a\":1e999}", "\"\\ud800\"", "a=b", &arrays, &objects] {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let began = Instant::now();
        let answer = Browser::new(cast.scene.port).ask("POST", "/api/v1/tickets", &headers, body.as_bytes());
        check.holds("JSON", &answer, began);
    }
    assert!(check.asked > 5000, "{}", check.asked);
    elena.get(&path).is(200);
    let log = cast.scene.daemon.said();
    assert!(!log.contains("a page failed") && !log.contains("panicked"), "{log}");
}

/// The bytes of a text whose bytes are written as `%C3%B1`.
fn unescaped(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.split_at_checked(2).and_then(|(hex, rest)| Some((u8::from_str_radix(hex, 16).ok()?, rest))) {
            Some((byte, rest)) => bytes.extend(std::iter::once(byte).chain(rest.bytes())),
            None => bytes.extend(part.bytes()),
        }
    }
    bytes
}

#[test]
fn odd_bytes_in_every_place_are_no_fault_of_the_program_on_sqlite() {
    tried(&Cast::new(""));
}

#[test]
fn odd_bytes_in_every_place_are_no_fault_of_the_program_on_postgresql() {
    let (mut world, port) = world_with_pages();
    let postgres = Postgres::start(&world.path("postgres"));
    postgres.sql("postgres", "CREATE DATABASE mesa");
    let url = format!("postgres://postgres@localhost/mesa?host={}", postgres.socket.display());
    world.config["database"] = json!({ "url": url });
    tried(&Cast::of(world, port, ""));
}
