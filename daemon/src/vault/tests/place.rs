//! The places of the suite, prepared as disks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use opendal::{Operator, services};
use tempfile::TempDir;
use uuid::Uuid;

use super::s3_server;
use crate::vault::admit::{Admitted, admit};
use crate::vault::marker::{Marker, prepare};
use crate::vault::store::{Place, Store};

/// A prepared disk, and what must live as long as it does.
pub(super) struct Disk {
    pub(super) admitted: Admitted,
    /// Where its files lie on this machine, if they do.
    pub(super) files: Option<PathBuf>,
    _keep: Option<TempDir>,
}

impl Disk {
    pub(super) fn store(&self) -> Store {
        Store::open(&self.admitted.name, &self.admitted.place).unwrap()
    }

    /// The keys of all objects.
    pub(super) fn keys(&self) -> Vec<String> {
        self.store().list("/").unwrap().into_iter().map(|object| object.key).collect()
    }

    /// Changes what lies under a key, as a failing medium would.
    pub(super) fn spoil(&self, key: &str, spoil: impl FnOnce(&mut Vec<u8>)) {
        let store = self.store();
        let mut bytes = store.read_small(key, u64::MAX).unwrap().unwrap();
        spoil(&mut bytes);
        store.write_small(key, bytes).unwrap();
    }
}

/// Every kind of place.
pub(super) fn all() -> Vec<Disk> {
    vec![folder("disco"), in_shared_memory("ram"), memory("memoria"), object_store("nube")]
}

/// A folder on the disk of this machine: where the tests were built, since `/tmp` may be memory.
pub(super) fn folder(name: &str) -> Disk {
    let built = std::env::current_exe().unwrap();
    let keep = tempfile::tempdir_in(built.parent().unwrap()).unwrap();
    prepared_folder(name, keep.path().to_owned(), Some(keep))
}

/// A folder on tmpfs, which has no blocks to read directly.
pub(super) fn in_shared_memory(name: &str) -> Disk {
    let keep = tempfile::tempdir_in("/dev/shm").unwrap();
    prepared_folder(name, keep.path().to_owned(), Some(keep))
}

pub(super) fn memory(name: &str) -> Disk {
    prepared(name, Place::Memory(Operator::new(services::Memory::default()).unwrap()), None, None)
}

pub(super) fn object_store(name: &str) -> Disk {
    let keep = tempfile::tempdir().unwrap();
    prepared(name, Place::S3(s3_server::serve(keep.path())), None, Some(keep))
}

pub(super) fn prepared_folder(name: &str, path: PathBuf, keep: Option<TempDir>) -> Disk {
    prepared(name, Place::Folder { path: path.clone(), mount_point: false }, Some(path), keep)
}

fn prepared(name: &str, place: Place, files: Option<PathBuf>, keep: Option<TempDir>) -> Disk {
    prepare(&place, &marker(name)).unwrap();
    Disk { admitted: admit(name, &place, None).unwrap(), files, _keep: keep }
}

pub(super) fn marker(label: &str) -> Marker {
    Marker {
        format: 1,
        id: Uuid::now_v7(),
        label: label.into(),
        custody: Some("bóveda".into()),
        prepared: "2026-11-22T02:00:00-06:00".into(),
        prepared_by: "operador@prueba".into(),
    }
}

/// A small ext4 of its own, mounted through a loop device until it is dropped.
pub(super) struct Mounted {
    pub(super) at: PathBuf,
    _keep: TempDir,
}

impl Mounted {
    pub(super) fn ext4(bytes: u64) -> Self {
        let keep = tempfile::tempdir().unwrap();
        let (image, at) = (keep.path().join("image"), keep.path().join("mounted"));
        fs::create_dir(&at).unwrap();
        fs::File::create(&image).unwrap().set_len(bytes).unwrap();
        run(Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0"]).arg(&image));
        run(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(&at));
        Self { at, _keep: keep }
    }

    pub(super) fn remount(&self, how: &str) {
        run(Command::new("mount").args(["-o", how]).arg(&self.at));
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _stays_mounted = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

/// Runs a real tool, which must succeed. Returns its output.
pub(super) fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} is needed for this test: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} (which may need root): {said}");
    output.stdout
}

/// Runs a tool in a folder.
pub(super) fn run_in(folder: &Path, program: &str, arguments: &[&str]) -> Vec<u8> {
    run(Command::new(program).args(arguments).current_dir(folder))
}
