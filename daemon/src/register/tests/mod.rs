//! What the register promises, held against lines, heads and disks that were tampered with in every way we know.

mod disks;
mod heads;
mod lines;
mod sentences;
mod tampering;

use chrono::{DateTime, FixedOffset, TimeDelta};
use zeroize::Zeroizing;

use super::head::Head;
use super::key::{Key, PublicKey};
use super::sample::{Sample, hourly};
use super::verify::{Report, verify};

/// The key of this register, and that of a forger.
fn key() -> Key {
    Key::from_secret(&Zeroizing::new([7; 32]))
}

fn forger() -> Key {
    Key::from_secret(&Zeroizing::new([8; 32]))
}

fn time(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

/// Times that go on by these hours, across a New Year.
fn times(hours: &[i64]) -> Vec<DateTime<FixedOffset>> {
    let mut at = time("2026-12-20T02:00:00-06:00");
    let step = |hours: &i64| {
        at += TimeDelta::hours(*hours);
        at
    };
    hours.iter().map(step).collect()
}

/// Twenty entries of one year.
fn twenty() -> Sample {
    super::sample::register(&hourly(20), &key(), Vec::new()).unwrap()
}

/// Verifies files and the bytes of a head as somebody who knows the key would.
fn look(files: &[(String, Vec<u8>)], head: &[u8], trusted: &PublicKey) -> Result<Report, String> {
    let head = Head::from_json(head).map_err(|error| error.to_string())?;
    Ok(verify(files, Some(&head), Some(trusted)))
}

/// The lines of a file, each with its line break.
fn lines(content: &[u8]) -> Vec<Vec<u8>> {
    content.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// What verification says of the one file of [`twenty`] once its lines were changed.
fn said(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<String> {
    let Sample { files, head, .. } = twenty();
    let mut changed = lines(&files[0].1);
    change(&mut changed);
    let files = [(files[0].0.clone(), changed.concat())];
    let report = verify(&files, Some(&head), Some(&key().public()));
    assert!(!report.is_whole());
    report.problems.iter().map(ToString::to_string).collect()
}
