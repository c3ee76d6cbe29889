//! What an auditor is given and shows: the pack of a period, the lists beside it, and whether a paper is still true.

use system_tests::command::until;

use crate::scene::Scene;

/// A ticket of Ana's; its number.
fn ticket(scene: &mut Scene) -> &'static str {
    scene.sits_down("ana");
    scene
        .go("/solicitudes/nueva")
        .choose("Categoría", "Red")
        .fill("Asunto", "Sin red")
        .fill("Descripción", "Desde hoy.");
    scene.window.fill("Ubicación", "Oficina 2").click("crear ticket").shows("ST-2026-000001");
    "ST-2026-000001"
}

#[test]
fn a_pack_is_asked_for_waited_for_and_fetched_and_its_lists_are_beside_it() {
    let mut scene = Scene::new(true);
    scene.backs_up();
    ticket(&mut scene);
    scene.sits_down("elena");
    scene.go("/informes/2025-12").fill("Análisis", "Mes tranquilo.").click("Entregar a Gestión de Calidad");
    scene.window.shows("El informe se entregó");
    scene.sits_down("sofia");
    scene.window.click("Calidad").click_on("//main//a[@href='/calidad/paquete']").shows("Preparar un paquete");
    scene.look("paquete");
    scene.window.choose("Mes o semestre", "Enero de 2026").click("Preparar").shows("El paquete se está preparando.");
    // It may be there already; where it is not, this is how one waits.
    if scene.window.has("//a[normalize-space()='Ver si ya está']") {
        scene.look("paquete-preparando");
    }
    until("the pack is there", || scene.go("/calidad/paquete").has("//a[@href='/calidad/paquete/zip']"));
    scene.window.shows("Listo: ").shows("No se pudo incluir").shows("no se ha entregado");
    scene.look("paquete-listo");
    scene.window.click("Descargar el paquete").shows("Preparar un paquete");
    for (path, name) in [
        ("/registro", "registro-calidad"),
        ("/informes", "informes-calidad"),
        ("/informes/2025-12", "informe-calidad"),
        ("/informes/tareas", "tareas-calidad"),
        ("/equipos", "equipos-calidad"),
        ("/mantenimiento", "mantenimiento-calidad"),
        ("/asistencias", "asistencias-calidad"),
        ("/directrices", "directrices-calidad"),
        ("/vencimientos", "vencimientos-calidad"),
        ("/auditoria", "auditoria-calidad"),
    ] {
        scene.visit(path, name);
    }
    for (path, list) in [
        ("/registro", "/listas/registro/2026-01"),
        ("/informes/2025-12", "/listas/indicadores/2025"),
        ("/informes/2025-12", "/listas/solicitudes/2025-12"),
        ("/informes/tareas", "/listas/tareas/2026-01"),
        ("/equipos", "/listas/equipos/equipos"),
    ] {
        scene.go(path);
        for kind in ["csv", "xlsx"] {
            assert!(scene.window.has(&format!("//main//a[@href='{list}.{kind}']")), "{path} leads to no {list}.{kind}");
        }
    }
    scene.is_good();
}

#[test]
fn a_paper_is_compared_with_what_the_system_says_today() {
    let mut scene = Scene::new(true);
    let number = ticket(&mut scene);
    let other = "0".repeat(64);
    let check = |digest: &str| format!("/comprobar/{number}?form=DIACO-IN-FO-01&sha256={digest}");
    scene.visit(&check(&other), "comprobar-distinta").shows("La huella no coincide").shows(&other);
    let now = "return [...document.querySelectorAll('dl.facts div')].find(e => e.innerText.startsWith('Huella de hoy'))\
         .querySelector('dd').innerText";
    let now = scene.window.script(now).as_str().unwrap().trim().to_owned();
    scene.visit(&check(&now), "comprobar-igual").shows("La huella coincide");
    scene.window.click(number).shows("Sin red");
    // Who attends sees another sheet than who asked only if it changed.
    scene.sits_down("carlos");
    scene.go(&check(&now)).shows("La huella coincide");
    scene.go(&format!("/solicitudes/{number}")).click("Tomar la solicitud").shows("Quedó registrado.");
    scene.visit(&check(&now), "comprobar-cambió").shows("La huella no coincide").shows("cambió después de imprimir");
    scene.visit("/comprobar/ST-2026-999999?form=DIACO-IN-FO-01&sha256=0", "comprobar-nada");
    scene.is_good();
}
