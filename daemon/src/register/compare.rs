//! Comparing the registers of several disks, which one forger rarely has at once: what one disk's head says that another
//! was given, that other must still hold. It may not know how a disk is read.

use uuid::Uuid;

use super::head::{GivenHead, Head};
use super::problem::{Problem, Weight};
use super::verify::Report;

/// A disk whose register was verified.
#[derive(Debug, Clone, Copy)]
pub struct Disk<'a> {
    /// Its label.
    pub label: &'a str,
    /// Its id.
    pub id: Uuid,
    /// Its head, where there is one that reads.
    pub head: Option<&'a Head>,
    /// What verification found on it.
    pub report: &'a Report,
}

/// Compares the disks with each other: chains that fork, disks that hold less than they were given, heads of other
/// keys. A disk that is only behind is a note.
pub fn compare(disks: &[Disk<'_>]) -> Vec<Problem> {
    let Some(longest) = disks.iter().max_by_key(|disk| disk.report.sequence) else { return Vec::new() };
    let mut problems = other_keys(disks);
    for disk in disks {
        if let Some(place) = disk.report.first_difference(longest.report) {
            problems.push(wrong(format!(
                "the disks {} and {} hold different entries at place {place} of the chain: one of the two was rewritten",
                disk.label, longest.label
            )));
        }
        let missed = missed(disk, disks);
        if missed.is_none() && disk.report.sequence < longest.report.sequence {
            problems.push(Problem::note(format!(
                "disk {} is older: it holds {} entries and disk {} holds {}",
                disk.label, disk.report.sequence, longest.label, longest.report.sequence
            )));
        }
        problems.extend(missed);
    }
    problems
}

/// The worst of what other disks' signed heads say that this disk was given and that it does not hold.
fn missed(disk: &Disk<'_>, disks: &[Disk<'_>]) -> Option<Problem> {
    let others = disks.iter().filter(|other| other.id != disk.id && other.report.signed);
    let said = others.filter_map(|other| Some((format!("disk {}", other.label), other.head?)));
    let given = said.flat_map(|(label, head)| head.disks.iter().map(move |given| (label.clone(), given)));
    let of_this = given.filter(|(_, given)| given.id == disk.id);
    let problems =
        of_this.filter_map(|(label, given)| Some((given.sequence, lacks(disk.label, disk.report, given, &label)?)));
    problems.max_by_key(|(sequence, _)| *sequence).map(|(_, problem)| problem)
}

/// What a disk lacks of what it was given, by what `teller` says (`disk usb-2`, `this machine`).
pub fn lacks(disk: &str, report: &Report, given: &GivenHead, teller: &str) -> Option<Problem> {
    let GivenHead { sequence, hash, at, .. } = given;
    if *sequence < 1 {
        return None;
    }
    if report.sequence < *sequence {
        return Some(wrong(format!(
            "disk {disk} holds {} entries, and by the head of {teller} it was given {sequence} at {at}: its tail was cut \
             off, or it was replaced by an older copy",
            report.sequence
        )));
    }
    match report.hash_at(*sequence) {
        Some(found) if found.to_string() == *hash => None,
        _ => Some(wrong(format!(
            "disk {disk} does not hold the entry at place {sequence} of the chain that by the head of {teller} it was given \
             at {at}: it was rewritten"
        ))),
    }
}

/// What speaks against a disk's chain being the beginning of ours; a disk that is only behind is no problem.
pub fn prefix(disk: &str, report: &Report, ours: &Report) -> Option<Problem> {
    if let Some(place) = report.first_difference(ours) {
        return Some(wrong(format!(
            "disk {disk} and this machine hold different entries at place {place} of the chain: one of the two was rewritten"
        )));
    }
    let (theirs, ours) = (report.sequence, ours.sequence);
    (theirs > ours).then(|| {
        wrong(format!(
            "disk {disk} holds {theirs} entries and this machine {ours}: the register of this machine was cut off, or is \
             an older copy; recover it from the disk"
        ))
    })
}

fn other_keys(disks: &[Disk<'_>]) -> Vec<Problem> {
    let mut heads = disks.iter().filter_map(|disk| Some((disk.label, disk.head?)));
    let Some((first, known)) = heads.next() else { return Vec::new() };
    let others = heads.filter(|(_, head)| head.key != known.key);
    let what = |label| format!("the heads of the disks {first} and {label} are signed with different keys");
    others.map(|(label, _)| wrong(what(label))).collect()
}

fn wrong(what: String) -> Problem {
    Problem { weight: Weight::Wrong, file: None, line: None, entry: None, what }
}
