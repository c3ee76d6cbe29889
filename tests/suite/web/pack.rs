//! The auditor's pack, from its page to the auditor's own machine: what is in it, that its own instructions check it, that a changed
//! byte is found, and that what is missing is said.

use std::fs;
use std::path::{Path, PathBuf};

use system_tests::browser::Browser;
use system_tests::command::{sh_text, until};

use super::cast::Cast;
use super::tickets::{PDF, upload};

const PATH: &str = "/calidad/paquete";
const HOSTILE: &str = "..%2F..$(reboot) `acta` =cmd|' /C calc'!A0 -rf.pdf";

/// An office with a ticket that was attended, with a file and texts that mean harm, and an entry of the register.
fn office() -> Cast {
    let cast = Cast::new("");
    let fields = [
        ("category", "1"),
        ("subject", "=cmd|' /C calc'!A0"),
        ("description", "+502 2422-0000\r\n@SUM(A1)"),
        ("location", "a;=1+1"),
        ("once", "k"),
    ];
    let path = cast.ticket(&fields, &[(HOSTILE, PDF.as_bytes())]);
    cast.step("carlos", &path, "tomar", &[]).is(303);
    cast.step("carlos", &path, "analisis", &[("analysis", "Sin corriente.")]).is(303);
    let ruling = [("mode", "remote"), ("findings", "La regleta."), ("actions", "-2+3")];
    cast.step("carlos", &path, "dictamen", &ruling).is(303);
    cast.step("carlos", &path, "finalizar", &[]).is(303);
    cast.step("ana", &path, "calificar", &[("rating", "unsatisfied"), ("comment", "Tardó.")]).is(303);
    for _ in 0..2 {
        cast.scene.world.run(&["backup", "s/nota"]).exits(0);
    }
    cast
}

/// The pack of a period by its page.
fn taken(browser: &mut Browser, period: &str) -> (String, Vec<u8>) {
    browser.get(PATH).is(200);
    browser.post(PATH, &[("periodo", period)]).is(303);
    let mut page = String::new();
    until("the pack is there", || {
        page = browser.get(PATH).is(200).body;
        !page.contains("Se está preparando:")
    });
    let pack = browser.get("/calidad/paquete/zip").is(200);
    assert_eq!(pack.header("content-type"), "application/zip");
    assert_eq!(pack.header("content-length"), pack.bytes.len().to_string());
    assert!(pack.header("content-disposition").contains(&format!("Paquete {period}.zip")), "{:?}", pack.headers);
    (page, pack.bytes)
}

/// Unpacks it as an auditor does.
fn unpacked(cast: &Cast, name: &str, zip: &[u8]) -> PathBuf {
    let (file, folder) = (cast.scene.world.at(&format!("{name}.zip")), cast.scene.world.path(name));
    fs::write(&file, zip).unwrap();
    sh_text("unzip -tq \"$1\" && unzip -q \"$1\" -d \"$2\"", &[&file, folder.to_str().unwrap()]);
    folder
}

/// The commands of a step of the pack's own instructions, to the letter.
fn step(folder: &Path, number: usize) -> String {
    let text = fs::read_to_string(folder.join("LEEME.txt")).unwrap();
    let from = text.split(&format!("\n{number}. ")).nth(1).unwrap();
    let step = from.split(&format!("\n{}. ", number + 1)).next().unwrap().split("\nQUÉ NO PRUEBA").next().unwrap();
    step.trim_end().rsplit("\n\n").next().unwrap().to_owned()
}

/// What a step says when it is followed.
fn followed(folder: &Path, number: usize) -> String {
    sh_text("cd \"$1\" && { sh -c \"$2\" 2>&1 || true; }", &[folder.to_str().unwrap(), &step(folder, number)])
}

#[test]
fn a_pack_is_whole_and_checks_itself_with_nothing_but_sha256sum_and_openssl() {
    let cast = office();
    let mut hugo = cast.of_login("hugo");
    hugo.get("/calidad").is(200).says("href=\"/calidad/paquete\"");
    hugo.get(PATH).is(200).says("value=\"2026-11\"").says("value=\"2026-S2\"");
    hugo.get("/calidad/paquete/zip").is(404);
    hugo.post(PATH, &[("periodo", "2026-13")]).is(422);
    let (page, zip) = taken(&mut hugo, "2026-11");
    for missing in
        ["no hay programa del segundo semestre de 2026", "el informe de noviembre de 2026 no se ha entregado"]
    {
        assert!(page.contains(missing), "{page}");
    }
    let folder = unpacked(&cast, "paquete", &zip);
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert!(text("FALTANTES.txt").contains("no hay programa"), "{}", text("FALTANTES.txt"));
    assert!(followed(&folder, 1).contains("ARCHIVOS CORRECTOS"));
    let listed = text("MANIFIESTO.sha256").lines().count();
    let all = sh_text("cd \"$1\" && find . -type f | wc -l", &[folder.to_str().unwrap()]);
    assert_eq!(all.trim().parse::<usize>().unwrap(), listed + 1, "every file but the manifest is in the manifest");
    assert!(followed(&folder, 2).contains("CADENA CORRECTA"), "{}", followed(&folder, 2));
    assert!(followed(&folder, 3).contains("Signature Verified Successfully"), "{}", followed(&folder, 3));
    let digits = followed(&folder, 4).trim().to_owned();
    assert!(text("LEEME.txt").replace('-', "").contains(&digits) && digits.len() == 32, "{digits}");

    let files =
        sh_text("cd \"$1\" && find adjuntos formatos listas registro -type f | sort", &[folder.to_str().unwrap()]);
    assert!(files.contains("adjuntos/ST-2026-000001/01-"), "{files}");
    let odd = |letter: char| !letter.is_ascii_alphanumeric() && !"-_./\n".contains(letter);
    assert!(!files.contains(odd) && !files.contains("/.."), "{files}");
    for paper in ["formatos/DIACO-IN-FO-01/ST-2026-000001.pdf", "formatos/DIACO-IN-FO-06/2026-11.pdf"] {
        let file = folder.join(paper);
        sh_text("qpdf --check \"$1\" && pdffonts \"$1\"", &[file.to_str().unwrap()]);
    }
    // The attached file is as it is stored, and the paper is what its page prints.
    let stored = cast.sql("SELECT sha256 FROM attachments");
    assert!(text("MANIFIESTO.sha256").contains(stored.trim()));
    let own = hugo.get("/solicitudes/ST-2026-000001/fo-01").is(200).bytes;
    assert!(own == fs::read(folder.join("formatos/DIACO-IN-FO-01/ST-2026-000001.pdf")).unwrap());
    let tickets = text("listas/solicitudes.csv");
    assert!(tickets.starts_with("\u{feff}\"Número\","), "{tickets}");
    for said in ["\"'=cmd|' /C calc'!A0\"", "\"a;=1+1\"", "\"'+502 2422-0000"] {
        assert!(tickets.contains(said), "{tickets}");
    }
    assert!(text("listas/dictamenes.csv").contains("\"'-2+3\""));
    assert!(text("listas/calificaciones.csv").contains("Tardó."));
    assert!(text("listas/registro.csv").contains("s/nota"));

    // A byte of anything is found by the step that proves it.
    sh_text("sed -i 's/s\\/nota/s\\/nata/' \"$1\"", &[folder.join("listas/registro.csv").to_str().unwrap()]);
    assert!(!followed(&folder, 1).contains("ARCHIVOS CORRECTOS"));
    sh_text("sed -i '1s/nota/nata/' \"$1\"", &[folder.join("registro/2-periodo.jsonl").to_str().unwrap()]);
    assert!(!followed(&folder, 2).contains("CADENA CORRECTA"));
    sh_text(
        "sed -i 's/\"secuencia\":2/\"secuencia\":3/' \"$1\"",
        &[folder.join("registro/cabeza.firmado").to_str().unwrap()],
    );
    assert!(!followed(&folder, 3).contains("Verified Successfully"));
    cast.of_login("elena").get("/auditoria").is(200).says("Hizo un paquete de auditoría").says("hugo");
    for login in ["ana", "carlos", "rosa"] {
        let mut other = cast.of_login(login);
        other.get(PATH).is(403);
        other.get("/calidad/paquete/zip").is(403);
    }
}

#[test]
fn the_same_records_make_the_same_pack_on_any_day_and_at_the_terminal() {
    let cast = office();
    cast.clock.set("2026-12-02T08:00:00-06:00");
    // The slot of 29 November is made up for first: it enters the register.
    until("the service has made up for the slot that passed", || {
        cast.sql("SELECT value FROM counters WHERE name = 'register'").trim() == "3"
    });
    let mut gloria = Browser::new(cast.scene.port);
    gloria.log_in("gloria", super::PASSWORD).is(303);
    // Two in a row are the same once the service has written all that it does after such a leap of the clock.
    let mut first = taken(&mut gloria, "2026-11").1;
    until("the same records make the same pack", || {
        let again = taken(&mut gloria, "2026-11").1;
        let same = first == again;
        first = again;
        same
    });
    let world = &cast.scene.world;
    let to = world.at("mes.zip");
    let ask = ["report", "pack", "--month", "2026-11", "--output", &to];
    world.run(&ask).exits(7).says("no hay programa").says("FALTANTES.txt");
    assert!(fs::read(&to).unwrap() == first, "who asks makes no difference");
    world.run(&ask).exits(11).says("is there already");
    world.run(&["report", "pack", "--semester", "2026-2", "--output", &world.at("semestre.zip")]).exits(7);
    let semester = unpacked(&cast, "semestre", &fs::read(world.at("semestre.zip")).unwrap());
    assert!(followed(&semester, 1).contains("ARCHIVOS CORRECTOS"));
    assert!(followed(&semester, 2).contains("CADENA CORRECTA"));
    assert!(semester.join("formatos/DIACO-IN-FO-06/2026-07.pdf").exists());
    // Entries after the period lead from it to the head.
    let october = world.at("octubre.zip");
    world.run(&["report", "pack", "--month", "2026-10", "--output", &october]).exits(7).says("no hay asientos");
    let october = unpacked(&cast, "octubre", &fs::read(&october).unwrap());
    assert!(followed(&october, 2).contains("CADENA CORRECTA") && followed(&october, 3).contains("Successfully"));
    let later = fs::read_to_string(october.join("registro/3-posteriores.jsonl")).unwrap();
    assert!(later.lines().count() >= 2 && later.contains("\"nota\""), "{later}");
    world.run(&["report", "pack", "--month", "2026-13"]).exits(2).says("write it as 2026-11");
    world.run(&["report", "pack", "--semester", "2026-3"]).exits(2).says("write it as 2026-1");
    world.run(&["report", "pack"]).exits(2);
    assert!(!sh_text("ls \"$1\"", &[&world.at("state")]).contains("tmp"), "nothing is left in the state folder");
}

#[test]
fn a_file_that_is_not_as_it_was_attached_is_said() {
    let cast = office();
    let harm = "sqlite3 \"$1\" 'DROP TRIGGER IF EXISTS attachment_bytes_stay; UPDATE attachment_bytes SET bytes = x'\\''00'\\'''";
    sh_text(harm, &[&cast.scene.world.at("state/resguardo.db")]);
    let (page, zip) = taken(&mut cast.of_login("elena"), "2026-11");
    assert!(page.contains("no es el que se adjuntó"), "{page}");
    let folder = unpacked(&cast, "paquete", &zip);
    assert!(fs::read_to_string(folder.join("FALTANTES.txt")).unwrap().contains("no es el que se adjuntó"));
}

#[test]
fn what_was_signed_and_who_was_there_is_in_the_pack() {
    let cast = Cast::new("");
    let mut elena = cast.of_login("elena");
    elena.get("/asistencias/nueva").is(200);
    for topic in ["Contraseñas", "Por error"] {
        elena.post("/asistencias/nueva", &[("kind", "training"), ("day", "20-11-2026"), ("topic", topic)]).is(303);
    }
    let void = [("version", "1"), ("kind", "training"), ("day", "20-11-2026"), ("topic", "Por error"), ("void", "1")];
    elena.post("/asistencias/EV-2026-0002", &void).is(303);
    upload(&mut elena, "/firmados/EV-2026-0001", &[], &[(HOSTILE, PDF.as_bytes())]).is(303);
    upload(&mut elena, "/firmados/FO-06-2026-11", &[], &[("fo06.pdf", PDF.as_bytes())]).is(303);
    let (_, zip) = taken(&mut elena, "2026-11");
    let folder = unpacked(&cast, "paquete", &zip);
    assert!(followed(&folder, 1).contains("ARCHIVOS CORRECTOS"));
    let files = sh_text("cd \"$1\" && find firmados formatos -type f | sort", &[folder.to_str().unwrap()]);
    assert!(
        files.contains("firmados/EV-2026-0001/01-") && files.contains("firmados/FO-06-2026-11/01-fo06.pdf"),
        "{files}"
    );
    assert!(files.contains("formatos/DIACO-RH-FO-02/EV-2026-0001.pdf") && !files.contains("EV-2026-0002"), "{files}");
    assert_eq!(fs::read(folder.join("firmados/FO-06-2026-11/01-fo06.pdf")).unwrap(), PDF.as_bytes());
}

#[test]
fn the_other_forms_are_printed_at_the_terminal() {
    let cast = office();
    let world = &cast.scene.world;
    let mut elena = cast.of_login("elena");
    world.run(&["report", "fo-02", "--semester", "2026-2"]).exits(10).says("no programme of 2026-2");
    world.run(&["report", "fo-05", "--month", "2026-11"]).exits(10).says("no report of 2026-11 that was delivered");
    world.run(&["report", "rp-fo-03", "--month", "noviembre"]).exits(2).says("write it as 2026-11");
    elena.get("/mantenimiento").is(200);
    elena.post("/mantenimiento", &[("semester", "2026-2"), ("semestre", "2026-2")]);
    cast.clock.set("2026-12-02T08:00:00-06:00");
    let mut elena = Browser::new(cast.scene.port);
    elena.log_in("elena", super::PASSWORD).is(303);
    elena.get("/informes/2026-11").is(200);
    elena.post("/informes/2026-11", &[("version", "0"), ("analysis", "Mes corto."), ("deliver", "1")]).is(303);
    for (form, said) in [("fo-05", "Mes corto."), ("rp-fo-03", "DIACO-RP-FO-03")] {
        let to = world.at(&format!("{form}.pdf"));
        world.run(&["report", form, "--month", "2026-11", "--revision", "1", "--output", &to]).exits(0).says(form);
        assert!(sh_text("qpdf --check \"$1\" >/dev/null && pdftotext -layout \"$1\" -", &[&to]).contains(said));
        world.run(&["report", form, "--month", "2026-11", "--revision", "9"]).exits(10).says("no such revision");
    }
    let blank = world.at("vacio.pdf");
    world.run(&["report", "blank", "fo-03", "--to", &blank]).exits(0);
    assert!(sh_text("pdftotext -layout \"$1\" -", &[&blank]).contains("DIACO-IN-FO-03"));
    world.run(&["report", "blank", "FO-99"]).exits(10).says("DIACO-IN-FO-01");
    let (page, zip) = taken(&mut elena, "2026-11");
    assert!(!page.contains("no se ha entregado"), "{page}");
    let folder = unpacked(&cast, "paquete", &zip);
    assert!(folder.join("formatos/DIACO-IN-FO-05/2026-11-R1.pdf").exists());
    assert!(folder.join("formatos/DIACO-RP-FO-03/2026-11-R1.pdf").exists());
    assert!(fs::read_to_string(folder.join("listas/indicadores.csv")).unwrap().contains("\"I1\""));
}
