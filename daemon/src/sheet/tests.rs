//! The sheet as a reader of PDF sees it.

use resguardo_shared::digest::Digest;
use zeroize::Zeroizing;

use super::{Place, Sheet, pdf};

const PUBLIC: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

fn made(places: &[Place], secret: Option<&[Zeroizing<String>]>) -> String {
    let keys = [PUBLIC.to_owned()];
    let sheet = Sheet {
        date: "23/11/2026",
        places,
        recipients: &keys,
        own: &keys,
        file: "llave.txt",
        sha256: Digest([7; 32]),
        secret,
    };
    // The streams are not compressed, so that their text stands in the file as it is, in Windows-1252.
    pdf(&sheet).iter().copied().map(char::from).collect()
}

#[test]
fn the_private_key_stands_on_it_only_when_it_is_told() {
    let secret =
        [Zeroizing::new("AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ".to_owned())];
    let plain = made(&[], None);
    assert!(plain.starts_with("%PDF-") && plain.contains(PUBLIC) && plain.contains("WinAnsiEncoding"));
    assert!(!plain.contains("1QQQQ"));
    let with = made(&[], Some(&secret));
    assert!(with.contains("AGE-SECRET-KEY-1QQQQ") && with.contains("PUEDE LEER TODAS LAS COPIAS"));
}

#[test]
fn every_disk_stands_on_it_with_its_place_however_many_there_are() {
    let place = |number: u32| Place { disk: format!("disco-{number}"), custody: Some(format!("caja fuerte {number}")) };
    let places: Vec<Place> = (0..90).map(place).collect();
    let sheet = made(&places, None);
    assert!((0..90).all(|number| sheet.contains(&format!("(disco-{number})"))), "a disk is missing");
    assert!(sheet.contains("caja fuerte 89"));
}

#[test]
fn the_sheet_is_a_document_that_may_be_attached_to_a_ticket() {
    let sheet: Vec<u8> = made(&[], None).chars().map(|byte| u8::try_from(byte).unwrap()).collect();
    let kept = crate::intake::accept("hoja.pdf", sheet.clone()).unwrap();
    assert_eq!((kept.kind, kept.bytes), (crate::intake::Kind::Pdf, sheet));
}
