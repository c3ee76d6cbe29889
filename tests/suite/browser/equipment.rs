//! The pages of the inventory of equipment and of its maintenance, by clicking and typing.

use crate::scene::Scene;

#[test]
fn the_chief_keeps_the_inventory_and_the_head_of_a_unit_sees_what_is_theirs() {
    let mut scene = Scene::new(true);
    scene.sits_down("elena");
    scene
        .window
        .click("Calidad")
        .click_on("//main//a[@href='/equipos']")
        .shows("Ningún equipo coincide con esta búsqueda.");
    scene.look("equipos-ninguno");
    scene.window.click("Nuevo equipo").shows("Código de inventario");
    scene.look("equipo-nuevo");
    scene.window.click("Agregar").shows("Revise lo siguiente");
    scene.look("equipo-nuevo-errores");
    scene.window.fill("Código de inventario", "inv-00451").choose("Tipo", "Impresora").fill("Marca", "Épson");
    scene.window.choose("Unidad", "Verificación y Vigilancia").fill("Usuario del responsable", "ana").click("Agregar");
    scene.window.shows("El equipo se agregó.").shows("INV-00451").shows("Ana Lucía Pérez Xol");
    scene.look("equipo");
    scene.window.fill("Marca", "Canon").click("Guardar").shows("El equipo se guardó.").shows("Canon");
    scene.go("/equipos").click("Importar equipos").shows("Archivo CSV");
    scene.look("equipos-importar");
    let lines = "código;tipo;marca;modelo;serie;unidad;responsable;ubicación\n\
         INV-00452;computadora de escritorio;Dell;OptiPlex 3080;7XK2P01;Dirección;;Tercer nivel\n";
    scene.window.fill("O pegue aquí", &format!("{lines}mal código;tractor;;;;;;\n")).click("Revisar");
    scene.window.shows("Revise lo siguiente").shows("mal código");
    scene.look("equipos-importar-errores");
    scene.window.fill("O pegue aquí", lines).click("Revisar").shows("Esto haría el archivo");
    scene.look("equipos-importar-plan");
    scene.window.click("Confirmar e importar").shows("Se guardó todo. Nuevos: 1.").shows("INV-00452");
    scene.look("equipos");
    scene.window.click("INV-00452").click("Dar de baja").shows("Revise lo siguiente");
    scene.look("equipo-baja-errores");
    scene.window.fill("Documento que lo respalda", "Acta 3-2026").fill("Motivo", "No enciende").click("Dar de baja");
    scene.window.shows("El equipo quedó de baja.").shows("Acta 3-2026");
    scene.look("equipo-de-baja");
    scene.sits_down("ines");
    scene.window.click("Calidad").click_on("//main//a[@href='/equipos']").shows("INV-00451");
    scene.look("equipos-jefa-de-unidad").click("INV-00451").shows("Canon");
    assert!(!scene.window.words().contains("Guardar"));
    scene.look("equipo-jefa-de-unidad");
    scene.is_good();
}

#[test]
fn a_programme_is_drawn_up_approved_by_the_direction_and_received_by_the_head_of_a_unit() {
    let mut scene = Scene::new(true);
    scene.sits_down("elena");
    scene.go("/equipos/importar");
    let lines = "código;tipo;marca;modelo;serie;unidad;responsable;ubicación\n\
         INV-1;impresora;Épson;L 5590;X1;Verificación y Vigilancia;ana;Segundo nivel\n\
         INV-2;computadora de escritorio;Dell;OptiPlex 3080;7XK2P01;Dirección;;Tercer nivel\n";
    scene.window.fill("O pegue aquí", lines).click("Revisar").click("Confirmar e importar").shows("Se guardó todo.");
    scene
        .window
        .click("Calidad")
        .click_on("//main//a[@href='/mantenimiento']")
        .shows("Todavía no hay ningún programa.");
    scene.look("mantenimiento-ninguno");
    scene.window.choose("Elaborar el programa de", "Primer semestre de 2026").click("Elaborar").shows("INV-2");
    scene.look("programa-borrador");
    scene.window.click("Cambiar el equipo INV-1").shows("Renglón");
    scene.look("programa-renglón");
    scene.window.fill("Actividad", " ").click("Guardar").shows("Revise lo siguiente");
    scene.look("programa-renglón-errores");
    scene.window.fill("Actividad", "Limpieza de rodillos").click("Guardar").shows("El renglón se guardó.");
    scene.window.click("Enviar a aprobación").shows("El programa se envió");
    scene.sits_down("gloria");
    scene
        .window
        .click("Calidad")
        .click_on("//main//a[@href='/mantenimiento']")
        .click("Primer semestre de 2026")
        .shows("Decidir");
    scene.look("programa-decidir");
    scene.window.click("Devolver").shows("Revise lo siguiente");
    scene.look("programa-decidir-errores");
    scene.window.click("Aprobar").shows("El programa quedó aprobado.");
    scene.sits_down("elena");
    scene.go("/mantenimiento").click("Primer semestre de 2026").shows("no tiene jefe nombrado");
    scene.look("programa-aprobado");
    scene.window.click("Entregar las que faltan").shows("Las copias quedaron entregadas.");
    scene.sits_down("ines");
    scene.window.click("Calidad").click_on("//main//a[@href='/mantenimiento']").shows("Distribuido");
    scene.look("mantenimiento");
    scene.window.click("Primer semestre de 2026").shows("Recibí la copia");
    scene.look("programa-jefa-de-unidad");
    scene.window.click("Recibí la copia").shows("Quedó registrado que recibió la copia.");
    scene.is_good();
}
