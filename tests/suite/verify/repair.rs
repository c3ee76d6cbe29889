//! Mending a copy from another disk.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use system_tests::command::{resguardo, run, sh, text};
use system_tests::world::{Kept, World, bytes};

use super::{flip, kept_world, places};

/// Fails unless the copy on the first disk is good for every tool, and nothing is left over.
#[track_caller]
fn is_whole(world: &World, kept: &Kept) {
    sh(
        "cd \"$1\" && sha256sum --quiet --strict -c \"$2.sha256\" && zstd -tq \"$2.bin.zst\"",
        &[text(&kept.folder), &kept.stamp],
    );
    world.run(&["verify", "disco-a", "disco-b"]).exits(0);
    assert_eq!(world.litter(0), Vec::<String>::new());
    assert_eq!(world.only(0, "plano/dato").manifest["disk"], kept.manifest["disk"]);
    assert!(bytes(&kept.file("bin.zst")) == bytes(&world.only(1, "plano/dato").file("bin.zst")));
}

#[test]
fn whatever_is_damaged_or_gone_is_mended_from_the_other_disk() {
    let (world, kept) = kept_world();
    let archive = format!("plano/dato/{}", kept.stamp);
    let [file, sums, manifest] = ["bin.zst", "sha256", "manifest.json"].map(|suffix| kept.file(suffix));
    let place = places(&bytes(&file))[1].0 + 77;

    flip(&file, &[place]);
    let mended = world.run(&["disk", "repair", "disco-a", "--json"]).exits(0).json();
    let mended = &mended["archives"][0];
    assert_eq!((&mended["ok"], &mended["mended_from"]), (&json!(true), &json!("disco-b")), "{mended:#}");
    assert_eq!(mended["files"], json!([format!("{}.bin.zst", kept.stamp)]));
    assert_eq!(mended["before"][0]["frame"], 1);
    is_whole(&world, &kept);

    // The archive stays as it is where only what describes it is damaged.
    let inode = || std::os::unix::fs::MetadataExt::ino(&file.metadata().unwrap());
    let before = inode();
    fs::write(&sums, "").unwrap();
    fs::write(&manifest, "{").unwrap();
    world.run(&["disk", "repair", "disco-a", &archive]).exits(0).says("mended");
    is_whole(&world, &kept);
    assert_eq!(inode(), before);

    flip(&manifest, &[kept.manifest.to_string().len() as u64 / 2]);
    world.run(&["disk", "repair", "disco-a", &archive]).exits(0);
    is_whole(&world, &kept);

    for gone in [vec![&file], vec![&manifest], vec![&file, &sums, &manifest]] {
        gone.iter().for_each(|path| fs::remove_file(path).unwrap());
        world.run(&["disk", "repair", "disco-a", &archive]).exits(0).says("from disco-b");
        is_whole(&world, &kept);
    }
    world.run(&["disk", "repair", "disco-a", &archive]).exits(0).says("nothing was wrong");
}

#[test]
fn two_paths_are_enough() {
    let (world, kept) = kept_world();
    flip(&kept.file("bin.zst"), &[5000]);
    let [bad, good] = [0, 1].map(|disk: usize| text(&world.disks[disk].path).to_owned());
    let words = ["--config", "/nowhere.yaml", "disk", "repair", &bad, "--from", &good];
    run(Command::new(resguardo()).args(words)).exits(0).says("mended");
    is_whole(&world, &kept);
}

#[test]
fn nothing_is_mended_from_a_copy_that_is_damaged_itself() {
    let (world, kept) = kept_world();
    let archive = format!("plano/dato/{}", kept.stamp);
    let files = [kept.file("bin.zst"), world.only(1, "plano/dato").file("bin.zst")];
    flip(&files[0], &[5000]);
    flip(&files[1], &[9_000]);
    let before = files.clone().map(|file| bytes(&file));
    let refused = world.run(&["disk", "repair", "disco-a", &archive]);
    refused.exits(8).says("cannot be mended").says("disco-b: its own copy is not good");
    assert!(files.clone().map(|file| bytes(&file)) == before);
    assert_eq!(world.litter(0), Vec::<String>::new());
    world.disks[1].umount();
    world
        .run(&["disk", "repair", "disco-a", &archive])
        .exits(8)
        .says("no good copy is here")
        .says("not here: disk disco-b");
    world.run(&["disk", "repair", "disco-a", "plano/dato/2020-01-01T000000-0600"]).exits(8);
    world.run(&["disk", "repair", "disco-x"]).exits(10);
}

#[test]
fn a_disk_that_does_not_hold_what_it_is_given_is_said_to_be_dying_and_left_as_it_is() {
    let (world, kept) = kept_world();
    let file = kept.file("bin.zst");
    flip(&file, &[5000]);
    let before = bytes(&file);
    let unfinished = world.disks[0].path.join("unfinished");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Spoils what is written as soon as its first bytes are there, as a dying disk does.
        let spoiler = scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let runs = fs::read_dir(&unfinished).into_iter().flatten().flatten();
                for path in runs.map(|run| run.path().join(format!("{}.bin.zst", kept.stamp))) {
                    let Ok(spoiled) = OpenOptions::new().read(true).write(true).open(path) else { continue };
                    if spoiled.metadata().unwrap().len() > 100_000 {
                        let mut byte = [0];
                        spoiled.read_exact_at(&mut byte, 70_000).unwrap();
                        spoiled.write_all_at(&[byte[0] ^ 1], 70_000).unwrap();
                        return true;
                    }
                }
            }
            false
        });
        let refused = world.run(&["disk", "repair", "disco-a"]);
        over.store(true, Ordering::Relaxed);
        assert!(spoiler.join().unwrap(), "what was written was never seen: {}", refused.said());
        refused.exits(8).says("reads back differently").says("the disk is dying");
    });
    assert!(bytes(&file) == before, "the damaged copy was touched");
    assert_eq!(world.litter(0), Vec::<String>::new());
}
