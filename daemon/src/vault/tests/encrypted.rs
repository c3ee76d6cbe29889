//! An encrypted backup on every kind of place: read by whoever has a key, proved by its digest without one, and never taken
//! for good once it was changed.

use std::io::{Read, Seek, SeekFrom};

use super::backup::{Run, noise};
use super::place::{self, Disk, run_in};
use crate::crypt::{CryptError, Identity, Seal};
use crate::proof::Expect;
use crate::vault::commit;
use crate::vault::error::VaultError;
use crate::vault::manifest::Manifest;
use crate::vault::read_back::{self, Inspected};

/// A run that is encrypted to its own key and another's.
fn sealed(dump: Vec<u8>) -> (Run, Identity) {
    let owner = Identity::generate();
    let mut run = Run::new("2026-11-22T020000-0600", dump);
    run.seal = Seal::new(&owner.recipients());
    (run, owner)
}

fn inspect(disk: &Disk, run: &Run, identity: Option<&Identity>) -> Result<(Inspected, Vec<u8>), VaultError> {
    let expect = Expect::Command { trailer: None, min_bytes: 1 };
    let mut dump = Vec::new();
    let inspected = read_back::inspect(&disk.store(), &run.final_key(), identity, &expect, 2, |plain| {
        dump.extend_from_slice(plain);
        Ok(())
    })?;
    Ok((inspected, dump))
}

#[test]
fn an_encrypted_backup_is_proved_like_a_plain_one_and_read_by_its_owner() {
    for disk in place::all() {
        let (run, owner) = sealed(noise(3_000_001));
        let manifest = run.keep(&disk);
        let file = &manifest.files[0];
        assert!(file.name.ends_with(".bak.zst.age") && manifest.format == 2, "{manifest:?}");
        let (inspected, dump) = inspect(&disk, &run, Some(&owner)).unwrap();
        assert!(dump == run.dump);
        assert_eq!(inspected.inflated.plain_sha256, file.plain_sha256);
        let archive = (inspected.inflated.archive_bytes, inspected.inflated.archive_sha256);
        assert_eq!(archive, (file.archive_bytes, file.archive_sha256));
        let (bytes, digest, _) = read_back::digest(&disk.store(), &run.final_key()).unwrap();
        assert_eq!((bytes, digest), archive);
    }
}

#[test]
fn without_a_key_or_with_another_nothing_is_given() {
    for disk in place::all() {
        let (run, _owner) = sealed(noise(500_000));
        run.keep(&disk);
        assert!(matches!(inspect(&disk, &run, None), Err(VaultError::Locked { .. })));
        let other = inspect(&disk, &run, Some(&Identity::generate())).map(drop);
        assert!(matches!(other, Err(VaultError::Decrypt { source: CryptError::NotForUs { .. }, .. })), "{other:?}");
    }
}

#[test]
fn any_frame_is_read_by_the_table_alone() {
    for disk in place::all() {
        let (run, owner) = sealed(noise(3_000_001));
        run.keep(&disk);
        let store = disk.store();
        let mut archive = read_back::open(&store, &run.final_key(), Some(&owner)).unwrap();
        let table = read_back::seek_table(&mut archive).unwrap();
        let (mut at, mut plain_at) = (0, 0);
        let mut frames = Vec::new();
        for entry in &table.entries {
            frames.push((at, plain_at, *entry));
            at += u64::from(entry.compressed);
            plain_at += usize::try_from(entry.plain).unwrap();
        }
        // From behind, so that each one is sought.
        for (at, plain_at, entry) in frames.into_iter().rev() {
            archive.seek(SeekFrom::Start(at)).unwrap();
            let mut frame = vec![0; usize::try_from(entry.compressed).unwrap()];
            archive.read_exact(&mut frame).unwrap();
            let length = usize::try_from(entry.plain).unwrap();
            let plain = zstd::bulk::decompress(&frame, length).unwrap();
            assert!(plain == run.dump[plain_at..plain_at + length]);
        }
    }
}

#[test]
fn every_changed_region_is_found_at_the_read_back_and_later() {
    type Spoil = fn(&mut Vec<u8>);
    let spoils: [Spoil; 8] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| bytes.clear(),
        |bytes| bytes.push(0),
        |bytes| bytes[30] ^= 1,
        |bytes| bytes[300] ^= 1,
        |bytes| bytes[300_000] ^= 1,
        |bytes| *bytes.last_mut().unwrap() ^= 1,
    ];
    for disk in place::all() {
        let (run, owner) = sealed(noise(600_000));
        let _claim = run.claim(&disk);
        let (staged, _) = run.write(&[&disk]);
        let key = staged.key_on(&disk.admitted).to_owned();
        let intact = disk.store().read_small(&key, u64::MAX).unwrap().unwrap();
        for (number, spoil) in spoils.into_iter().enumerate() {
            disk.spoil(&key, spoil);
            let staged = std::slice::from_ref(&staged);
            let disks = std::slice::from_ref(&disk.admitted);
            let (evidence, results) = commit::read_back(disks, staged, run.witness(), 2).unwrap();
            let error = results.into_iter().next().unwrap().unwrap_err();
            assert!(evidence.is_none() && error.is_damage() && !error.is_dump(), "{number}: {error:?}");
            let expect = Expect::Command { trailer: None, min_bytes: 1 };
            let later = read_back::inspect(&disk.store(), &key, Some(&owner), &expect, 2, |_| Ok(()));
            let error = later.map(drop).unwrap_err();
            assert!(error.is_damage(), "{number}: {error:?}");
            disk.store().write_small(&key, intact.clone()).unwrap();
        }
    }
}

#[test]
fn common_tools_check_and_restore_an_encrypted_backup() {
    let disk = place::folder("disco");
    let (run, owner) = sealed(noise(1_000_003));
    run.keep(&disk);
    let folder = disk.files.as_ref().unwrap().join("archives/archivo/quejas");
    let key = disk.files.as_ref().unwrap().join("llave.txt");
    std::fs::write(&key, owner.to_file_text("hoy").as_bytes()).unwrap();
    run_in(&folder, "sha256sum", &["-c", "--strict", "2026-11-22T020000-0600.sha256"]);
    let archive = "2026-11-22T020000-0600.bak.zst";
    run_in(&folder, "age", &["-d", "-i", key.to_str().unwrap(), "-o", archive, &format!("{archive}.age")]);
    assert!(run_in(&folder, "zstd", &["-q", "-d", "-c", archive]) == run.dump);
}

#[test]
fn a_program_that_knows_no_encryption_refuses_its_manifest_and_says_why() {
    let disk = place::memory("memoria");
    let (run, _owner) = sealed(noise(100));
    let manifest = run.keep(&disk);
    let json = manifest.to_json().unwrap();
    assert_eq!(Manifest::from_json(&json).unwrap(), manifest);
    // What such a program looks at first is the format, and 1 is the last that it knows.
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&json).unwrap()["format"], 2);
    let plain = Run::new("2026-11-23T020000-0600", noise(100)).keep(&disk).to_json().unwrap();
    let plain: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    assert!(plain["format"] == 1 && plain.get("encryption").is_none(), "{plain}");
}
