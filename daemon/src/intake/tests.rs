//! What is taken and what is not by content and size, and what names become.

use super::*;
use crate::intake::samples::{jpeg, pdf};

#[track_caller]
fn refused(name: &str, bytes: &[u8]) -> String {
    accept(name, bytes.to_vec()).unwrap_err().to_string()
}

fn name_of(name: &str) -> String {
    accept(name, pdf("", &[])).unwrap().name
}

#[test]
fn the_kind_is_what_the_content_says_and_not_the_name() {
    let document = accept("foto.jpg", pdf("", &[])).unwrap();
    assert_eq!((document.kind, document.name.as_str()), (Kind::Pdf, "foto.pdf"));
    let photo = accept("informe.pdf", jpeg(16, 16, 80)).unwrap();
    assert_eq!((photo.kind, photo.name.as_str()), (Kind::Jpeg, "informe.jpg"));
    assert_eq!(photo.sha256, Digest::of(&photo.bytes));
    assert_eq!((Kind::Pdf.content_type(), Kind::Jpeg.content_type()), ("application/pdf", "image/jpeg"));
    assert_eq!(
        [Kind::from_word("pdf"), Kind::from_word("jpeg"), Kind::from_word("png")],
        [Some(Kind::Pdf), Some(Kind::Jpeg), None]
    );
}

#[test]
fn everything_else_is_refused_with_the_two_kinds_that_are_taken() {
    let others: &[(&str, &[u8], &str)] = &[
        ("foto.jpg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", "SVG"),
        ("doc.pdf", b"<!doctype html><script>alert(1)</script>", "página web"),
        ("doc.pdf", b"<script>alert(1)</script>\n%PDF-1.7\n", "página web"),
        ("doc.pdf", b"basura\n%PDF-1.7\n", "antepuesto"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        ("a.gif", b"GIF89a\x01\0\x01\0", "GIF"),
        ("a.docx", b"PK\x03\x04\x14\0", "Office"),
        ("a.zip", b"PK\x05\x06\0\0", "ZIP"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        ("a.exe", b"MZ\x90\0", "programa"),
        ("a.txt", "una línea".as_bytes(), "texto"),
        ("a", b"\0\x01\x02", "otra cosa"),
    ];
    for (name, bytes, looks_like) in others {
        let error = refused(name, bytes);
        assert!(error.starts_with("solo se aceptan PDF y JPEG; este archivo parece "), "{error}");
        assert!(error.contains(looks_like), "{name}: {error}");
    }
}

#[test]
fn a_file_has_from_one_byte_to_the_limit() {
    assert_eq!(accept("a.pdf", Vec::new()), Err(Refused::Empty));
    let document = pdf("", &[]);
    let padding = |length: usize| {
        let filler = vec![b'x'; length];
        pdf("", &[samples::stream("", &filler)])
    };
    let almost = FILE_BYTES_MAX - document.len() - 200;
    let exactly = padding(almost + FILE_BYTES_MAX - padding(almost).len());
    assert_eq!(exactly.len(), FILE_BYTES_MAX);
    assert_eq!(accept("a.pdf", exactly.clone()).unwrap().bytes, exactly, "kept byte for byte");
    let mut more = exactly;
    more.push(b'\n');
    assert_eq!(accept("a.pdf", more), Err(Refused::TooLarge));
}

#[test]
fn a_ticket_has_room_for_five_files_of_25_mib_in_all() {
    assert_eq!(room(4, 0, 1), Ok(()));
    assert_eq!(room(5, 0, 1), Err(Refused::TooManyFiles));
    assert_eq!(room(2, 20 << 20, 5 << 20), Ok(()));
    assert_eq!(room(2, 20 << 20, (5 << 20) + 1), Err(Refused::TicketFull));
    assert_eq!(room(2, u64::MAX, u64::MAX), Err(Refused::TicketFull));
}

#[test]
fn a_name_becomes_one_harmless_component_with_the_extension_of_its_kind() {
    let names = [
        (".htaccess", "htaccess.pdf"),
        ("\u{200b}.htaccess", "htaccess.pdf"),
        ("web.config", "web.config.pdf"),
        ("x.php.jpg", "x.php.pdf"),
        ("x.jpg.php", "x.jpg.php.pdf"),
        ("x.php%00.jpg", "x.php%00.pdf"),
        ("x.php\0.jpg", "x.php.pdf"),
        ("..\\..\\windows\\win.ini", "win.ini.pdf"),
        ("../../../../etc/cron.d/x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("C:\\a.pdf", "a.pdf"),
        ("C:a.pdf", "C_a.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("con.tar.pdf", "_con.tar.pdf"),
        ("LPT1", "_LPT1.pdf"),
        ("a.pdf.", "a.pdf"),
        ("a.pdf ", "a.pdf"),
        (" . a .pdf", "a.pdf"),
        ("", "archivo.pdf"),
        (".pdf", "archivo.pdf"),
        ("../", "archivo.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ("\"><img src=x onerror=alert(1)>.pdf", "___img src=x onerror=alert(1)_.pdf"),
        ("factura\u{202e}fdp.exe", "facturafdp.exe.pdf"),
        ("INFORME.PDF", "INFORME.PDF"),
        ("dicta\u{301}men te\u{301}cnico n\u{303}.pdf", "dictámen técnico ñ.pdf"),
        ("dictámen técnico ñ.pdf", "dictámen técnico ñ.pdf"),
    ];
    for (given, named) in names {
        assert_eq!(name_of(given), named, "{given:?}");
    }
    for name in ["foto.JPG", "foto.jpeg"] {
        assert_eq!(accept(name, jpeg(8, 8, 80)).unwrap().name, name);
    }
}

#[test]
fn a_long_name_keeps_its_end() {
    let name = name_of(&format!("{}.pdf", "a".repeat(300)));
    assert_eq!(name, format!("{}.pdf", "a".repeat(116)));
    assert!(name_of(&format!("{} final.pdf", "ñ".repeat(300))).ends_with("ñ final.pdf"));
    let device = name_of(&format!("CON.{}.pdf", "a".repeat(112)));
    assert!(device.starts_with("_CON.") && device.chars().count() <= NAME_CHARS_MAX, "{device}");
}

#[test]
fn a_download_is_named_as_the_file_and_its_header_cannot_be_broken() {
    assert_eq!(
        content_disposition("dictámen técnico ñ.pdf"),
        "attachment; filename=\"dictamen tecnico n.pdf\"; filename*=UTF-8''dict%C3%A1men%20t%C3%A9cnico%20%C3%B1.pdf"
    );
    assert_eq!(content_disposition("n\u{303}.pdf"), content_disposition("ñ.pdf"));
    for evil in
        ["a\"; filename=\"b.exe", "a\r\nSet-Cookie: x=1", "\\\"", "%22", "\0\u{7f}\u{85}", "'';--", "\u{1f600}\u{301}"]
    {
        let header = content_disposition(evil);
        assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{header}");
        assert_eq!(header.matches('"').count(), 2, "{header}");
        assert_eq!(header.matches(';').count(), 2, "{header}");
        assert!(!header.contains('\\'), "{header}");
    }
}
