//! Keys, signatures and what a head refuses.

use super::{forger, key, twenty};
use crate::register::error::RegisterError;
use crate::register::head::{GivenHead, Head};
use crate::register::key::{Key, PublicKey};
use crate::register::sample::{hourly, register};
use crate::register::seal::FIRST;

#[test]
fn a_key_is_that_of_rfc_8032_and_shows_no_secret() {
    let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let key = Key::from_hex(&format!("{secret}\n")).unwrap();
    assert_eq!(key.public().hex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_eq!(*key.to_hex(), secret);
    assert_eq!(format!("{key:?}"), format!("Key({})", key.public().fingerprint()));
    assert_eq!(PublicKey::from_hex(&key.public().hex()).unwrap(), key.public());
    assert_eq!(key.public().fingerprint().len(), 39);
    for bad in ["", "9d61", &secret.to_uppercase(), &secret.replace('9', "g"), &format!("{secret}00")] {
        let error = Key::from_hex(bad).unwrap_err();
        assert!(matches!(error, RegisterError::Hex { .. }) && !error.to_string().contains("9d61"), "{error}");
    }
}

#[test]
fn a_head_survives_its_file_and_knows_its_key() {
    let head = twenty().head;
    assert_eq!(Head::from_json(&head.to_json().unwrap()).unwrap(), head);
    head.check(None).unwrap();
    head.check(Some(&key().public())).unwrap();
    let error = head.check(Some(&forger().public())).unwrap_err();
    assert!(matches!(error, RegisterError::OtherKey { .. }), "{error}");
}

#[test]
fn the_signed_text_is_the_file_without_its_space_and_signature() {
    let given = GivenHead {
        id: uuid::Uuid::from_u128(1),
        label: "bóveda".to_owned(),
        sequence: 1,
        hash: FIRST.to_owned(),
        at: "2026-11-22T02:14:05-06:00".to_owned(),
    };
    let head = register(&hourly(1), &key(), vec![given]).unwrap().head;
    let json = String::from_utf8(head.to_json().unwrap()).unwrap();
    let compact = json.lines().map(str::trim_start).collect::<String>().replace("\": ", "\":");
    let (text, signature) = compact.split_once(",\"firma\":\"").unwrap();
    let signature = signature.strip_suffix("\"}").unwrap();
    assert!(key().public().signed(format!("{text}}}").as_bytes(), signature), "{text}");
    assert!(!key().public().signed(text.as_bytes(), signature));
}

#[test]
fn a_head_that_says_anything_else_is_not_signed() {
    let head = twenty().head;
    let changes: [fn(&mut Head); 5] = [
        |head| head.sequence -= 1,
        |head| head.hash = head.hash.replace('a', "b"),
        |head| head.at = head.at.replace("2026", "2027"),
        |head| head.key = forger().public().hex(),
        |head| head.signature = head.signature.to_uppercase(),
    ];
    for change in changes {
        let mut changed = head.clone();
        change(&mut changed);
        let error = changed.check(None).unwrap_err();
        assert!(matches!(error, RegisterError::Signature { .. }), "{error}");
    }
}

#[test]
fn a_head_of_a_newer_format_is_told_apart_from_a_changed_one() {
    let json = String::from_utf8(twenty().head.to_json().unwrap()).unwrap();
    let read = |json: &str| Head::from_json(json.as_bytes()).unwrap_err();
    assert!(matches!(read(&json.replace("\"formato\": 1", "\"formato\": 2")), RegisterError::HeadNewer(2)));
    assert!(matches!(read(&json.replace("FO-06\"", "FO-05\"")), RegisterError::OtherForm { .. }));
    assert!(matches!(read(json.trim_end()), RegisterError::HeadChanged));
    assert!(matches!(read(&json.replace("\"clave\"", "\"llave\"")), RegisterError::HeadParse(_)));
}
