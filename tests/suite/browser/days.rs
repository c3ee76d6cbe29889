//! The day of a ticket, from its creation to what follows its rating, by clicking and typing.

use crate::look::weighs_little;
use crate::scene::Scene;

const NUMBER: &str = "ST-2026-000001";
const SUBJECT: &str = "La computadora no enciende";

#[test]
fn a_ticket_goes_from_hand_to_hand_until_it_is_rated() {
    let mut scene = Scene::new(true);
    ana_asks(&mut scene);
    carlos_attends(&mut scene);
    the_heads_decide(&mut scene);
    carlos_finishes(&mut scene);
    ana_rates(&mut scene);
    elena_answers_and_ana_follows(&mut scene);
    scene.is_good();
}

fn ana_asks(scene: &mut Scene) {
    scene.go("/").shows("Entrar");
    assert_eq!(scene.path(), "/entrar");
    weighs_little(scene.look("entrar"));
    scene.window.fill("Usuario", "ana").fill("Contraseña", "no es esta").click("Entrar").shows("Revise lo siguiente");
    scene.look("entrar-error");
    scene.logs_in("ana").shows("Ana Lucía Pérez Xol").shows("Crear ticket");
    scene.look("inicio-solicitante");
    scene.window.click("Mis solicitudes").shows("No hay solicitudes que mostrar.");
    scene.look("solicitudes-ninguna");
    let files = scene.files();
    scene.window.click("Crear ticket").shows("ME-VIC-DIACO-GT-03");
    scene.look("crear");
    scene.window.click("crear ticket").shows("Escriba el asunto.").shows("Escriba la ubicación.");
    scene.look("crear-errores");
    let window = &scene.window;
    window.choose("Categoría", "Hardware").fill("Asunto", SUBJECT).fill("Ubicación", "Segundo nivel, ventanilla 3");
    window.fill("Descripción", "Desde ayer no enciende.\ncontraseña: Quetzal.2026").attach("Archivos", &files);
    window.click("crear ticket").shows("Parece que escribió una contraseña");
    scene.look("crear-contraseña");
    window.fill("Descripción", "Desde ayer no enciende.\nSe oye un pitido al presionar el botón.");
    window.fill("Teléfono", "1234").fill("Equipo", "INV-00451, computadora de escritorio").attach("Archivos", &files);
    window.click("crear ticket").shows(&format!("Su solicitud quedó registrada con el número {NUMBER}."));
    window.shows("Quedan 3 de 3 días hábiles (vence el 08-01-2026)").shows("pantalla.jpg").shows("cotización.pdf");
    assert!(!window.words().contains("07-01-2026"), "the explanation is folded in");
    window.click("¿Por qué esta fecha?").shows("07-01-2026");
    scene.look("solicitud-ingresada");
    scene
        .window
        .fill("Mensaje", "¿Puedo usar otra mientras tanto?")
        .click("Enviar mensaje")
        .shows("El mensaje se envió.");
    assert!(!scene.window.words().contains("Nota interna"), "who asks writes no internal notes");
    let letter = scene.mail.letter("Recibimos su solicitud");
    assert!(letter.contains(NUMBER) && letter.contains("08-01-2026"), "{letter}");
}

fn carlos_attends(scene: &mut Scene) {
    scene.clock.set("2026-01-05T11:00:00-06:00");
    scene.sits_down("carlos");
    scene.look("inicio-técnico");
    scene.window.click("Bandeja").shows("Sin asignar").shows(SUBJECT).shows("Verificación y Vigilancia");
    scene.look("bandeja");
    scene.window.click("Registrar la revisión de hoy").shows("La revisión de hoy quedó registrada.");
    scene.window.click(SUBJECT).click("Tomar la solicitud").shows("Quedó registrado.").shows("La tomó");
    scene.window.click("Escribir el análisis previo").shows("Con el análisis previo comienza la atención.");
    scene.look("paso-análisis");
    scene.window.fill("Análisis previo", "Falla la fuente de poder.").click("Escribir el análisis previo");
    scene.window.shows("Quedó registrado.").shows("Falla la fuente de poder.");
    scene
        .window
        .fill("Mensaje", "Ver si hay una fuente en bodega.")
        .click("Nota interna: no la ve quien hizo la solicitud");
    scene.window.click("Enviar mensaje").shows("Nota interna");
    scene.look("solicitud-en-atención");
    scene.window.click("Registrar una visita").shows("Como 22-11-2026 14:30.");
    scene.look("paso-visita");
    scene.window.fill("Fecha y hora", "05-01-2026 10:30").fill("Lugar", "Ventanilla 3").click("Registrar una visita");
    scene.window.shows("Visita en Ventanilla 3").click("Registrar una excepción").shows("Solo si depende");
    scene.look("paso-excepción");
    scene.window.click("Cancelar").click("Ampliar el plazo").click("Ampliar el plazo").shows("Revise lo siguiente");
    scene.look("paso-ampliación-errores");
    scene.window.click("b) reemplazo o reparación de piezas").fill("Justificación", "Hay que comprar la fuente.");
    scene.window.date("Nueva fecha límite", "2026-01-15").fill("Hallazgos", "La fuente no da voltaje.");
    scene.window.fill("Piezas", "Fuente de poder ATX de 500 W").click("Ampliar el plazo").shows("Quedó registrado.");
    scene.window.shows("Propuso ampliar el plazo hasta el 15-01-2026").shows("DT-2026-000001");
    scene.look("solicitud-ampliación-propuesta");
    scene.window.click("Registrar la entrega del dictamen al jefe del departamento").shows("Quedó registrado.");
}

fn the_heads_decide(scene: &mut Scene) {
    scene.sits_down("elena").click("Todas").shows(SUBJECT);
    scene.look("todas");
    scene.window.click(SUBJECT).shows("Rechazar la ampliación");
    scene.look("solicitud-jefa-decide");
    scene.window.click("Confirmar la ampliación").shows("Quedó registrado.").shows("vence el 15-01-2026");
    scene.mail.letter("La nueva fecha límite es el 15-01-2026");
    scene.sits_down("ines").click("Mi unidad").shows(SUBJECT);
    scene.look("unidad");
    scene.window.click(SUBJECT).click("Acusar de recibido el dictamen").shows("Quedó registrado.");
    assert!(!scene.window.words().contains("fuente en bodega"), "the note is internal");
}

fn carlos_finishes(scene: &mut Scene) {
    scene.sits_down("carlos");
    let window = scene.go(&format!("/solicitudes/{NUMBER}"));
    window.click("Emitir el dictamen").shows("No se puede cambiar después.");
    scene.look("paso-dictamen");
    scene.window.click("presencial").fill("Hallazgos", "La fuente de poder estaba dañada.");
    scene.window.fill("Acciones realizadas", "Se reemplazó la fuente.").click("Emitir el dictamen");
    scene.window.shows("Quedó registrado.").click("Finalizar la solicitud").shows("Quedó registrado.");
    scene.look("solicitud-finalizada");
}

fn ana_rates(scene: &mut Scene) {
    let letter = scene.mail.letter(&format!("ticket finalizado: {NUMBER}"));
    let link = letter.lines().find(|line| line.starts_with("http")).unwrap();
    scene.window.click("Salir").shows("Contraseña");
    scene.window.go(link);
    scene.logs_in("ana").shows("¿Cómo fue el servicio?");
    assert_eq!(scene.window.url(), link);
    scene.look("calificar");
    scene.window.click("servicio no conforme").click("enviar calificación").shows("Revise lo siguiente");
    scene.look("calificar-error");
    scene.window.fill("Comentario", "Ahora se apaga sola.").click("enviar calificación").shows("Quedó registrado.");
    scene.window.shows("Servicio no conforme");
    scene.mail.letter("Servicio no conforme: solicitud");
}

fn elena_answers_and_ana_follows(scene: &mut Scene) {
    scene.sits_down("elena");
    scene.go(&format!("/solicitudes/{NUMBER}")).click("Responder a la calificación").shows("Lo lee quien hizo");
    scene.look("responder");
    scene
        .window
        .fill("Respuesta", "La revisamos hoy mismo.")
        .click("Responder a la calificación")
        .shows("Quedó registrado.");
    scene.sits_down("ana");
    scene.go(&format!("/solicitudes/{NUMBER}")).shows("La revisamos hoy mismo.");
    scene.look("solicitud-calificada");
    scene.window.click("Crear una solicitud que le dé seguimiento").choose("Categoría", "Hardware");
    scene
        .window
        .fill("Asunto", "Se apaga sola")
        .fill("Descripción", "A los diez minutos.")
        .fill("Ubicación", "Ventanilla 3");
    scene.window.click("crear ticket").shows("ST-2026-000002").shows(&format!("Da seguimiento a {NUMBER}: {SUBJECT}."));
    scene.look("solicitud-seguimiento");
    scene.window.click("Anular la solicitud").shows("No se puede deshacer.");
    scene.look("anular");
    scene.window.click("Anular la solicitud").shows("Revise lo siguiente");
    scene.window.fill("Motivo", "Era el regulador.").click("Anular la solicitud").shows("Quedó registrado.");
    scene.window.shows("Era el regulador.");
    scene.look("solicitud-anulada");
    scene.window.click("Mis solicitudes").shows(SUBJECT).shows("Se apaga sola");
    scene.look("solicitudes");
    scene.window.fill("Buscar", "regulador").click("Buscar");
    scene.look("solicitudes-búsqueda");
}
