//! `resguardo prune`: removes what the rules keep no more, and says of each backup why it stays or goes.

use std::path::Path;

use super::args_keep::Prune;
use super::exit::{Failure, code};
use super::{print, socket};
use crate::jobs::prune::Verdict;
use crate::service::client;
use crate::service::protocol::Request;
use crate::units;

pub(super) fn run(config: &Path, asked: &Prune) -> Result<u8, Failure> {
    let request = Request::Prune { disk: asked.disk.clone(), dry_run: asked.dry_run };
    let verdicts: Vec<Verdict> = client::ask_once(&socket::of(config)?, request)?;
    if asked.json {
        print::json(&serde_json::json!({ "dry_run": asked.dry_run, "backups": verdicts }))?;
    } else {
        print::out(&table(&verdicts, asked.dry_run))?;
        print::note(&summary(&verdicts, asked.dry_run));
    }
    let left = !asked.dry_run && verdicts.iter().any(|verdict| !verdict.stays && !verdict.removed);
    Ok(if left { code::ATTENTION } else { code::DONE })
}

fn table(verdicts: &[Verdict], dry_run: bool) -> String {
    let row = |verdict: &Verdict| {
        let word = match verdict {
            Verdict { stays: true, owed: true, .. } => "owed",
            Verdict { stays: true, .. } => "stays",
            Verdict { owed: true, .. } => "owed no more",
            Verdict { removed: true, .. } => "removed",
            _ if dry_run => "goes",
            _ => "left",
        };
        let why = if verdict.why.is_empty() { "no rule wants it".to_owned() } else { verdict.why.join("; ") };
        vec![verdict.disk.clone(), verdict.archive.clone(), units::bytes(verdict.bytes), word.to_owned(), why]
    };
    print::table(&["disk", "archive", "size", "", "why"], &[2], verdicts.iter().map(row).collect())
}

fn summary(verdicts: &[Verdict], dry_run: bool) -> String {
    let goes = |verdict: &&Verdict| !verdict.owed && if dry_run { !verdict.stays } else { verdict.removed };
    let (count, bytes) =
        verdicts.iter().filter(goes).fold((0, 0_u64), |(n, sum), one| (n + 1, sum.saturating_add(one.bytes)));
    let would = if dry_run { "would be" } else { "were" };
    match count {
        0 => "resguardo: nothing goes".to_owned(),
        1 => format!("resguardo: 1 backup of {} {} removed", units::bytes(bytes), would.replace("were", "was")),
        _ => format!("resguardo: {count} backups of {} {would} removed", units::bytes(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(stays: bool, removed: bool) -> Verdict {
        let why = if stays { vec!["one of the last 2".to_owned()] } else { Vec::new() };
        let (disk, archive) = ("disco-a".to_owned(), "web/sitio/2026-11-22T020000-0600".to_owned());
        Verdict { disk, archive, bytes: 2048, stays, owed: false, why, removed }
    }

    #[test]
    fn what_would_go_and_what_went_are_told_apart() {
        let shown = table(&[verdict(true, false), verdict(false, false)], true);
        let expected = "\
\x20DISK     ARCHIVE                              SIZE         WHY
 disco-a  web/sitio/2026-11-22T020000-0600  2.0 KiB  stays  one of the last 2
 disco-a  web/sitio/2026-11-22T020000-0600  2.0 KiB  goes   no rule wants it
";
        assert_eq!(shown, expected);
        assert_eq!(summary(&[verdict(false, false)], true), "resguardo: 1 backup of 2.0 KiB would be removed");
        assert_eq!(summary(&[verdict(false, true)], false), "resguardo: 1 backup of 2.0 KiB was removed");
        assert_eq!(summary(&[verdict(true, false)], false), "resguardo: nothing goes");
    }
}
