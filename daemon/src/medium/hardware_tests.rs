//! Disks in a tree of devices that is made up.

use std::os::unix::fs::symlink;

use super::*;

/// A machine of files. `/mnt/x` is a folder of it on which something is mounted.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["sys/dev/block", "sys/class/block", "dev/disk/by-id", "mnt/x y/deep"] {
            fs::create_dir_all(machine.at(folder)).unwrap();
        }
        machine
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), content).unwrap();
    }

    /// A device of the tree under its number.
    fn device(&self, number: &str, path: &str) {
        fs::create_dir_all(self.at(path)).unwrap();
        symlink(self.at(path), self.at("sys/dev/block").join(number)).unwrap();
    }

    fn roots(&self) -> Roots {
        Roots { mounts: self.at("mounts"), sys: self.at("sys"), dev: self.at("dev") }
    }

    /// What lies under the folder, mounted from a device of this number.
    fn mounted(&self, number: &str, options: &str) -> Mounted {
        let point = self.at("mnt/x y").to_str().unwrap().replace(' ', "\\040");
        let root = "21 1 0:30 / / rw - ext4 /dev/vda1 rw\n";
        self.write(
            "mounts",
            format!("{root}99 21 {number} / {point} {options} shared:1 - ext4 /dev/sdb1 rw,errors=x\n"),
        );
        look(&self.at("mnt/x y/deep"), &self.roots()).unwrap()
    }
}

#[test]
fn a_partition_of_a_usb_disk_leads_to_its_model_and_serial_number() {
    let machine = Machine::new();
    let disk = "sys/devices/pci0/usb2/2-1/host6/block/sdb";
    machine.device("8:17", &format!("{disk}/sdb1"));
    machine.write(&format!("{disk}/sdb1/partition"), "1\n");
    machine.write(&format!("{disk}/device/model"), "Elements 25A2   \n");
    machine.write(&format!("{disk}/device/vpd_pg80"), b"\0\x80\0\x0cWXA1E23C4567");
    let mounted = machine.mounted("8:17", "rw,relatime");
    let hardware = mounted.hardware.unwrap();
    assert_eq!((mounted.file_system.as_str(), mounted.read_only, mounted.encrypted), ("ext4", false, false));
    assert_eq!(mounted.device, Some(machine.at("dev/sdb1")));
    assert_eq!(hardware.device, machine.at("dev/sdb"));
    assert_eq!((hardware.model.as_deref(), hardware.serial.as_deref()), (Some("Elements 25A2"), Some("WXA1E23C4567")));
    assert!(hardware.removable);
}

#[test]
fn under_an_encrypted_volume_lies_the_disk() {
    let machine = Machine::new();
    machine.device("253:0", "sys/devices/virtual/block/dm-0");
    machine.write("sys/devices/virtual/block/dm-0/dm/uuid", "CRYPT-LUKS2-00ff-x\n");
    machine.write("sys/devices/pci0/ata1/block/sdc/sdc2/partition", "2\n");
    machine.write("sys/devices/pci0/ata1/block/sdc/removable", "0\n");
    fs::create_dir_all(machine.at("sys/devices/virtual/block/dm-0/slaves")).unwrap();
    let slave = machine.at("sys/devices/virtual/block/dm-0/slaves/sdc2");
    symlink(machine.at("sys/devices/pci0/ata1/block/sdc/sdc2"), slave).unwrap();
    symlink("../../sdc", machine.at("dev/disk/by-id/ata-ST2000LM_007_ZDZ12345")).unwrap();
    let mounted = machine.mounted("253:0", "ro,relatime");
    let hardware = mounted.hardware.unwrap();
    assert!(mounted.encrypted && mounted.read_only && !hardware.removable);
    assert_eq!(hardware.device, machine.at("dev/sdc"));
    assert_eq!((hardware.model.as_deref(), hardware.serial.as_deref()), (Some("ST2000LM 007"), Some("ZDZ12345")));
}

#[test]
fn a_loop_device_names_its_file_and_what_is_not_known_is_left_out() {
    let machine = Machine::new();
    machine.device("7:0", "sys/devices/virtual/block/loop0");
    machine.write("sys/devices/virtual/block/loop0/loop/backing_file", "/srv/disco.img\n");
    let hardware = machine.mounted("7:0", "rw").hardware.unwrap();
    assert_eq!(hardware.backing_file, Some("/srv/disco.img".into()));
    assert_eq!((hardware.serial, hardware.model, hardware.removable), (None, None, false));
    assert_eq!(machine.mounted("0:77", "rw").hardware, None);
}

#[test]
fn this_machine_says_what_its_root_lies_on() {
    assert!(!look(Path::new("/"), &Roots::system()).unwrap().file_system.is_empty());
}
