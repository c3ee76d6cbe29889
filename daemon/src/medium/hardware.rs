//! What a mounted folder is mounted from: the file system, the device, and the whole disk under it with its serial number
//! as far as the system gives one. Everything is read from files, whose roots a test may choose. It may not change anything.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use procfs::FromBufRead as _;
use procfs::process::{MountInfo, MountInfos};

/// Layers of device mapper that are followed at most.
const LAYERS_MAX: usize = 8;
/// Bytes of a file of the kernel that are read at most.
const FILE_BYTES_MAX: u64 = 4096;

/// Where the kernel tells of mounts and devices.
#[derive(Debug, Clone)]
pub struct Roots {
    /// The table of mounts: `/proc/self/mountinfo`.
    pub mounts: PathBuf,
    /// The tree of devices: `/sys`.
    pub sys: PathBuf,
    /// The device nodes: `/dev`.
    pub dev: PathBuf,
}

impl Roots {
    /// Those of this machine.
    pub fn system() -> Self {
        Self { mounts: "/proc/self/mountinfo".into(), sys: "/sys".into(), dev: "/dev".into() }
    }
}

/// A file system that is mounted, and what is under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// Where it is mounted.
    pub mount_point: PathBuf,
    /// What is mounted: normally a device node.
    pub source: Option<String>,
    /// The kind of file system: `ext4`, `exfat` …
    pub file_system: String,
    /// Whether it takes no writes.
    pub read_only: bool,
    /// The device just under it, where it lies on one.
    pub device: Option<PathBuf>,
    /// Whether what lies on the hardware is encrypted (dm-crypt).
    pub encrypted: bool,
    /// The hardware at the bottom.
    pub hardware: Option<Hardware>,
}

/// A whole disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hardware {
    /// Its device node: `/dev/sdb`.
    pub device: PathBuf,
    /// Its serial number, where the system gives one.
    pub serial: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// Whether it is one that is made to be taken out: it says so, or hangs on USB.
    pub removable: bool,
    /// The file that it is, for a loop device.
    pub backing_file: Option<PathBuf>,
}

/// The file system that a folder lies on.
///
/// # Errors
/// What the system says of the folder or of its table of mounts.
pub fn look(folder: &Path, roots: &Roots) -> io::Result<Mounted> {
    let folder = folder.canonicalize()?;
    let mounts = MountInfos::from_buf_read(BufReader::new(File::open(&roots.mounts)?)).map_err(io::Error::other)?;
    // Of several on one folder the last one hides the others.
    let around = mounts.0.into_iter().filter(|mount| folder.starts_with(unescaped(&mount.mount_point)));
    let mount = around.max_by_key(|mount| mount.mount_point.components().count());
    mount.map(|mount| mounted(&mount, roots)).ok_or_else(|| io::Error::other("the folder lies on no mount"))
}

fn mounted(mount: &MountInfo, roots: &Roots) -> Mounted {
    let read_only = |options: &std::collections::HashMap<String, Option<String>>| options.contains_key("ro");
    let device = block_device(mount, roots);
    let (bottom, encrypted) = device.as_deref().map_or((None, false), |device| {
        let (bottom, encrypted) = bottom(device);
        (Some(bottom), encrypted)
    });
    Mounted {
        mount_point: unescaped(&mount.mount_point),
        source: mount.mount_source.clone(),
        file_system: mount.fs_type.clone(),
        read_only: read_only(&mount.mount_options) || read_only(&mount.super_options),
        device: device.as_deref().and_then(Path::file_name).map(|name| roots.dev.join(name)),
        encrypted,
        hardware: bottom.map(|bottom| hardware(&bottom, roots)),
    }
}

/// The kernel writes white space and backslashes in paths as three octal digits.
fn unescaped(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    if !text.contains('\\') {
        return path.to_owned();
    }
    let pairs = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    pairs.iter().fold(text.into_owned(), |text, (code, plain)| text.replace(code, plain)).into()
}

/// The folder of the device in the tree of devices. Some file systems (btrfs) have numbers of their own; then the name of
/// what was mounted leads there.
fn block_device(mount: &MountInfo, roots: &Roots) -> Option<PathBuf> {
    let by_number = roots.sys.join("dev/block").join(&mount.majmin);
    let by_name = || {
        let node = Path::new(mount.mount_source.as_deref()?).canonicalize().ok()?;
        roots.sys.join("class/block").join(node.file_name()?).canonicalize().ok()
    };
    by_number.canonicalize().ok().or_else(by_name)
}

/// From a partition to its disk, and through device mapper to what it lies on; and whether one of the layers encrypts.
fn bottom(device: &Path) -> (PathBuf, bool) {
    let (mut here, mut encrypted) = (device.to_owned(), false);
    for _ in 0..LAYERS_MAX {
        if here.join("partition").exists()
            && let Some(disk) = here.parent()
        {
            here = disk.to_owned();
        }
        encrypted |= text(&here.join("dm/uuid")).is_some_and(|uuid| uuid.starts_with("CRYPT-"));
        match first_slave(&here) {
            Some(slave) => here = slave,
            None => break,
        }
    }
    (here, encrypted)
}

fn first_slave(device: &Path) -> Option<PathBuf> {
    let mut slaves: Vec<PathBuf> = fs::read_dir(device.join("slaves")).ok()?.flatten().map(|e| e.path()).collect();
    slaves.sort();
    slaves.first()?.canonicalize().ok()
}

fn hardware(disk: &Path, roots: &Roots) -> Hardware {
    let name = disk.file_name().unwrap_or_default();
    let (link_model, link_serial) = by_id(name.to_str().unwrap_or_default(), roots).unzip();
    let of = |path: &str| text(&disk.join(path));
    let serial = of("device/serial").or_else(|| of("serial")).or_else(|| page_80(disk)).or(link_serial);
    let serial = serial.or_else(|| of("wwid")).or_else(|| of("device/wwid"));
    let usb = disk.components().any(|part| part.as_os_str().to_string_lossy().starts_with("usb"));
    Hardware {
        device: roots.dev.join(name),
        serial,
        model: of("device/model").or(link_model),
        removable: usb || of("removable").as_deref() == Some("1"),
        backing_file: of("loop/backing_file").map(PathBuf::from),
    }
}

/// The serial number that a SCSI disk gives: four bytes of head, then text.
fn page_80(disk: &Path) -> Option<String> {
    let bytes = bytes(&disk.join("device/vpd_pg80"))?;
    clean(&String::from_utf8_lossy(bytes.get(4..)?))
}

/// Model and serial number by the name that udev gave the disk: `usb-WD_Elements_25A2_575834-0:0`.
fn by_id(name: &str, roots: &Roots) -> Option<(String, String)> {
    let links = fs::read_dir(roots.dev.join("disk/by-id")).ok()?.flatten();
    let to_it = |link: &fs::DirEntry| {
        fs::read_link(link.path()).is_ok_and(|target| target.file_name().is_some_and(|target| target == name))
    };
    let mut names: Vec<String> = links.filter(to_it).filter_map(|link| link.file_name().into_string().ok()).collect();
    names.sort();
    names.iter().find_map(|name| {
        let rest = ["ata-", "usb-", "nvme-", "scsi-", "mmc-"].iter().find_map(|kind| name.strip_prefix(kind))?;
        let (model, serial) = rest.rsplit_once('_')?;
        let serial = serial.split_once("-0:").map_or(serial, |(serial, _)| serial);
        Some((model.replace('_', " "), serial.to_owned()))
    })
}

fn bytes(path: &Path) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn text(path: &Path) -> Option<String> {
    clean(&String::from_utf8_lossy(&bytes(path)?))
}

/// What hardware says is shown to people and stored: no control characters, no white space around it.
fn clean(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|char| !char.is_control() && *char != '\u{fffd}').collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
#[path = "hardware_tests.rs"]
mod tests;
