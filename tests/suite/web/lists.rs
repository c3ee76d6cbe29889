//! Lists for spreadsheets, and the inventory from one.

use system_tests::browser::{Answer, Browser};
use system_tests::command::sh_text;

use super::cast::Cast;
use super::import::{hidden, send_to};

/// Elena enters a piece of a unit.
fn add(cast: &Cast, code: &str, of: &str, location: &str) {
    let unit = cast.sql(&format!("SELECT id FROM units WHERE name = '{of}'"));
    let mut elena = cast.of_login("elena");
    elena.get("/equipos/nuevo").is(200);
    let fields = [("code", code), ("kind", "printer"), ("unit", unit.trim()), ("location", location)];
    elena.post("/equipos/nuevo", &fields).is(303);
}

#[test]
fn each_list_comes_as_csv_and_as_a_workbook_and_nobody_gets_more_than_their_page_shows() {
    let cast = Cast::new("");
    add(&cast, "INV-1", "Verificación", "=1+1");
    add(&cast, "INV-2", "Jurídico", "Nivel 2");
    cast.scene.world.run(&["backup", "s/nota"]).exits(0);
    let mut elena = cast.of_login("elena");
    for (page, lists) in [
        ("/equipos", vec!["equipos/equipos"]),
        ("/registro", vec!["registro/2026-11", "registro/2026"]),
        ("/informes/tareas", vec!["tareas/2026-11"]),
        ("/informes/2026-11", vec!["indicadores/2026", "solicitudes/2026-11"]),
    ] {
        for list in lists {
            for (ending, kind) in [("csv", "text/csv; charset=utf-8"), ("xlsx", "spreadsheetml.sheet")] {
                let path = format!("/listas/{list}.{ending}");
                elena.get(page).is(200).says(&format!("href=\"{path}\""));
                let file = elena.get(&path).is(200);
                assert!(file.header("content-type").ends_with(kind), "{path}: {:?}", file.headers);
                assert!(file.header("content-disposition").starts_with("attachment;"), "{:?}", file.headers);
                assert_eq!(file.header("x-content-type-options"), "nosniff");
                let begin: &[u8] = if ending == "csv" { "\u{feff}\"".as_bytes() } else { b"PK" };
                assert!(file.bytes.starts_with(begin), "{path}");
            }
        }
    }
    elena.get("/listas/equipos/equipos.csv").is(200).says("\"'=1+1\"").says("INV-2");
    elena.get("/listas/registro/2026-11.csv").is(200).says("s/nota");
    let mut ines = cast.of_login("ines");
    ines.get("/listas/equipos/equipos.csv").is(200).says("INV-1").never_says("INV-2");
    ines.get("/listas/registro/2026-11.csv").is(403);
    ines.get("/listas/programa/2026-2.csv").is(404);
    cast.of_login("ana").get("/listas/equipos/equipos.xlsx").is(403);
    for wrong in [
        "equipos/otros.csv",
        "equipos/equipos.ods",
        "registro/2026-13.csv",
        "registro/19999.csv",
        "registro/1900.csv",
        "registro/..csv",
        "tareas/=1.csv",
        "programa/2026-3.xlsx",
        "solicitudes/2026",
    ] {
        elena.get(&format!("/listas/{wrong}")).is(404);
    }
}

/// A workbook with these cells, by nothing but zip and XML.
fn workbook(cast: &Cast, sheet: &str) -> Vec<u8> {
    let folder = cast.scene.world.at("libro");
    let script = r#"rm -rf "$1" "$1.xlsx"; mkdir -p "$1/_rels" "$1/xl/_rels" "$1/xl/worksheets" && cd "$1" &&
printf '%s' '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>' > '[Content_Types].xml' &&
printf '%s' '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>' > _rels/.rels &&
printf '%s' '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Hoja" sheetId="1" r:id="r1"/></sheets></workbook>' > xl/workbook.xml &&
printf '%s' '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>' > xl/_rels/workbook.xml.rels &&
printf '%s' "$2" > xl/worksheets/sheet1.xml && python3 -c 'import shutil; shutil.make_archive("../libro.xlsx", "zip", ".")' && mv ../libro.xlsx.zip ../libro.xlsx"#;
    let sheet = format!(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{sheet}</sheetData></worksheet>"
    );
    sh_text(script, &[&folder, &sheet]);
    std::fs::read(cast.scene.world.at("libro.xlsx")).unwrap()
}

fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn send(elena: &mut Browser, bytes: &[u8]) -> Answer {
    elena.get("/equipos/importar").is(200);
    send_to(elena, "/equipos/importar", &[], Some(bytes))
}

#[test]
fn equipment_comes_from_a_workbook_as_from_csv_and_bombs_are_refused() {
    let cast = Cast::new("");
    let mut elena = cast.of_login("elena");
    let columns = ["código", "tipo", "marca", "modelo", "serie", "unidad", "responsable", "ubicación"];
    let letters = ["A", "B", "C", "D", "E", "F", "G", "H"];
    let head: String = letters.iter().zip(columns).map(|(at, name)| text(&format!("{at}1"), name)).collect();
    let row = format!(
        "<row r=\"1\">{head}</row><row r=\"3\">{}{}{}<c r=\"E3\"><v>123456789012</v></c>{}{}</row>",
        text("A3", "inv-7"),
        text("B3", "impresora"),
        text("C3", "=Épson"),
        text("F3", "Jurídico"),
        text("G3", "ana"),
    );
    let shown = send(&mut elena, &workbook(&cast, &row)).is(200).says("INV-7").says("123456789012");
    let (text_field, plan) = (hidden(&shown, "text").unwrap(), hidden(&shown, "plan").unwrap());
    send_to(&mut elena, "/equipos/importar", &[("text", &text_field), ("plan", &plan)], None).is(303);
    elena.get("/equipos/INV-7").is(200).says("123456789012").says("=Épson");
    assert_eq!(cast.sql("SELECT count(*) FROM equipment"), "1");

    let far = format!("<row r=\"1\">{head}</row><row r=\"1048576\">{}</row>", text("XFD1048576", "x"));
    send(&mut elena, &workbook(&cast, &far)).is(422).says("más abajo de la fila");
    let script = "python3 -c 'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1],\"w\",zipfile.ZIP_DEFLATED); z.writestr(\"xl/worksheets/sheet1.xml\",b\" \"*int(sys.argv[2])); z.close()' \"$1\" \"$2\"";
    let file = cast.scene.world.at("bomba.xlsx");
    sh_text(script, &[&file, "60000000"]);
    send(&mut elena, &std::fs::read(&file).unwrap()).is(422).says("descomprime a más de 24 MiB");
    send(&mut elena, b"PK\x03\x04 no").is(422).says("se puede leer como hoja");
    assert_eq!(cast.sql("SELECT count(*) FROM equipment"), "1");
}
