//! The papers of a month by the API: as they were delivered, in each revision, the same bytes as on the pages.

use serde_json::{Value, json};
use system_tests::browser::{Answer, Browser};
use system_tests::command::sh_text;

use crate::{Scene, on_both, problem, value};

on_both!(a_months_papers_are_printed_as_they_were_delivered_in_each_revision);

/// Elena at the pages: she writes reports there alone.
fn at_the_pages(scene: &Scene) -> Browser {
    let first = scene.world.run(&["user", "password", "elena", "--json"]).exits(0).json();
    let first = first["password"].as_str().unwrap();
    let mut elena = Browser::new(scene.port);
    elena.log_in("elena", first).is(303);
    elena.get("/clave").is(200);
    let password = "cuatro caballos verdes nadan";
    elena.post("/clave", &[("current", first), ("new", password), ("again", password)]).is(303);
    elena
}

/// A paper's text; other programs find the file whole.
fn text(scene: &Scene, paper: &Answer) -> String {
    assert_eq!(paper.header("content-type"), "application/pdf", "{paper:#?}");
    let file = scene.world.at("papel.pdf");
    std::fs::write(&file, &paper.bytes).unwrap();
    sh_text("qpdf --check \"$1\" >/dev/null && pdftotext -layout \"$1\" -", &[&file])
}

fn a_months_papers_are_printed_as_they_were_delivered_in_each_revision(scene: &Scene) {
    let number = scene.attended();
    let ruling = json!({ "mode": "remote", "findings": "x", "actions": "y" });
    scene.act("carlos", &number, "ruling", ruling).is(200);
    let [report, indicators] = ["/reports/2026-10/fo-05", "/reports/2026-10/rp-fo-03"];
    for path in [report, indicators] {
        problem(&scene.get("elena", path), 404, "not_found");
    }
    let mut elena = at_the_pages(scene);
    let october = "/informes/2026-10";
    let deliver = |elena: &mut Browser, version: &str, analysis: &str| {
        elena.get(october).is(200);
        let fields = [("version", version), ("analysis", analysis), ("deliver", "1")];
        elena.post(october, &fields).is(303);
    };
    deliver(&mut elena, "0", "Todavía no había mesa.");
    let first = scene.get("elena", report).is(200);
    let said = text(scene, &first);
    for words in ["DIACO-IN-FO-05", "FO-05-2026-10", "Todavía no había mesa."] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    let quotients = text(scene, &scene.get("gloria", indicators).is(200));
    assert!(quotients.contains("DIACO-RP-FO-03") && quotients.contains("RP-FO-03-2026-10"), "{quotients}");
    assert_eq!(elena.get(&format!("{october}/fo-05")).is(200).bytes, first.bytes, "the page prints the same");
    // A correction is a revision of its own, and the first stays what it was.
    elena.get(october).is(200);
    elena.post(&format!("{october}/revision"), &[("reason", "Faltaba la mesa.")]).is(303);
    deliver(&mut elena, "1", "La mesa empezó en noviembre.");
    let last = text(scene, &scene.get("elena", report).is(200));
    assert!(last.contains("FO-05-2026-10-R2") && last.contains("La mesa empezó en noviembre."), "{last}");
    let again = scene.get("elena", &format!("{report}?revision=1")).is(200);
    assert_eq!(again.bytes, first.bytes, "the first revision stays as it was");
    let second = text(scene, &scene.get("elena", &format!("{indicators}?revision=2")).is(200));
    assert!(second.contains("RP-FO-03-2026-10-R2"), "{second}");
    for path in [report, indicators] {
        problem(&scene.get("elena", &format!("{path}?revision=3")), 404, "not_found");
        let wrong: Value = problem(&scene.get("elena", &format!("{path}?revision=x")), 422, "invalid");
        assert_eq!(wrong["field"], "revision");
        problem(&scene.get("ana", path), 403, "forbidden");
        problem(&scene.get("elena", &path.replace("2026-10", "2026-13")), 404, "not_found");
        let mute = scene.key("elena", &["tickets:write"]);
        let headers = [("Authorization", format!("Bearer {mute}"))];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        problem(&scene.ask("GET", &format!("/api/v1{path}"), &headers, b""), 403, "scope");
    }
    let document = value(&scene.ask("GET", "/api/v1/openapi.json", &[], b"").is(200));
    for path in ["/api/v1/reports/{month}/fo-05", "/api/v1/reports/{month}/rp-fo-03"] {
        let answer = &document["paths"][path]["get"]["responses"]["200"]["content"];
        assert!(answer["application/pdf"].is_object(), "{path}: {answer}");
    }
}
