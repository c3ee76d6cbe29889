//! The records of the quality system, as those who keep them see them.

use crate::scene::Scene;

#[test]
fn the_register_and_the_master_list_are_seen_and_a_version_is_published() {
    let mut scene = Scene::new(true);
    scene.backs_up();
    scene.sits_down("carlos");
    scene.window.click("Calidad").shows("listado maestro");
    scene.look("calidad");
    scene
        .window
        .click_on("//main//a[@href='/registro']")
        .shows("Enero de 2026")
        .shows("extraordinario")
        .shows("2026-1");
    scene.look("registro");
    scene.window.click("« Diciembre de 2025").shows("No se asentó nada en Diciembre de 2025");
    scene.look("registro-vacio");
    scene.window.click("Calidad").click_on("//main//a[@href='/formatos']").shows("DIACO-IN-FO-06").shows("sin versión");
    scene.sits_down("sofia");
    scene
        .window
        .click("Calidad")
        .click_on("//main//a[@href='/formatos']")
        .click("DIACO-IN-FO-05")
        .shows("Nueva versión de DIACO-IN-FO-05");
    scene.look("formato-version");
    scene.window.fill("Rige a partir de", "04-01-2026").click("Publicar").shows("Revise lo siguiente");
    scene.look("formato-errores");
    scene.window.fill("Rige a partir de", "06-01-2026").fill("Por qué hay otra versión", "Se agregó el anexo.");
    scene.window.click("Publicar").shows("Se publicó la versión 04 de DIACO-IN-FO-05").shows("Se agregó el anexo.");
    scene.look("formatos");
    scene.is_good();
}

#[test]
fn who_was_at_a_training_is_listed_signed_and_a_change_of_a_form_is_proposed() {
    let mut scene = Scene::new(true);
    scene.sits_down("carlos");
    let pdf = scene.files().remove(1);
    scene.window.click("Calidad").click_on("//main//a[@href='/asistencias']").shows("Ningún evento en el año");
    scene.window.click("Agregar un evento").click("Guardar").shows("Revise lo siguiente");
    scene.look("evento-errores");
    scene.window.fill("Tema", "Seguridad de la información").choose("Tipo", "Capacitación");
    scene.window.fill("Hora de inicio", "09:00").fill("Hora de fin", "11:30").fill("Lugar", "Salón de usos múltiples");
    scene.window.fill("Asistentes", "ana\nÍñigo Paz; Asesor; Jurídico").click("Guardar");
    scene.window.shows("El evento quedó registrado").shows("Ana Lucía Pérez Xol").shows("Corregir");
    scene.look("evento");
    scene.window.click("todavía no se adjunta").attach("Archivo PDF", &[pdf]).click("Adjuntar");
    scene.window.shows("quedó adjunto, con su huella").shows("cotización.pdf");
    scene.look("firmados");
    scene.window.click("« EV-2026-0001").shows("adjunto (1)").click("« Listados de asistencia");
    scene.look("asistencias");
    scene.sits_down("elena");
    scene.go("/formatos").click("Proponer un cambio de DIACO-IN-FO-05");
    scene.window.fill("Qué debe cambiar y por qué", "Falta una columna para los días hábiles.");
    scene.look("formato-propuesta");
    scene.window.click("Proponer").shows("decide Gestión de Calidad");
    // Two reports make a course.
    for month in ["2025-11", "2025-12"] {
        scene
            .go(&format!("/informes/{month}"))
            .fill("Análisis", "Mes tranquilo.")
            .click("Entregar a Gestión de Calidad");
        scene.window.shows("El informe se entregó");
    }
    scene.window.shows("Tendencia");
    scene.look("informe-tendencia");
    scene.sits_down("sofia");
    scene.go("/formatos").shows("Falta una columna").fill("O por qué no se acepta", "Ya está en la sección 1.");
    scene.look("formatos-propuestas");
    scene
        .window
        .click("No aceptar la propuesta de Elena Méndez para DIACO-IN-FO-05")
        .shows("por qué")
        .shows("Ya está en la sección 1.");
    scene.is_good();
}
