//! What is another's: it does not exist for those who may not see it, and those who may see it do nothing with it that is not theirs
//! to do; and fields that no form has change nothing.

use resguardo::web::routes::listed;
use serde_json::{Value, json};
use system_tests::browser::{Answer, Browser};

use super::cast::Cast;
use super::tickets::{PDF, upload};

/// A step with a form that is right.
const STEPS: &[(&str, &[(&str, &str)])] = &[
    ("tomar", &[]),
    ("asignar", &[("to", "carlos")]),
    ("analisis", &[("analysis", "x")]),
    ("dictamen", &[("mode", "remote"), ("findings", "x"), ("actions", "y")]),
    ("finalizar", &[]),
    ("reanudar", &[]),
    ("entregar", &[]),
    ("acuse", &[]),
    ("confirmar-ampliacion", &[]),
    ("rechazar-ampliacion", &[]),
    ("confirmar-excepcion", &[]),
    ("rechazar-excepcion", &[]),
    ("calificar", &[("rating", "satisfied"), ("comment", "x")]),
    ("responder", &[("answer", "x")]),
    ("visita", &[("at", "23-11-2026 09:00"), ("place", "x")]),
    ("ampliar", &[("cause", "system"), ("reason", "x"), ("new_limit", "2027-01-05"), ("findings", "x")]),
    ("exceptuar", &[("kind", "servers"), ("reason", "x"), ("reference", "y")]),
    ("anular", &[("reason", "x")]),
    ("correo", &[("kind", "creation"), ("person", "x")]),
    ("correo/give", &[("on", "23-11-2026")]),
    ("correo/authorize", &[("on", "23-11-2026"), ("by", "x")]),
    ("correo/receive", &[("scan", "00000000000000000000000000000000")]),
    ("correo/upload", &[("number", "x")]),
    ("correo/answer", &[("outcome", "granted")]),
    ("correo/tell", &[]),
];

/// What another form than that of a step may hold.
const MESSAGE: &[(&str, &str)] = &[("text", "hola"), ("kind", "creation"), ("person", "x")];
/// Lists in which a ticket of another might stand.
const LISTS: &str =
    "/ /solicitudes /solicitudes?q=secreto /unidad /unidad?unidad=1 /unidad?unidad=2 /todas?q=secreto /bandeja /correo";

pub(super) fn fields<'a>(subject: &'a str, once: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("category", "7"), ("subject", subject), ("description", "x"), ("location", "y"), ("once", once)]
}

/// What an answer says, without what differs from one to the next.
fn said(answer: &Answer, number: &str) -> (u16, String, Vec<(String, String)>) {
    let mut body = answer.body.replace(number, "NUMBER");
    for (before, after) in [("<code>", "</code>"), ("name=\"form_key\" value=\"", "\""), ("\"id\":\"", "\"")] {
        if let Some((head, rest)) = body.clone().split_once(before) {
            body = format!("{head}{before}{}", rest.split_once(after).map_or("", |(_, rest)| rest));
        }
    }
    let own = ["date", "content-length", "set-cookie"];
    let headers = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    (answer.status, body, headers.map(|(name, value)| (name.clone(), value.replace(number, "NUMBER"))).collect())
}

/// A ticket of Ana's in Diego's hands, for which an extension waits, with a file and a request for an account.
fn attended(cast: &Cast) -> (String, String) {
    let path = cast.ticket(&fields("secreto de ana", "k"), &[("acta.pdf", PDF.as_bytes())]);
    let id = cast.sql("SELECT lower(hex(id)) FROM attachments");
    cast.step("elena", &path, "asignar", &[("to", "diego")]).is(303);
    cast.step("diego", &path, "analisis", &[("analysis", "x")]).is(303);
    let extension =
        [("cause", "system"), ("reason", "x"), ("new_limit", "2027-01-04"), ("findings", "x"), ("recommendation", "")];
    cast.step("diego", &path, "ampliar", &extension).is(303);
    cast.step("diego", &path, "correo", &[("kind", "creation"), ("person", "x")]).is(303);
    (path, id)
}

#[test]
fn what_one_may_not_see_is_answered_like_what_does_not_exist() {
    let cast = Cast::new("");
    let (path, id) = attended(&cast);
    let (number, none) = (path.trim_start_matches("/solicitudes/"), "ST-2026-999999");
    let before = cast.tickets();
    for login in ["berta", "julio", "rosa"] {
        let mut browser = cast.of_login(login);
        browser.get("/solicitudes/nueva").is(200);
        let mut compared = 0;
        for route in listed().into_iter().filter(|route| route.path.contains("{numero}")) {
            let steps = if route.path.ends_with("{paso}") { STEPS } else { &[("", MESSAGE)] };
            for (step, fields) in steps.iter().copied() {
                let step = if route.path.contains("/correo/") { step.trim_start_matches("correo/") } else { step };
                if step.contains('/') {
                    continue;
                }
                let mut ask = |number: &str| {
                    let path = route.path.replace("{numero}", number).replace("{id}", &id).replace("{paso}", step);
                    let fields = [&[("version", "4")], fields].concat();
                    let answer = match route.method {
                        "GET" => browser.get(&path),
                        _ if path.ends_with("/mensaje") => {
                            upload(&mut browser, &path, &fields, &[("a.pdf", PDF.as_bytes())])
                        }
                        _ => browser.post(&path, &fields),
                    };
                    said(&answer, number)
                };
                let (real, other) = (ask(number), ask(none));
                assert_eq!(real, other, "{login} {} {} {step}", route.method, route.path);
                assert!([403, 404, 405, 422].contains(&real.0), "{login} {} {step}: {real:?}", route.path);
                assert!(!real.1.contains("secreto"), "{real:?}");
                compared += 1;
            }
        }
        assert!(compared > 30, "{compared}");
        for list in LISTS.split(' ') {
            browser.get(list).never_says("secreto de ana").never_says(number);
        }
        let follow = [&fields("sigue", "k")[..], &[("follows", number)]].concat();
        let other = [&fields("sigue", "k")[..], &[("follows", none)]].concat();
        let follow = upload(&mut browser, "/solicitudes/nueva", &follow, &[]).is(422);
        assert_eq!(said(&follow, number), said(&upload(&mut browser, "/solicitudes/nueva", &other, &[]), none));
    }
    assert_eq!(cast.tickets(), before, "what was refused changed something");
}

#[test]
fn a_file_is_found_only_under_its_own_ticket_by_its_own_name() {
    let cast = Cast::new("");
    let (path, id) = attended(&cast);
    let mut berta = cast.of_login("berta");
    berta.get("/solicitudes/nueva").is(200);
    let own =
        upload(&mut berta, "/solicitudes/nueva", &fields("propia", "kb"), &[]).is(303).header("location").to_owned();
    let mut ana = cast.of_login("ana");
    for wrong in [
        id.to_uppercase(),
        format!("{id}.pdf"),
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        format!("..%2f{id}"),
        id.replace('a', "b"),
    ] {
        berta.get(&format!("{own}/archivos/{wrong}")).is(404);
        let status = ana.get(&format!("{path}/archivos/{wrong}")).status;
        assert!([200, 404].contains(&status), "{wrong}: {status}");
    }
    berta.get(&format!("{own}/archivos/{id}")).is(404);
}

#[test]
fn those_who_see_a_ticket_do_nothing_with_it_that_is_not_theirs() {
    let cast = Cast::new("");
    let (path, id) = attended(&cast);
    let before = cast.tickets();
    // Whoever may do something here does it elsewhere; all else is refused.
    let allowed = |login: &str, step: &str| match login {
        "diego" => ["dictamen", "visita", "exceptuar", "correo/give"].contains(&step),
        "elena" => ["asignar", "confirmar-ampliacion", "rechazar-ampliacion", "correo/give"].contains(&step),
        _ => false,
    };
    let mut refused = 0;
    for login in ["ana", "ines", "gloria", "hugo", "carlos", "diego", "elena", "berta", "julio", "rosa"] {
        let mut browser = cast.of_login(login);
        for (step, fields) in STEPS.iter().filter(|(step, _)| !allowed(login, step)) {
            let version = if step.starts_with("correo") { "1".to_owned() } else { cast.version(&path) };
            let answer = browser.post(&format!("{path}/{step}"), &[&[("version", version.as_str())], *fields].concat());
            assert!([403, 404, 409, 422].contains(&answer.status), "{login} {step}: {answer:#?}");
            assert!(answer.status != 422 || ["diego", "elena"].contains(&login), "{login} {step} is shown a form");
            assert!(browser.get(&format!("{path}/{step}")).status < 500);
            refused += 1;
        }
    }
    assert!(refused > 200, "{refused}");
    for login in ["ines", "gloria", "hugo", "berta", "julio", "rosa"] {
        let mut browser = cast.of_login(login);
        for more in [&[][..], &[("internal", "1")]] {
            let fields = [&[("text", "hola")], more].concat();
            let status = upload(&mut browser, &format!("{path}/mensaje"), &fields, &[("a.pdf", PDF.as_bytes())]).status;
            assert!([403, 404].contains(&status), "{login}: {status}");
        }
    }
    let mut ana = cast.of_login("ana");
    upload(&mut ana, &format!("{path}/mensaje"), &[("text", "hola"), ("internal", "1")], &[]).is(403);
    for (login, status) in
        [("ana", 200), ("ines", 200), ("carlos", 200), ("gloria", 200), ("berta", 404), ("rosa", 404)]
    {
        cast.of_login(login).get(&format!("{path}/archivos/{id}")).is(status);
    }
    assert_eq!(cast.tickets(), before, "what was refused changed something");
}

/// What programs send for each step.
fn bodies() -> Vec<(&'static str, Value)> {
    vec![
        ("take", json!({})),
        ("assign", json!({ "to": "carlos" })),
        ("assign", json!({ "to": "nadie" })),
        ("analysis", json!({ "analysis": "x" })),
        ("extension/decision", json!({ "confirmed": true })),
        ("exception", json!({ "kind": "servers", "reason": "x", "reference": "y" })),
        ("ruling", json!({ "mode": "remote", "findings": "x", "actions": "y" })),
        ("finish", json!({})),
        ("rating", json!({ "rating": "satisfied" })),
        ("answer", json!({ "answer": "x" })),
        ("visit", json!({ "at": "2026-11-23T15:00:00Z", "place": "x" })),
        ("void", json!({ "reason": "x" })),
    ]
}

#[test]
fn a_key_of_a_program_does_no_more_and_no_refusal_tells_who_there_is() {
    let cast = Cast::new("");
    let (path, _) = attended(&cast);
    let before = cast.tickets();
    let key = |login: &str| {
        let words =
            ["token", "add", "x", "--user", login, "--scope", "tickets:read", "--scope", "tickets:write", "--json"];
        format!("Bearer {}", cast.scene.world.run(&words).exits(0).json()["token"].as_str().unwrap())
    };
    let number = path.trim_start_matches("/solicitudes/");
    for login in ["ana", "ines", "gloria", "carlos", "berta", "julio"] {
        let bearer = key(login);
        let ask = |path: &str, body: &Value| {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
            Browser::new(cast.scene.port).ask("POST", path, &headers, body.to_string().as_bytes())
        };
        let mut assigned = Vec::new();
        for (word, mut body) in bodies() {
            body["version"] = json!(4);
            let real = ask(&format!("/api/v1/tickets/{number}/{word}"), &body);
            assert!([403, 404, 409].contains(&real.status), "{login} {word}: {real:#?}");
            let none = ask(&format!("/api/v1/tickets/ST-2026-999999/{word}"), &body);
            if ["berta", "julio"].contains(&login) {
                assert_eq!(said(&real, number), said(&none, "ST-2026-999999"), "{login} {word}");
            }
            if word == "assign" {
                assigned.push(said(&real, number));
            }
        }
        assert_eq!(assigned[0], assigned[1], "{login} learns who there is");
        if login != "carlos" {
            let for_another = |login: &str| {
                let body =
                    json!({ "subject": "x", "description": "y", "location": "z", "category": 1, "requester": login });
                said(&ask("/api/v1/tickets", &body), "ST-")
            };
            assert_eq!((for_another("elena").0, for_another("elena")), (403, for_another("nadie")));
        }
    }
    assert_eq!(cast.tickets(), before, "what was refused changed something");
}
