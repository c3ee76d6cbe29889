//! What a line of the register is, and what it refuses to be.

use std::process::Command;

use super::{time, twenty};
use crate::register::correction::{CORRECTABLE, corrected, correction};
use crate::register::entry::{Entry, Outcome, iso_week};
use crate::register::error::RegisterError;
use crate::register::sample::draft;
use crate::register::seal::{FIRST, LINE_BYTES_MAX, Place, file_name, hash, seal, year_of};

/// Two lines as version 03 of the form was first written; they are read forever and never edited.
const VERSION_03: &str = include_str!("fo-06-v03.jsonl");

fn first() -> Place {
    Place { sequence: 1, number: 1, previous: FIRST.to_owned() }
}

fn entry(text: &str) -> Entry {
    Entry::parse(text).unwrap()
}

#[test]
fn the_lines_of_version_03_are_read_and_written_as_they_were() {
    let mut place = first();
    for (line, at) in VERSION_03.lines().zip(["2026-12-31T23:59:59-06:00", "2027-01-01T02:14:05-06:00"]) {
        let mut wanted = draft(time(at));
        if place.sequence == 2 {
            wanted.outcome = Outcome::Missed;
            (wanted.started, wanted.ended, wanted.tool, wanted.verification) = (None, None, None, None);
            (wanted.files, wanted.media, wanted.notes) = (Vec::new(), Vec::new(), vec!["línea 1\nlínea 2".to_owned()]);
        }
        let sealed = seal(&wanted, &place).unwrap();
        assert_eq!(sealed.text, line);
        assert_eq!((entry(line).draft, entry(line).previous), (wanted, place.previous));
        place = Place { sequence: 2, number: 1, previous: sealed.hash };
    }
    assert_eq!(place.previous, "1c300e4b417c178573617f8444a37fcd4007538a79eae05c4d95578743d734ec");
}

#[test]
fn the_fields_stand_in_the_order_of_the_form() {
    let line = seal(&draft(time("2026-11-22T02:14:05-06:00")), &first()).unwrap().text;
    let keys = [
        "registro",
        "version",
        "secuencia",
        "anio",
        "correlativo",
        "asentado",
        "semana",
        "plan",
        "turno",
        "inicio",
        "fin",
        "origen",
        "herramienta",
        "archivos",
        "compresion",
        "medios",
        "verificacion",
        "prueba_restauracion",
        "resultado",
        "intentos",
        "responsable",
        "directriz",
        "visto_bueno",
        "observaciones",
        "asiento",
        "corrige",
        "hash_anterior",
    ];
    let places: Vec<usize> = keys.iter().map(|key| line.find(&format!("\"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{line}");
    assert!(line.contains(r#""asentado":"2026-11-22T02:14:05-06:00","semana":"2026-W47""#), "{line}");
}

#[test]
fn what_sha256sum_shows_of_a_line_is_what_the_next_one_calls_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let (name, content) = &twenty().files[0];
    std::fs::write(folder.path().join(name), content).unwrap();
    let shell = format!("sed -n 12p {name} | tr -d '\\n' | sha256sum");
    let shown = Command::new("sh").args(["-c", &shell]).current_dir(folder.path()).output().unwrap();
    let next = entry(str::from_utf8(content).unwrap().lines().nth(12).unwrap());
    assert_eq!(String::from_utf8(shown.stdout).unwrap().split_once(' ').unwrap().0, next.previous);
}

#[test]
fn a_line_of_a_newer_version_is_read_for_what_is_known_of_it() {
    let line = VERSION_03.lines().next().unwrap();
    let newer = line.replacen(r#""version":"03""#, r#""version":"04","clima":{"lluvia":[true]}"#, 1);
    assert_eq!(entry(&newer).draft, entry(line).draft);
    let other = line.replacen("DIACO-IN-FO-06", "DIACO-IN-FO-05", 1);
    assert!(matches!(Entry::parse(&other), Err(RegisterError::OtherForm { found }) if found == "DIACO-IN-FO-05"));
    assert!(matches!(Entry::parse("{}"), Err(RegisterError::Parse(_))));
}

#[test]
fn an_impossible_entry_is_not_sealed() {
    let good = draft(time("2026-11-22T02:14:05-06:00"));
    let place = |sequence, number, previous: &str| Place { sequence, number, previous: previous.to_owned() };
    let other = hash(b"x");
    for place in [place(0, 1, FIRST), place(2, 0, &other), place(2, 3, &other), place(2, 1, FIRST), place(1, 1, &other)]
    {
        assert!(matches!(seal(&good, &place), Err(RegisterError::Place { .. })), "{place:?}");
    }
    let upper = place(2, 1, &other.to_uppercase());
    assert!(matches!(seal(&good, &upper), Err(RegisterError::Place { .. })));
    let mut long = good.clone();
    long.notes.push("x".repeat(LINE_BYTES_MAX));
    assert!(matches!(seal(&long, &first()), Err(RegisterError::TooLong { .. })));
    for week in ["2026-47", "2026-W00", "2026-W54", "26-W47", "2026-W7"] {
        let bad = seal(&crate::register::entry::Draft { week: week.to_owned(), ..good.clone() }, &first());
        assert!(matches!(bad, Err(RegisterError::Week(_))), "{week}");
    }
    assert!(matches!(seal(&draft(time("1969-12-31T23:00:00-06:00")), &first()), Err(RegisterError::Year(1969))));
}

#[test]
fn the_year_is_that_of_the_place_and_the_week_that_of_iso() {
    let at = time("2026-12-31T23:59:59-06:00");
    assert_eq!((draft(at).year(), iso_week(&at).as_str()), (2026, "2026-W53"));
    assert_eq!(iso_week(&time("2027-01-03T00:00:00-06:00")), "2026-W53");
    assert_eq!(year_of(&file_name(2026)), Some(2026));
    for other in ["FO-06-+026.jsonl", "FO-06-026.jsonl", "FO-06-2026.jsonl.unfinished", "head.json"] {
        assert_eq!(year_of(other), None, "{other}");
    }
}

fn correct(of: &Entry, field: &str) -> Result<Entry, RegisterError> {
    let changes = [(field.to_owned(), "dice Ana".to_owned())];
    let draft = correction(of, time("2027-01-05T10:00:00-06:00"), "ana", "error de dedo", &changes)?;
    let place = Place { sequence: 9, number: 2, previous: hash(b"x") };
    Ok(entry(&seal(&draft, &place).unwrap().text))
}

#[test]
fn a_correction_is_a_new_entry_and_shows_in_the_one_that_it_corrects() {
    let original = entry(VERSION_03.lines().next().unwrap());
    for field in CORRECTABLE.iter().map(|field| field.replace("ETIQUETA", "usb-2")) {
        let correction = correct(&original, &field).unwrap();
        assert_eq!((correction.draft.outcome, correction.draft.responsible.as_str()), (Outcome::Correction, "ana"));
        let shown = corrected(&original, [&original, &correction]);
        assert!(format!("{shown:?}").contains("dice Ana") && !format!("{original:?}").contains("dice Ana"), "{field}");
        assert_eq!((&shown.files, shown.outcome), (&original.draft.files, original.draft.outcome));
        let unrelated = entry(VERSION_03.lines().nth(1).unwrap());
        assert_eq!(corrected(&unrelated, [&correction]), unrelated.draft);
    }
}

#[test]
fn a_correction_of_a_correction_refers_to_the_original() {
    let original = entry(VERSION_03.lines().next().unwrap());
    let first = correct(&original, "responsable").unwrap();
    let second = correct(&first, "ubicacion:usb-1").unwrap();
    let corrects = second.draft.corrects.as_ref().unwrap();
    assert_eq!((corrects.year, corrects.number), (original.year, original.number));
    let shown = corrected(&original, [&first, &second]);
    assert_eq!((shown.responsible.as_str(), shown.media[0].location.as_deref()), ("dice Ana", Some("dice Ana")));
    assert_eq!(shown.media[1].location, original.draft.media[1].location);
}

#[test]
fn what_proves_a_backup_cannot_be_corrected() {
    let original = entry(VERSION_03.lines().next().unwrap());
    for field in ["archivos", "sha256", "resultado", "inicio", "verificacion", "hash_anterior", ""] {
        let error = correct(&original, field).unwrap_err();
        assert!(error.to_string().contains("visto_bueno"), "{error}");
    }
    assert!(
        matches!(correct(&original, "ubicacion:nube"), Err(RegisterError::NoMedium { labels, .. }) if labels == "usb-1, usb-2")
    );
    let at = original.draft.at;
    let change = |text: &str| vec![("responsable".to_owned(), text.to_owned())];
    for (by, reason, changes) in [
        ("", "r", change("x")),
        ("ana", " ", change("x")),
        ("ana", "r", Vec::new()),
        ("ana", "r", change(" ")),
        ("ana", "r", [change("x"), change("y")].concat()),
    ] {
        assert!(matches!(correction(&original, at, by, reason, &changes), Err(RegisterError::Incomplete(_))));
    }
}
