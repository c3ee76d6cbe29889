//! Verification: whether the lines of all years are one unbroken chain that ends where the signed head says. Lines are
//! taken one at a time, and of each only its place and two hashes are kept. It may not know where the lines come from.

use std::collections::HashMap;

use resguardo_shared::digest::Digest;
use serde::Deserialize;

use super::entry::{FORM, name};
use super::head::Head;
use super::key::PublicKey;
use super::link::{Link, check_chain, check_order};
use super::problem::{Problem, Problems, Weight};
use super::seal::{FIRST, LINE_BYTES_MAX, is_hash, year_of};

/// The most lines that are verified, which bounds the memory to about 200 MiB.
const LINES_MAX: usize = 2_000_000;
/// The file of the head.
pub(super) const HEAD_FILE: &str = "head.json";

/// A verification in the making.
#[derive(Debug, Default)]
pub struct Verifier {
    files: Vec<String>,
    numbers: HashMap<String, usize>,
    links: Vec<Link>,
    problems: Problems,
    full: bool,
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many entries were read.
    pub entries: u64,
    /// The first entry of the chain as people name it: `2026-1`.
    pub first: Option<String>,
    /// The last entry of the chain.
    pub last: Option<String>,
    /// The place of the last entry in the chain; 0 where there is none.
    pub sequence: i64,
    /// The hash of its line, [`FIRST`] where there is none.
    pub hash: String,
    /// Whether there is a head whose signature fits, by the trusted key where one was given.
    pub signed: bool,
    /// What is wrong; empty when the register is what was signed.
    pub problems: Vec<Problem>,
    /// How many more problems there are than are listed.
    pub unlisted: u64,
    /// Place and hash of each entry, in order of places.
    hashes: Vec<(i64, Digest)>,
}

/// What verification reads of a line.
#[derive(Deserialize)]
struct Seen<'a> {
    registro: &'a str,
    secuencia: i64,
    anio: i32,
    correlativo: i64,
    hash_anterior: &'a str,
}

/// Verifies a whole register: its files by name and content, and its head, where there is one that reads. Without a
/// trusted key a forger could have signed with a key of their own.
pub fn verify(files: &[(String, Vec<u8>)], head: Option<&Head>, trusted: Option<&PublicKey>) -> Report {
    let mut verifier = Verifier::default();
    for (name, content) in files {
        verifier.file(name, content);
    }
    verifier.finish(head, trusted)
}

impl Verifier {
    /// Takes a whole file.
    pub fn file(&mut self, name: &str, content: &[u8]) {
        let Some(lines) = content.strip_suffix(b"\n") else {
            if !content.is_empty() {
                let what = "it does not end with a line break: its end was cut off or changed".to_owned();
                self.problems.add(Problem::wrong(Some(name), what));
                self.lines(name, content);
            }
            return;
        };
        self.lines(name, lines);
    }

    fn lines(&mut self, name: &str, lines: &[u8]) {
        for (line, number) in lines.split(|byte| *byte == b'\n').zip(1..) {
            self.feed(name, number, line);
        }
    }

    /// Takes a line of a file, from 1, without its line break. The lines of a file must come in their order; files may
    /// come in any.
    pub fn feed(&mut self, file: &str, line: u64, bytes: &[u8]) {
        let place = self.file_place(file);
        if self.links.len() >= LINES_MAX {
            if !self.full {
                let what = format!("there are more than {LINES_MAX} lines; the rest was not verified");
                self.problems.add(Problem::wrong(Some(file), what));
            }
            self.full = true;
            return;
        }
        match read(bytes) {
            Ok((seen, previous)) => self.links.push(Link {
                file: place,
                line,
                sequence: seen.secuencia,
                year: seen.anio,
                number: seen.correlativo,
                previous,
                hash: Digest::of(bytes),
                spoken: false,
            }),
            Err(what) => {
                let problem = Problem { line: Some(line), ..Problem::wrong(Some(file), what) };
                self.problems.add(problem);
            }
        }
    }

    /// The place of a file among the files; a name that is new is looked at.
    fn file_place(&mut self, file: &str) -> usize {
        if let Some(place) = self.numbers.get(file) {
            return *place;
        }
        if year_of(file).is_none() {
            let what = "its name is not that of a year of the register, such as FO-06-2026.jsonl".to_owned();
            self.problems.add(Problem::wrong(Some(file), what));
        }
        self.files.push(file.to_owned());
        self.numbers.insert(file.to_owned(), self.files.len() - 1);
        self.files.len() - 1
    }

    /// Says what is wrong, once all lines were fed.
    pub fn finish(mut self, head: Option<&Head>, trusted: Option<&PublicKey>) -> Report {
        check_order(&self.files, &mut self.links, &mut self.problems);
        // Years may interleave when a clock was put back, so the chain is followed by its places and not by files.
        self.links.sort_by_key(|link| link.sequence);
        check_chain(&self.files, &self.links, head.map(|head| head.hash.as_str()), &mut self.problems);
        let signed = match head {
            Some(head) => self.check_head(head, trusted),
            None => {
                if !self.links.is_empty() {
                    let what = "there is no head that reads, so a tail that was cut would not show".to_owned();
                    self.problems.add(Problem::wrong(Some(HEAD_FILE), what));
                }
                false
            }
        };
        let last = self.links.last();
        let named = |link: &Link| name(link.year, link.number);
        Report {
            entries: self.links.len() as u64,
            first: self.links.first().map(named),
            last: last.map(named),
            sequence: last.map_or(0, |link| link.sequence),
            hash: last.map_or_else(|| FIRST.to_owned(), |link| link.hash.to_string()),
            signed,
            problems: self.problems.listed,
            unlisted: self.problems.unlisted,
            hashes: self.links.iter().map(|link| (link.sequence, link.hash)).collect(),
        }
    }

    /// Whether the head is signed as it should be; that it fits the chain is a question of its own.
    fn check_head(&mut self, head: &Head, trusted: Option<&PublicKey>) -> bool {
        let signed = head.check(trusted);
        if let Err(error) = &signed {
            self.problems.add(Problem::wrong(Some(HEAD_FILE), error.to_string()));
        }
        let (says, has) = (head.sequence, self.links.last().map_or(0, |link| link.sequence));
        if says > has {
            let what = format!(
                "the head says {says} entries, the files have {has}: the last {} were cut off, or the files are an older copy",
                says.saturating_sub(has)
            );
            self.problems.add(Problem::wrong(Some(HEAD_FILE), what));
        }
        let last = self.links.iter().rfind(|link| link.sequence <= says);
        match last {
            Some(link) if link.sequence == says && link.hash.to_string() != head.hash => {
                let what = format!("it was changed: the head calls its hash {}, it is {}", head.hash, link.hash);
                self.problems.add(link.problem(&self.files, what));
            }
            Some(link) if link.sequence == says && (link.year, link.number) != (head.year, head.number) => {
                let what = format!("the head calls it {}", name(head.year, head.number));
                self.problems.add(link.problem(&self.files, what));
            }
            None if says == 0 && head.hash != FIRST => {
                let what = "the head says that there are no entries and calls the hash of one".to_owned();
                self.problems.add(Problem::wrong(Some(HEAD_FILE), what));
            }
            _ => {}
        }
        if let Some(link) = self.links.iter().find(|link| link.sequence > says) {
            let more = has.saturating_sub(says);
            let what = format!(
                "the head says {says} entries, the files have {has}: the last {more} are not signed; they were \
                 inserted, or the writing of the disk was interrupted before its head"
            );
            self.problems.add(link.problem(&self.files, what));
        }
        signed.is_ok()
    }
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.unlisted == 0 && self.problems.iter().all(|problem| problem.weight == Weight::Note)
    }

    /// The hash of the entry at a place of the chain.
    pub fn hash_at(&self, sequence: i64) -> Option<Digest> {
        let at = self.hashes.binary_search_by_key(&sequence, |(place, _)| *place).ok()?;
        self.hashes.get(at).map(|(_, hash)| *hash)
    }

    /// The first place at which two chains hold different entries.
    pub fn first_difference(&self, other: &Self) -> Option<i64> {
        let differs = |(place, hash): &&(i64, Digest)| other.hash_at(*place).is_some_and(|other| other != *hash);
        self.hashes.iter().find(differs).map(|(place, _)| *place)
    }
}

/// Reads of a line what the chain needs, or says what is wrong with it.
fn read(bytes: &[u8]) -> Result<(Seen<'_>, Digest), String> {
    if bytes.is_empty() {
        return Err("the line is empty: a line break was inserted, or a line was blanked out".to_owned());
    }
    if bytes.len() > LINE_BYTES_MAX {
        return Err(format!("the line has {} bytes, and no entry has more than {LINE_BYTES_MAX}", bytes.len()));
    }
    let seen: Seen<'_> = serde_json::from_slice(bytes).map_err(|error| format!("the line is not an entry: {error}"))?;
    if seen.registro != FORM {
        return Err(format!("the line belongs to {:?}, not to {FORM}", seen.registro));
    }
    if seen.secuencia < 1 || !is_hash(seen.hash_anterior) {
        return Err("the line is not an entry: its place or the hash of the line before it makes no sense".to_owned());
    }
    let previous = seen.hash_anterior.parse().map_err(|error| format!("the line is not an entry: {error}"))?;
    Ok((seen, previous))
}
