//! What is due, the directives for backups and the address of one's calendar, as people see them.

use crate::scene::Scene;

#[test]
fn what_is_due_is_seen_and_a_directive_is_issued_and_read() {
    let mut scene = Scene::new(true);
    scene.sits_down("ana");
    scene.visit("/vencimientos", "vencimientos-nada").shows("No tiene nada pendiente.");
    scene
        .go("/solicitudes/nueva")
        .choose("Categoría", "Red")
        .fill("Asunto", "Sin red en todo el segundo nivel")
        .fill("Descripción", "Desde hoy.");
    scene.window.fill("Ubicación", "Segundo nivel").click("crear ticket").shows("vence el 08-01-2026");
    scene.sits_down("elena");
    scene.look("inicio-vencimientos").shows("Vencimientos");
    scene.window.click("Vencimientos").shows("Vencido").shows("Sin red en todo el segundo nivel");
    scene.look("vencimientos").shows("informe de diciembre de 2025").shows("10.º día hábil de enero de 2026");
    scene.visit("/directrices", "directrices-ninguna").shows("Sin directriz vigente");
    scene.window.click("Emitir una directriz").shows("Rige a partir de");
    scene.look("directriz");
    scene.window.click("Emitir").shows("Revise lo siguiente");
    scene.look("directriz-errores");
    let text = "Conectar el disco de la semana antes de las 16:00.\nRevisar que el asiento diga «conforme».";
    scene.window.fill("Qué deben hacer los técnicos", text).click("Emitir").shows("Se emitió la directriz 1");
    scene.sits_down("carlos");
    scene.window.click("Vencimientos").shows("Leer la directriz de respaldo 1").shows("que nadie ha tomado");
    scene.look("vencimientos-tecnico");
    scene.window.click_on("//main//a[@href='/directrices']").shows("Carlos Enrique Ajú");
    scene.look("directrices");
    scene.window.click("Leí la directriz 1 y la aplicaré").shows("Quedó registrado");
    scene.window.click("Carlos Enrique Ajú").click("Ver sus vencimientos en su calendario").shows("ninguna dirección");
    scene.window.click("Hacer una dirección").shows("Se muestra esta única vez");
    scene.look("calendario-direccion");
    scene.go("/vencimientos/calendario").click("Quitar la dirección").shows("La dirección ya no vale.");
    // A month later what was due is overdue.
    scene.clock.set("2026-02-05T09:00:00-06:00");
    scene.go("/vencimientos").shows("Contraseña");
    scene.logs_in("elena").shows("Vencimientos");
    scene.look("vencimientos-vencidos").shows("Vencido hace");
    scene.is_good();
}
