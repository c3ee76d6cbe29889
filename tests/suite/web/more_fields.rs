//! Fields that no form has, and what is claimed beside a form: nothing of that changes anything.

use super::cast::Cast;
use super::others::fields;
use super::tickets::{PDF, upload};

/// What somebody might add to a form.
const MORE: &str = "solicitante_id requester_id user estado state ingreso_en entered entered_day first_limit last_limit \
    conformidad_plazo verdict rol role assignee tecnico unit unit_head number version id rating finished \
    mode adjunto_id attachment attachments scan internal relacionado_id _method must_change follows_id";

/// A ticket of Berta's with a file; returns its path.
fn another(cast: &Cast) -> String {
    let mut berta = cast.of_login("berta");
    berta.get("/solicitudes/nueva").is(200);
    let made = upload(&mut berta, "/solicitudes/nueva", &fields("de berta", "k"), &[("a.pdf", PDF.as_bytes())]);
    made.is(303).header("location").to_owned()
}

#[test]
fn fields_that_no_form_has_change_nothing() {
    let cast = Cast::new("");
    let secret = another(&cast);
    let (number, file) =
        (secret.trim_start_matches("/solicitudes/"), cast.sql("SELECT lower(hex(id)) FROM attachments"));
    let mut ana = cast.of_login("ana");
    ana.get("/solicitudes/nueva").is(200);
    for (name, value) in [("requester", "berta"), ("requester", "nadie"), ("requester", "elena"), ("requester", "\0")] {
        let more = [&fields("x", "k")[..], &[(name, value)]].concat();
        let answer = upload(&mut ana, "/solicitudes/nueva", &more, &[]).is(403);
        assert!(!answer.body.contains("persona activa"), "{value}: it tells who there is");
    }
    upload(&mut ana, "/solicitudes/nueva", &[&fields("x", "k")[..], &[("follows", number)]].concat(), &[]).is(422);
    let before = cast.sql("SELECT count(*) FROM tickets");
    let value = |name: &str| if name.ends_with("id") || name.starts_with("att") { file.as_str() } else { "1" };
    let more: Vec<(&str, &str)> = MORE.split(' ').map(|name| (name, value(name))).collect();
    upload(&mut ana, "/solicitudes/nueva", &[&fields("mía", "k3")[..], &more].concat(), &[]).is(303);
    let row = "SELECT state, requester = (SELECT id FROM users WHERE login = 'ana'), assignee IS NULL, rating IS NULL, verdict IS NULL, \
               follows IS NULL, version, entered_day, (SELECT count(*) FROM attachments WHERE ticket = tickets.id) FROM tickets WHERE subject = 'mía'";
    assert_eq!(cast.sql(row), "entered|1|1|1|1|1|1|2026-11-23|0");
    assert_eq!(cast.sql("SELECT count(*) FROM tickets").parse::<u32>().unwrap(), before.parse::<u32>().unwrap() + 1);
}

#[test]
fn what_stands_beside_a_form_is_no_part_of_it() {
    let cast = Cast::new("");
    let path = cast.ticket(&fields("mía", "k"), &[]);
    let mut carlos = cast.of_login("carlos");
    carlos.get(&path).is(200);
    carlos.key = "00".to_owned();
    let key = cast.of_login("carlos").key;
    carlos.post(&format!("{path}/tomar?form_key={key}&version=1"), &[]).is(403);
    carlos.key.clone_from(&key);
    carlos.post(&format!("{path}/tomar?version=1"), &[]).is(409);
    carlos
        .ask(
            "GET",
            &format!("{path}/tomar?form_key={key}&version=1&_method=POST"),
            &[("X-HTTP-Method-Override", "POST")],
            b"",
        )
        .is(404);
    let take = [
        ("version", "1"),
        ("to", "diego"),
        ("assignee", "1"),
        ("at", "2020-01-01"),
        ("state", "finished"),
        ("version", "9"),
    ];
    carlos.post(&format!("{path}/tomar"), &take).is(303);
    assert_eq!(
        cast.sql("SELECT state, (SELECT login FROM users WHERE id = assignee) FROM tickets WHERE subject = 'mía'"),
        "assigned|carlos"
    );
}

#[test]
fn nobody_gives_themselves_anything() {
    let cast = Cast::new("");
    let mut ana = cast.of_login("ana");
    ana.get("/clave").is(200);
    let own = [
        ("current", "x"),
        ("new", "y"),
        ("again", "y"),
        ("role", "chief"),
        ("login", "elena"),
        ("user", "1"),
        ("directory", "1"),
    ];
    ana.post("/clave", &own).is(422);
    for path in [
        "/personas/ana",
        "/personas/ana/cargos",
        "/personas/elena/clave",
        "/nueva-persona",
        "/unidades/1",
        "/bandeja/revision",
        "/calendario/nuevo-dia",
    ] {
        ana.post(path, &[("role", "chief"), ("version", "1"), ("name", "x"), ("login", "x"), ("head", "ana")]).is(403);
    }
    let mut rosa = cast.of_login("rosa");
    rosa.get("/personas/rosa").is(200);
    for (path, fields) in [
        ("/personas/rosa/cargos", &[("role", "chief")][..]),
        ("/personas/rosa/desactivar", &[]),
        (
            "/unidades/1",
            &[("version", "1"), ("name", "Verificación"), ("kind", "department"), ("head", "rosa"), ("active", "1")],
        ),
    ] {
        let status = rosa.post(path, fields).status;
        assert!([409, 422].contains(&status), "{path}: who keeps accounts keeps their own: {status}");
    }
    assert_eq!(
        cast.sql("SELECT count(*) FROM user_roles WHERE \"user\" = (SELECT id FROM users WHERE login = 'ana')"),
        "0"
    );
}
