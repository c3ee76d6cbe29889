//! This machine: disks, the spool, who is to be told, and the certificate of the pages.

use std::fs;
use std::net::TcpListener;

use serde_json::json;
use system_tests::command::{run, sh, text};
use system_tests::daemon::Daemon;
use system_tests::disk::LoopDisk;
use system_tests::sshd::free_port;
use system_tests::world::World;

use super::{certificate, finds, judged, pages, with_note};

#[test]
fn a_disk_that_is_absent_another_full_or_takes_no_writes_has_its_code() {
    let mut world = World::with_disks(&[64, 64]);
    world.server("s", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    let _daemon = Daemon::start(&world, None);
    finds(&world, &[], &[], 0);
    world.disks[1].umount();
    let report = finds(&world, &[], &["disk-absent"], 1);
    assert_eq!(report["findings"][0]["about"], "disco-b");
    // Of disks that take turns one is enough.
    let disks = world.config["plans"][0].as_object_mut().unwrap().remove("disks").unwrap();
    world.config["plans"][0]["rotation"] = disks.clone();
    finds(&world, &[], &[], 0);
    world.disks[0].umount();
    finds(&world, &[], &["disk-absent"], 1);
    world.config["plans"][0].as_object_mut().unwrap().remove("rotation");
    world.config["plans"][0]["disks"] = disks;
    world.disks[0].mount();
    // The other one in its place.
    world.disks[0].mount_at(&world.disks[1].path);
    finds(&world, &[], &["disk-wrong"], 2);
    world.disks[1].umount();
    world.disks[1].mount();
    finds(&world, &[], &[], 0);
    world.disks[1].remount("ro");
    finds(&world, &[], &["disk-read-only"], 2);
    world.disks[1].remount("rw");
    sh(
        "fallocate -l \"$(( $(df --output=avail -B1 \"$1\" | tail -n 1) - 8388608 ))\" \"$1/otra cosa\"",
        &[text(&world.disks[1].path)],
    );
    let report = finds(&world, &[], &["disk-full"], 2);
    assert_eq!(report["findings"][0]["place"], "disk disco-b");
    fs::remove_file(world.disks[1].path.join("otra cosa")).unwrap();
    finds(&world, &[], &[], 0);
}

#[test]
fn a_spool_that_is_missing_or_has_no_room_is_told() {
    let mut world = with_note();
    let _daemon = Daemon::start(&world, None);
    world.config["spool"] = json!({ "path": world.path("espera"), "gibibytes": 1 });
    finds(&world, &[], &["spool-missing"], 1);
    let small = LoopDisk::new(&world.path("espera"), 32);
    finds(&world, &[], &["spool-full"], 1);
    drop(small);
    finds(&world, &[], &[], 0);
}

#[test]
fn who_cannot_be_told_is_named() {
    let mut world = with_note();
    let _daemon = Daemon::start(&world, None);
    let told = |world: &mut World, channel: serde_json::Value, wanted: &[&str], exit: i32| {
        world.config["notifications"] = json!([channel]);
        let mut command = world.command(&["doctor", "--json"]);
        command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", world.at("no-hay")));
        judged(&run(&mut command), wanted, exit);
    };
    let mail = json!({ "kind": "email", "smtp": format!("127.0.0.1:{}", free_port()), "security": "none", "from": "a@b.gt",
                       "to": ["c@d.gt"] });
    told(&mut world, mail, &["mail-refused"], 1);
    told(&mut world, json!({ "kind": "desktop" }), &["dbus-absent"], 1);
    let hook = json!({ "kind": "webhook", "url": format!("http://127.0.0.1:{}/x", free_port()) });
    told(&mut world, hook, &["web-unreachable"], 1);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook =
        json!({ "kind": "webhook", "url": format!("http://127.0.0.1:{}/x", listener.local_addr().unwrap().port()) });
    told(&mut world, hook.clone(), &[], 0);
    let mut secret = hook;
    secret["token"] = json!({ "file": world.path("no-hay") });
    told(&mut world, secret, &["secret-unreadable"], 2);
}

#[test]
fn a_certificate_that_is_over_or_soon_will_be_is_told() {
    let mut world = with_note();
    let _daemon = Daemon::start(&world, None);
    world.config["web"] = pages(certificate(&world, "bueno", "now", "60"));
    finds(&world, &[], &[], 0);
    world.config["web"] = pages(certificate(&world, "corto", "now", "7"));
    finds(&world, &[], &["certificate-ending"], 1);
    world.config["web"] = pages(certificate(&world, "viejo", "2020-01-01 00:00:00", "30"));
    let report = finds(&world, &[], &["certificate-expired"], 2);
    assert!(report["findings"][0]["said"].as_str().unwrap().contains("ended on 2020-01-3"), "{report:#}");
    fs::write(world.path("viejo/chain.pem"), "nada").unwrap();
    finds(&world, &[], &["certificate-unreadable"], 2);
}
