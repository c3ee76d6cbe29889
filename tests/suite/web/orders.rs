//! What people ask for on the pages of backups: to begin one and see it go, to end it, to have copies read, drilled and restored; who may,
//! and that the audit log has it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use system_tests::browser::Browser;
use system_tests::command::until;
use system_tests::daemon::{run_is, runs};

use super::Scene;
use super::world_with_pages;

/// A service with a dataset that takes a moment, and a folder for what is restored.
fn scene() -> Scene {
    let (mut world, port) = world_with_pages();
    world.dataset(
        &json!({ "name": "lento", "kind": "command", "command": "echo uno; sleep 3; echo dos", "suffix": "txt" }),
    );
    fs::create_dir_all(world.path("sitio")).unwrap();
    fs::write(world.path("sitio/index.html"), "hola").unwrap();
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": world.path("sitio") }));
    world.config["paths"]["restored"] = json!(world.path("restaurado"));
    Scene::of(world, port)
}

/// The path of the page that they were sent to.
fn ask(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    browser.get("/respaldos").is(200);
    browser.post(path, fields).is(303).header("location").to_owned()
}

/// The page once nothing that was asked for is under way any more.
fn settled(browser: &mut Browser) -> String {
    let mut body = String::new();
    until("it is done", || {
        body = browser.get("/respaldos").is(200).body;
        let asked = body.split("id=\"pedidos\"").nth(1).and_then(|rest| rest.split("</section>").next());
        asked.is_some_and(|asked| !asked.contains(">en curso<"))
    });
    body
}

#[test]
fn a_run_is_begun_followed_live_and_ended_on_a_page() {
    let scene = scene();
    let mut carlos = scene.person("carlos", "technician");
    let idle = carlos.get("/respaldos/en-vivo").is(200);
    assert_eq!(idle.header("content-type"), "text/event-stream; charset=utf-8");
    idle.says("event: nada").never_says("event: estado");
    let page = carlos
        .get("/respaldos")
        .is(200)
        .says("data-live=\"que\"")
        .says("id=\"en-vivo\" class=\"card\" aria-labelledby=\"en-curso\" hidden");
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("script-src 'self'; connect-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let other = carlos.get("/").is(200);
    assert!(!other.header("content-security-policy").contains("script-src"), "nowhere else");

    let run = ask(&mut carlos, "/respaldos/iniciar", &[("nombre", "s/lento")]);
    assert_eq!(run, "/respaldos/corridas/1");
    // The same twice is one.
    carlos.post("/respaldos/iniciar", &[("nombre", "s/lento")]).is(409).says("otra cosa está en curso");
    until("it is under way", || {
        carlos.get("/respaldos").is(200).body.contains("En curso</span>: <span data-live=\"que\">s/lento</span>")
    });
    let live = carlos
        .get("/respaldos/en-vivo")
        .is(200)
        .says("event: estado")
        .says("\"que\":\"s/lento\"")
        .says("\"corrida\":1");
    live.says("event: fin\ndata: 1\n");
    run_is(&scene.world, 1, "kept");
    carlos.get(&run).is(200).says("Bitácora de la corrida").says("the run begins").says("Respaldar otra vez");

    let run = ask(&mut carlos, "/respaldos/iniciar", &[("nombre", "s/lento")]);
    carlos.get(&run).is(200).says("Cancelar esta corrida");
    carlos.post(&format!("{run}/cancelar"), &[("seguro", "1")]).is(303);
    run_is(&scene.world, 2, "cancelled");
    carlos.get(&run).is(200).says("cancelado").says("Repetir la corrida");
    carlos.post(&format!("{run}/cancelar"), &[("seguro", "1")]).is(409);
    carlos.post("/respaldos/iniciar", &[("nombre", "s/nada")]).is(409).says("ya no existe");
    carlos.post("/respaldos/iniciar", &[]).is(400);
    assert_eq!(runs(&scene.world).len(), 2);

    let mut admin = scene.admin();
    let log = admin.get("/auditoria").is(200).says("Pidió un respaldo").says("Canceló la corrida").says("s/lento");
    assert_eq!(
        log.body.matches("Pidió un respaldo").count(),
        2 + 1,
        "of each that was done, and as a choice to search for"
    );
    let mut direction = scene.person("gloria", "direction");
    direction.get("/respaldos").is(200).never_says("Respaldar ahora");
    direction.get(&run).is(200).never_says("Bitácora de la corrida").never_says("Repetir la corrida");
}

#[test]
fn a_backup_is_read_again_drilled_and_restored_on_a_page() {
    let scene = scene();
    scene.world.run(&["backup", "s/nota"]).exits(0);
    run_is(&scene.world, 1, "kept");
    let archive = scene.world.archives()[0]["archive"].as_str().unwrap().to_owned();
    let mut elena = scene.person("elena", "chief");
    let mut carlos = scene.person("carlos", "technician");
    carlos.get("/respaldos/corridas/1").is(200).says("Releer sus copias").never_says("Restaurar este respaldo");
    carlos.post("/respaldos/restaurar", &[("archivo", &archive)]).is(403);
    elena.get("/respaldos/corridas/1").is(200).says("Restaurar este respaldo");

    assert_eq!(ask(&mut carlos, "/respaldos/releer", &[("archivo", &archive)]), "/respaldos");
    let body = settled(&mut carlos);
    assert!(body.contains("Buenas en: disco-a."), "{body}");
    // A command's output nobody can load but whoever wrote the command; a tree of files can be restored.
    ask(&mut carlos, "/respaldos/probar", &[("conjunto", "s/nota")]);
    assert!(settled(&mut carlos).contains("No se pudo probar."));
    scene.world.run(&["backup", "s/sitio"]).exits(0);
    ask(&mut carlos, "/respaldos/probar", &[("conjunto", "s/sitio")]);
    assert!(settled(&mut carlos).contains("Se restauró y se revisó."));
    let drills = scene.world.run(&["drills", "--json"]).exits(0).json();
    let listed = drills["drills"].as_array().unwrap();
    let newest = listed.iter().find(|drill| drill["dataset"] == "s/sitio").unwrap();
    assert_eq!((&newest["asked_by"], &newest["outcome"]), (&json!("carlos"), &json!("passed")), "{drills:#}");

    ask(&mut elena, "/respaldos/restaurar", &[("archivo", &archive)]);
    let body = settled(&mut elena);
    let folder = scene.world.path("restaurado").join(archive.replace('/', "-"));
    assert!(body.contains(&format!("Está en {}", folder.display())), "{body}");
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.iter().map(|file| fs::read_to_string(file).unwrap()).collect::<Vec<_>>(), ["dato\n"]);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    // Once more, nothing is overwritten, and it is said.
    ask(&mut elena, "/respaldos/restaurar", &[("archivo", &archive)]);
    assert!(settled(&mut elena).contains("No se pudo hacer."));

    // What is damaged is said, and where.
    let file = scene.world.only(0, "s/nota").file("txt.zst");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&file, bytes).unwrap();
    ask(&mut carlos, "/respaldos/releer", &[("archivo", &archive)]);
    let body = settled(&mut carlos);
    assert!(body.contains("DAÑADAS en: disco-a."), "{body}");
    assert!(body.contains("está dañada. Ejecute resguardo disk repair disco-a."), "it needs a hand");
    // Names that are none lead nowhere.
    for name in ["s/nota/../../../etc/passwd", "../x", "s/nota/2020-01-01T000000-0600"] {
        elena.post("/respaldos/restaurar", &[("archivo", name)]).is(409);
        elena.post("/respaldos/releer", &[("archivo", name)]).is(409);
    }
    carlos.post("/respaldos/probar", &[("conjunto", "todo")]).is(409);
    let log = scene.admin().get("/auditoria").is(200).says("Pidió restaurar en una carpeta").says(&archive);
    assert_eq!(log.body.matches("Pidió releer las copias").count(), 2 + 1);
}
