//! The inventory of equipment on its pages: who sees which of it, what is entered, changed and retired, and by a file.

use system_tests::browser::{Answer, Browser};

use super::cast::Cast;
use super::import::{hidden, send_to};

const IMPORT: &str = "/equipos/importar";
const HEAD: &str = "Código;Tipo;Marca;Modelo;Serie;Unidad;Responsable;Ubicación\r\n";

fn unit(cast: &Cast, name: &str) -> String {
    cast.sql(&format!("SELECT id FROM units WHERE name = '{name}'"))
}

/// Elena enters a piece.
#[track_caller]
fn add(cast: &Cast, code: &str, of: &str) -> Answer {
    let unit = unit(cast, of);
    let mut elena = cast.of_login("elena");
    elena.get("/equipos/nuevo").is(200);
    let fields = [("code", code), ("kind", "printer"), ("brand", "Épson"), ("unit", &unit), ("responsible", "ana")];
    elena.post("/equipos/nuevo", &fields)
}

#[test]
fn everybody_sees_the_equipment_that_is_theirs_to_see_and_the_chief_alone_changes_it() {
    let cast = Cast::new("");
    assert_eq!(add(&cast, "inv-1", "Verificación").is(303).header("location"), "/equipos/INV-1");
    add(&cast, "INV-2", "Jurídico").is(303);
    for login in ["carlos", "elena", "gloria", "hugo"] {
        let mut browser = cast.of_login(login);
        let page = browser.get("/equipos").is(200).says("INV-1").says("INV-2").says("Persona ana");
        assert_eq!(page.body.contains("Nuevo equipo"), login == "elena", "{login}");
        let page = browser.get("/equipos/inv-1").is(200).says("Épson").says("Verificación");
        assert_eq!(page.body.contains("Dar de baja"), login == "elena", "{login}");
        browser.get("/calidad").is(200).says("href=\"/equipos\"");
    }
    // The head of a unit sees what is of it, and whatever else there is does not exist.
    let mut ines = cast.of_login("ines");
    ines.get("/calidad").is(200).says("href=\"/equipos\"").never_says("href=\"/registro\"");
    ines.get("/equipos").is(200).says("INV-1").never_says("INV-2").never_says("Nuevo equipo");
    let other = unit(&cast, "Jurídico");
    ines.get(&format!("/equipos?unidad={other}")).is(200).never_says("INV-2").says("Ningún equipo");
    ines.get("/equipos/INV-1").is(200).never_says("Guardar");
    ines.get("/equipos/INV-2").is(404);
    ines.post("/equipos/INV-1", &[("version", "1"), ("brand", "x")]).is(403);
    for login in ["ana", "rosa"] {
        let mut browser = cast.of_login(login);
        browser.get("/").is(200).never_says("href=\"/calidad\"");
        browser.get("/calidad").is(403);
        browser.get("/equipos").is(403);
        // The code of a label leads to their own pieces, whether this is one or not, or there is none.
        for code in ["INV-1", "INV-2", "INV-3"] {
            assert_eq!(
                browser.get(&format!("/equipos/{code}")).is(303).header("location"),
                "/mis-equipos",
                "{login} {code}"
            );
        }
        browser.post("/equipos/INV-1", &[("version", "1")]).is(403);
    }
    let mut carlos = cast.of_login("carlos");
    carlos.get("/equipos").is(200);
    for path in ["/equipos/nuevo", "/equipos/importar", "/equipos/INV-1", "/equipos/INV-1/baja"] {
        carlos.post(path, &[("version", "1")]).is(403);
    }
    assert_eq!(cast.sql("SELECT group_concat(code || version) FROM equipment"), "INV-11,INV-21");
}

#[test]
fn a_piece_is_changed_over_the_version_that_was_seen_and_retired_for_good_with_its_document() {
    let cast = Cast::new("");
    add(&cast, "INV-1", "Verificación").is(303);
    add(&cast, "INV-1", "Jurídico").is(422).says("Ya existe un equipo con ese código").says("href=\"#code\"");
    let mut elena = cast.of_login("elena");
    let wrong = [("code", "a b"), ("brand", &*"x".repeat(81)), ("kind", "tractor"), ("responsible", "nadie")];
    let page = elena.post("/equipos/nuevo", &wrong).is(422);
    for field in ["code", "brand", "kind", "unit", "responsible"] {
        assert!(page.body.contains(&format!("id=\"{field}-error\"")), "{field}: {}", page.body);
    }
    let (verificacion, juridico) = (unit(&cast, "Verificación"), unit(&cast, "Jurídico"));
    let fields = |version: &'static str, unit: &'static str| {
        [("version", version), ("kind", "laptop"), ("brand", "Dell"), ("model", "L 5"), ("unit", unit)]
    };
    let (verificacion, juridico): (&'static str, &'static str) = (verificacion.leak(), juridico.leak());
    elena.get("/equipos/INV-1").is(200);
    let more = [&fields("1", juridico)[..], &[("code", "INV-9"), ("id", "7"), ("retired_day", "2026-01-01")]].concat();
    elena.post("/equipos/INV-1", &more).is(303);
    elena.get("/equipos/INV-1").is(200).says("El equipo se guardó.").says("Computadora portátil").says("L 5");
    let stale = elena.post("/equipos/INV-1", &fields("1", verificacion)).is(422);
    stale.says("Otra persona cambió").says("value=\"Dell\"");
    let row = "SELECT code, kind, brand, responsible IS NULL, unit, version, retired_day IS NULL FROM equipment";
    assert_eq!(cast.sql(row), format!("INV-1|laptop|Dell|1|{juridico}|2|1"));

    let page = elena.post("/equipos/INV-1/baja", &[("version", "2"), ("day", "31-02-2026")]).is(422);
    page.says("No es una fecha").says("id=\"reason-error\"").says("id=\"document-error\"");
    let baja = |version: &'static str, day: &'static str| {
        [("version", version), ("day", day), ("reason", "No enciende"), ("document", "Acta 3-2026")]
    };
    elena.post("/equipos/INV-1/baja", &baja("2", "24-11-2026")).is(422).says("Todavía no llega");
    elena.post("/equipos/INV-1/baja", &baja("1", "23-11-2026")).is(422).says("Otra persona cambió");
    elena.post("/equipos/INV-1/baja", &baja("2", "2026-11-20")).is(303);
    let page = elena.get("/equipos/INV-1").is(200).says("El equipo quedó de baja.").says("20-11-2026");
    page.says("Acta 3-2026").never_says("Guardar").never_says("<form method=\"post\" action=\"/equipos");
    elena.post("/equipos/INV-1", &fields("3", verificacion)).is(409).says("está de baja");
    elena.post("/equipos/INV-1/baja", &baja("3", "20-11-2026")).is(409).says("está de baja");
    elena.get("/equipos").is(200).never_says("INV-1");
    elena.get("/equipos?estado=baja").is(200).says("INV-1").says("De baja");
    let log = elena.get("/auditoria?que=equipment+INV-1").is(200);
    log.says("Agregó el equipo").says("Cambió el equipo").says("Dio de baja el equipo").says("equipo INV-1");
}

/// Confirms what a page shows.
#[track_caller]
fn confirm(elena: &mut Browser, page: &Answer) -> Answer {
    let (text, plan) = (hidden(page, "text").unwrap(), hidden(page, "plan").unwrap());
    send_to(elena, IMPORT, &[("text", &text), ("plan", &plan)], None)
}

#[test]
fn a_file_is_shown_line_by_line_with_all_its_faults_and_just_what_was_shown_is_stored() {
    let cast = Cast::new("");
    add(&cast, "INV-1", "Verificación").is(303);
    add(&cast, "INV-2", "Verificación").is(303);
    let mut elena = cast.of_login("elena");
    elena.get("/equipos/INV-2").is(200);
    let baja = [("version", "1"), ("day", "20-11-2026"), ("reason", "x"), ("document", "y")];
    elena.post("/equipos/INV-2/baja", &baja).is(303);
    elena.get("/equipos").is(200).says("Importar equipos");
    elena.get(IMPORT).is(200).says("código,tipo,marca").never_says("name=\"plan\"");

    let bad = format!(
        "{HEAD}inv-1;Impresora;HP;;;verificacion;ANA;\r\nmal código;tractor;;;;No existe;nadie;\r\n\
         INV-2;UPS;;;;Verificación;;\r\nINV-3;UPS;;;;;;\r\nINV-1;UPS;;;;Verificación;;\r\n"
    );
    let page = send_to(&mut elena, IMPORT, &[], Some(bad.as_bytes())).is(422);
    let page = page.says("Líneas con error: 4").says("Marca: «Épson» → «HP»").says("Código: use solo letras");
    let page = page.says("Tipo: escriba qué es").says("no existe la unidad «No existe»").says("«nadie»");
    let page = page.says("está de baja y ya no cambia").says("Unidad: escriba la unidad").says("dos veces");
    assert_eq!(hidden(&page, "plan"), None, "a file with faults can be confirmed");
    send_to(&mut elena, IMPORT, &[("text", &bad), ("plan", &"0".repeat(64))], None).is(422);

    let good = format!(
        "\u{feff}{HEAD}inv-1;Impresora;HP;;;verificacion;ANA;\r\nINV-3;ups;\"<b>A & B</b>\";;;Jurídico;;Sótano\r\n"
    );
    let page = send_to(&mut elena, IMPORT, &[], Some(good.as_bytes())).is(200);
    let page = page.says("Equipos nuevos: 1. Cambian: 1. Sin cambios: 0. Líneas con error: 0.");
    let page = page.says("Ubicación: «Sótano»").says("&#60;b&#62;").never_says("<b>A");
    assert_eq!(cast.sql("SELECT count(*) FROM equipment"), "2", "looking stores something");
    // What is there has changed since: then it is shown again, and nothing is stored.
    let unit = unit(&cast, "Verificación");
    let fields = [("version", "1"), ("kind", "printer"), ("brand", "Canon"), ("unit", &unit), ("responsible", "ana")];
    elena.post("/equipos/INV-1", &fields).is(303);
    let page = confirm(&mut elena, &page).is(422).says("Algo cambió").says("Marca: «Canon» → «HP»");
    assert_eq!(cast.sql("SELECT count(*) FROM equipment"), "2");
    confirm(&mut elena, &page).is(303);
    elena.get("/equipos").is(200).says("Se guardó todo. Nuevos: 1. Cambiaron: 1.").says("Sótano");
    let page = confirm(&mut elena, &page).is(422).says("Algo cambió").says("No hay nada que guardar");
    assert_eq!(hidden(&page, "plan"), None);
    elena.get("/auditoria?que=equipment+INV-3").is(200).says("Agregó el equipo");
    send_to(&mut elena, IMPORT, &[], None).is(422).says("Elija un archivo");
    send_to(&mut elena, IMPORT, &[("text", "codigo,tipo\nx,y\n")], None).is(422).says("Falta la columna");
}

#[test]
fn the_inventory_goes_on_behind_the_last_piece_and_is_narrowed_by_what_is_asked() {
    let cast = Cast::new("");
    let mut elena = cast.of_login("elena");
    elena.get(IMPORT).is(200);
    let many: String = (0..60).map(|index| format!("P{index:02};monitor;LG;;;Jurídico;;Bodega\r\n")).collect();
    let page = send_to(&mut elena, IMPORT, &[("text", &format!("{HEAD}{many}Z1;pc;;;;Calidad;;\r\n"))], None).is(200);
    confirm(&mut elena, &page).is(303);
    let page = elena.get("/equipos?q=bodega&tipo=monitor").is(200).says(">P00<").says(">P49<").never_says(">P50<");
    let next =
        page.body.split("href=\"").find(|part| part.contains("rel=\"next\"")).unwrap().split('"').next().unwrap();
    let next = next.replace("&#38;", "&");
    assert!(next.contains("q=bodega") && next.contains("despues=P49") && next.contains("tipo=monitor"), "{next}");
    let page = elena.get(&next).is(200).says(">P50<").says(">P59<").never_says(">P49<").says("Al principio");
    page.never_says("rel=\"next\"").never_says(">Z1<");
    elena.get("/equipos?tipo=cpu").is(200).says(">Z1<").never_says(">P00<");
    for odd in ["despues=%00", "despues=%27%20OR%201%3D1--", "q=%25", "unidad=x", "tipo=x", "estado=x"] {
        elena.get(&format!("/equipos?{odd}")).is(200);
    }
}
