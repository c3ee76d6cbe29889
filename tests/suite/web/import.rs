//! The staff by a file on its page: what each line would do is shown first, and only that is done.

use system_tests::browser::{Answer, Browser};

use super::Scene;

const PATH: &str = "/importar-personas";
const HEAD: &str = "usuario;nombre;puesto;correo;unidad;jefe\r\n";

/// Sends the form of the page, with a file where there is one.
#[track_caller]
fn send(browser: &mut Browser, fields: &[(&str, &str)], file: Option<&[u8]>) -> Answer {
    send_to(browser, PATH, fields, file)
}

/// Sends the form of any page that takes such a file.
#[track_caller]
pub(super) fn send_to(browser: &mut Browser, path: &str, fields: &[(&str, &str)], file: Option<&[u8]>) -> Answer {
    let key = browser.key().to_owned();
    let mut body = Vec::new();
    for (name, value) in [&[("form_key", key.as_str())], fields].concat() {
        let part = format!("--zzz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    // A browser sends an empty part for a file that was not chosen.
    let name = if file.is_some() { "personal.csv" } else { "" };
    let head = format!("--zzz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    body.extend([head.as_bytes(), file.unwrap_or_default(), b"\r\n--zzz--\r\n"].concat());
    browser.ask("POST", path, &[("Content-Type", "multipart/form-data; boundary=zzz")], &body)
}

/// What a hidden field holds, as a browser sends it back: with lines that end as the network's do.
pub(super) fn hidden(page: &Answer, name: &str) -> Option<String> {
    let (_, rest) = page.body.split_once(&format!("<input type=\"hidden\" name=\"{name}\" value=\""))?;
    let text = rest.split('"').next().unwrap();
    let plain = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    let text = plain.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    Some(text.replace("\r\n", "\n").replace('\n', "\r\n"))
}

/// Confirms what a page shows.
#[track_caller]
fn confirm(browser: &mut Browser, page: &Answer) -> Answer {
    let (text, plan) = (hidden(page, "text").unwrap(), hidden(page, "plan").unwrap());
    send(browser, &[("text", &text), ("plan", &plan)], None)
}

/// Everybody's login.
fn logins(scene: &Scene) -> String {
    let users = scene.world.run(&["user", "list", "--all", "--json"]).exits(0).json();
    users["users"].as_array().unwrap().iter().map(|user| user["login"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_file_is_shown_line_by_line_and_just_what_was_shown_is_stored() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    scene.world.run(&["unit", "add", "Verificación"]).exits(0);
    scene.add("jefa", "Ana Jefa", "chief");
    admin.get("/personas").is(200).says("Importar personal");
    admin.get(PATH).is(200).says("usuario,nombre,puesto,correo,unidad,jefe").never_says("name=\"plan\"");
    let bad = format!(
        "{HEAD}jefa;Ana María Jefa;;;verificacion;\r\nluis;Luis;;;No existe;\r\nmal;;;;;\r\nlola;Lola;;sin arroba;;\r\njefa;Otra;;;;\r\n"
    );
    let page = send(&mut admin, &[], Some(bad.as_bytes())).is(422);
    let page = page.says("Nombre: «Ana Jefa» → «Ana María Jefa»").says("Unidad: nada → «Verificación»");
    let page = page.says("Unidad: no existe la unidad «No existe»; créela primero").says("Correo: no es una dirección");
    let page = page.says("Nombre: ").says("está dos veces en el archivo").says("href=\"#file\"").says("error");
    assert_eq!(hidden(&page, "plan"), None, "a file with faults can be confirmed");
    // Whoever makes up a confirmation of it stores nothing either.
    send(&mut admin, &[("text", &bad), ("plan", &"0".repeat(64))], None).is(422);

    let name = "\"<b onmouseover=alert(1)>Eva & Cía</b>\"";
    let good = format!(
        "\u{feff}{HEAD}jefa;Ana María Jefa;;;verificación;\r\nluis;Luis Pérez;Técnico;;;jefa\r\neva;{name};;;;luis\r\n"
    );
    let page = send(&mut admin, &[], Some(good.as_bytes())).is(200);
    let page = page.says("Personas nuevas: 2. Cambian: 1. Sin cambios: 0. Líneas con error: 0.");
    let page = page.says("Jefe inmediato: «jefa»").says("&#60;b onmouseover").never_says("<b onmouseover");
    assert_eq!(logins(&scene), "administradora jefa", "looking stores something");
    // The file is another one, or what is there has changed: then it is shown again, and nothing is stored.
    let (text, plan) = (hidden(&page, "text").unwrap(), hidden(&page, "plan").unwrap());
    let more = format!("{text}otra;Otra;;;;\r\n");
    send(&mut admin, &[("text", &more), ("plan", &plan)], None).is(422).says("Algo cambió").says("Personas nuevas: 3.");
    let file = scene.world.path("cambia.csv");
    std::fs::write(&file, "login,name,post,email,unit,superior\njefa,Ana Jefa,Jefa del DTI,,,\n").unwrap();
    scene.world.run(&["user", "import", file.to_str().unwrap()]).exits(0);
    let page = confirm(&mut admin, &page).is(422).says("Algo cambió").says("Puesto: «Jefa del DTI» → nada");
    assert_eq!(logins(&scene), "administradora jefa");

    // Whoever clicks twice makes nobody twice, and sees the same passwords in whichever answer is shown.
    let (mut one, mut two) = (admin.clone(), admin.clone());
    let [done, again] = std::thread::scope(|scope| {
        [scope.spawn(|| confirm(&mut one, &page)), scope.spawn(|| confirm(&mut two, &page))]
            .map(|one| one.join().unwrap())
    });
    let done = done.is(200).says("Se guardó todo. Personas nuevas: 2. Cambiaron: 1.");
    let done = done.says("se muestran esta única vez").says("&#60;b onmouseover").never_says("<b onmouseover");
    assert_eq!(done.header("cache-control"), "no-store");
    let passwords = |page: &Answer| -> Vec<String> {
        page.body.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap().to_owned()).collect()
    };
    assert_eq!(passwords(&done), passwords(&again.is(200)));
    let passwords = passwords(&done);
    assert_eq!((logins(&scene).as_str(), passwords.len()), ("administradora eva jefa luis", 2));
    let mut luis = Browser::new(scene.port);
    assert_eq!(luis.log_in("luis", &passwords[0]).is(303).header("location"), "/clave");
    // Another session sees nothing of it, whatever it confirms.
    let mut other = scene.person("otra", "administrator");
    other.get(PATH).is(200);
    let said = confirm(&mut other, &page).is(422).says("No hay nada que guardar");
    assert!(!passwords.iter().any(|password| said.body.contains(password)), "another session sees the passwords");
    admin.get("/auditoria?que=user+eva").is(200).says("Agregó a la persona").says("administradora");
    let said = scene.daemon.said();
    assert!(!passwords.iter().any(|password| said.contains(password.as_str())), "a password is in the log");
}

#[test]
fn a_file_that_is_none_is_refused_and_the_page_says_why() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    admin.get(PATH).is(200);
    send(&mut admin, &[], None).is(422).says("Elija un archivo").says("id=\"file-error\"");
    send(&mut admin, &[], Some(b"usuario;nombre\xe9\r\n")).is(422).says("CSV UTF-8");
    send(&mut admin, &[], Some(b"PK\x03\x04\0\0")).is(422).says("file-error");
    let line = "a".repeat(1000);
    let long = format!("{HEAD}{}", format!("{line};Ana;;;;\r\n").repeat(600));
    send(&mut admin, &[], Some(long.as_bytes())).is(422).says("512 KiB");
    let many: String = (0..401).map(|index| format!("p{index};Persona;;;;\r\n")).collect();
    let page = send(&mut admin, &[("text", &format!("{HEAD}{many}"))], None).is(422).says("400 de una vez");
    assert_eq!(hidden(&page, "plan"), None);
    send(&mut admin, &[("text", "usuario,clave\nx,y\n")], None).is(422).says("Falta la columna");
    let directory = format!("{HEAD}x;X;;;;\r\n");
    send(&mut admin, &[("text", &directory), ("directory", "1")], None).is(422).says("no tiene directorio");
    let mut chief = scene.person("jefa", "chief");
    chief.get("/personas").is(200).never_says("Importar personal");
    send(&mut chief, &[("text", &directory)], None).is(403);
    assert_eq!(logins(&scene), "administradora jefa");
}

#[test]
fn the_list_of_people_goes_on_behind_the_last_one_whatever_happens_meanwhile() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    admin.get(PATH).is(200);
    let many: String = (0..60).map(|index| format!("p{index:02};Persona {index};Verificadora;;;\r\n")).collect();
    let page = send(&mut admin, &[("text", &format!("{HEAD}{many}"))], None).is(200).says("Personas nuevas: 60.");
    confirm(&mut admin, &page).is(200);
    let page = admin.get("/personas?q=verificadora").is(200).says(">p00<").says(">p49<").never_says(">p50<");
    let next =
        page.body.split("href=\"").find(|part| part.contains("rel=\"next\"")).unwrap().split('"').next().unwrap();
    let next = next.replace("&#38;", "&");
    assert!(next.contains("q=verificadora") && next.contains("despues=p49"), "{next}");
    scene.world.run(&["user", "disable", "p10"]).exits(0);
    scene.world.run(&["user", "disable", "p49"]).exits(0);
    let page = admin.get(&next).is(200).says(">p50<").says(">p59<").never_says(">p49<").says("Al principio");
    page.never_says("rel=\"next\"");
    for key in ["%00", "zzz", "%27%20OR%201%3D1--", &"a".repeat(5000)] {
        admin.get(&format!("/personas?despues={key}")).is(200);
    }
    assert_eq!(scene.world.run(&["user", "list", "--json"]).exits(0).json()["users"].as_array().unwrap().len(), 59);
}
