//! Requests for mail accounts by the API and at the terminal: from the form to the ministry's answer, each step by whom it is
//! for.

use serde_json::{Value, json};
use system_tests::browser::Answer;

use crate::{Scene, asked, on_both, pdf, problem, value};

on_both!(
    a_request_goes_from_the_form_to_the_answer_by_the_api,
    requests_are_listed_a_page_at_a_time_and_only_for_those_who_see_the_queue,
);

/// A ticket about mail of Ana's that Carlos attends, with the scan of a form.
pub(crate) fn mail_ticket(scene: &Scene) -> String {
    let mut about_mail = asked("correo para la nueva");
    about_mail["category"] = json!(7);
    let made = value(&scene.post("ana", "/tickets", &about_mail).is(201));
    let number = made["number"].as_str().unwrap().to_owned();
    scene.act("carlos", &number, "take", json!({})).is(200);
    let bearer = scene.bearer("ana");
    let named = "attachment; filename=\"SUA.pdf\"";
    let headers = [("Authorization", bearer.as_str()), ("Content-Disposition", named)];
    scene.ask("POST", &format!("/api/v1/tickets/{number}/files"), &headers, &pdf()).is(201);
    number
}

/// Takes a step of a request in the version that it has.
#[track_caller]
fn step(scene: &Scene, login: &str, number: &str, word: &str, mut body: Value) -> Answer {
    let path = format!("/tickets/{number}/account");
    body["version"] = value(&scene.get("carlos", &path).is(200))["version"].clone();
    scene.post(login, &format!("{path}/{word}"), &body)
}

fn a_request_goes_from_the_form_to_the_answer_by_the_api(scene: &Scene) {
    let number = mail_ticket(scene);
    let path = format!("/tickets/{number}/account");
    problem(&scene.get("carlos", &path), 404, "not_found");
    problem(&scene.post("carlos", &format!("{path}/give"), &json!({ "version": 1 })), 404, "not_found");
    let wanted = json!({ "kind": "creation", "person": "Lucía Gómez" });
    problem(&scene.post("ana", &path, &wanted), 403, "forbidden");
    problem(&scene.post("berta", &path, &wanted), 404, "not_found");
    assert_eq!(
        problem(&scene.post("carlos", &path, &json!({ "kind": "creation" })), 422, "invalid")["field"],
        "person"
    );
    problem(&scene.post("carlos", &path, &json!({ "kind": "other", "person": "x" })), 422, "invalid");
    let password = json!({ "kind": "reset", "person": "x", "password": "Quetzal.2026" });
    assert_eq!(problem(&scene.post("carlos", &path, &password), 422, "invalid")["field"], "password");
    let begun = value(&scene.post("carlos", &path, &wanted).is(201));
    assert_eq!((&begun["next"], &begun["started_by"]["login"]), (&json!("give"), &json!("carlos")));
    problem(&scene.post("elena", &path, &wanted), 409, "changed");
    let other = scene.attended();
    problem(&scene.post("carlos", &format!("/tickets/{other}/account"), &wanted), 409, "account");

    let step = |login: &str, word: &str, body: Value| step(scene, login, &number, word, body);
    problem(&step("carlos", "upload", json!({ "number": "M-9" })), 409, "step_missing");
    problem(&scene.post("carlos", &format!("{path}/give"), &json!({ "version": 9 })), 409, "changed");
    let late = problem(&step("carlos", "give", json!({ "on": "2199-12-31" })), 422, "invalid");
    assert_eq!(late["field"], "on");
    step("carlos", "give", json!({})).is(200);
    problem(&step("carlos", "give", json!({})), 409, "account");
    // Nobody signs for the direction with another name, nor does the direction with one that is not its own.
    problem(&step("diego", "authorize", json!({ "by": "la Directora" })), 403, "forbidden");
    problem(&step("ana", "authorize", json!({ "by": "la Directora" })), 403, "forbidden");
    assert_eq!(problem(&step("gloria", "authorize", json!({ "by": "otra" })), 422, "invalid")["field"], "by");
    assert_eq!(problem(&step("carlos", "authorize", json!({})), 422, "invalid")["field"], "by");
    let authorized = value(&step("gloria", "authorize", json!({})).is(200));
    assert_eq!(authorized["authorized_by"], "Persona gloria");
    problem(&step("gloria", "receive", json!({ "scan": "0".repeat(32) })), 403, "forbidden");
    let ticket = value(&scene.get("carlos", &format!("/tickets/{number}")).is(200));
    let scan = &ticket["files"][0]["id"];
    for wrong in ["nada", "00000000000000000000000000000000"] {
        assert_eq!(problem(&step("carlos", "receive", json!({ "scan": wrong })), 422, "invalid")["field"], "scan");
    }
    step("carlos", "receive", json!({ "scan": scan })).is(200);
    let sent = value(&step("carlos", "upload", json!({ "number": "MINECO-9" })).is(200));
    assert_eq!((&sent["external_number"], &sent["waiting_days"]), (&json!("MINECO-9"), &json!(0)));
    let waits = value(&scene.get("gloria", "/accounts").is(200));
    assert_eq!((&waits["items"][0]["number"], &waits["next"]), (&json!(number), &Value::Null));
    step("carlos", "answer", json!({ "outcome": "granted" })).is(200);
    assert_eq!(value(&scene.get("gloria", "/accounts").is(200))["items"], json!([]));
    let told = value(&step("carlos", "tell", json!({})).is(200));
    assert_eq!((&told["next"], &told["outcome"], &told["version"]), (&Value::Null, &json!("granted"), &json!(7)));
    let read = scene.key("carlos", &["tickets:read"]);
    let bearer = format!("Bearer {read}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let shown = scene.ask("GET", &format!("/api/v1{path}"), &headers, b"").is(200);
    assert_eq!(value(&shown), told);
    problem(&scene.ask("POST", &format!("/api/v1{path}/tell"), &headers, b"{\"version\":7}"), 403, "scope");
}

fn requests_are_listed_a_page_at_a_time_and_only_for_those_who_see_the_queue(scene: &Scene) {
    let numbers: Vec<String> = (0..5).map(|_| mail_ticket(scene)).collect();
    for (number, kind) in numbers.iter().zip(["creation", "reset", "creation", "deletion", "creation"]) {
        let wanted = json!({ "kind": kind, "person": "Lucía" });
        scene.post("carlos", &format!("/tickets/{number}/account"), &wanted).is(201);
    }
    let all = |list: &str| {
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = value(&scene.get("elena", &format!("/accounts?list={list}&limit=2{next}")).is(200));
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 2, "{page}");
            seen.extend(items.iter().map(|one| one["number"].as_str().unwrap().to_owned()));
            let Some(key) = page["next"].as_str() else { break };
            next = format!("&before={key}");
        }
        seen.reverse();
        seen
    };
    assert_eq!(all("all"), numbers);
    let open: Vec<&String> = [0, 1, 2, 4].iter().map(|&index| &numbers[index]).collect();
    assert_eq!(all("open").iter().collect::<Vec<_>>(), open, "a deletion is only written down");
    for login in ["ana", "ines"] {
        problem(&scene.get(login, "/accounts"), 403, "forbidden");
    }
    for (query, field) in [
        ("list=todas", "list"),
        ("list=all&before=0", "before"),
        ("list=all&before=1e3", "before"),
        ("limit=x", "limit"),
    ] {
        assert_eq!(problem(&scene.get("elena", &format!("/accounts?{query}")), 422, "invalid")["field"], field);
    }
}

#[test]
fn a_request_is_led_at_the_terminal_and_the_direction_authorises_by_itself() {
    let scene = Scene::new();
    let number = mail_ticket(&scene);
    let number = number.as_str();
    let run = |words: &[&str]| scene.world.run(&[&["account"], words].concat());
    let carlos = |words: &[&str]| run(&[words, &["--as", "carlos"]].concat());
    carlos(&["show", number]).exits(10);
    carlos(&["new", number, "--kind", "other", "--person", "x"]).exits(2).says("creation, reset, deletion");
    carlos(&["new", number, "--kind", "reset", "--person", "Lucía Gómez"]).exits(0).says("next step: give");
    carlos(&["new", number, "--kind", "reset", "--person", "otra"]).exits(2);
    carlos(&["list", "--list", "open"]).exits(0).says(number).says("Lucía Gómez");
    run(&["upload", number, "--external", "M-9", "--as", "elena"]).exits(2).says("formulario entregado");
    carlos(&["give", number]).exits(0);
    carlos(&["receive", number, "--scan", "otro.pdf"]).exits(2).says("ticket show");
    carlos(&["receive", number, "--scan", "SUA.pdf"]).exits(2).says("superior");
    carlos(&["receive", number, "--scan", "SUA.pdf", "--superior", "Inés Barrios"]).exits(0).says("Inés Barrios");
    // R089: of a reset, the head sends it.
    carlos(&["upload", number, "--external", "M-9"]).exits(2).says("no tiene permiso");
    run(&["upload", number, "--external", "M-9", "--as", "elena"]).exits(0).says("M-9");
    carlos(&["list"]).exits(0).says("M-9").says(number);
    carlos(&["answer", number, "--outcome", "perhaps"]).exits(2).says("granted, denied");
    carlos(&["answer", number, "--outcome", "granted"]).exits(0).says("granted");
    let told = carlos(&["tell", number, "--json"]).exits(0).json();
    assert_eq!((&told["next"], &told["kind"]), (&Value::Null, &json!("reset")));
    run(&["list", "--as", "ana"]).exits(2).says("no tiene permiso");

    let number = mail_ticket(&scene);
    let number = number.as_str();
    carlos(&["new", number, "--kind", "creation", "--person", "Marta"]).exits(0);
    carlos(&["give", number]).exits(0);
    run(&["authorize", number, "--as", "gloria"]).exits(2).says("the direction authorises by itself");
    carlos(&["authorize", number]).exits(2).says("by");
    carlos(&["authorize", number, "--by", "Gloria Ramírez"]).exits(0).says("Gloria Ramírez");
}
