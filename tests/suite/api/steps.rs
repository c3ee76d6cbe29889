//! Tickets by the API, from their entry to their rating, and what is refused on the way.

use serde_json::json;
use system_tests::command::sh_text;

use crate::{Scene, asked, on_both, pdf, problem, value};

on_both!(
    a_ticket_goes_from_its_entry_to_its_rating_by_the_api,
    the_same_request_with_the_same_key_makes_one_ticket,
    of_two_who_saw_the_same_version_one_wins,
    lists_go_on_behind_the_key_of_their_last_ticket,
    a_file_comes_back_as_it_was_and_only_to_those_who_may_see_it,
    a_tickets_report_is_printed_and_the_days_review_marked,
    words_find_tickets_and_mean_nothing_to_the_database,
    a_service_on_postgresql_keeps_its_tickets_there,
);

fn a_ticket_goes_from_its_entry_to_its_rating_by_the_api(scene: &Scene) {
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

fn the_same_request_with_the_same_key_makes_one_ticket(scene: &Scene) {
    let send = |login: &str, key: &str, subject: &str| {
        let bearer = scene.bearer(login);
        let headers =
            [("Authorization", bearer.as_str()), ("Content-Type", "application/json"), ("Idempotency-Key", key)];
        scene.ask("POST", "/api/v1/tickets", &headers, asked(subject).to_string().as_bytes())
    };
    let first = send("ana", "k-1", "uno").is(201);
    let number = value(&first)["number"].as_str().unwrap().to_owned();
    assert_eq!(first.header("location"), format!("/api/v1/tickets/{number}"));
    assert_eq!(value(&send("ana", "k-1", "uno").is(200)), value(&first), "the same request has the same answer");
    problem(&send("ana", "k-1", "otra"), 409, "idempotency_key_reused");
    assert_eq!(value(&scene.get("ana", "/tickets").is(200))["items"].as_array().unwrap().len(), 1);
    // A key is its person's own: another's request with it is another request.
    let hers = value(&send("berta", "k-1", "uno").is(201));
    assert_ne!(hers["number"], number.as_str());
    assert_eq!(problem(&send("ana", &"k".repeat(101), "uno"), 422, "invalid")["field"], "idempotency_key");
    // What comes many times at once is made once, and everybody hears of the same.
    let mut answers: Vec<(u16, String)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| send("ana", "k-2", "a la vez"))).collect();
        let answer = |answer: &system_tests::browser::Answer| {
            (answer.status, value(answer)["number"].as_str().unwrap_or_default().to_owned())
        };
        threads.into_iter().map(|thread| answer(&thread.join().unwrap())).collect()
    });
    answers.sort_unstable();
    let made = answers.pop().unwrap();
    assert_eq!(made.0, 201, "{answers:?}");
    assert!(answers.iter().all(|(status, number)| (*status, number) == (200, &made.1)), "{made:?} {answers:?}");
    assert_eq!(value(&scene.get("ana", "/tickets").is(200))["items"].as_array().unwrap().len(), 2);
}

fn words_find_tickets_and_mean_nothing_to_the_database(scene: &Scene) {
    for (login, subject) in
        [("ana", "La impresora no enciende"), ("berta", "Monitor 100% oscuro"), ("ana", "Red_caída")]
    {
        scene.post(login, "/tickets", &asked(subject)).is(201);
    }
    let found = |login: &str, list: &str, words: &str| {
        let query = system_tests::browser::encoded(&[("list", list), ("q", words)]);
        let page = value(&scene.get(login, &format!("/tickets?{query}")).is(200));
        let subjects: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|one| one["subject"].as_str().unwrap().to_owned()).collect();
        subjects.join("; ")
    };
    assert_eq!(found("elena", "all", "IMPRESORÁ encien"), "La impresora no enciende", "case, accents, beginnings");
    assert_eq!(found("carlos", "queue", "oscuro"), "Monitor 100% oscuro");
    assert_eq!(found("ana", "own", "oscuro"), "", "another's ticket");
    assert_eq!(found("elena", "all", "caida red"), "Red_caída");
    for words in ["' OR 1=1--", "'; DROP TABLE tickets;--", "1) OR (SELECT pg_sleep(5))--", "\" * NOT (", "a:* | b"] {
        assert_eq!(found("elena", "all", words), "", "{words}");
    }
    // Signs between words say nothing, so that no word is left to be looked for.
    for words in ["%", "_", "%_%", "\\"] {
        assert_eq!(found("elena", "all", words).matches(';').count(), 2, "{words}");
    }
    found("elena", "all", &"a ".repeat(3000));
}

fn a_service_on_postgresql_keeps_its_tickets_there(scene: &Scene) {
    let number = scene.attended();
    let Some(postgres) = &scene.postgres else { return };
    let sql = "SELECT number, state FROM tickets";
    assert_eq!(postgres.sql("mesa", sql).trim(), format!("{number}|attending"));
    assert!(!scene.world.path("state/resguardo.db").exists(), "there is an SQLite as well");
}

fn of_two_who_saw_the_same_version_one_wins(scene: &Scene) {
    let number = scene.ticket("ana");
    let path = format!("/tickets/{number}/take");
    let took = std::thread::scope(|scope| {
        let take = |login: &'static str| {
            scope.spawn({
                let path = &path;
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

fn lists_go_on_behind_the_key_of_their_last_ticket(scene: &Scene) {
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

fn a_file_comes_back_as_it_was_and_only_to_those_who_may_see_it(scene: &Scene) {
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

fn a_tickets_report_is_printed_and_the_days_review_marked(scene: &Scene) {
    let number = scene.attended();
    let path = format!("/tickets/{number}/fo-01");
    let paper = scene.get("ana", &path).is(200);
    assert_eq!(paper.header("content-type"), "application/pdf");
    let file = scene.world.at("fo-01.pdf");
    std::fs::write(&file, &paper.bytes).unwrap();
    let text = sh_text("qpdf --check \"$1\" >/dev/null && pdftotext -layout \"$1\" -", &[&file]);
    assert!(text.contains("DIACO-IN-FO-01") && text.contains(&number), "{text}");
    problem(&scene.get("berta", &path), 404, "not_found");
    // Who attends marks the look through the queue (R033), as often as they look; nobody else does.
    let marked = value(&scene.post("carlos", "/review", &json!({})).is(200));
    assert_eq!(marked["pending"], 1);
    scene.post("carlos", "/review", &json!({})).is(200);
    problem(&scene.post("ana", "/review", &json!({})), 403, "forbidden");
    let refused = problem(&scene.post("carlos", "/review", &json!({ "day": "2020-01-01" })), 422, "invalid");
    assert_eq!(refused["field"], "day");
    scene.world.run(&["ticket", "review", "--as", "diego"]).exits(0).says("1 of them pending");
}
