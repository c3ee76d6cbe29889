//! `resguardo register verify`: the chain and the signature on each disk, and the disks against each other and against the
//! service's own chain, where a service answers. Disks that are named need neither the service nor its database.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::args_daemon::RegisterVerify;
use super::exit::{Failure, code};
use super::{print, register_disks, socket};
use crate::jobs::error::chain;
use crate::register::compare::{Disk, compare};
use crate::register::entry::Entry;
use crate::register::head::Head;
use crate::register::key::PublicKey;
use crate::register::problem::{Problem, Weight};
use crate::register::seal::file_name;
use crate::register::verify::{Report, verify};
use crate::service::client::{self, ClientError};
use crate::service::protocol::{Line, Request};
use crate::units;
use crate::vault::chain::OnDisk;

/// A disk whose register was verified.
struct Verified {
    label: String,
    id: uuid::Uuid,
    head: Option<Head>,
    report: Report,
}

pub(super) fn run(config: &Path, asked: &RegisterVerify) -> Result<u8, Failure> {
    let key = asked.key.as_deref().map(PublicKey::from_hex).transpose();
    let key = key.map_err(|error| Failure::new(code::USAGE, format!("--key: {}", chain(&error))))?;
    let mut disks = Vec::new();
    for (disk, on_disk) in register_disks::read(config, &asked.disks)? {
        let (head, report) = one(&on_disk, key.as_ref());
        disks.push(Verified { label: disk.name, id: disk.marker.id, head, report });
    }
    if asked.disks.is_empty() {
        disks.extend(own_chain(config, key.as_ref())?);
    }
    if disks.is_empty() {
        return Err(Failure::new(code::DISK, "no disk is here; plug one in, or name one with --disk"));
    }
    let between = compare(&disks.iter().map(Verified::as_disk).collect::<Vec<_>>());
    if asked.json {
        let list: Vec<_> = disks.iter().map(disk_json).collect();
        let between: Vec<_> = between.iter().map(problem_json).collect();
        print::json(&json!({ "disks": list, "problems": between }))?;
    } else {
        print::out(&page(&disks, &between))?;
    }
    let whole = disks.iter().all(|disk| disk.report.is_whole());
    let agree = between.iter().all(|problem| problem.weight == Weight::Note);
    Ok(if whole && agree { code::DONE } else { code::DAMAGE })
}

/// The service's own chain; `None` where no service answers.
fn own_chain(config: &Path, key: Option<&PublicKey>) -> Result<Option<Verified>, Failure> {
    let conversation = match client::ask(&socket::of_or_usual(config), Request::RegisterExport { year: None }) {
        Err(ClientError::NoDaemon { .. } | ClientError::NotAllowed { .. }) => return Ok(None),
        conversation => conversation?,
    };
    let mut files: BTreeMap<i32, Vec<u8>> = BTreeMap::new();
    let head: Option<Head> = conversation.answer(|line| {
        if let Line::Text(text) = line {
            // A line that does not read is found wrong below, whichever file it is held against.
            let file = files.entry(Entry::parse(&text).map_or(0, |entry| entry.year)).or_default();
            file.extend_from_slice(text.as_bytes());
            file.push(b'\n');
        }
    })?;
    let files: Vec<_> = files.into_iter().map(|(year, content)| (file_name(year), content)).collect();
    let report = verify(&files, head.as_ref(), key);
    Ok(Some(Verified { label: "this machine".to_owned(), id: uuid::Uuid::nil(), head, report }))
}

/// Whether the register on each of these disks, named by their paths, is what was signed.
pub(super) fn disks_are_whole(paths: &[String]) -> Result<bool, Failure> {
    let disks = register_disks::read(Path::new(""), paths)?;
    Ok(!disks.is_empty() && disks.iter().all(|(_, on_disk)| one(on_disk, None).1.is_whole()))
}

impl Verified {
    fn as_disk(&self) -> Disk<'_> {
        Disk { label: &self.label, id: self.id, head: self.head.as_ref(), report: &self.report }
    }
}

fn one(on_disk: &OnDisk, key: Option<&PublicKey>) -> (Option<Head>, Report) {
    let read = on_disk.head.as_deref().map(Head::from_json).transpose();
    let head = read.as_ref().ok().cloned().flatten();
    let mut report = verify(&on_disk.files, head.as_ref(), key);
    if let Err(error) = read {
        let file = Some("head.json".to_owned());
        report.problems.push(Problem { weight: Weight::Wrong, file, line: None, entry: None, what: chain(&error) });
    }
    (head, report)
}

fn page(disks: &[Verified], between: &[Problem]) -> String {
    let mut text = String::new();
    for disk in disks {
        let report = &disk.report;
        let word = if report.is_whole() { "good   " } else { "DAMAGED" };
        text.push_str(&format!("{word}  {}: {}\n", disk.label, extent(disk)));
        report.problems.iter().for_each(|problem| text.push_str(&format!("         {problem}\n")));
        if report.unlisted > 0 {
            text.push_str(&format!("         and {} more\n", units::count(report.unlisted, "problem")));
        }
    }
    for problem in between {
        let word = if problem.weight == Weight::Note { "note   " } else { "WRONG  " };
        text.push_str(&format!("{word}  {problem}\n"));
    }
    text
}

/// What a disk holds: `47 entries, 2026-1 to 2026-47, hash …, signed by ABCD-…`.
fn extent(disk: &Verified) -> String {
    let report = &disk.report;
    let (Some(first), Some(last)) = (&report.first, &report.last) else { return "no entries".to_owned() };
    let entries = if report.entries == 1 { "1 entry".to_owned() } else { format!("{} entries", report.entries) };
    let signed = match key_of(disk) {
        Some(fingerprint) if report.signed => format!("signed by {fingerprint}"),
        _ => "NOT SIGNED".to_owned(),
    };
    format!("{entries}, {first} to {last}, {signed}\n         hash {}", report.hash)
}

fn key_of(disk: &Verified) -> Option<String> {
    let head = disk.head.as_ref()?;
    Some(PublicKey::from_hex(&head.key).ok()?.fingerprint())
}

fn disk_json(disk: &Verified) -> serde_json::Value {
    let report = &disk.report;
    json!({
        "disk": disk.label,
        "id": disk.id,
        "ok": report.is_whole(),
        "entries": report.entries,
        "first": report.first,
        "last": report.last,
        "hash": report.hash,
        "signed": report.signed,
        "key": key_of(disk),
        "problems": report.problems.iter().map(problem_json).collect::<Vec<_>>(),
        "unlisted": report.unlisted,
    })
}

fn problem_json(problem: &Problem) -> serde_json::Value {
    let weight = match problem.weight {
        Weight::Wrong => "wrong",
        Weight::Note => "note",
    };
    json!({ "weight": weight, "file": problem.file, "line": problem.line, "entry": problem.entry, "what": problem.what })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::key::Key;
    use crate::register::sample::{hourly, register};

    fn verified(change: impl Fn(&mut OnDisk)) -> Verified {
        let key = Key::from_hex(&"07".repeat(32)).unwrap();
        let sample = register(&hourly(3), &key, vec![]).unwrap();
        let mut on_disk = OnDisk { files: sample.files, head: Some(sample.head.to_json().unwrap()) };
        change(&mut on_disk);
        let (head, report) = one(&on_disk, None);
        Verified { label: "disco-a".to_owned(), id: uuid::Uuid::nil(), head, report }
    }

    #[test]
    fn a_good_disk_says_what_it_holds_and_who_signed_it() {
        let page = page(&[verified(|_| {})], &[]);
        assert!(page.starts_with("good     disco-a: 3 entries, 2026-1 to 2026-3, signed by "), "{page}");
    }

    #[test]
    fn a_changed_byte_is_damage_with_its_place() {
        let disk = verified(|on_disk| {
            let text = String::from_utf8_lossy(&on_disk.files[0].1).replacen("\"intentos\":1", "\"intentos\":9", 1);
            on_disk.files[0].1 = text.into_bytes();
        });
        let page = page(std::slice::from_ref(&disk), &[]);
        assert!(page.starts_with("DAMAGED  disco-a: ") && page.contains("FO-06-2026.jsonl, line "), "{page}");
        assert_eq!(disk_json(&disk)["ok"], false);
    }

    #[test]
    fn a_head_that_does_not_read_is_damage() {
        let disk = verified(|on_disk| on_disk.head = Some(b"{}".to_vec()));
        assert!(!disk.report.is_whole());
        assert!(page(&[disk], &[]).contains("head.json: "));
    }
}
