//! Tickets by the API, from their entry to their rating, and what is refused on the way.

use serde_json::json;

use crate::{Scene, asked, pdf, problem, value};

#[test]
fn a_ticket_goes_from_its_entry_to_its_rating_by_the_api() {
    let scene = Scene::new();
    let number = scene.attended();
    // T40: no closing without a ruling, and no ruling without words.
    problem(&scene.act("carlos", &number, "finish", json!({})), 409, "state");
    let ruling = |findings: &str| json!({ "mode": "remote", "findings": findings, "actions": "se cambió" });
    let empty = problem(&scene.act("carlos", &number, "ruling", ruling("   ")), 422, "invalid");
    assert_eq!(empty["field"], "findings");
    let extension = |day: &str| json!({ "cause": "parts", "reason": "no hay", "new_limit": day, "findings": "roto", "parts": "un rodillo" });
    for day in ["2020-01-02", "2027-01-02"] {
        let refused = problem(&scene.act("carlos", &number, "extension", extension(day)), 422, "invalid");
        assert_eq!(refused["field"], "new_limit", "{day}");
    }
    for missing in ["cause", "new_limit", "findings"] {
        let mut body = extension("2027-01-04");
        body.as_object_mut().unwrap().remove(missing);
        let refused = problem(&scene.act("carlos", &number, "extension", body), 422, "invalid");
        assert_eq!(refused["field"], missing);
    }
    scene.act("carlos", &number, "extension", extension("2027-01-04")).is(200);
    problem(&scene.act("carlos", &number, "ruling", ruling("gastado")), 409, "pending");
    // T36: who attends decides nothing.
    problem(&scene.act("carlos", &number, "extension/decision", json!({ "confirmed": true })), 403, "forbidden");
    scene.act("elena", &number, "extension/decision", json!({ "confirmed": true })).is(200);
    problem(&scene.act("elena", &number, "extension/decision", json!({ "confirmed": true })), 409, "nothing_pending");
    scene.post("carlos", &format!("/tickets/{number}/comments"), &json!({ "text": "voy" })).is(200);
    let internal = json!({ "text": "otra vez", "internal": true });
    scene.post("carlos", &format!("/tickets/{number}/comments"), &internal).is(200);
    scene.act("carlos", &number, "ruling", ruling("gastado")).is(200);
    problem(&scene.act("carlos", &number, "finish", json!({})), 409, "not_delivered");
    scene.act("carlos", &number, "delivery", json!({})).is(200);
    // T37: only the head of that unit acknowledges.
    problem(&scene.act("elena", &number, "acknowledgement", json!({})), 403, "forbidden");
    scene.act("ines", &number, "acknowledgement", json!({})).is(200);
    // T45: nobody rates before it is closed, nor who attended it.
    problem(&scene.act("ana", &number, "rating", json!({ "rating": "satisfied" })), 409, "state");
    scene.act("carlos", &number, "finish", json!({})).is(200);
    problem(&scene.act("carlos", &number, "rating", json!({ "rating": "satisfied" })), 403, "forbidden");
    // T46: bad ratings say why.
    let mute = problem(&scene.act("ana", &number, "rating", json!({ "rating": "unsatisfied" })), 422, "invalid");
    assert_eq!(mute["field"], "comment");
    scene.act("ana", &number, "rating", json!({ "rating": "unsatisfied", "comment": "volvió a fallar" })).is(200);
    problem(&scene.act("ana", &number, "rating", json!({ "rating": "satisfied" })), 409, "state");
    // T42: nothing goes back.
    problem(&scene.act("elena", &number, "assign", json!({ "to": "carlos" })), 409, "state");
    let whole = value(&scene.act("fidel", &number, "answer", json!({ "answer": "se cambiará" })).is(200));
    assert_eq!(
        (&whole["state"], &whole["verdict"], &whole["answer"]),
        (&json!("rated"), &json!("kept"), &json!("se cambiará"))
    );
    assert_eq!(whole["comments"].as_array().unwrap().len(), 2);
    let hers = value(&scene.get("ana", &format!("/tickets/{number}")).is(200));
    assert_eq!(hers["comments"].as_array().unwrap().len(), 1, "the internal note is not hers to read");
    assert_eq!(hers["events"][1]["by"]["login"], "carlos");
}

#[test]
fn the_same_request_with_the_same_key_makes_one_ticket() {
    let scene = Scene::new();
    let bearer = scene.bearer("ana");
    let send = |subject: &str| {
        let headers =
            [("Authorization", bearer.as_str()), ("Content-Type", "application/json"), ("Idempotency-Key", "k-1")];
        scene.ask("POST", "/api/v1/tickets", &headers, asked(subject).to_string().as_bytes())
    };
    let first = send("uno").is(201);
    let number = value(&first)["number"].as_str().unwrap().to_owned();
    assert_eq!(first.header("location"), format!("/api/v1/tickets/{number}"));
    assert_eq!(value(&send("uno").is(200))["number"], number.as_str());
    problem(&send("otra"), 409, "idempotency_key_reused");
    assert_eq!(value(&scene.get("ana", "/tickets").is(200))["items"].as_array().unwrap().len(), 1);
}

#[test]
fn of_two_who_saw_the_same_version_one_wins() {
    let scene = Scene::new();
    let number = scene.ticket("ana");
    let path = format!("/tickets/{number}/take");
    let took = std::thread::scope(|scope| {
        let take = |login: &'static str| {
            scope.spawn({
                let (scene, path) = (&scene, &path);
                move || scene.post(login, path, &json!({ "version": 1 })).status
            })
        };
        let mut statuses = [take("carlos"), take("diego")].map(|thread| thread.join().unwrap());
        statuses.sort_unstable();
        statuses
    });
    assert_eq!(took, [200, 409]);
    let stale = scene.post("elena", &format!("/tickets/{number}/assign"), &json!({ "version": 1, "to": "diego" }));
    problem(&stale, 409, "changed");
}

#[test]
fn lists_go_on_behind_the_key_of_their_last_ticket() {
    let scene = Scene::new();
    let numbers: Vec<String> = (0..5).map(|_| scene.ticket("ana")).collect();
    for (list, login, turned) in
        [("queue", "carlos", false), ("own", "ana", true), ("all", "elena", true), ("unit", "ines", true)]
    {
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = value(&scene.get(login, &format!("/tickets?list={list}&limit=2{next}")).is(200));
            seen.extend(page["items"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap().to_owned()));
            let Some(key) = page["next"].as_str() else { break };
            next = format!("&{}={key}", if list == "queue" { "after" } else { "before" });
        }
        if turned {
            seen.reverse();
        }
        assert_eq!(seen, numbers, "{list}");
    }
    problem(&scene.get("ana", "/tickets?list=queue"), 403, "forbidden");
    problem(&scene.get("ana", "/tickets?list=unit"), 404, "not_found");
    assert_eq!(
        value(&scene.get("carlos", "/tickets?list=queue&limit=1000000&state=entered").is(200))["counts"]["pending"],
        5
    );
}

#[test]
fn a_file_comes_back_as_it_was_and_only_to_those_who_may_see_it() {
    let scene = Scene::new();
    let (number, other) = (scene.ticket("ana"), scene.ticket("berta"));
    let send = |login: &str, number: &str, bytes: &[u8]| {
        let bearer = scene.bearer(login);
        let named = "attachment; filename*=UTF-8''dict%C3%A1men.pdf";
        let headers =
            [("Authorization", bearer.as_str()), ("Content-Type", "image/jpeg"), ("Content-Disposition", named)];
        scene.ask("POST", &format!("/api/v1/tickets/{number}/files"), &headers, bytes)
    };
    let sent = value(&send("ana", &number, &pdf()).is(201));
    let file = &sent["items"][0];
    assert_eq!((&file["name"], &file["kind"]), (&json!("dictámen.pdf"), &json!("pdf")));
    let id = file["id"].as_str().unwrap();
    let back = scene.get("ana", &format!("/tickets/{number}/files/{id}")).is(200);
    assert_eq!(back.body.as_bytes(), pdf());
    assert_eq!(back.header("content-type"), "application/pdf");
    assert!(back.header("content-disposition").starts_with("attachment"), "{back:#?}");
    // T30, T34: neither the file of another, nor under another ticket.
    problem(&scene.get("berta", &format!("/tickets/{number}/files/{id}")), 404, "not_found");
    problem(&scene.get("berta", &format!("/tickets/{other}/files/{id}")), 404, "not_found");
    problem(&send("berta", &number, &pdf()), 404, "not_found");
    problem(&send("ana", &number, b"<!doctype html><script>"), 422, "invalid");
    let bearer = scene.bearer("ana");
    let body = [
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"acta.pdf\"\r\n\r\n".as_slice(),
        &pdf(),
        b"\r\n--b--\r\n",
    ]
    .concat();
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "multipart/form-data; boundary=b")];
    let sent = scene.ask("POST", &format!("/api/v1/tickets/{number}/files"), &headers, &body).is(201);
    assert_eq!(value(&sent)["items"][0]["name"], "acta.pdf");
}
