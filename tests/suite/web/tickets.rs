//! Tickets by HTTP: their files, what people write, what comes twice, and the desk after its database was lost.

use std::fs;

use serde_json::json;
use system_tests::browser::{Answer, Browser};
use system_tests::command::{sh, text, until};
use system_tests::daemon::Daemon;

use super::{Scene, world_with_pages};

/// A PDF of one empty page.
pub(super) const PDF: &str = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\n\
    endobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\nxref\n0 4\n0000000000 65535 f \n\
    0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n186\n%%EOF\n";

/// Sends a form with files: their names and bytes.
pub(super) fn upload(browser: &mut Browser, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    let key = browser.key().to_owned();
    for (name, value) in [&[("form_key", key.as_str())], fields].concat() {
        body.extend(
            format!("--zzz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes(),
        );
    }
    for (name, bytes) in files {
        let head = format!(
            "--zzz\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: image/jpeg\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--zzz--\r\n");
    browser.ask("POST", path, &[("Content-Type", "multipart/form-data; boundary=zzz")], &body)
}

pub(super) fn asked<'a>(subject: &'a str, description: &'a str, once: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("category", "1"), ("subject", subject), ("description", description), ("location", "aquí"), ("once", once)]
}

/// Makes a ticket; returns its path.
#[track_caller]
pub(super) fn enter(browser: &mut Browser, subject: &str, once: &str, files: &[(&str, &[u8])]) -> String {
    browser.get("/solicitudes/nueva").is(200).says("crear ticket");
    let answer = upload(browser, "/solicitudes/nueva", &asked(subject, "desde ayer", once), files);
    answer.is(303).header("location").to_owned()
}

/// The path of the only file on a ticket's page.
#[track_caller]
pub(super) fn file_of(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("/archivos/").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_file_is_judged_by_its_content_and_handed_out_only_to_those_who_may_see_it() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let mut berta = scene.person("berta", "");
    ana.get("/solicitudes/nueva").is(200);
    for (name, bytes) in [
        ("foto.jpg", &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..]),
        ("doc.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("x.jpg", b"\x89PNG\r\n\x1a\n0000"),
        ("a.pdf", b"<b>%PDF-1.4"),
        ("vacio.pdf", b""),
    ] {
        let answer = upload(&mut ana, "/solicitudes/nueva", &asked("no imprime", "desde ayer", "k"), &[(name, bytes)]);
        answer.is(422).says("Revise lo siguiente").says("value=\"no imprime\"").says("elegirlos otra vez");
    }
    ana.get("/solicitudes").is(200).says("No hay solicitudes que mostrar");
    let path = enter(&mut ana, "no imprime", "k", &[("../../etc/<img src=x>.jpg.php", PDF.as_bytes())]);
    let page = ana.get(&path).is(200).says("ST-").never_says("<img src=x>");
    let id = file_of(&page);
    let got = ana.get(&format!("{path}/archivos/{id}")).is(200);
    assert_eq!(got.body, PDF, "a PDF is kept byte for byte");
    assert_eq!(got.header("content-type"), "application/pdf", "whatever the form said it was");
    assert!(got.header("content-disposition").starts_with("attachment;"), "{got:#?}");
    assert!(
        got.header("content-disposition").contains(".pdf") && !got.header("content-disposition").contains(".php\"")
    );
    assert_eq!(got.header("x-content-type-options"), "nosniff");
    assert!(
        got.header("content-security-policy").contains("sandbox") && got.header("cache-control").contains("no-store")
    );
    let other = enter(&mut berta, "otra cosa", "k", &[]);
    berta.get(&path).is(404).never_says("no imprime");
    berta.get(&format!("{path}/archivos/{id}")).is(404);
    berta.get(&format!("{other}/archivos/{id}")).is(404);
    berta.get(&other).is(200);
    upload(&mut berta, &format!("{path}/mensaje"), &[("text", "hola")], &[]).is(404);
    berta.post(&format!("{path}/anular"), &[("version", "1"), ("reason", "x")]).is(404);
    scene.daemon.stop();
}

#[test]
fn what_people_write_is_shown_as_they_wrote_it_and_nothing_else() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let mut carlos = scene.person("carlos", "technician");
    for (n, hostile) in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(document.cookie)>",
        "\"><svg/onload=alert(3)>",
        "' autofocus onfocus=alert(1) x='",
        "{{7*7}} ${7*7} {% include \"/etc/passwd\" %} <%= 1 %>",
        "javascript:alert(1)",
    ]
    .into_iter()
    .enumerate()
    {
        let path = enter(&mut ana, hostile, &format!("k{n}"), &[]);
        ana.get(&path).is(200);
        upload(&mut ana, &format!("{path}/mensaje"), &[("text", hostile)], &[]).is(303);
        for page in [path.as_str(), "/bandeja", "/todas?q=alert"] {
            let shown = carlos.get(page).is(200);
            for raw in ["<script>alert", "<img src=x", "<svg/onload", "href=\"javascript:"] {
                assert!(!shown.body.contains(raw), "{page} shows {raw} as it is");
            }
            let words: Vec<&str> = shown.body.match_indices(" onfocus=").map(|(_, word)| word).collect();
            assert!(words.is_empty() || !shown.body.contains("value='' autofocus"), "an attribute was broken out of");
        }
        carlos.get(&path).is(200).never_says("49 $").never_says("root:x:0");
    }
    carlos.get("/todas?q=%3Cscript%3Ealert(1)%3C/script%3E").is(200).never_says("<script>alert");
    scene.daemon.stop();
}

#[test]
fn a_double_click_makes_one_ticket_and_a_password_in_a_text_is_asked_about() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let first = enter(&mut ana, "no imprime", "the-same", &[]);
    assert_eq!(enter(&mut ana, "no imprime", "the-same", &[]), first);
    ana.get("/solicitudes/nueva");
    let telling = asked("clave", "mi contraseña: 12345 no sirve", "k2");
    upload(&mut ana, "/solicitudes/nueva", &telling, &[]).is(422).says("Parece que escribió una contraseña");
    let sure = [&telling[..], &[("sure", "1")]].concat();
    upload(&mut ana, "/solicitudes/nueva", &sure, &[]).is(303);
    // What a form may not say is not listened to.
    let more = [
        &asked("otra", "cosa", "k3")[..],
        &[("state", "finished"), ("verdict", "kept"), ("entered", "2020-01-01"), ("id", "1")],
    ]
    .concat();
    let path = upload(&mut ana, "/solicitudes/nueva", &more, &[]).is(303).header("location").to_owned();
    ana.get(&path).is(200).says("ingresada").never_says("2020");
    // A message is asked about as well.
    let telling = [("text", "la contraseña es: gato123")];
    let asked = upload(&mut ana, &format!("{path}/mensaje"), &telling, &[]).is(422);
    asked.says("Parece que escribió una contraseña").says("name=\"sure\"");
    ana.get(&path).is(200).never_says("gato123");
    upload(&mut ana, &format!("{path}/mensaje"), &[telling[0], ("sure", "1")], &[]).is(303);
    ana.get(&path).is(200).says("gato123");
    // Asking for the page of the rating, however often, rates nothing.
    for method in ["GET", "HEAD"] {
        for _ in 0..5 {
            ana.ask(method, &format!("{path}/calificar"), &[], b"").is(409);
        }
    }
    ana.post(&format!("{path}/calificar"), &[("version", "1"), ("rating", "satisfied")]).is(409);
    for (wanted, status) in [("finalizar", 403), ("tomar", 403), ("dictamen", 403), ("nada", 404)] {
        assert_eq!(ana.post(&format!("{path}/{wanted}"), &[("version", "1")]).status, status, "{wanted}");
    }
    scene.daemon.stop();
}

#[test]
fn the_desk_comes_back_from_its_dataset() {
    let (mut world, port) = world_with_pages();
    world.config.as_object_mut().unwrap().remove("own_records");
    let scene = Scene::of(world, port);
    let mut ana = scene.person("ana", "");
    let path = enter(&mut ana, "no imprime", "k", &[("foto.pdf", PDF.as_bytes())]);
    let page = ana.get(&path).is(200);
    scene.world.run(&["backup"]).exits(0);
    let Scene { world, daemon, port } = scene;
    daemon.stop();
    sh("rm \"$1\"/resguardo.db*", &[&world.at("state")]);
    let target = world.at("recuperado");
    world.run(&["restore", "resguardo/registros", "--to", &target]).exits(0);
    let file = fs::read_dir(&target).unwrap().next().unwrap().unwrap().path();
    sh("install -m 600 \"$1\" \"$2/resguardo.db\"", &[text(&file), &world.at("state")]);
    let daemon = Daemon::start_with(&world, None, &[]);
    until("the pages are served", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    // Even the session is there.
    let again = ana.get(&path).is(200).says("no imprime");
    assert_eq!(file_of(&again), file_of(&page));
    let got = ana.get(&format!("{path}/archivos/{}", file_of(&page))).is(200);
    assert_eq!(got.body, PDF);
    assert_eq!(json!(world.kept(0, "resguardo/registros").len()), json!(1));
    daemon.stop();
}
