//! The register's files on every kind of place.

use super::place;
use crate::register::head::Head;
use crate::register::key::Key;
use crate::register::sample::{hourly, register};
use crate::register::verify::verify;
use crate::vault::chain::{OnDisk, read, write};
use crate::vault::error::VaultError;
use crate::vault::layout::{HEAD, REGISTER};

fn key() -> Key {
    Key::from_secret(&zeroize::Zeroizing::new([7; 32]))
}

#[test]
fn a_register_is_read_from_a_disk_as_it_was_written() {
    let sample = register(&hourly(9000), &key(), Vec::new()).unwrap();
    let head = sample.head.to_json().unwrap();
    for disk in place::all() {
        let store = disk.store();
        assert_eq!(read(&store).unwrap(), OnDisk { files: Vec::new(), head: None });
        write(&store, sample.files.clone(), head.clone()).unwrap();
        let found = read(&store).unwrap();
        assert_eq!(found, OnDisk { files: sample.files.clone(), head: Some(head.clone()) });
        let signed = Head::from_json(&found.head.unwrap()).unwrap();
        assert!(verify(&found.files, Some(&signed), Some(&key().public())).is_whole());
    }
}

#[test]
fn a_year_that_did_not_change_is_left_alone_and_strange_files_are_passed_over() {
    let sample = register(&hourly(9000), &key(), Vec::new()).unwrap();
    let head = sample.head.to_json().unwrap();
    for disk in place::all() {
        let store = disk.store();
        write(&store, sample.files.clone(), head.clone()).unwrap();
        store.write_small(&format!("{REGISTER}notas.txt"), b"hola".to_vec()).unwrap();
        write(&store, sample.files.get(1..).unwrap().to_vec(), head.clone()).unwrap();
        assert_eq!(read(&store).unwrap().files, sample.files);
        let error = write(&store, vec![("../FO-06-2026.jsonl".to_owned(), Vec::new())], Vec::new()).unwrap_err();
        assert!(matches!(error, VaultError::Operation { .. }), "{error:?}");
        assert_eq!(store.read_small(HEAD, 1 << 20).unwrap(), Some(head.clone()));
    }
}
