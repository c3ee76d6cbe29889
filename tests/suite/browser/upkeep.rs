//! A semester of maintenance by clicking and typing: from the inventory to the indicator, the work itself on a telephone.

use crate::scene::Scene;

const PHONE: u32 = 320;

/// A programme of two pieces of one unit, in the hands of its head.
fn programme(scene: &mut Scene) {
    scene.sits_down("elena");
    scene.go("/equipos/importar");
    let lines = "código;tipo;marca;modelo;serie;unidad;responsable;ubicación\n\
         INV-1;impresora;Épson;L 5590;X1;Verificación y Vigilancia;ana;Segundo nivel\n\
         INV-2;computadora de escritorio;Dell;OptiPlex 3080;7XK2P01;Verificación y Vigilancia;;Tercer nivel\n";
    scene.window.fill("O pegue aquí", lines).click("Revisar").click("Confirmar e importar").shows("Se guardó todo.");
    scene.go("/equipos").click("Etiquetas").shows("código QR").shows("INV-2");
    scene.look("etiquetas");
    scene.go("/mantenimiento").choose("Elaborar el programa de", "Primer semestre de 2026").click("Elaborar");
    scene.window.shows("INV-2").click("Enviar a aprobación").shows("El programa se envió");
    scene.sits_down("gloria");
    scene.go("/mantenimiento/2026-1").click("Aprobar").shows("El programa quedó aprobado.");
    scene.sits_down("elena");
    scene.go("/mantenimiento/2026-1").click("Entregar las que faltan").shows("Las copias quedaron entregadas.");
}

/// The head of the unit says that a piece is away; it is moved to another week, and she knows of it.
fn moved(scene: &mut Scene) {
    scene.sits_down("ines");
    scene.go("/mantenimiento/2026-1").click("Abrir el mantenimiento de INV-2").shows("Informar la disponibilidad");
    scene.window.click("Informar la disponibilidad").shows("¿Estará disponible");
    scene.look("disponibilidad");
    scene.window.click("No estará disponible").click("Enviar").shows("Revise lo siguiente");
    scene.look("disponibilidad-errores");
    scene
        .window
        .fill("Por qué no", "El equipo estará en Cobán.")
        .choose("Semana que propone", "2026-W03 (12 al 16 de enero)");
    scene.window.click("Enviar").shows("Quedó registrado.").shows("El equipo estará en Cobán.");
    let letter = scene.mail.letters(1).remove(0);
    assert!(letter.contains("elena@diaco.example"), "{letter}");
    scene.sits_down("elena");
    scene.go("/mantenimiento/2026-1/renglon/2").click("Reprogramar (FO-03)").shows("Informó Inés Barrios");
    scene.look("reprogramar");
    scene
        .window
        .click("Registrar la reprogramación")
        .shows("La reprogramación quedó registrada.")
        .shows("FO-03-2026-001");
    scene.sits_down("ines");
    scene
        .go("/mantenimiento/2026-1/renglon/2")
        .click("Estoy enterado de FO-03-2026-001")
        .shows("Quedó registrado que está enterado.");
    scene.look("renglón-reprogramado");
}

/// The technician beside the machines, with a telephone.
fn executed(scene: &mut Scene) {
    scene.sits_down("carlos");
    scene.window.wide(PHONE);
    scene.go("/calidad").click_on("//main//a[@href='/mantenimiento/semana']").shows("INV-1").shows("Atrasado");
    scene.look("semana").wide(PHONE);
    scene.window.click("INV-1").click("Registrar el mantenimiento").shows("La conformidad la da Ana Lucía Pérez Xol");
    scene.look("ejecutar").wide(PHONE);
    scene.window.click("Registrar el mantenimiento").shows("Revise lo siguiente");
    scene.look("ejecutar-errores").wide(PHONE);
    let sizes = "return [...document.querySelectorAll('form.big .choice, form.big button')].map(e => e.getBoundingClientRect().height)";
    let sizes = scene.window.script(sizes);
    assert!(
        sizes.as_array().unwrap().iter().all(|height| height.as_f64().unwrap() >= 44.0),
        "too small for a finger: {sizes}"
    );
    for done in ["Limpieza interna", "Rodillos", "Nivel de tinta", "Conexión", "Página de prueba", "Operativo"] {
        scene.window.click_on(&format!("//label[starts-with(normalize-space(),'{done}')]"));
    }
    scene
        .window
        .click("Registrar el mantenimiento")
        .shows("El mantenimiento quedó registrado.")
        .shows("pendiente de Ana");
    // As the code on the machine leads there.
    scene.go("/equipos/INV-2").shows("Abrir el mantenimiento");
    scene.look("equipo-con-mantenimiento").wide(PHONE);
    scene
        .window
        .click("Abrir el mantenimiento")
        .click("No se pudo hacer")
        .fill("Por qué no se hizo", "Estaba cerrado.");
    scene.look("no-ejecutado").wide(PHONE);
    scene.window.click("Registrar").shows("Quedó registrado que no se ejecutó.");
    scene.window.click("Registrar el mantenimiento");
    scene.window.click_on("//label[@for='check-0']").click("Operativo, con observaciones");
    scene.window.fill("Observaciones", "Falta el disco de repuesto.").fill("Quién lo recibió conforme", "Marta Ixcoy");
    scene.window.click("Registrar el mantenimiento").shows("recibió Marta Ixcoy");
    scene.look("renglón-ejecutado");
    scene.sits_down("ana");
    scene.window.wide(PHONE);
    scene.go("/").click_on("//main//a[@href='/mis-equipos']").shows("Espera su conformidad");
    scene.look("mis-equipos").wide(PHONE);
    scene.window.click("INV-1").shows("Dar mi conformidad");
    scene.look("conformidad").wide(PHONE);
    scene.window.click("Dar mi conformidad").shows("Su conformidad quedó registrada.");
    scene.window.wide(1280);
}

#[test]
fn a_semester_is_kept_from_the_inventory_to_the_indicator_that_is_received() {
    let mut scene = Scene::new(true);
    programme(&mut scene);
    moved(&mut scene);
    executed(&mut scene);
    scene.sits_down("elena");
    scene.visit("/mantenimiento/2026-1", "programa-ejecutado").shows("Indicador del semestre");
    scene.window.click("Finalizar el programa").shows("El programa quedó finalizado.");
    scene.look("programa-finalizado").click("Indicador del semestre, DIACO-RP-FO-03").shows("2 / 2").shows("Cumple");
    scene.look("indicador");
    scene.visit("/informes/2026-01", "informe-con-mantenimiento").shows("Mantenimiento preventivo");
    scene.window.click_on("//dt[.='Ejecutados']/following-sibling::dd/a").shows("Son 2.");
    scene.look("mantenimiento-lista");
    // First passwords do not last until then.
    scene.sits_down("sofia");
    scene.clock.set("2026-02-03T09:00:00-06:00");
    scene.sits_down("elena");
    scene.go("/mantenimiento/indicador/2026-1").click("Entregar a Gestión de Calidad").shows("Revise lo siguiente");
    scene.window.fill("Análisis", "Todo el programa se cumplió.").click("Entregar a Gestión de Calidad");
    scene.window.shows("El indicador se entregó el día hábil 2");
    scene.look("indicador-entregado");
    scene.sits_down("sofia");
    scene.go("/mantenimiento/indicador/2026-1").click("Acusar recibo").shows("El acuse de recibo quedó registrado.");
    scene.window.shows("Sofía Tzoc").shows("FO-02 adjunto, en PDF");
    scene.is_good();
}
