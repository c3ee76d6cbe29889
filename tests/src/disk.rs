//! A disk: an ext4 file system in a file, mounted on a folder. It may not know what is kept on it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{run, sh, text};

/// The disk, unmounted when dropped.
#[derive(Debug)]
pub struct LoopDisk {
    /// Its mount point.
    pub path: PathBuf,
    image: PathBuf,
}

impl LoopDisk {
    /// Makes a disk of so many MiB and mounts it at a new folder.
    pub fn new(path: &Path, mebibytes: u64) -> Self {
        fs::create_dir(path).unwrap();
        let image = path.with_extension("img");
        File::create(&image).unwrap().set_len(mebibytes << 20).unwrap();
        sh("mkfs.ext4 -q -F -m 0 -E lazy_itable_init=0 \"$1\"", &[text(&image)]);
        let disk = Self { path: path.to_owned(), image };
        disk.mount();
        disk
    }

    /// Mounts it at its folder.
    pub fn mount(&self) {
        self.mount_at(&self.path);
    }

    /// Mounts it somewhere.
    pub fn mount_at(&self, path: &Path) {
        sh("mount -o loop \"$1\" \"$2\"", &[text(&self.image), text(path)]);
    }

    /// Mounts it by a loop device of its own: that of a file system which died may still be held by somebody's copy of the
    /// table of mounts, such as that of a network's own, and `mount` would take the dead one again.
    pub fn mount_anew(&self) {
        let mount = "device=$(losetup --find --show \"$1\"); mount \"$device\" \"$2\" ||\n\
            mount -o nouuid \"$device\" \"$2\"; losetup --detach \"$device\"";
        sh(mount, &[text(&self.image), text(&self.path)]);
    }

    /// Unmounts it.
    pub fn umount(&self) {
        // Whoever looks at it in this very moment is soon done.
        let umount = "for try in {1..40}; do umount \"$1\" && exit; sleep 0.1; done; exit 32";
        sh(umount, &[text(&self.path)]);
    }

    /// Mounts it again so that it takes no writes, or takes them again.
    pub fn remount(&self, how: &str) {
        sh("mount -o \"remount,$1\" \"$2\"", &[how, text(&self.path)]);
    }
}

impl Drop for LoopDisk {
    fn drop(&mut self) {
        // A test may have unmounted it, or mounted another over it, or shut it down so that it does not even say that it is
        // mounted.
        while run(Command::new("umount").arg("--lazy").arg(&self.path)).code == 0 {}
    }
}
