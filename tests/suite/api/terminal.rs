//! A whole ticket at the terminal.

use serde_json::Value;

use crate::Scene;

#[test]
fn a_ticket_goes_from_its_entry_to_its_end_at_the_terminal() {
    let scene = Scene::new();
    let run = |words: &[&str]| scene.world.run(words);
    // Whoever the desk does not know is told how to become known.
    run(&["ticket", "list"]).exits(10).says("resguardo user add root").says("--as LOGIN");
    let told =
        |login: &str, words: &[&str]| -> Value { run(&[words, &["--as", login, "--json"]].concat()).exits(0).json() };
    let made = told(
        "ana",
        &["ticket", "new", "no imprime", "--description", "desde hoy", "--location", "2.º nivel", "--category", "1"],
    );
    let number = made["number"].as_str().unwrap();
    run(&["ticket", "list", "--as", "carlos"]).exits(0).says(number).says("1 pending");
    run(&["ticket", "assign", number, "carlos", "--as", "elena"]).exits(0).says("is assigned");
    let words = scene.world.path("hallazgos.txt");
    std::fs::write(&words, "el rodillo\nestá gastado").unwrap();
    let words = words.to_str().unwrap();
    told("carlos", &["ticket", "analyse", number, "--file", words]);
    run(&["ticket", "analyse", number, "--as", "carlos"]).exits(2).says("--file");
    told("carlos", &["ticket", "comment", number, "otra vez", "--internal"]);
    let at = made["entered"].as_str().unwrap();
    told("carlos", &["ticket", "visit", number, "--at", at, "--place", "2.º nivel"]);
    told("carlos", &["ticket", "except", number, "--kind", "servers", "--reason", "caído", "--reference", "M-1"]);
    run(&["ticket", "decide", number, "exception", "--as", "carlos"]).exits(2).says("no tiene permiso");
    told("elena", &["ticket", "decide", number, "exception"]);
    told("carlos", &["ticket", "resume", number]);
    let extension = [
        "ticket",
        "extend",
        number,
        "--until",
        "2027-01-04",
        "--cause",
        "parts",
        "--reason",
        "no hay",
        "--findings",
        "roto",
        "--parts",
        "un rodillo",
    ];
    told("carlos", &extension);
    told("fidel", &["ticket", "decide", number, "extension", "--refuse"]);
    told("carlos", &["ticket", "deliver", number]);
    told("ines", &["ticket", "acknowledge", number]);
    run(&["ticket", "finish", number, "--as", "carlos"]).exits(2).says("en atención");
    told("carlos", &["ticket", "rule", number, "--mode", "remote", "--actions", "se cambió", "--file", words]);
    let done = told("carlos", &["ticket", "finish", number]);
    assert_eq!((done["state"].as_str(), done["verdict"].as_str()), (Some("finished"), Some("kept")));
    run(&["ticket", "show", number, "--as", "carlos"]).exits(0).says("está gastado").says("internal");
    run(&["ticket", "show", number, "--as", "berta"]).exits(10).says("no existe esa solicitud");
    run(&["ticket", "take", "ST-2026-999999", "--as", "carlos"]).exits(10);
    // Whose the ticket is, rates it, and nobody for them: neither who may do all on this machine, nor who attends.
    for (login, says) in [("ana", "nobody rates for another"), ("elena", "nobody rates for another")] {
        run(&["ticket", "rate", number, "satisfied", "--as", login]).exits(2).says(says);
    }
    assert_eq!(told("ana", &["ticket", "show", number])["state"], "finished", "somebody else rated it");
    let other = told(
        "diego",
        &["ticket", "new", "otra", "--description", "x", "--location", "y", "--category", "1", "--for", "ana"],
    );
    assert_eq!(other["requester"]["login"], "ana");
    let other = other["number"].as_str().unwrap();
    told("diego", &["ticket", "take", other]);
    told("ana", &["ticket", "void", other, "ya funciona"]);
}

#[test]
fn a_ticket_is_rated_at_the_terminal_by_its_requester_under_their_own_login() {
    let scene = Scene::new();
    let run = |words: &[&str]| scene.world.run(words);
    // Whoever runs this is the user of the desk with the same login, as anybody with a login of the machine would be.
    run(&["user", "add", "root", "--name", "Rosa Otzoy"]).exits(0);
    let new = ["ticket", "new", "no imprime", "--description", "x", "--location", "y", "--category", "1", "--json"];
    let made = run(&new).exits(0).json();
    let number = made["number"].as_str().unwrap();
    let carlos = |words: &[&str]| drop(run(&[words, &["--as", "carlos"]].concat()).exits(0).said());
    carlos(&["ticket", "take", number]);
    carlos(&["ticket", "analyse", number, "x"]);
    run(&["ticket", "rate", number, "satisfied"]).exits(2).says("en atención");
    carlos(&["ticket", "rule", number, "--mode", "remote", "--actions", "x", "--findings", "y"]);
    carlos(&["ticket", "finish", number]);
    run(&["ticket", "rate", number, "good"]).exits(2).says("satisfied, unsatisfied");
    run(&["ticket", "rate", number, "unsatisfied"]).exits(2).says("comment");
    run(&["ticket", "rate", number, "satisfied", "--as", "root"]).exits(2).says("nobody rates for another");
    run(&["ticket", "rate", number, "unsatisfied", "--comment", "volvió a fallar"]).exits(0).says("is rated");
    run(&["ticket", "rate", number, "satisfied"]).exits(2);
    // A ticket of another is none of theirs, nor one that they attended.
    let hers = scene.attended();
    scene
        .act("carlos", &hers, "ruling", serde_json::json!({ "mode": "remote", "findings": "x", "actions": "y" }))
        .is(200);
    scene.act("carlos", &hers, "finish", serde_json::json!({})).is(200);
    run(&["ticket", "rate", &hers, "satisfied"]).exits(10);
    for login in ["carlos", "elena", "gloria"] {
        let refused = scene.act(login, &hers, "rating", serde_json::json!({ "rating": "satisfied" }));
        crate::problem(&refused, 403, "forbidden");
    }
    scene.act("ana", &hers, "rating", serde_json::json!({ "rating": "satisfied" })).is(200);
}

#[test]
fn the_calendar_is_read_and_published_at_the_terminal() {
    let scene = Scene::new();
    let run = |words: &[&str]| scene.world.run(words);
    run(&["calendar", "due", "2026-11-27", "--as", "ana"]).exits(0).says("is due on 2026-12-02");
    let day = |verb| {
        [
            "calendar",
            verb,
            "2026-11-30",
            "--name",
            "Asueto",
            "--citation",
            "Acuerdo 1-2026",
            "--note",
            "acuerdo",
            "--as",
            "elena",
        ]
    };
    run(&day("add")).exits(0).says("would be published");
    run(&["calendar", "due", "2026-11-27", "--as", "ana"]).exits(0).says("is due on 2026-12-02");
    run(&day("publish")).exits(0).says("is published");
    run(&["calendar", "due", "2026-11-27", "--as", "ana"]).exits(0).says("is due on 2026-12-03");
    run(&["calendar", "show", "2026", "--as", "ana"]).exits(0).says("Acuerdo 1-2026");
    let refused =
        ["calendar", "publish", "2026-11-25", "--name", "x", "--citation", "y", "--note", "z", "--as", "carlos"];
    run(&refused).exits(2).says("no tiene permiso");
}
