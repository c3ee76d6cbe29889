//! Removing a backup, on every kind of place, while somebody reads it, and cut off in the middle.

use uuid::Uuid;

use super::backup::{Run, noise};
use super::place;
use crate::vault::catalogue;
use crate::vault::hold;
use crate::vault::layout::{LEEME, MARKER};
use crate::vault::remove::{Removal, remove};
use crate::vault::sweep::{Claim, sweep};

const MUCH_LATER: i64 = 4_000_000_000;

#[test]
fn a_backup_that_is_removed_leaves_nothing_and_its_neighbours_alone() {
    for disk in place::all() {
        let kept = Run::new("2026-11-15T020000-0600", noise(1000));
        kept.keep(&disk);
        let before = disk.keys();
        let gone = Run::new("2026-11-22T020000-0600", noise(1000));
        let manifest = gone.keep(&disk);
        // Lists of members and what else may come to lie beside an archive go with it.
        disk.store().write_small("archives/archivo/quejas/2026-11-22T020000-0600.members.zst", vec![1]).unwrap();
        let done = remove(&disk.store(), &gone.stem.manifest(), manifest.run).unwrap();
        assert_eq!(done, Removal::Removed);
        assert_eq!(disk.keys(), before, "{:?}", disk.admitted);
        let again = remove(&disk.store(), &gone.stem.manifest(), manifest.run).unwrap();
        assert_eq!(again, Removal::Absent);
    }
}

#[test]
fn a_backup_with_another_id_or_a_manifest_that_does_not_read_stays() {
    for disk in place::all() {
        let run = Run::new("2026-11-22T020000-0600", noise(1000));
        let manifest = run.keep(&disk);
        let before = disk.keys();
        assert_eq!(remove(&disk.store(), &run.stem.manifest(), Uuid::now_v7()).unwrap(), Removal::Other);
        disk.store().write_small(&run.stem.manifest(), b"{".to_vec()).unwrap();
        assert_eq!(remove(&disk.store(), &run.stem.manifest(), manifest.run).unwrap(), Removal::Other);
        assert_eq!(remove(&disk.store(), MARKER, manifest.run).unwrap(), Removal::Other);
        assert_eq!(disk.keys(), before);
    }
}

#[test]
fn a_backup_that_somebody_reads_stays_until_nobody_does() {
    let disk = place::folder("disco");
    let run = Run::new("2026-11-22T020000-0600", noise(1000));
    let manifest = run.keep(&disk);
    let key = run.stem.manifest();
    let (one, two) = (hold::share(&disk.store(), &key).unwrap(), hold::share(&disk.store(), &key).unwrap());
    assert_eq!(remove(&disk.store(), &key, manifest.run).unwrap(), Removal::Held);
    drop(one);
    assert_eq!(remove(&disk.store(), &key, manifest.run).unwrap(), Removal::Held);
    drop(two);
    assert_eq!(remove(&disk.store(), &key, manifest.run).unwrap(), Removal::Removed);
    assert!(hold::share(&disk.store(), &key).is_err(), "nobody holds what is gone");
}

#[test]
fn a_removal_that_was_cut_off_is_undone_or_finished_by_the_sweep() {
    for manifest_is_gone in [false, true] {
        let disk = place::folder("disco");
        let run = Run::new("2026-11-22T020000-0600", noise(1000));
        run.keep(&disk);
        let whole = disk.keys();
        let store = disk.store();
        let rest = vec![run.final_key(), run.stem.sha256()];
        drop(Claim::of(&store, Uuid::now_v7(), &run.stem, rest).unwrap());
        if manifest_is_gone {
            store.remove(&run.stem.manifest()).unwrap();
            assert!(catalogue::list(&store, None).unwrap().is_empty(), "it exists no more");
        }
        sweep(&store, MUCH_LATER).unwrap();
        let left = if manifest_is_gone { vec![LEEME.to_owned(), MARKER.to_owned()] } else { whole };
        assert_eq!(disk.keys(), left);
    }
}
