//! What becomes of a programme on its pages: availability, other weeks, work at the machine, its end, and the indicator that is
//! delivered of it; on paper, too.

use system_tests::browser::{Answer, Browser};
use system_tests::command::sh_text;

use super::cast::Cast;
use super::programme::{PATH, digest, inventory, step, version};
use super::records::qr;

const PRINTER: [(&str, &str); 5] = [("check", "0"), ("check", "1"), ("check", "2"), ("check", "3"), ("check", "4")];

/// A programme of eight pieces, approved and handed out, on a Monday in November. Ana answers for all pieces.
fn handed_out(cast: &Cast) {
    inventory(cast);
    let mut elena = cast.of_login("elena");
    elena.get("/mantenimiento").is(200);
    elena.post("/mantenimiento", &[("semester", "2026-2")]).is(303);
    step(cast, &mut elena, "enviar", &[]).is(303);
    let mut gloria = cast.of_login("gloria");
    let seen = digest(&gloria.get(PATH).is(200));
    step(cast, &mut gloria, "decidir", &[("approve", "1"), ("digest", &seen)]).is(303);
    step(cast, &mut elena, "distribuir", &[("medium", "digital")]).is(303);
}

fn come(cast: &Cast, login: &str) -> Browser {
    let mut browser = Browser::new(cast.scene.port);
    browser.log_in(login, super::PASSWORD).is(303);
    browser
}

/// Somebody's step of an item, over the entries that it has.
#[track_caller]
fn enter(cast: &Cast, browser: &mut Browser, item: i64, word: &str, fields: &[(&str, &str)]) -> Answer {
    let seen = cast.sql(&format!("SELECT entries + 1 FROM programme_items WHERE number = {item}"));
    browser.get("/mis-equipos").is(200);
    browser.post(&format!("{PATH}/renglon/{item}/{word}"), &[&[("version", seen.as_str())], fields].concat())
}

/// The number of the item that has a week of this or a later one, in their order.
fn coming(cast: &Cast, week: &str, nth: usize) -> i64 {
    let sql = format!("SELECT number FROM programme_items WHERE week >= '{week}' ORDER BY number LIMIT 1 OFFSET {nth}");
    cast.sql(&sql).parse().unwrap()
}

fn text_of(cast: &Cast, name: &str, paper: &Answer) -> String {
    let file = cast.scene.world.at(name);
    std::fs::write(&file, &paper.bytes).unwrap();
    sh_text("qpdf --check \"$1\"", &[&file]);
    sh_text("pdftotext -layout \"$1\" -", &[&file])
}

#[test]
fn a_semester_goes_from_its_copies_to_the_indicator_that_quality_management_received() {
    let cast = Cast::new("");
    handed_out(&cast);
    // Two units, eight pieces over 27 weeks: the last ones are still to come on 23 November.
    let item = coming(&cast, "2026-W48", 0);
    unavailable(&cast, item);
    moved(&cast, item);
    done(&cast, item);
    ended(&cast);
    indicator(&cast);
}

fn unavailable(cast: &Cast, item: i64) {
    let path = format!("{PATH}/renglon/{item}");
    let mut julio = cast.of_login("julio");
    julio.get(&path).is(200).says("programado").says("Informar la disponibilidad").never_says("Registrar el");
    for (login, status) in [("ines", 404), ("berta", 404), ("rosa", 404), ("carlos", 403), ("gloria", 403)] {
        enter(cast, &mut cast.of_login(login), item, "disponibilidad", &[("available", "yes")]).is(status);
    }
    enter(cast, &mut julio, item, "disponibilidad", &[]).is(422).says("#available\">");
    enter(cast, &mut julio, item, "disponibilidad", &[("available", "no")]).is(422).says("#reason\">");
    let past = [("available", "no"), ("reason", "x"), ("proposed", "2026-W40")];
    enter(cast, &mut julio, item, "disponibilidad", &past).is(422).says("#proposed\">");
    enter(cast, &mut julio, item, "disponibilidad", &[("available", "yes")]).is(303);
    let no = [("available", "no"), ("reason", "Está en <b>gira</b>"), ("proposed", "2026-W53")];
    enter(cast, &mut julio, item, "disponibilidad", &no).is(303);
    julio
        .post(&format!("{path}/disponibilidad"), &[&no[..], &[("version", "1")]].concat())
        .is(422)
        .says("Otra persona");
    let letter = "SELECT count(*), min(users.login) FROM letters JOIN users ON users.id = \"user\" WHERE template = 'no_disponible'";
    assert_eq!(cast.sql(letter), "1|elena");
    // A week that is over is nobody's to speak of any more.
    let first = cast.sql("SELECT number FROM programme_items WHERE week < '2026-W48' AND unit = 2 LIMIT 1");
    if let Ok(first) = first.parse() {
        enter(cast, &mut julio, first, "disponibilidad", &[("available", "yes")]).is(422).says("ya terminó");
    }
}

fn moved(cast: &Cast, item: i64) {
    let path = format!("{PATH}/renglon/{item}");
    let mut elena = cast.of_login("elena");
    elena.get(&format!("{path}/reprogramar")).is(200).says("gira&#60;/b&#62;").says("value=\"2026-W53\" selected");
    for login in ["carlos", "julio", "gloria"] {
        enter(cast, &mut cast.of_login(login), item, "reprogramar", &[("new_week", "2026-W53")]).is(403);
    }
    enter(cast, &mut elena, item, "reprogramar", &[("new_week", "2026-W30"), ("reason", "")])
        .is(422)
        .says("new_week-error");
    let fields = [("new_week", "2026-W53"), ("reason", "Gira departamental")];
    enter(cast, &mut elena, item, "reprogramar", &fields).is(303);
    elena.get(&path).is(200).says("reprogramado").says("FO-03-2026-001").says("todavía no");
    // Another one of the same item, of which nobody had said anything; and the gap that no refusal makes.
    let nobody = [("new_week", "2027-W03"), ("reason", "Cierre del edificio")];
    enter(cast, &mut elena, item, "reprogramar", &nobody).is(422).says("informed_day-error");
    let later = [("informed_by", "Julio"), ("informed_day", "2026-11-24"), ("informed_time", "08:00")];
    enter(cast, &mut elena, item, "reprogramar", &[&nobody[..], &later].concat()).is(422).says("todavía no llega");
    let told = [("informed_by", "Julio Paz"), ("informed_day", "2026-11-20"), ("informed_time", "08:15")];
    enter(cast, &mut elena, item, "reprogramar", &[&nobody[..], &told].concat()).is(303);
    elena.get(&path).is(200).says("FO-03-2026-002").says("2026-W53 a 2027-W03");
    assert_eq!(cast.sql("SELECT group_concat(number) FROM reschedulings"), "1,2");
    let know = "/mantenimiento/reprogramaciones/FO-03-2026-001/enterado";
    elena.post(know, &[]).is(403);
    let mut julio = cast.of_login("julio");
    julio.get(&path).is(200).says("Estoy enterado");
    julio.post(know, &[]).is(303);
    julio.post(know, &[]).is(409);
    assert_eq!(julio.get("/mantenimiento/reprogramaciones/FO-03-2026-001").is(303).header("location"), path);
    let paper = julio.get("/mantenimiento/reprogramaciones/FO-03-2026-001/fo-03").is(200);
    let text = text_of(cast, "fo-03.pdf", &paper);
    for said in ["DIACO-IN-FO-03", "FO-03-2026-001", "Gira departamental", "2026-W53", "Persona julio", "Persona elena"]
    {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    assert_eq!(julio.get("/mantenimiento/reprogramaciones/FO-03-2026-001/fo-03").is(200).bytes, paper.bytes);
    cast.of_login("ines").get("/mantenimiento/reprogramaciones/FO-03-2026-001/fo-03").is(404);
    cast.of_login("ana").get("/mantenimiento/reprogramaciones/FO-03-2026-009").is(404);
}

fn done(cast: &Cast, item: i64) {
    let path = format!("{PATH}/renglon/{item}");
    let mut carlos = cast.of_login("carlos");
    carlos.get("/mantenimiento/semana?de=todos").is(200).says("Atrasado").never_says(&format!("renglon/{item}\""));
    let code =
        cast.sql(&format!("SELECT code FROM equipment JOIN programme_items ON equipment = id WHERE number = {item}"));
    carlos.get(&format!("/equipos/{code}")).is(200).says(&format!("href=\"{path}\"")).says("Imprimir su etiqueta");
    carlos.get(&path).is(200).says(&format!("{path}/ejecutar")).never_says("Reprogramar (FO-03)");
    carlos.get(&format!("{path}/ejecutar")).is(200).says("Rodillos").says("La conformidad la da Persona ana");
    for login in ["ana", "julio", "gloria"] {
        enter(cast, &mut cast.of_login(login), item, "ejecutar", &[]).is(403);
    }
    enter(cast, &mut cast.of_login("rosa"), item, "ejecutar", &[]).is(404);
    enter(cast, &mut carlos, item, "ejecutar", &[("day", "x")]).is(422).says("#day\">");
    enter(cast, &mut carlos, item, "ejecutar", &[("day", "2026-11-24")]).is(422).says("#day\">").says("#found\">");
    enter(cast, &mut carlos, item, "no-ejecutado", &[("day", "2026-11-23")]).is(422).says("#reason\">");
    enter(cast, &mut carlos, item, "no-ejecutado", &[("day", "2026-11-23"), ("reason", "Nadie abrió.")]).is(303);
    carlos.get(&path).is(200).says("no ejecutado").says("Nadie abrió.").says(&format!("{path}/ejecutar"));
    let right = [&PRINTER[..], &[("day", "2026-11-23"), ("found", "works")]].concat();
    enter(cast, &mut carlos, item, "ejecutar", &right).is(303);
    enter(cast, &mut carlos, item, "ejecutar", &right).is(422).says("«ejecutado»");
    carlos.get(&path).is(200).says("pendiente de Persona ana").never_says("Dar mi conformidad");
    carlos.post(&format!("{path}/conformidad"), &[]).is(403);
    let letter =
        "SELECT min(users.login) FROM letters JOIN users ON users.id = \"user\" WHERE template = 'conformidad'";
    assert_eq!(cast.sql(letter), "ana");
    let mut ana = cast.of_login("ana");
    ana.get("/").is(200).says("/mis-equipos");
    ana.get("/mis-equipos").is(200).says("Espera su conformidad");
    ana.get(&path).is(200).says("Dar mi conformidad").never_says("href=\"/equipos");
    ana.post(&format!("{path}/conformidad"), &[]).is(303);
    ana.post(&format!("{path}/conformidad"), &[]).is(422).says("Otra persona");
    ana.get(&path).is(200).says("Persona ana, 23-11-2026").never_says("Dar mi conformidad</button>");
    // Whose responsible is gone, somebody else receives; and never who did it.
    cast.scene.world.run(&["user", "disable", "ana"]).exits(0);
    let other = item - 1;
    carlos.get(&format!("{PATH}/renglon/{other}/ejecutar")).is(200).says("Quién lo recibió conforme");
    let received = |name: &'static str| [&right[..], &[("received_by", name)]].concat();
    enter(cast, &mut carlos, other, "ejecutar", &received("persona  CARLOS")).is(422).says("no da la conformidad");
    enter(cast, &mut carlos, other, "ejecutar", &received("Marta Ixcoy")).is(303);
    carlos.get(&format!("{PATH}/renglon/{other}")).is(200).says("recibió Marta Ixcoy");
    // A piece that is in use no more.
    let mut elena = cast.of_login("elena");
    elena.get("/equipos/INV-1").is(200);
    let retire = [("version", "1"), ("day", "2026-11-20"), ("reason", "No enciende"), ("document", "Acta 3-2026")];
    elena.post("/equipos/INV-1/baja", &retire).is(303);
    elena.get(&format!("{PATH}/renglon/1")).is(200).says("retirado").says("Acta 3-2026").never_says("/ejecutar");
    enter(cast, &mut carlos, 1, "ejecutar", &right).is(422).says("«retirado»");
    counted(cast);
}

/// What the report of the month counts leads to what it counted.
fn counted(cast: &Cast) {
    let mut elena = cast.of_login("elena");
    let page = elena.get("/informes/2026-11").is(200).says("Mantenimiento preventivo");
    let mut seen = 0;
    for rest in page.body.split("href=\"/mantenimiento/lista?").skip(1) {
        let (query, rest) = rest.split_once('"').unwrap();
        let count = rest.split(['>', '<']).nth(1).unwrap();
        let list = elena.get(&format!("/mantenimiento/lista?{}", query.replace("&#38;", "&"))).is(200);
        assert_eq!(list.body.matches("<tr><th scope=\"row\">").count().to_string(), count, "{query}");
        seen += 1;
    }
    assert!(seen >= 3, "{}", page.body);
    elena
        .get("/mantenimiento/lista?mes=2026-11&que=reprogramados")
        .is(200)
        .says("FO-03-2026-001")
        .says("FO-03-2026-002");
    elena.get("/mantenimiento/lista?mes=2026-11&que=ejecutados").is(200).says("Son 2.");
    elena.get("/mantenimiento/lista?mes=2027-01").is(404);
}

fn ended(cast: &Cast) {
    let mut elena = cast.of_login("elena");
    let semester = "/mantenimiento/indicador/2026-2";
    elena.get(semester).is(200).says("2 / 7").says("28.57 %").says("en curso").says("15-01-2027");
    elena
        .post(semester, &[("version", "0"), ("analysis", "x"), ("deliver", "1")])
        .is(422)
        .says("todavía no se finaliza");
    cast.clock.set("2027-01-04T08:00:00-06:00");
    let (mut elena, mut carlos) = (come(cast, "elena"), come(cast, "carlos"));
    step(cast, &mut carlos, "finalizar", &[]).is(403);
    elena.get(PATH).is(200).says("Los 5 que faltan");
    let last = "Finalizar el programa de mantenimiento del segundo semestre de 2026 y entregar su indicador";
    elena.get("/vencimientos").is(200).says(last).says("10.º día hábil de enero de 2027");
    step(cast, &mut elena, "finalizar", &[]).is(422).says("#reason\">");
    step(cast, &mut elena, "finalizar", &[("reason", "Faltó <i>personal</i>")]).is(303);
    elena.get(PATH).is(200).says("Finalizado").says("Faltó &#60;i&#62;").never_says("name=\"reason\"");
    step(cast, &mut elena, "finalizar", &[("reason", "x")]).is(422).says("«Finalizado»");
    let fates = "SELECT fate, count(*) FROM programme_items GROUP BY fate ORDER BY fate";
    assert_eq!(cast.sql(fates), "done|2\nnot_done|5\nretired|1");
    carlos.get(&format!("{PATH}/renglon/2")).is(200).says("no ejecutado").never_says("/ejecutar");
    carlos.get(&format!("{PATH}/renglon/2/ejecutar")).is(409);
    enter(cast, &mut carlos, 2, "ejecutar", &[]).is(422).says("«Finalizado»");
    assert!(!version(cast).is_empty());
    let text = text_of(cast, "fo-02.pdf", &elena.get(&format!("{PATH}/fo-02")).is(200));
    for said in
        ["Ejecutados", "23-11-2026", "recibió Marta", "no ejecutado", "retirado", "FO-03-2026-002", "finalizado"]
    {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

fn indicator(cast: &Cast) {
    let semester = "/mantenimiento/indicador/2026-2";
    let (mut elena, mut hugo) = (come(cast, "elena"), come(cast, "hugo"));
    hugo.get(semester).is(200).says("28.57 %").says("No cumple").says("Acta 3-2026").never_says("rp-fo-03");
    hugo.get(&format!("{semester}/rp-fo-03")).is(404);
    hugo.get(&format!("{semester}/fo-02")).is(404);
    let (to_deliver, to_receive) = ("Entregar a Gestión de Calidad el indicador", "Acusar recibo del indicador");
    elena.get("/vencimientos").is(200).says(to_deliver).says("15-01-2027").says(&format!("href=\"{semester}\""));
    hugo.get("/vencimientos").is(200).never_says(to_receive);
    let page = elena.get(semester).is(200).says("15-01-2027");
    let now = super::import::hidden(&page, "version").unwrap();
    let deliver = [("version", now.as_str()), ("analysis", "Se empezó tarde #panic()."), ("deliver", "1")];
    elena.post(semester, &deliver).is(422).says("#causes\">").says("#deed\">");
    let now = super::import::hidden(&elena.get(semester).is(200), "version").unwrap();
    let more = [("version", now.as_str()), ("causes", "Poco personal"), ("deed", "Programar desde julio")];
    elena.post(semester, &[&more[..], &deliver[1..]].concat()).is(303);
    elena.get(semester).is(200).says("día hábil 1").says("28.57 %").says("Se empezó tarde");
    let at: i64 = cast.sql("SELECT version FROM semester_reports").parse().unwrap();
    elena.post(&format!("{semester}/recibir"), &[("version", &at.to_string())]).is(403);
    hugo.get(semester).is(200).says("Acusar recibo");
    elena.get("/vencimientos").is(200).never_says(to_deliver);
    hugo.get("/vencimientos").is(200).says(to_receive).says("07-01-2027");
    hugo.post(&format!("{semester}/recibir"), &[("version", &at.to_string())]).is(303);
    hugo.get(semester).is(200).says("Persona hugo");
    hugo.get("/vencimientos").is(200).never_says(to_receive);
    let paper = hugo.get(&format!("{semester}/rp-fo-03")).is(200);
    let text = text_of(cast, "rp-fo-03.pdf", &paper);
    for said in [
        "DIACO-RP-FO-03",
        "I3",
        "28.57 %",
        "Poco personal",
        "Acta 3-2026",
        "FO-02 2026-2.pdf",
        "#panic()",
        "Persona hugo",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    // The copy is byte by byte what was delivered, whatever becomes of the programme.
    let copy = hugo.get(&format!("{semester}/fo-02")).is(200);
    let file = cast.scene.world.at("copia.pdf");
    std::fs::write(&file, &copy.bytes).unwrap();
    let sum = sh_text("sha256sum \"$1\" | cut -c1-64", &[&file]);
    hugo.get(semester).is(200).says(&sum);
    assert!(text.replace(char::is_whitespace, "").contains(&sum), "{text}");
    elena.post(&format!("{semester}/revision"), &[("reason", "Faltaba una causa")]).is(303);
    elena.get(semester).is(200).says("Faltaba una causa").says("?revision=1");
    hugo.get(&format!("{semester}?revision=1")).is(200).says("Persona hugo");
    hugo.get("/mantenimiento/indicador/RP-FO-03-2026-2").is(200);
    hugo.get(&format!("{semester}?revision=9")).is(404);
    let log = elena.get("/auditoria?que=programme+2026-2").is(200);
    for said in ["Finalizó el programa", "Reprogramó un renglón", "Registró un mantenimiento", "Entregó el indicador"]
    {
        log.clone().says(said);
    }
    packed(cast);
    refused_by_the_database(cast);
}

/// The auditor's pack of the semester has its papers, and the terminal prints the same; their codes lead to what they show.
fn packed(cast: &Cast) {
    let world = &cast.scene.world;
    let (zip, paper) = (world.at("semestre.zip"), world.at("programa.pdf"));
    // Months without a report are said.
    world.run(&["report", "pack", "--semester", "2026-2", "--output", &zip]).exits(7);
    let names = sh_text("unzip -Z1 \"$1\"", &[&zip]);
    for name in [
        "formatos/DIACO-IN-FO-02/2026-2.pdf",
        "formatos/DIACO-IN-FO-03/FO-03-2026-001.pdf",
        "formatos/DIACO-RP-FO-03/2026-2-R1.pdf",
        "listas/programa.csv",
    ] {
        assert!(names.lines().any(|line| line == name), "{name} is not in\n{names}");
    }
    let missing = sh_text("unzip -p \"$1\" FALTANTES.txt", &[&zip]);
    assert!(!missing.contains("no se pudo imprimir"), "{missing}");
    let mut elena = come(cast, "elena");
    for (ask, name, page) in [
        (["fo-02", "--semester", "2026-2"].as_slice(), "DIACO-IN-FO-02/2026-2", format!("{PATH}/fo-02")),
        (
            &["fo-03", "FO-03-2026-001"],
            "DIACO-IN-FO-03/FO-03-2026-001",
            "/mantenimiento/reprogramaciones/FO-03-2026-001/fo-03".to_owned(),
        ),
        (
            &["rp-fo-03", "--semester", "2026-2"],
            "DIACO-RP-FO-03/2026-2-R1",
            "/mantenimiento/indicador/2026-2/rp-fo-03".to_owned(),
        ),
    ] {
        let _none = std::fs::remove_file(&paper);
        world.run(&[&["report"], ask, &["--output", &paper]].concat()).exits(0).says(&paper);
        sh_text("unzip -p \"$1\" \"formatos/$2.pdf\" | cmp - \"$3\"", &[&zip, name, &paper]);
        let check = qr(cast, &elena.get(&page).is(200));
        elena.get(&check).is(200).says("La huella coincide");
    }
    world.run(&["report", "fo-03", "FO-03-2026-099"]).exits(10).says("no rescheduling \"FO-03-2026-099\"");
    world.run(&["report", "rp-fo-03", "--semester", "2026-1"]).exits(10).says("no indicator of 2026-1");
    world.run(&["report", "rp-fo-03", "--semester", "2026-2", "--revision", "2"]).exits(10).says("no such revision");
    world.run(&["report", "rp-fo-03"]).exits(2);
}

/// What nobody changes, whoever writes to the database.
fn refused_by_the_database(cast: &Cast) {
    for sql in [
        "UPDATE programme_items SET fate = 'done' WHERE number = 2",
        "UPDATE programmes SET state = 'distributed'",
        "UPDATE item_visits SET day = '2026-12-31'",
        "DELETE FROM item_visits",
        "UPDATE reschedulings SET reason = 'x'",
        "DELETE FROM reschedulings",
        "DELETE FROM item_notices",
        "UPDATE semester_reports SET figures = '{}' WHERE revision = 1",
        "UPDATE semester_copies SET pdf = x'00'",
    ] {
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            sh_text("sqlite3 -bail \"$1\" \"$2\"", &[&cast.scene.world.at("state/resguardo.db"), sql])
        }));
        assert!(refused.is_err(), "{sql}");
    }
}

#[test]
fn a_sheet_of_labels_leads_to_the_pages_of_its_pieces() {
    let cast = Cast::new("");
    inventory(&cast);
    let mut carlos = cast.of_login("carlos");
    let page = carlos.get("/equipos/etiquetas").is(200);
    assert_eq!(page.body.matches("<svg ").count(), 8);
    assert!(!page.body.contains("style="), "no style would be taken");
    let base = format!("http://127.0.0.1:{}/equipos/INV-3", cast.scene.port);
    page.says(&base);
    let unit = cast.sql("SELECT id FROM units WHERE name = 'Jurídico'");
    let page = carlos.get(&format!("/equipos/etiquetas?unidad={unit}")).is(200).never_says("INV-1<");
    assert_eq!(page.body.matches("<svg ").count(), 4);
    let page = carlos.get("/equipos/etiquetas?codigo=inv-3&codigo=INV-8").is(200);
    assert_eq!(page.body.matches("<svg ").count(), 2);
    carlos.get("/equipos/etiquetas?codigo=NADA").is(404);
    // Who reads a label without seeing the inventory comes to their own pieces, whether there is such a one or not.
    for code in ["INV-3", "NADA"] {
        assert_eq!(cast.of_login("ana").get(&format!("/equipos/{code}")).is(303).header("location"), "/mis-equipos");
    }
    cast.of_login("ines").get("/equipos/etiquetas").is(403);
}
