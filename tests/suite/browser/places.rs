//! Pages of the head of the desk that show where units are, and the records behind the figures of the board.

use crate::scene::Scene;

#[test]
fn the_chief_says_where_a_unit_is_and_opens_what_a_figure_counts() {
    let mut scene = Scene::new(true);
    scene.sits_down("ana");
    scene
        .go("/solicitudes/nueva")
        .choose("Categoría", "Red")
        .fill("Asunto", "Sin red")
        .fill("Descripción", "Desde hoy.");
    scene.window.fill("Ubicación", "Sede de Antigua").click("crear ticket").shows("vence el 08-01-2026");
    scene.sits_down("elena");
    scene.window.click("Calendario").click("Sedes de las unidades").shows("Tecnología de la Información");
    scene.look("sedes");
    scene.window.click("Ver qué cambia").shows("Revise lo siguiente");
    scene.look("sedes-errores");
    scene.window.choose("Unidad", "Verificación y Vigilancia").fill("Lugar", "Antigua Guatemala");
    scene.window.fill("Por qué se publica", "La sede está en Antigua.").click("Ver qué cambia");
    scene
        .window
        .shows("No cambia la fecha límite de ninguna solicitud abierta")
        .click("Publicar")
        .shows("Se publicó la versión 2");
    scene.window.click("Agregar un día inhábil").choose("Tipo", "asueto local").choose("Lugar", "Antigua Guatemala");
    scene
        .window
        .date("Fecha", "2026-01-07")
        .fill("Nombre", "Fiesta patronal")
        .fill("Fundamento legal", "Acuerdo municipal");
    scene
        .window
        .fill("Por qué se publica", "Feria")
        .click("Ver qué cambia")
        .shows("ST-2026-000001")
        .shows("09-01-2026");
    scene.look("asueto-local");
    scene.window.click("Publicar").shows("solo en Antigua Guatemala").shows("Unidades fuera de la capital");
    scene.look("calendario-sedes");
    scene.go("/solicitudes/ST-2026-000001").click("¿Por qué esta fecha?").shows("Fiesta patronal (Acuerdo municipal)");
    scene.window.click("Tablero").shows("Por categoría");
    scene.look("tablero");
    scene.window.click_on("//tr[th[normalize-space()='Red']]//a").shows("Recibidas: enero de 2026").shows("Sin red");
    scene.look("tablero-lista");
    scene.window.shows("Red. Es 1.").click("« Tablero").shows("Por categoría");
    scene.visit("/correo", "correo-ninguno").shows("Ningún trámite espera");
    scene.visit("/bandeja", "bandeja-cuentas");
    scene.is_good();
}

#[test]
fn the_chief_writes_the_report_of_a_month_and_delivers_it() {
    let mut scene = Scene::new(true);
    scene.sits_down("ana");
    scene
        .go("/solicitudes/nueva")
        .choose("Categoría", "Red")
        .fill("Asunto", "Sin red")
        .fill("Descripción", "Desde hoy.");
    scene.window.fill("Ubicación", "Oficina 2").click("crear ticket").shows("vence el 08-01-2026");
    scene.sits_down("elena");
    scene.window.click("Calidad").click_on("//main//a[@href='/informes']").shows("Enero de 2026").shows("15-01-2026");
    scene.look("informes");
    scene.window.click("Tareas adicionales").click("Agregar una tarea").click("Guardar").shows("Revise lo siguiente");
    scene.look("tarea-errores");
    scene.window.fill("Qué se hizo", "Inventario de licencias").fill("Horas", "1.5").fill("Evidencia", "Acta 7");
    scene.window.click("Guardar").shows("La tarea se agregó").shows("Suman 1.50 horas");
    scene.look("tareas");
    scene.visit("/informes/tareas/1", "tarea").shows("Ya no cuenta");
    scene.visit("/informes/2026-01", "informe-en-curso").shows("Inventario de licencias").shows("sin datos");
    scene.window.click_on("//tr[th[normalize-space()='Red']]//a").shows("Sin red");
    scene.go("/informes/2025-12").shows("Redactar el informe").click("Entregar a Gestión de Calidad");
    scene.window.shows("Revise lo siguiente");
    scene.window.fill("Análisis", "Todavía no había solicitudes.").click("Entregar a Gestión de Calidad");
    scene.window.shows("El informe se entregó el día hábil 2");
    scene.look("informe-entregado");
    scene.window.fill("Qué corrige", "Una prueba").click("Empezar una revisión").shows("Empezó la revisión 2");
    scene.look("informe-revision");
    scene.is_good();
}
