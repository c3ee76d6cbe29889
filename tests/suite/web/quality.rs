//! The catalogue of controlled forms, and the register of backups on pages and on paper.

use system_tests::browser::Answer;
use system_tests::command::sh_text;

use super::cast::Cast;

/// What stands on a PDF, without spaces and places where a line may break.
fn read(cast: &Cast, paper: &Answer) -> String {
    assert_eq!(paper.header("content-type"), "application/pdf");
    let file = cast.scene.world.at("papel.pdf");
    std::fs::write(&file, &paper.bytes).unwrap();
    let text = sh_text("qpdf --check \"$1\" >/dev/null && pdftotext -layout \"$1\" -", &[&file]);
    flat(&text)
}

fn flat(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{200b}').collect()
}

#[test]
fn gestion_de_calidad_publishes_a_version_and_what_was_made_before_keeps_its_own() {
    let cast = Cast::new("");
    let mut hugo = cast.of_login("hugo");
    hugo.get("/formatos").is(200).says("DIACO-IN-FO-05").says("según el procedimiento").says("sin versión");
    // A ticket that was attended while FO-01 had no version.
    let fields = [("category", "1"), ("subject", "no imprime"), ("description", "x"), ("location", "y"), ("once", "k")];
    let path = cast.ticket(&fields, &[]);
    cast.step("carlos", &path, "tomar", &[]).is(303);
    cast.step("carlos", &path, "analisis", &[("analysis", "x")]).is(303);
    let ruling = [("mode", "remote"), ("findings", "x"), ("actions", "y")];
    cast.step("carlos", &path, "dictamen", &ruling).is(303);

    let page = "/formatos/DIACO-IN-FO-01";
    hugo.get(page).is(200).says("value=\"01\"").says("value=\"23-11-2026\"");
    let wanted = |version: &str, from: &str, note: &str| {
        let texts = [
            ("version", version),
            ("valid_from", from),
            ("title", "Reporte de soporte"),
            ("retention", "5 años"),
            ("note", note),
        ];
        texts.map(|(name, text)| (name, text.to_owned()))
    };
    let send = |hugo: &mut system_tests::browser::Browser, wanted: [(&str, String); 5]| {
        let fields: Vec<(&str, &str)> = wanted.iter().map(|(name, text)| (*name, text.as_str())).collect();
        hugo.post(page, &fields)
    };
    let mut wrong = send(&mut hugo, wanted("1", "22-11-2026", " ")).is(422);
    for field in ["version", "valid_from", "note"] {
        wrong = wrong.says(&format!("id=\"{field}-error\""));
    }
    send(&mut hugo, wanted("01", "el lunes", "x")).is(422).says("valid_from-error");
    send(&mut hugo, wanted("01", "24-11-2026", "lo pidió la auditoría")).is(303);
    send(&mut hugo, wanted("01", "25-11-2026", "otra vez")).is(422).says("Ya hay una versión 01");
    hugo.get("/formatos").is(200).says("lo pidió la auditoría").says("sin versión");
    // Nobody else publishes, and who asks for support sees none of it.
    assert_eq!(send(&mut cast.of_login("elena"), wanted("02", "24-12-2026", "x")).status, 403);
    cast.of_login("elena").get("/formatos").is(200);
    cast.of_login("ana").get("/formatos").is(403);

    // Until after midnight; sessions go on as long as they are used.
    for moment in ["2026-11-23T16:30:00-06:00", "2026-11-23T23:50:00-06:00", "2026-11-24T00:10:00-06:00"] {
        cast.clock.set(moment);
        for login in ["hugo", "ana", "elena"] {
            cast.of_login(login).get("/").is(200);
        }
    }
    hugo.get("/formatos").is(200).says("Reporte de soporte").says("24-11-2026");
    let blank = read(&cast, &hugo.get("/formatos/DIACO-IN-FO-01/vacio").is(200));
    assert!(blank.contains("Versión:01") && blank.contains("24-11-2026"), "{blank}");
    let old = read(&cast, &cast.of_login("ana").get(&format!("{path}/fo-01")).is(200));
    assert!(!old.contains("Versión:01"), "it was attended before there was a version:\n{old}");
    let later = cast
        .ticket(&[("once", "l"), ("category", "1"), ("subject", "z"), ("description", "x"), ("location", "y")], &[]);
    let new = read(&cast, &cast.of_login("ana").get(&format!("{later}/fo-01")).is(200));
    assert!(new.contains("Versión:01") && new.contains("Reportedesoporte"), "{new}");
    hugo.get("/formatos/DIACO-IN-FO-04").is(404);
    let seen = cast.of_login("elena").get("/auditoria").is(200);
    seen.says("hugo").says("lo pidió la auditoría");
}

#[test]
fn the_register_is_read_by_month_and_printed_with_the_head_of_its_chain() {
    let cast = Cast::new("");
    let mut elena = cast.of_login("elena");
    elena.get("/registro").is(200).says("No se asentó nada en Noviembre de 2026");
    let world = &cast.scene.world;
    world.run(&["backup", "s/nota"]).exits(0);
    let made = world.run(&["register", "list", "--json"]).exits(0).json();
    let entry = &made["entries"][0];
    let hash = entry["hash"].as_str().unwrap();
    let correct = ["register", "correct", "2026-1", "--reason", "faltaba", "--set", "visto_bueno=Elena Ruiz"];
    world.run(&correct).exits(0);
    let page = elena.get("/registro?mes=2026-11").is(200);
    page.says("s/nota").says("2026-1").says("corregido por 2026-2").says("2 asientos, ninguno cambiado ni quitado");
    elena.get("/registro?mes=2026-10").is(200).says("No se asentó nada en Octubre de 2026");
    elena.get("/registro?mes=noviembre").is(200).says("s/nota");

    let one = read(&cast, &elena.get("/registro/asiento/2026-1/fo-06").is(200));
    for said in [
        "DIACO-IN-FO-06",
        "Versión: 03",
        "Asiento 2026-1",
        "extraordinario",
        "Elena Ruiz",
        "la cadena entera se verificó",
    ] {
        assert!(one.contains(&flat(said)), "{said} is not in\n{one}");
    }
    assert!(one.contains(hash), "{hash} is not in\n{one}");
    let month = read(&cast, &elena.get("/registro/mes/2026-11/fo-06").is(200));
    for said in ["Noviembre de 2026", "2026-1", "2026-2", "corrección"] {
        assert!(month.contains(&flat(said)), "{said} is not in\n{month}");
    }
    read(&cast, &elena.get("/registro/anio/2026/fo-06").is(200));
    for nothing in ["asiento/2026-3", "asiento/x", "mes/2026-13", "anio/dosmil"] {
        elena.get(&format!("/registro/{nothing}/fo-06")).is(404);
    }
    cast.of_login("ana").get("/registro/asiento/2026-1/fo-06").is(403);

    // The same at the terminal, over nothing that is there.
    let to = world.at("asiento.pdf");
    world.run(&["report", "fo-06", "--entry", "2026-1", "--to", &to]).exits(0).says("asiento.pdf");
    assert!(sh_text("pdftotext -layout \"$1\" -", &[&to]).contains("Asiento 2026-1"));
    world.run(&["report", "fo-06", "--entry", "2026-1", "--to", &to]).exits(11).says("is there already");
    world
        .run(&["report", "fo-06", "--entry", "2026-9", "--to", &world.at("nada.pdf")])
        .exits(10)
        .says("no entry 2026-9");
    world.run(&["report", "fo-06", "--month", "11-2026"]).exits(2).says("write it as 2026-11");
    world.run(&["report", "fo-06"]).exits(2);
    let record = world.run(&["report", "fo-06", "--year", "2026", "--json"]).exits(0).json();
    assert_eq!(record["content"]["entries"].as_array().unwrap().len(), 2);

    // What somebody changed in the database is said, on the page and on the paper.
    let change = "sqlite3 \"$1\" \"DROP TRIGGER lines_stay; UPDATE lines SET text = replace(text, 'extraordinario', 'realizado') WHERE sequence = 1\"";
    sh_text(change, &[&world.at("state/resguardo.db")]);
    elena.get("/registro").is(200).says("El registro no es el que se firmó").says("role=\"alert\"");
    let told = read(&cast, &elena.get("/registro/mes/2026-11/fo-06").is(200));
    assert!(told.contains("LAVERIFICACIÓNENCONTRÓPROBLEMAS"), "{told}");
}
