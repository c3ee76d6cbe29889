//! A request for a mail account by HTTP, from the ticket's page to the list of what waits, and the board that counts it.

use super::Scene;
use super::tickets::{PDF, upload};

#[test]
fn a_request_for_an_account_is_led_through_its_pages_and_counted_on_the_board() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let mut carlos = scene.person("carlos", "technician");
    let mut elena = scene.person("elena", "chief");
    let mut gloria = scene.person("gloria", "direction");
    ana.get("/solicitudes/nueva").is(200);
    let fields =
        [("category", "7"), ("subject", "correo nuevo"), ("description", "x"), ("location", "y"), ("once", "k")];
    let path = upload(&mut ana, "/solicitudes/nueva", &fields, &[("SUA.pdf", PDF.as_bytes())]).is(303);
    let path = path.header("location").to_owned();
    let mail = format!("{path}/correo");
    ana.get(&path).is(200).never_says("Trámite de correo electrónico");
    ana.get(&mail).is(404);
    carlos.get(&path).is(200);
    carlos.post(&format!("{path}/tomar"), &[("version", "1")]).is(303);
    carlos.get(&path).is(200).says("Trámite de correo electrónico");
    carlos.get(&mail).is(200).says("Iniciar el trámite");
    carlos.post(&mail, &[("kind", "creation"), ("person", " ")]).is(422).says("Revise lo siguiente");
    carlos.post(&mail, &[("kind", "creation"), ("person", "<b>Lucía</b>")]).is(303);
    carlos.get(&mail).is(200).says("SUA").says("&#60;b&#62;Lucía").never_says("<b>Lucía");
    let mut step = |step: &str, version: &str, fields: &[(&str, &str)]| {
        carlos.post(&format!("{mail}/{step}"), &[&[("version", version)], fields].concat())
    };
    step("upload", "1", &[("number", "MINECO-9")]).is(409).says("formulario entregado");
    step("give", "1", &[("on", "31-12-2199")]).is(422).says("hoy a más tardar");
    step("give", "1", &[]).is(303);
    gloria.get(&mail).is(200).says("usted lo autoriza hoy");
    gloria.post(&format!("{mail}/authorize"), &[("version", "2"), ("by", "otra persona")]).is(303);
    let page = gloria.get(&mail).is(200).says("Ana García").never_says("<td data-label=\"Detalle\">otra persona");
    assert!(!page.body.contains("<button>Registrar</button>"), "the next step is not for the direction");
    let page = carlos.get(&mail).is(200).says("SUA.pdf");
    let (_, option) = page.body.split_once("<option value=\"").unwrap();
    let scan = option.split('"').next().unwrap();
    let mut step = |step: &str, version: &str, fields: &[(&str, &str)]| {
        carlos.post(&format!("{mail}/{step}"), &[&[("version", version)], fields].concat())
    };
    step("receive", "3", &[("scan", "00000000000000000000000000000000")]).is(422);
    step("receive", "3", &[("scan", scan)]).is(303);
    step("upload", "4", &[("number", "MINECO-9")]).is(303);
    step("upload", "4", &[("number", "MINECO-9")]).is(409);
    carlos.get("/correo").is(200).says("MINECO-9").says(&mail);
    ana.get(&mail).is(200).says("MINECO-9").never_says("<button>Registrar</button>");
    ana.get("/correo").is(403);
    ana.get(&path).is(200).says("Cargó el formulario al MINECO, ticket MINECO-9");
    carlos.get("/tablero").is(403);
    let board = elena.get("/tablero").is(200).says("Correo electrónico").says("Creación de cuenta");
    assert!(board.body.contains("<dt>Recibidas</dt><dd><a href=\"/tablero/lista?mes="), "{}", board.body);
    gloria.get("/tablero?mes=2020-02").is(200).says("febrero de 2020").says("<dt>Recibidas</dt><dd>0</dd>");
    elena.get("/tablero?mes=%27%20OR%201").is(200).says(">1</a>");
    scene.daemon.stop();
}
