//! How the backups stand, as a technician sees it in the morning.

use crate::scene::Scene;

#[test]
fn a_backup_is_begun_and_followed_on_the_page_and_looked_at_when_it_is_over() {
    let mut scene = Scene::new(true);
    scene.backs_up();
    scene.backs_up();
    scene.sits_down("carlos");
    scene.window.click("Respaldos").shows("Semana por semana").shows("hace menos de un día");
    scene.look("respaldos");
    scene.slows_down();
    scene.window.click("Respaldar ahora").shows("está en cola").shows("Cancelar esta corrida");
    scene.look("corrida-en-curso");
    scene.window.click("« Respaldos").shows("En curso: s/nota").shows("recibiendo el volcado");
    // The page goes on by itself.
    scene.window.shows("terminó. Vuelva a abrir la página");
    scene.look("respaldos-en-vivo");
    scene.window.click("Ver la corrida").shows("Comparado con los anteriores").shows("Duración, en");
    scene.window.click("Bitácora de la corrida").shows("the run begins");
    scene.look("corrida");
    scene.window.click("Releer sus copias").shows("Lo que se pidió aquí");
    scene.look("respaldos-pedidos");
    scene.is_good();
}
