//! What is kept beside the forms: lists of attendance, what was signed on paper, cover sheets, and changes of forms that are proposed.

use system_tests::command::sh_text;

use super::cast::Cast;
use super::tickets::{PDF, upload};

/// What stands on a PDF that other programs find whole, with one space where it has any.
fn read(cast: &Cast, paper: &system_tests::browser::Answer) -> String {
    assert_eq!(paper.header("content-type"), "application/pdf");
    let file = cast.scene.world.at("papel.pdf");
    std::fs::write(&file, &paper.bytes).unwrap();
    let text = sh_text("qpdf --check \"$1\" >/dev/null && pdftotext -layout \"$1\" -", &[&file]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_event_is_listed_printed_signed_and_then_stays_as_it_is() {
    let cast = Cast::new("");
    let mut carlos = cast.of_login("carlos");
    carlos.get("/calidad").is(200).says("href=\"/asistencias\"");
    carlos.get("/asistencias").is(200).says("Ningún evento en el año");
    let new = "/asistencias/nueva";
    let empty = carlos.post(new, &[("day", "mañana")]).is(422);
    empty.says("#day\">");
    let event = |more: &[(&'static str, &'static str)]| {
        let fields = [("kind", "training"), ("day", "27-10-2026"), ("topic", "Contraseñas <b>seguras</b>")];
        [&fields[..], more].concat()
    };
    let wrong = carlos.post(new, &event(&[("starts", "9"), ("attendees", "ana\nana")])).is(422);
    wrong.says("starts-error").says("attendees-error").says("Persona ana está dos veces");
    let people = "ana\nÍñigo Paz; Asesor; Jurídico\nsin.cuenta";
    let times =
        [("starts", "09:00"), ("ends", "11:30"), ("place", "Salón"), ("speaker", "Elena"), ("attendees", people)];
    let made = carlos.post(new, &event(&times)).is(303);
    let path = made.header("location").to_owned();
    assert_eq!(path, "/asistencias/EV-2026-0001");
    let page = carlos.get(&path).is(200);
    page.says("Persona ana").says("Íñigo Paz").says("sin.cuenta").says("27-10-2026 09:00 a 11:30");
    let text = read(&cast, &carlos.get(&format!("{path}/rh-fo-02")).is(200));
    for said in [
        "DIACO-RH-FO-02",
        "Versión: 03",
        "EV-2026-0001",
        "<b>seguras</b>",
        "Persona ana",
        "Verificación",
        "09:00 a 11:30",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    carlos.post(&path, &[&event(&[])[..], &[("version", "9")]].concat()).is(422).says("Otra persona cambió esto");
    carlos.post(&path, &[&event(&[])[..], &[("version", "1"), ("day", "27-10-2025")]].concat()).is(303);
    let blank = read(&cast, &carlos.get(&format!("{path}/rh-fo-02")).is(200));
    assert!(blank.contains(" 18 ") && !blank.contains("Persona ana"), "there is room to sign:\n{blank}");

    // Who was there signs on paper, and the scan ends all corrections.
    let signed = "/firmados/EV-2026-0001";
    carlos.get(signed).is(200).says("Todavía no se ha adjuntado");
    upload(&mut carlos, signed, &[], &[]).is(422).says("files-error");
    upload(&mut carlos, signed, &[], &[("a.pdf", b"<b>no pdf")]).is(422).says("files-error");
    upload(&mut carlos, signed, &[], &[("../<i>lista.pdf", PDF.as_bytes())]).is(303);
    upload(&mut carlos, signed, &[], &[("otra.pdf", PDF.as_bytes())]).is(422).says("ya está adjunto");
    let sum = sh_text("printf '%s' \"$1\" | sha256sum | cut -d' ' -f1", &[PDF]);
    let list = carlos.get(signed).is(200).says(sum.trim()).never_says("<i>");
    let file = list.body.split(&format!("{signed}/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let got = cast.of_login("hugo").get(&format!("{signed}/{file}")).is(200);
    assert_eq!(got.body, PDF);
    assert!(got.header("content-disposition").starts_with("attachment"));
    cast.of_login("hugo").get(&format!("/firmados/FO-06-2026-11/{file}")).is(404);
    carlos.get(&path).is(200).says("adjunto (1)").never_says("<h2>Corregir");
    carlos.post(&path, &[&event(&[])[..], &[("version", "2")]].concat()).is(422).says("queda como está");
    let text = read(&cast, &carlos.get(&format!("{path}/rh-fo-02")).is(200));
    assert!(text.contains(sum.trim()), "the paper names what was signed:\n{text}");
    cast.of_login("ana").get(signed).is(403);
    cast.of_login("ana").get("/asistencias").is(403);
    cast.of_login("elena")
        .get("/auditoria")
        .is(200)
        .says("Adjuntó lo firmado")
        .says("Corrigió el evento")
        .says(sum.trim());
}

/// Where the code on a paper leads to, on these pages.
pub(super) fn qr(cast: &Cast, paper: &system_tests::browser::Answer) -> String {
    let file = cast.scene.world.at("papel.pdf");
    std::fs::write(&file, &paper.bytes).unwrap();
    // It also fails for a page without a code.
    let draw = "pdftoppm -png -r 200 \"$1\" \"$1\" && { zbarimg -q --raw \"$1\"-*.png 2>/dev/null || true; } && rm \"$1\"-*.png";
    let address = sh_text(draw, &[&file]);
    let (_, path) = address.trim().split_once("/comprobar/").unwrap();
    format!("/comprobar/{path}")
}

#[test]
fn the_code_on_a_paper_leads_to_whether_the_system_still_says_the_same() {
    let cast = Cast::new("");
    let fields = [("category", "1"), ("subject", "no imprime"), ("description", "x"), ("location", "y"), ("once", "k")];
    let path = cast.ticket(&fields, &[]);
    let (mut ana, mut carlos, mut elena) = (cast.of_login("ana"), cast.of_login("carlos"), cast.of_login("elena"));
    let check = qr(&cast, &ana.get(&format!("{path}/fo-01")).is(200));
    ana.get(&check).is(200).says("La huella coincide").says(&format!("href=\"{path}/fo-01\""));
    cast.of_login("julio").get(&check).is(404);
    let forged = format!("{}{}", check.rsplit_once("sha256=").unwrap().0, format_args!("sha256={}", "0".repeat(64)));
    ana.get(&forged).is(200).says("La huella no coincide");
    cast.step("carlos", &path, "tomar", &[]).is(303);
    ana.get(&check).is(200).says("La huella no coincide").says("cambió después de imprimir");
    for bad in
        ["/comprobar/x", "/comprobar/ST-2026-000001?form=DIACO-IN-FO-01", "/comprobar/ST-2026-000001?form=x&sha256=y"]
    {
        ana.get(bad).is(404);
    }

    // Each other form with a record.
    cast.scene.world.run(&["backup", "s/nota"]).exits(0);
    for paper in ["/registro/mes/2026-11/fo-06", "/registro/anio/2026/fo-06", "/registro/asiento/2026-1/fo-06"] {
        let check = qr(&cast, &elena.get(paper).is(200));
        elena.get(&check).is(200).says("La huella coincide").says(paper);
        ana.get(&check).is(403);
    }
    elena.get("/informes/2026-10").is(200);
    elena.post("/informes/2026-10", &[("version", "0"), ("analysis", "Nada."), ("deliver", "1")]).is(303);
    for paper in ["/informes/2026-10/fo-05", "/informes/2026-10/rp-fo-03"] {
        let check = qr(&cast, &elena.get(paper).is(200));
        elena.get(&check).is(200).says("La huella coincide").says(paper);
        carlos.get(&check).is(403);
    }
    carlos.get("/asistencias/nueva").is(200);
    carlos.post("/asistencias/nueva", &[("kind", "meeting"), ("day", "20-11-2026"), ("topic", "Plan")]).is(303);
    let paper = carlos.get("/asistencias/EV-2026-0001/rh-fo-02").is(200);
    let file = cast.scene.world.at("asistencia.pdf");
    cast.scene.world.run(&["report", "rh-fo-02", "EV-2026-0001", "--to", &file]).exits(0);
    assert!(std::fs::read(&file).unwrap() == paper.bytes, "the terminal prints the same");
    cast.scene.world.run(&["report", "rh-fo-02", "EV-2026-0009"]).exits(10).says("no event \"EV-2026-0009\"");
    let check = qr(&cast, &paper);
    carlos.get(&check).is(200).says("La huella coincide");
}

#[test]
fn a_record_is_signed_when_there_is_one_and_only_by_whom_it_belongs_to() {
    let cast = Cast::new("");
    let mut elena = cast.of_login("elena");
    for (record, status) in [
        ("FO-05-2026-10", 404),
        ("RP-FO-03-2026-10", 404),
        ("FO-02-2026-2", 404),
        ("EV-2026-0001", 404),
        ("FO-06-2026-12", 404),
        ("FO-06-2026-11", 200),
        ("FO-06-2026-11-R1", 404),
        ("ST-2026-000001", 404),
    ] {
        assert_eq!(elena.get(&format!("/firmados/{record}")).status, status, "{record}");
    }
    elena.get("/registro").is(200).says("href=\"/firmados/FO-06-2026-11\"");
    let mut carlos = cast.of_login("carlos");
    carlos.get("/firmados/FO-06-2026-11").is(200).never_says("<form class=\"card\"");
    upload(&mut carlos, "/firmados/FO-06-2026-11", &[], &[("a.pdf", PDF.as_bytes())]).is(403);
    upload(&mut elena, "/firmados/FO-06-2026-11", &[], &[("a.pdf", PDF.as_bytes())]).is(303);
    elena.get("/informes/2026-10").is(200);
    elena.post("/informes/2026-10", &[("version", "0"), ("analysis", "Nada."), ("deliver", "1")]).is(303);
    elena.get("/informes/2026-10").is(200).says("href=\"/firmados/FO-05-2026-10\"");
    upload(&mut elena, "/firmados/FO-05-2026-10", &[], &[("fo05.pdf", PDF.as_bytes())]).is(303);
    cast.of_login("hugo").get("/firmados/FO-05-2026-10").is(200).says("fo05.pdf");
    carlos.get("/firmados/FO-05-2026-10").is(403);
    let changed = cast.scene.world.at("state/resguardo.db");
    let refused = sh_text(
        "! sqlite3 \"$1\" \"UPDATE signed_copies SET name = 'x'\" 2>&1 && ! sqlite3 \"$1\" \"DELETE FROM signed_copy_bytes\" 2>&1",
        &[&changed],
    );
    assert!(refused.contains("never changed") && refused.contains("never removed"), "{refused}");
}

#[test]
fn the_head_proposes_a_form_and_gestion_de_calidad_decides() {
    let cast = Cast::new("");
    let (mut elena, mut hugo) = (cast.of_login("elena"), cast.of_login("hugo"));
    let page = "/formatos/DIACO-IN-FO-05/proponer";
    elena.get("/formatos").is(200).says(page);
    elena.get(page).is(200).says("value=\"Informe Mensual\"");
    elena.post(page, &[("title", " ")]).is(422).says("title-error");
    for reason in ["Falta una columna <b>", "Sobra la sección 3"] {
        elena.post(page, &[("title", "Informe mensual"), ("reason", reason)]).is(303);
    }
    elena.get("/formatos").is(200).says("Falta una columna &#60;b&#62;").says("Por decidir").never_says("No aceptar");
    let seen = hugo.get("/formatos").is(200);
    seen.says("No aceptar").says("/formatos/propuestas/2");
    hugo.post("/formatos/propuestas/1", &[("answer", " ")]).is(422);
    hugo.post("/formatos/propuestas/1", &[("answer", "Ya está en otra sección")]).is(303);
    hugo.post("/formatos/propuestas/1", &[("answer", "otra vez")]).is(422).says("Otra persona cambió esto");
    hugo.post("/formatos/propuestas/7", &[("answer", "x")]).is(404);
    hugo.get("/formatos/DIACO-IN-FO-05").is(200).says("Propuesta que se acepta").says("<option value=\"2\"");
    let version = [
        ("version", "04"),
        ("valid_from", "01-12-2026"),
        ("title", "Informe mensual"),
        ("note", "se quitó la sección 3"),
        ("proposal", "2"),
    ];
    hugo.post("/formatos/DIACO-IN-FO-05", &version).is(303);
    elena.get("/formatos").is(200).says("Ya está en otra sección").says("versión 04").says("Publicada el 23-11-2026");
    hugo.get("/formatos/DIACO-IN-FO-05").is(200).never_says("Propuesta que se acepta");
    elena.get("/auditoria").is(200).says("Propuso un cambio del formato").says("No aceptó la propuesta");
}

#[test]
fn the_cover_sheet_of_a_mail_account_says_each_step_and_names_what_lies_behind_it() {
    let cast = Cast::new("");
    let fields =
        [("category", "7"), ("subject", "correo nuevo"), ("description", "x"), ("location", "y"), ("once", "k")];
    let path = cast.ticket(&fields, &[("SUA.pdf", PDF.as_bytes())]);
    let (mail, cover) = (format!("{path}/correo"), format!("{path}/correo/caratula"));
    cast.step("carlos", &path, "tomar", &[]).is(303);
    let mut carlos = cast.of_login("carlos");
    carlos.get(&cover).is(404);
    carlos.get(&mail).is(200);
    carlos.post(&mail, &[("kind", "creation"), ("person", "Lucía #panic()")]).is(303);
    carlos.post(&format!("{mail}/give"), &[("version", "1")]).is(303);
    carlos.get(&mail).is(200).says(&format!("href=\"{cover}\""));
    let text = read(&cast, &carlos.get(&cover).is(200));
    for said in [
        "Código: N/A",
        "Creación de cuenta: Lucía #panic()",
        "SUA (Solicitud de Usuarios y Accesos)",
        "23-11-2026",
        "pendiente",
        "Persona ana",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    let (paper, file) = (carlos.get(&cover).is(200), cast.scene.world.at("caratula.pdf"));
    let number = path.rsplit('/').next().unwrap();
    cast.scene.world.run(&["report", "cover", number, "--as", "carlos", "--to", &file]).exits(0);
    assert!(std::fs::read(&file).unwrap() == paper.bytes, "the terminal prints the same");
    cast.scene.world.run(&["report", "cover", number, "--as", "julio"]).exits(10);
    carlos.get(&qr(&cast, &paper)).is(200).says("La huella coincide");
    // A deletion is the ministry's own doing: there is no form to lie behind a sheet.
    let other = cast
        .ticket(&[("category", "7"), ("subject", "b"), ("description", "x"), ("location", "y"), ("once", "l")], &[]);
    cast.step("carlos", &other, "tomar", &[]).is(303);
    carlos.get(&format!("{other}/correo")).is(200);
    carlos.post(&format!("{other}/correo"), &[("kind", "deletion"), ("person", "Lucía")]).is(303);
    carlos.get(&format!("{other}/correo")).is(200).never_says("caratula");
    carlos.get(&format!("{other}/correo/caratula")).is(404);
    cast.of_login("julio").get(&cover).is(404);
}
