//! The pages of those who keep the house: the administrator's, the calendar, and what says that something cannot be.

use crate::scene::Scene;

#[test]
fn the_chief_publishes_a_day_after_seeing_what_it_moves() {
    let mut scene = Scene::new(true);
    scene.sits_down("ana");
    scene
        .go("/solicitudes/nueva")
        .choose("Categoría", "Red")
        .fill("Asunto", "Sin red")
        .fill("Descripción", "Desde hoy.");
    scene.window.fill("Ubicación", "Tercer nivel").click("crear ticket").shows("vence el 08-01-2026");
    scene.visit("/calendario", "calendario-solicitante").shows("01-01-2026");
    assert!(!scene.window.words().contains("Agregar un día inhábil"));
    scene.visit("/calendario/nuevo-dia", "no-permitido");
    scene.visit("/no-hay", "no-hay");
    scene.visit("/ayuda", "ayuda").shows("Guía ME-VIC-DIACO-GT-03");
    scene.visit("/clave", "clave");
    scene.sits_down("elena");
    scene.look("inicio-jefa");
    scene.window.click("Calendario");
    scene.look("calendario-jefa");
    scene.window.click("Agregar un día inhábil").shows("Fundamento legal");
    scene.look("día");
    scene.window.click("Ver qué cambia").shows("Revise lo siguiente");
    scene.look("día-errores");
    scene.window.date("Fecha", "2026-01-07").fill("Nombre", "Permiso por la feria");
    scene
        .window
        .fill("Fundamento legal", "Acuerdo Gubernativo 1-2026")
        .fill("Por qué se publica", "Publicado en el diario");
    scene.window.click("Ver qué cambia").shows("ST-2026-000001").shows("08-01-2026").shows("09-01-2026");
    scene.look("día-cambios");
    scene.window.click("Publicar").shows("Se publicó la versión 2 del calendario.").shows("Permiso por la feria");
    scene.look("calendario-publicado");
    scene.go("/solicitudes/ST-2026-000001").shows("(vence el 09-01-2026)").shows("El calendario cambió");
    scene.window.click("Asignar").shows("Elija quién la atiende.");
    scene.look("asignar");
    scene.window.choose("Técnico", "Carlos Enrique Ajú").click("Asignar").shows("La asignó a Carlos Enrique Ajú");
    // A week later nobody is logged in any more, and whoever comes back goes on where they wanted to.
    scene.clock.set("2026-01-12T09:00:00-06:00");
    scene.go("/bandeja").shows("Contraseña");
    scene.logs_in("elena").shows("Bandeja");
    assert_eq!(scene.path(), "/bandeja");
    scene.look("bandeja-vencida").shows("Vencida desde el 09-01-2026");
    scene.is_good();
}

#[test]
fn the_administrator_keeps_people_and_units() {
    let mut scene = Scene::new(true);
    scene.sits_down("admin");
    scene.look("inicio-administrador");
    scene.window.click("Personas").shows("Ana Lucía Pérez Xol");
    scene.look("personas");
    scene.window.click("Nueva persona");
    scene.look("persona-nueva");
    scene.window.fill("Usuario", "berta").fill("Nombre completo", "Berta Coc").click("Agregar");
    scene.window.shows("Se muestra esta única vez");
    scene.look("persona-contraseña");
    scene.window.click("Ya la anoté").shows("Cargos por fechas");
    scene.look("persona");
    scene.window.choose("Dar un cargo", "Técnico").click("Dar el cargo").shows("Vigente");
    scene.look("persona-con-cargo");
    scene.window.fill("Usuario de su jefe", "nadie").click("Guardar").shows("Revise lo siguiente");
    scene.look("persona-errores");
    let file = scene.staff();
    scene.visit("/personas", "personas-otra-vez").click("Importar personal").shows("Archivo CSV");
    scene.look("importar");
    scene.window.fill("O pegue aquí", "usuario,nombre\nx,y").click("Revisar").shows("Revise lo siguiente");
    scene.look("importar-errores");
    scene.window.attach("Archivo CSV", &file).click("Revisar").shows("Esto haría el archivo").shows("Marta Ixcoy");
    scene.look("importar-plan");
    scene.window.click("Confirmar e importar").shows("Se guardó todo").shows("Contraseña provisional");
    scene.look("importado");
    scene.window.click("Ya las anoté").shows("Marta Ixcoy");
    scene.window.click("Unidades").shows("Verificación y Vigilancia");
    scene.look("unidades");
    scene.window.click("Nueva unidad");
    scene.look("unidad-nueva");
    scene.window.fill("Nombre", "Financiero").click("Guardar").shows("Financiero").click("Financiero");
    scene.look("unidad-cambiar");
    scene.window.click("Bitácora");
    scene.look("bitácora");
    scene.sits_down("gloria");
    scene.look("inicio-dirección");
    scene.is_good();
}
