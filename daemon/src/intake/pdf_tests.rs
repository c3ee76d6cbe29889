//! Documents: what acts by itself is found wherever it hides, and what does not is kept byte for byte.

use super::*;
use crate::intake::samples::{packed, packed_as, pdf, stream};

#[track_caller]
fn active(file: Vec<u8>, what: &str) {
    let error = accept("a.pdf", file).unwrap_err();
    assert!(matches!(error, Refused::Active { .. }), "{what}: {error}");
    let text = error.to_string();
    assert!(text.contains(what) && text.contains("Guardar como PDF"), "{what}: {text}");
}

#[track_caller]
fn broken(file: Vec<u8>) {
    let error = accept("a.pdf", file).unwrap_err();
    assert!(matches!(error, Refused::BrokenDocument { .. }), "{error}");
    assert!(error.to_string().contains("Guardar como PDF"), "{error}");
}

#[track_caller]
fn harmless(file: Vec<u8>) {
    let kept = accept("a.pdf", file.clone()).unwrap();
    assert!(kept.bytes == file, "kept byte for byte");
}

/// What is refused, as an object of its own, and what is said of it.
const ACTIVE: &[(&str, &str)] = &[
    ("<< /S /JavaScript /JS (app.alert(1)) >>", "JavaScript"),
    ("<< /S /Foo /JS 7 0 R >>", "/JS"),
    ("<< /S /Launch /F (cmd.exe) >>", "/Launch"),
    ("<< /S /SubmitForm /F (https://example.test/) >>", "/SubmitForm"),
    ("<< /S /ImportData /F (x.fdf) >>", "/ImportData"),
    ("<< /S /GoToR /F (otro.pdf) /D [0 /Fit] >>", "/GoToR"),
    ("<< /Subtype /RichMedia >>", "/RichMedia"),
    ("<< /Type /EmbeddedFile /Length 0 >>", "/EmbeddedFile"),
    ("<< /EmbeddedFiles << /Names [] >> >>", "/EmbeddedFiles"),
    ("<< /Type /Filespec /EF << /F 9 0 R >> >>", "/EF"),
    ("<< /XFA 9 0 R /Fields [] >>", "/XFA"),
    ("<< /Type /Page /AA << /O 9 0 R >> >>", "/AA"),
    ("<< /Kids [ [ << /A << /S /J#61vaScr#69pt >> >> ] ] >>", "JavaScript"),
    ("<< /S /#4aavaScript#20 /#4a#53 (x) >>", "/JS"),
    ("<< /A (texto \\) /B ) % nota >> \n /S /Launch >>", "/Launch"),
    ("<< /Sin valor /JS (x) /Otro >>", "/JS"),
];

#[test]
fn what_acts_by_itself_is_refused_in_any_object() {
    for (object, what) in ACTIVE {
        active(pdf("", &[object.as_bytes().to_vec()]), what);
        active(pdf(&format!("/Extra {object}"), &[]), what);
    }
}

#[test]
fn what_acts_by_itself_is_refused_within_packed_objects() {
    for (object, what) in ACTIVE {
        active(pdf("", &[packed(object)]), what);
        let plain = stream("/Type /ObjStm /N 1 /First 5", format!("90 0 {object}").as_bytes());
        active(pdf("", &[plain]), what);
    }
    // Without saying what it is, and with its type spelled in another way.
    let object = "90 0 << /S /Launch >>";
    active(pdf("", &[packed_as(object, 5, "/N 1")]), "/Launch");
    active(pdf("", &[packed_as(object, 5, "/Type /Obj#53tm /N 1")]), "/Launch");
    // Behind a length that is too short, and behind much that says nothing.
    let long = format!("90 40000 {}<< /S /Launch >>", " ".repeat(40_000));
    active(pdf("", &[packed_as(&long, 9, "/Type /ObjStm /N 1")]), "/Launch");
    let short = String::from_utf8_lossy(&packed(object)).into_owned();
    assert!(short.contains("/Length"));
    let mut lying = packed("<< /S /Launch >>");
    let at = memchr::memmem::find(&lying, b"/Length ").unwrap() + 8;
    lying[at] = b'0';
    active(pdf("", &[lying]), "/Launch");
}

#[test]
fn packing_that_is_never_used_is_refused() {
    for dict in ["/Type /ObjStm /N 1 /DecodeParms << /Predictor 12 >>", "/Type /ObjStm /N 1 /F (otro)"] {
        broken(pdf("", &[packed_as("90 0 null", 5, dict)]));
    }
    broken(pdf("", &[stream("/Type /ObjStm /N 1 /First 5 /Filter [/ASCIIHexDecode /FlateDecode]", b"3930>")]));
    broken(pdf("", &[stream("/Type /ObjStm /N 1 /First 5 /Filter 6 0 R", b"90 0 null")]));
}

#[test]
fn a_document_may_open_at_one_of_its_pages_and_do_nothing_else() {
    harmless(pdf("/OpenAction [3 0 R /Fit]", &[]));
    harmless(pdf("/OpenAction << /S /GoTo /D [3 0 R /Fit] >>", &[]));
    harmless(pdf("/OpenAction 5 0 R", &[b"[3 0 R /XYZ null null 0]".to_vec()]));
    harmless(pdf("/OpenAction 90 0 R", &[packed("<< /S /GoTo /D [3 0 R /Fit] >>")]));
    let uri = b"<< /S /URI /URI (https://example.test/) >>".to_vec();
    harmless(pdf("", std::slice::from_ref(&uri)));
    active(pdf("/OpenAction << /S /URI /URI (https://example.test/) >>", &[]), "/OpenAction");
    active(pdf("/OpenAction 5 0 R", &[uri]), "/OpenAction");
    active(pdf("/OpenAction 90 0 R", &[packed("<< /S /Named /N /Print >>")]), "/OpenAction");
    active(pdf("/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next << /S /URI >> >>", &[]), "/OpenAction");
    active(pdf("/OpenAction << /S /URI /S /GoTo >>", &[]), "/OpenAction");
    active(pdf("/OpenAction 77 0 R", &[]), "/OpenAction");
}

#[test]
fn an_older_or_hidden_version_of_an_object_counts_too() {
    let mut file = pdf("", &[]);
    let newer = pdf("", &[]);
    file.extend_from_slice(b"5 0 obj << /S /Launch >> endobj\n");
    file.extend_from_slice(&newer[9..]);
    active(file, "/Launch");
    // Within another stream, where only a table that points there finds it.
    active(pdf("", &[stream("", b"x 9 0 obj << /S /Launch >> endobj x")]), "/Launch");
    // The same word in a text, a comment or the page's own drawing does nothing.
    harmless(pdf("", &[b"<< /Title (/JavaScript /Launch) /T <2f4a53> % /AA\n >>".to_vec(), stream("", b"/JS /AA Do")]));
    harmless(pdf("", &[b"<< /Differences [0 /AA /JS /EF] >>".to_vec()]));
}

#[test]
fn an_encrypted_document_is_refused_with_the_remedy() {
    let mut file = String::from_utf8_lossy(&pdf("", &[])).into_owned();
    file = file.replace("/Root 1 0 R", "/Root 1 0 R /Encr#79pt 5 0 R");
    let error = accept("a.pdf", file.into_bytes()).unwrap_err();
    assert_eq!(error, Refused::Encrypted);
    assert!(error.to_string().contains("guárdelo sin contraseña"), "{error}");
}

#[test]
fn a_document_that_cannot_be_read_to_its_end_is_refused() {
    let file = pdf("", &[]);
    broken(b"%PDF-1.7".to_vec());
    broken(file[..file.len() - 7].to_vec());
    broken(file[..file.len() / 2].to_vec());
    broken(b"%PDF-1.7\nstartxref\n0\n%%EOF\n".to_vec());
    let swapped = |from: &str, to: &str| String::from_utf8_lossy(&file).replace(from, to).into_bytes();
    broken(swapped("/Type /Page ", "/Type /Blat "));
    broken(swapped("/Root 1 0 R", "/Root 4 0 R"));
    broken(swapped("trailer", "treiler"));
}

#[test]
fn nothing_that_another_program_takes_for_a_file_stands_behind_the_end() {
    let with = |tail: &[u8]| [pdf("", &[]).as_slice(), tail].concat();
    for blank in [&b""[..], b"\n\n", b"\r\n\0\0\0\0", b"\x1a"] {
        harmless(with(blank));
    }
    harmless(with(b"impreso por la oficina"));
    let long = [b"x".repeat(600).as_slice(), b"\n"].concat();
    for tail in [
        &b"PK\x03\x04abc"[..],
        b"  <!doctype html><script>",
        b"#!/bin/sh\n",
        b"hola <script>",
        b"\0\0PK\x05\x06",
        b"MZ",
        &long,
    ] {
        let error = accept("a.pdf", with(tail)).unwrap_err();
        assert!(matches!(error, Refused::Appended { .. }), "{tail:?}: {error}");
    }
    let zip = pdf("", &[stream("", b"PK\x05\x06\0\0\0\0")]);
    assert!(matches!(accept("a.pdf", zip), Err(Refused::Appended { .. })), "a ZIP may end before our end");
}
