//! Random trees: every member that is restored by itself is what it was.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use resguardo_agent::framer::{Settings, fill_from, frame};
use resguardo_shared::digest::Digest;
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::jobs::archives::Found;
use crate::jobs::{disks, unpack};
use crate::pipeline::seek_table::{Entry, SeekTable};
use crate::vault::catalogue;
use crate::vault::marker::prepare;
use crate::vault::store::Place;

const STEM: &str = "archives/web/sitio/2026-11-22T020000-0600";
const MARKER: &str = r#"{ "format": 1, "id": "00000000-0000-4000-8000-000000000001", "label": "disco",
    "prepared": "2026-01-01T00:00:00Z", "prepared_by": "prueba" }"#;

/// What stands at a path of a random tree.
#[derive(Debug, Clone)]
enum Thing {
    File(usize, u32),
    Folder,
    Symlink(String),
    HardLink(usize),
}

fn things() -> impl Strategy<Value = Vec<(Vec<String>, Thing)>> {
    let name = prop_oneof![
        4 => "[a-zñ*? \\\\._-]{1,12}".prop_filter("no name", |name| name != "." && name != ".."),
        1 => "[a-z]{120,200}",
        1 => Just("línea\nnueva".to_owned()),
    ];
    let thing = prop_oneof![
        5 => (0_usize..20_000, 0_u32..0o1000).prop_map(|(bytes, mode)| Thing::File(bytes, mode | 0o400)),
        1 => Just(Thing::Folder),
        1 => "[a-z/.]{1,130}".prop_map(Thing::Symlink),
        1 => (0_usize..10).prop_map(Thing::HardLink),
    ];
    proptest::collection::vec((proptest::collection::vec(name, 1..4), thing), 1..12)
}

/// Plants what can be planted: where a name is taken already, the first one stays.
fn plant(root: &Path, things: &[(Vec<String>, Thing)]) {
    fs::create_dir(root).unwrap();
    let mut files = Vec::new();
    for (index, (names, thing)) in things.iter().enumerate() {
        let path = names.iter().fold(root.to_owned(), |path, name| path.join(name));
        if fs::create_dir_all(path.parent().unwrap()).is_err() || path.symlink_metadata().is_ok() {
            continue;
        }
        match thing {
            Thing::File(bytes, mode) => {
                let content: Vec<u8> = (0..*bytes).map(|at| u8::try_from((at * 7 + index) % 251).unwrap()).collect();
                fs::write(&path, content).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
                files.push(path);
            }
            Thing::Folder => fs::create_dir(&path).unwrap(),
            Thing::Symlink(to) => symlink(to, &path).unwrap(),
            Thing::HardLink(which) if !files.is_empty() => fs::hard_link(&files[which % files.len()], &path).unwrap(),
            Thing::HardLink(_) => {}
        }
    }
}

/// A disk with one backup of a tree, and with its list of members or without.
fn kept(disk: &Path, tree: &Path, format: &str, listed: bool) -> Found {
    let marker = serde_json::from_str(MARKER).unwrap();
    prepare(&Place::Folder { path: disk.to_owned(), mount_point: false }, &marker).unwrap();
    let mut tar = Command::new("tar");
    tar.args(["--create", "--file=-", "--sort=name", &format!("--format={format}"), "--directory"]).arg(tree).arg(".");
    let dump = tar.output().unwrap();
    assert!(dump.status.success());
    let (mut archive, mut table) = (Vec::new(), SeekTable::default());
    let settings = Settings { frame_bytes: 4096, level: 1, threads: 1, sealed: true };
    frame(settings, fill_from(dump.stdout.as_slice(), 4096), |frame| {
        table.entries.push(Entry {
            compressed: u32::try_from(frame.compressed.len()).unwrap(),
            plain: frame.plain_length,
            checksum: frame.content_checksum().unwrap(),
        });
        archive.extend(frame.compressed);
        Ok(())
    })
    .unwrap();
    archive.extend(table.to_bytes());
    let store = Store::open("disco", &Place::Folder { path: disk.to_owned(), mount_point: false }).unwrap();
    store.write_small(&format!("{STEM}.tar.zst"), archive.clone()).unwrap();
    let mut lister = Lister::new(true, &[]);
    dump.stdout.chunks(777).for_each(|chunk| lister.feed(chunk));
    let list = lister.finish().unwrap();
    let mut members = json!(null);
    if listed {
        members::write(&store, &format!("{STEM}.members.zst"), &list).unwrap();
        members = json!({ "name": "2026-11-22T020000-0600.members.zst", "bytes": list.bytes, "sha256": list.sha256,
                          "count": list.count });
    }
    let manifest = json!({
        "format": 1, "run": "00000000-0000-4000-8000-000000000002", "server": "web", "dataset": "sitio",
        "dump": { "kind": "files", "path": "/srv" }, "started": "x", "ended": "x", "tool": "x", "mode": "plain",
        "host_key": "x", "members": members, "disk": { "id": "00000000-0000-4000-8000-000000000001", "label": "disco" },
        "read_back": { "at": "x", "how": "direct", "decompressed": true },
        "files": [{
            "part": "main", "name": "2026-11-22T020000-0600.tar.zst", "archive_bytes": archive.len(),
            "archive_sha256": Digest::of(&archive), "frames": table.entries.len(), "plain_bytes": dump.stdout.len(),
            "plain_sha256": Digest::of(&dump.stdout), "exit": { "status": 0 }, "evidence": { "shows": "x" },
        }],
    });
    store.write_small(&format!("{STEM}.manifest.json"), manifest.to_string().into_bytes()).unwrap();
    let entry = catalogue::list(&store, None).unwrap().remove(0);
    Found { disk: disks::by_path(disk).unwrap(), entry }
}

/// A pattern that means just this path.
fn exactly(path: &[u8]) -> Pattern {
    let special = |letter: char| matches!(letter, '*' | '?' | '\\');
    let text = String::from_utf8(path.to_vec()).unwrap();
    Pattern::new(
        &text
            .chars()
            .flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter]))
            .collect::<String>(),
    )
}

fn same(original: &Path, restored: &Path) -> Result<(), TestCaseError> {
    let [before, after] = [original, restored].map(|path| path.symlink_metadata().unwrap());
    prop_assert_eq!((before.mode(), before.mtime()), (after.mode(), after.mtime()));
    if before.is_symlink() {
        prop_assert_eq!(fs::read_link(original).unwrap(), fs::read_link(restored).unwrap());
    } else if before.is_file() {
        prop_assert!(fs::read(original).unwrap() == fs::read(restored).unwrap(), "{}", original.display());
    } else if before.is_dir() {
        let names = |path: &Path| {
            let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        prop_assert_eq!(names(original), names(restored));
    }
    Ok(())
}

fn folder() -> TempDir {
    tempfile::tempdir_in(std::env::current_exe().unwrap().parent().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn each_member_restored_by_itself_is_what_it_was(things in things(), gnu: bool, listed: bool) {
        let folder = folder();
        let tree = folder.path().join("árbol");
        plant(&tree, &things);
        let found = kept(folder.path(), &tree, if gnu { "gnu" } else { "posix" }, listed);
        let cancel = CancellationToken::new();
        let reading = Reading { identity: None, threads: 2, tell: &|_bytes| (), cancel: &cancel };
        let mut paths = Vec::new();
        let mut listing = Listing::open(&found, reading).unwrap();
        listing.each(&mut |member| {
            paths.push(plain_path(&member.path).to_vec());
            Ok(())
        }).unwrap();
        for (index, path) in paths.iter().enumerate() {
            let to = folder.path().join(format!("vuelta-{index}"));
            unpack::some(&found, &[exactly(path)], &to, reading).unwrap();
            let relative = std::ffi::OsStr::from_bytes(path);
            same(&tree.join(relative), &to.join(relative))?;
        }
    }
}

#[test]
fn what_matches_nothing_is_an_error_and_restores_nothing() {
    let folder = folder();
    let tree = folder.path().join("árbol");
    plant(&tree, &[(vec!["a".to_owned()], Thing::File(10, 0o600))]);
    let found = kept(folder.path(), &tree, "posix", true);
    let cancel = CancellationToken::new();
    let reading = Reading { identity: None, threads: 1, tell: &|_bytes| (), cancel: &cancel };
    let to = folder.path().join("vuelta");
    let error = unpack::some(&found, &[Pattern::new("a"), Pattern::new("b")], &to, reading).unwrap_err();
    assert!(error.to_string().contains("matches \"b\""), "{error}");
    assert!(!to.exists());
}
