//! One part of a dataset on its way from the server to the unfinished files of every disk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use resguardo_shared::dump::{Dump, Part};
use resguardo_shared::frame::Frame;
use resguardo_shared::wire::End;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::error::{JobError, chain};
use super::hours::{Asks, Hours};
use super::progress::{Event, Listener, Step};
use crate::config::model::Limits;
use crate::crypt::Seal;
use crate::pipeline::fan_out::{FanOut, TooSlow};
use crate::pipeline::queue;
use crate::pipeline::receive::{Received, Told, receive};
use crate::proof::Expect;
use crate::source::{self, Came, Dumping, Line, Request, SourceError};
use crate::vault::commit::{Candidate, Staged, patience};
use crate::vault::error::VaultError;
use crate::vault::layout::{self, Stem, file_name};
use crate::vault::members::Slot;
use crate::vault::writer::{self, Pending};

/// Bytes that may wait for each disk. The disks share the bytes themselves, so that this is a bound for all of them.
const WAITING_BYTES: usize = 6 * 1024 * 1024;

/// How long a disk that was left out may take to close its file.
const LEFT_OUT: Duration = Duration::from_secs(10);

/// How often a dump is held against its hours.
const HOURS: Duration = Duration::from_secs(1);

/// What a part is taken from, and how.
pub(super) struct From<'a> {
    pub(super) name: &'a str,
    pub(super) line: &'a Arc<Line>,
    pub(super) hours: Hours<'a>,
    pub(super) dump: &'a Dump,
    pub(super) seal: Option<&'a Seal>,
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
    let final_key = archive_key(stem, from.dump, part, from.seal);
    let request =
        Request { dump: from.dump.clone(), part, level: from.limits.compression_level, threads: from.limits.threads };
    let opening = source::open(Arc::clone(from.line), request);
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
    let members = Slot::default();
    let recipients = from.seal.map_or_else(Vec::new, |seal| seal.recipients().to_vec());
    Ok((Staged { part, key: unfinished, final_key, received, end, expect, members, recipients }, warnings))
}

/// Where the archive of a part shall lie.
fn archive_key(stem: &Stem, dump: &Dump, part: Part, seal: Option<&Seal>) -> String {
    let plain = stem.archive(dump.suffix(part));
    if seal.is_some() { layout::encrypted(&plain) } else { plain }
}

/// Where the archives of a dataset shall lie.
pub(super) fn archive_keys(stem: &Stem, dump: &Dump, seal: Option<&Seal>) -> Vec<String> {
    let mut keys: Vec<String> = dump.parts().iter().map(|&part| archive_key(stem, dump, part, seal)).collect();
    if matches!(dump, Dump::Files(_)) {
        keys.push(if seal.is_some() { layout::encrypted(&stem.members()) } else { stem.members() });
    }
    keys
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
    let mut over = None;
    // A cancelled dump ends like one whose server went away; what matters is that it is given up on every disk.
    let frames = std::iter::from_fn(|| {
        let next = from.cancel.run_until_cancelled(next_frame(from, &mut dumping, listen));
        from.runtime.block_on(next)?.unwrap_or_else(|error| {
            over = Some(error);
            None
        })
    });
    let recipients = from.seal.map_or(&[][..], Seal::recipients);
    let received = receive(frames, recipients, fan_out, |told| match told {
        Told::Frame { plain, compressed } => listen(Event::Bytes { plain, archive: compressed }),
        Told::Taken { name, bytes } => listen(Event::Taken { disk: name.to_owned(), bytes }),
        Told::GivenUp(disk) => slow.push(disk.clone()),
    });
    let given_up = match (over, received) {
        _ if from.cancel.is_cancelled() => cancelled(from),
        (Some(error), _) => error,
        (None, Err(source)) => JobError::Receive { dataset: from.name.to_owned(), source },
        (None, Ok(received)) => {
            let finishing = from.runtime.block_on(from.cancel.run_until_cancelled(dumping.finish()));
            let end = finishing.ok_or_else(|| cancelled(from))?.map_err(|source| dump_failed(from, part, source))?;
            let warnings = source::judge(from.dump, part, &end).map_err(|source| dump_failed(from, part, source))?;
            return Ok((received, end, warnings));
        }
    };
    // Nothing of it stays on the server.
    from.runtime.block_on(dumping.give_up());
    Err(given_up)
}

/// The next frame, and none at the end. It waits while the hours say so.
async fn next_frame(from: &From<'_>, dumping: &mut Dumping, listen: Listener<'_>) -> Result<Option<Frame>, JobError> {
    let mut paused = false;
    loop {
        match from.hours.ask(from.line.patience()) {
            Asks::End(opens, why) => return Err(from.hours.over(from.name, opens, why)),
            Asks::Pause(opens) => {
                // What is not taken stands still at its source.
                if !std::mem::replace(&mut paused, true) {
                    listen(Event::Paused { until: from.hours.text(opens) });
                }
                sleep(HOURS).await;
                continue;
            }
            Asks::GoOn => {}
        }
        if std::mem::take(&mut paused) {
            listen(Event::Resumed);
        }
        let came = if from.hours.bind() {
            let Ok(came) = timeout(HOURS, dumping.next()).await else { continue };
            came
        } else {
            dumping.next().await
        };
        match came {
            Some(Came::Frame(frame)) => return Ok(Some(frame)),
            Some(Came::LinkLost { why, patience }) => listen(Event::LinkLost { why, seconds: patience.as_secs() }),
            Some(Came::LinkBack { after }) => listen(Event::LinkBack { seconds: after.as_secs() }),
            None => return Ok(None),
        }
    }
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
