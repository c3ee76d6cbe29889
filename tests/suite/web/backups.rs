//! How the backups stand, on pages: what needs a hand, every week of a dataset, the disks, and one run.

use serde_json::json;
use system_tests::command::{resguardo, sh_text, text, until};
use system_tests::daemon::run_is;

use super::cast::Cast;
use super::{PASSWORD, world_with_pages};

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
    cast.scene.world.disks[0].remount("ro");
    carlos.get("/respaldos").is(200).says("Disco disco-a: no se puede escribir en él.").says(">sólo lectura<");
    cast.scene.world.disks[0].remount("rw");
    carlos.get("/respaldos").is(200).says("Todo está bien").never_says("Necesita atención");
    cast.scene.world.run(&["backup", "semanal"]).exits(0);
    run_is(&cast.scene.world, 1, "kept");
    let page = carlos.get("/respaldos").is(200).never_says("Necesita atención");
    let page = page.says("guardado").says("disco-a").says("hace menos de un día").says("conectado");
    let path = page.body.split('"').find(|part| part.starts_with("/respaldos/corridas/")).unwrap().to_owned();
    let run = carlos.get(&path).is(200).says("s/nota").says("guardado").says("Comparado con los anteriores");
    run.says(".txt.zst").says("(éste)");
    // The next slot is kept in time, which every way to look says.
    cast.clock.set("2026-11-30T03:01:00-06:00");
    run_is(&cast.scene.world, 2, "kept");
    let world = &cast.scene.world;
    until("the slot is settled", || world.run(&["top", "--once"]).said().contains("done"));
    world.run(&["top", "--once"]).exits(0).says("everything is well").says("s/nota");
    let weeks = world.run(&["top", "--json"]).exits(0).json();
    assert_eq!(weeks["weeks"][7], "2026-11-30");
    let dataset = &weeks["datasets"][0];
    assert_eq!((&dataset["cells"][7], &dataset["cells"][5]), (&json!("done"), &json!(null)), "{weeks:#}");
    // On a terminal it goes on until it is ended, and never scrolls.
    let typed = format!("stty rows 12; exec {} --config {} top", text(&resguardo()), world.at("resguardo.yaml"));
    let seen = sh_text("timeout -s INT 5 script -qec \"$1\" /dev/null </dev/null || true", &[&typed]);
    assert!(seen.matches("\u{1b}[H").count() >= 2, "{seen:?}");
    assert!(seen.contains("more lines: make the window higher"), "{seen:?}");
    let mut carlos = cast.of_login("carlos");
    carlos.log_in("carlos", PASSWORD).is(303);
    carlos.get("/respaldos").is(200).says(">hecho<");
    let mut ana = cast.of_login("ana");
    ana.log_in("ana", PASSWORD).is(303);
    // Whoever only asks for support sees none of it.
    ana.get("/respaldos").is(403);
    ana.get(&path).is(403);
    let mut gloria = cast.of_login("gloria");
    gloria.log_in("gloria", PASSWORD).is(303);
    gloria.get("/").is(200).says("href=\"/respaldos\"");
}
