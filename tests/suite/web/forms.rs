//! What comes in forms: whose they are, what stands in them, and how much of it.

use system_tests::browser::{Browser, encoded};

use super::Scene;

#[test]
fn a_form_without_the_key_of_its_session_changes_nothing() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    let mut other = scene.person("otra", "administrator");
    admin.get("/nueva-persona").is(200);
    other.get("/nueva-persona").is(200);
    let fields = [("login", "intruso"), ("name", "Intruso")];
    let said = "ya no es de esta sesión";
    let key = std::mem::take(&mut admin.key);
    admin.post_raw("/nueva-persona", &encoded(&fields)).is(403).says(said);
    for wrong in [other.key.as_str(), "", "0", &key.to_uppercase().replace(|letter: char| letter.is_ascii_digit(), "0")]
    {
        let body = encoded(&[&[("form_key", wrong)], &fields[..]].concat());
        admin.post_raw("/nueva-persona", &body).is(403).says(said);
    }
    let right = encoded(&[&[("form_key", key.as_str())], &fields[..]].concat());
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
        admin.ask("POST", "/nueva-persona", &[("Content-Type", kind)], right.as_bytes()).is(403);
    }
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for (name, value) in [("Origin", "https://evil.test"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")] {
        admin.ask("POST", "/nueva-persona", &[form, (name, value)], right.as_bytes()).is(403);
    }
    assert!(!scene.world.run(&["user", "list", "--json"]).exits(0).said().contains("intruso"));
    let origin = format!("http://127.0.0.1:{}", scene.port);
    let from_here = [form, ("Origin", origin.as_str()), ("Sec-Fetch-Site", "same-origin")];
    admin.ask("POST", "/nueva-persona", &from_here, right.as_bytes()).is(200).says("contraseña provisional");
    // Nor does anybody log somebody else in as themselves.
    let mut stranger = Browser::new(scene.port);
    stranger.post("/entrar", &[("login", "intruso"), ("password", "x")]).is(403);
}

/// What is written as a name comes back as it was written, and means nothing.
const NAMES: &[&str] = &[
    "<b onmouseover=alert(1)>Ana</b>",
    "<script>alert(1)</script>",
    "\"><svg/onload=alert(1)>",
    "' autofocus onfocus=alert(1) x='",
    "{{7*7}} ${7*7} <%= 1 %> {% include \"/etc/passwd\" %}",
    "javascript:alert(1) [x](javascript:alert(1))",
    "=cmd|' /C calc'!A0",
];

#[test]
fn what_is_written_is_shown_as_it_was_written_and_means_nothing() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    for (index, name) in NAMES.iter().enumerate() {
        let login = format!("p{index}");
        admin.get("/nueva-persona").is(200);
        admin.post("/nueva-persona", &[("login", &login), ("name", name), ("post", name)]).is(200);
        admin.get("/unidades/nueva").is(200);
        let unit = [("name", *name), ("kind", "department"), ("active", "1")];
        admin.post("/unidades/nueva", &unit).is(303);
        for path in ["/personas", &format!("/personas/{login}"), "/unidades", "/auditoria"] {
            let page = admin.get(path).is(200);
            for raw in ["<b onmouse", "<script", "<svg/", "' autofocus onfocus=alert(1) x='\""] {
                assert!(!page.body.contains(raw), "{path} has {raw}");
            }
            assert!(!page.body.contains("href=\"javascript:"), "{path}");
        }
        let page = admin.get(&format!("/personas/{login}")).is(200);
        let plain = page.body.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
        assert!(plain.contains(&name.replace('&', "&#38;")), "{name} is not on its page: {plain}");
    }
    let hidden = [
        ("login", "oculta"),
        ("name", "factura\u{202e}gpj.exe\u{200b}\0"),
        ("post", "x\n2026-11-22 INFO respaldo correcto"),
    ];
    admin.get("/nueva-persona").is(200);
    admin.post("/nueva-persona", &hidden).is(200);
    admin.get("/personas/oculta").is(200).says("facturagpj.exe").says("x 2026-11-22 INFO respaldo correcto");
    assert!(!scene.daemon.said().lines().any(|line| line.starts_with("2026-11-22 INFO respaldo correcto")));
}

#[test]
fn what_does_not_fit_is_said_at_its_field_and_the_rest_stays() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    admin.get("/nueva-persona").is(200);
    let long = "a".repeat(1_000_000);
    let kept = ("post", "Verificadora de \"campo\"");
    let again = admin.post("/nueva-persona", &[("login", "larga"), ("name", &long), kept]).is(422);
    let again = again.says("href=\"#name\"").says("id=\"name-error\"").says("aria-invalid=\"true\"").says("caben 120");
    again.says("value=\"Verificadora de &#34;campo&#34;\"");
    let breaks = "x\n".repeat(50_000);
    admin.post("/nueva-persona", &[("login", "larga"), ("name", &breaks)]).is(422);
    let huge = "a".repeat(3_000_000);
    admin.post("/nueva-persona", &[("login", "larga"), ("name", &huge)]).is(413).says("demasiado grande");
    let many: Vec<(&str, &str)> = std::iter::repeat_n(("x", "1"), 10_000).collect();
    admin.post("/nueva-persona", &many).is(400);
    // Bytes that are no text.
    let body = format!("form_key={}&login=rota&name=%C3%28", admin.key);
    let answer = admin.post_raw("/nueva-persona", &body);
    assert!([200, 422].contains(&answer.status), "{answer:#?}");
    admin
        .post("/nueva-persona", &[("login", "otra"), ("name", "Otra"), ("superior", "nadie")])
        .is(422)
        .says("superior-error");
}

#[test]
fn days_that_are_none_are_refused_and_fields_that_nobody_asked_for_do_nothing() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    scene.add("luis", "Luis", "");
    admin.get("/personas/luis").is(200);
    for day in ["2026-02-30", "0000-00-00", "99999-01-01", "2026-11-31T25:00", "ayer"] {
        let fields = [("role", "technician"), ("from", day)];
        admin.post("/personas/luis/cargos", &fields).is(422).says("id=\"from-error\"");
    }
    admin.post("/personas/luis/cargos", &[("role", "root")]).is(422).says("id=\"role-error\"");
    admin.get("/personas/luis").is(200).says("Ninguno: solicita soporte");
    let version =
        |page: &str| page.split_once("name=\"version\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let old = version(&admin.get("/personas/luis").is(200).body);
    let more = [
        ("version", old.as_str()),
        ("name", "Luis Pérez"),
        ("login", "root"),
        ("active", "0"),
        ("password", "x"),
        ("id", "1"),
    ];
    admin.post("/personas/luis", &more).is(303);
    admin.get("/personas/luis").is(200).says("Luis Pérez").says("Cuenta activa").never_says("root");
    // Whoever saw an older version is told, and changes nothing.
    let stale = admin.post("/personas/luis", &[("version", &old), ("name", "Otro")]).is(422);
    stale.says("Otra persona cambió").says("value=\"Otro\"");
    let own = admin.post("/personas/administradora/desactivar", &[]);
    own.is(409).says("Nadie cambia");
    let role = [("role", "technician"), ("from", ""), ("until", "31-12-2199")];
    admin.post("/personas/luis/cargos", &role).is(303);
    admin.get("/personas/luis").is(200).says("El cargo se dio.").says("31-12-2199");
    admin.get("/personas/luis").is(200).never_says("El cargo se dio.");
}
