//! What must not work: no key, another's key, another's ticket, fields that are nobody's to write, and text that means something
//! elsewhere.

use serde_json::{Value, json};
use system_tests::browser::encoded;

use crate::{Scene, asked, problem, value};

#[test]
fn only_a_key_that_is_for_it_opens_anything() {
    let scene = Scene::new();
    let ask = |headers: &[(&str, &str)]| scene.ask("GET", "/api/v1/tickets", headers, b"");
    let none = ask(&[]);
    problem(&none, 401, "unauthorized");
    assert_eq!(none.header("www-authenticate"), "Bearer");
    // No cookie is looked at, nor set.
    let cookie = ask(&[("Cookie", "sesion=0123456789abcdef")]);
    problem(&cookie, 401, "unauthorized");
    assert_eq!(cookie.header("set-cookie"), "");
    let reads = format!("Bearer {}", scene.key("ana", &["tickets:read"]));
    ask(&[("Authorization", &reads)]).is(200);
    let writes = [("Authorization", reads.as_str()), ("Content-Type", "application/json")];
    problem(&scene.ask("POST", "/api/v1/tickets", &writes, asked("x").to_string().as_bytes()), 403, "scope");
    let both = [("Authorization", reads.as_str()), ("Authorization", reads.as_str())];
    problem(&ask(&both), 401, "unauthorized");
    // T38: whoever is disabled is out at once.
    scene.world.run(&["user", "disable", "ana"]).exits(0);
    problem(&ask(&[("Authorization", &reads)]), 401, "unauthorized");
}

#[test]
fn an_address_that_tries_keys_is_made_to_wait_and_no_other_one_is() {
    let scene = Scene::new();
    let wrong = format!("Bearer {}", "0".repeat(64));
    let ask = |key: &str, address: &str| {
        scene.ask("GET", "/api/v1/tickets", &[("Authorization", key), ("X-Forwarded-For", address)], b"")
    };
    for _ in 0..20 {
        problem(&ask(&wrong, "10.9.9.9"), 401, "unauthorized");
    }
    let waits = ask(&wrong, "10.9.9.9");
    problem(&waits, 429, "throttled");
    assert!(waits.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds <= 61), "{waits:#?}");
    ask(&scene.bearer("ana"), "10.9.9.8").is(200);
}

#[test]
fn what_is_anothers_does_not_exist() {
    let scene = Scene::new();
    let number = scene.attended();
    let before = value(&scene.get("ana", &format!("/tickets/{number}")).is(200));
    let (real, none) =
        (scene.get("berta", &format!("/tickets/{number}")), scene.get("berta", "/tickets/ST-2026-999999"));
    let same = |answer| {
        let mut body: Value = problem(answer, 404, "not_found");
        body.as_object_mut().unwrap().remove("id");
        body
    };
    assert_eq!(same(&real), same(&none));
    for (word, body) in [
        ("comments", json!({ "text": "hola" })),
        ("rating", json!({ "version": 3, "rating": "satisfied" })),
        ("void", json!({ "version": 3, "reason": "x" })),
        ("assign", json!({ "version": 3, "to": "nadie" })),
        ("take", json!({ "version": 3 })),
    ] {
        problem(&scene.post("berta", &format!("/tickets/{number}/{word}"), &body), 404, "not_found");
    }
    assert_eq!(value(&scene.get("ana", &format!("/tickets/{number}")).is(200)), before);
    let mut follows = asked("sigue");
    follows["follows"] = json!(number);
    assert_eq!(problem(&scene.post("berta", "/tickets", &follows), 422, "invalid")["field"], "follows");
}

#[test]
fn fields_that_are_nobodys_to_write_are_refused() {
    let scene = Scene::new();
    for (field, text) in [
        ("solicitante_id", json!(1)),
        ("estado", json!("finalizada")),
        ("state", json!("finished")),
        ("ingreso_en", json!("2020-01-01")),
        ("entered", json!("2020-01-01T00:00:00Z")),
        ("conformidad_plazo", json!("conforme")),
        ("rol", json!("jefe_dti")),
        ("adjunto_id", json!("x")),
        ("id", json!(1)),
    ] {
        let mut body = asked("no imprime");
        body[field] = text;
        assert_eq!(problem(&scene.post("ana", "/tickets", &body), 422, "invalid")["field"], field);
    }
    let mut for_another = asked("no imprime");
    for_another["requester"] = json!("berta");
    problem(&scene.post("ana", "/tickets", &for_another), 403, "forbidden");
    assert_eq!(value(&scene.get("elena", "/tickets?list=all").is(200))["items"], json!([]));
    let mut twice = asked("no imprime").to_string();
    twice.insert_str(1, "\"subject\":\"otra\",");
    let bearer = scene.bearer("ana");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    problem(&scene.ask("POST", "/api/v1/tickets", &headers, twice.as_bytes()), 422, "invalid");
    problem(&scene.ask("POST", "/api/v1/tickets", &headers, b"{\"subject\":"), 400, "malformed");
    let plain = [("Authorization", bearer.as_str()), ("Content-Type", "text/plain")];
    problem(&scene.ask("POST", "/api/v1/tickets", &plain, asked("x").to_string().as_bytes()), 415, "media_type");
}

#[test]
fn text_means_nothing_to_the_database_nor_to_templates() {
    let scene = Scene::new();
    for text in [
        "{{7*7}}",
        "${7*7}",
        "{% include \"/etc/passwd\" %}",
        "<%= 1 %>",
        "<script>alert(1)</script>",
        "'; DROP TABLE tickets;--",
    ] {
        let made = value(&scene.post("ana", "/tickets", &asked(text)).is(201));
        assert_eq!(made["subject"], text);
    }
    let long = "a".repeat(10_000);
    for words in [
        "' OR 1=1--",
        "%' UNION SELECT hash FROM users--",
        "'; DROP TABLE tickets;--",
        "1) OR (SELECT pg_sleep(5))--",
        "\\",
        "%",
        "_",
        "",
        "\u{0}",
        &long,
    ] {
        let query = encoded(&[("q", words)]);
        scene.get("elena", &format!("/tickets?list=all&{query}")).is(200);
        scene.get("elena", &format!("/tickets?list=queue&{query}")).is(200);
    }
    for order in
        ["orden=entered;DROP%20TABLE%20x", "orden=(CASE%20WHEN%201=1%20THEN%201%20END)", "dir=asc,(select%201)"]
    {
        assert_eq!(
            value(&scene.get("ana", &format!("/tickets?{order}")).is(200))["items"].as_array().unwrap().len(),
            6
        );
    }
    for id in ["-1", "0", "1e3", "9223372036854775808", "0x10", "%EF%BC%91", "%00", "%C3%28", "..%2f..%2f"] {
        for path in [
            format!("/tickets/{id}"),
            format!("/tickets?category={id}"),
            format!("/tickets?before={id}"),
            format!("/calendar/{id}"),
            format!("/tickets/ST-2026-000001/files/{id}"),
        ] {
            let status = scene.get("ana", &path).status;
            assert!([400, 404, 422].contains(&status), "{path}: {status}");
        }
    }
    for day in ["2026-02-30", "0000-00-00", "99999-01-01", "2026-11-31T25:00"] {
        let refused = problem(&scene.get("ana", &format!("/tickets?due_on={day}")), 422, "invalid");
        assert_eq!(refused["field"], "due_on", "{day}");
        problem(&scene.get("ana", &format!("/calendar/due?entry={day}")), 422, "invalid");
    }
}

#[test]
fn what_is_too_long_is_said_so() {
    let scene = Scene::new();
    let mut body = asked("larga");
    body["description"] = json!("a\n".repeat(25_000));
    assert_eq!(problem(&scene.post("ana", "/tickets", &body), 422, "invalid")["field"], "description");
    body["description"] = json!("a".repeat(1024 * 1024));
    problem(&scene.post("ana", "/tickets", &body), 413, "too_large");
}

#[test]
fn reading_changes_nothing_and_other_methods_do_nothing() {
    let scene = Scene::new();
    let number = scene.attended();
    let path = format!("/tickets/{number}");
    let before = value(&scene.get("ana", &path).is(200));
    let bearer = scene.bearer("ana");
    for word in ["rating", "void", "take", "finish"] {
        for method in ["GET", "HEAD", "DELETE", "PUT", "PATCH"] {
            let headers = [("Authorization", bearer.as_str()), ("X-HTTP-Method-Override", "POST")];
            let status = scene.ask(method, &format!("/api/v1{path}/{word}"), &headers, b"").status;
            assert_eq!(status, 405, "{method} {word}");
        }
    }
    problem(&scene.get("ana", "/nada"), 404, "not_found");
    assert_eq!(value(&scene.get("ana", &path).is(200)), before);
}
