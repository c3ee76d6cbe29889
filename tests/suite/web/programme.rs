//! The programme of a semester on its pages: drawn up, changed, sent, decided by another, handed out, and on paper.

use system_tests::browser::{Answer, Browser};
use system_tests::command::sh_text;

use super::cast::Cast;
use super::import::{hidden, send_to};

pub(super) const PATH: &str = "/mantenimiento/2026-2";

/// An inventory of eight pieces of two units.
pub(super) fn inventory(cast: &Cast) {
    let mut elena = cast.of_login("elena");
    elena.get("/equipos/importar").is(200);
    let head = "código;tipo;marca;modelo;serie;unidad;responsable;ubicación\n";
    let line = |index: usize| {
        let unit = if index < 5 { "Verificación" } else { "Jurídico" };
        format!("INV-{index};impresora;Épson;#panic();S{index};{unit};ana;Segundo nivel\n")
    };
    let text = format!("{head}{}", (1..9).map(line).collect::<String>());
    let page = send_to(&mut elena, "/equipos/importar", &[("text", &text)], None).is(200);
    let (text, plan) = (hidden(&page, "text").unwrap(), hidden(&page, "plan").unwrap());
    send_to(&mut elena, "/equipos/importar", &[("text", &text), ("plan", &plan)], None).is(303);
}

/// The version of the programme.
pub(super) fn version(cast: &Cast) -> String {
    cast.sql("SELECT version FROM programmes")
}

/// Somebody's step, in the version that there is.
#[track_caller]
pub(super) fn step(cast: &Cast, browser: &mut Browser, step: &str, fields: &[(&str, &str)]) -> Answer {
    let version = version(cast);
    browser.post(&format!("{PATH}/{step}"), &[&[("version", version.as_str())], fields].concat())
}

/// The digest that a page shows to who decides.
pub(super) fn digest(page: &Answer) -> String {
    hidden(page, "digest").unwrap()
}

#[test]
fn a_programme_goes_from_the_inventory_to_the_heads_of_units() {
    let cast = Cast::new("");
    inventory(&cast);
    drawn_up(&cast);
    sent_and_decided(&cast);
    handed_out(&cast);
    on_paper(&cast);
}

fn drawn_up(cast: &Cast) {
    let mut elena = cast.of_login("elena");
    elena.get("/mantenimiento").is(200).says("Todavía no hay ningún programa.").says("Segundo semestre de 2026");
    elena.post("/mantenimiento", &[("semester", "2026-3")]).is(422).says("id=\"semester-error\"");
    assert_eq!(elena.post("/mantenimiento", &[("semester", "2026-2")]).is(303).header("location"), PATH);
    let page = elena.get(PATH).is(200).says("Borrador").says("INV-1").says("INV-8").says("Enviar a aprobación");
    page.says("Persona carlos").says("Persona diego");
    assert_eq!(
        cast.sql("SELECT count(*), count(DISTINCT week), count(DISTINCT technician) FROM programme_items"),
        "8|8|2"
    );
    // Nobody else sees a draft of theirs to change, and heads of units see none at all.
    cast.of_login("carlos").get(PATH).is(200).never_says("Enviar a aprobación");
    cast.of_login("gloria").get(PATH).is(200).never_says("Aprobar");
    for login in ["ines", "julio"] {
        let mut head = cast.of_login(login);
        head.get("/mantenimiento").is(200).never_says("2026-2");
        head.get(PATH).is(404);
        head.get(&format!("{PATH}/fo-02")).is(404);
    }
    cast.of_login("ana").get(PATH).is(403);

    elena.get(&format!("{PATH}/3")).is(200).says("equipo INV-3").says("2026-W53");
    let diego = cast.sql("SELECT id FROM users WHERE login = 'diego'");
    let fields = [("week", "2026-W50"), ("technician", diego.as_str()), ("activity", "Limpieza y \"rodillos\"")];
    step(cast, &mut elena, "3", &fields).is(303);
    elena.get(PATH).is(200).says("El renglón se guardó.").says("2026-W50 (07 al 11 de diciembre)");
    elena.post(&format!("{PATH}/3"), &[&fields[..], &[("version", "1")]].concat()).is(422).says("Otra persona cambió");
    let wrong = [("week", "2026-W10"), ("technician", "999"), ("activity", "")];
    step(cast, &mut elena, "3", &wrong).is(422).says("technician-error");
    step(cast, &mut elena, "3", &[("week", "2026-W10"), ("activity", "x")]).is(422).says("week-error");
    elena.get(&format!("{PATH}/99")).is(404);
    step(cast, &mut cast.of_login("carlos"), "3", &fields).is(403);
    step(cast, &mut elena, "distribuir", &[("medium", "digital")]).is(422).says("Borrador");
}

fn sent_and_decided(cast: &Cast) {
    let mut elena = cast.of_login("elena");
    step(cast, &mut cast.of_login("carlos"), "enviar", &[]).is(403);
    step(cast, &mut elena, "enviar", &[]).is(303);
    step(cast, &mut elena, "enviar", &[]).is(422).says("«Enviado»");
    step(cast, &mut elena, "3", &[("week", "2026-W50"), ("activity", "x")]).is(409).says("ya se envió");
    step(cast, &mut elena, "elaborar", &[]).is(422);
    let mut gloria = cast.of_login("gloria");
    let seen = digest(&gloria.get(PATH).is(200).says("Aprobar"));
    for login in ["elena", "carlos", "hugo", "rosa", "ines"] {
        step(cast, &mut cast.of_login(login), "decidir", &[("approve", "1"), ("digest", &seen)]).is(403);
    }
    step(cast, &mut gloria, "decidir", &[("return", "1"), ("digest", &seen)]).is(422).says("comment-error");
    step(cast, &mut gloria, "decidir", &[("approve", "1"), ("digest", &"0".repeat(64))]).is(422).says("no es el que");
    step(cast, &mut gloria, "decidir", &[("return", "1"), ("digest", &seen), ("comment", "Falta <b>la red</b>")])
        .is(303);
    elena.get(PATH).is(200).says("Devuelto").says("Falta &#60;b&#62;la red").says("Enviar a aprobación");
    step(cast, &mut elena, "enviar", &[]).is(303);
    let seen = digest(&gloria.get(PATH).is(200));
    step(cast, &mut gloria, "decidir", &[("approve", "1"), ("digest", &seen)]).is(303);
    gloria.get(PATH).is(200).says("Aprobado por").never_says("name=\"approve\"");
    // What was approved stays as it is, whoever writes to the database.
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        sh_text(
            "sqlite3 -bail \"$1\" \"$2\"",
            &[&cast.scene.world.at("state/resguardo.db"), "UPDATE programme_items SET week = '2026-W30'"],
        )
    }));
    assert!(refused.is_err());
}

fn handed_out(cast: &Cast) {
    let mut elena = cast.of_login("elena");
    step(cast, &mut elena, "distribuir", &[("medium", "x")]).is(422).says("medium-error");
    step(cast, &mut elena, "distribuir", &[("medium", "digital")]).is(303);
    step(cast, &mut elena, "distribuir", &[("medium", "digital")]).is(422).says("No hay jefes de unidad sin copia");
    let mut ines = cast.of_login("ines");
    ines.get("/mantenimiento").is(200).says("Segundo semestre de 2026");
    ines.get(PATH)
        .is(200)
        .says("Recibí la copia")
        .says("href=\"/equipos/INV-1\"")
        .never_says("href=\"/equipos/INV-8\"");
    step(cast, &mut ines, "acuse", &[]).is(303);
    step(cast, &mut ines, "acuse", &[]).is(404);
    step(cast, &mut cast.of_login("carlos"), "acuse", &[]).is(404);
    ines.get(PATH).is(200).says("Quedó registrado que recibió la copia.").never_says("Recibí la copia");
    let received =
        "SELECT group_concat(units.name || (acknowledged IS NULL)) FROM programme_copies JOIN units ON units.id = unit";
    assert_eq!(cast.sql(&format!("{received} ORDER BY 1")), "Verificación0,Jurídico1");
    let log = elena.get("/auditoria?que=programme+2026-2").is(200);
    for said in
        ["Elaboró el programa", "Cambió un renglón", "Envió el programa", "Devolvió el programa", "Aprobó el programa"]
    {
        log.clone().says(said);
    }
}

/// The programme on paper, as the head of a unit gets it.
fn on_paper(cast: &Cast) {
    let mut ines = cast.of_login("ines");
    let paper = ines.get(&format!("{PATH}/fo-02")).is(200);
    assert_eq!(paper.header("content-type"), "application/pdf");
    assert!(paper.header("content-disposition").contains("FO-02 2026-2.pdf"), "{:?}", paper.headers);
    let file = cast.scene.world.at("fo-02.pdf");
    std::fs::write(&file, &paper.bytes).unwrap();
    let text = sh_text("pdftotext -layout \"$1\" -", &[&file]);
    for said in [
        "DIACO-IN-FO-02",
        "INV-1",
        "INV-8",
        "#panic()",
        "Verificación",
        "Persona gloria",
        "Persona elena",
        "Programados",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    let again = ines.get(&format!("{PATH}/fo-02")).is(200);
    assert_eq!(again.bytes, paper.bytes, "printing it again gives the same bytes");
}
