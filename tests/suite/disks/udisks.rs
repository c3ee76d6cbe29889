//! `disk eject` through the system's disk service, of which a stand-in answers on a bus of its own: it unmounts for
//! whoever is not root, and switches disks off.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::json;
use system_tests::command::{Outcome, resguardo, run, sh, text};
use system_tests::desktop::SessionBus;
use system_tests::world::World;
use tokio::runtime::Runtime;
use zbus::{OwnedObjectPath, OwnedVariant, interface};

use super::world;

const BLOCK: &str = "/org/freedesktop/UDisks2/block_devices/sdx1";
const DRIVE: &str = "/org/freedesktop/UDisks2/drives/Elements";

type Options = HashMap<String, OwnedVariant>;
type Calls = Arc<Mutex<Vec<String>>>;

fn path(path: &str) -> OwnedObjectPath {
    path.try_into().unwrap()
}

struct Manager;

#[interface(name = "org.freedesktop.UDisks2.Manager")]
impl Manager {
    fn resolve_device(&self, device: Options, _options: Options) -> Vec<OwnedObjectPath> {
        // Every device is the one disk that there is.
        device.contains_key("path").then(|| path(BLOCK)).into_iter().collect()
    }
}

struct Block;

#[interface(name = "org.freedesktop.UDisks2.Block")]
impl Block {
    #[zbus(property)]
    fn drive(&self) -> OwnedObjectPath {
        path(DRIVE)
    }

    #[zbus(property)]
    fn crypto_backing_device(&self) -> OwnedObjectPath {
        path("/")
    }
}

#[derive(Debug, zbus::DBusError)]
#[zbus(prefix = "org.freedesktop.UDisks2.Error")]
enum Refused {
    #[zbus(error)]
    ZBus(zbus::Error),
    DeviceBusy(String),
}

struct Filesystem(PathBuf, Calls);

#[interface(name = "org.freedesktop.UDisks2.Filesystem")]
impl Filesystem {
    fn unmount(&self, _options: Options) -> Result<(), Refused> {
        self.1.lock().unwrap().push("unmount".to_owned());
        match run(Command::new("umount").arg(&self.0)).code {
            0 => Ok(()),
            _ => Err(Refused::DeviceBusy("target is busy".to_owned())),
        }
    }
}

struct Drive(bool, Calls);

#[interface(name = "org.freedesktop.UDisks2.Drive")]
impl Drive {
    #[zbus(property)]
    fn can_power_off(&self) -> bool {
        self.0
    }

    fn power_off(&self, _options: Options) {
        self.1.lock().unwrap().push("power off".to_owned());
    }
}

/// A disk service that knows the first disk of a world.
struct Service {
    bus: SessionBus,
    calls: Calls,
    _connection: zbus::Connection,
    _runtime: Runtime,
}

impl Service {
    fn start(world: &World, can_power_off: bool) -> Self {
        let bus = SessionBus::start(&world.path("bus"));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let calls = Calls::default();
        let connection = runtime.block_on(async {
            let builder = zbus::connection::Builder::address(bus.address.as_str());
            let builder = builder.name("org.freedesktop.UDisks2");
            let builder = builder.serve_at("/org/freedesktop/UDisks2/Manager", Manager).serve_at(BLOCK, Block);
            let files = Filesystem(world.disks[0].path.clone(), Arc::clone(&calls));
            let builder = builder.serve_at(BLOCK, files).serve_at(DRIVE, Drive(can_power_off, Arc::clone(&calls)));
            builder.build().await.unwrap()
        });
        Self { bus, calls, _connection: connection, _runtime: runtime }
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

/// Ejects the first disk as somebody who is not root.
fn eject(world: &World, bus: Option<&SessionBus>) -> Outcome {
    // The program may lie where only root finds it.
    let program = world.path("resguardo");
    if !program.exists() {
        std::fs::copy(resguardo(), &program).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let own = world.command(&["disk", "eject", "disco-a"]);
    sh("chmod 644 \"$1\"", &[&world.at("resguardo.yaml")]);
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]).arg(program).args(own.get_args());
    let none = "unix:path=/nowhere/bus".to_owned();
    command.current_dir("/").env("DBUS_SYSTEM_BUS_ADDRESS", bus.map_or(none, |bus| bus.address.clone()));
    run(&mut command)
}

#[test]
fn whoever_is_not_root_ejects_through_the_disk_service_which_switches_the_disk_off() {
    let mut world = world();
    world.config["disks"][0]["custody"] = json!("caja fuerte");
    let service = Service::start(&world, true);
    eject(&world, Some(&service.bus)).exits(0).says("Puede retirarlo: disco-a (guárdelo en: caja fuerte)");
    assert_eq!(service.calls(), ["unmount", "power off"]);
    assert!(!world.disks[0].path.join("LEEME.txt").exists());
}

#[test]
fn a_disk_that_cannot_be_switched_off_is_unmounted_all_the_same() {
    let world = world();
    let service = Service::start(&world, false);
    eject(&world, Some(&service.bus)).exits(0).says("Puede retirarlo: disco-a");
    assert_eq!(service.calls(), ["unmount"]);
}

#[test]
fn a_busy_disk_stays_and_without_a_service_the_command_for_root_is_printed() {
    let world = world();
    let service = Service::start(&world, true);
    let open = std::fs::File::open(world.disks[0].path.join("LEEME.txt")).unwrap();
    eject(&world, Some(&service.bus)).exits(9).says("is in use by somebody whom this user may not see");
    assert_eq!(service.calls(), ["unmount"]);
    drop(open);
    let said = eject(&world, None);
    said.exits(1).says("this user may not unmount").says(&format!("sudo umount {}", text(&world.disks[0].path)));
    assert!(world.disks[0].path.join("LEEME.txt").exists());
}
