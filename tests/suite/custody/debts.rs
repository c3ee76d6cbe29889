//! What a disk is owed is copied to it when it comes, by itself, from a copy that is good.

use std::fs;
use std::process::Command;

use system_tests::command::{run, text, until};
use system_tests::daemon::{Clock, Daemon, run_is, runs, settled, status};

use super::{SUNDAYS, all_paid, checks, digest, entries_of, events, notices, owed, said, sql, world};

#[test]
fn a_disk_that_was_away_has_within_seconds_of_its_coming_what_it_lacked() {
    let world = world(&[48, 48]);
    let clock = Clock::new(&world, SUNDAYS[0]);
    world.disks[0].mount();
    let _daemon = Daemon::start(&world, Some(&clock));
    settled(&world, 1);
    run_is(&world, 1, "partly");
    assert_eq!(owed(&world), "disco-b 1");
    assert!(said(&world, "copies_missing").contains("se hace sola en cuanto su disco aparece"));
    world.run(&["status"]).exits(13).says("disk disco-b is owed 1 copy");
    let plugged = std::time::Instant::now();
    world.disks[1].mount();
    all_paid(&world);
    assert!(plugged.elapsed().as_secs() < 10, "{:?}", plugged.elapsed());
    let (first, copy) = (world.only(0, "s/nota"), world.only(1, "s/nota"));
    assert_eq!((digest(&first), &first.stamp), (digest(&copy), &copy.stamp));
    checks(&copy);
    assert_eq!(copy.manifest["disk"]["label"], "disco-b");
    assert_eq!(copy.manifest["read_back"]["how"], "direct");
    assert_eq!(copy.manifest["read_back"]["decompressed"], false);
    assert_eq!(copy.manifest["run"], first.manifest["run"]);
    // The register tells of the copy, and both disks have it.
    let entries = entries_of(&world, "copia adicional");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["medios"].as_array().unwrap().len(), 1);
    assert_eq!(entries[0]["medios"][0]["etiqueta"], "disco-b");
    assert_eq!(entries[0]["archivos"][0]["sha256"], digest(&copy));
    assert_eq!(entries[0]["semana"], "2026-W47");
    assert!(entries[0]["observaciones"].to_string().contains("copia adicional en disco-b"), "{:#}", entries[0]);
    until("both disks have the register", || {
        let verified = world.run(&["register", "verify", "--json"]).json();
        verified["disks"].as_array().unwrap().iter().all(|disk| disk["ok"] == true && disk["entries"] == 2)
    });
    world.run(&["verify", "disco-b"]).exits(0);
    // The register's head may just be on its way to its name.
    until("nothing is left on the disk", || world.litter(1).is_empty());
    assert_eq!(notices(&world), "copies_missing disk_came all_copied");
    assert_eq!(events(&world, "disco-b"), "came wrote");
    assert_eq!(events(&world, "disco-a"), "came wrote read");
    let status = status(&world);
    assert_eq!(status["plans"][0]["datasets"][0]["disks"], serde_json::json!(["disco-a", "disco-b"]));
    world.run(&["status"]).exits(0).says("everything is well");
    // Nothing is copied twice.
    until("nobody uses the disk", || run(Command::new("umount").arg(&world.disks[1].path)).code == 0);
    until("it is gone", || events(&world, "disco-b").ends_with("went"));
    world.disks[1].mount();
    until("it is here again", || events(&world, "disco-b").ends_with("came"));
    assert_eq!((runs(&world).len(), entries_of(&world, "copia adicional").len()), (1, 1));
}

#[test]
fn a_disk_that_comes_while_the_service_is_away_is_given_what_it_lacks_at_the_start() {
    let world = world(&[48, 48]);
    let clock = Clock::new(&world, SUNDAYS[0]);
    world.disks[0].mount();
    let daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "partly");
    settled(&world, 1);
    daemon.stop();
    world.disks[1].mount();
    let _daemon = Daemon::start(&world, Some(&clock));
    all_paid(&world);
    checks(&world.only(1, "s/nota"));
}

#[test]
fn a_damaged_source_gives_way_to_a_good_one_and_is_told() {
    let world = world(&[48, 48, 48]);
    let clock = Clock::new(&world, SUNDAYS[0]);
    world.disks[0].mount();
    world.disks[1].mount();
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "partly");
    settled(&world, 1);
    // Which of the two would be read first is the service's own business: the better one by its last reading.
    let first = sql(&world, "SELECT disk FROM copies ORDER BY verified DESC, disk LIMIT 1");
    let at = usize::from(first == "disco-b");
    let kept = world.only(at, "s/nota");
    let archive = kept.file("txt.zst");
    let mut bytes = fs::read(&archive).unwrap();
    bytes[7] ^= 1;
    fs::write(&archive, bytes).unwrap();
    world.disks[2].mount();
    all_paid(&world);
    checks(&world.only(2, "s/nota"));
    assert_eq!(digest(&world.only(2, "s/nota")), digest(&kept));
    let damage = sql(&world, &format!("SELECT damage FROM copies WHERE disk = '{first}'"));
    if damage.is_empty() {
        // The other copy was the first to be asked.
        return;
    }
    assert!(damage.contains("its digest is not the one in the manifest"), "{damage}");
    assert!(said(&world, "copy_damaged").contains(&first));
    assert!(events(&world, &first).contains("failed"));
}

#[test]
fn with_no_good_copy_left_the_debt_stays_and_people_are_told() {
    let world = world(&[48, 48]);
    let clock = Clock::new(&world, SUNDAYS[0]);
    world.disks[0].mount();
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "partly");
    settled(&world, 1);
    let archive = world.only(0, "s/nota").file("txt.zst");
    let mut bytes = fs::read(&archive).unwrap();
    let last = bytes.len() / 2;
    bytes[last] ^= 1;
    fs::write(&archive, bytes).unwrap();
    world.disks[1].mount();
    until("people are told", || notices(&world).contains("no_good_copy"));
    assert_eq!(notices(&world), "copies_missing disk_came copy_damaged no_good_copy");
    assert_eq!(owed(&world), "disco-b 1");
    assert!(world.kept(1, "s/nota").is_empty());
    until("nothing is left lying", || world.litter(1).is_empty());
    world.run(&["status"]).exits(13).says("no copy of it is good any more");
    assert_eq!(entries_of(&world, "copia adicional").len(), 0);
}

#[test]
fn a_debt_is_forgiven_when_its_disk_leaves_the_plan() {
    let mut world = world(&[48, 48]);
    let clock = Clock::new(&world, SUNDAYS[0]);
    world.disks[0].mount();
    let daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "partly");
    settled(&world, 1);
    daemon.stop();
    world.config["plans"][0]["disks"] = serde_json::json!(["disco-a"]);
    let _daemon = Daemon::start(&world, Some(&clock));
    all_paid(&world);
    let note = sql(&world, "SELECT outcome || ': ' || note FROM debts");
    assert_eq!(note, "forgiven: the plan does not use the disk any more");
    world.disks[1].mount();
    until("it is seen", || events(&world, "disco-b") == "came");
    assert!(world.kept(1, "s/nota").is_empty());
}

#[test]
fn an_operators_run_of_one_dataset_goes_where_its_plan_would_take_it() {
    let mut world = world(&[48, 48, 48]);
    super::taking_turns(&mut world);
    let clock = Clock::new(&world, "2026-11-23T09:00:00-06:00");
    let _daemon = Daemon::start(&world, Some(&clock));
    // It is not the turn of any of these two, or only of one.
    world.disks[0].mount();
    world.disks[2].mount();
    until("they are seen", || events(&world, "disco-c") == "came" && events(&world, "disco-a") == "came");
    let outcome = world.run(&["backup", "s/nota", "--json"]);
    assert!([0, 4].contains(&outcome.code), "{}", outcome.said());
    let on = [0, 2].iter().filter(|disk| world.kept(**disk, "s/nota").len() == 1).count();
    assert_eq!(on, 1, "one of those that take turns is enough");
    assert_eq!(world.disks.len(), 3);
    assert!(text(&world.disks[0].path).ends_with("disco-a"));
}
