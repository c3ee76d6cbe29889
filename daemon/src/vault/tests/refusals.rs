//! When a disk is not written to: it is absent, another one, read-only, full, or was never prepared.

use std::fs;

use proptest::prelude::*;
use uuid::Uuid;

use super::backup::{Run, noise};
use super::place::{self, Mounted, marker, prepared_folder};
use crate::vault::admit::{admit, free_bytes, has_room};
use crate::vault::error::VaultError;
use crate::vault::layout::{LEEME, MARKER};
use crate::vault::manifest::{Manifest, ManifestError};
use crate::vault::marker::prepare;
use crate::vault::store::{Place, Store};

#[test]
fn a_place_is_prepared_once() {
    for disk in place::all() {
        let leeme = String::from_utf8(disk.store().read_small(LEEME, 1 << 16).unwrap().unwrap()).unwrap();
        assert!(leeme.contains(&disk.admitted.marker.id.to_string()) && leeme.contains("bóveda"));
        assert_eq!(disk.keys(), [LEEME, MARKER]);
        let error = prepare(&disk.admitted.place, &marker("otro")).unwrap_err();
        assert!(matches!(error, VaultError::AlreadyPrepared { .. }), "{error:?}");
        assert_eq!(admit(&disk.admitted.name, &disk.admitted.place, None).unwrap().marker, disk.admitted.marker);
    }
}

#[test]
fn a_disk_that_is_not_the_one_it_should_be_is_refused() {
    for disk in place::all() {
        let (name, place) = (&disk.admitted.name, &disk.admitted.place);
        let label = admit("otro", place, None).unwrap_err();
        assert!(matches!(label, VaultError::WrongDisk { .. }), "{label:?}");
        let id = admit(name, place, Some(Uuid::now_v7())).unwrap_err();
        assert!(matches!(id, VaultError::WrongDisk { .. }), "{id:?}");
        assert!(admit(name, place, Some(disk.admitted.marker.id)).is_ok());
        disk.spoil(MARKER, |json| json.truncate(9));
        assert!(matches!(admit(name, place, None), Err(VaultError::BadMarker { .. })));
        disk.store().remove(MARKER).unwrap();
        let error = admit(name, place, None).unwrap_err();
        assert!(matches!(error, VaultError::NoMarker { .. }) && error.is_refusal(), "{error:?}");
    }
}

#[test]
fn a_folder_that_is_missing_is_refused_and_not_made() {
    let keep = tempfile::tempdir().unwrap();
    let path = keep.path().join("usb");
    let place = Place::Folder { path: path.clone(), mount_point: false };
    assert!(matches!(admit("usb", &place, None), Err(VaultError::NoFolder { .. })));
    assert!(matches!(Store::open("usb", &place), Err(VaultError::NoFolder { .. })));
    assert!(matches!(prepare(&place, &marker("usb")), Err(VaultError::NoFolder { .. })));
    assert!(!path.exists());
}

#[test]
fn an_empty_mount_point_is_refused_at_each_opening_and_the_mounted_disk_is_taken() {
    let mounted = Mounted::ext4(8 << 20);
    let place = Place::Folder { path: mounted.at.clone(), mount_point: true };
    prepare(&place, &marker("usb")).unwrap();
    admit("usb", &place, None).unwrap();
    let at = mounted.at.clone();
    place::run(std::process::Command::new("umount").arg(&at));
    assert!(matches!(admit("usb", &place, None), Err(VaultError::NotMounted { .. })));
    assert!(matches!(Store::open("usb", &place), Err(VaultError::NotMounted { .. })));
    assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
}

#[test]
fn a_disk_that_became_read_only_is_refused() {
    let mounted = Mounted::ext4(8 << 20);
    let disk = prepared_folder("usb", mounted.at.clone(), None);
    mounted.remount("remount,ro");
    let error = admit("usb", &disk.admitted.place, None).unwrap_err();
    assert!(matches!(error, VaultError::ReadOnly { .. }) && error.is_refusal(), "{error:?}");
}

#[test]
fn a_disk_without_room_for_what_is_expected_is_refused_before_anything_is_written() {
    for disk in place::all() {
        match free_bytes(&disk.admitted.name, &disk.admitted.place).unwrap() {
            Some(free) => {
                has_room(&disk.admitted, 0).unwrap();
                let error = has_room(&disk.admitted, free).unwrap_err();
                assert!(matches!(error, VaultError::NoRoom { .. }) && error.is_refusal());
            }
            None => has_room(&disk.admitted, u64::MAX).unwrap(),
        }
    }
}

#[test]
fn a_manifest_that_names_a_file_that_is_not_beside_it_is_refused() {
    let disk = place::memory("memoria");
    let manifest = Run::new("2026-11-22T020000-0600", noise(100)).keep(&disk);
    for name in ["../otro.zst", "/etc/passwd", "", ".", "..", ".oculto", "a/b.zst", "a\nb.zst", "a\\b.zst", "a\0"] {
        let mut bad = manifest.clone();
        bad.files[0].name = name.into();
        let error = Manifest::from_json(&bad.to_json().unwrap()).unwrap_err();
        assert!(matches!(error, ManifestError::Name(_)), "{name:?}: {error:?}");
    }
    let mut empty = manifest.clone();
    empty.files.clear();
    assert!(matches!(Manifest::from_json(&empty.to_json().unwrap()), Err(ManifestError::Empty)));
    let mut newer = serde_json::to_value(&manifest).unwrap();
    newer["format"] = 3.into();
    newer["something"] = "new".into();
    assert!(matches!(Manifest::from_json(newer.to_string().as_bytes()), Err(ManifestError::Newer(3))));
    assert_eq!(Manifest::from_json(&manifest.to_json().unwrap()).unwrap(), manifest);
}

proptest! {
    #[test]
    fn a_manifest_cut_anywhere_is_refused(cut in 0_usize..2000) {
        let disk = place::memory("memoria");
        let json = Run::new("2026-11-22T020000-0600", noise(100)).keep(&disk).to_json().unwrap();
        let cut = cut % (json.len() - 1);
        prop_assert!(Manifest::from_json(&json[..cut]).is_err());
    }
}
