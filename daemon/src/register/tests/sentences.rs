//! What verification says, word for word where people act on it.

use super::{key, said, times, twenty};
use crate::register::sample::{hourly, register};
use crate::register::seal::{FIRST, hash};
use crate::register::verify::verify;

/// Changes a byte that leaves the line an entry.
fn flip(line: &mut [u8]) {
    let at = line.windows(7).position(|word| word == b"semanal").unwrap();
    line[at] ^= 1;
}

#[test]
fn a_whole_register_has_no_problem_and_says_where_it_ends() {
    let sample = twenty();
    let report = verify(&sample.files, Some(&sample.head), Some(&key().public()));
    assert_eq!((report.problems.as_slice(), report.is_whole(), report.signed), (&[][..], true, true));
    assert_eq!((report.first.as_deref(), report.last.as_deref()), (Some("2026-1"), Some("2026-20")));
    assert_eq!((report.entries, report.sequence, report.hash), (20, 20, sample.head.hash));
}

#[test]
fn an_empty_register_is_whole_with_and_without_a_head() {
    let empty = register(&[], &key(), Vec::new()).unwrap();
    assert!(verify(&[], Some(&empty.head), Some(&key().public())).is_whole());
    let report = verify(&[], None, Some(&key().public()));
    assert_eq!((report.is_whole(), report.signed, report.hash.as_str()), (true, false, FIRST));
    let report = verify(&twenty().files, None, None);
    assert_eq!(
        report.problems[0].to_string(),
        "head.json: there is no head that reads, so a tail that was cut would not show"
    );
}

#[test]
fn a_changed_byte_is_named_with_its_line_and_both_hashes() {
    let before = hash(twenty().files[0].1.split(|byte| *byte == b'\n').nth(11).unwrap());
    let after = said(|lines| flip(&mut lines[11]));
    assert_eq!(after.len(), 1, "{after:?}");
    let wanted =
        format!("FO-06-2026.jsonl, line 12 (entry 2026-12): it was changed: line 13 calls its hash {before}, it is ");
    assert!(after[0].starts_with(&wanted), "{after:?}");
}

#[test]
fn a_change_of_the_last_line_is_found_by_the_head() {
    let after = said(|lines| flip(&mut lines[19]));
    assert!(
        after[0].starts_with("FO-06-2026.jsonl, line 20 (entry 2026-20): it was changed: the head calls its hash ")
    );
    assert_eq!(after.len(), 1, "{after:?}");
}

#[test]
fn each_kind_of_tampering_has_its_sentence() {
    let removed = said(|lines| drop(lines.remove(11)));
    assert_eq!(removed, ["FO-06-2026.jsonl, line 12 (entry 2026-13): number 12 is missing before it"]);
    let removed = said(|lines| drop(lines.drain(11..14)));
    assert_eq!(removed, ["FO-06-2026.jsonl, line 12 (entry 2026-15): the numbers 12 to 14 are missing before it"]);
    let removed = said(|lines| drop(lines.remove(0)));
    assert_eq!(removed, ["FO-06-2026.jsonl, line 1 (entry 2026-2): number 1 is missing before it"]);
    let copied = said(|lines| lines.insert(12, lines[11].clone()));
    assert_eq!(
        copied,
        ["FO-06-2026.jsonl, line 13 (entry 2026-12): number 12 stands twice: the line was copied or inserted"]
    );
    let swapped = said(|lines| lines.swap(11, 12));
    assert_eq!(
        swapped[1],
        "FO-06-2026.jsonl, line 13 (entry 2026-12): it stands after number 13: lines were swapped, moved or inserted"
    );
    let cut = said(|lines| lines.truncate(18));
    assert_eq!(
        cut,
        [
            "head.json: the head says 20 entries, the files have 18: the last 2 were cut off, or the files are an older copy"
        ]
    );
    let broken = said(|lines| lines[11].truncate(30));
    assert!(broken[0].starts_with("FO-06-2026.jsonl, line 12: the line is not an entry: "), "{broken:?}");
    let blank = said(|lines| lines.insert(12, b"\n".to_vec()));
    assert_eq!(
        blank,
        ["FO-06-2026.jsonl, line 13: the line is empty: a line break was inserted, or a line was blanked out"]
    );
    let end = said(|lines| assert_eq!(lines[19].pop(), Some(b'\n')));
    assert_eq!(end, ["FO-06-2026.jsonl: it does not end with a line break: its end was cut off or changed"]);
}

#[test]
fn a_line_in_the_file_of_another_year_is_found() {
    let sample = twenty();
    let files = [("FO-06-2027.jsonl".to_owned(), sample.files[0].1.clone())];
    let report = verify(&files, Some(&sample.head), None);
    assert_eq!((report.problems.len(), report.unlisted), (20, 0));
    assert!(report.problems[0].to_string().ends_with("it does not belong in the file of this year"));
    let files = [("copia.jsonl".to_owned(), sample.files[0].1.clone())];
    assert!(!verify(&files, Some(&sample.head), None).is_whole());
}

#[test]
fn the_problems_of_a_register_full_of_them_are_counted_and_not_all_listed() {
    let sample = register(&hourly(500), &key(), Vec::new()).unwrap();
    let files = [("FO-06-2027.jsonl".to_owned(), sample.files[0].1.clone())];
    let report = verify(&files, Some(&sample.head), None);
    assert_eq!((report.problems.len(), report.unlisted), (200, 300));
}

#[test]
fn a_clock_that_was_put_back_leaves_a_whole_chain() {
    let sample = register(&times(&[1, 400, 1, -500, 1, 600, 1]), &key(), Vec::new()).unwrap();
    let names: Vec<&str> = sample.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["FO-06-2026.jsonl", "FO-06-2027.jsonl"]);
    let report = verify(&sample.files, Some(&sample.head), Some(&key().public()));
    assert_eq!((report.problems.as_slice(), report.last.as_deref()), (&[][..], Some("2027-4")));
}
