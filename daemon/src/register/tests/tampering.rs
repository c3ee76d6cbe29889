//! Chains at random, and every way of tampering with them that leaves no trace in a single line.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{forger, key, lines, look, times};
use crate::register::compare::{Disk, compare};
use crate::register::problem::Weight;
use crate::register::sample::{Sample, register};
use crate::register::verify::verify;

/// Hours between entries: some years, and a clock that is sometimes put back over a New Year.
fn hours(entries: std::ops::Range<usize>) -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(prop_oneof![8 => 1..200_i64, 1 => -2000..0_i64], entries)
}

fn sample(hours: &[i64]) -> Sample {
    register(&times(hours), &key(), Vec::new()).unwrap()
}

/// Whether verification finds something, with the head as it was.
fn found(files: &[(String, Vec<u8>)], sample: &Sample) -> bool {
    !verify(files, Some(&sample.head), Some(&key().public())).is_whole()
}

/// Lines, each with the name of the file that it stands in.
type Lines = Vec<(String, Vec<u8>)>;

/// Every line with the file that it stands in.
fn all_lines(sample: &Sample) -> Lines {
    let of =
        |(name, content): &(String, Vec<u8>)| lines(content).into_iter().map(|line| (name.clone(), line)).collect();
    sample.files.iter().flat_map::<Vec<_>, _>(of).collect()
}

/// The files that these lines make.
fn files(lines: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, line) in lines {
        match files.iter_mut().find(|(file, _)| file == name) {
            Some((_, content)) => content.extend_from_slice(line),
            None => files.push((name.clone(), line.clone())),
        }
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_chain_that_nobody_touched_is_whole(hours in hours(0..200), turn in any::<Index>()) {
        let mut sample = sample(&hours);
        let turn = turn.index(sample.files.len().max(1));
        sample.files.rotate_left(turn);
        let head = sample.head.to_json().unwrap();
        let report = look(&sample.files, &head, &key().public()).unwrap();
        prop_assert_eq!(&report.problems, &[]);
        prop_assert_eq!((report.entries, report.hash), (hours.len() as u64, sample.head.hash));
    }

    #[test]
    fn any_changed_byte_is_found(hours in hours(1..40), flips in prop::collection::vec((any::<Index>(), 1..=255_u8), 40)) {
        let sample = sample(&hours);
        let head = sample.head.to_json().unwrap();
        let bytes = sample.files.iter().map(|(_, content)| content.len()).sum::<usize>();
        for (place, mask) in flips {
            let mut files = sample.files.clone();
            let place = place.index(bytes);
            *files.iter_mut().flat_map(|(_, content)| content).nth(place).unwrap() ^= mask;
            prop_assert!(!look(&files, &head, &key().public()).unwrap().is_whole(), "byte {place} xor {mask}");
        }
    }

    #[test]
    fn any_changed_byte_of_the_head_is_found(hours in hours(0..5), flips in prop::collection::vec((any::<Index>(), 1..=255_u8), 100)) {
        let sample = sample(&hours);
        let head = sample.head.to_json().unwrap();
        for (place, mask) in flips {
            let mut head = head.clone();
            let place = place.index(head.len());
            head[place] ^= mask;
            let seen = look(&sample.files, &head, &key().public());
            prop_assert!(!seen.is_ok_and(|report| report.is_whole()), "byte {place} xor {mask}");
        }
    }

    #[test]
    fn any_line_removed_copied_swapped_or_moved_is_found(hours in hours(2..200), one in any::<Index>(), two in any::<Index>()) {
        let sample = sample(&hours);
        let lines = all_lines(&sample);
        let (one, two) = (one.index(lines.len()), two.index(lines.len()));
        let with = |change: &dyn Fn(&mut Lines)| {
            let mut changed = lines.clone();
            change(&mut changed);
            files(&changed)
        };
        prop_assert!(found(&with(&|lines| drop(lines.remove(one))), &sample));
        prop_assert!(found(&with(&|lines| lines.insert(two, lines[one].clone())), &sample));
        let moved_in = with(&|lines| {
            let copy = (lines[two].0.clone(), lines[one].1.clone());
            lines.insert(two, copy);
        });
        prop_assert!(found(&moved_in, &sample));
        if one != two {
            let swapped = with(&|lines| {
                let (first, second) = (lines[one].1.clone(), lines[two].1.clone());
                (lines[one].1, lines[two].1) = (second, first);
            });
            prop_assert!(found(&swapped, &sample));
        }
    }

    #[test]
    fn any_cut_tail_is_found_by_the_head(hours in hours(1..200), kept in any::<Index>()) {
        let whole = sample(&hours);
        let cut = sample(&hours[..kept.index(hours.len())]);
        let report = verify(&cut.files, Some(&whole.head), Some(&key().public()));
        prop_assert_eq!(report.problems.len(), 1);
        prop_assert!(report.problems[0].what.contains("were cut off"));
    }

    #[test]
    fn a_rewritten_chain_is_found_without_the_key(hours in hours(2..100), at in any::<Index>(), change in 0..4_u8) {
        let truth = sample(&hours);
        let at = at.index(hours.len());
        let mut rewritten = hours.clone();
        match change {
            0 => drop(rewritten.remove(at)),
            1 => rewritten.insert(at, 1),
            2 => rewritten.push(1),
            _ => rewritten[at] += 1,
        }
        // Every hash is right again, and the head is signed, but with another key.
        let forged = register(&times(&rewritten), &forger(), Vec::new()).unwrap();
        prop_assert!(found(&forged.files, &truth));
        prop_assert!(!verify(&forged.files, Some(&forged.head), Some(&key().public())).is_whole());
        let reports = [&truth, &forged].map(|disk| verify(&disk.files, Some(&disk.head), None));
        prop_assert!(reports[1].is_whole());
        let disks = [
            Disk { label: "usb-1", id: uuid::Uuid::from_u128(1), head: Some(&truth.head), report: &reports[0] },
            Disk { label: "usb-2", id: uuid::Uuid::from_u128(2), head: Some(&forged.head), report: &reports[1] },
        ];
        prop_assert!(compare(&disks).iter().any(|problem| problem.weight == Weight::Wrong));
    }
}
