//! Whatever comes, an answer comes back, soon, and in bounded memory.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::intake::samples::{exif, flat, grey, jpeg, packed, packed_as, pdf, stream, with_segment, zlib};

#[track_caller]
fn bounded(what: &str, file: Vec<u8>) -> Result<Accepted, Refused> {
    let began = Instant::now();
    let answer = accept("a.pdf", file);
    assert!(began.elapsed() < Duration::from_secs(20), "{what}: {:?}", began.elapsed());
    answer
}

#[test]
fn objects_within_objects_do_not_exhaust_the_stack() {
    for opening in ["[", "<<", "<</A", "[<</A ", "[(", "[/A<<"] {
        let deep = opening.repeat(2_000_000 / opening.len());
        for file in [
            pdf("", &[deep.clone().into_bytes()]),
            pdf("", &[packed(&deep)]),
            pdf("", &[stream("", format!("9 0 obj {deep}").as_bytes())]),
            pdf("", &[format!("(9 0 obj {deep})").into_bytes()]),
        ] {
            assert!(bounded(opening, file).is_err(), "{opening}");
        }
    }
    assert!(bounded("flat", pdf("", &["[(]) ]".repeat(100).into_bytes()])).is_ok());
}

#[test]
fn a_packed_bomb_is_refused_before_it_is_unpacked() {
    let bomb = zlib(&vec![b' '; 300 << 20]);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let one = stream("/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode", &bomb);
    let error = bounded("one", pdf("", std::slice::from_ref(&one))).unwrap_err();
    assert!(error.to_string().contains("desempacado"), "{error}");
    let smaller = packed_as(&format!("90 0 null{}", " ".repeat(20 << 20)), 5, "/Type /ObjStm /N 1");
    assert!(bounded("many", pdf("", &vec![smaller.clone(); 40])).is_err());
    assert!(bounded("few", pdf("", &vec![smaller; 2])).is_ok());
    // A page may be as large as it likes: nobody unpacks it here.
    assert!(bounded("page", pdf("", &[stream("/Filter /FlateDecode", &bomb)])).is_ok());
}

#[test]
fn objects_without_number_are_refused() {
    let many = "1 ".repeat(4_500_000);
    assert!(bounded("numbers", pdf("", &[format!("[{many}]").into_bytes()])).is_err());
    assert!(bounded("packed numbers", pdf("", &[packed(&format!("[{many}]"))])).is_err());
    let names = format!("<<{}>>", "/a".repeat(4_500_000));
    assert!(bounded("names", pdf("", &[names.into_bytes()])).is_err());
    let objects = "1 0 obj null endobj ".repeat(520_000);
    assert!(bounded("objects", pdf("", &[objects.into_bytes()])).is_ok(), "many, but harmless");
    let begun = "1 0 obj[".repeat(1_000_000);
    assert!(bounded("begun", pdf("", &[begun.into_bytes()])).is_err());
    let texts = "obj(".repeat(2_000_000);
    assert!(bounded("texts", pdf("", &[texts.into_bytes()])).is_err());
}

#[test]
fn streams_that_overlap_are_refused() {
    let mut nested = String::new();
    for number in 10..2000 {
        nested.push_str(&format!("{number} 0 obj << /Length 9000000 >> stream\n"));
    }
    nested.push_str(&" ".repeat(9_300_000));
    assert!(bounded("overlap", pdf("", &[stream("", nested.as_bytes())])).is_err());
    let by_reference = b"<< /Length 6 0 R >>\nstream\nx\nendstream".to_vec();
    let large = stream("", &vec![b'x'; 5 << 20]);
    assert!(bounded("length", pdf("", &[by_reference, large])).is_err());
    let honest = pdf("", &[b"<< /Length 6 0 R >>\nstream\nx\nendstream".to_vec(), b"1".to_vec()]);
    assert!(bounded("honest", honest).is_ok());
}

#[test]
fn a_table_that_lies_is_not_read() {
    let file = pdf("", &[stream("/Type /XRef /W [0 0 0] /Index [0 2000000000] /Size 2000000000", b"")]);
    let at = memchr::memmem::find(&file, b"5 0 obj").unwrap();
    let text = String::from_utf8_lossy(&file).into_owned();
    let (before, _) = text.rsplit_once("startxref").unwrap();
    let file = format!("{before}startxref\n{at}\n%%EOF\n").into_bytes();
    assert!(bounded("table", file).is_ok(), "the objects themselves are harmless");
}

fn seeds() -> Vec<Vec<u8>> {
    let photo = with_segment(&jpeg(48, 40, 70), 0xe1, &exif(6));
    let full = pdf(
        "/OpenAction 90 0 R /Names 5 0 R",
        &[
            b"<< /Dests << /Names [(a) [3 0 R /Fit]] >> /Title (a \\(b\\) c) /H <4142> >>".to_vec(),
            packed("<< /S /GoTo /D [3 0 R /XYZ null null 0] >>"),
            stream("/Subtype /Image /Filter /DCTDecode", &photo),
        ],
    );
    vec![photo, grey(20, 20), flat(64, 32, 4, 0xc0, 0, 8), flat(64, 32, 3, 0xc2, 3, 4), full, pdf("", &[])]
}

#[test]
fn the_seeds_of_the_mutations_are_taken() {
    for seed in seeds() {
        bounded("seed", seed).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn mutated_files_get_an_answer(
        which in 0..6_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        doubled in prop::option::weighted(0.3, (any::<prop::sample::Index>(), 1..200_usize)),
    ) {
        let mut file = seeds().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Some((at, length)) = doubled {
            let at = at.index(file.len());
            let end = (at + length).min(file.len());
            let piece = file[at..end].to_vec();
            file.splice(at..at, piece);
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        if let Ok(kept) = bounded("mutated", file.clone()) {
            match kept.kind {
                Kind::Pdf => prop_assert_eq!(&kept.bytes, &file),
                Kind::Jpeg => prop_assert!(kept.bytes.ends_with(b"\xff\xd9")),
            }
            let again = accept(&kept.name, kept.bytes).unwrap();
            prop_assert_eq!(again.name, kept.name, "what was taken once is taken again");
        }
    }

    #[test]
    fn random_bytes_and_names_get_an_answer(head in 0..4_usize, bytes in prop::collection::vec(any::<u8>(), 0..4000), name in any::<String>()) {
        let head: &[u8] = [&b""[..], b"%PDF-1.7\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xda"][head];
        if let Ok(kept) = accept(&name, [head, &bytes].concat()) {
            prop_assert!(kept.name.chars().count() <= NAME_CHARS_MAX);
        }
        let header = content_disposition(&name);
        prop_assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        let named = accept(&name, grey(8, 8)).unwrap().name;
        prop_assert!(!named.contains(['/', '\\', '"', ':', '\n']) && !named.starts_with('.'));
        prop_assert_eq!(&accept(&named, grey(8, 8)).unwrap().name, &named, "a clean name stays");
    }
}

/// Peak memory of this process so far, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[test]
#[ignore = "measures; run each alone with --nocapture"]
fn measured() {
    let what = std::env::var("MEASURED").unwrap_or_default();
    let page = |bytes: usize| stream("/Subtype /Image /Filter /DCTDecode", &vec![0xa5; bytes]);
    let file = match what.as_str() {
        "jpeg" => jpeg(4000, 3000, 83),
        "jpeg40" => with_segment(&jpeg(8000, 5000, 20), 0xe1, &exif(6)),
        "progressive" => flat(8000, 5000, 4, 0xc2, 31, 78_125),
        "pdf-objects" => pdf("", &vec![b"<< /Type /Annot /Rect [0 0 1 1] /P 3 0 R >>".to_vec(); 120_000]),
        "pdf" => pdf("", &vec![page(1 << 20); 9]),
        path => std::fs::read(path).unwrap(),
    };
    let (size, before) = (file.len() / 1024, peak_mib());
    let began = Instant::now();
    let answer = accept("a", file);
    let result = answer.map(|kept| kept.bytes.len() / 1024);
    eprintln!("{what}: {size} KiB, {:?}, peak {} MiB (before {before}), {result:?}", began.elapsed(), peak_mib());
}
