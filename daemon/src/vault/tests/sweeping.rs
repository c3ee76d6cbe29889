//! What a run that died leaves at each of its steps, and what a sweep makes of it.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use super::backup::{Run, noise};
use super::place::{self, Disk};
use crate::vault::catalogue;
use crate::vault::commit::Staged;
use crate::vault::layout::{ARCHIVES, LEEME, MARKER, UNFINISHED};
use crate::vault::sweep::{Claim, sweep};

/// A moment at which every claim that is not locked is long dead.
const MUCH_LATER: i64 = 4_000_000_000;

/// Memory does not say when an object was changed, so that nothing on it is ever taken for dead.
fn places_with_times() -> Vec<Disk> {
    vec![place::folder("disco"), place::in_shared_memory("ram"), place::object_store("nube")]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Stage {
    Claimed,
    Partly,
    Written,
    Renamed,
    Checksums,
    ManifestBegun,
    Manifest,
}

const STAGES: [Stage; 7] = [
    Stage::Claimed,
    Stage::Partly,
    Stage::Written,
    Stage::Renamed,
    Stage::Checksums,
    Stage::ManifestBegun,
    Stage::Manifest,
];

/// Brings a run to this stage, and hands out its claim, which is alive until it is dropped.
fn bring_to(disk: &Disk, run: &Run, stage: Stage) -> Claim {
    let claim = run.claim(disk);
    let store = disk.store();
    if stage == Stage::Partly {
        store.write_small(&run.key_on(&disk.admitted), noise(1000)).unwrap();
    } else if stage >= Stage::Written {
        let (staged, _) = run.write(&[disk]);
        finish_to(disk, run, stage, &staged);
    }
    claim
}

fn finish_to(disk: &Disk, run: &Run, stage: Stage, staged: &Staged) {
    let store = disk.store();
    if stage >= Stage::Renamed && store.is_local() {
        store.rename(&staged.key, &staged.final_key).unwrap();
    }
    if stage >= Stage::Checksums {
        store.write_small(&run.stem.sha256(), b"sumas".to_vec()).unwrap();
    }
    let evidence = [crate::proof::Evidence { shows: "prueba".into(), ..Default::default() }];
    let how = crate::vault::read_back::How::Remote;
    let json = run.manifest(staged, &evidence, &disk.admitted, how).to_json().unwrap();
    if stage == Stage::ManifestBegun && store.is_local() {
        store.write_small(&format!("{}.unfinished", run.stem.manifest()), json.clone()).unwrap();
    }
    if stage >= Stage::Manifest {
        store.write_small(&run.stem.manifest(), json).unwrap();
    }
}

#[test]
fn what_a_dead_run_left_at_any_stage_is_removed_and_a_backup_never() {
    for stage in STAGES {
        for disk in places_with_times() {
            let run = Run::new("2026-11-22T020000-0600", noise(50_000));
            drop(bring_to(&disk, &run, stage));
            let removed = sweep(&disk.store(), MUCH_LATER).unwrap();
            let entries = catalogue::list(&disk.store(), None).unwrap();
            if stage == Stage::Manifest {
                assert!(entries.len() == 1 && entries[0].exists(), "{:?}: {entries:?}", disk.admitted);
                assert_eq!(removed, Vec::<String>::new());
            } else {
                assert_eq!(disk.keys(), [LEEME, MARKER], "{stage:?} on {:?}", disk.admitted);
                assert_eq!(removed.is_empty(), stage == Stage::Claimed, "{removed:?}");
            }
            assert!(disk.store().list(UNFINISHED).unwrap().is_empty());
        }
    }
}

#[test]
fn nothing_that_a_living_run_holds_is_touched() {
    for stage in STAGES {
        for disk in [place::folder("disco"), place::in_shared_memory("ram")] {
            let run = Run::new("2026-11-22T020000-0600", noise(50_000));
            let claim = bring_to(&disk, &run, stage);
            let before = disk.keys();
            assert_eq!(sweep(&disk.store(), MUCH_LATER).unwrap(), Vec::<String>::new());
            assert_eq!(disk.keys(), before, "{stage:?}");
            drop(claim);
        }
    }
}

#[test]
fn a_claim_on_an_object_store_lives_for_a_week() {
    let disk = place::object_store("nube");
    let run = Run::new("2026-11-22T020000-0600", noise(50_000));
    let claim = bring_to(&disk, &run, Stage::Written);
    let claimed = disk.store().list(UNFINISHED).unwrap()[0].changed.unwrap();
    let before = disk.keys();
    assert!(sweep(&disk.store(), claimed + 6 * 24 * 3600).unwrap().is_empty());
    assert_eq!(disk.keys(), before);
    assert!(!sweep(&disk.store(), claimed + 8 * 24 * 3600).unwrap().is_empty());
    drop(claim);
}

#[test]
fn a_sweep_during_the_claiming_takes_no_claim_for_dead() {
    let disk = place::folder("disco");
    std::thread::scope(|scope| {
        let sweeper = scope.spawn(|| {
            let store = disk.store();
            (0..400).for_each(|_| drop(sweep(&store, 0).unwrap()));
        });
        let mut number = 0;
        while !sweeper.is_finished() || number < 50 {
            number += 1;
            let run = Run::new(&format!("2026-11-22T{number:06}-0600"), Vec::new());
            let claim = run.claim(&disk);
            disk.store().write_small(&run.key_on(&disk.admitted), b"obra".to_vec()).unwrap();
            assert!(disk.store().stat(&run.key_on(&disk.admitted)).unwrap().is_some());
            assert!(disk.store().stat(&format!("{UNFINISHED}{}/claim.json", run.id)).unwrap().is_some());
            claim.release(&disk.store()).unwrap();
        }
    });
}

#[test]
fn a_claim_that_is_being_made_is_left_alone_and_one_that_was_cut_while_it_was_made_is_removed() {
    let disk = place::folder("disco");
    let run = Run::new("2026-11-22T020000-0600", Vec::new());
    let folder = disk.files.as_ref().unwrap().join(UNFINISHED).join(run.id.to_string());
    fs::create_dir_all(&folder).unwrap();
    let making = File::create(folder.join("claim.json.unfinished")).unwrap();
    making.lock().unwrap();
    sweep(&disk.store(), MUCH_LATER).unwrap();
    assert!(folder.join("claim.json.unfinished").exists());
    drop(making);
    sweep(&disk.store(), 0).unwrap();
    assert!(!folder.exists());
}

#[test]
fn an_empty_folder_of_a_run_that_died_at_its_very_end_is_removed_and_no_other() {
    let disk = place::folder("disco");
    let unfinished = disk.files.as_ref().unwrap().join(UNFINISHED);
    let run = Run::new("2026-11-22T020000-0600", Vec::new());
    let (empty, foreign, full) = (
        unfinished.join(run.id.to_string()),
        unfinished.join("notas"),
        unfinished.join(uuid::Uuid::now_v7().to_string()),
    );
    for folder in [&empty, &foreign, &full] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(full.join("ajeno.txt"), "ajeno").unwrap();
    sweep(&disk.store(), MUCH_LATER).unwrap();
    assert_eq!([&empty, &foreign, &full].map(|folder| folder.exists()), [false, true, true]);
}

#[test]
fn the_claim_of_another_process_holds_until_that_process_is_killed() {
    let disk = place::folder("disco");
    let run = Run::new("2026-11-22T020000-0600", noise(50_000));
    drop(bring_to(&disk, &run, Stage::Written));
    let claim = disk.files.as_ref().unwrap().join(UNFINISHED).join(run.id.to_string()).join("claim.json");
    // `flock` is the same lock, taken by a real process of its own; `cat` says when it holds it.
    let mut flock = Command::new("flock");
    flock.arg(&claim).args(["sh", "-c", "echo tomado; exec cat"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut holder = flock.spawn().unwrap();
    let mut said = [0; 7];
    std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut said).unwrap();
    assert!(sweep(&disk.store(), MUCH_LATER).unwrap().is_empty());
    drop(holder.stdin.take());
    holder.wait().unwrap();
    assert!(!sweep(&disk.store(), MUCH_LATER).unwrap().is_empty());
}

#[test]
fn files_that_no_claim_names_are_never_removed() {
    for disk in places_with_times() {
        let kept = Run::new("2026-11-15T020000-0600", noise(1000));
        kept.keep(&disk);
        let store = disk.store();
        let foreign = [
            "fotos/boda.jpg".to_owned(),
            format!("{UNFINISHED}nota.txt"),
            format!("{UNFINISHED}mio/claim.json"),
            format!("{ARCHIVES}archivo/quejas/2026-11-22T020000-0600.notas.txt"),
            format!("{ARCHIVES}otro/datos/2026-11-22T020000-0600.bak.zst"),
        ];
        for key in &foreign {
            store.write_small(key, b"ajeno".to_vec()).unwrap();
        }
        let before = disk.keys();
        let run = Run::new("2026-11-22T020000-0600", noise(50_000));
        drop(bring_to(&disk, &run, Stage::Renamed));
        sweep(&store, MUCH_LATER).unwrap();
        assert_eq!(disk.keys(), before, "{:?}", disk.admitted);
    }
}

#[test]
fn a_damaged_claim_reaches_no_other_backup() {
    for disk in places_with_times() {
        let kept = Run::new("2026-11-15T020000-0600", noise(1000));
        kept.keep(&disk);
        let run = Run::new("2026-11-22T020000-0600", Vec::new());
        drop(run.claim(&disk));
        let before = disk.keys();
        let claim = format!("{UNFINISHED}{}/claim.json", run.id);
        let lies = serde_json::json!({
            "run": run.id, "manifest": run.stem.manifest(),
            "keys": [kept.final_key(), kept.stem.manifest(), "archives/../resguardo-disk.json", MARKER],
        });
        disk.spoil(&claim, |json| *json = serde_json::to_vec(&lies).unwrap());
        assert_eq!(sweep(&disk.store(), MUCH_LATER).unwrap(), Vec::<String>::new());
        let after = disk.keys();
        assert_eq!(before.into_iter().filter(|key| *key != claim).collect::<Vec<_>>(), after);
    }
}

#[test]
fn a_claim_file_holds_a_lock_from_the_moment_it_has_its_name() {
    let disk = place::folder("disco");
    let run = Run::new("2026-11-22T020000-0600", Vec::new());
    let _claim = run.claim(&disk);
    let path = disk.files.as_ref().unwrap().join(UNFINISHED).join(run.id.to_string()).join("claim.json");
    assert!(matches!(File::open(path).unwrap().try_lock(), Err(fs::TryLockError::WouldBlock)));
}
