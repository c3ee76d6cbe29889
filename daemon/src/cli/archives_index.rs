//! The backups as the service's index knows them, for which no disk need be here.

use std::cmp::Reverse;
use std::path::Path;

use super::args::Archives;
use super::exit::{Failure, code};
use super::times::parsed;
use super::{print, socket};
use crate::jobs::error::chain;
use crate::jobs::report::{ArchiveReport, Listing};
use crate::service::client::{self, ClientError};
use crate::service::protocol::Request;
use crate::units;

/// What the service's index says; `None` where no service answers this user.
///
/// # Errors
/// What the service says.
pub(super) fn ask(config: &Path, asked: &Archives) -> Result<Option<Listing<ArchiveReport>>, Failure> {
    let socket = socket::of(config)?;
    let disks: Vec<_> =
        if asked.disks.is_empty() { vec![None] } else { asked.disks.iter().cloned().map(Some).collect() };
    let mut parts = Vec::new();
    for disk in disks {
        let request = Request::Archives { disk, dataset: asked.dataset.clone(), limit: socket::limit(asked.limit) };
        match client::ask_once(&socket, request) {
            Ok(part) => parts.push(part),
            Err(ClientError::NoDaemon { .. }) => return Ok(None),
            Err(error @ ClientError::NotAllowed { .. }) => {
                print::note(&format!("resguardo: {}; reading the disks instead", chain(&error)));
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(joined(parts, asked.limit)))
}

/// The newest of several listings.
fn joined(parts: Vec<Listing<ArchiveReport>>, limit: u32) -> Listing<ArchiveReport> {
    let several = parts.len() > 1;
    let mut all = Listing { items: Vec::new(), more: false };
    for part in parts {
        all.items.extend(part.items);
        all.more |= part.more;
    }
    if several {
        all.items.sort_by_cached_key(|archive| Reverse(parsed(&archive.started)));
        let limit = usize::try_from(socket::limit(limit)).unwrap_or(usize::MAX);
        all.more |= all.items.len() > limit;
        all.items.truncate(limit);
    }
    all
}

/// Prints it as the disks' own list is printed.
///
/// # Errors
/// A failure where standard output is gone.
pub(super) fn show(index: &Listing<ArchiveReport>, asked: &Archives) -> Result<u8, Failure> {
    if asked.json {
        let list: Vec<_> = index.items.iter().map(json).collect();
        print::json(&serde_json::json!({ "archives": list, "more": index.more }))?;
    } else {
        print::out(&table(&index.items))?;
        print::more(index.more);
    }
    Ok(code::DONE)
}

fn table(archives: &[ArchiveReport]) -> String {
    let size = |bytes: i64| u64::try_from(bytes).map_or_else(|_| "?".to_owned(), units::bytes);
    let rows = archives.iter().map(|archive| {
        vec![
            archive.archive.clone(),
            archive.kind.clone(),
            size(archive.plain_bytes),
            size(archive.archive_bytes),
            archive.disk.clone(),
        ]
    });
    print::table(&["archive", "kind", "dump", "stored", "disk"], &[2, 3], rows.collect())
}

fn json(archive: &ArchiveReport) -> serde_json::Value {
    serde_json::json!({
        "archive": archive.archive,
        "disk": archive.disk,
        "kind": archive.kind,
        "started": archive.started,
        "plain_bytes": archive.plain_bytes,
        "archive_bytes": archive.archive_bytes,
        "files": archive.files,
        "exists": true,
        "error": null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(disk: &str, day: u32) -> ArchiveReport {
        ArchiveReport {
            archive: format!("bd/quejas/2026-11-{day}T020000-0600"),
            disk: disk.to_owned(),
            kind: "postgres".to_owned(),
            started: format!("2026-11-{day}T02:00:00-06:00"),
            plain_bytes: 4096,
            archive_bytes: 1024,
            files: vec!["x.pgdump.zst".to_owned()],
        }
    }

    #[test]
    fn of_several_disks_the_newest_are_listed() {
        let a = Listing { items: vec![archive("disco-a", 22), archive("disco-a", 15)], more: false };
        let b = Listing { items: vec![archive("disco-b", 29), archive("disco-b", 22)], more: false };
        let all = joined(vec![a, b], 3);
        let disks: Vec<_> = all.items.iter().map(|archive| archive.disk.as_str()).collect();
        assert_eq!((disks, all.more), (vec!["disco-b", "disco-a", "disco-b"], true));
    }

    #[test]
    fn json_of_the_index_has_the_shape_of_that_of_a_disk() {
        let json = json(&archive("disco-a", 22));
        let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected =
            ["archive", "archive_bytes", "disk", "error", "exists", "files", "kind", "plain_bytes", "started"].to_vec();
        expected.sort_unstable();
        assert_eq!(keys.len(), expected.len());
        assert!(expected.iter().all(|key| keys.contains(key)) && json["exists"] == true);
    }
}
