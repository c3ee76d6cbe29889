//! How the backups stand, on pages: what needs a hand, every week of a dataset, the disks, and one run.

use serde_json::json;
use system_tests::daemon::run_is;

use super::cast::Cast;
use super::world_with_pages;

#[test]
fn what_needs_a_hand_comes_first_and_goes_once_it_was_done() {
    let (mut world, port) = world_with_pages();
    world.config["plans"] =
        json!([{ "name": "semanal", "when": "0 3 * * MON", "datasets": ["s/nota"], "disks": ["disco-a"] }]);
    let cast = Cast::of(world, port, "");
    let mut carlos = cast.of_login("carlos");
    // No disk is there, and the dataset was never kept.
    cast.scene.world.disks[0].umount();
    let page = carlos.get("/respaldos").is(200).says("Necesita atención").says("Conecte disco-a").says("ninguno");
    let attention = page.body.find("Necesita atención").unwrap();
    assert!(attention < page.body.find("Plan semanal").unwrap(), "it comes first");
    cast.scene.world.disks[0].mount();
    carlos.get("/respaldos").is(200).says("Todo está bien").never_says("Necesita atención");
    cast.scene.world.run(&["backup", "semanal"]).exits(0);
    run_is(&cast.scene.world, 1, "kept");
    let page = carlos.get("/respaldos").is(200).never_says("Necesita atención");
    let page = page.says("guardado").says("disco-a").says("hace menos de un día").says("conectado");
    let path = page.body.split('"').find(|part| part.starts_with("/respaldos/corridas/")).unwrap().to_owned();
    let run = carlos.get(&path).is(200).says("s/nota").says("guardado").says("Comparado con los anteriores");
    run.says(".txt.zst").says("(éste)");
    // Whoever only asks for support sees none of it.
    cast.of_login("ana").get("/respaldos").is(403);
    cast.of_login("ana").get(&path).is(403);
    cast.of_login("gloria").get("/").is(200).says("href=\"/respaldos\"");
}
