//! Whatever people write, wherever it is shown, it is shown as it was written and means nothing: one text in every field there is,
//! and every page that anybody comes to.

use std::collections::{BTreeSet, VecDeque};

use system_tests::browser::{Answer, Browser};

use super::cast::Cast;
use super::import::hidden;
use super::tickets::{PDF, upload};

/// What follows a word in each field. Each sign of it would mean something somewhere if it stood there as it is.
const MARK: &str = " <mk\"mk'mk&mk>{{7*7}}${7*7}<%= 1 %>javascript:x";
/// The same as pages show it.
const SHOWN: &str = " &#60;mk&#34;mk&#39;mk&#38;mk&#62;{{7*7}}${7*7}&#60;%= 1 %&#62;javascript:x";

/// The words in front of it.
const WORDS: &str = "asunto,descripción,ubicación,equipo,mensaje,nota,análisis,lugar,visita,excepción,referencia,\
    hallazgos,recomendación,ampliación,piezas,cuenta,autoriza,MINECO,acciones,calificación,respuesta,\
    anulada,motivo,asueto,acuerdo,tarea,evidencia,informe,observación,corrige,Persona ana,puesto,Verificación,\
    marca,modelo,serie,sitio,baja,acta,actividad,devuelto";

/// What must never stand in a page as it is.
const RAW: &[&str] = &["<mk", "mk\"mk", "mk'mk", "mk&mk", "<%="];

/// What is wrong with a page, whoever sees it.
fn faults(answer: &Answer) -> Vec<String> {
    let body = &answer.body;
    let mut faults: Vec<String> =
        RAW.iter().filter(|raw| body.contains(**raw)).map(|raw| format!("has {raw} as it is")).collect();
    let mut say = |is_wrong: bool, what: &str| {
        if is_wrong {
            faults.push(what.to_owned());
        }
    };
    say(body.matches("<h1").count() != 1, "has not one heading");
    say(!body.contains("<html lang=\"es-GT\">"), "has no language");
    for tag in body.split('<').skip(1).filter_map(|tag| tag.split('>').next()) {
        let tag = tag.to_lowercase();
        let name = tag.split_whitespace().next().unwrap_or_default();
        // The one script that there is, which is ours.
        let is_live = tag.starts_with("script src=\"/recursos/") && tag.ends_with(".js\" defer");
        say(
            !is_live && ["script", "iframe", "object", "embed", "base", "style", "math", "template"].contains(&name),
            &tag,
        );
        // The codes on labels are ours.
        let ours = ["svg class=\"qr\" viewbox=\"0 0 ", "svg class=\"trend\" viewbox=\"0 0 "];
        say(name == "svg" && !ours.iter().any(|own| tag.starts_with(own)), &tag);
        say(tag.starts_with("meta") && tag.contains("http-equiv"), &tag);
        let handles = tag.split(" on").skip(1).any(|rest| {
            rest.split_once('=').is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase()))
        });
        say(handles || tag.contains(" style="), &tag);
        for (_, link) in
            ["href", "src", "action", "formaction"].iter().filter_map(|name| tag.split_once(&format!(" {name}=")))
        {
            let is_ours = link
                .strip_prefix('"')
                .is_some_and(|path| path.starts_with('#') || path.starts_with('/') && !path.starts_with("//"));
            say(!is_ours, &tag);
        }
        // A table's heads say of what they are.
        say(tag == "th", "a head without its scope");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
        ("content-type", "text/html; charset=utf-8"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        say(answer.header(name) != value, &format!("{name}: {}", answer.header(name)));
    }
    let policy = answer.header("content-security-policy");
    say(!policy.starts_with("default-src 'none'") || policy.contains("unsafe") || policy.contains('*'), policy);
    say(!policy.contains("frame-ancestors 'none'") || !policy.contains("base-uri 'none'"), policy);
    say(!answer.header("server").is_empty() || !answer.header("x-powered-by").is_empty(), "says what it is made of");
    faults
}

/// The ticket of all fields, from its entry to the answer to its rating; returns its path.
fn written(cast: &Cast) -> String {
    let mark = |word: &str| format!("{word}{MARK}");
    let said = mark;
    let fields = [
        ("category", "7".to_owned()),
        ("subject", said("asunto")),
        ("description", said("descripción")),
        ("location", said("ubicación")),
        ("phone", "2422-0000 <mk\"mk'mk&mk>".to_owned()),
        ("equipment", said("equipo")),
        ("once", "k".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let path = cast.ticket(&fields, &[("SUA<mk'mk&mk>.pdf", PDF.as_bytes())]);
    let step = |login: &str, step: &str, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        cast.step(login, &path, step, &fields).is(303);
    };
    let word = |text: &str| text.to_owned();
    let mut ana = cast.of_login("ana");
    upload(&mut ana, &format!("{path}/mensaje"), &[("text", &said("mensaje"))], &[]).is(303);
    let mut elena = cast.of_login("elena");
    upload(&mut elena, &format!("{path}/mensaje"), &[("text", &said("nota")), ("internal", "1")], &[]).is(303);
    step("elena", "asignar", &[("to", word("carlos"))]);
    step("carlos", "analisis", &[("analysis", said("análisis"))]);
    cast.clock.set("2026-11-23T10:00:00-06:00");
    step("carlos", "visita", &[("at", word("23-11-2026 09:30")), ("place", said("lugar")), ("note", said("visita"))]);
    let exception = [("kind", word("servers")), ("reason", said("excepción")), ("reference", said("referencia"))];
    step("carlos", "exceptuar", &exception);
    step("elena", "confirmar-excepcion", &[]);
    step("carlos", "reanudar", &[]);
    let draft = [("findings", said("hallazgos")), ("recommendation", said("recomendación"))];
    let extension = [
        ("cause", word("parts")),
        ("reason", said("ampliación")),
        ("new_limit", word("04-12-2026")),
        ("parts", said("piezas")),
    ];
    step("carlos", "ampliar", &[&extension[..], &draft].concat());
    step("elena", "confirmar-ampliacion", &[]);
    step("carlos", "entregar", &[]);
    step("ines", "acuse", &[]);
    let mail = format!("{path}/correo");
    let mut carlos = cast.of_login("carlos");
    let mut account = |step: &str, version: &str, fields: &[(&str, &str)]| {
        carlos.post(&format!("{mail}{step}"), &[&[("version", version)], fields].concat()).is(303);
    };
    account("", "0", &[("kind", "creation"), ("person", &said("cuenta"))]);
    account("/give", "1", &[]);
    account("/authorize", "2", &[("by", &said("autoriza"))]);
    let scan = cast.sql("SELECT lower(hex(id)) FROM attachments LIMIT 1");
    account("/receive", "3", &[("scan", &scan)]);
    account("/upload", "4", &[("number", &said("MINECO"))]);
    step("carlos", "dictamen", &[&[("mode", word("remote")), ("actions", said("acciones"))][..], &draft].concat());
    step("carlos", "finalizar", &[]);
    step("ana", "calificar", &[("rating", word("unsatisfied")), ("comment", said("calificación"))]);
    step("elena", "responder", &[("answer", said("respuesta"))]);
    let void = ["subject", "description", "location"].map(|name| (name, said("anulada")));
    let void: Vec<(&str, &str)> = void.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let number = path.trim_start_matches("/solicitudes/");
    let void = cast.ticket(&[&[("category", "1"), ("once", "k2"), ("follows", number)][..], &void].concat(), &[]);
    cast.step("ana", &void, "anular", &[("reason", &said("motivo"))]).is(303);
    let day = [("date", "2026-11-30"), ("kind", "Accord"), ("publish", "1")];
    let texts = [("name", said("asueto")), ("citation", said("acuerdo")), ("note", said("versión"))];
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    elena.get("/calendario/nuevo-dia").is(200);
    elena.post("/calendario/nuevo-dia", &[&day[..], &texts].concat()).is(303);
    inventory(cast);
    reported(cast);
    path
}

/// A piece of equipment in use, and one that was retired.
fn inventory(cast: &Cast) {
    let mut elena = cast.of_login("elena");
    let unit = cast.sql("SELECT id FROM units WHERE name LIKE 'Verif%'");
    for code in ["INV-1", "INV-2"] {
        let texts = [("brand", "marca"), ("model", "modelo"), ("serial", "serie"), ("location", "sitio")];
        let texts = texts.map(|(name, word)| (name, format!("{word}{MARK}")));
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let rest = [("code", code), ("kind", "printer"), ("unit", &unit), ("responsible", "ana")];
        elena.get("/equipos/nuevo").is(200);
        elena.post("/equipos/nuevo", &[&rest[..], &texts].concat()).is(303);
    }
    let [reason, document] = ["baja", "acta"].map(|word| format!("{word}{MARK}"));
    let fields = [("version", "1"), ("day", "23-11-2026"), ("reason", &reason), ("document", &document)];
    elena.post("/equipos/INV-2/baja", &fields).is(303);
    elena.post("/mantenimiento", &[("semester", "2026-2")]).is(303);
    let (path, carlos) = ("/mantenimiento/2026-2", cast.sql("SELECT id FROM users WHERE login = 'carlos'"));
    let activity = format!("actividad{MARK}");
    let item = [("version", "1"), ("week", "2026-W50"), ("technician", &carlos), ("activity", &activity)];
    elena.post(&format!("{path}/1"), &item).is(303);
    elena.post(&format!("{path}/enviar"), &[("version", "2")]).is(303);
    let (mut gloria, comment) = (cast.of_login("gloria"), format!("devuelto{MARK}"));
    let digest = hidden(&gloria.get(path).is(200), "digest").unwrap();
    let decision = [("version", "3"), ("digest", digest.as_str()), ("comment", &comment), ("return", "1")];
    gloria.post(&format!("{path}/decidir"), &decision).is(303);
}

/// A task and the report of a month, and a revision of it.
fn reported(cast: &Cast) {
    let said = |word: &str| format!("{word}{MARK}");
    let by = cast.sql("SELECT id FROM users WHERE login = 'carlos'");
    let (task, evidence) = (said("tarea"), said("evidencia"));
    let mut elena = cast.of_login("elena");
    elena.get("/informes/tareas/nueva").is(200);
    let texts = [("day", "2026-11-23"), ("done_by", &by), ("text", &task), ("evidence", &evidence)];
    elena.post("/informes/tareas/nueva", &texts).is(303);
    let (analysis, notes, reason) = (said("informe"), said("observación"), said("corrige"));
    let report = "/informes/2026-10";
    elena.post(report, &[("analysis", &analysis), ("notes", &notes), ("deliver", "1")]).is(303);
    elena.post(&format!("{report}/revision"), &[("reason", &reason)]).is(303);
}

/// The paths that a page leads to.
fn links(page: &Answer) -> impl Iterator<Item = String> {
    let hrefs = page.body.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    hrefs
        .filter(|path| path.starts_with('/'))
        .map(|path| path.replace("&#38;", "&").split('#').next().unwrap().to_owned())
}

/// Whether a page is printed.
fn is_paper(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or(path);
    [
        "/fo-01",
        "/fo-02",
        "/fo-03",
        "/fo-05",
        "/fo-06",
        "/rp-fo-03",
        "/vacio",
        "/rh-fo-02",
        "/caratula",
        "/zip",
        "/manual/pdf",
        ".csv",
        ".xlsx",
    ]
    .iter()
    .any(|end| path.ends_with(end))
}

/// Opens every page that somebody is led to, and says what is wrong with any of them; all pages go to `all`.
fn crawl(browser: &mut Browser, from: &[String], all: &mut String) -> (usize, Vec<String>) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let (mut waiting, mut wrong) = (VecDeque::from(from.to_vec()), Vec::new());
    while let Some(path) = waiting.pop_front() {
        if !seen.insert(path.clone()) || seen.len() > 400 {
            continue;
        }
        let answer = browser.get(&path);
        if path.starts_with("/recursos/") || path.contains("/archivos/") || is_paper(&path) {
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            let named = answer.header("content-disposition");
            assert!(
                path.starts_with("/recursos/") || named.starts_with("attachment;") && !named.contains("<mk"),
                "{named}"
            );
            continue;
        }
        if answer.status != 200 {
            wrong.push(format!("{path}: {}", answer.status));
        }
        wrong.extend(faults(&answer).into_iter().map(|fault| format!("{path}: {fault}")));
        all.push_str(&answer.body);
        waiting.extend(links(&answer));
    }
    (seen.len(), wrong)
}

#[test]
fn what_anybody_writes_anywhere_means_nothing_on_any_page() {
    let cast = Cast::new(MARK);
    let path = written(&cast);
    let encoded = MARK.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let mut all = String::new();
    for login in Cast::logins() {
        let mut browser = cast.of_login(login);
        let mut from = vec!["/".to_owned(), path.clone()];
        if ["berta", "julio", "rosa"].contains(&login) {
            from.pop();
        }
        if ["elena", "ines"].contains(&login) {
            from.push("/equipos/INV-2".to_owned());
        }
        let (pages, wrong) = crawl(&mut browser, &from, &mut all);
        assert!(pages > 8, "{login}: {pages}");
        assert!(wrong.is_empty(), "{login}: {}", wrong.join("\n"));
        // What is asked for is written into the page as well.
        for query in [
            "solicitudes?q=",
            "todas?q=",
            "bandeja?q=",
            "unidad?q=",
            "personas?q=",
            "auditoria?quien=",
            "auditoria?que=",
            "tablero?mes=",
            "informes?hasta=",
            "informes/tareas?mes=",
            "informes/2026-10?revision=",
            "calendario?anio=",
            "solicitudes/nueva?sigue=",
            "bandeja?asignada=",
            "bandeja?estado=",
            "equipos?q=",
            "equipos?despues=",
            "equipos/etiquetas?unidad=",
            "equipos/etiquetas?codigo=",
            "mantenimiento/lista?que=",
            "mantenimiento/lista?mes=",
            "mantenimiento/semana?de=",
            "equipos/",
        ] {
            let answer = browser.get(&format!("/{query}{encoded}"));
            // A label's code leads whoever does not see the inventory to their own pieces, whatever it says.
            if answer.status == 303 {
                assert_eq!((query, answer.header("location")), ("equipos/", "/mis-equipos"), "{login}");
                continue;
            }
            let known = [200, 403, 404].contains(&answer.status);
            let wrong = faults(&answer);
            assert!(known && wrong.is_empty(), "{login} {query}: {} {}", answer.status, wrong.join("\n"));
        }
    }
    for word in WORDS.split(',') {
        assert!(all.contains(&format!("{word}{SHOWN}")), "{word} is shown nowhere as it was written");
    }
    // Whoever may not see a note does not, and the log has one line for each thing.
    let mut ana = cast.of_login("ana");
    ana.get(&path).is(200).says("mensaje &#60;mk").never_says("nota &#60;mk");
    let log = cast.scene.daemon.said();
    let is_known =
        |line: &str| line.starts_with("20") || line.is_empty() || line.starts_with("Error reading the log directory");
    assert!(log.lines().all(is_known), "{log}");
}

#[test]
fn pages_of_what_went_wrong_are_as_careful_as_the_others() {
    let cast = Cast::new("");
    let mut ana = cast.of_login("ana");
    let mut guest = Browser::new(cast.scene.port);
    let mark = "%3Cmk%22mk%27mk%26mk%3E";
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let mut answers = vec![
        (404, ana.get(&format!("/{mark}"))),
        (404, ana.get(&format!("/solicitudes/{mark}"))),
        (404, ana.get(&format!("/solicitudes/{mark}/archivos/{mark}"))),
        (403, ana.get("/personas")),
        (405, ana.ask("DELETE", "/solicitudes", &[], b"")),
        (403, ana.post_raw("/clave", "form_key=%3Cmk%22mk")),
        (413, ana.ask("POST", "/clave", &[form, ("X", "<mk\"mk")], &vec![b'a'; 2_000_000])),
        (422, ana.post("/clave", &[("current", "<mk\"mk'mk&mk>"), ("new", "<mk\"mk"), ("again", "<mk\"mk")])),
        (404, ana.get(&format!("/unidad?unidad={mark}"))),
        (200, guest.get(&format!("/entrar?siguiente=/{mark}"))),
        (
            422,
            guest.post("/entrar", &[("login", "<mk\"mk'mk&mk>"), ("password", "x"), ("siguiente", "/<mk\"mk'mk&mk>")]),
        ),
    ];
    guest.host = "<mk>".to_owned();
    answers.push((421, guest.get("/")));
    for (status, answer) in answers {
        assert_eq!(answer.status, status, "{answer:#?}");
        assert!(answer.status == 413 || faults(&answer).is_empty(), "{}: {:?}", answer.status, faults(&answer));
        assert!(!answer.body.contains("contraseña nueva\" value=\""), "a password is sent back");
    }
    // Answers without a page have the headers too, and those for programs.
    for answer in [
        guest.get("/salud"),
        Browser::new(cast.scene.port).get("/"),
        Browser::new(cast.scene.port).get("/api/v1/tickets"),
    ] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:#?}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{answer:#?}");
        assert_eq!(answer.header("cache-control"), "no-store", "{answer:#?}");
    }
}
