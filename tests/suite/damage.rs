//! A good backup that goes bad on its disk: `verify` names it, and `restore` never gives it as good.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use system_tests::command::{sh, text};
use system_tests::world::{Kept, World, bytes};

/// A world with a backup of four frames on both disks.
fn kept_world() -> (World, Kept, Vec<u8>) {
    let mut world = World::new();
    world.server("plano", "plain");
    let source = world.path("dato");
    // Half of it compresses, half does not.
    sh("head -c 7000000 /dev/urandom > \"$1\"; seq 900000 >> \"$1\"", &[text(&source)]);
    let command = format!("cat '{}'", source.display());
    world.dataset(&json!({ "name": "dato", "kind": "command", "command": command, "suffix": "bin" }));
    world.backup(&[]).exits(0);
    let kept = world.only(0, "plano/dato");
    assert!(kept.main()["frames"].as_u64().unwrap() >= 3);
    (world, kept, bytes(&source))
}

/// The lengths of the archive's zstd frames, the seek table last.
fn frame_lengths(archive: &[u8]) -> Vec<usize> {
    let number = |at: usize| u32::from_le_bytes(*archive[at..].first_chunk().unwrap()) as usize;
    let frames = number(archive.len() - 9);
    let table = 8 + 12 * frames + 9;
    let entries = archive.len() - table + 8;
    let mut lengths: Vec<usize> = (0..frames).map(|index| number(entries + 12 * index)).collect();
    assert_eq!(lengths.iter().sum::<usize>() + table, archive.len());
    lengths.push(table);
    lengths
}

/// Fails unless `verify` names the damage, and `restore` from that disk gives nothing or refuses.
#[track_caller]
fn found(world: &World, dataset: &str, what: &str, good: &[u8]) -> Result<(), String> {
    let verified = world.run(&["verify", "disco-a", "--json"]);
    if verified.code != 8 || !verified.said().contains(dataset) {
        return Err(format!("{what}: verify ends with {}: {}", verified.code, verified.said()));
    }
    let folder = world.path("vuelta");
    fs::create_dir(&folder).unwrap();
    let restored = world.run(&["restore", dataset, "--disk", "disco-a", "--to", text(&folder)]);
    let left: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let piped = world.run(&["restore", dataset, "--disk", "disco-a", "--to", "-"]);
    let as_good = left.iter().find(|path| path.extension().is_some_and(|suffix| suffix == "bin"));
    let verdict = if let Some(path) = as_good
        && bytes(path) != good
    {
        Err(format!("{what}: restore left {} as if it were good", path.display()))
    } else if restored.code == 0 && as_good.is_none() {
        Err(format!("{what}: restore says it succeeded and gave nothing"))
    } else if piped.code == 0 && piped.stdout != good {
        Err(format!("{what}: restore wrote damaged bytes and said they were good"))
    } else {
        Ok(())
    };
    fs::remove_dir_all(&folder).unwrap();
    verdict
}

/// Damages a file in a way, looks whether it is found, and puts it right again.
fn damage(world: &World, good: &[u8], file: &Path, what: &str, how: impl Fn(&mut Vec<u8>)) -> Option<String> {
    let whole = bytes(file);
    let mut damaged = whole.clone();
    how(&mut damaged);
    assert!(whole != damaged, "{what}: nothing was damaged");
    fs::write(file, damaged).unwrap();
    let fault = found(world, "plano/dato", what, good).err();
    fs::write(file, whole).unwrap();
    fault
}

#[test]
fn one_flipped_bit_anywhere_in_an_archive_is_found_and_never_restored_as_good() {
    let (world, kept, good) = kept_world();
    let file = kept.file("bin.zst");
    let archive = bytes(&file);
    let lengths = frame_lengths(&archive);
    let table = archive.len() - lengths.last().unwrap();
    let last_frame = table - lengths[lengths.len() - 2];
    let places = [
        ("the first frame's magic number", 0),
        ("the first frame's header", 5),
        ("the first frame's data", 1000),
        ("the first frame's checksum", lengths[0] - 2),
        ("the second frame's magic number", lengths[0] + 1),
        ("the second frame's data", lengths[0] + lengths[1] / 2),
        ("the last frame's data", last_frame + 500),
        ("the last frame's checksum", table - 1),
        ("the seek table's magic number", table),
        ("the seek table's length", table + 4),
        ("a length in the seek table", table + 8),
        ("a checksum in the seek table", table + 17),
        ("the number of frames", archive.len() - 9),
        ("the seek table's flags", archive.len() - 5),
        ("the footer's magic number", archive.len() - 1),
    ];
    let flip = |(what, place): &(&str, usize)| damage(&world, &good, &file, what, |bytes| bytes[*place] ^= 0x10);
    let faults: Vec<String> = places.iter().filter_map(flip).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    world.run(&["verify", "disco-a", "disco-b"]).exits(0);
}

#[test]
fn an_archive_that_is_cut_or_longer_or_gone_is_found() {
    let (world, kept, good) = kept_world();
    let file = kept.file("bin.zst");
    let lengths = frame_lengths(&bytes(&file));
    let [first, second] = [lengths[0], lengths[1]];
    let without_table = bytes(&file).len() - lengths.last().unwrap();
    let faults = [
        damage(&world, &good, &file, "one byte less", |bytes| bytes.truncate(bytes.len() - 1)),
        damage(&world, &good, &file, "one byte more", |bytes| bytes.push(0)),
        damage(&world, &good, &file, "the first frame only", |bytes| bytes.truncate(first)),
        damage(&world, &good, &file, "no seek table", |bytes| bytes.truncate(without_table)),
        damage(&world, &good, &file, "half a frame", |bytes| bytes.truncate(first / 2)),
        damage(&world, &good, &file, "nothing", Vec::clear),
        damage(&world, &good, &file, "zeros of the same length", |bytes| bytes.fill(0)),
        damage(&world, &good, &file, "two frames swapped", |bytes| bytes[..first + second].rotate_left(first)),
    ];
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let aside = world.path("aparte");
    fs::copy(&file, &aside).unwrap();
    fs::remove_file(&file).unwrap();
    found(&world, "plano/dato", "no archive", &good).unwrap();
    let listed = world.archives();
    let [on_a, on_b] = ["disco-a", "disco-b"].map(|disk| listed.iter().find(|entry| entry["disk"] == disk).unwrap());
    assert_eq!((&on_a["exists"], &on_b["exists"]), (&json!(false), &json!(true)), "{listed:?}");
    // The other disk's copy is as good as it was.
    let other = world.run(&["restore", "plano/dato", "--disk", "disco-b", "--to", "-"]);
    assert!(other.exits(0).stdout == good);
}

#[test]
fn an_altered_manifest_is_found() {
    let (world, kept, good) = kept_world();
    let file = kept.file("manifest.json");
    let main = kept.main().clone();
    let replace = |what: &str, from: &str, to: &str| {
        damage(&world, &good, &file, what, |bytes| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            *bytes = text.replacen(from, to, 1).into_bytes();
        })
    };
    let digest = |key: &str| main[key].as_str().unwrap().to_owned();
    let turned = |digest: &str| digest.chars().rev().collect::<String>();
    let [plain, archive] = ["plain_sha256", "archive_sha256"].map(digest);
    let [plain_bytes, archive_bytes] = ["plain_bytes", "archive_bytes"].map(|key| main[key].to_string());
    let faults = [
        replace("another digest of the dump", &plain, &turned(&plain)),
        replace("another digest of the archive", &archive, &turned(&archive)),
        replace("another length of the dump", &plain_bytes, "17"),
        replace("another length of the archive", &archive_bytes, "17"),
        replace("another number of frames", &format!("\"frames\": {}", main["frames"]), "\"frames\": 99"),
        replace("an unknown key", "{", "{ \"nuevo\": 1,"),
        replace("a file elsewhere", ".bin.zst", "/../../../../LEEME.txt"),
        damage(&world, &good, &file, "half a manifest", |bytes| bytes.truncate(bytes.len() / 2)),
        damage(&world, &good, &file, "an empty manifest", Vec::clear),
    ];
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_altered_checksum_file_is_found() {
    let (world, kept, good) = kept_world();
    let file = kept.file("sha256");
    let faults = [
        damage(&world, &good, &file, "another digest", |bytes| bytes[3] = if bytes[3] == b'0' { b'1' } else { b'0' }),
        damage(&world, &good, &file, "no digest", Vec::clear),
    ];
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    fs::remove_file(&file).unwrap();
    found(&world, "plano/dato", "no checksum file", &good).unwrap();
}

#[test]
fn an_altered_marker_is_found() {
    let (world, _kept, _good) = kept_world();
    let file = world.disks[0].path.join("resguardo-disk.json");
    let marker = fs::read_to_string(&file).unwrap();
    for other in [marker.replace("disco-a", "disco-x"), marker.replace("\"id\"", "\"di\""), String::new()] {
        fs::write(&file, other).unwrap();
        let outcome = world.run(&["verify", "disco-a"]);
        assert!([4, 8].contains(&outcome.code), "code {}: {}", outcome.code, outcome.said());
        outcome.says("disco-a");
    }
    fs::write(&file, marker).unwrap();
    world.run(&["verify", "disco-a"]).exits(0);
}

#[test]
fn a_tree_whose_archive_is_damaged_is_not_unpacked_as_if_it_were_whole() {
    let mut world = World::new();
    world.server("plano", "plain");
    let tree = world.path("sitio");
    sh("mkdir \"$1\"; head -c 9000000 /dev/urandom > \"$1/a\"; head -c 900000 /dev/urandom > \"$1/b\"", &[text(&tree)]);
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": tree }));
    world.backup(&[]).exits(0);
    let file = world.only(0, "plano/sitio").file("tar.zst");
    let mut archive = bytes(&file);
    let middle = archive.len() / 2;
    archive[middle] ^= 1;
    fs::write(&file, archive).unwrap();
    fs::create_dir(world.path("x")).unwrap();
    let from_bad = ["restore", "plano/sitio", "--disk", "disco-a", "--extract", "--to", &world.at("x")];
    world.run(&from_bad).exits(8);
    fs::create_dir(world.path("y")).unwrap();
    let from_good = ["restore", "plano/sitio", "--disk", "disco-b", "--extract", "--to", &world.at("y")];
    world.run(&from_good).exits(0);
    sh("diff -r \"$1\" \"$2\"", &[text(&tree), &world.at("y")]);
}
