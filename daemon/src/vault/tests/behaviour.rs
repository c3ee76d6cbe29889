//! The life of a backup, on every kind of place.

use super::backup::{Run, noise};
use super::place::{self, Disk, run_in};
use crate::vault::catalogue;
use crate::vault::commit;
use crate::vault::error::VaultError;
use crate::vault::layout::{LEEME, MARKER};
use crate::vault::read_back::{self, How};

#[test]
fn a_backup_is_listed_with_its_archive_and_leaves_nothing_unfinished() {
    for disk in place::all() {
        let run = Run::new("2026-11-22T020000-0600", noise(3_000_000));
        let manifest = run.keep(&disk);
        let entries = catalogue::list(&disk.store(), Some("archivo/quejas")).unwrap();
        assert_eq!(
            entries.iter().map(catalogue::Entry::name).collect::<Vec<_>>(),
            ["archivo/quejas/2026-11-22T020000-0600"]
        );
        assert!(entries[0].exists(), "{:?}: {entries:?}", disk.admitted);
        assert_eq!(entries[0].manifest.as_ref().unwrap(), &manifest);
        let archive = [run.final_key(), run.stem.manifest(), run.stem.sha256()];
        let mut expected: Vec<String> = archive.into_iter().chain([MARKER.into(), LEEME.into()]).collect();
        expected.sort();
        assert_eq!(disk.keys(), expected);
        let store = disk.store();
        let table = read_back::seek_table(&mut read_back::open(&store, &run.final_key(), None).unwrap()).unwrap();
        assert_eq!((table.entries.len(), table.plain_bytes()), (12, 3_000_000));
    }
}

#[test]
fn an_archive_of_many_parts_comes_back_from_every_place() {
    for disk in place::all() {
        // More than two parts of an object store, and not a multiple of anything.
        let mut run = Run::new("2026-11-22T030000-0600", noise(70_000_001));
        run.frame_bytes = 1024 * 1024;
        let manifest = run.keep(&disk);
        assert!(manifest.archive_bytes() > 70_000_000);
        assert_eq!(manifest.plain_bytes(), 70_000_001);
    }
}

#[test]
fn common_tools_check_and_restore_a_backup() {
    for disk in [place::folder("disco"), place::in_shared_memory("ram")] {
        let run = Run::new("2026-11-22T020000-0600", noise(1_000_003));
        run.keep(&disk);
        let folder = disk.files.as_ref().unwrap().join("archives/archivo/quejas");
        let said = run_in(&folder, "sha256sum", &["-c", "--strict", "2026-11-22T020000-0600.sha256"]);
        assert!(String::from_utf8(said).unwrap().contains("2026-11-22T020000-0600.bak.zst: "));
        run_in(&folder, "zstd", &["-q", "-t", "2026-11-22T020000-0600.bak.zst"]);
        assert_eq!(run_in(&folder, "zstd", &["-q", "-d", "-c", "2026-11-22T020000-0600.bak.zst"]), run.dump);
    }
}

#[test]
fn what_is_read_back_from_a_disk_passes_the_page_cache() {
    let disk = place::folder("disco");
    let run = Run::new("2026-11-22T020000-0600", noise(5000));
    assert_eq!(run.keep(&disk).read_back.how, How::Direct.word());
}

#[test]
fn several_disks_are_written_at_once_and_all_but_the_first_are_compared_by_digest() {
    let disks = place::all();
    let disks: Vec<&Disk> = disks.iter().collect();
    let run = Run::new("2026-11-22T020000-0600", noise(2_000_000));
    let _claims: Vec<_> = disks.iter().map(|disk| run.claim(disk)).collect();
    let (staged, written) = run.write(&disks);
    assert!(written.iter().all(Result::is_ok), "{written:?}");
    let admitted: Vec<_> = disks.iter().map(|disk| disk.admitted.clone()).collect();
    // The first disk loses a byte: the second is then decompressed, the others are not.
    disks[0].spoil(&staged.key, |bytes| bytes.truncate(bytes.len() - 1));
    let (evidence, results) = commit::read_back(&admitted, &[staged], None, 2).unwrap();
    assert_eq!(evidence.unwrap().len(), 1);
    assert!(matches!(results[0], Err(VaultError::ReadBackDiffers { .. })), "{results:?}");
    let decompressed: Vec<bool> = results.into_iter().skip(1).map(|result| result.unwrap().1).collect();
    assert_eq!(decompressed, [true, false, false]);
}

#[test]
fn damage_between_the_write_and_the_read_back_is_refused() {
    type Spoil = fn(&mut Vec<u8>);
    let spoils: [Spoil; 5] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.clear(),
        |bytes| bytes.push(0),
        |bytes| bytes[1000] ^= 1,
        |bytes| *bytes.last_mut().unwrap() ^= 1,
    ];
    for disk in place::all() {
        let run = Run::new("2026-11-22T020000-0600", noise(600_000));
        let _claim = run.claim(&disk);
        let (staged, _) = run.write(&[&disk]);
        let key = staged.key_on(&disk.admitted).to_owned();
        let intact = disk.store().read_small(&key, u64::MAX).unwrap().unwrap();
        for spoil in spoils {
            disk.spoil(&key, spoil);
            let (evidence, results) =
                commit::read_back(std::slice::from_ref(&disk.admitted), std::slice::from_ref(&staged), None, 2)
                    .unwrap();
            assert_eq!(evidence, None);
            let error = results.into_iter().next().unwrap().unwrap_err();
            assert!(
                matches!(error, VaultError::ReadBackDiffers { .. } | VaultError::SeekTable { .. }),
                "{:?}: {error:?}",
                disk.admitted
            );
            assert!(error.is_damage() && !error.is_dump());
            disk.store().write_small(&key, intact.clone()).unwrap();
        }
    }
}

#[test]
fn a_dump_that_is_not_what_its_source_digested_is_blamed_on_no_disk() {
    for disk in place::all() {
        let run = Run::new("2026-11-22T020000-0600", noise(600_000));
        let _claim = run.claim(&disk);
        let (mut staged, _) = run.write(&[&disk]);
        staged.end.totals.plain_sha256.0[0] ^= 1;
        let error = commit::read_back(std::slice::from_ref(&disk.admitted), &[staged], None, 2).unwrap_err();
        assert!(matches!(error, VaultError::NotTheDump { .. }) && error.is_dump(), "{error:?}");
        assert!(!error.to_string().contains("replace"), "{error}");
    }
}

#[test]
fn a_dump_that_was_given_up_leaves_nothing() {
    for disk in place::all() {
        let before = disk.keys();
        let run = Run::new("2026-11-22T020000-0600", Vec::new());
        let error = run.give_up(&disk);
        assert!(matches!(error, VaultError::GivenUp { .. }), "{error:?}");
        assert_eq!(disk.keys(), before, "{:?}", disk.admitted);
        assert!(catalogue::list(&disk.store(), None).unwrap().is_empty());
    }
}

#[test]
fn a_backup_is_never_written_over() {
    for disk in place::all() {
        let run = Run::new("2026-11-22T020000-0600", noise(1000));
        run.keep(&disk);
        let again = Run::new("2026-11-22T020000-0600", noise(2000));
        let claim = crate::vault::sweep::Claim::new(&disk.store(), again.id, &again.stem, &[again.final_key()]);
        assert!(matches!(claim, Err(VaultError::Exists { .. })), "{claim:?}");
    }
}

#[test]
fn a_backup_whose_archive_is_gone_or_cut_does_not_exist() {
    for disk in place::all() {
        let run = Run::new("2026-11-22T020000-0600", noise(1000));
        run.keep(&disk);
        disk.spoil(&run.final_key(), |bytes| bytes.truncate(10));
        let entries = catalogue::list(&disk.store(), None).unwrap();
        assert!(!entries[0].exists());
        assert_eq!(entries[0].missing, ["2026-11-22T020000-0600.bak.zst"]);
        disk.store().remove(&run.final_key()).unwrap();
        assert!(!catalogue::list(&disk.store(), None).unwrap()[0].exists());
    }
}

#[test]
fn one_manifest_that_does_not_read_hides_no_other() {
    for disk in place::all() {
        let (bad, good) = (Run::new("2026-11-22T020000-0600", noise(9)), Run::new("2026-11-23T020000-0600", noise(9)));
        bad.keep(&disk);
        good.keep(&disk);
        disk.spoil(&bad.stem.manifest(), |json| json.truncate(40));
        let entries = catalogue::list(&disk.store(), Some("archivo/quejas")).unwrap();
        assert_eq!(entries.iter().map(catalogue::Entry::exists).collect::<Vec<_>>(), [false, true]);
        assert!(matches!(entries[0].manifest, Err(VaultError::Manifest { .. })));
    }
}
