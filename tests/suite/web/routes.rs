//! Every role at every route: who may come, who may not, and that a method that a route does not have does nothing.

use std::collections::BTreeMap;

use resguardo::web::routes::listed;
use system_tests::browser::{Answer, Browser};

use super::Scene;

const EVERYBODY: &str = "guest staff technician chief direction unit_head quality administrator";
const SIGNED_IN: &str = "staff technician chief direction unit_head quality administrator";
const SEE_QUEUE: &str = "technician chief direction quality";
const SEE_QUALITY: &str = "technician chief direction quality";
/// Heads of units as well, but nobody here heads one.
const SEE_EQUIPMENT: &str = "technician chief direction quality";
const SEE_PEOPLE: &str = "technician chief administrator";
const ADMINISTRATOR: &str = "administrator";
const SEE_AUDIT: &str = "chief direction quality administrator";

/// Each route with who may come. It is written down here apart from the program, so that a route that is opened by mistake is
/// found, and one that is added is thought about.
const TABLE: &[(&str, &str, &str)] = &[
    ("GET", "/recursos/{nombre}", EVERYBODY),
    ("GET", "/salud", EVERYBODY),
    ("GET", "/entrar", EVERYBODY),
    ("POST", "/entrar", EVERYBODY),
    ("GET", "/clave", SIGNED_IN),
    ("POST", "/clave", SIGNED_IN),
    ("GET", "/", SIGNED_IN),
    ("GET", "/personas", SEE_PEOPLE),
    ("GET", "/personas/{login}", SEE_PEOPLE),
    ("POST", "/personas/{login}", ADMINISTRATOR),
    ("POST", "/personas/{login}/desactivar", ADMINISTRATOR),
    ("POST", "/personas/{login}/activar", ADMINISTRATOR),
    ("POST", "/personas/{login}/clave", ADMINISTRATOR),
    ("POST", "/personas/{login}/cargos", ADMINISTRATOR),
    ("POST", "/personas/{login}/cargos/quitar", ADMINISTRATOR),
    ("GET", "/nueva-persona", ADMINISTRATOR),
    ("POST", "/nueva-persona", ADMINISTRATOR),
    ("GET", "/importar-personas", ADMINISTRATOR),
    ("POST", "/importar-personas", ADMINISTRATOR),
    ("GET", "/unidades", ADMINISTRATOR),
    ("GET", "/unidades/nueva", ADMINISTRATOR),
    ("POST", "/unidades/nueva", ADMINISTRATOR),
    ("GET", "/unidades/{id}", ADMINISTRATOR),
    ("POST", "/unidades/{id}", ADMINISTRATOR),
    ("GET", "/auditoria", SEE_AUDIT),
    ("GET", "/calidad", SEE_EQUIPMENT),
    ("GET", "/calidad/paquete", "chief direction quality"),
    ("POST", "/calidad/paquete", "chief direction quality"),
    ("GET", "/calidad/paquete/zip", "chief direction quality"),
    ("GET", "/listas/registro/{archivo}", SEE_QUALITY),
    ("GET", "/listas/solicitudes/{archivo}", "chief direction quality"),
    ("GET", "/listas/indicadores/{archivo}", "chief direction quality"),
    ("GET", "/listas/tareas/{archivo}", SEE_QUEUE),
    // Of which units, is asked of each row.
    ("GET", "/listas/equipos/{archivo}", SEE_EQUIPMENT),
    ("GET", "/listas/programa/{archivo}", SEE_EQUIPMENT),
    ("GET", "/respaldos", SEE_QUALITY),
    ("GET", "/respaldos/en-vivo", SEE_QUALITY),
    ("GET", "/respaldos/corridas/{corrida}", SEE_QUALITY),
    ("POST", "/respaldos/iniciar", "technician chief"),
    ("POST", "/respaldos/corridas/{corrida}/cancelar", "technician chief"),
    ("POST", "/respaldos/probar", "technician chief"),
    ("POST", "/respaldos/releer", "technician chief"),
    ("POST", "/respaldos/restaurar", "chief"),
    ("GET", "/registro", SEE_QUALITY),
    ("GET", "/registro/mes/{mes}/fo-06", SEE_QUALITY),
    ("GET", "/registro/anio/{anio}/fo-06", SEE_QUALITY),
    ("GET", "/registro/asiento/{asiento}/fo-06", SEE_QUALITY),
    ("GET", "/formatos", SEE_QUALITY),
    ("GET", "/formatos/{formato}/vacio", SEE_QUALITY),
    ("GET", "/formatos/{formato}", "quality"),
    ("POST", "/formatos/{formato}", "quality"),
    ("GET", "/formatos/{formato}/proponer", "chief"),
    ("POST", "/formatos/{formato}/proponer", "chief"),
    ("POST", "/formatos/propuestas/{id}", "quality"),
    // Who may see a record, its operation says.
    ("GET", "/comprobar/{registro}", SIGNED_IN),
    ("GET", "/asistencias", SEE_QUALITY),
    ("GET", "/asistencias/nueva", "technician chief quality"),
    ("POST", "/asistencias/nueva", "technician chief quality"),
    ("GET", "/asistencias/{evento}", SEE_QUALITY),
    ("POST", "/asistencias/{evento}", "technician chief quality"),
    ("GET", "/asistencias/{evento}/rh-fo-02", SEE_QUALITY),
    // Who may see what was signed hangs on the record; this one is a month of the register.
    ("GET", "/firmados/{registro}", SEE_QUALITY),
    ("POST", "/firmados/{registro}", "chief"),
    ("GET", "/firmados/{registro}/{id}", SEE_QUALITY),
    ("GET", "/solicitudes", SIGNED_IN),
    ("GET", "/unidad", SIGNED_IN),
    ("GET", "/todas", SEE_QUEUE),
    ("GET", "/bandeja", SEE_QUEUE),
    ("POST", "/bandeja/revision", "technician chief"),
    ("GET", "/solicitudes/nueva", SIGNED_IN),
    ("POST", "/solicitudes/nueva", SIGNED_IN),
    // Whose ticket it is, is asked of each.
    ("GET", "/solicitudes/{numero}", SIGNED_IN),
    ("POST", "/solicitudes/{numero}/mensaje", SIGNED_IN),
    ("GET", "/solicitudes/{numero}/archivos/{id}", SIGNED_IN),
    ("GET", "/solicitudes/{numero}/fo-01", SIGNED_IN),
    ("GET", "/solicitudes/{numero}/{paso}", SIGNED_IN),
    ("POST", "/solicitudes/{numero}/{paso}", SIGNED_IN),
    ("GET", "/correo", SEE_QUEUE),
    ("GET", "/solicitudes/{numero}/correo", SIGNED_IN),
    ("GET", "/solicitudes/{numero}/correo/caratula", SIGNED_IN),
    ("POST", "/solicitudes/{numero}/correo", SIGNED_IN),
    ("POST", "/solicitudes/{numero}/correo/{paso}", SIGNED_IN),
    ("GET", "/tablero", "chief direction quality"),
    ("GET", "/tablero/lista", "chief direction quality"),
    ("GET", "/informes", "chief direction quality"),
    ("GET", "/informes/{mes}", "chief direction quality"),
    ("POST", "/informes/{mes}", "chief"),
    ("POST", "/informes/{mes}/revision", "chief"),
    ("POST", "/informes/{mes}/recibir", "quality"),
    ("GET", "/informes/{mes}/fo-05", "chief direction quality"),
    ("GET", "/informes/{mes}/rp-fo-03", "chief direction quality"),
    ("GET", "/informes/tareas", SEE_QUEUE),
    ("GET", "/informes/tareas/nueva", "technician chief"),
    ("POST", "/informes/tareas/nueva", "technician chief"),
    ("GET", "/informes/tareas/{id}", "technician chief"),
    ("POST", "/informes/tareas/{id}", "technician chief"),
    ("GET", "/calendario", SIGNED_IN),
    ("GET", "/calendario/sedes", "chief"),
    ("POST", "/calendario/sedes", "chief"),
    ("GET", "/calendario/nuevo-dia", "chief"),
    ("POST", "/calendario/nuevo-dia", "chief"),
    ("GET", "/equipos", SEE_EQUIPMENT),
    ("GET", "/equipos/nuevo", "chief"),
    ("POST", "/equipos/nuevo", "chief"),
    ("GET", "/equipos/importar", "chief"),
    ("POST", "/equipos/importar", "chief"),
    // Whose it is, is asked of each piece.
    ("GET", "/equipos/{codigo}", SIGNED_IN),
    ("POST", "/equipos/{codigo}", "chief"),
    ("POST", "/equipos/{codigo}/baja", "chief"),
    ("GET", "/mantenimiento", SEE_EQUIPMENT),
    ("POST", "/mantenimiento", "chief"),
    ("GET", "/mantenimiento/{semestre}", SEE_EQUIPMENT),
    ("GET", "/mantenimiento/{semestre}/fo-02", SEE_EQUIPMENT),
    ("POST", "/mantenimiento/{semestre}/elaborar", "chief"),
    ("POST", "/mantenimiento/{semestre}/enviar", "chief"),
    ("POST", "/mantenimiento/{semestre}/decidir", "direction"),
    ("POST", "/mantenimiento/{semestre}/distribuir", "chief"),
    // Whose copy it is, is asked of each.
    ("POST", "/mantenimiento/{semestre}/acuse", SEE_EQUIPMENT),
    ("POST", "/mantenimiento/{semestre}/finalizar", "chief"),
    ("GET", "/mantenimiento/semana", "technician chief"),
    ("GET", "/mantenimiento/lista", "chief direction quality"),
    // Whose item it is, is asked of each: who answers for its piece may have no role.
    ("GET", "/mantenimiento/{semestre}/renglon/{numero}", SIGNED_IN),
    ("POST", "/mantenimiento/{semestre}/renglon/{numero}/conformidad", SIGNED_IN),
    ("GET", "/mantenimiento/{semestre}/renglon/{numero}/{paso}", SIGNED_IN),
    ("POST", "/mantenimiento/{semestre}/renglon/{numero}/{paso}", SIGNED_IN),
    ("GET", "/mantenimiento/reprogramaciones/{reprogramacion}", SIGNED_IN),
    ("GET", "/mantenimiento/reprogramaciones/{reprogramacion}/fo-03", SIGNED_IN),
    ("POST", "/mantenimiento/reprogramaciones/{reprogramacion}/enterado", SIGNED_IN),
    ("GET", "/mantenimiento/indicador/{semestre}", "chief direction quality"),
    ("POST", "/mantenimiento/indicador/{semestre}", "chief"),
    ("POST", "/mantenimiento/indicador/{semestre}/revision", "chief"),
    ("POST", "/mantenimiento/indicador/{semestre}/recibir", "quality"),
    ("GET", "/mantenimiento/indicador/{semestre}/rp-fo-03", "chief direction quality"),
    ("GET", "/mantenimiento/indicador/{semestre}/fo-02", "chief direction quality"),
    ("GET", "/mis-equipos", SIGNED_IN),
    ("GET", "/equipos/etiquetas", "technician chief"),
    ("GET", "/mantenimiento/{semestre}/{numero}", "chief"),
    ("POST", "/mantenimiento/{semestre}/{numero}", "chief"),
    ("GET", "/vencimientos", SIGNED_IN),
    ("GET", "/vencimientos/calendario", SIGNED_IN),
    ("POST", "/vencimientos/calendario", SIGNED_IN),
    ("POST", "/vencimientos/calendario/quitar", SIGNED_IN),
    // By a secret, whoever asks.
    ("GET", "/calendario/feed/{ficha}", EVERYBODY),
    ("GET", "/directrices", SEE_QUALITY),
    ("GET", "/directrices/nueva", "chief"),
    ("POST", "/directrices/nueva", "chief"),
    ("POST", "/directrices/{id}/enterado", "technician"),
    ("GET", "/ayuda", SIGNED_IN),
    ("GET", "/ayuda/manual", SIGNED_IN),
    ("GET", "/ayuda/manual/pdf", SIGNED_IN),
    ("GET", "/ayuda/manual/{capitulo}", SIGNED_IN),
    // The last one, since it ends the session.
    ("POST", "/salir", SIGNED_IN),
];

/// The path with something that is not there in each of its places.
fn sample(path: &str) -> String {
    path.replace("{nombre}", "nada.css")
        .replace("{login}", "nadie")
        .replace("{id}", "999999")
        .replace("{mes}", "2000-13")
        .replace("{numero}", "ST-2026-999999")
        .replace("{codigo}", "INV-999999")
        .replace("{semestre}", "2199-2")
        .replace("{paso}", "tomar")
        .replace("{archivo}", "2000-13.csv")
        .replace("{anio}", "2026")
        .replace("{corrida}", "999999")
        .replace("{evento}", "EV-2026-9999")
        .replace("{registro}", "FO-06-2026-01")
        .replace("{ficha}", "nada.ics")
        .replace("{reprogramacion}", "FO-03-2026-999999")
        .replace("{asiento}", "2026-999999")
        .replace("{formato}", "DIACO-IN-FO-05")
        .replace("{capitulo}", "nada")
}

fn came_in(answer: &Answer) -> bool {
    let sent_away = answer.status == 303 && answer.header("location").starts_with("/entrar?");
    // The first page needs no path to come back to.
    let sent_from_home = answer.status == 303 && answer.header("location") == "/entrar";
    assert!(answer.status < 500, "{answer:#?}");
    answer.status != 403 && !sent_away && !sent_from_home
}

#[test]
fn every_role_comes_to_its_routes_and_to_no_others() {
    let mut there: Vec<(&str, &str)> = listed().into_iter().map(|route| (route.method, route.path)).collect();
    let mut known: Vec<(&str, &str)> = TABLE.iter().map(|(method, path, _)| (*method, *path)).collect();
    there.sort_unstable();
    known.sort_unstable();
    assert_eq!(there, known, "each route has one line in the table of this test");

    let scene = Scene::new();
    let mut browsers: BTreeMap<&str, Browser> = BTreeMap::new();
    for role in EVERYBODY.split(' ') {
        let browser = match role {
            "guest" => Browser::new(scene.port),
            "staff" => scene.person("staff", ""),
            role => scene.person(&role.replace('_', "-"), role),
        };
        browsers.insert(role, browser);
    }
    let mut wrong = Vec::new();
    for (method, path, who) in TABLE {
        for (role, browser) in &mut browsers {
            let may = who.split(' ').any(|one| one == *role);
            let path = sample(path);
            let answer = if *method == "GET" {
                browser.get(&path)
            } else {
                // The key of the form is right, so that nothing else refuses.
                browser.get("/entrar");
                browser.get("/clave");
                browser.post(&path, &[])
            };
            // Leaving leads to where one enters.
            let left = path == "/salir" && answer.header("location") == "/entrar";
            if (came_in(&answer) || left) != may {
                wrong.push(format!("{role} {method} {path}: {}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_method_that_a_route_does_not_have_does_nothing_and_reading_writes_nothing() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    let audit = |admin: &mut Browser| admin.get("/auditoria").is(200).body;
    let before = audit(&mut admin);
    for (method, path, _) in TABLE {
        let path = sample(path);
        for other in ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"] {
            let answer = admin.ask(other, &path, &[("X-HTTP-Method-Override", "POST")], b"").is(405);
            assert!(!answer.header("allow").is_empty(), "{answer:#?}");
        }
        if *method == "GET" {
            let read = admin.ask("GET", &path, &[("X-HTTP-Method-Override", "DELETE")], b"");
            let head = admin.ask("HEAD", &path, &[("X-HTTP-Method-Override", "DELETE")], b"");
            assert_eq!((head.status, head.body.as_str()), (read.status, ""), "{path}");
        }
    }
    assert_eq!(audit(&mut admin), before, "nothing was written");
}
