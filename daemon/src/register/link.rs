//! The links of a chain and what may be wrong between them. It may not know what an entry says.

use resguardo_shared::digest::Digest;

use super::entry::name;
use super::problem::{Problem, Problems};
use super::seal::{FIRST, year_of};

/// What verification keeps of a line.
#[derive(Debug)]
pub(super) struct Link {
    /// The place of its file among the files.
    pub(super) file: usize,
    /// The line of the file, from 1.
    pub(super) line: u64,
    pub(super) sequence: i64,
    pub(super) year: i32,
    pub(super) number: i64,
    /// What it calls the hash of the line before it.
    pub(super) previous: Digest,
    pub(super) hash: Digest,
    /// Whether its place in its file was found wrong already, so that one thing is said once.
    pub(super) spoken: bool,
}

impl Link {
    pub(super) fn problem(&self, files: &[String], what: String) -> Problem {
        let entry = Some(name(self.year, self.number));
        Problem { line: Some(self.line), entry, ..Problem::wrong(files.get(self.file).map(String::as_str), what) }
    }

    /// How another line speaks of this one.
    fn shown_from(&self, other: &Self, files: &[String]) -> String {
        match files.get(self.file) {
            Some(file) if self.file != other.file => format!("line {} of {file}", self.line),
            _ => format!("line {}", self.line),
        }
    }
}

/// Whether each file holds its year, numbered from 1 without gaps, in the order of the chain. The links must be in the
/// order in which they stand in their files.
pub(super) fn check_order(files: &[String], links: &mut [Link], problems: &mut Problems) {
    let years: Vec<Option<i32>> = files.iter().map(|file| year_of(file)).collect();
    // Number and place of the last line of each file so far.
    let mut last = vec![(0_i64, 0_i64); files.len()];
    for link in links {
        let year = years.get(link.file).copied().flatten();
        if year.is_some_and(|year| year != link.year) {
            problems.add(link.problem(files, "it does not belong in the file of this year".to_owned()));
            link.spoken = true;
        }
        let Some(last) = last.get_mut(link.file) else { continue };
        if let Some(what) = out_of_order(link, *last) {
            problems.add(link.problem(files, what));
            link.spoken = true;
        }
        *last = (link.number, link.sequence);
    }
}

/// What is wrong with a line after the one that stands before it in its file.
fn out_of_order(link: &Link, (number, sequence): (i64, i64)) -> Option<String> {
    let next = number.saturating_add(1);
    if link.number == number {
        Some(format!("number {number} stands twice: the line was copied or inserted"))
    } else if link.sequence <= sequence || link.number < next {
        Some(format!("it stands after number {number}: lines were swapped, moved or inserted"))
    } else if link.number > next {
        let missing = link.number.saturating_sub(1);
        Some(if missing == next {
            format!("number {next} is missing before it")
        } else {
            format!("the numbers {next} to {missing} are missing before it")
        })
    } else {
        None
    }
}

/// Whether each line calls the hash of the one before it. The links must be in the order of their places; `head` is
/// what the head calls the hash of the last one.
pub(super) fn check_chain(files: &[String], links: &[Link], head: Option<&str>, problems: &mut Problems) {
    if let Some(first) = links.first() {
        if first.sequence > 1 && !first.spoken {
            let missing = first.sequence.saturating_sub(1);
            problems
                .add(first.problem(files, format!("the first {missing} entries of the chain are missing before it")));
        }
        if first.sequence == 1 && first.previous.to_string() != FIRST {
            problems.add(first.problem(files, "the first entry of the chain names one before it".to_owned()));
        }
    }
    for (at, pair) in links.windows(2).enumerate() {
        let [before, link] = pair else { continue };
        if link.sequence == before.sequence {
            if !link.spoken && !before.spoken {
                let other = before.shown_from(link, files);
                let what = format!("place {} in the chain is taken twice, here and by {other}", link.sequence);
                problems.add(link.problem(files, what));
            }
        } else if link.sequence != before.sequence.saturating_add(1) {
            // What the numbers of the year say already is not said again.
            if !link.spoken {
                let (from, to) = (before.sequence.saturating_add(1), link.sequence.saturating_sub(1));
                let what = format!("the entries at the places {from} to {to} of the chain are missing before it");
                problems.add(link.problem(files, what));
            }
        } else if link.previous != before.hash {
            let confirmed = match links.get(at + 2) {
                Some(next) => next.previous == link.hash,
                None => head.is_some_and(|hash| hash == link.hash.to_string()),
            };
            let next = link.shown_from(before, files);
            let calls = format!("{next} calls its hash {}, it is {}", link.previous, before.hash);
            // A line that the next one confirms is as it was written, and so is what it says of the one before.
            let what = if confirmed {
                format!("it was changed: {calls}")
            } else {
                format!("it or {next} was changed: {calls}")
            };
            problems.add(before.problem(files, what));
        }
    }
}
