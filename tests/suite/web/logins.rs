//! Coming in, staying and going: sessions, their cookies, and what guessing leads to.

use system_tests::browser::Browser;
use system_tests::daemon::Daemon;

use super::{ADMIN, PASSWORD, Scene, world_with_pages};

#[test]
fn nobody_comes_in_before_an_account_was_made_on_the_machine() {
    let scene = Scene::new();
    for (login, password) in [("admin", "admin"), ("root", "root"), ("administrador", "password"), ("", "")] {
        let mut browser = Browser::new(scene.port);
        browser.headers.push(("X-Forwarded-For".to_owned(), format!("10.9.9.{}", login.len())));
        browser.log_in(login, password).is(422).says("El usuario o la contraseña no es correcto.");
    }
}

#[test]
fn an_unknown_login_and_a_wrong_password_look_the_same_and_guessing_slows_down_for_the_guesser_alone() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    let mut guesser = Browser::new(scene.port);
    guesser.headers.push(("X-Forwarded-For".to_owned(), "6.6.6.6".to_owned()));
    let page = |browser: &mut Browser, login: &str| {
        let answer = browser.log_in(login, "incorrecta").is(422);
        answer.body.replace(login, "LOGIN").replace(&browser.key, "KEY")
    };
    assert_eq!(page(&mut guesser, ADMIN), page(&mut guesser, "nadie-se-llama"));
    let stopped = (0..30).map(|_| guesser.log_in(ADMIN, "incorrecta")).find(|answer| answer.status == 429);
    let stopped = stopped.unwrap();
    assert!(stopped.header("retry-after").parse::<u32>().unwrap() > 0, "{stopped:#?}");
    // The right one is not even looked at.
    guesser.log_in(ADMIN, PASSWORD).is(429);
    admin.get("/personas").is(200);
    let mut other = scene.person("otra", "");
    other.get("/").is(200);
}

#[test]
fn a_session_begins_anew_at_each_login_and_ends_when_it_is_left() {
    let scene = Scene::new();
    let mut first = scene.admin();
    let token = first.cookies["resguardo"].clone();
    assert_eq!(token.len(), 64);
    let mut fixed = Browser::new(scene.port);
    fixed.cookies.insert("resguardo".to_owned(), token.clone());
    fixed.get("/").is(200).says("Administrador técnico");
    // Whoever logs in again has another session, and the one before is over.
    let mut again = first.clone();
    again.get("/clave").is(200);
    again.post("/entrar", &[("login", ADMIN), ("password", PASSWORD)]).is(303);
    assert_ne!(again.cookies["resguardo"], token);
    fixed.get("/").is(303);
    again.get("/").is(200);
    let mut left = again.clone();
    let out = left.post("/salir", &[]).is(303);
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{out:#?}");
    again.get("/").is(303);
    let invented = "0".repeat(64);
    first.cookies.insert("resguardo".to_owned(), invented);
    first.get("/").is(303);
}

#[test]
fn another_password_needs_the_current_one_and_ends_the_other_sessions() {
    let scene = Scene::new();
    let mut here = scene.admin();
    let mut there = Browser::new(scene.port);
    there.log_in(ADMIN, PASSWORD).is(303);
    here.get("/clave").is(200);
    let new = "siete volcanes azules cantan";
    here.post("/clave", &[("current", "otra"), ("new", new), ("again", new)]).is(422).says("no es correcta");
    here.post("/clave", &[("current", PASSWORD), ("new", new), ("again", "otra")]).is(422).says("No es igual");
    here.post("/clave", &[("current", PASSWORD), ("new", "corta"), ("again", "corta")])
        .is(422)
        .says("id=\"new-error\"");
    here.post("/clave", &[("current", PASSWORD), ("new", new), ("again", new)]).is(303);
    here.get("/").is(200);
    there.get("/").is(303);
}

#[test]
fn who_has_a_first_password_can_do_nothing_but_change_it() {
    let scene = Scene::new();
    let first = scene.add("nueva", "Ana", "administrator");
    let mut browser = Browser::new(scene.port);
    browser.log_in("nueva", &first).is(303);
    for path in ["/", "/personas", "/auditoria", "/nueva-persona"] {
        assert_eq!(browser.get(path).is(303).header("location"), "/clave", "{path}");
    }
    browser.get("/clave").is(200).says("provisional").never_says("/personas");
    browser.post("/nueva-persona", &[("login", "x"), ("name", "X")]).is(403);
}

#[test]
fn a_disabled_account_and_a_role_that_is_taken_count_at_the_next_request() {
    let scene = Scene::new();
    let mut chief = scene.person("jefa", "chief");
    chief.get("/auditoria").is(200);
    scene.world.run(&["user", "role", "jefa", "chief", "--revoke"]).exits(0);
    chief.get("/auditoria").is(403).never_says("auditoria");
    chief.get("/").is(200);
    scene.world.run(&["user", "disable", "jefa"]).exits(0);
    assert_eq!(chief.get("/").is(303).header("location"), "/entrar");
    chief.post("/clave", &[]).is(403);
}

#[test]
fn nobody_is_led_to_another_site_by_logging_in() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    let asked = admin.clone();
    admin.post("/salir", &[]).is(303);
    let mut browser = Browser::new(scene.port);
    for elsewhere in
        ["//evil.test", "/\\evil.test", "https:evil", "https://evil.test", "javascript:alert(1)", "/x\r\ny"]
    {
        browser.get("/entrar").is(200);
        let fields = [("login", ADMIN), ("password", PASSWORD), ("siguiente", elsewhere)];
        assert_eq!(browser.post("/entrar", &fields).is(303).header("location"), "/", "{elsewhere}");
        browser.post_leaving();
    }
    let mut guest = Browser::new(asked.port);
    let away = guest.get("/personas?q=a%26b").is(303).header("location").to_owned();
    assert_eq!(away, "/entrar?siguiente=/personas%3Fq%3Da%2526b");
    guest.get(&away).is(200).says("value=\"/personas?q=a%26b\"");
    let fields = [("login", ADMIN), ("password", PASSWORD), ("siguiente", "/personas?q=a%26b")];
    assert_eq!(guest.post("/entrar", &fields).is(303).header("location"), "/personas?q=a%26b");
}

trait Leaving {
    fn post_leaving(&mut self);
}

impl Leaving for Browser {
    fn post_leaving(&mut self) {
        self.get("/clave").is(200);
        self.post("/salir", &[]).is(303);
    }
}

#[test]
fn behind_a_proxy_with_tls_the_cookies_and_headers_say_so() {
    let (mut world, port) = world_with_pages();
    world.config["web"]["base_url"] = "https://soporte.example".into();
    let scene = Scene::of(world, port);
    let first = scene.add(ADMIN, "Ana", "administrator");
    let mut browser = Browser::new(port);
    browser.host = "soporte.example".to_owned();
    let page = browser.get("/entrar").is(200);
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("strict-transport-security", "max-age=31536000"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    let came = browser.log_in(ADMIN, &first).is(303);
    let cookies: Vec<&str> =
        came.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
    let session = cookies.iter().find(|line| line.starts_with("__Host-resguardo=")).unwrap();
    for part in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
        assert!(session.contains(part), "{session}");
    }
    assert!(!session.contains("Domain"), "{session}");
    drop::<Daemon>(scene.daemon);
}
