//! What the disks say of each other.

use proptest::prelude::*;
use uuid::Uuid;

use super::{forger, key, times, twenty};
use crate::register::compare::{Disk, compare, lacks, prefix};
use crate::register::head::{GivenHead, Tip};
use crate::register::problem::{Problem, Weight};
use crate::register::sample::{Sample, hourly, register};
use crate::register::verify::verify;

const IDS: [Uuid; 3] = [Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)];
const LABELS: [&str; 3] = ["usb-1", "usb-2", "usb-3"];

fn given(disk: usize, tip: &Tip) -> GivenHead {
    let at = "2026-11-22T02:14:05-06:00".to_owned();
    GivenHead { id: IDS[disk], label: LABELS[disk].to_owned(), sequence: tip.sequence, hash: tip.hash.clone(), at }
}

/// Compares disks that hold these registers, each whole for itself.
fn compared(disks: &[&Sample]) -> Vec<Problem> {
    let reports: Vec<_> = disks.iter().map(|disk| verify(&disk.files, Some(&disk.head), None)).collect();
    assert!(reports.iter().all(|report| report.is_whole()));
    let disk = |at: usize| Disk { label: LABELS[at], id: IDS[at], head: Some(&disks[at].head), report: &reports[at] };
    compare(&(0..disks.len()).map(disk).collect::<Vec<_>>())
}

fn wrongs(problems: &[Problem]) -> Vec<String> {
    problems.iter().filter(|problem| problem.weight == Weight::Wrong).map(ToString::to_string).collect()
}

#[test]
fn a_disk_that_is_only_behind_is_a_note() {
    let long = twenty();
    let short = register(&hourly(15), &key(), Vec::new()).unwrap();
    let told = register(&hourly(20), &key(), vec![given(0, &long.tips[14]), given(1, &long.tips[19])]).unwrap();
    let problems = compared(&[&short, &told]);
    assert_eq!(wrongs(&problems), Vec::<String>::new());
    assert_eq!(problems[0].to_string(), "disk usb-1 is older: it holds 15 entries and disk usb-2 holds 20");
    assert_eq!(compared(&[&long, &told]), []);
}

#[test]
fn a_disk_that_was_rolled_back_with_its_head_is_found_by_another_disks_head() {
    let long = twenty();
    let back = register(&hourly(15), &key(), Vec::new()).unwrap();
    let told = register(&hourly(20), &key(), vec![given(0, &long.tips[17]), given(1, &long.tips[19])]).unwrap();
    assert_eq!(
        wrongs(&compared(&[&back, &told])),
        [
            "disk usb-1 holds 15 entries, and by the head of disk usb-2 it was given 18 at 2026-11-22T02:14:05-06:00: its tail was \
         cut off, or it was replaced by an older copy"
        ]
    );
}

#[test]
fn a_fork_is_found_even_with_the_true_key() {
    let mut hours = vec![1; 20];
    let one = register(&times(&hours), &key(), Vec::new()).unwrap();
    hours[15] = 2;
    let other = register(&times(&hours), &key(), Vec::new()).unwrap();
    assert_eq!(wrongs(&compared(&[&one, &other])).len(), 1);
    assert!(wrongs(&compared(&[&one, &other]))[0].contains("different entries at place 16 of the chain"));
    let reports = [&one, &other].map(|disk| verify(&disk.files, Some(&disk.head), None));
    assert!(prefix("usb-1", &reports[0], &reports[1]).unwrap().what.contains("place 16"));
    let said = given(0, &one.tips[17]);
    assert_eq!(lacks("usb-1", &reports[0], &said, "this machine"), None);
    assert!(lacks("usb-2", &reports[1], &said, "this machine").unwrap().what.contains("it was rewritten"));
}

#[test]
fn a_disk_that_was_signed_anew_with_another_key_is_found() {
    let one = twenty();
    let other = register(&hourly(20), &forger(), Vec::new()).unwrap();
    assert_eq!(
        wrongs(&compared(&[&one, &other])),
        ["the heads of the disks usb-1 and usb-2 are signed with different keys"]
    );
}

#[test]
fn a_disk_that_holds_more_than_this_machine_accuses_this_machine() {
    let (long, short) = (twenty(), register(&hourly(15), &key(), Vec::new()).unwrap());
    let reports = [&long, &short].map(|disk| verify(&disk.files, Some(&disk.head), None));
    assert!(
        prefix("usb-1", &reports[0], &reports[1]).unwrap().what.contains("the register of this machine was cut off")
    );
    assert_eq!(prefix("usb-1", &reports[1], &reports[0]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_rolling_back_of_a_disk_and_its_head_is_found_through_another_disk(
        hours in prop::collection::vec(prop_oneof![4 => 1..200_i64, 1 => -2000..0_i64], 1..100),
        kept in any::<prop::sample::Index>(),
    ) {
        let times = times(&hours);
        let whole = register(&times, &key(), Vec::new()).unwrap();
        let disks = (0..2).map(|disk| given(disk, whole.tips.last().unwrap())).collect();
        let whole = register(&times, &key(), disks).unwrap();
        let back = register(&times[..kept.index(times.len())], &key(), Vec::new()).unwrap();
        prop_assert_eq!(wrongs(&compared(&[&back, &whole])).len(), 1);
        prop_assert_eq!(wrongs(&compared(&[&whole, &back])).len(), 1);
        prop_assert!(compared(&[&whole, &whole]).is_empty());
    }
}
