//! The report of a ticket with its ruling, DIACO-IN-FO-01, as whoever may see the ticket gets it on paper.

use system_tests::command::sh_text;

use super::cast::Cast;

#[test]
fn a_tickets_report_is_a_controlled_form_with_all_that_happened() {
    let cast = Cast::new("");
    let fields = [
        ("category", "1"),
        ("subject", "La impresora no enciende"),
        ("description", "Desde ayer; #panic() *no* es <b>código</b>."),
        ("location", "Segundo nivel, oficina 2-14"),
        ("once", "k"),
    ];
    let path = cast.ticket(&fields, &[]);
    cast.step("carlos", &path, "tomar", &[]).is(303);
    cast.step("carlos", &path, "analisis", &[("analysis", "Sin corriente en la regleta.")]).is(303);
    cast.clock.set("2026-11-23T10:00:00-06:00");
    let visit = [("at", "23-11-2026 09:30"), ("place", "Oficina 2-14"), ("note", "Se cambió la regleta.")];
    cast.step("carlos", &path, "visita", &visit).is(303);
    let ruling = [
        ("mode", "on_site"),
        ("findings", "La regleta estaba quemada."),
        ("actions", "Se sustituyó la regleta."),
        ("recommendation", "Conectar la impresora a la UPS."),
    ];
    cast.step("carlos", &path, "dictamen", &ruling).is(303);
    cast.step("carlos", &path, "finalizar", &[]).is(303);
    cast.step("ana", &path, "calificar", &[("rating", "satisfied"), ("comment", "Muy rápido.")]).is(303);

    let mut ana = cast.of_login("ana");
    ana.get(&path).is(200).says(&format!("href=\"{path}/fo-01\""));
    let paper = ana.get(&format!("{path}/fo-01")).is(200);
    assert_eq!(paper.header("content-type"), "application/pdf");
    assert!(paper.header("content-disposition").contains("FO-01 ST-2026-000001.pdf"), "{:?}", paper.headers);
    let file = cast.scene.world.at("fo-01.pdf");
    std::fs::write(&file, &paper.bytes).unwrap();
    let text = sh_text("pdftotext -layout \"$1\" -", &[&file]);
    for said in [
        "DIACO-IN-FO-01",
        "ST-2026-000001",
        "DT-2026-000001",
        "La impresora no enciende",
        "Desde ayer; #panic() *no* es <b>código</b>.",
        "Sin corriente en la regleta.",
        "Se cambió la regleta.",
        "La regleta estaba quemada.",
        "Conectar la impresora a la UPS.",
        "día hábil 3 de 3",
        "Muy rápido.",
        "Persona carlos",
        "Persona ana",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    sh_text("qpdf --check \"$1\"", &[&file]);
    let again = ana.get(&format!("{path}/fo-01")).is(200);
    assert_eq!(again.bytes, paper.bytes, "printing it again gives the same bytes");
    // Who may not see the ticket sees no paper of it, and the head of its unit does.
    cast.of_login("julio").get(&format!("{path}/fo-01")).is(404);
    cast.of_login("ines").get(&format!("{path}/fo-01")).is(200);
}
