//! Registers made up for tests and benchmarks: real lines, real hashes, a real signature. It may not know the clock.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use resguardo_shared::digest::Digest;

use super::entry::{Archive, Draft, Made, Medium, MediumKind, Origin, OriginKind, Outcome, iso_week};
use super::error::RegisterError;
use super::head::{GivenHead, Head, Tip, sign};
use super::key::Key;
use super::seal::{FIRST, Place, file_name, seal};

/// A register as it lies on a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its files, by name and content, in order of years.
    pub files: Vec<(String, Vec<u8>)>,
    /// Its head.
    pub head: Head,
    /// The place and hash of each entry.
    pub tips: Vec<Tip>,
}

/// Times an hour apart from the first hour of 2026 in Guatemala.
pub fn hourly(entries: u32) -> Vec<DateTime<FixedOffset>> {
    let start = DateTime::parse_from_rfc3339("2026-01-01T00:00:00-06:00");
    let time = |hour: u32| start.ok()?.checked_add_signed(chrono::TimeDelta::hours(i64::from(hour)));
    (0..entries).filter_map(time).collect()
}

/// A register with an entry for each of these times, in this order, signed with this key.
///
/// # Errors
/// What sealing says, for times of impossible years.
pub fn register(times: &[DateTime<FixedOffset>], key: &Key, disks: Vec<GivenHead>) -> Result<Sample, RegisterError> {
    let mut files: BTreeMap<i32, (i64, Vec<u8>)> = BTreeMap::new();
    let mut tips: Vec<Tip> = Vec::with_capacity(times.len());
    let mut previous = Tip { year: 0, number: 0, sequence: 0, hash: FIRST.to_owned() };
    for (at, sequence) in times.iter().zip(1..) {
        let draft = draft(*at);
        let (number, content) = files.entry(draft.year()).or_default();
        *number += 1;
        let sealed = seal(&draft, &Place { sequence, number: *number, previous: previous.hash })?;
        content.extend_from_slice(sealed.text.as_bytes());
        content.push(b'\n');
        previous = Tip { year: draft.year(), number: *number, sequence, hash: sealed.hash };
        tips.push(previous.clone());
    }
    let at = times.last().copied().unwrap_or_default();
    let head = sign(key, &previous, at, disks)?;
    let files = files.into_iter().map(|(year, (_, content))| (file_name(year), content)).collect();
    Ok(Sample { files, head, tips })
}

/// An entry such as a week brings.
pub fn draft(at: DateTime<FixedOffset>) -> Draft {
    let digest = Digest::of(at.to_rfc3339().as_bytes());
    let stamp = at.format("%Y-%m-%dT%H%M%S%z");
    let medium = |label: &str, id: &str| Medium {
        kind: MediumKind::Disk,
        label: label.to_owned(),
        id: id.to_owned(),
        location: Some("bóveda de la jefatura".to_owned()),
        read_at: Some(at),
        read_how: Some("directa".to_owned()),
    };
    Draft {
        at,
        week: iso_week(&at),
        plan: Some("semanal".to_owned()),
        due: Some(at),
        started: Some(at),
        ended: Some(at),
        origin: Origin { server: "quejas".to_owned(), name: "quejas".to_owned(), kind: OriginKind::Database },
        tool: Some("resguardo 0.1.0, pg_dump 17.6 por SSH".to_owned()),
        files: vec![Archive {
            name: format!("{stamp}.pgdump.zst"),
            bytes: 1_048_576,
            sha256: digest,
            plain_bytes: 8_388_608,
            plain_sha256: digest,
        }],
        compression: Some("zstd".to_owned()),
        media: vec![
            medium("usb-1", "01930000-0000-7000-8000-000000000001"),
            medium("usb-2", "01930000-0000-7000-8000-000000000002"),
        ],
        verification: Some("leído de cada medio y comparado con su SHA-256".to_owned()),
        drill: None,
        outcome: Outcome::Done,
        attempts: 1,
        responsible: "resguardo@servidor".to_owned(),
        directive: Some("DTI-2026-01".to_owned()),
        approval: None,
        notes: Vec::new(),
        made: Made::Automatic,
        corrects: None,
    }
}
