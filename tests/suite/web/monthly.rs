//! The pages of the monthly report: tasks are added and corrected, the report is written, delivered and received, and its papers say
//! what its page says.

use system_tests::browser::Browser;
use system_tests::command::sh_text;

use super::cast::Cast;

#[test]
fn an_additional_task_is_added_and_corrected_on_its_page() {
    let cast = Cast::new("");
    let mut carlos = cast.of_login("carlos");
    let new = "/informes/tareas/nueva";
    carlos
        .get("/calidad")
        .is(200)
        .says("href=\"/informes/tareas\"><strong>Tareas adicionales</strong>")
        .never_says("href=\"/informes\"");
    carlos.get("/informes/tareas").is(200).says("Ninguna tarea adicional").says(new);
    carlos.get(new).is(200).says("value=\"2026-11-23\"").says("Persona carlos");
    carlos.post(new, &[]).is(422).says("#day\">").says("#text\">");
    let page = carlos.get(new).is(200);
    let id = page.body.split("\" selected>").next().unwrap().rsplit('"').next().unwrap().to_owned();
    let fields =
        [("day", "20-11-2026"), ("text", "Capacitación <b>a mano</b>"), ("done_by", id.as_str()), ("hours", "1,5")];
    carlos.post(new, &[&[("hours", "x")], &fields[..]].concat()).is(422).says("#hours\">");
    carlos.post(new, &fields).is(303);
    carlos.get("/informes/tareas?mes=2026-11").is(200).says("Capacitación &#60;b&#62;a mano").says("Suman 1.50 horas");
    let task = "/informes/tareas/1";
    let sent = |more: &[(&'static str, &'static str)]| [&[("version", "1"), ("done_by", "x")][..], more].concat();
    carlos.post(task, &sent(&[("day", "20-11-2026"), ("text", "x")])).is(422).says("#done_by\">");
    let right =
        [("version", "1"), ("day", "2026-11-20"), ("text", "Inventario"), ("done_by", id.as_str()), ("void", "1")];
    carlos.post(task, &right).is(303);
    carlos.get("/informes/tareas").is(200).says("Inventario").says("Ya no cuenta").never_says("Suman");
    carlos.post(task, &right).is(422).says("Otra persona cambió esto");
    carlos.get("/informes/tareas/2").is(404);
    let mut hugo = cast.of_login("hugo");
    hugo.get("/informes/tareas").is(200).says("Inventario").never_says(new).never_says(task);
    hugo.get("/auditoria").is(200).says("Corrigió una tarea adicional").says("tarea del 20-11-2026");
}

#[test]
fn a_report_goes_from_its_draft_to_its_receipt_and_onto_paper() {
    let cast = Cast::new("");
    let fields = [
        ("category", "1"),
        ("subject", "La impresora no enciende"),
        ("description", "Desde ayer."),
        ("location", "Segundo nivel"),
        ("once", "k"),
    ];
    let path = cast.ticket(&fields, &[]);
    cast.step("carlos", &path, "tomar", &[]).is(303);
    cast.step("carlos", &path, "analisis", &[("analysis", "Sin corriente.")]).is(303);
    let ruling = [("mode", "remote"), ("findings", "La regleta."), ("actions", "Se sustituyó.")];
    cast.step("carlos", &path, "dictamen", &ruling).is(303);
    cast.step("carlos", &path, "finalizar", &[]).is(303);
    cast.step("ana", &path, "calificar", &[("rating", "unsatisfied"), ("comment", "Tardó #panic().")]).is(303);
    let mut elena = cast.of_login("elena");
    let id = cast.sql("SELECT id FROM users WHERE login = 'carlos'");
    elena.get("/informes/tareas/nueva").is(200);
    let task =
        [("day", "2026-11-23"), ("text", "Inventario de licencias"), ("done_by", id.as_str()), ("evidence", "Acta 7")];
    elena.post("/informes/tareas/nueva", &task).is(303);

    let report = "/informes/2026-11";
    elena.get("/informes").is(200).says("En curso").says("14-12-2026");
    elena.get(report).is(200).says("Se puede entregar cuando termine el mes").never_says("Entregar a Gestión");
    elena.post(report, &[("analysis", "x"), ("deliver", "1")]).is(422).says("todavía no termina");
    cast.clock.set("2026-12-02T08:00:00-06:00");
    let mut elena = come(&cast, "elena");
    elena.get("/informes").is(200).says("Por redactar");
    elena.post(report, &[("version", "0"), ("analysis", ""), ("deliver", "1")]).is(422).says("#analysis\">");
    elena.post(report, &[("analysis", "Mes corto."), ("notes", "Ninguna.")]).is(303);
    let mut hugo = come(&cast, "hugo");
    hugo.get(report).is(200).says("borrador").never_says("Mes corto.").never_says("Acusar recibo").never_says("fo-05");
    hugo.get(&format!("{report}/fo-05")).is(404);
    elena.get(report).is(200).says("Mes corto.").says("Conformidad por plazo").never_says("fo-05");
    elena.post(report, &[("version", "1"), ("analysis", "Mes corto."), ("deliver", "1")]).is(303);
    elena.post(report, &[("version", "3"), ("analysis", "otra"), ("deliver", "1")]).is(409);
    let shown =
        elena.get(report).is(200).says("día hábil 2").says("Discordancia").says("100.00 %").says("sí (día hábil 2)");
    assert!(shown.body.contains("Inventario de licencias"), "{}", shown.body);
    // A figure leads to the list of what it counts.
    let lists: Vec<(String, String)> = shown
        .body
        .split("href=\"")
        .filter_map(|rest| rest.split_once('"'))
        .filter(|(path, _)| path.starts_with("/tablero/lista?"))
        .map(|(path, rest)| (path.replace("&#38;", "&"), rest.split(['>', '<']).nth(1).unwrap().to_owned()))
        .collect();
    assert!(lists.len() >= 8, "{lists:?}");
    for (path, count) in lists {
        let rows = elena.get(&path).is(200).body.matches("<tr><th scope=\"row\">").count();
        assert_eq!(rows.to_string(), count, "{path}");
    }
    elena.post("/informes/tareas/1", &[("version", "1")]).is(409).says("ya se entregó");
    elena.post(&format!("{report}/recibir"), &[("version", "3")]).is(403);
    hugo.get(report).is(200).says("Acusar recibo");
    hugo.post(&format!("{report}/recibir"), &[("version", "3")]).is(303);
    hugo.get(report).is(200).says("Persona hugo").never_says("Acusar recibo</button>");
    papers(&cast, report);
    elena.post(&format!("{report}/revision"), &[]).is(422).says("#reason\">");
    elena.post(&format!("{report}/revision"), &[("reason", "Faltaba una tarea")]).is(303);
    elena.get("/informes").is(200).says("En revisión").says("02-12-2026").says("sí (día hábil 2)");
    elena.get(report).is(200).says("Faltaba una tarea").says("?revision=1");
    elena.get(&format!("{report}?revision=1")).is(200).says("Mes corto.").says("Persona hugo");
    elena.get("/informes/FO-05-2026-11").is(200);
    for wrong in
        ["/informes/2026-13", "/informes/2027-01", "/informes/2026-11?revision=9", "/informes/FO-05-2026-11-R7"]
    {
        elena.get(wrong).is(404);
    }
}

/// Somebody who comes anew: sessions end while the clock goes on.
fn come(cast: &Cast, login: &str) -> Browser {
    let mut browser = Browser::new(cast.scene.port);
    browser.log_in(login, super::PASSWORD).is(303);
    browser
}

/// Both papers of a report that was delivered.
fn papers(cast: &Cast, report: &str) {
    let mut gloria = come(cast, "gloria");
    let said_by = |name: &str, bytes: &[u8]| {
        let file = cast.scene.world.at(name);
        std::fs::write(&file, bytes).unwrap();
        sh_text("qpdf --check \"$1\"", &[&file]);
        sh_text("pdftotext -layout \"$1\" -", &[&file])
    };
    let paper = gloria.get(&format!("{report}/fo-05?revision=1")).is(200);
    assert_eq!(paper.header("content-type"), "application/pdf");
    assert!(paper.header("content-disposition").contains("FO-05 2026-11.pdf"), "{:?}", paper.headers);
    let text = said_by("fo-05.pdf", &paper.bytes);
    for said in [
        "DIACO-IN-FO-05",
        "Noviembre de 2026",
        "ST-2026-000001",
        "discordancia",
        "Tardó #panic().",
        "2026-W48",
        "Inventario de licencias",
        "Acta 7",
        "Mes corto.",
        "Persona elena",
        "Persona hugo",
        "Persona carlos",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    assert_eq!(gloria.get(&format!("{report}/fo-05")).is(200).bytes, paper.bytes, "printed again it is the same");
    let paper = gloria.get(&format!("{report}/rp-fo-03")).is(200);
    let text = said_by("rp-fo-03.pdf", &paper.bytes);
    for said in ["DIACO-RP-FO-03", "Informática", "I1b", "100.00 %", "0.00 %", "sí (día hábil 2)", "Persona elena"]
    {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    for login in ["ana", "carlos", "ines", "rosa"] {
        come(cast, login).get(&format!("{report}/fo-05")).is(403);
    }
}
