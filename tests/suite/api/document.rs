//! The OpenAPI document: whole, the same as the router, and true of what is answered.

use std::collections::BTreeSet;

use resguardo::web::routes::listed_for_programs;
use serde_json::{Value, json};
use system_tests::browser::Answer;

use crate::{Scene, asked, value};

/// The document of a service.
fn document(scene: &Scene) -> Value {
    value(&scene.ask("GET", "/api/v1/openapi.json", &[], b"").is(200))
}

/// Every schema that is named in a value.
fn named(of: &Value, names: &mut BTreeSet<String>) {
    match of {
        Value::Object(object) => {
            names.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| named(value, names));
        }
        Value::Array(list) => list.iter().for_each(|value| named(value, names)),
        _ => {}
    }
}

/// What is wrong with a value by a schema.
fn faults(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let known = document.pointer(name.trim_start_matches('#')).unwrap();
        return faults(document, known, value, at);
    }
    if let Some(any) = schema["oneOf"].as_array() {
        let fits = any.iter().filter(|schema| faults(document, schema, value, at).is_empty()).count();
        return if fits == 1 { vec![] } else { vec![format!("{at}: {fits} of its schemas fit {value}")] };
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = match &schema["type"] {
        Value::String(one) => one == kind,
        Value::Array(several) => several.contains(&json!(kind)),
        _ => true,
    };
    if !fits {
        return vec![format!("{at} is {kind}, and not {}", schema["type"])];
    }
    let mut found = Vec::new();
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        found.push(format!("{at}: {value} is none of {words:?}"));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(faults(document, &schema["items"], item, &format!("{at}/{index}")));
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        found.extend(
            required
                .iter()
                .filter(|name| !object.contains_key(name.as_str().unwrap()))
                .map(|name| format!("{at} lacks {name}")),
        );
        for (name, value) in object {
            match properties.get(name) {
                Some(schema) => found.extend(faults(document, schema, value, &format!("{at}/{name}"))),
                None => found.push(format!("{at}/{name} is not documented")),
            }
        }
    }
    found
}

#[test]
fn the_document_is_whole_and_has_every_route_and_no_other() {
    let scene = Scene::new();
    let document = document(&scene);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let (mut written, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            written.insert((method.to_uppercase(), path.clone()));
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.len() >= 2 && responses.values().all(|one| one["description"].is_string()), "{path}");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for name in path.split('{').skip(1).map(|part| part.split('}').next().unwrap()) {
                let has = |one: &Value| one["name"] == name && one["in"] == "path" && one["required"] == true;
                assert!(parameters.iter().any(has), "{path}: {name}");
            }
            assert!(operation["security"].is_array(), "{path}");
        }
    }
    let served: BTreeSet<_> =
        listed_for_programs().into_iter().map(|(method, path)| (method.to_owned(), path)).collect();
    assert_eq!(written, served);
    let mut names = BTreeSet::new();
    named(&document, &mut names);
    for name in names {
        assert!(document.pointer(name.trim_start_matches('#')).is_some(), "{name} is nowhere");
    }
}

#[test]
fn every_answer_has_the_shape_that_the_document_gives_it() {
    let scene = Scene::new();
    let document = document(&scene);
    let holds = |method: &str, path: &str, answer: &Answer| {
        let responses = &document["paths"][path][method]["responses"];
        let (status, kind) = (answer.status.to_string(), answer.header("content-type"));
        let response = if responses[&status].is_object() { &responses[&status] } else { &responses["default"] };
        let schema = &response["content"][kind]["schema"];
        assert!(schema.is_object(), "{method} {path} {status} {kind}: {responses:#}");
        let found = faults(&document, schema, &value(answer), "");
        assert!(found.is_empty(), "{method} {path}: {found:#?}");
    };
    holds("post", "/api/v1/tickets", &scene.post("ana", "/tickets", &asked("x")).is(201));
    holds("post", "/api/v1/tickets", &scene.post("ana", "/tickets", &json!({ "estado": 1 })).is(422));
    let number = scene.attended();
    let one = "/api/v1/tickets/{number}";
    let act = |login: &str, word: &str, body: Value| {
        holds("post", &format!("{one}/{word}"), &scene.act(login, &number, word, body).is(200));
    };
    let visit =
        json!({ "at": value(&scene.get("ana", &format!("/tickets/{number}")))["entered"], "place": "2.º nivel" });
    act("carlos", "visit", visit);
    act("elena", "assign", json!({ "to": "diego" }));
    act("diego", "exception", json!({ "kind": "servers", "reason": "caído", "reference": "M-1" }));
    act("elena", "exception/decision", json!({ "confirmed": true }));
    act("diego", "resume", json!({}));
    let extension = json!({ "cause": "system", "reason": "x", "new_limit": "2027-01-04", "findings": "x" });
    act("diego", "extension", extension);
    act("fidel", "extension/decision", json!({ "confirmed": false }));
    act("diego", "ruling", json!({ "mode": "on_site", "findings": "x", "actions": "y" }));
    act("diego", "finish", json!({}));
    act("ana", "rating", json!({ "rating": "satisfied" }));
    holds(
        "post",
        &format!("{one}/comments"),
        &scene.post("ana", &format!("/tickets/{number}/comments"), &json!({ "text": "gracias" })).is(200),
    );
    let unwanted = scene.ticket("ana");
    let void = json!({ "version": 1, "reason": "ya funciona" });
    let voided = scene.post("ana", &format!("/tickets/{unwanted}/void"), &void).is(200);
    holds("post", &format!("{one}/void"), &voided);
    assert_eq!(value(&voided)["state"], "void");
    holds("get", one, &scene.get("diego", &format!("/tickets/{number}")).is(200));
    holds("get", one, &scene.get("berta", &format!("/tickets/{number}")).is(404));
    holds("get", "/api/v1/tickets", &scene.get("diego", "/tickets?list=queue").is(200));
    holds("get", "/api/v1/tickets", &scene.get("elena", "/tickets?list=all").is(200));
    let mail = crate::accounts::mail_ticket(&scene);
    let path = format!("/tickets/{mail}/account");
    let account = |word: &str, answer: Answer| holds("post", &format!("{one}/account{word}"), &answer);
    account("", scene.post("carlos", &path, &json!({ "kind": "creation", "person": "Lucía" })).is(201));
    account("/tell", scene.post("carlos", &format!("{path}/tell"), &json!({ "version": 1 })).is(409));
    account("/give", scene.post("carlos", &format!("{path}/give"), &json!({ "version": 1 })).is(200));
    holds("get", &format!("{one}/account"), &scene.get("ana", &path).is(200));
    holds("get", &format!("{one}/account"), &scene.get("berta", &path).is(404));
    holds("get", "/api/v1/accounts", &scene.get("elena", "/accounts?list=open").is(200));
    holds("get", "/api/v1/categories", &scene.get("ana", "/categories").is(200));
    holds("get", "/api/v1/calendar/{year}", &scene.get("ana", "/calendar/2026").is(200));
    let due = scene.get("ana", "/calendar/due?entry=2026-11-27").is(200);
    holds("get", "/api/v1/calendar/due", &due);
    assert_eq!(value(&due)["due"], "2026-12-02", "a Friday, and three business days");
    for login in ["ana", "carlos", "elena"] {
        holds("get", "/api/v1/due", &scene.get(login, "/due").is(200));
    }
}
