//! The sample is always the same, fits its schema, and is as large and as compressible as it says.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{SCHEMA, complaints, tables, web_site};

fn copied(rows: u64) -> Vec<u8> {
    let mut out = Vec::new();
    complaints(rows, &mut out).unwrap();
    out
}

#[test]
fn the_same_rows_come_every_time() {
    assert_eq!(copied(500), copied(500));
    for table in tables() {
        assert!(table.rows(100).eq(table.rows(100)), "{}", table.name);
    }
}

#[test]
fn complaints_are_about_600_bytes_long_and_compress_like_text() {
    let rows = copied(20_000);
    let bytes_per_row = rows.len() / 20_000;
    assert!((540..=680).contains(&bytes_per_row), "{bytes_per_row} bytes a row");
    let compressed = zstd::bulk::compress(&rows, 3).unwrap();
    let ratio = rows.len() * 10 / compressed.len();
    assert!((35..=65).contains(&ratio), "{}.{} to 1", ratio / 10, ratio % 10);
}

#[test]
fn every_copied_row_has_the_columns_of_its_table_and_no_slot_left_open() {
    for table in tables() {
        let mut out = Vec::new();
        table.copy(2_000, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().count() >= 30, "{}", table.name);
        for line in text.lines() {
            assert_eq!(line.split('\t').count(), table.columns.len(), "{}: {line}", table.name);
            assert!(!line.contains(['{', '}']) && !line.contains("  "), "{}: {line}", table.name);
        }
    }
}

#[test]
fn reasons_hardly_ever_repeat() {
    let reasons: HashSet<String> = tables()[2].rows(5_000).map(|row| row[7].clone()).collect();
    assert_eq!(reasons.len(), 5_000);
}

#[test]
fn sqlite_takes_the_schema_and_all_rows_with_their_references() {
    let mut database = rusqlite::Connection::open_in_memory().unwrap();
    database.pragma_update(None, "foreign_keys", true).unwrap();
    database.execute_batch(SCHEMA).unwrap();
    let transaction = database.transaction().unwrap();
    for table in tables() {
        let marks = vec!["?"; table.columns.len()].join(", ");
        let insert = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name, table.columns.join(", "));
        let mut statement = transaction.prepare(&insert).unwrap();
        for row in table.rows(1_000) {
            statement.execute(rusqlite::params_from_iter(row)).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// Every path below `root` with its size, in order.
fn listing(root: &Path, folder: &Path, into: &mut Vec<(String, u64, u64)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let meta = fs::symlink_metadata(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if meta.is_dir() {
            listing(root, &path, into);
        } else if meta.is_file() {
            into.push((name, meta.len(), meta.nlink()));
        }
    }
}

#[test]
fn the_web_site_is_the_same_every_time_and_as_large_as_promised() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let count = web_site(one.path()).unwrap();
    web_site(two.path()).unwrap();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    listing(one.path(), one.path(), &mut first);
    listing(two.path(), two.path(), &mut second);
    assert_eq!(first, second);
    for (name, ..) in &first {
        assert_eq!(fs::read(one.path().join(name)).unwrap(), fs::read(two.path().join(name)).unwrap(), "{name}");
    }
    assert_eq!(u64::try_from(first.len()).unwrap(), count);
    let bytes: u64 = first.iter().map(|(_, bytes, names)| bytes / names).sum();
    assert!((7 << 20..9 << 20).contains(&bytes), "{bytes} bytes");
}

#[test]
fn the_web_site_has_what_a_backup_of_files_must_not_lose() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    web_site(root).unwrap();
    assert_eq!(fs::metadata(root.join("config/sitio.conf")).unwrap().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(root.join("noticias/última.html")).unwrap().is_symlink());
    assert!(fs::read_to_string(root.join("noticias/última.html")).unwrap().contains("</html>"));
    assert_eq!(fs::metadata(root.join("documentos/guia-vigente.pdf")).unwrap().nlink(), 2);
    assert_eq!(fs::read_dir(root.join("subidas")).unwrap().count(), 0);
}
