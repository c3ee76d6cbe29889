//! What pages say: all that is wrong with a form at once, whose door leads where, what a figure leads to, and the words of the log.

use system_tests::browser::Browser;

use super::Scene;
use super::tickets::upload;

fn enter(browser: &mut Browser, subject: &str) -> String {
    browser.get("/solicitudes/nueva").is(200);
    let fields = [("category", "1"), ("subject", subject), ("description", "x"), ("location", "y"), ("once", subject)];
    upload(browser, "/solicitudes/nueva", &fields, &[]).is(303).header("location").to_owned()
}

#[test]
fn a_form_says_all_that_it_lacks_at_once_and_leads_to_each_field() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let mut carlos = scene.person("carlos", "technician");
    let path = enter(&mut ana, "no imprime");
    carlos.get(&path).is(200);
    ana.get(&path).is(200);
    ana.post(&format!("{path}/ampliar"), &[("version", "1")]).is(403);
    carlos.post(&format!("{path}/tomar"), &[("version", "1")]).is(303);
    let whole =
        [("version", "2"), ("cause", "system"), ("reason", "x"), ("new_limit", "2031-01-06"), ("findings", "x")];
    carlos.post(&format!("{path}/ampliar"), &whole).is(409).says("asignada");
    carlos.post(&format!("{path}/analisis"), &[("version", "2"), ("analysis", "x")]).is(303);
    let said = carlos.post(&format!("{path}/ampliar"), &[("version", "3"), ("cause", "parts")]).is(422);
    let order = [
        "#reason\">Justificación: ",
        "#new_limit\">Nueva fecha límite: ",
        "#findings\">Hallazgos: ",
        "#parts\">Piezas: ",
    ];
    let places: Vec<usize> = order.iter().map(|words| said.body.find(words).expect(words)).collect();
    assert!(places.is_sorted(), "in the order of the form");
    assert!(!said.body.contains("href=\"#cause\""), "what is right is not named");
    let late = [("version", "3"), ("cause", "system"), ("new_limit", "2020-01-06"), ("reason", "&")];
    let said = carlos.post(&format!("{path}/ampliar"), &late).is(422).says("href=\"#findings\"");
    said.says("#new_limit\">El 06-01-2020 no sirve como nueva fecha: escriba un día después de hoy")
        .never_says("#parts\"");
    let said = carlos.post(&format!("{path}/visita"), &[("version", "3"), ("at", "01-01-2020 10:00")]).is(422);
    said.says("#at\">Fecha y hora: escriba cuándo").says("#place\">Lugar: ");
    let said = carlos.post(&format!("{path}/dictamen"), &[("version", "3")]).is(422).says("#mode\">Modalidad: elija");
    said.says("#findings\"").says("#actions\"").never_says("#recommendation\"");
    carlos.get(&path).is(200).never_says("Propuso ampliar");
}

#[test]
fn who_leaves_after_the_session_ended_is_told_so_where_one_enters() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    ana.get("/").is(200);
    scene.world.run(&["user", "disable", "ana"]).exits(0);
    let away = ana.post("/salir", &[]).is(303);
    assert_eq!(away.header("location"), "/entrar?sesion=terminada");
    assert!(away.header("set-cookie").contains("resguardo=;"), "{away:#?}");
    ana.get("/entrar?sesion=terminada").is(200).says("Su sesión ya había terminado").says("<h1>Entrar</h1>");
    let mut stranger = Browser::new(scene.port);
    stranger.post("/salir", &[]).is(303);
    // Whatever else is sent without a session is refused as before.
    ana.post("/clave", &[]).is(403).says("Su sesión terminó");
}

#[test]
fn the_first_page_of_the_head_of_a_unit_leads_to_it() {
    let scene = Scene::new();
    let mut ines = scene.person("ines", "unit_head");
    ines.get("/").is(200).never_says("<strong>Mi unidad</strong>");
    scene.world.run(&["unit", "add", "Financiero"]).exits(0);
    scene.world.run(&["unit", "head", "Financiero", "ines"]).exits(0);
    ines.get("/").is(200).says("href=\"/unidad\"><strong>Mi unidad</strong>");
}

#[test]
fn a_figure_of_the_board_leads_to_what_it_counts() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let mut carlos = scene.person("carlos", "technician");
    let mut elena = scene.person("elena", "chief");
    let path = enter(&mut ana, "no imprime");
    enter(&mut ana, "sin red");
    carlos.get(&path).is(200);
    carlos.post(&format!("{path}/tomar"), &[("version", "1")]).is(303);
    let board = elena.get("/tablero").is(200);
    let paths: Vec<String> = board
        .body
        .split("href=\"")
        .filter_map(|rest| rest.split_once('"'))
        .filter(|(path, _)| path.starts_with("/tablero/lista?"))
        .map(|(path, rest)| format!("{}|{}", path.replace("&#38;", "&"), rest.split(['>', '<']).nth(1).unwrap()))
        .collect();
    assert!(paths.len() >= 5, "{paths:?}");
    for figure in &paths {
        let (path, count) = figure.split_once('|').unwrap();
        let list = elena.get(path).is(200);
        let rows = list.body.matches("<tr><th scope=\"row\">").count();
        assert_eq!(rows.to_string(), count, "{path}");
        carlos.get(path).is(403);
    }
    elena.get("/tablero/lista?que=recibidas").is(200).says("no imprime").says("sin red").says("Son 2.");
    elena
        .get("/tablero/lista?que=recibidas&tecnico=ninguna")
        .is(200)
        .says("sin red")
        .never_says("no imprime")
        .says("Es 1.");
    elena.get("/tablero/lista?que=atendidas").is(200).says("No hay nada que mostrar");
    for hostile in [
        "que=%27&unidad=-1&tecnico=1e9&mes=0000-00",
        "despues=x&veredicto=%3Cb%3E",
        "que=recibidas&despues=2200-01-01_1",
    ] {
        elena.get(&format!("/tablero/lista?{hostile}")).is(200).never_says("<b>");
    }
    elena.get("/bandeja?cuales=pendientes").is(200).says("no imprime").says("sin red");
    elena.get("/bandeja?cuales=vencidas").is(200).never_says("no imprime");
    carlos.get("/correo").is(200).says("Esperan 0 trámites");
}

#[test]
fn the_audit_log_is_read_in_words() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    let mut elena = scene.person("elena", "chief");
    scene.world.run(&["unit", "add", "Financiero"]).exits(0);
    scene.world.run(&["unit", "head", "Financiero", "elena"]).exits(0);
    let log = admin.get("/auditoria").is(200).says("usuario elena").says("unidad Financiero").never_says("&#34;");
    log.says("cargo:</span> Jefe del DTI").says("jefe:</span> elena").says("qué es:</span> ").says("activa:</span> sí");
    elena.get("/auditoria").is(200).says("usuario elena");
}

#[test]
fn a_feast_of_a_place_is_published_after_seeing_what_it_moves() {
    let scene = Scene::new();
    let mut elena = scene.person("elena", "chief");
    scene.world.run(&["unit", "add", "Sede Antigua"]).exits(0);
    let sedes = "/calendario/sedes";
    let page = elena.get(sedes).is(200).says("Sede Antigua");
    let unit = page.body.split("?unidad=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    elena.post(sedes, &[]).is(422).says("#unit\">").says("#place\">").says("#note\">");
    let there = [("unit", unit.as_str()), ("place", "Antigua Guatemala"), ("note", "abrió")];
    elena.post(sedes, &there).is(200).says("No cambia la fecha límite de ninguna");
    elena.get("/calendario").is(200).never_says("Antigua Guatemala");
    elena.post(sedes, &[&there[..], &[("publish", "1")]].concat()).is(303);
    elena.get("/calendario").is(200).says("Antigua Guatemala");
    elena.get(&format!("{sedes}?unidad={unit}")).is(200).says("value=\"Antigua Guatemala\"");
    let day = |place| {
        [
            ("date", "2031-07-25"),
            ("kind", "Local"),
            ("place", place),
            ("name", "Santiago"),
            ("citation", "x"),
            ("note", "y"),
            ("publish", "1"),
        ]
    };
    elena.post("/calendario/nuevo-dia", &day("Cobán")).is(422).says("Ninguna unidad está en ese lugar");
    elena.post("/calendario/nuevo-dia", &day("Antigua Guatemala")).is(303);
    elena.get("/calendario?anio=2031").is(200).says("solo en Antigua Guatemala").says("Santiago");
    // The same at the terminal.
    let seat = ["calendar", "seat", "Sede Antigua", "Guatemala", "--note", "volvió", "--as", "elena"];
    scene.world.run(&seat).exits(0).says("would be published, and is not");
    scene.world.run(&[&seat[..], &["--publish"]].concat()).exits(0).says("is published; 0 limits move");
    elena.get("/calendario").is(200).never_says("Antigua Guatemala");
}
