//! What files are called, by pages and by programs: a name is cleaned before anything else is asked of it, it is never a path, and it
//! comes back as it was written where it was harmless.

use std::path::Path;

use system_tests::browser::{Answer, Browser};
use system_tests::command::sh_text;

use super::Scene;
use super::tickets::{PDF, asked, enter, upload};

/// The names that a page shows of its files.
fn names(page: &Answer) -> Vec<String> {
    let links = page.body.split("/archivos/").skip(1).filter_map(|rest| rest.split_once(" download>"));
    links.filter_map(|(_, rest)| rest.split('<').next()).map(str::to_owned).collect()
}

#[test]
fn no_name_is_a_path_or_a_header_and_none_decides_what_a_file_is() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let files =
        "find \"$1\" -xdev -newer \"$1/nota\" -name '*.p*' -o -xdev -newer \"$1/nota\" -name '*htaccess*' | sort";
    sh_text("touch \"$1\"", &[&scene.world.at("nota")]);
    let long = "a".repeat(300) + ".pdf";
    for (n, (name, shown)) in [
        (".htaccess", "htaccess.pdf"),
        ("\u{200b}.htaccess", "htaccess.pdf"),
        ("web.config", "web.config.pdf"),
        ("x.php.jpg", "x.php.pdf"),
        ("x.jpg.php", "x.jpg.php.pdf"),
        ("x.php%00.jpg", "x.php%00.pdf"),
        ("..\\..\\windows\\win.ini", "win.ini.pdf"),
        ("../../../../etc/cron.d/x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("C:\\a.pdf", "a.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("a.pdf.", "a.pdf"),
        ("a.pdf ", "a.pdf"),
        (&long, ""),
        (".pdf", "archivo.pdf"),
        ("..", "archivo.pdf"),
        ("factura\u{202e}gpj.exe", "facturagpj.exe.pdf"),
        ("\u{ff0e}\u{ff0e}\u{2215}etc.pdf", ""),
        ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
        ("INFORME.PDF", "INFORME.PDF"),
        ("dicta\u{301}men te\u{301}cnico n\u{303}.pdf", "dict\u{e1}men t\u{e9}cnico \u{f1}.pdf"),
        ("dict\u{e1}men t\u{e9}cnico \u{f1}.pdf", "dict\u{e1}men t\u{e9}cnico \u{f1}.pdf"),
        ("a;b=c\u{2028}d%22.pdf", "a;b=c d%22.pdf"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = enter(&mut ana, "nombres", &format!("k{n}"), &[(name, PDF.as_bytes())]);
        let page = ana.get(&path).is(200);
        let seen = names(&page).remove(0);
        assert!(shown.is_empty() || seen == shown, "{name:?} is shown as {seen:?}");
        assert!(seen.chars().count() <= 130 && !seen.contains(['/', '\\', '\u{202e}', '\u{200b}', '\0']), "{seen:?}");
        let id = super::tickets::file_of(&page);
        let got = ana.get(&format!("{path}/archivos/{id}")).is(200);
        let header = got.header("content-disposition");
        assert!(header.starts_with("attachment; filename=\"") && header.is_ascii(), "{header}");
        assert!(header.matches('"').count() == 2 && header.matches("filename").count() == 2, "{header}");
        assert_eq!((got.header("content-type"), got.header("set-cookie")), ("application/pdf", ""));
        assert_eq!(got.header("content-length"), PDF.len().to_string());
    }
    // A name that would end its line or its part of the form is no name of a file here.
    for name in ["a\r\nSet-Cookie: x=1.pdf", "a\"; name=\"form_key", "a\r\n\r\n<script>.pdf", "x.php\0.jpg", ""] {
        let answer = upload(&mut ana, "/solicitudes/nueva", &asked("x", "y", "kz"), &[(name, PDF.as_bytes())]);
        assert!([303, 400, 403, 422].contains(&answer.status), "{name:?}: {answer:#?}");
        assert!(!answer.header("set-cookie").contains("x=1"), "{answer:#?}");
    }
    // The bytes lie in the database, and nowhere else is a file that was not there before.
    let world = scene.world.at("");
    assert_eq!(sh_text(files, &[world.trim_end_matches('/')]), "");
    assert!(!Path::new("/etc/cron.d/x.pdf").exists());
    scene.daemon.stop();
}

#[test]
fn programs_name_files_no_better_than_people() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let words = ["token", "add", "x", "--user", "ana", "--scope", "tickets:read", "--scope", "tickets:write", "--json"];
    let bearer = format!("Bearer {}", scene.world.run(&words).exits(0).json()["token"].as_str().unwrap());
    for (n, (header, shown)) in [
        ("attachment; filename=\"../../x.php\"", "x.php.pdf"),
        ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fx%00.php", "x.php.pdf"),
        ("attachment; filename*=UTF-8''%E2%80%AEfdp.exe", "fdp.exe.pdf"),
        ("attachment; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ("attachment; filename*=UTF-8''%FF%FE.pdf", "\u{fffd}\u{fffd}.pdf"),
        ("attachment; filename*=iso-8859-1''%E1.pdf; filename=b.pdf", "b.pdf"),
        ("attachment; filename=", "archivo.pdf"),
        ("nonsense", "archivo.pdf"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = enter(&mut ana, "programas", &format!("k{n}"), &[]);
        let number = path.trim_start_matches("/solicitudes/");
        let headers =
            [("Authorization", bearer.as_str()), ("Content-Type", "text/html"), ("Content-Disposition", header)];
        let made =
            Browser::new(scene.port).ask("POST", &format!("/api/v1/tickets/{number}/files"), &headers, PDF.as_bytes());
        assert!(made.is(201).header("set-cookie").is_empty());
        assert_eq!(names(&ana.get(&path).is(200)), [shown], "{header}");
    }
    scene.daemon.stop();
}

#[test]
fn what_acts_by_itself_is_refused_and_what_hides_in_a_photograph_is_gone() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    ana.get("/solicitudes/nueva").is(200);
    for active in [
        "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        "/OpenAction << /S /Launch /F (cmd.exe) >>",
        "/Names << /EmbeddedFiles 9 0 R >>",
        "/AA << /O 9 0 R >>",
        "/Open#41ction << /S /Java#53cript >>",
    ] {
        let file = PDF.replacen("/Type /Catalog", &format!("/Type /Catalog {active}"), 1);
        let answer = upload(&mut ana, "/solicitudes/nueva", &asked("x", "y", "k"), &[("a.pdf", file.as_bytes())]);
        answer.is(422).says("id=\"files-error\"");
    }
    for (bytes, said) in [
        (&b"PK\x03\x04\x14\0\x06\0[Content_Types].xml"[..], "Office"),
        (b"GIF89a\x01\0\x01\0", "GIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"<?php system($_GET[0]); ?>", "programa"),
        (b"\xef\xbb\xbf<html><script>alert(1)</script>", "web"),
        (b"\xff\xd8\xff\xe0 cut", "imagen"),
    ] {
        let answer = upload(&mut ana, "/solicitudes/nueva", &asked("x", "y", "k"), &[("a.jpg", bytes)]);
        answer.is(422).says(said).says("elegirlos otra vez");
    }
    // A photograph, with words in its comment and behind its end.
    let make = "{ printf 'P6 40 30 255\\n'; head -c 3600 /dev/zero | tr '\\0' x; } | cjpeg | wrjpgcom -comment '<?php system(1); ?>' > \"$1\"";
    sh_text(make, &[&scene.world.at("foto.jpg")]);
    let mut photo = std::fs::read(scene.world.path("foto.jpg")).unwrap();
    assert!(String::from_utf8_lossy(&photo).contains("<?php"), "the photograph has its comment");
    photo.extend_from_slice(b"<script>alert(1)</script>PK\x03\x04");
    let path = enter(&mut ana, "foto", "kf", &[("foto.JPG", &photo)]);
    let page = ana.get(&path).is(200).says("foto.JPG");
    let got = ana.get(&format!("{path}/archivos/{}", super::tickets::file_of(&page))).is(200);
    assert_eq!(got.header("content-type"), "image/jpeg");
    assert!(!got.body.contains("<?php") && !got.body.contains("<script>"), "what hid in it is still there");
}
