//! A backup from one disk to another, of every kind to every kind.

use tokio_util::sync::CancellationToken;

use super::backup::{Run, noise};
use super::place::{self, Disk, run_in};
use crate::vault::error::VaultError;
use crate::vault::manifest::Manifest;
use crate::vault::read_back;
use crate::vault::sweep::Claim;
use crate::vault::transfer::{Failure, claim_of, copy};

const STAMP: &str = "2026-11-22T020000-0600";
const ARCHIVE: &str = "archivo/quejas/2026-11-22T020000-0600";

fn copied(from: &Disk, to: &Disk) -> Result<Manifest, Failure> {
    let stamp = || "2026-11-29T09:00:00-06:00".to_owned();
    copy(&from.admitted, &to.admitted, ARCHIVE, &stamp, &CancellationToken::new()).map(|copied| copied.manifest)
}

/// Every key of a disk but the disk's own.
fn lying(disk: &Disk) -> Vec<String> {
    disk.keys().into_iter().filter(|key| key.starts_with("archives/") || key.starts_with("unfinished/")).collect()
}

#[test]
fn a_backup_goes_from_every_kind_of_disk_to_every_kind_and_is_the_same_there() {
    let run = Run::new(STAMP, noise(3_000_000));
    for from in place::all() {
        let first = run.keep(&from);
        for to in [place::folder("copia"), place::memory("copia"), place::object_store("copia")] {
            let manifest = copied(&from, &to).unwrap();
            assert_eq!(manifest.files, first.files);
            assert_eq!((manifest.run, manifest.disk.id), (first.run, to.admitted.marker.id));
            assert!(!manifest.read_back.decompressed);
            let (_, digest, _) = read_back::digest(&to.store(), &run.final_key()).unwrap();
            assert_eq!(digest, first.files[0].archive_sha256);
            assert_eq!(lying(&to).len(), 3, "archive, checksums and manifest, and nothing else: {:?}", lying(&to));
            if let Some(files) = &to.files {
                run_in(&files.join("archives/archivo/quejas"), "sha256sum", &["-c", &format!("{STAMP}.sha256")]);
            }
            // Once more is no harm, and nothing is written.
            assert_eq!(copied(&from, &to).unwrap(), manifest);
        }
    }
}

#[test]
fn a_source_that_is_not_what_its_manifest_says_is_never_copied() {
    let run = Run::new(STAMP, noise(3_000_000));
    for (from, to) in place::all().into_iter().zip(place::all()) {
        run.keep(&from);
        from.spoil(&run.final_key(), |bytes| bytes[1_500_000] ^= 1);
        let error = copied(&from, &to).unwrap_err();
        assert!(matches!(&error, Failure::Source(VaultError::Altered { .. })), "{error:?}");
        from.store().remove(&run.final_key()).unwrap();
        let error = copied(&from, &to).unwrap_err();
        assert!(matches!(&error, Failure::Source(error) if error.is_damage()), "{error:?}");
        assert_eq!(lying(&to), Vec::<String>::new());
    }
}

#[test]
fn another_backup_of_the_same_name_is_left_as_it_is() {
    let (from, to) = (place::folder("disco"), place::folder("copia"));
    Run::new(STAMP, noise(10_000)).keep(&from);
    let other = Run::new(STAMP, noise(20_000));
    other.keep(&to);
    let error = copied(&from, &to).unwrap_err();
    assert!(matches!(&error, Failure::Target(VaultError::Exists { .. })), "{error:?}");
    let (bytes, ..) = read_back::digest(&to.store(), &other.final_key()).unwrap();
    assert!(bytes > 15_000, "{bytes}");
}

#[test]
fn a_copy_that_is_ended_leaves_nothing() {
    let (from, to) = (place::folder("disco"), place::folder("copia"));
    Run::new(STAMP, noise(3_000_000)).keep(&from);
    let cancel = CancellationToken::new();
    cancel.cancel();
    let ended = copy(&from.admitted, &to.admitted, ARCHIVE, &String::new, &cancel);
    assert!(matches!(ended, Err(Failure::Cancelled)), "{ended:?}");
    assert_eq!(lying(&to), Vec::<String>::new());
}

#[test]
fn what_a_dead_copy_left_in_an_object_store_is_in_nobodys_way() {
    let (from, to) = (place::folder("disco"), place::object_store("nube"));
    let run = Run::new(STAMP, noise(300_000));
    run.keep(&from);
    let claim = claim_of(&to.admitted, ARCHIVE);
    drop(Claim::new(&to.store(), claim, &run.stem, &[run.final_key()]).unwrap());
    to.store().write_small(&run.final_key(), vec![7; 1000]).unwrap();
    copied(&from, &to).unwrap();
    assert_eq!(lying(&to).len(), 3, "{:?}", lying(&to));
}
