//! One part of a dataset on its way from the server to the unfinished files of every disk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use resguardo_shared::dump::{Dump, Part};
use resguardo_shared::wire::End;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::error::{JobError, chain};
use super::progress::{Event, Listener, Step};
use crate::config::model::Limits;
use crate::pipeline::fan_out::{FanOut, TooSlow};
use crate::pipeline::queue;
use crate::pipeline::receive::{Received, Told, receive};
use crate::proof::Expect;
use crate::source::{self, Dumping, Request, SourceError, Way};
use crate::transport::Session;
use crate::vault::commit::{Candidate, Staged, patience};
use crate::vault::error::VaultError;
use crate::vault::layout::{self, Stem, file_name};
use crate::vault::writer::{self, Pending};

/// Bytes that may wait for each disk. The disks share the bytes themselves, so that this is a bound for all of them.
const WAITING_BYTES: usize = 6 * 1024 * 1024;

/// How long a disk that was left out may take to close its file.
const LEFT_OUT: Duration = Duration::from_secs(10);

/// What a part is taken from, and how.
pub(super) struct From<'a> {
    pub(super) name: &'a str,
    pub(super) session: &'a Arc<Session>,
    pub(super) way: &'a Way,
    pub(super) dump: &'a Dump,
    pub(super) limits: Limits,
    pub(super) runtime: &'a Handle,
    pub(super) cancel: &'a CancellationToken,
}

/// Disks that failed, and why.
pub(super) type Failed = BTreeMap<String, VaultError>;

/// Takes one part and writes it to every disk. Disks that fail go from `disks` to `failed`; the dump goes on as long as
/// one is left. Returns the archive and the warnings of the dump.
pub(super) fn stage(
    from: &From<'_>,
    part: Part,
    run: Uuid,
    stem: &Stem,
    disks: &mut Vec<Candidate>,
    failed: &mut Failed,
    listen: Listener<'_>,
) -> Result<(Staged, Vec<String>), JobError> {
    let final_key = stem.archive(from.dump.suffix(part));
    let request =
        Request { dump: from.dump.clone(), part, level: from.limits.compression_level, threads: from.limits.threads };
    let opening = source::open(Arc::clone(from.session), from.way, request);
    let opened = from.runtime.block_on(from.cancel.run_until_cancelled(opening)).ok_or_else(|| cancelled(from))?;
    let dumping = opened.map_err(|source| dump_failed(from, part, source))?;

    let mut takers = Vec::new();
    let mut writings = Vec::new();
    let unfinished = layout::unfinished(run) + file_name(&final_key);
    for candidate in disks.iter() {
        let (sender, receiver) = queue::queue(WAITING_BYTES);
        let key = if candidate.disk.place.can_rename() { unfinished.clone() } else { final_key.clone() };
        takers.push((candidate.disk.name.clone(), sender));
        writings.push(writer::start(&candidate.disk, key, receiver));
    }
    let mut fan_out = FanOut::new(takers, Duration::from_secs(from.limits.disk_patience_seconds));
    let mut slow = Vec::new();
    let taken = take(from, part, dumping, &mut fan_out, &mut slow, listen);
    // The disks are told that it is whole only after the dump was judged: a failed one is given up on every disk.
    if taken.is_ok() {
        listen(Event::Step(Step::Sync));
        fan_out.finish();
    } else {
        drop(fan_out);
    }
    let longest = patience(taken.as_ref().map_or(0, |(received, ..)| received.archive_bytes));
    settle(disks, writings, &slow, longest, taken.is_ok(), failed, listen);
    let (received, end, warnings) = taken?;
    let expect = Expect::of(from.dump, part);
    Ok((Staged { part, key: unfinished, final_key, received, end, expect }, warnings))
}

/// Waits for every disk's writer: those that wrote it, or gave it up as they were told, are left.
fn settle(
    disks: &mut Vec<Candidate>,
    writings: Vec<Pending<u64>>,
    slow: &[TooSlow],
    longest: Duration,
    well: bool,
    failed: &mut Failed,
    listen: Listener<'_>,
) {
    let mut left = Vec::new();
    for (candidate, writing) in std::mem::take(disks).into_iter().zip(writings) {
        // A disk that was left out for its slowness may hang for ever, and has cost enough.
        let slow = slow.iter().find(|slow| slow.name == candidate.disk.name);
        let result = writing.wait(slow.map_or(longest, |_| LEFT_OUT)).map_err(|error| match slow {
            Some(slow) => VaultError::TooSlow(slow.clone()),
            None => error,
        });
        match result {
            Ok(_) | Err(VaultError::GivenUp { .. }) if !well => left.push(candidate),
            Ok(_) => left.push(candidate),
            Err(error) => {
                listen(Event::DiskFailed { disk: candidate.disk.name.clone(), why: chain(&error) });
                failed.insert(candidate.disk.name, error);
            }
        }
    }
    *disks = left;
}

/// Takes the dump to its end, and judges how it ended.
fn take(
    from: &From<'_>,
    part: Part,
    mut dumping: Dumping,
    fan_out: &mut FanOut,
    slow: &mut Vec<TooSlow>,
    listen: Listener<'_>,
) -> Result<(Received, End, Vec<String>), JobError> {
    listen(Event::Step(Step::Receive));
    // A cancelled dump ends like one whose server went away; what matters is that it is given up on every disk.
    let frames =
        std::iter::from_fn(|| from.runtime.block_on(from.cancel.run_until_cancelled(dumping.frames.recv())).flatten());
    let received = receive(frames, fan_out, |told| match told {
        Told::Frame { plain, compressed } => listen(Event::Bytes { plain, archive: compressed }),
        Told::Taken { name, bytes } => listen(Event::Taken { disk: name.to_owned(), bytes }),
        Told::GivenUp(disk) => slow.push(disk.clone()),
    });
    if from.cancel.is_cancelled() {
        return Err(cancelled(from));
    }
    let received = received.map_err(|source| JobError::Receive { dataset: from.name.to_owned(), source })?;
    let finishing = from.runtime.block_on(from.cancel.run_until_cancelled(dumping.finish()));
    let end = finishing.ok_or_else(|| cancelled(from))?.map_err(|source| dump_failed(from, part, source))?;
    let warnings = source::judge(from.dump, part, &end).map_err(|source| dump_failed(from, part, source))?;
    Ok((received, end, warnings))
}

fn cancelled(from: &From<'_>) -> JobError {
    JobError::Cancelled { dataset: from.name.to_owned() }
}

fn dump_failed(from: &From<'_>, part: Part, source: SourceError) -> JobError {
    JobError::Dump { dataset: from.name.to_owned(), part: word(part), source }
}

/// The word for a part in messages.
fn word(part: Part) -> &'static str {
    match part {
        Part::Main => "main",
        Part::Roles => "roles",
    }
}
